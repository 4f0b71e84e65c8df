class Judge(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # The Qwen3-VL architecture as pure functions of the weights. This is TorchScript source, which libtorch compiles when it is loaded.
  # w: the checkpoint, from tensor name to tensor. With LoRA also lora_A [rank, in] and lora_B [out, rank] per layer, and lora_scale.
  # v: the images of a batch. r: the values that all calls share: rotary table, epsilon of the norms, experts per token.
  # Letters in shape comments: B sequences, S positions, H hidden size, A heads, K key/value heads, D head size, V vocabulary,
  # N images, P patches per image (padded to the largest image), C hidden size of the vision tower, T merged image tokens of the batch.

  # ---- pieces -------------------------------------------------------------------------------------------------------

  def rms_norm(self: __torch__.Judge, x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    f = x.float()                                                        # [.., n], norms are always computed in fp32
    f = f * torch.rsqrt(f.pow(2).mean([-1], True) + epsilon)             # [.., n]
    return weight * f.to(x.dtype)                                        # cast back first, then scale

  def rotate(self: __torch__.Judge, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.size(-1) // 2
    a = x.narrow(-1, 0, half)
    b = x.narrow(-1, half, half)
    turned = torch.cat([torch.neg(b), a], -1)                            # rotate_half
    return ((x.float() * cos) + (turned.float() * sin)).to(x.dtype)

  # The output y of a layer plus the product of LoRA: scale * x A^T B^T (Hu et al. 2021, eq. 3), computed in the adapter's type.
  def adapted(self: __torch__.Judge, w: Dict[str, Tensor], name: str, x: Tensor, y: Tensor) -> Tensor:
    a = name + ".lora_A.weight"
    if a in w:
      low = torch.linear(x.to(w[a].dtype), w[a]) * float(w["lora_scale"])  # [.., rank]
      y = y + torch.linear(low, w[name + ".lora_B.weight"]).to(y.dtype)
    return y

  def linear(self: __torch__.Judge, w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return self.adapted(w, name, x, torch.linear(x, w[name + ".weight"]))

  def affine(self: __torch__.Judge, w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return self.adapted(w, name, x, torch.linear(x, w[name + ".weight"], w[name + ".bias"]))

  def norm(self: __torch__.Judge, w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return torch.layer_norm(x, [x.size(-1)], w[name + ".weight"], w[name + ".bias"], 1e-6)

  # ---- vision tower -------------------------------------------------------------------------------------------------

  def merge(self: __torch__.Judge, w: Dict[str, Tensor], name: str, x: Tensor, norm_first: bool, rows: Tensor) -> Tensor:
    width = x.size(2) * 4
    if norm_first:
      y = self.norm(w, name + ".norm", x).reshape([-1, width])           # [N*P/4, 4C]: four neighbours per row
    else:
      y = self.norm(w, name + ".norm", x.reshape([-1, width]))
    y = y.index_select(0, rows)                                          # [T, 4C]: without the padding
    y = torch.gelu(self.affine(w, name + ".linear_fc1", y), approximate="none")
    return self.affine(w, name + ".linear_fc2", y)                       # [T, H]

  def vision_block(self: __torch__.Judge, w: Dict[str, Tensor], name: str, h: Tensor, cos: Tensor, sin: Tensor, heads: int, mask: Optional[Tensor]) -> Tensor:
    n = h.size(0)
    p = h.size(1)
    c = h.size(2)
    qkv = self.affine(w, name + ".attn.qkv", self.norm(w, name + ".norm1", h))
    qkv = qkv.view([n, p, 3, heads, c // heads]).permute([2, 0, 3, 1, 4])  # [3, N, A, P, D]
    q = self.rotate(qkv.select(0, 0), cos, sin)
    k = self.rotate(qkv.select(0, 1), cos, sin)
    a = torch.scaled_dot_product_attention(q, k, qkv.select(0, 2), mask)
    h = h + self.affine(w, name + ".attn.proj", a.transpose(1, 2).reshape([n, p, c]))
    y = self.affine(w, name + ".mlp.linear_fc1", self.norm(w, name + ".norm2", h))
    return h + self.affine(w, name + ".mlp.linear_fc2", torch.gelu(y, approximate="tanh"))

  # Image features, each [T, H]: first the main one, then one per deepstack block.
  def vision(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor]) -> List[Tensor]:
    root = "model.visual."
    patch = w[root + "patch_embed.proj.weight"]                          # [C, 3, 2, 16, 16]
    h = torch.linear(v["pixels"].to(patch.dtype), patch.view([patch.size(0), -1]), w[root + "patch_embed.proj.bias"])  # [N, P, C]
    corners = torch.embedding(w[root + "pos_embed.weight"], v["pos_index"])  # [N, P, 4, C]
    h = h + (corners * v["pos_weight"].unsqueeze(-1).to(h.dtype)).sum([2])
    angles = torch.cat([v["angles"], v["angles"]], -1).unsqueeze(1)      # [N, 1, P, D]
    cos = torch.cos(angles)
    sin = torch.sin(angles)
    mask : Optional[Tensor] = None
    if "mask" in v:
      mask = v["mask"]                                                   # [N, 1, 1, P], missing if all images have the same size
    heads = int(v["heads"])
    rows = v["rows"]
    deep : List[Tensor] = []
    i = 0
    while (root + "blocks." + str(i) + ".norm1.weight") in w:
      h = self.vision_block(w, root + "blocks." + str(i), h, cos, sin, heads, mask)
      for j in range(v["deepstack"].size(0)):
        if int(v["deepstack"][j]) == i:
          deep.append(self.merge(w, root + "deepstack_merger_list." + str(j), h, False, rows))
      i = i + 1
    features = [self.merge(w, root + "merger", h, True, rows)]
    features.extend(deep)
    return features

  # ---- text decoder -------------------------------------------------------------------------------------------------

  def qkv(self: __torch__.Judge, w: Dict[str, Tensor], r: Dict[str, Tensor], name: str, x: Tensor, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    a = name + ".self_attn."
    epsilon = float(r["rms_norm_eps"])
    y = self.rms_norm(x, w[name + ".input_layernorm.weight"], epsilon)
    shape = [x.size(0), x.size(1), -1, w[a + "q_norm.weight"].size(0)]
    q = self.rms_norm(self.linear(w, a + "q_proj", y).view(shape), w[a + "q_norm.weight"], epsilon).transpose(1, 2)  # [B, A, S, D]
    k = self.rms_norm(self.linear(w, a + "k_proj", y).view(shape), w[a + "k_norm.weight"], epsilon).transpose(1, 2)  # [B, K, S, D]
    v = self.linear(w, a + "v_proj", y).view(shape).transpose(1, 2)                                                  # [B, K, S, D]
    return (self.rotate(q, cos, sin), self.rotate(k, cos, sin), v)

  def attend(self: __torch__.Judge, q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    share = q.size(1) // k.size(1)                                       # query heads per key/value head
    k = k.repeat_interleave(share, 1)
    v = v.repeat_interleave(share, 1)
    a = torch.scaled_dot_product_attention(q, k, v, mask)                # [B, A, S, D]
    return a.transpose(1, 2).reshape([q.size(0), q.size(2), -1])         # [B, S, A*D]

  # A mixture of E experts with inner size I. Each position uses its best k experts, whose shares are scaled to a sum of one.
  def experts(self: __torch__.Judge, w: Dict[str, Tensor], name: str, y: Tensor, k: int) -> Tensor:
    flat = y.reshape([-1, y.size(-1)])                                   # [n, H]
    shares = torch.softmax(torch.linear(flat, w[name + ".mlp.gate.weight"]).float(), -1)  # [n, E]
    (best, chosen) = torch.topk(shares, k, -1)                           # [n, k]
    best = (best / best.sum([-1], True)).to(flat.dtype).reshape([-1])    # [n*k]
    gate_up = w[name + ".mlp.experts.gate_up_proj"]                      # [E, H, 2I]
    down = w[name + ".mlp.experts.down_proj"]                            # [E, I, H]
    inner = down.size(1)
    out = torch.zeros_like(flat)
    for e in range(down.size(0)):
      places = torch.nonzero(chosen.reshape([-1]) == e).reshape([-1])    # [m]: position * k + rank
      if places.size(0) > 0:
        rows = torch.floor_divide(places, k)
        z = torch.matmul(flat.index_select(0, rows), gate_up.select(0, e))  # [m, 2I]
        z = torch.matmul(torch.silu(z.narrow(1, 0, inner)) * z.narrow(1, inner, inner), down.select(0, e))  # [m, H]
        out = out.index_add(0, rows, z * best.index_select(0, places).unsqueeze(1))
    return out.view(y.size())

  def after_attention(self: __torch__.Judge, w: Dict[str, Tensor], r: Dict[str, Tensor], name: str, x: Tensor, a: Tensor) -> Tensor:
    x = x + self.linear(w, name + ".self_attn.o_proj", a)
    y = self.rms_norm(x, w[name + ".post_attention_layernorm.weight"], float(r["rms_norm_eps"]))
    if "experts_per_token" in r:
      y = self.experts(w, name, y, int(r["experts_per_token"]))
    else:
      y = torch.silu(self.linear(w, name + ".mlp.gate_proj", y)) * self.linear(w, name + ".mlp.up_proj", y)
      y = self.linear(w, name + ".mlp.down_proj", y)
    return x + y                                                         # [B, S, H]

  def rope(self: __torch__.Judge, r: Dict[str, Tensor], positions: Tensor) -> Tuple[Tensor, Tensor]:
    half = torch.matmul(positions.permute([1, 2, 0]).float(), r["frequencies"])  # [B, S, 3] x [3, D/2]: each frequency belongs to one axis
    angles = torch.cat([half, half], -1).unsqueeze(1)                    # [B, 1, S, D]
    return (torch.cos(angles), torch.sin(angles))

  # Normed states divided by the temperature. This gives the same result as dividing the logits, but is cheaper.
  def normed(self: __torch__.Judge, w: Dict[str, Tensor], r: Dict[str, Tensor], x: Tensor, temperature: float) -> Tensor:
    y = self.rms_norm(x, w["model.language_model.norm.weight"], float(r["rms_norm_eps"]))
    if temperature != 1.0:
      y = y / temperature
    return y

  # Logits [.., V] of normed states.
  def logits(self: __torch__.Judge, w: Dict[str, Tensor], y: Tensor) -> Tensor:
    head = "model.language_model.embed_tokens.weight"
    if "lm_head.weight" in w:
      head = "lm_head.weight"
    return torch.linear(y, w[head]).float()

  # Token embeddings [B, S, H] with the image features at their positions, and the deepstack features, which later layers add.
  def embed(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], ids: Tensor) -> Tuple[Tensor, List[Tensor]]:
    x = torch.embedding(w["model.language_model.embed_tokens.weight"], ids)
    deep : List[Tensor] = []
    if "pixels" in v:
      features = self.vision(w, v)
      flat = x.view([-1, x.size(2)]).index_copy(0, v["targets"], features[0].to(x.dtype))
      x = flat.view(x.size())
      for j in range(1, len(features)):
        deep.append(features[j].to(x.dtype))
    return (x, deep)

  # One decoder layer over full sequences. Returns the states after the layer, and its keys and values.
  def layer(self: __torch__.Judge, w: Dict[str, Tensor], r: Dict[str, Tensor], i: int, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    name = "model.language_model.layers." + str(i)
    (q, k, v) = self.qkv(w, r, name, x, cos, sin)
    return (self.after_attention(w, r, name, x, self.attend(q, k, v, mask)), k, v)

  # Adds deepstack features to the states at the image positions `targets`.
  def deepen(self: __torch__.Judge, x: Tensor, targets: Tensor, features: Tensor) -> Tensor:
    return x.view([-1, x.size(2)]).index_add(0, targets, features).view(x.size())

  # The whole decoder over full sequences. With `keep` it also returns the keys and values of every layer.
  def decode(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], r: Dict[str, Tensor], ids: Tensor, positions: Tensor, mask: Tensor, keep: bool) -> Tuple[Tensor, List[Tensor], List[Tensor]]:
    (x, deep) = self.embed(w, v, ids)
    (cos, sin) = self.rope(r, positions)
    keys : List[Tensor] = []
    values : List[Tensor] = []
    i = 0
    while ("model.language_model.layers." + str(i) + ".input_layernorm.weight") in w:
      (x, k, val) = self.layer(w, r, i, x, cos, sin, mask)
      if keep:
        keys.append(k)
        values.append(val)
      if i < len(deep):
        x = self.deepen(x, v["targets"], deep[i])
      i = i + 1
    return (x, keys, values)

  # ---- entry points -------------------------------------------------------------------------------------------------

  # The normed states [n, H] at the flat positions `at` of the states x [B, S, H]. They predict the next tokens.
  def predicting(self: __torch__.Judge, w: Dict[str, Tensor], r: Dict[str, Tensor], x: Tensor, at: Tensor, temperature: Tensor) -> Tensor:
    return self.normed(w, r, x.view([-1, x.size(2)]).index_select(0, at), float(temperature))

  # The same states after the whole decoder. mask [B, 1, S, S] is true where a query sees a key: packed groups share one prompt.
  def states(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], r: Dict[str, Tensor], ids: Tensor, positions: Tensor, mask: Tensor, at: Tensor, temperature: Tensor) -> Tensor:
    (x, keys, values) = self.decode(w, v, r, ids, positions, mask, False)
    return self.predicting(w, r, x, at, temperature)

  # Log-probabilities [n] of `chosen` after the states y [n, H], the entropies [n] after these states, and all probabilities [n, V].
  # [n, V] is the largest array of all. It is allocated once and changed in place, a few rows at a time, so that they stay in the cache.
  def head(self: __torch__.Judge, w: Dict[str, Tensor], y: Tensor, chosen: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    p = self.logits(w, y)                                                # [n, V]
    logps : List[Tensor] = []
    entropies : List[Tensor] = []
    start = 0
    while start < p.size(0):
      count = min(32, p.size(0) - start)
      z = p.narrow(0, start, count)                                      # [m, V]
      top = torch.amax(z, [-1], True)                                    # [m, 1]
      e = torch.sub(z, top).exp_()
      total = e.sum([-1], True)
      norm = top + torch.log(total)                                      # [m, 1]: logarithm of the sum of exponentials
      logps.append(z.gather(1, chosen.narrow(0, start, count).unsqueeze(1)) - norm)
      entropies.append(norm - torch.mul(e, z).sum([-1], True) / total)
      z.copy_(e.div_(total))
      start = start + count
    return (torch.cat(logps).squeeze(1), torch.cat(entropies).squeeze(1), p)

  # The gradient [n, H] of y, from the upstream gradient [n] of the log-probabilities. p is changed to the gradient of the logits:
  # d log p(chosen) / d z = onehot(chosen) - p.
  def head_backward(self: __torch__.Judge, w: Dict[str, Tensor], p: Tensor, chosen: Tensor, upstream: Tensor) -> Tensor:
    start = 0
    while start < p.size(0):
      count = min(32, p.size(0) - start)
      u = upstream.narrow(0, start, count).unsqueeze(1)                  # [m, 1]
      p.narrow(0, start, count).mul_(torch.neg(u)).scatter_add_(1, chosen.narrow(0, start, count).unsqueeze(1), u)
      start = start + count
    head = "model.language_model.embed_tokens.weight"
    if "lm_head.weight" in w:
      head = "lm_head.weight"
    return torch.matmul(p.to(w[head].dtype), w[head])

  # Adds the gradient [V, H] of the head's matrix to g, from the gradient p of the logits [n, V].
  def head_gradient(self: __torch__.Judge, g: Tensor, p: Tensor, y: Tensor) -> Tensor:
    if g.dtype == y.dtype:
      g.addmm_(p.to(y.dtype).t(), y)
    else:
      g.add_(torch.matmul(p.to(y.dtype).t(), y))
    return torch.zeros([1])

  # Only log-probabilities [n] and entropies [n], without gradients, computed in pieces.
  def log_probs(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], r: Dict[str, Tensor], ids: Tensor, positions: Tensor, mask: Tensor, at: Tensor, temperature: Tensor, chosen: Tensor) -> Tuple[Tensor, Tensor]:
    y = self.states(w, v, r, ids, positions, mask, at, temperature)
    logps : List[Tensor] = []
    entropies : List[Tensor] = []
    start = 0
    while start < y.size(0):
      count = min(256, y.size(0) - start)
      (logp, entropy, p) = self.head(w, y.narrow(0, start, count), chosen.narrow(0, start, count))
      logps.append(logp)
      entropies.append(entropy)
      start = start + count
    return (torch.cat(logps), torch.cat(entropies))

  # Logits [B, S, V] at every position.
  def all_logits(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], r: Dict[str, Tensor], ids: Tensor, positions: Tensor, mask: Tensor) -> Tensor:
    (x, keys, values) = self.decode(w, v, r, ids, positions, mask, False)
    return self.logits(w, self.normed(w, r, x, 1.0))

  # The decoder in pieces, for gradient checkpointing. This piece returns the input of the first layer, then the features of each
  # deepstack block.
  def embedding(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], ids: Tensor) -> List[Tensor]:
    (x, deep) = self.embed(w, v, ids)
    out = [x]
    out.extend(deep)
    return out

  # The second piece: one layer. If deepstack features are added after this layer, they are in v.
  def one_layer(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], r: Dict[str, Tensor], i: Tensor, x: Tensor, positions: Tensor, mask: Tensor) -> Tensor:
    (cos, sin) = self.rope(r, positions)
    (x, k, val) = self.layer(w, r, int(i), x, cos, sin, mask)
    if "features" in v:
      x = self.deepen(x, v["targets"], v["features"])
    return x

  # Samples one token per row of logits, which are already divided by the temperature: inverts the cumulative distribution at
  # `uniform` [rows]. At temperature 0 it takes the most likely token.
  def sample(self: __torch__.Judge, logits: Tensor, uniform: Tensor, temperature: float, top_p: float) -> Tuple[Tensor, Tensor]:
    logp = torch.log_softmax(logits, -1)                                 # [rows, V]
    if temperature <= 0.0:
      token = torch.argmax(logp, -1)
    else:
      p = torch.exp(logp)
      if top_p < 1.0:
        (ordered, index) = torch.sort(p, -1, True)
        before = torch.cumsum(ordered, -1) - ordered                     # the mass before each token
        ordered = ordered.masked_fill(before >= top_p, 0.0)
        p = torch.zeros_like(p).scatter(-1, index, ordered)
      c = torch.cumsum(p, -1)
      level = uniform.unsqueeze(1) * c.narrow(-1, c.size(-1) - 1, 1)
      # without the minimum, rounding could select a token behind the last possible one
      token = torch.minimum((c <= level).sum([-1]), torch.argmax(c, -1))
    return (token, logp.gather(1, token.unsqueeze(1)).squeeze(1))

  # Computes B left-padded prompts, once per group, and samples the first token of g completions per prompt. `real` [B, S] is true
  # where a prompt has a token, `next` [B] is the first new position, `uniforms` [B*g, limit], `stops` are the end tokens.
  # Returns the state that `advance` continues with: tokens [B*g, limit] (-1 after the end of a row) and their log-probabilities under
  # the behaviour policy; done [B*g]; at [B*g], the position of the next input; token [B*g], the next input; seen [B*g, S+limit];
  # keys and values of all layers.
  def prefill(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], r: Dict[str, Tensor], ids: Tensor, positions: Tensor, real: Tensor, next: Tensor, uniforms: Tensor, stops: Tensor, sampling: Tensor) -> List[Tensor]:
    s = ids.size(1)
    g = uniforms.size(0) // ids.size(0)
    limit = uniforms.size(1)
    causal = torch.ones([s, s], dtype=11, device=ids.device).tril()
    itself = torch.eye(s, device=ids.device).to(11)
    # padding sees itself, so that no row of the softmax is empty and gives NaN
    mask = ((causal.unsqueeze(0) & real.unsqueeze(1)) | itself.unsqueeze(0)).unsqueeze(1)  # [B, 1, S, S]
    (x, keys, values) = self.decode(w, v, r, ids, positions, mask, True)
    seen = torch.constant_pad_nd(real.to(4), [0, limit], 1).to(11).repeat_interleave(g, 0)          # [B*g, S+limit]
    at = next.repeat_interleave(g, 0)                                    # [B*g]
    rows = at.size(0)
    tokens = torch.full([rows, limit], -1, dtype=4, device=ids.device)
    logps = torch.zeros([rows, limit], dtype=6, device=ids.device)
    scores = self.logits(w, self.normed(w, r, x.select(1, s - 1), self.scale(sampling))).repeat_interleave(g, 0)  # [B*g, V]
    (token, logp) = self.sample(scores, uniforms.select(1, 0), float(sampling[0]), float(sampling[1]))
    tokens.select(1, 0).copy_(token)
    logps.select(1, 0).copy_(logp)
    done = (token.unsqueeze(1) == stops.unsqueeze(0)).any(1)
    out = [tokens, logps, done, at, token, seen]
    for i in range(len(keys)):
      out.append(torch.constant_pad_nd(keys[i], [0, 0, 0, limit]).repeat_interleave(g, 0))         # [B*g, K, S+limit, D]
    for i in range(len(values)):
      out.append(torch.constant_pad_nd(values[i], [0, 0, 0, limit]).repeat_interleave(g, 0))
    return out

  # The divisor of the logits: the temperature, or 1 if the most likely token is taken.
  def scale(self: __torch__.Judge, sampling: Tensor) -> float:
    temperature = float(sampling[0])
    if temperature <= 0.0:
      return 1.0
    return temperature

  # Samples up to count more tokens for every row. c is the state that `prefill` returned, by name; each row has t tokens so far.
  # plan = (t, count). The tokens, logps, keys and values of c are changed in place. Returns done, at, token, and the new t.
  # The weights may be newer than the weights that computed the keys and values.
  def advance(self: __torch__.Judge, w: Dict[str, Tensor], c: Dict[str, Tensor], r: Dict[str, Tensor], uniforms: Tensor, stops: Tensor, sampling: Tensor, plan: Tensor) -> List[Tensor]:
    tokens = c["tokens"]
    logps = c["logps"]
    done = c["done"]
    at = c["at"]
    token = c["token"]
    seen = c["seen"]
    rows = tokens.size(0)
    limit = tokens.size(1)
    s = seen.size(1) - limit
    t = int(plan[0])
    until = min(limit, t + int(plan[1]))
    scale = self.scale(sampling)
    temperature = float(sampling[0])
    top_p = float(sampling[1])
    going = t < until
    while going:
      if bool(done.all()):
        going = False
      else:
        (cos, sin) = self.rope(r, at.view([1, rows, 1]).expand([3, rows, 1]))
        x = torch.embedding(w["model.language_model.embed_tokens.weight"], token).unsqueeze(1)  # [B*g, 1, H]
        size = s + t
        look = seen.narrow(1, 0, size).view([rows, 1, 1, size])
        i = 0
        while ("k" + str(i)) in c:
          cache_k = c["k" + str(i)]
          cache_v = c["v" + str(i)]
          name = "model.language_model.layers." + str(i)
          (q, k, val) = self.qkv(w, r, name, x, cos, sin)
          cache_k.select(2, size - 1).copy_(k.select(2, 0))
          cache_v.select(2, size - 1).copy_(val.select(2, 0))
          kv = k.size(1)
          # there is only one position, so the query heads of a key/value head can take the axis of positions
          grouped = q.view([rows, kv, -1, q.size(3)])                    # [B*g, K, A/K, D]
          a = torch.scaled_dot_product_attention(grouped, cache_k.narrow(2, 0, size), cache_v.narrow(2, 0, size), look)
          x = self.after_attention(w, r, name, x, a.reshape([rows, 1, -1]))
          i = i + 1
        scores = self.logits(w, self.normed(w, r, x.select(1, 0), scale))
        (token, logp) = self.sample(scores, uniforms.select(1, t), temperature, top_p)
        tokens.select(1, t).copy_(token.masked_fill(done, -1))
        logps.select(1, t).copy_(logp.masked_fill(done, 0.0))
        done = done | (token.unsqueeze(1) == stops.unsqueeze(0)).any(1)
        at = at + 1
        t = t + 1
        going = t < until
    return [done, at, token, torch.full([1], t, dtype=4)]

  # ---- optimiser and memory -------------------------------------------------------------------------------------------

  # The Euclidean norm [1] of all gradients together.
  def gradient_norm(self: __torch__.Judge, g: Dict[str, Tensor]) -> Tensor:
    total = torch.zeros([1])
    for name in g.keys():
      total = total + g[name].float().pow(2).sum().to(total.device)
    return torch.sqrt(total)

  # Sets all gradients to zero; called when they are not finite.
  def clear(self: __torch__.Judge, g: Dict[str, Tensor]) -> Tensor:
    for name in g.keys():
      g[name].zero_()
    return torch.zeros([1])

  # One step of decoupled AdamW in place (Loshchilov and Hutter 2019). Then the gradients are set to zero for the next step.
  # Everything is fp32, except the gradients.
  # hyper: learning rate, beta1, beta2, epsilon, weight decay, 1 - beta1^t, 1 - beta2^t, factor of the gradients (clipping).
  def adamw(self: __torch__.Judge, w: Dict[str, Tensor], g: Dict[str, Tensor], m: Dict[str, Tensor], u: Dict[str, Tensor], hyper: Tensor) -> Tensor:
    lr = float(hyper[0])
    beta1 = float(hyper[1])
    beta2 = float(hyper[2])
    epsilon = float(hyper[3])
    decay = float(hyper[4])
    correction1 = float(hyper[5])
    correction2 = float(hyper[6])
    factor = float(hyper[7])
    for name in g.keys():
      x = w[name]
      grad = g[name].float().mul_(factor)
      if x.dim() > 1:
        # only matrices: norms and biases are not decayed
        x.mul_(1.0 - lr * decay)
      first = m[name].lerp_(grad, 1.0 - beta1)
      second = u[name].mul_(beta2).addcmul_(grad, grad, value=1.0 - beta2)
      x.addcdiv_(first, second.div(correction2).sqrt_().add_(epsilon), value=torch.neg(lr / correction1))
      g[name].zero_()
    return hyper

  # Rounds the fp32 master weights p into the weights w.
  def round(self: __torch__.Judge, w: Dict[str, Tensor], p: Dict[str, Tensor]) -> Tensor:
    for name in w.keys():
      w[name].copy_(p[name])
    return torch.zeros([1])

  # `count` uninitialised elements of the type with that code, on the device of `on`.
  def empty(self: __torch__.Judge, count: Tensor, code: Tensor, on: Tensor) -> Tensor:
    return torch.empty([int(count)], dtype=int(code), device=on.device)

  # Maps the first `count` elements of a file, of the type with that code. Pages are read when they are used, shared with other
  # processes, and copied when they are written. `path` holds the bytes of the file's name.
  def mapped(self: __torch__.Judge, path: Tensor, code: Tensor, count: Tensor) -> Tensor:
    name = ""
    for i in range(path.size(0)):
      name = name + chr(int(path[i]))
    return torch.from_file(name, False, int(count), dtype=int(code))

  # The elements of x in another shape. The result shares the memory of x.
  def shaped(self: __torch__.Judge, x: Tensor, size: Tensor) -> Tensor:
    sizes : List[int] = []
    for d in range(size.size(0)):
      sizes.append(int(size[d]))
    return x.view(sizes)

  # `count` elements of x from the flat index `start`. The result shares the memory of x.
  def piece(self: __torch__.Judge, x: Tensor, start: Tensor, count: Tensor) -> Tensor:
    return x.view([-1]).narrow(0, int(start), int(count))

  # Copies `source` into `to`. Their types and devices may differ.
  def copy(self: __torch__.Judge, to: Tensor, source: Tensor) -> Tensor:
    to.copy_(source)
    return torch.zeros([1])

  # The sum of all products, a scalar []. Its gradient is a vector-Jacobian product.
  def product(self: __torch__.Judge, y: Tensor, upstream: Tensor) -> Tensor:
    return (y.float() * upstream.float()).sum()

class Judge(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # The Qwen3-VL architecture as pure functions of the weights. This is TorchScript source, which libtorch compiles when it is loaded.
  # w: the checkpoint, from tensor name to tensor. With LoRA also lora_A [rank, in] and lora_B [out, rank] per layer, and lora_scale.
  # v: the images of a batch. r: the values that all calls share: rotary table, epsilon of the norms, experts per token.
  # s: how the positions of a batch belong together. Sequences of any lengths lie one after the other, without padding.
  # Letters in shape comments: S positions of a batch, H hidden size, A heads, K key/value heads, D head size, V vocabulary,
  # P patches of all images, one image after the other; N images, C hidden size of the vision tower, T = P/4 image tokens of the batch.

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

  # The output y of a layer plus the product of LoRA: scale * x A^T B^T (Hu et al. 2021, eq. 3).
  def adapted(self: __torch__.Judge, w: Dict[str, Tensor], name: str, x: Tensor, y: Tensor) -> Tensor:
    a = name + ".lora_A.weight"
    if a in w:
      low = torch.linear(x, w[a]) * float(w["lora_scale"])  # [.., rank]
      y = y + torch.linear(low, w[name + ".lora_B.weight"])
    return y

  def linear(self: __torch__.Judge, w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return self.adapted(w, name, x, self.projected(w, name, x))

  # x W^T. Generation on a CPU has the large matrices W also packed, which is faster, most of all for a few rows.
  def projected(self: __torch__.Judge, w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    if (name + ".packed") in w:
      return self.packed_product(x, w[name + ".packed"])
    return torch.linear(x, w[name + ".weight"])

  def affine(self: __torch__.Judge, w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return self.adapted(w, name, x, torch.linear(x, w[name + ".weight"], w[name + ".bias"]))

  def norm(self: __torch__.Judge, w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return torch.layer_norm(x, [x.size(-1)], w[name + ".weight"], w[name + ".bias"], 1e-6)

  # ---- vision tower -------------------------------------------------------------------------------------------------

  def merge(self: __torch__.Judge, w: Dict[str, Tensor], name: str, x: Tensor, norm_first: bool) -> Tensor:
    width = x.size(1) * 4
    if norm_first:
      y = self.norm(w, name + ".norm", x).reshape([-1, width])           # [T, 4C]: four neighbours per row
    else:
      y = self.norm(w, name + ".norm", x.reshape([-1, width]))
    y = torch.gelu(self.affine(w, name + ".linear_fc1", y), approximate="none")
    return self.affine(w, name + ".linear_fc2", y)                       # [T, H]

  # Attention of each image to itself. q, k and v are [P, A, D], the result is [P, C]. runs [.., 2], on the CPU: the number of images that
  # lie beside each other and have equally many patches, and this number.
  def attend_images(self: __torch__.Judge, q: Tensor, k: Tensor, v: Tensor, runs: Tensor) -> Tensor:
    sizes : List[int] = []
    for i in range(runs.size(0)):
      sizes.append(int(runs[i][0]) * int(runs[i][1]))
    qs = torch.split_with_sizes(q, sizes)
    ks = torch.split_with_sizes(k, sizes)
    vs = torch.split_with_sizes(v, sizes)
    out : List[Tensor] = []
    for i in range(runs.size(0)):
      shape = [int(runs[i][0]), int(runs[i][1]), q.size(1), q.size(2)]
      a = torch.scaled_dot_product_attention(qs[i].view(shape).transpose(1, 2), ks[i].view(shape).transpose(1, 2), vs[i].view(shape).transpose(1, 2))
      out.append(a.transpose(1, 2).reshape([sizes[i], -1]))              # [N, A, patches, D] to [N * patches, C]
    return torch.cat(out)

  # Block i of the tower over the states h [P, C].
  def vision_block(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], i: int, h: Tensor) -> Tensor:
    name = "model.visual.blocks." + str(i)
    angles = torch.cat([v["angles"], v["angles"]], -1).unsqueeze(1)      # [P, 1, D]
    cos = torch.cos(angles)
    sin = torch.sin(angles)
    qkv = self.affine(w, name + ".attn.qkv", self.norm(w, name + ".norm1", h))
    qkv = qkv.view([h.size(0), 3, int(v["heads"]), -1])                  # [P, 3, A, D]
    q = self.rotate(qkv.select(1, 0), cos, sin)
    k = self.rotate(qkv.select(1, 1), cos, sin)
    a = self.attend_images(q, k, qkv.select(1, 2).contiguous(), v["runs"])  # [P, C]
    h = h + self.affine(w, name + ".attn.proj", a)
    y = self.affine(w, name + ".mlp.linear_fc1", self.norm(w, name + ".norm2", h))
    return h + self.affine(w, name + ".mlp.linear_fc2", torch.gelu(y, approximate="tanh"))

  # The patches [P, C] of pixels [P, 3*16*16] of one frame, which stands for all frames of the kernel [C, 3, frames, 16, 16], with their
  # places in the image.
  def vision_start(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor]) -> Tensor:
    kernel = w["model.visual.patch_embed.proj.weight"]
    patches = v["pixels"].size(0)
    frame = (v["pixels"].float() / 127.5 - 1.).to(kernel.dtype).view([patches, 3, 1, -1])  # [P, 3, 1, 16*16]
    frames = frame.expand([-1, -1, kernel.size(2), -1]).reshape([patches, -1])  # [P, 3*frames*16*16]
    h = torch.linear(frames, kernel.view([kernel.size(0), -1]), w["model.visual.patch_embed.proj.bias"])  # [P, C]
    corners = torch.embedding(w["model.visual.pos_embed.weight"], v["pos_index"])  # [P, 4, C]
    return h + (corners * v["pos_weight"].unsqueeze(-1).to(h.dtype)).sum([1])

  # The features [T, H] after the whole tower, and with j >= 0 those of deepstack block j, from the states h [P, C] there.
  def vision_feature(self: __torch__.Judge, w: Dict[str, Tensor], j: int, h: Tensor) -> Tensor:
    name = "model.visual.merger"
    if j >= 0:
      name = "model.visual.deepstack_merger_list." + str(j)
    return self.merge(w, name, h, j < 0)

  # Image features, each [T, H]: first the main one, then one per deepstack block.
  def vision(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor]) -> List[Tensor]:
    h = self.vision_start(w, v)
    deep : List[Tensor] = []
    i = 0
    while ("model.visual.blocks." + str(i) + ".norm1.weight") in w:
      h = self.vision_block(w, v, i, h)
      for j in range(v["deepstack"].size(0)):
        if int(v["deepstack"][j]) == i:
          deep.append(self.vision_feature(w, j, h))
      i = i + 1
    features = [self.vision_feature(w, -1, h)]
    features.extend(deep)
    return features

  # ---- text decoder -------------------------------------------------------------------------------------------------

  def qkv(self: __torch__.Judge, w: Dict[str, Tensor], r: Dict[str, Tensor], name: str, x: Tensor, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    a = name + ".self_attn."
    epsilon = float(r["rms_norm_eps"])
    y = self.rms_norm(x, w[name + ".input_layernorm.weight"], epsilon)
    shape = [x.size(0), -1, w[a + "q_norm.weight"].size(0)]
    q = self.rms_norm(self.linear(w, a + "q_proj", y).view(shape), w[a + "q_norm.weight"], epsilon)  # [S, A, D]
    k = self.rms_norm(self.linear(w, a + "k_proj", y).view(shape), w[a + "k_norm.weight"], epsilon)  # [S, K, D]
    v = self.linear(w, a + "v_proj", y).view(shape)                                                  # [S, K, D]
    return (self.rotate(q, cos, sin), self.rotate(k, cos, sin), v)

  # Causal attention of one sequence. q [S, A, D], k and v [S, K, D]; the result is [S, A*D].
  def attend_causal(self: __torch__.Judge, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    share = q.size(1) // k.size(1)                                       # query heads per key/value head
    keys = k.repeat_interleave(share, 1).transpose(0, 1).unsqueeze(0)    # [1, A, S, D]
    values = v.repeat_interleave(share, 1).transpose(0, 1).unsqueeze(0)
    a = torch.scaled_dot_product_attention(q.transpose(0, 1).unsqueeze(0), keys, values, None, 0., True)  # [1, A, S, D]
    return a.squeeze(0).transpose(0, 1).reshape([q.size(0), -1])

  # The completions of a group as rows of equal length L: [n, heads, D] becomes [G, L, heads*D]. The end of a shorter row is filled with
  # any other position: later keys are not seen, and what such queries give is left out.
  def as_rows(self: __torch__.Judge, x: Tensor, spread: Tensor, rows: int) -> Tensor:
    flat = x.reshape([x.size(0), -1])
    if spread.size(0) != x.size(0):
      flat = torch.embedding(flat, spread)                               # its gradient is faster than that of index_select
    return flat.view([rows, -1, flat.size(1)])

  # Attention of the G completions of a group, each to the prompt (pk and pv, [P, K, D]) and to itself. All three inputs are
  # [n, heads, D], n positions of all completions one after the other; the result is [n, A*D]. The memory is linear in G.
  def attend_completions(self: __torch__.Judge, q: Tensor, k: Tensor, v: Tensor, pk: Tensor, pv: Tensor, spread: Tensor, gather: Tensor, rows: int) -> Tensor:
    kv = k.size(1)
    d = k.size(2)
    share = q.size(1) // kv
    own = self.as_rows(k, spread, rows)                                  # [G, L, K*D]
    length = own.size(1)
    prompt = [rows, pk.size(0), kv, d]
    keys = torch.cat([pk.unsqueeze(0).expand(prompt), own.view([rows, length, kv, d])], 1).transpose(1, 2)  # [G, K, P+L, D]
    own = self.as_rows(v, spread, rows)
    values = torch.cat([pv.unsqueeze(0).expand(prompt), own.view([rows, length, kv, d])], 1).transpose(1, 2)
    # the query heads of a key/value head take the axis of positions, so that keys are not repeated for them
    grouped = self.as_rows(q, spread, rows).view([rows, length, kv, share, d]).permute([0, 2, 3, 1, 4]).reshape([rows, kv, -1, d])
    seen = torch.ones([length, pk.size(0) + length], dtype=11, device=q.device).tril(pk.size(0)).repeat([share, 1])  # [A/K*L, P+L]
    a = torch.scaled_dot_product_attention(grouped, keys, values, seen)  # [G, K, A/K*L, D]
    a = a.view([rows, kv, share, length, d]).permute([0, 3, 1, 2, 4]).reshape([rows * length, -1])
    if spread.size(0) != q.size(0):
      a = torch.embedding(a, gather)
    return a

  # Attention of groups that lie one after the other, each as its prompt and then its completions. q [S, A, D], k and v [S, K, D]; the
  # result is [S, A*D]. s: `plan` [groups, 4], the positions of the prompt, of all completions, their number G and the longest L;
  # `spread`, for each place of the rows [G, L] of a group the position that it takes; `gather`, the place of each position.
  def attend(self: __torch__.Judge, q: Tensor, k: Tensor, v: Tensor, s: Dict[str, Tensor]) -> Tensor:
    plan = s["plan"]
    parts : List[int] = []
    places : List[int] = []
    positions : List[int] = []
    for g in range(plan.size(0)):
      parts.append(int(plan[g][0]))
      parts.append(int(plan[g][1]))
      positions.append(int(plan[g][1]))
      places.append(int(plan[g][2]) * int(plan[g][3]))
    qs = torch.split_with_sizes(q, parts)
    ks = torch.split_with_sizes(k, parts)
    vs = torch.split_with_sizes(v, parts)
    spreads = torch.split_with_sizes(s["spread"], places)
    gathers = torch.split_with_sizes(s["gather"], positions)
    out : List[Tensor] = []
    for g in range(plan.size(0)):
      out.append(self.attend_causal(qs[2 * g], ks[2 * g], vs[2 * g]))
      if positions[g] > 0:
        c = 2 * g + 1
        out.append(self.attend_completions(qs[c], ks[c], vs[c], ks[c - 1], vs[c - 1], spreads[g], gathers[g], int(plan[g][2])))
    return torch.cat(out)

  # A mixture of E experts with inner size I. Each of n positions uses its best k experts, whose shares are scaled to a sum of one. The
  # n*k pairs of a position and an expert are sorted by expert once, so that each expert has one product and the device is waited for once.
  def experts(self: __torch__.Judge, w: Dict[str, Tensor], name: str, y: Tensor, k: int) -> Tensor:
    flat = y.reshape([-1, y.size(-1)])                                   # [n, H]
    shares = torch.softmax(torch.linear(flat, w[name + ".mlp.gate.weight"]).float(), -1)  # [n, E]
    (best, chosen) = torch.topk(shares, k, -1)                           # [n, k]
    best = (best / best.sum([-1], True)).to(flat.dtype)                  # [n, k]
    (of, order) = torch.sort(chosen.reshape([-1]))                       # [n*k]: position * k + rank, expert by expert
    back = torch.empty_like(order).scatter_(0, order, torch.arange(order.size(0), device=order.device))
    # unbound once, so that the gradients of all experts are put together once
    gate_up = torch.unbind(w[name + ".mlp.experts.gate_up_proj"])        # E of [H, 2I]
    down = torch.unbind(w[name + ".mlp.experts.down_proj"])              # E of [I, H]
    counts = torch.bincount(of, minlength=len(down)).cpu()               # [E]
    sizes : List[int] = []
    for e in range(len(down)):
      sizes.append(int(counts[e]))
    inputs = torch.split_with_sizes(torch.embedding(flat, torch.floor_divide(order, k)), sizes)
    out : List[Tensor] = []
    for e in range(len(down)):
      if sizes[e] > 0:
        z = torch.matmul(inputs[e], gate_up[e])                          # [m, 2I]
        inner = z.size(1) // 2
        out.append(torch.matmul(torch.silu(z.narrow(1, 0, inner)) * z.narrow(1, inner, inner), down[e]))  # [m, H]
    made = torch.embedding(torch.cat(out), back).view([flat.size(0), k, -1])  # [n, k, H]
    return (made * best.unsqueeze(-1)).sum([1]).view(y.size())

  def after_attention(self: __torch__.Judge, w: Dict[str, Tensor], r: Dict[str, Tensor], name: str, x: Tensor, a: Tensor) -> Tensor:
    x = x + self.linear(w, name + ".self_attn.o_proj", a)
    y = self.rms_norm(x, w[name + ".post_attention_layernorm.weight"], float(r["rms_norm_eps"]))
    if "experts_per_token" in r:
      y = self.experts(w, name, y, int(r["experts_per_token"]))
    else:
      y = torch.silu(self.linear(w, name + ".mlp.gate_proj", y)) * self.linear(w, name + ".mlp.up_proj", y)
      y = self.linear(w, name + ".mlp.down_proj", y)
    return x + y                                                         # [S, H]

  def rope(self: __torch__.Judge, r: Dict[str, Tensor], positions: Tensor) -> Tuple[Tensor, Tensor]:
    half = torch.matmul(positions.t().float(), r["frequencies"])         # [S, 3] x [3, D/2]: each frequency belongs to one axis
    angles = torch.cat([half, half], -1).unsqueeze(1)                    # [S, 1, D]
    return (torch.cos(angles), torch.sin(angles))

  # Normed states divided by the temperature. This gives the same result as dividing the logits, but is cheaper.
  def normed(self: __torch__.Judge, w: Dict[str, Tensor], r: Dict[str, Tensor], x: Tensor, temperature: float) -> Tensor:
    y = self.rms_norm(x, w["model.language_model.norm.weight"], float(r["rms_norm_eps"]))
    if temperature != 1.0:
      y = y / temperature
    return y

  # Logits [.., V] of normed states.
  def logits(self: __torch__.Judge, w: Dict[str, Tensor], y: Tensor) -> Tensor:
    return self.projected(w, self.head_name(w), y).float()

  # The name of the matrix [V, H] that makes logits: the embedding itself where the judge has no other.
  def head_name(self: __torch__.Judge, w: Dict[str, Tensor]) -> str:
    if "lm_head.weight" in w:
      return "lm_head"
    return "model.language_model.embed_tokens"

  # Token embeddings [S, H] with the image features at their positions, and the deepstack features, which later layers add.
  def embed(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], ids: Tensor) -> Tuple[Tensor, List[Tensor]]:
    x = torch.embedding(w["model.language_model.embed_tokens.weight"], ids)
    deep : List[Tensor] = []
    if "pixels" in v:
      features = self.vision(w, v)
      x = x.index_copy(0, v["targets"], features[0].to(x.dtype))
      for j in range(1, len(features)):
        deep.append(features[j].to(x.dtype))
    return (x, deep)

  # One decoder layer over groups. Returns the states after the layer, and its keys and values.
  def layer(self: __torch__.Judge, w: Dict[str, Tensor], r: Dict[str, Tensor], s: Dict[str, Tensor], i: int, x: Tensor, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    name = "model.language_model.layers." + str(i)
    (q, k, v) = self.qkv(w, r, name, x, cos, sin)
    return (self.after_attention(w, r, name, x, self.attend(q, k, v, s)), k, v)

  # Adds deepstack features to the states at the image positions `targets`.
  def deepen(self: __torch__.Judge, x: Tensor, targets: Tensor, features: Tensor) -> Tensor:
    return x.index_add(0, targets, features)

  # The whole decoder over groups. ids [S], positions [3, S]. With `keep` it also returns the keys and values of every layer, [S, K, D].
  def decode(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], r: Dict[str, Tensor], s: Dict[str, Tensor], ids: Tensor, positions: Tensor, keep: bool) -> Tuple[Tensor, List[Tensor], List[Tensor]]:
    (x, deep) = self.embed(w, v, ids)
    (cos, sin) = self.rope(r, positions)
    keys : List[Tensor] = []
    values : List[Tensor] = []
    i = 0
    while ("model.language_model.layers." + str(i) + ".input_layernorm.weight") in w:
      (x, k, val) = self.layer(w, r, s, i, x, cos, sin)
      if keep:
        keys.append(k)
        values.append(val)
      if i < len(deep):
        x = self.deepen(x, v["targets"], deep[i])
      i = i + 1
    return (x, keys, values)

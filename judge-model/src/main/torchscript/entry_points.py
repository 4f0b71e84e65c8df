class Judge(Module):
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

class Judge(Module):
  # ---- entry points -------------------------------------------------------------------------------------------------

  # The normed states [n, H] at the positions `at` of the states x [S, H]. They predict the next tokens.
  def predicting(self: __torch__.Judge, w: Dict[str, Tensor], r: Dict[str, Tensor], x: Tensor, at: Tensor, temperature: Tensor) -> Tensor:
    return self.normed(w, r, x.index_select(0, at), float(temperature))

  # The same states after the whole decoder.
  def states(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], r: Dict[str, Tensor], s: Dict[str, Tensor], ids: Tensor, positions: Tensor, at: Tensor, temperature: Tensor) -> Tensor:
    (x, keys, values) = self.decode(w, v, r, s, ids, positions, False)
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
  def log_probs(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], r: Dict[str, Tensor], s: Dict[str, Tensor], ids: Tensor, positions: Tensor, at: Tensor, temperature: Tensor, chosen: Tensor) -> Tuple[Tensor, Tensor]:
    y = self.states(w, v, r, s, ids, positions, at, temperature)
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

  # Logits [S, V] at every position.
  def all_logits(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], r: Dict[str, Tensor], s: Dict[str, Tensor], ids: Tensor, positions: Tensor) -> Tensor:
    (x, keys, values) = self.decode(w, v, r, s, ids, positions, False)
    return self.logits(w, self.normed(w, r, x, 1.0))

  # The judge in pieces, for gradient checkpointing. This piece returns the input of the first layer, then the features of each
  # deepstack block.
  def embedding(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], ids: Tensor) -> List[Tensor]:
    (x, deep) = self.embed(w, v, ids)
    out = [x]
    out.extend(deep)
    return out

  # One layer of the decoder. If deepstack features are added after this layer, they are in v.
  def one_layer(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], r: Dict[str, Tensor], s: Dict[str, Tensor], i: Tensor, x: Tensor, positions: Tensor) -> Tensor:
    (cos, sin) = self.rope(r, positions)
    (x, k, val) = self.layer(w, r, s, int(i), x, cos, sin)
    if "features" in v:
      x = self.deepen(x, v["targets"], v["features"])
    return x

  # Token embeddings [S, H] with zeros at the image positions: what the table of embeddings has a gradient of.
  def text_embedding(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], ids: Tensor) -> Tensor:
    return torch.embedding(w["model.language_model.embed_tokens.weight"], ids).index_fill(0, v["targets"], 0.)

  # The rows of the states x [S, H] at the image positions.
  def at_images(self: __torch__.Judge, v: Dict[str, Tensor], x: Tensor) -> Tensor:
    return x.index_select(0, v["targets"])

  # The vision tower in pieces: its input, a block, and the features that a deepstack block or, with j = -1, the whole tower gives.
  def first_patches(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor]) -> Tensor:
    return self.vision_start(w, v)

  def one_block(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], i: Tensor, h: Tensor) -> Tensor:
    return self.vision_block(w, v, int(i), h)

  def one_feature(self: __torch__.Judge, w: Dict[str, Tensor], j: Tensor, h: Tensor) -> Tensor:
    return self.vision_feature(w, int(j), h)

class Judge(Module):
  # ---- generation ---------------------------------------------------------------------------------------------------

  # Letters in shape comments, besides those of judge.py: R rows, each a completion that is being generated; B prompts of a cohort, padded
  # to P positions; n rows of a cohort; G the most rows of one of its prompts; T positions that its rows have generated; s = A/K.

  # Samples one token per row of logits [R, V], which are already divided by the temperature, at `uniform` [R]. At temperature 0 it takes the
  # most likely token. On the CPU it computes a few rows at a time, so that they stay in the cache.
  def sample(self: __torch__.Judge, logits: Tensor, uniform: Tensor, temperature: float, top_p: float) -> Tuple[Tensor, Tensor]:
    tokens : List[Tensor] = []
    logps : List[Tensor] = []
    rows = max(1, 524288 // logits.size(1))
    if logits.is_cuda:
      rows = logits.size(0)
    rows = min(rows, logits.size(0))
    # memory that is used again: new memory of this size is cleared by the system first
    room = torch.empty([rows, logits.size(1)], dtype=logits.dtype, device=logits.device)
    start = 0
    while start < logits.size(0):
      count = min(rows, logits.size(0) - start)
      z = logits.narrow(0, start, count)                                 # [m, V]
      top = torch.amax(z, [-1], True)                                    # [m, 1]
      e = torch.sub(z, top, out=room.narrow(0, 0, count)).exp_()
      total = e.sum([-1], True)                                          # [m, 1]
      if temperature <= 0.0:
        token = torch.argmax(z, -1, True)                                # [m, 1]
      else:
        if top_p < 1.0:
          (ordered, index) = torch.sort(e / total, -1, True)
          before = torch.cumsum(ordered, -1) - ordered                   # the mass before each token
          e = torch.zeros_like(e).scatter(-1, index, ordered.masked_fill(before >= top_p, 0.0))
        token = self.invert(e, uniform.narrow(0, start, count).unsqueeze(1))
      tokens.append(token)
      logps.append(z.gather(1, token) - top - torch.log(total))
      start = start + count
    return (torch.cat(tokens).squeeze(1), torch.cat(logps).squeeze(1))

  # Inverts the cumulative distribution of masses e [m, V] at `uniform` [m, 1]: first finds a block of tokens, then the token [m, 1] in it.
  def invert(self: __torch__.Judge, e: Tensor, uniform: Tensor) -> Tensor:
    width = 128
    missing = (width - e.size(1) % width) % width
    if missing > 0:
      e = torch.constant_pad_nd(e, [0, missing])
    blocks = e.view([e.size(0), -1, width])                              # [m, V/128, 128]
    sums = blocks.sum([-1])                                              # [m, V/128]
    (block, rest) = self.place(sums, uniform * sums.sum([-1], True))
    (token, rest) = self.place(blocks.gather(1, block.unsqueeze(2).expand([-1, 1, width])).squeeze(1), rest)
    return block * width + token

  # The place [m, 1] in masses [m, n] at which their running sum passes the level [m, 1], and what is left of the level behind the places
  # before it. It is never a place without mass, however the sums are rounded.
  def place(self: __torch__.Judge, masses: Tensor, level: Tensor) -> Tuple[Tensor, Tensor]:
    upto = torch.cumsum(masses, -1)                                      # [m, n]
    last = upto.narrow(-1, upto.size(-1) - 1, 1).contiguous()
    at = torch.minimum(torch.searchsorted(upto, level, right=True), torch.searchsorted(upto, last))
    at = torch.clamp(at, 0, masses.size(1) - 1)                          # for numbers that are not finite
    left = level - (upto.gather(1, at) - masses.gather(1, at))
    return (at, torch.clamp(left, 0.0))

  # The divisor of the logits: the temperature, or 1 if the most likely token is taken.
  def scale(self: __torch__.Judge, sampling: Tensor) -> float:
    temperature = float(sampling[0])
    if temperature <= 0.0:
      return 1.0
    return temperature

  # Memory [R, V] for the logits of many rows, float32 on the CPU, which all steps use: the system clears new memory of this size first,
  # and that takes longer than packed weights gain with many rows. For few rows it is empty, [0, V].
  def room(self: __torch__.Judge, w: Dict[str, Tensor], r: Dict[str, Tensor], rows: int) -> Tensor:
    weight = w[self.head_name(w) + ".weight"]
    float32 = r["frequencies"].dtype
    many = rows >= 96 and weight.dtype == float32 and not weight.is_cuda
    if not many:
      rows = 0
    return torch.empty([rows, weight.size(0)], dtype=float32, device=weight.device)

  # The logits [R, V] of the next tokens, in `room` if it has rows.
  def logits_into(self: __torch__.Judge, w: Dict[str, Tensor], y: Tensor, room: Tensor) -> Tensor:
    if room.size(0) == 0:
      return self.logits(w, y)
    return torch.mm(y, w[self.head_name(w) + ".weight"].t(), out=room)

  # Computes the prompts of a cohort, one after the other, and samples the first token of each of its rows. last [B]: the positions of
  # the last tokens; owners [R]: the prompt of each row; uniforms [R, 1]. Returns the tokens [R] and their log-probabilities [R], then
  # the keys of all layers [K, B, P, D], and the values.
  def prefill(self: __torch__.Judge, w: Dict[str, Tensor], v: Dict[str, Tensor], r: Dict[str, Tensor], s: Dict[str, Tensor], ids: Tensor, positions: Tensor, last: Tensor, owners: Tensor, uniforms: Tensor, sampling: Tensor) -> List[Tensor]:
    (x, keys, values) = self.decode(w, v, r, s, ids, positions, True)
    scores = self.logits(w, self.normed(w, r, x.index_select(0, last), self.scale(sampling)))  # [B, V]
    (token, logp) = self.sample(scores.index_select(0, owners), uniforms.select(1, 0), float(sampling[0]), float(sampling[1]))
    out = [token, logp]
    for i in range(len(keys)):
      out.append(self.padded(keys[i], s))
    for i in range(len(values)):
      out.append(self.padded(values[i], s))
    return out

  # The keys or values [S, K, D] of prompts that lie one after the other as [K, B, P, D].
  def padded(self: __torch__.Judge, x: Tensor, s: Dict[str, Tensor]) -> Tensor:
    plan = s["plan"]
    longest = int(plan.select(1, 0).max())
    out = torch.zeros([x.size(1), plan.size(0), longest, x.size(2)], dtype=x.dtype, device=x.device)
    start = 0
    for b in range(plan.size(0)):
      length = int(plan[b][0])
      out.select(1, b).narrow(1, 0, length).copy_(x.narrow(0, start, length).transpose(0, 1))
      start = start + length
    return out

  # Attention of one new position per row of a cohort: one softmax over the keys of its prompt, which exist once, and its own. c has the
  # cache of the cohort under names that begin with `cohort`. q [K, n, s, D], k and v [K, n, D]; t positions are in the cache before.
  # Where the prompts have unlike numbers of rows, `fill` [B*G] takes each prompt's rows (and any others), and `slot` [n] is the way back.
  def attend_cached(self: __torch__.Judge, c: Dict[str, Tensor], cohort: str, layer: str, q: Tensor, k: Tensor, v: Tensor, t: int) -> Tensor:
    own_k = c[cohort + "k" + layer]
    own_v = c[cohort + "v" + layer]
    own_k.select(2, t).copy_(k)
    own_v.select(2, t).copy_(v)
    prompt_k = c[cohort + "pk" + layer]                                  # [K, B, P, D]
    prompt_v = c[cohort + "pv" + layer]
    kv = q.size(0)
    share = q.size(2)
    d = q.size(3)
    b = prompt_k.size(1)
    p = prompt_k.size(2)
    uneven = (cohort + "fill") in c
    kind = q.dtype
    # scores are float32, as they are inside of scaled_dot_product_attention
    q = q.float() * (float(d) ** -0.5)
    asking = q
    if uneven:
      asking = q.index_select(1, c[cohort + "fill"])                     # [K, B*G, s, D]
    prompt = torch.matmul(asking.reshape([kv, b, -1, d]), prompt_k.float().transpose(2, 3))  # [K, B, G*s, P]
    if (cohort + "hide") in c:
      prompt = prompt + c[cohort + "hide"]                               # [B, 1, P]: minus infinity at the padding
    prompt = prompt.view([kv, -1, share, p])
    if uneven:
      prompt = prompt.index_select(1, c[cohort + "slot"])                # [K, n, s, P]
    own = torch.matmul(q, own_k.narrow(2, 0, t + 1).float().transpose(2, 3))  # [K, n, s, T]
    shares = torch.softmax(torch.cat([prompt, own], -1), -1).to(kind)
    to_prompt = shares.narrow(-1, 0, p)
    if uneven:
      to_prompt = to_prompt.index_select(1, c[cohort + "fill"])
    a = torch.matmul(to_prompt.reshape([kv, b, -1, p]), prompt_v).view([kv, -1, share, d])
    if uneven:
      a = a.index_select(1, c[cohort + "slot"])
    return a + torch.matmul(shares.narrow(-1, p, t + 1), own_v.narrow(2, 0, t + 1))  # [K, n, s, D]

  # Samples as many more tokens for every row as uniforms [R, count] has columns. token [R]: the last token of each row, at [R]: its
  # position, plan [cohorts, 2]: the rows of each cohort and the positions in its cache, on the CPU. The caches of c are changed in place.
  # Returns the tokens and their log-probabilities, [R, count]. A row does not end here: what follows its end token is for the caller to
  # leave out. The weights may be newer than the weights that computed the keys and values.
  def advance(self: __torch__.Judge, w: Dict[str, Tensor], c: Dict[str, Tensor], r: Dict[str, Tensor], token: Tensor, at: Tensor, uniforms: Tensor, sampling: Tensor, plan: Tensor) -> Tuple[Tensor, Tensor]:
    tokens : List[Tensor] = []
    logps : List[Tensor] = []
    rows : List[int] = []
    lengths : List[int] = []
    for j in range(plan.size(0)):
      rows.append(int(plan[j][0]))
      lengths.append(int(plan[j][1]))
    scale = self.scale(sampling)
    temperature = float(sampling[0])
    top_p = float(sampling[1])
    room = self.room(w, r, token.size(0))
    for step in range(uniforms.size(1)):
      (cos, sin) = self.rope(r, at.unsqueeze(0).expand([3, -1]))
      x = torch.embedding(w["model.language_model.embed_tokens.weight"], token)  # [R, H]
      i = 0
      while ("0.k" + str(i)) in c:
        name = "model.language_model.layers." + str(i)
        (q, k, v) = self.qkv(w, r, name, x, cos, sin)
        k = k.transpose(0, 1)                                            # [K, R, D]
        v = v.transpose(0, 1)
        q = q.view([q.size(0), k.size(0), -1, q.size(2)]).transpose(0, 1)  # [K, R, s, D]
        out : List[Tensor] = []
        start = 0
        for j in range(len(rows)):
          n = rows[j]
          out.append(self.attend_cached(c, str(j) + ".", str(i), q.narrow(1, start, n), k.narrow(1, start, n), v.narrow(1, start, n), lengths[j] + step))
          start = start + n
        a = out[0]
        if len(out) > 1:
          a = torch.cat(out, 1)
        x = self.after_attention(w, r, name, x, a.transpose(0, 1).reshape([x.size(0), -1]))
        i = i + 1
      scores = self.logits_into(w, self.normed(w, r, x, scale), room)
      (token, logp) = self.sample(scores, uniforms.select(1, step), temperature, top_p)
      tokens.append(token)
      logps.append(logp)
      at = at + 1
    return (torch.stack(tokens, 1), torch.stack(logps, 1))

  # A cache [K, n, C, D] with room for `room` positions: of its rows (or prompts) only `kept`, of its positions the first `used`.
  def regrow(self: __torch__.Judge, cache: Tensor, kept: Tensor, used: Tensor, room: Tensor) -> Tensor:
    out = torch.empty([cache.size(0), kept.size(0), int(room), cache.size(3)], dtype=cache.dtype, device=cache.device)
    held = cache.narrow(2, 0, int(used))
    if kept.size(0) == cache.size(1):
      out.narrow(2, 0, int(used)).copy_(held)
    else:
      out.narrow(2, 0, int(used)).copy_(held.index_select(1, kept))
    return out

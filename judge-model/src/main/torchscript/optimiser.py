class Judge(Module):
  # ---- optimiser and memory -------------------------------------------------------------------------------------------

  # The Euclidean norm [1] of all gradients together.
  def gradient_norm(self: __torch__.Judge, g: Dict[str, Tensor]) -> Tensor:
    total = torch.zeros([1])
    for name in g.keys():
      total = total + g[name].pow(2).sum().to(total.device)
    return torch.sqrt(total)

  # Sets all gradients to zero; called when they are not finite.
  def clear(self: __torch__.Judge, g: Dict[str, Tensor]) -> Tensor:
    for name in g.keys():
      g[name].zero_()
    return torch.zeros([1])

  # A zero [1] whose gradient of every weight is zero.
  def zero(self: __torch__.Judge, w: Dict[str, Tensor]) -> Tensor:
    total = torch.zeros([1])
    for name in w.keys():
      total = total + (w[name].view([-1]).narrow(0, 0, 1).float() * 0.).to(total.device)
    return total

  # Adds the gradients g of a micro-batch to their fp32 sums s, and sets them to zero for the next micro-batch.
  def add_and_clear(self: __torch__.Judge, g: Dict[str, Tensor], s: Dict[str, Tensor]) -> Tensor:
    for name in g.keys():
      s[name].add_(g[name])
      g[name].zero_()
    return torch.zeros([1])

  # One step of decoupled AdamW in place (Loshchilov and Hutter 2019). Then the gradients are set to zero for the next step.
  # Everything is fp32.
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
      grad = g[name].mul_(factor)
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

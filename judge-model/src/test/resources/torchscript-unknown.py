class Judge(Module):
  def pack(self: __torch__.Judge, weight: Tensor) -> Tensor:
    return ops.nobody.has_this(weight)

  def packed_product(self: __torch__.Judge, x: Tensor, packed: Tensor) -> Tensor:
    return ops.nobody.has_this(x)

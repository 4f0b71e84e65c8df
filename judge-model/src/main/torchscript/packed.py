class Judge(Module):
  # ---- packed matrices: only where libtorch has oneDNN ---------------------------------------------------------------

  # A matrix [out, in] in the layout in which oneDNN reads it fastest. It is of use to packed_product only.
  def pack(self: __torch__.Judge, weight: Tensor) -> Tensor:
    return ops.mkldnn._reorder_linear_weight(weight, None)

  # x W^T of states x [.., in] and a packed matrix.
  def packed_product(self: __torch__.Judge, x: Tensor, packed: Tensor) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, packed, None, "none", annotate(List[Optional[number]], []), "")

"""Runs the model's functions at the sizes of published judges, on a GPU that is not there.

The TorchScript text is executed as Python with fake CUDA tensors: shapes, number types and devices are computed, numbers are not. A
mixed device or a shape that does not fit ends it; otherwise it prints a table of what each function returns and of the most memory that
its arrays take together, besides its arguments. Gradients are computed on the meta device, because autograd asks a CUDA device for its
stream: there, shapes and types are checked, and devices are not. Python frees an array when its function returns or its name is taken again, TorchScript
after its last use, so the figures are upper bounds. Attention is a fused kernel, as on a GPU.

usage: python fake_cuda.py [2B|8B|30B-A3B ...]      (torch 2.13.0; needs no GPU and no weights)
"""
import contextlib
import sys
from pathlib import Path

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode

GRADIENTS = "its gradients"
SOURCES = ["judge.py", "entry_points.py", "generation.py", "optimiser.py"]
TORCHSCRIPT = Path(__file__).parent.parent / "main" / "torchscript"
DEVICE = ["cuda"]
VOCABULARY, HEAD, SIDE = 151936, 128, 16
# hidden, layers, heads, key/value heads, inner; tower: blocks, hidden, inner, deepstack; experts, chosen
SIZES = {
    "2B": (2048, 28, 16, 8, 6144, 24, 1024, 4096, [5, 11, 17], 0, 0),
    "8B": (4096, 36, 32, 8, 12288, 27, 1152, 4304, [8, 16, 24], 0, 0),
    "30B-A3B": (2048, 48, 32, 4, 768, 27, 1152, 4304, [8, 16, 24], 128, 8),
}
# a picture of 1024 x 1024 and 376 tokens of text; 7 of a group's 20 completions of 2,048 tokens fit a micro-batch of 16,384
PATCHES, IMAGE_TOKENS, PROMPT, ROWS, LENGTH = 4096, 1024, 1400, 7, 2048
# generation: 4 prompts with 20 rows each, which have generated 1,024 tokens of a cache of 2,048
PROMPTS, GROUP, GENERATED, STEPS = 4, 20, 1024, 4
# the probabilities of at most 4 GiB are kept
HEAD_ROWS = (4 << 30) // (4 * VOCABULARY)


class Host:
    """A small array in the host's memory whose numbers are known: how positions belong together."""

    def __init__(self, rows):
        self.rows = rows

    def size(self, axis):
        return len(self.rows) if axis == 0 else len(self.rows[0])

    def __getitem__(self, i):
        return self.rows[i]

    def select(self, axis, i):
        return Host([row[i] for row in self.rows])

    def max(self):
        return max(self.rows)

    def cpu(self):
        return self


class Attention(torch.autograd.Function):
    """A fused kernel: it keeps its inputs, its output and the logarithms of the sums. A mask becomes an addition of the queries' type."""

    @staticmethod
    def forward(ctx, q, k, v, mask):
        assert q.device == k.device == v.device and q.dtype == k.dtype == v.dtype, (q, k, v)
        assert q.size(-1) == k.size(-1) and k.shape == v.shape and q.shape[:2] == k.shape[:2], (q.shape, k.shape)
        if mask is not None:
            assert mask.device == q.device and list(mask.shape) == [q.size(2), k.size(2)], mask.shape
            bias = mask.to(q.dtype)
        out = q.new_empty(q.shape)
        ctx.save_for_backward(q, k, v, out, q.new_empty(q.shape[:-1], dtype=torch.float32))
        return out

    @staticmethod
    def backward(ctx, upstream):
        q, k, v, _, _ = ctx.saved_tensors
        return torch.empty_like(q), torch.empty_like(k), torch.empty_like(v), None


class Script:
    """The names that TorchScript finds in torch."""

    TYPES = {5: torch.float16, 6: torch.float32, 11: torch.bool, 15: torch.bfloat16}

    def __getattr__(self, name):
        for where in (torch, torch.nn.functional, torch._C._nn, torch.ops.aten):
            if hasattr(where, name):
                return getattr(where, name)
        raise AttributeError(name)

    def layer_norm(self, x, shape, weight, bias, epsilon):
        return torch.nn.functional.layer_norm(x, shape, weight, bias, epsilon)

    def scaled_dot_product_attention(self, q, k, v, mask=None, dropout=0., causal=False):
        return Attention.apply(q, k, v, mask)

    def ones(self, size, dtype, device):
        return torch.ones(size, dtype=self.TYPES[dtype], device=device)

    def linear(self, x, weight, bias=None):
        return torch.nn.functional.linear(x, weight, bias)

    def neg(self, x):
        # of a number too
        return -x

    def unbind(self, x):
        return torch.unbind(x)

    def bincount(self, of, minlength):
        # nearly the same share for each expert
        share, more = divmod(of.size(0), minlength)
        return Host([share + 1] * more + [share] * (minlength - more))


class Live(TorchDispatchMode):
    """The bytes of the arrays that were made in this mode and still exist, and the most at a time."""

    def __init__(self):
        super().__init__()
        self.arrays, self.peak = {}, 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        self.arrays = {key: each for key, each in self.arrays.items() if not each[0].expired()}
        given = {x.untyped_storage()._cdata for x in tensors((args, kwargs))}
        for x in tensors(made):
            storage = x.untyped_storage()
            if x.device.type == DEVICE[0] and storage._cdata not in given:
                self.arrays[storage._cdata] = (StorageWeakRef(storage), storage.nbytes())
        self.peak = max(self.peak, sum(size for _, size in self.arrays.values()))
        return made


def tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from tensors(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from tensors(each)


def judge():
    """The class that the TorchScript text describes, as Python."""
    bodies = [(TORCHSCRIPT / name).read_text().split("\n", 1)[1] for name in SOURCES]
    space = {"torch": Script()}
    exec(compile("from __future__ import annotations\nclass Judge:\n" + "\n".join(bodies), "judge", "exec"), space)
    return space["Judge"]()


def on_gpu(*shape, dtype=torch.bfloat16, grad=False):
    return torch.empty(shape, dtype=dtype, device=DEVICE[0], requires_grad=grad)


def weights(size, grad=False):
    """One layer, one block of the tower, and everything that exists once: each function needs no more."""
    hidden, _, heads, kv, inner, _, tower, tower_inner, deepstack, experts, _ = SIZES[size]
    shapes = {"embed_tokens.weight": (VOCABULARY, hidden), "norm.weight": (hidden,)}
    layer = {"input_layernorm.weight": (hidden,), "post_attention_layernorm.weight": (hidden,),
             "self_attn.q_proj.weight": (heads * HEAD, hidden), "self_attn.k_proj.weight": (kv * HEAD, hidden),
             "self_attn.v_proj.weight": (kv * HEAD, hidden), "self_attn.o_proj.weight": (hidden, heads * HEAD),
             "self_attn.q_norm.weight": (HEAD,), "self_attn.k_norm.weight": (HEAD,)}
    if experts:
        layer.update({"mlp.gate.weight": (experts, hidden), "mlp.experts.gate_up_proj": (experts, hidden, 2 * inner),
                      "mlp.experts.down_proj": (experts, inner, hidden)})
    else:
        layer.update({"mlp.gate_proj.weight": (inner, hidden), "mlp.up_proj.weight": (inner, hidden),
                      "mlp.down_proj.weight": (hidden, inner)})
    shapes.update({f"layers.0.{name}": shape for name, shape in layer.items()})
    w = {f"model.language_model.{name}": on_gpu(*shape, grad=grad) for name, shape in shapes.items()}
    w["lm_head.weight"] = on_gpu(VOCABULARY, hidden, grad=grad)
    pairs = {"patch_embed.proj": (tower, 3, 2, SIDE, SIDE)}
    block = {"norm1": (tower,), "norm2": (tower,), "attn.qkv": (3 * tower, tower), "attn.proj": (tower, tower),
             "mlp.linear_fc1": (tower_inner, tower), "mlp.linear_fc2": (tower, tower_inner)}
    pairs.update({f"blocks.0.{name}": shape for name, shape in block.items()})
    mergers = {"merger": (tower,)} | {f"deepstack_merger_list.{j}": (4 * tower,) for j in range(len(deepstack))}
    for name, norm in mergers.items():
        pairs.update({f"{name}.norm": norm, f"{name}.linear_fc1": (4 * tower, 4 * tower),
                      f"{name}.linear_fc2": (hidden, 4 * tower)})
    for name, shape in pairs.items():
        w[f"model.visual.{name}.weight"] = on_gpu(*shape, grad=grad)
        w[f"model.visual.{name}.bias"] = on_gpu(shape[0], grad=grad)
    w["model.visual.pos_embed.weight"] = on_gpu(48 * 48, tower, grad=grad)
    return w


def picture(size):
    tower = SIZES[size][6]
    return {"pixels": on_gpu(PATCHES, 3 * SIDE * SIDE, dtype=torch.uint8),
            "pos_index": on_gpu(PATCHES, 4, dtype=torch.int64), "pos_weight": on_gpu(PATCHES, 4, dtype=torch.float32),
            "angles": on_gpu(PATCHES, tower // 16 // 2, dtype=torch.float32), "heads": 16,
            "runs": Host([[1, PATCHES]]), "deepstack": Host(SIZES[size][8]),
            "targets": on_gpu(IMAGE_TOKENS, dtype=torch.int64)}


def functions(size, made):
    """What the Java code calls at these sizes: name, function, arguments."""
    hidden, _, heads, kv, _, _, tower, _, _, _, chosen = SIZES[size]
    w, trained, v = weights(size), weights(size, True), picture(size)
    text = {"targets": v["targets"]}
    r = {"frequencies": on_gpu(3, HEAD // 2, dtype=torch.float32), "rms_norm_eps": 1e-6}
    if chosen:
        r["experts_per_token"] = chosen
    positions = PROMPT + ROWS * LENGTH
    s = {"plan": Host([[PROMPT, ROWS * LENGTH, ROWS, LENGTH]]), "spread": on_gpu(ROWS * LENGTH, dtype=torch.int64),
         "gather": on_gpu(ROWS * LENGTH, dtype=torch.int64)}
    ids = on_gpu(positions, dtype=torch.int64)
    places = on_gpu(3, positions, dtype=torch.int64)
    at, tokens = on_gpu(ROWS * LENGTH, dtype=torch.int64), on_gpu(HEAD_ROWS, dtype=torch.int64)
    answers = on_gpu(ROWS * LENGTH, dtype=torch.int64)
    p = on_gpu(HEAD_ROWS, VOCABULARY, dtype=torch.float32)
    asked = {"plan": Host([[PROMPT, 0, 0, 0]] * PROMPTS), "spread": on_gpu(0, dtype=torch.int64),
             "gather": on_gpu(0, dtype=torch.int64)}
    many = PROMPTS * PROMPT
    four = dict(v, pixels=on_gpu(PROMPTS * PATCHES, 3 * SIDE * SIDE, dtype=torch.uint8),
                pos_index=on_gpu(PROMPTS * PATCHES, 4, dtype=torch.int64),
                pos_weight=on_gpu(PROMPTS * PATCHES, 4, dtype=torch.float32),
                angles=on_gpu(PROMPTS * PATCHES, tower // 16 // 2, dtype=torch.float32),
                runs=Host([[PROMPTS, PATCHES]]), targets=on_gpu(PROMPTS * IMAGE_TOKENS, dtype=torch.int64))
    rows = PROMPTS * GROUP
    cache = {"0.pk0": on_gpu(kv, PROMPTS, PROMPT, HEAD), "0.pv0": on_gpu(kv, PROMPTS, PROMPT, HEAD),
             "0.k0": on_gpu(kv, rows, LENGTH, HEAD), "0.v0": on_gpu(kv, rows, LENGTH, HEAD)}
    sampling = [1.0, 0.95]
    f32 = torch.float32
    big = "model.language_model.layers.0.self_attn.q_proj.weight"
    g, m, u = ({big: on_gpu(*w[big].shape, dtype=f32)} for _ in range(3))
    master = {big: on_gpu(*w[big].shape, dtype=f32)}
    x, h = on_gpu(positions, hidden), on_gpu(PATCHES, tower)
    n = HEAD_ROWS
    return [
        ("first_patches", made.first_patches, w, v),
        ("one_block", made.one_block, w, v, 0, h),
        (f"one_block, {GRADIENTS}", gradients, lambda own, state: made.one_block(own, v, 0, state), trained, h,
         "model.visual.blocks.0"),
        ("one_feature", made.one_feature, w, -1, h),
        ("embedding", made.embedding, w, v, ids),
        ("one_layer", made.one_layer, w, text, r, s, 0, x, places),
        (f"one_layer, {GRADIENTS}", gradients, lambda own, state: made.one_layer(own, text, r, s, 0, state, places),
         trained, x, "model.language_model.layers.0"),
        ("predicting", made.predicting, w, r, x, at, 1.0),
        ("head", made.head, w, on_gpu(n, hidden), tokens),
        ("head_backward", made.head_backward, w, p, tokens, on_gpu(n, dtype=f32)),
        ("head_gradient", made.head_gradient, on_gpu(VOCABULARY, hidden, dtype=f32), p, on_gpu(n, hidden)),
        ("log_probs, one layer", made.log_probs, w, v, r, s, ids, places, at, 1.0, answers),
        ("prefill, one layer", made.prefill, w, four, r, asked, on_gpu(many, dtype=torch.int64),
         on_gpu(3, many, dtype=torch.int64), on_gpu(PROMPTS, dtype=torch.int64), on_gpu(rows, dtype=torch.int64),
         on_gpu(rows, 1, dtype=f32), sampling),
        ("advance, one layer", made.advance, w, cache, r, on_gpu(rows, dtype=torch.int64),
         on_gpu(rows, dtype=torch.int64), on_gpu(rows, STEPS, dtype=f32), sampling, Host([[rows, GENERATED]])),
        ("regrow", made.regrow, cache["0.k0"], on_gpu(rows // 2, dtype=torch.int64), GENERATED, LENGTH),
        ("adamw, q_proj", made.adamw, master, g, m, u, [1e-6, .9, .999, 1e-8, .01, .1, .001, 1.]),
        ("round, q_proj", made.round, {big: w[big]}, master),
        ("gradient_norm, q_proj", made.gradient_norm, g),
    ]


def gradients(call, own, state, part):
    """What a part computed again with gradients takes, as gradient checkpointing does it: returns the gradient of its input."""
    state = state.detach().requires_grad_()
    out = call({name: each for name, each in own.items() if name.startswith(part)}, state)
    out.backward(torch.empty_like(out))
    return state.grad


def shown(value):
    names = {torch.bfloat16: "bf16", torch.float32: "f32", torch.int64: "i64"}
    each = [x for x in tensors(value)]
    first = each[0] if each else None
    if first is None:
        return "–"
    text = f"{names.get(first.dtype, first.dtype)} {list(first.shape)} {first.device.type}"
    return text + (f" and {len(each) - 1} more" if len(each) > 1 else "")


def main(sizes):
    made = judge()
    print(f"{ROWS} completions of {LENGTH} tokens after a prompt of {PROMPT} with {IMAGE_TOKENS} image tokens; "
          f"head of {HEAD_ROWS} rows; {PROMPTS} x {GROUP} rows generate\n")
    print("| function | " + " | ".join(f"{size}: returns | GiB" for size in sizes) + " |")
    print("|---|" + "---|---|" * len(sizes))
    table = {}
    for size in sizes:
        for DEVICE[0], mode in ("cuda", FakeTensorMode()), ("meta", contextlib.nullcontext()):
            with mode:
                for name, function, *arguments in functions(size, made):
                    if (DEVICE[0] == "meta") == (GRADIENTS in name):
                        with Live() as live:
                            result = function(*arguments)
                        table.setdefault(name, {})[size] = f"{shown(result)} | {live.peak / (1 << 30):.2f}"
                        del result
    for name, cells in table.items():
        print(f"| `{name}` | " + " | ".join(cells[size] for size in sizes) + " |")


if __name__ == "__main__":
    main(sys.argv[1:] or list(SIZES))

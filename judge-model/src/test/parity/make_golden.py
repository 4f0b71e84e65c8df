"""Writes small random checkpoints and the results of the reference implementation for them, as golden files.

A development tool: building, running and testing the project does not need Python. Needs torch, torchvision, transformers (5.x), pillow.
usage: python make_golden.py ../resources/parity
"""
import json
import pathlib
import shutil
import sys

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import (Qwen3VLConfig, Qwen3VLForConditionalGeneration, Qwen3VLMoeConfig,
                          Qwen3VLMoeForConditionalGeneration)
from transformers.models.qwen2_vl.image_processing_qwen2_vl import Qwen2VLImageProcessor

HERE = pathlib.Path(__file__).resolve().parent
PRESET = HERE.parents[1] / "main/resources/judge-tiny"
NEW_TOKENS = 32
PROMPTS = [
    ("no image, a text alone", []),
    ("<image>\nText: red ball left\nDoes the text match the image?", [(96, 96)]),
    ("first <image> then <image>\nwhich is better", [(150, 75), (96, 170)]),
]


def config(tied, experts):
    root = json.loads((PRESET / "config.json").read_text())
    root["tie_word_embeddings"] = tied
    root["text_config"] |= {
        "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
        "intermediate_size": 64, "tie_word_embeddings": tied,
        "rope_scaling": {"rope_type": "default", "mrope_section": [4, 2, 2], "mrope_interleaved": True},
    }
    root["vision_config"] |= {
        "hidden_size": 16, "depth": 3, "num_heads": 2, "intermediate_size": 32, "num_position_embeddings": 16,
        "out_hidden_size": 32, "deepstack_visual_indexes": [0, 2],
    }
    # 2 · 24 differs from 32, because the reference decides by the shape whether it transposes a matrix
    if experts:
        root |= {"model_type": "qwen3_vl_moe", "architectures": ["Qwen3VLMoeForConditionalGeneration"]}
        root["text_config"] |= {
            "model_type": "qwen3_vl_moe_text", "num_experts": 6, "num_experts_per_tok": 2, "moe_intermediate_size": 24,
            "decoder_sparse_step": 1, "norm_topk_prob": True, "mlp_only_layers": [],
        }
        root["vision_config"]["model_type"] = "qwen3_vl_moe"
    return root


def randomize(model, seed):
    """Sets weights as large as trained ones, so that every part has an effect on the logits; rounded to bf16, the type of the file."""
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in model.named_parameters():
        noise = torch.randn(tensor.shape, generator=generator)
        if tensor.dim() == 1:
            value = (0.0 if name.endswith("bias") else 1.0) + 0.2 * noise
        elif "embed" in name:
            value = noise
        else:
            value = noise / (tensor[0].numel() ** 0.5)
        tensor.data.copy_(value.to(torch.bfloat16).float())


def picture(width, height, seed):
    """A picture of smooth areas and some noise."""
    random = np.random.default_rng(seed)
    small = Image.fromarray(random.integers(0, 256, (6, 6, 3), dtype=np.uint8))
    large = np.asarray(small.resize((width, height), Image.BICUBIC), dtype=np.int16)
    return Image.fromarray(np.clip(large + random.integers(-20, 21, large.shape), 0, 255).astype(np.uint8))


def case(folder, tied, experts, seed):
    folder.mkdir(parents=True)
    settings = config(tied, experts)
    (folder / "config.json").write_text(json.dumps(settings, indent=2) + "\n")
    for name in ("tokenizer.json", "preprocessor_config.json"):
        shutil.copy(PRESET / name, folder / name)
    made = Qwen3VLMoeForConditionalGeneration(Qwen3VLMoeConfig(**settings)) if experts else \
        Qwen3VLForConditionalGeneration(Qwen3VLConfig(**settings))
    model = made.float().eval()
    model.set_attn_implementation("eager")
    randomize(model, seed)
    # the reference transposes the experts' matrices in memory; published checkpoints contain [experts, in, out]
    state = {k: (v.transpose(1, 2) if ".experts." in k else v).to(torch.bfloat16).contiguous() for k, v in model.state_dict().items() if not (tied and k == "lm_head.weight")}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer = Tokenizer.from_file(str(PRESET / "tokenizer.json"))
    size = json.loads((PRESET / "preprocessor_config.json").read_text())["size"]
    # this class uses torchvision. Pillow 13 and newer resizes some shapes along rows first: it differs from
    # torchvision and from older versions by up to 3 levels
    processor = Qwen2VLImageProcessor(size=size, patch_size=16, temporal_patch_size=2, merge_size=2,
                                      image_mean=[0.5] * 3, image_std=[0.5] * 3)
    golden = []
    inputs = []
    for number, (text, sizes) in enumerate(PROMPTS):
        read = encode(folder, model, tokenizer, processor, number, text, sizes, settings)
        inputs.append(read)
        golden.append(prompt(folder, model, number, text, read, settings))
    (folder / "golden.json").write_text(json.dumps(golden) + "\n")
    (folder / "batch.json").write_text(json.dumps(batch(model, inputs, settings)) + "\n")
    grpo(folder, model, inputs, seed)


def encode(folder, model, tokenizer, processor, number, text, sizes, settings):
    """The inputs of the reference: token ids, and pixels rounded to whole levels, as in the file."""
    images = [picture(w, h, 10 * number + i) for i, (w, h) in enumerate(sizes)]
    for i, image in enumerate(images):
        image.save(folder / f"{number}-{i}.png")
    inputs = {}
    turn = "<|im_start|>user\n" + text + "<|im_end|>\n<|im_start|>assistant\n"
    if images:
        made = processor(images=images, return_tensors="pt")
        inputs = {"image_grid_thw": made["image_grid_thw"]}
        for grid in made["image_grid_thw"].tolist():
            pads = "<|image_pad|>" * (grid[1] * grid[2] // 4)
            turn = turn.replace("<image>", "<|vision_start|>" + pads + "<|vision_end|>", 1)
        np.asarray(torch.round((made["pixel_values"] + 1) * 127.5), dtype=np.uint8).tofile(folder / f"{number}.pixels.u8")
        levels = np.fromfile(folder / f"{number}.pixels.u8", dtype=np.uint8).astype(np.float32)
        inputs["pixel_values"] = torch.from_numpy(levels / np.float32(127.5) - np.float32(1)).view(made["pixel_values"].shape)
    ids = torch.tensor([tokenizer.encode(turn, add_special_tokens=False).ids])
    return inputs | text_inputs(ids, settings)


def text_inputs(ids, settings):
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids),
            "mm_token_type_ids": (ids == settings["image_token_id"]).int()}


def prompt(folder, model, number, text, inputs, settings):
    ids = inputs["input_ids"]
    positions, _ = model.model.get_rope_index(ids, inputs["mm_token_type_ids"], inputs.get("image_grid_thw"))
    with torch.no_grad():
        logits = model(**inputs).logits[0].float().numpy()
        generated = model.generate(**inputs, max_new_tokens=NEW_TOKENS, do_sample=False, pad_token_id=0,
                                   eos_token_id=settings["text_config"]["eos_token_id"])
    logits.astype("<f4").tofile(folder / f"{number}.logits.f32")
    grids = inputs["image_grid_thw"].tolist() if "image_grid_thw" in inputs else []
    return {
        "text": text,
        "images": [f"{number}-{i}.png" for i in range(len(grids))],
        "grids": grids,
        "ids": ids[0].tolist(),
        "positions": positions[:, 0].tolist(),
        "greedy": generated[0, ids.shape[1]:].tolist(),
    }


def batch(model, inputs, settings):
    """Greedy tokens and their log-probabilities of all prompts in one batch, padded on the left."""
    width = max(i["input_ids"].shape[1] for i in inputs)

    def padded(name, value):
        return torch.cat([torch.nn.functional.pad(i[name], (width - i[name].shape[1], 0), value=value) for i in inputs])

    together = {"input_ids": padded("input_ids", 0), "attention_mask": padded("attention_mask", 0),
                "mm_token_type_ids": padded("mm_token_type_ids", 0),
                "pixel_values": torch.cat([i["pixel_values"] for i in inputs if "pixel_values" in i]),
                "image_grid_thw": torch.cat([i["image_grid_thw"] for i in inputs if "image_grid_thw" in i])}
    with torch.no_grad():
        made = model.generate(**together, max_new_tokens=NEW_TOKENS, do_sample=False, pad_token_id=0,
                              eos_token_id=settings["text_config"]["eos_token_id"],
                              return_dict_in_generate=True, output_logits=True)
    tokens = made.sequences[:, width:]
    scores = torch.log_softmax(torch.stack(made.logits, 1).float(), -1)
    return {"greedy": tokens.tolist(), "log_probs": scores.gather(2, tokens.unsqueeze(2)).squeeze(2).tolist()}


def grpo(folder, model, inputs, seed):
    """The gradients of one GRPO loss over three groups. Each completion is computed separately, after its prompt."""
    random = np.random.default_rng(seed)
    settings = {"temperature": 0.9, "clip_ratio_low": 0.2, "clip_ratio_high": 0.28, "kl_coef": 0.1}
    groups = []
    for _ in inputs:
        lengths = random.integers(3, 9, 3).tolist()
        groups.append({"completions": [random.integers(10, 500, n).tolist() for n in lengths],
                       "advantages": [round(a, 3) for a in random.normal(0, 1, 3).tolist()]})
    tokens = sum(len(c) for g in groups for c in g["completions"])
    loss = torch.zeros([])
    for group, read in zip(groups, inputs):
        group["behaviour"], group["reference"] = [], []
        for completion, advantage in zip(group["completions"], group["advantages"]):
            ids = torch.cat([read["input_ids"], torch.tensor([completion])], 1)
            more = {k: v for k, v in read.items() if k in ("pixel_values", "image_grid_thw")}
            logits = model(**more, **text_inputs(ids, json.loads((folder / "config.json").read_text()))).logits[0]
            start = read["input_ids"].shape[1] - 1
            scores = torch.log_softmax(logits[start:-1].float() / settings["temperature"], -1)
            logp = scores.gather(1, torch.tensor(completion).unsqueeze(1)).squeeze(1)
            behaviour = (logp.detach() + torch.from_numpy(random.normal(0, 0.3, len(completion))).float())
            reference = (logp.detach() + torch.from_numpy(random.normal(0, 0.3, len(completion))).float())
            group["behaviour"].append(behaviour.tolist())
            group["reference"].append(reference.tolist())
            ratio = torch.exp(logp - behaviour)
            clipped = torch.clamp(ratio, 1 - settings["clip_ratio_low"], 1 + settings["clip_ratio_high"])
            surrogate = -torch.minimum(ratio * advantage, clipped * advantage).sum()
            k3 = (torch.exp(reference - logp) - (reference - logp) - 1).sum()
            loss = loss + (surrogate + settings["kl_coef"] * k3) / tokens
    loss.backward()
    gradients, scales = {}, {}
    for name, parameter in model.named_parameters():
        gradient = parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)
        gradient = gradient.transpose(1, 2) if ".experts." in name else gradient
        largest = gradient.abs().max().item()
        scales[name] = 2.0 ** (10 - int(np.ceil(np.log2(largest)))) if largest > 0 else 1.0
        # half precision changes the norm by about 3e-4
        gradients[name] = (gradient * scales[name]).half().contiguous()
    save_file(gradients, folder / "gradients.safetensors")
    (folder / "grpo.json").write_text(json.dumps(
        settings | {"loss": loss.item(), "groups": groups, "scales": scales}) + "\n")


if __name__ == "__main__":
    out = pathlib.Path(sys.argv[1])
    case(out / "dense-tied", True, False, 1)
    case(out / "dense-untied", False, False, 2)
    case(out / "experts", False, True, 3)

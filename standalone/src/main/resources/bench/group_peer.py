"""The other side of `./judge bench groups`. The last line that it prints is one JSON object.

usage: python group_peer.py train|generate|vllm CHECKPOINT WORK
"""
import json
import os
import sys
import time

MEASURED_STEPS = 2
MAX_GENERATION_SECONDS = 600


def peak_rss_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) * 1024


def model(checkpoint):
    import torch
    from transformers import Qwen3VLForConditionalGeneration

    torch.set_num_threads(os.cpu_count())
    return Qwen3VLForConditionalGeneration.from_pretrained(checkpoint, dtype=torch.float32)


def train(checkpoint, work):
    """All rows in one forward pass, or, with the number `rows`, as many at a time; the completions are equally long."""
    import torch

    judge = model(checkpoint).train()
    prompt = work["prompts"][0]
    ids = torch.tensor([prompt + completion for completion in work["completions"]])
    parts = len(ids) // work.get("rows", len(ids))
    labels = ids.clone()
    labels[:, : len(prompt)] = -100
    optimizer = torch.optim.AdamW(judge.parameters(), lr=1e-4, weight_decay=0.01)
    first = None
    for step in range(-1, MEASURED_STEPS):
        start = time.perf_counter() if step <= 0 else start
        total = 0.0
        for some, wanted in zip(ids.chunk(parts), labels.chunk(parts)):
            loss = judge(input_ids=some, labels=wanted, use_cache=False).loss / parts
            loss.backward()
            total += loss.item()
        first = total if first is None else first
        torch.nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    seconds = (time.perf_counter() - start) / MEASURED_STEPS
    tokens = sum(len(completion) for completion in work["completions"])
    return {"seconds": seconds, "tokens_per_second": tokens / seconds, "loss": first}


def generate(checkpoint, work):
    import torch

    judge = model(checkpoint).eval()
    ids = torch.tensor(work["prompts"])
    settings = {"do_sample": True, "temperature": 1.0, "top_k": 0, "top_p": 1.0, "pad_token_id": 0,
                "eos_token_id": work["stops"], "num_return_sequences": work["group_size"], "max_time": MAX_GENERATION_SECONDS}
    with torch.inference_mode():
        judge.generate(ids[:1], attention_mask=torch.ones_like(ids[:1]), max_new_tokens=4, **settings)
        start = time.perf_counter()
        made = judge.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=work["limit"], **settings)
        seconds = time.perf_counter() - start
    stops = set(work["stops"])
    tokens = 0
    for row in made[:, ids.shape[1]:].tolist():
        end = next((i for i, token in enumerate(row) if token in stops), len(row) - 1)
        tokens += end + 1
    return {"seconds": seconds, "tokens_per_second": tokens / seconds, "stopped": seconds > MAX_GENERATION_SECONDS}


def vllm(checkpoint, work):
    # on a CPU it does not start with its own choice of cores
    os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", f"0-{os.cpu_count() - 1}")
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "4")
    from vllm import LLM, SamplingParams

    judge = LLM(model=checkpoint, dtype="float32", max_model_len=2048, limit_mm_per_prompt={"image": 0, "video": 0},
                skip_tokenizer_init=True, generation_config="vllm", enable_chunked_prefill=False,
                max_num_batched_tokens=16384)
    settings = SamplingParams(n=work["group_size"], temperature=1.0, max_tokens=work["limit"], detokenize=False, ignore_eos=True,
                              stop_token_ids=work["stops"])
    prompts = [{"prompt_token_ids": ids} for ids in work["prompts"]]
    judge.generate(prompts[:1], SamplingParams(n=2, max_tokens=4, detokenize=False))
    start = time.perf_counter()
    made = judge.generate(prompts, settings)
    seconds = time.perf_counter() - start
    tokens = sum(len(completion.token_ids) for request in made for completion in request.outputs)
    return {"seconds": seconds, "tokens_per_second": tokens / seconds}


if __name__ == "__main__":
    # what libraries and their processes print is no figure
    figures_out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with open(sys.argv[3]) as file:
        task = json.load(file)
    figures = {"train": train, "generate": generate, "vllm": vllm}[sys.argv[1]](sys.argv[2], task)
    print(json.dumps({**figures, "peak_rss_bytes": peak_rss_bytes()}), file=figures_out, flush=True)

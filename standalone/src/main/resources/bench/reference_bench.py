"""The reference implementation's side of `judge bench model`. Prints one JSON object.

usage: python reference_bench.py generate|train CHECKPOINT
"""
import json
import os
import sys
import time

import torch
from transformers import AutoModelForImageTextToText

SEQUENCES, PROMPT, NEW_TOKENS, ROWS, ROW = 32, 128, 128, 16, 256


def peak_rss_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) * 1024


def generate(model, vocabulary):
    ids = torch.randint(10, vocabulary - 10, (SEQUENCES, PROMPT))
    settings = {"do_sample": True, "temperature": 1.0, "top_k": 0, "top_p": 1.0, "pad_token_id": 0, "eos_token_id": -1}
    with torch.inference_mode():
        model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=4, **settings)
        start = time.perf_counter()
        made = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=NEW_TOKENS, **settings)
    assert made.shape == (SEQUENCES, PROMPT + NEW_TOKENS)
    return SEQUENCES * NEW_TOKENS / (time.perf_counter() - start)


def train(model, vocabulary):
    ids = torch.randint(10, vocabulary, (ROWS, ROW))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01)
    measured = 3
    for step in range(-1, measured):
        start = time.perf_counter() if step == 0 else (0 if step < 0 else start)
        model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return measured * ROWS * ROW / (time.perf_counter() - start)


if __name__ == "__main__":
    torch.set_num_threads(os.cpu_count())
    judge = AutoModelForImageTextToText.from_pretrained(sys.argv[2], dtype=torch.float32)
    vocabulary = judge.config.text_config.vocab_size
    speed = generate(judge.eval(), vocabulary) if sys.argv[1] == "generate" else train(judge.train(), vocabulary)
    print(json.dumps({"tokens_per_second": speed, "peak_rss_bytes": peak_rss_bytes()}))

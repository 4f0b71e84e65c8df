"""Trains the byte-pair vocabulary of judge-tiny from a text file and writes tokenizer.json. A development tool: its result is committed.

usage: train_tokenizer.py CORPUS OUT   (needs the Python package `tokenizers`; CORPUS comes from `./judge pretrain --show 20000`)
"""
import json
import re
import sys

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"]
TAGS = ["<think>", "</think>", "<answer>", "</answer>"]

tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(
    vocab_size=768,
    special_tokens=SPECIAL + TAGS,
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    show_progress=False,
)
with open(sys.argv[1], encoding="utf-8") as corpus:
    tokenizer.train_from_iterator((re.sub(r"<[^>]*>", "\n", line) for line in corpus), trainer)
model = json.loads(tokenizer.to_str())
for token in model["added_tokens"]:
    token["special"] = token["content"] in SPECIAL
with open(sys.argv[2], "w", encoding="utf-8") as out:
    json.dump(model, out, ensure_ascii=False, indent=1)
print(tokenizer.get_vocab_size(), "tokens")

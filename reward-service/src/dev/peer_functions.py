"""Calls the reward functions of peers in plain Python, as each of them does, for PeerFunctionsTest. It knows nothing of our worker.

Arguments: FILE NAME STYLE COMPLETIONS.jsonl KWARGS.json. Prints one JSON list with the score of each completion."""

import contextlib
import importlib.util
import json
import os
import sys


def main():
    path, name, style, completions, kwargs = sys.argv[1:]
    kwargs = json.loads(kwargs)
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    spec = importlib.util.spec_from_file_location("peer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, name)
    with open(completions, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    with contextlib.redirect_stdout(sys.stderr):
        scores = call(function, style, rows, kwargs)
    print(json.dumps(scores))


def call(function, style, rows, kwargs):
    texts = [row["text"] for row in rows]
    truths = [row["reference"] for row in rows]
    if style == "easyr1-batch":
        inputs = [{"response": t, "response_length": r["tokens"], "ground_truth": r["reference"]} for t, r in zip(texts, rows)]
        return [float(score["overall"]) for score in function(inputs, **kwargs)]
    if style == "easyr1-sequential":
        return [
            float(function({"response": t, "response_length": r["tokens"], "ground_truth": r["reference"]}, **kwargs)["overall"])
            for t, r in zip(texts, rows)
        ]
    if style == "verl":
        scores = [function(solution_str=t, ground_truth=g, **kwargs) for t, g in zip(texts, truths)]
        return [float(score["score"] if isinstance(score, dict) else score) for score in scores]
    if style == "trl":
        completions = [[{"role": "assistant", "content": text}] for text in texts]
        return [float(score) for score in function(completions=completions, solution=truths, **kwargs)]
    if style == "openrlhf":
        prompts = [row["prompt"] for row in rows]
        queries = [p + t for p, t in zip(prompts, texts)]
        return function(queries, prompts, truths)["rewards"].tolist()
    raise ValueError(style)


main()

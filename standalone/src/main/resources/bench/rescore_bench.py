"""The plain loop that ./judge bench rescore stands beside: the same parse, rewards and advantages, from a file, on one core."""

import json
import math
import sys
import time

THINK, THINK_END, ANSWER, ANSWER_END = "<think>", "</think>", "<answer>", "</answer>"
NGRAM, MAX_TOKENS, BUFFER_TOKENS = 3, 240, 80


def only(text, tag):
    first = text.find(tag)
    return first if first == text.rfind(tag) else -1


def parse(text, labels):
    """The verdict, or None, and whether the text is well formed."""
    answer, answer_end = only(text, ANSWER), only(text, ANSWER_END)
    think, think_end = only(text, THINK), only(text, THINK_END)
    if answer < 0 or answer_end < answer:
        return None, False
    content = text[answer + len(ANSWER):answer_end].strip().lower()
    verdict = next((label for label in labels if label.lower() == content), None)
    thoughts_after = text.rfind(THINK) > answer or text.rfind(THINK_END) > answer
    if think < 0 or think_end < think or thoughts_after:
        outside = not thoughts_after and text.rfind(THINK) <= text.rfind(THINK_END)
        return (verdict if outside else None), False
    bare = (
        text[think + len(THINK):think_end].strip()
        and not text[:think].strip()
        and not text[think_end + len(THINK_END):answer].strip()
        and not text[answer_end + len(ANSWER_END):].strip()
    )
    return verdict, bool(bare) and verdict is not None


def reward(completion, reference, labels):
    text = completion["text"]
    verdict, well_formed = parse(text, labels) if completion["finished"] else (None, False)
    over = completion["tokens"] - (MAX_TOKENS - BUFFER_TOKENS)
    length = 0.0 if over <= 0 else -min(1.0, over / BUFFER_TOKENS)
    words = text.split()
    runs = len(words) - NGRAM + 1
    repetition = 0.0 if runs < 1 else -(1 - len({tuple(words[i:i + NGRAM]) for i in range(runs)}) / runs)
    return 0.9 * (verdict == reference) + 0.1 * well_formed + 0.2 * length + 0.1 * repetition


def main(path):
    start = time.perf_counter()
    completions, total = 0, 0.0
    with open(path) as lines:
        for line in lines:
            group = json.loads(line)
            rewards = [reward(c, group["reference"], group["labels"]) for c in group["completions"]]
            mean = sum(rewards) / len(rewards)
            deviation = math.sqrt(sum((r - mean) ** 2 for r in rewards) / (len(rewards) - 1))
            advantages = [(r - mean) / (deviation + 1e-6) for r in rewards]
            completions += len(advantages)
            total += sum(rewards)
    seconds = time.perf_counter() - start
    print(json.dumps({"completions_per_second": completions / seconds, "mean_reward": total / completions}))


if __name__ == "__main__":
    main(sys.argv[1])

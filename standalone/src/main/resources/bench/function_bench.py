"""The reward function of ./judge bench functions, and the plain loop that it stands beside."""

import json
import sys
import time
import zlib


def compute_score(data_source, solution_str, ground_truth, extra_info=None, work_ms=1.0, hangs=0.0):
    """A value that has to come back to the last bit, after so much waiting; some completions hang, the same ones each time."""
    mixed = zlib.crc32(f"{extra_info['prompt_id']} {solution_str} {ground_truth}".encode())
    if hangs and mixed % 10_000 < hangs * 10_000:
        time.sleep(3600)
    if work_ms:
        time.sleep(work_ms / 1000)
    return mixed % 1_000_003 / 3.0


def main():
    path, work_ms = sys.argv[1], float(sys.argv[2])
    with open(path, encoding="utf-8") as lines:
        completions = [json.loads(line) for line in lines]
    scores = []
    start = time.perf_counter()
    for c in completions:
        extra = {"prompt_id": c["prompt_id"]}
        scores.append(compute_score(c["task"], c["text"], c["reference"], extra, work_ms))
    seconds = time.perf_counter() - start
    print(json.dumps({"completions_per_second": len(completions) / seconds, "scores": scores}))


if __name__ == "__main__":
    main()

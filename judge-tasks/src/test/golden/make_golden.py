"""Golden values of metrics, made once: pip install scikit-learn==1.9.1 scipy==1.17.1; python make_golden.py ../resources/golden"""
import gzip, json, random, sys, warnings
from pathlib import Path
from scipy.stats import kendalltau, pearsonr, spearmanr
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, precision_recall_fscore_support

warnings.filterwarnings("ignore")
out = Path(sys.argv[1])
random.seed(1)


def lines(name, cases):
    with gzip.GzipFile(out / name, "wb", mtime=0) as file:
        for case in cases:
            file.write((json.dumps(case, separators=(",", ":")) + "\n").encode())


def verdicts():
    for _ in range(1000):
        labels = [str(i) for i in range(random.choice([2, 2, 2, 3, 5]))]
        n = random.randint(1, 40)
        skill = random.random()
        truth = [random.choice(labels) for _ in range(n)]
        said = [t if random.random() < skill else random.choice(labels + ["-"]) for t in truth]  # "-": none was given
        p, r, f, s = precision_recall_fscore_support(truth, said, labels=labels, zero_division=0)
        yield {
            "labels": labels, "truth": truth, "said": said,
            "macro_f1": float(f1_score(truth, said, labels=labels, average="macro", zero_division=0)),
            "accuracy": float(accuracy_score(truth, said)),
            "precision": p.tolist(), "recall": r.tolist(), "f1": f.tolist(), "support": s.tolist(),
        }


def grades():
    made = 0
    while made < 1000:
        n = random.randint(3, 40)
        levels = random.choice([3, 5, 10, 0])  # 0: no ties
        draw = (lambda: random.randint(1, levels)) if levels else (lambda: random.gauss(0, 1))
        x = [float(draw()) for _ in range(n)]
        y = [a if random.random() < 0.5 else float(draw()) for a in x]
        if len(set(x)) < 2 or len(set(y)) < 2:
            continue
        made += 1
        yield {"x": x, "y": y, "pearson": float(pearsonr(x, y)[0]), "spearman": float(spearmanr(x, y)[0]),
               "kendall": float(kendalltau(x, y)[0])}


def probabilities():
    for _ in range(1000):
        n = random.randint(1, 30)
        p = [round(random.random(), 3) for _ in range(n)]
        right = [random.random() < x for x in p]
        yield {"p": p, "right": right, "brier": float(brier_score_loss(right, p, labels=[False, True]))}


def rankings():
    """Without ties, the share of relations that two orders have in common is (tau + 1) / 2."""
    for _ in range(1000):
        n = random.randint(2, 8)
        right, given = random.sample(range(n), n), random.sample(range(n), n)
        yield {"right": right, "given": given, "relations": float((kendalltau(right, given)[0] + 1) / 2)}


lines("verdicts.jsonl.gz", verdicts())
lines("grades.jsonl.gz", grades())
lines("probabilities.jsonl.gz", probabilities())
lines("rankings.jsonl.gz", rankings())

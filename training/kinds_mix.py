"""Finds how the kind rules and a learned model add up, on statements that neither has seen.

    python training/kinds_mix.py HELD_OUT.npz

HELD_OUT.npz holds `items` (ids of coded statements) and `kinds` (a model's logits, n by 4) from a model trained without
them. The rules' weights are fitted anew without those statements too. Prints the log loss and accuracy by genre for the
best shares, each genre judged by shares chosen on the others, and the figures for `mixing:` in configs/kinds.yml.
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import numpy as np
import yaml
from kinds_fit import PULL, RULES, Floats, fit, matrix, prior, rows_to_fit, weights_of
from numpy.typing import NDArray

from pipeline.segment.rules import KindRules
from pipeline.segment.types import KINDS

GRID = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4)


def log_shares(scores: Floats) -> Floats:
    """Return the logarithms of the shares that scores stand for."""
    scores = scores - scores.max(1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(1, keepdims=True))


def loss(scores: Floats, y: NDArray[np.int64], groups: NDArray[np.str_]) -> float:
    """Return the log loss, each genre counting the same."""
    own = -log_shares(scores)[np.arange(len(y)), y]
    return float(np.mean([own[groups == name].mean() for name in sorted(set(groups))]))


def best(rules: Floats, model: Floats, y: NDArray[np.int64], groups: NDArray[np.str_]) -> tuple[float, float]:
    """Return the shares of rules and model with the least log loss."""
    return min(product(GRID, GRID), key=lambda share: loss(share[0] * rules + share[1] * model, y, groups))


def error_of_calibration(scores: Floats, y: NDArray[np.int64]) -> float:
    """Return the expected calibration error of the winning kind, ten bins of the same size."""
    shares = np.exp(log_shares(scores))
    top, right = shares.max(1), shares.argmax(1) == y
    bins = np.array_split(np.argsort(top, kind="stable"), 10)
    return float(sum(len(b) * abs(top[b].mean() - right[b].mean()) for b in bins) / len(y))


def report(name: str, scores: Floats, y: NDArray[np.int64], groups: NDArray[np.str_]) -> None:
    """Print accuracy by genre, the confusion of concern and strength, and calibration."""
    said = scores.argmax(1)
    right = {str(g): round(float((said == y)[groups == g].mean()), 3) for g in sorted(set(groups))}
    polar = y < 2
    swapped = float(((said[polar] < 2) & (said[polar] != y[polar])).mean())
    print(f"{name:12} {right} swapped {swapped:.3f} calibration error {error_of_calibration(scores, y):.3f}")


def main(held_out: Path) -> None:
    """Fit the rules without the held-out statements, then weigh rules against model on them."""
    kept = np.load(held_out)
    logits = dict(zip(kept["items"].tolist(), kept["kinds"], strict=True))
    rules = KindRules.build(yaml.safe_load(RULES.read_text("utf-8")))
    rows = rows_to_fit()
    seen = [row for row in rows if row.item not in logits]
    test = [row for row in rows if row.item in logits]
    weight = weights_of(seen)
    y_seen = np.array([KINDS.index(row.kind) for row in seen])
    w, b = fit(matrix(rules, seen), y_seen, weight, prior(rules), np.zeros(4), PULL)
    by_rules, by_model = log_shares(matrix(rules, test) @ w + b), np.array([logits[row.item] for row in test], float)
    by_model = log_shares(by_model)
    y = np.array([KINDS.index(row.kind) for row in test])
    groups = np.array(["reports" if row.source == "reports" else row.group for row in test])
    report("rules", by_rules, y, groups)
    report("model", by_model, y, groups)
    both = np.zeros_like(by_rules)
    for name in sorted(set(groups)):
        out = groups == name
        a, m = best(by_rules[~out], by_model[~out], y[~out], groups[~out])
        both[out] = a * by_rules[out] + m * by_model[out]
    report("both", both, y, groups)
    alone = min(GRID[1:], key=lambda share: loss(share * by_rules, y, groups))
    a, m = best(by_rules, by_model, y, groups)
    print(f"mixing: {{alone: {alone}, rules: {a}, model: {m}}}")


if __name__ == "__main__":
    main(Path(sys.argv[1])) if len(sys.argv) == 2 else sys.exit(__doc__)

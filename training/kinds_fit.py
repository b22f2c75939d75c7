"""Fits the weights of configs/kinds.yml to coded statements and writes them back into the file.

    python training/kinds_fit.py [--write]

The weights are pulled towards what the kinds of the cues say, so that a rare cue keeps its sense.
The seed documents are never read. Without --write it prints the accuracy by genre, each genre and each group of
authorities judged by weights fitted without it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml
from data import Coded, coded_apart, held_out_authority, more, reports, texts, written
from numpy.typing import NDArray
from scipy.optimize import minimize

from pipeline.segment.kinds import reader_of
from pipeline.segment.rules import SUMS, KindRules
from pipeline.segment.shapes import SHAPES
from pipeline.segment.types import KINDS

RULES = Path(__file__).resolve().parents[1] / "configs" / "kinds.yml"
WEIGHTS = {"reports": 0.35, "coded": 0.015, "running": 0.2, "subjects": 0.4}  # reports are many and alike
PULL = 6.0
SUM_PRIOR = {"main": 0.5, "aside": 0.0, "stem": 3.5, "first": 0.3, "before": 0.2}
SHAPE_PRIOR = {
    "fragment": ("context", 2.0),
    "contact": ("context", 3.0),
    "stem": ("context", 2.0),
    "question": ("context", 1.0),
    "named case": ("context", 1.0),
    "imperative": ("recommendation", 1.5),
    "advised fragment": ("recommendation", 1.5),
}
_LEAD = re.compile(r"(?:^|[.!?]\s+)([A-Z][^.!?]{6,200}?:)((?:\s+[^.;]{3,400};(?:\s+(?:and|or))?)*)\s*$")

Floats = NDArray[np.float64]


def rows_with_text() -> list[Coded]:
    """Return the statements that rules are fitted to, those of codes.csv apart; single lines are the model's."""
    return reports() + written() + more() + [row for row in texts() if _many(row)]


def rows_to_fit() -> list[Coded]:
    """Return the statements that rules are fitted to."""
    return rows_with_text() + coded_apart()


def weights_of(rows: Sequence[Coded]) -> Floats:
    """Return how much each row counts."""
    return np.array([WEIGHTS.get(_many(row) or row.source, 1.0) for row in rows])


def _fold(row: Coded) -> str:
    """Return the group that is judged together: a half of the authorities, all news, else the file."""
    if row.source == "reports" or (row.source == "coded" and not row.group.startswith("other:")):
        return f"reports {held_out_authority(row.group, 0.5):d}"
    return "news" if row.group in ("news", "news_style") else row.group


def _many(row: Coded) -> str:
    """Return running or subjects where the row is one of the many of such files."""
    first = row.group.partition("_")[0]
    return first if first in ("running", "subjects") else ""


def with_stem(row: Coded) -> tuple[str, bool]:
    """Return the lead-in of a list item that its context shows, and whether the row is an item."""
    found = _LEAD.search(row.before)
    return (found.group(1), True) if found and row.text[:1].islower() else ("", False)


def matrix(rules: KindRules, rows: Sequence[Coded]) -> Floats:
    """Return the features of the rows, (rows, features)."""
    stems = [with_stem(row) for row in rows]
    seen = [replace(row, stem=stem) for row, (stem, _) in zip(rows, stems, strict=True)]
    return reader_of(rules).features(seen, [is_item for _, is_item in stems])


def fit(
    x: Floats, y: NDArray[np.int64], weight: Floats, prior: Floats, bias: Floats, pull: float
) -> tuple[Floats, Floats]:
    """Return weights and bias that minimise the log loss plus the pull towards the prior."""
    target = np.eye(4)[y]

    def loss(flat: Floats) -> tuple[float, Floats]:
        w, b = flat[:-4].reshape(-1, 4), flat[-4:]
        scores = x @ w + b
        scores -= scores.max(1, keepdims=True)
        share = np.exp(scores)
        share /= share.sum(1, keepdims=True)
        error = (share - target) * weight[:, None]
        nll = -(weight * np.log(share[np.arange(len(y)), y] + 1e-12)).sum()
        away = w - prior
        value = nll + 0.5 * pull * (away**2).sum()
        return float(value), np.concatenate([(x.T @ error + pull * away).ravel(), error.sum(0)])

    found = minimize(loss, np.concatenate([prior.ravel(), bias]), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return found.x[:-4].reshape(-1, 4), found.x[-4:]


def prior(rules: KindRules) -> Floats:
    """Return the weights that the kinds of cues, sums and roles stand for before any data, (features, 4)."""
    opposite = {"concern": "strength", "strength": "concern"}
    rows = [_one(cue.kind, 1.0) for cue in rules.cues]
    rows += [_one(opposite.get(cue.kind, "") if cue.negatable else "", 0.7) for cue in rules.cues]
    rows += [_one(name.split("_")[1], SUM_PRIOR[name.split("_")[0]]) for name in SUMS]
    rows += [_one(*SHAPE_PRIOR.get(name, ("", 0.0))) for name in SHAPES]
    return np.array(rows + [_one(role.kind, 1.5) for role in rules.roles])


def _one(kind: str, value: float) -> list[float]:
    return [value if kind == k else 0.0 for k in KINDS]


def write_back(rules: KindRules, w: Floats, b: Floats) -> None:
    """Put the fitted figures into the file, line by line; phrases and comments stay as they are."""
    text = RULES.read_text("utf-8")
    count = len(rules.cues)
    text = re.sub(r"^bias: .*$", f"bias: {_row(b)}", text, flags=re.M)
    for number, cue in enumerate(rules.cues):
        text = _replace(text, cue.name, "weights", w[number])
        text = _replace(text, cue.name, "negated", w[count + number])
    at = 2 * count
    for name in (*SUMS, *SHAPES):
        text = _line(text, name, w[at])
        at += 1
    for role in rules.roles:
        text = _replace(text, role.name, "weights", w[at])
        at += 1
    RULES.write_text(text, "utf-8")


def _row(values: Floats) -> str:
    return "[" + ", ".join(f"{value:.2f}".replace("-0.00", "0.00") for value in values) + "]"


def _replace(text: str, name: str, key: str, values: Floats) -> str:
    head = re.search(rf"^  {re.escape(name)}:\n((?:    .*\n)+)", text, re.M)
    if head is None:
        sys.exit(f"no entry {name!r} in {RULES}")
    body = re.sub(rf"^    {key}: .*\n", "", head.group(1), flags=re.M) + f"    {key}: {_row(values)}\n"
    return text[: head.start(1)] + body + text[head.end(1) :]


def _line(text: str, name: str, values: Floats) -> str:
    pattern = re.compile(rf"^  {re.escape(name)}: \[.*\]$", re.M)
    return pattern.sub(f"  {name}: {_row(values)}", text)


def main() -> None:
    """Fit, report and, if asked, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the weights into configs/kinds.yml")
    parser.add_argument("--pull", type=float, default=PULL)
    options = parser.parse_args()
    rules = KindRules.build(yaml.safe_load(RULES.read_text("utf-8")))
    rows = rows_to_fit()
    x = matrix(rules, rows)
    y = np.array([KINDS.index(row.kind) for row in rows])
    weight = weights_of(rows)
    bias, start = np.array(rules.bias), prior(rules)
    groups = np.array([_fold(row) for row in rows])
    genres = {row.group for row in written()}
    gold = np.array([row.source == "reports" or row.group in genres for row in rows])
    right = []
    for name in sorted(set(groups[gold])):
        test = gold & (groups == name)
        kept = groups != name
        w, b = fit(x[kept], y[kept], weight[kept], start, np.zeros(4), options.pull)
        said = (x[test] @ w + b).argmax(1)
        filed = float(((x[test] @ reader_of(rules).matrix + bias).argmax(1) == y[test]).mean())
        right.append(float((said == y[test]).mean()))
        print(f"{name:28} rows {test.sum():5}  fitted without it {right[-1]:.3f}  as in the file {filed:.3f}")
    print(f"mean {np.mean(right):.3f}")
    if options.write:
        write_back(rules, *fit(x, y, weight, start, np.zeros(4), options.pull))


if __name__ == "__main__":
    main()

"""Fits the calibration on held-out rows and puts weights and card into the package.

    python ship.py --held-out DIR/held_out.npz --weights DIR/student.npz --version 2026.1 [--part student]

`--held-out` holds logits of rows of unseen authorities and genres; `--weights` may be of a model of all rows.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from data import THEMES, Coded, reports, written
from figures import figures
from scipy.optimize import minimize

from pipeline.themes.rows import KINDS

FOLDER = Path(__file__).resolve().parents[1] / "pipeline/models/child_protection"
PRIOR = 6.0


def rows_of(items: np.ndarray) -> list[Coded]:
    known = {r.item: r for r in reports() + written()}
    return [known[i] for i in items.tolist()]


def weights_of(rows: list[Coded]) -> np.ndarray:
    """Return weights that let reports and other genres count alike."""
    of_reports = np.array([r.source == "reports" for r in rows])
    w = np.where(of_reports, 1 / max(1, of_reports.sum()), 1 / max(1, (~of_reports).sum()))
    return w / w.mean()


def kind_scale(logits: np.ndarray, gold: np.ndarray, weight: np.ndarray) -> float:
    """Return the factor for kind logits with the least log loss (temperature scaling, Guo et al. 2017)."""

    def loss(s: np.ndarray) -> float:
        z = logits * s[0]
        z = z - z.max(1, keepdims=True)
        return float(-(weight * (z[np.arange(len(z)), gold] - np.log(np.exp(z).sum(1)))).mean())

    return float(minimize(loss, [1.0], bounds=[(0.2, 3.0)]).x[0])


def platt(z: np.ndarray, y: np.ndarray, weight: np.ndarray, start: tuple[float, float]) -> tuple[float, float]:
    """Return scale and shift of a theme's logit (Platt 1999), held near `start` where examples are few."""

    def loss(p: np.ndarray) -> float:
        x = z * p[0] + p[1]
        nll = weight * (np.logaddexp(0, x) - y * x)
        return float(nll.sum() + PRIOR * ((p[0] - start[0]) ** 2 + (p[1] - start[1]) ** 2))

    a, b = minimize(loss, start, bounds=[(0.3, 3.0), (-3.0, 3.0)]).x
    return float(a), float(b)


def best_threshold(p: np.ndarray, y: np.ndarray, weight: np.ndarray) -> float:
    """Return the probability with the best F1, drawn towards .4 where positives are few."""
    grid = np.arange(0.2, 0.61, 0.02)
    tp = np.array([(weight * y * (p >= g)).sum() for g in grid])
    said = np.array([(weight * (p >= g)).sum() for g in grid])
    f = 2 * tp / np.maximum(1e-9, said + (weight * y).sum())
    smooth = np.convolve(np.pad(f, 2, mode="edge"), np.ones(5) / 5, "valid")
    n = (y > 0).sum()
    return float(round((n * grid[smooth.argmax()] + 40 * 0.4) / (n + 40), 3))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def fitted(path: Path) -> tuple[dict, dict, dict]:
    """Return calibration, thresholds and the figures on the held-out rows with both in use."""
    with np.load(path) as f:
        kinds, themes, rows = f["kinds"], f["themes"], rows_of(f["items"])
    weight = weights_of(rows)
    gold_kind = np.array([KINDS.index(r.kind) for r in rows])
    gold = np.array([[float(t in r.themes) for t in THEMES] for r in rows])
    at = gold_kind != 3
    every = platt(themes[at].ravel(), gold[at].ravel(), np.repeat(weight[at], len(THEMES)), (1.0, 0.0))
    scale = {t: platt(themes[at, i], gold[at, i], weight[at], every) for i, t in enumerate(THEMES)}
    p = sigmoid(themes * np.array([scale[t][0] for t in THEMES]) + np.array([scale[t][1] for t in THEMES]))
    limits = {t: best_threshold(p[at, i], gold[at, i], weight[at]) for i, t in enumerate(THEMES)}
    calibration = {
        "kind_scale": round(kind_scale(kinds, gold_kind, weight), 4),
        "theme_scale": {t: round(scale[t][0], 4) for t in THEMES},
        "theme_shift": {t: round(scale[t][1], 4) for t in THEMES},
    }
    return calibration, limits, figures(rows, kinds, p - np.array([limits[t] for t in THEMES]))


def main() -> None:
    a = argparse.ArgumentParser()
    a.add_argument("--held-out", type=Path, required=True)
    a.add_argument("--weights", type=Path, required=True)
    a.add_argument("--version", required=True)
    a.add_argument("--part", default="student")
    a = a.parse_args()
    calibration, limits, held = fitted(a.held_out)
    FOLDER.mkdir(parents=True, exist_ok=True)
    data = a.weights.read_bytes()
    (FOLDER / a.weights.name).write_bytes(data)
    extra = {}
    if a.part == "teacher":
        vocabulary = a.weights.with_name("teacher_tokenizer.json")
        (FOLDER / vocabulary.name).write_bytes(vocabulary.read_bytes())
        extra = {"tokenizer": {"file": vocabulary.name, "sha256": hashlib.sha256(vocabulary.read_bytes()).hexdigest()}}
    place = FOLDER / "model.json"
    card = json.loads(place.read_text("utf-8")) if place.exists() else {"name": "child_protection"}
    card["theme_ids"] = list(THEMES)
    card[a.part] = {
        "version": a.version,
        "file": a.weights.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "calibration": calibration,
        "thresholds": limits,
        "held_out_figures": held,
    } | extra
    place.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for name, f in held.items():
        print(name, json.dumps(f))


if __name__ == "__main__":
    main()

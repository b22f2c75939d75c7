"""Fits how the codebook's terms and a model are combined, group by group, on rows the model has not seen.

python combination.py --held-out DIR/held_out.npz --part student      (after ship.py; needs the package)
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from data import THEMES, Coded, as_row, held_out_authority
from figures import label_figures
from scipy.optimize import minimize
from ship import FOLDER, rows_of, sigmoid, weights_of

from pipeline.codebook import load_codebook
from pipeline.themes.combine import Combination, Weights
from pipeline.themes.lexicon import compile_lexicon, scores
from pipeline.themes.rows import KINDS
from pipeline.themes.student import Calibration

PULL = 30.0  # towards the common weights; chosen among 1 to 100 on other statements, where all did about the same
NOISE = 0.002  # of two cuts this alike in F1 the one nearer one half: the probability is stretched less
CODEBOOK = Path(__file__).resolve().parents[1] / "configs/codebook.yml"


def term_strengths(rows: list[Coded]) -> np.ndarray:
    lexicon = compile_lexicon(load_codebook(CODEBOOK))
    read = [as_row(r) for r in rows]
    found = scores(lexicon, [r.text for r in read], [r.stem for r in read], [r.section for r in read])
    return found[:, [lexicon.theme_ids.index(t) for t in THEMES]]


def weights(x: np.ndarray, y: np.ndarray, weight: np.ndarray, near: np.ndarray | None = None) -> np.ndarray:
    """Return the weights with the least log loss, held near `near` where given; x is (n, 4), the last column ones."""
    start = np.array([1.0, 1.0, 0.0, 0.0]) if near is None else near
    pull = PULL if near is not None else 0.0

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w
        value = (weight * (np.logaddexp(0, z) - y * z)).sum() + pull * ((w - start) ** 2).sum()
        return float(value), x.T @ (weight * (sigmoid(z) - y)) + 2 * pull * (w - start)

    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def fit(by_terms: np.ndarray, by_model: np.ndarray, gold: np.ndarray, weight: np.ndarray) -> Combination:
    p = np.clip(by_model, 1e-4, 1 - 1e-4)
    x = np.stack([np.log(p / (1 - p)), by_terms, by_terms > 0, np.ones_like(p)], -1)
    common = weights(x.reshape(-1, 4), gold.ravel(), np.repeat(weight, gold.shape[1]))
    own = {t: weights(x[:, i], gold[:, i], weight, common) for i, t in enumerate(THEMES)}
    rounded = {t: Weights(*(round(float(v), 3) for v in w)) for t, w in own.items()}
    return Combination(Weights(*(round(float(v), 3) for v in common)), 0.5, rounded)


def f1(said: np.ndarray, gold: np.ndarray) -> float:
    return float(2 * (said & gold).sum() / max(1, said.sum() + gold.sum()))


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--held-out", type=Path, required=True)
    p.add_argument("--part", default="student")
    a = p.parse_args()
    place = FOLDER / "model.json"
    card = json.loads(place.read_text("utf-8"))
    with np.load(a.held_out) as f:
        rows = rows_of(f["items"])
        _, by_model = Calibration.of(card[a.part], THEMES)(
            f["kinds"].astype(np.float32), f["themes"].astype(np.float32)
        )
        kinds = f["kinds"].argmax(1)
    by_model, by_terms, weight = by_model.astype(float), term_strengths(rows), weights_of(rows)
    gold = np.array([[t in r.themes for t in THEMES] for r in rows])
    finding = np.array([KINDS.index(r.kind) != 3 for r in rows])
    reports = np.array([r.source == "reports" for r in rows])
    fold = np.array([f"reports{held_out_authority(r.group, 0.1)}" if r.source == "reports" else r.group for r in rows])
    joint = np.zeros_like(by_model)
    for name in sorted(set(fold.tolist())):
        out = fold == name
        m = fit(by_terms[finding & ~out], by_model[finding & ~out], gold[finding & ~out], weight[finding & ~out])
        joint[out] = m.probability(by_terms[out], by_model[out], THEMES)
    cuts = np.arange(0.26, 0.52, 0.02)
    mean = [
        np.mean([f1(joint[finding & part] >= c, gold[finding & part]) for part in (reports, ~reports)]) for c in cuts
    ]
    cut = round(float(cuts[np.array(mean) >= max(mean) - NOISE].max()), 2)
    held = {}
    for name, part in (("reports", reports), ("other_genres", ~reports)):
        group = [r for r, x in zip(rows, part, strict=True) if x]
        held[name] = label_figures(group, kinds[part], joint[part] >= cut)
        print(name, "joint", held[name])
        print(name, "terms alone", label_figures(group, kinds[part], by_terms[part] >= 0.45))
        limits = np.array([card[a.part]["thresholds"][t] for t in THEMES])
        print(name, "model alone", label_figures(group, kinds[part], by_model[part] >= limits))
    whole = fit(by_terms[finding], by_model[finding], gold[finding], weight[finding])
    fitted = asdict(whole.common) | {"cut": cut}
    own = {t: asdict(w) for t, w in whole.by_theme.items()}
    card[a.part]["combination"] = fitted | {"by_theme": own, "held_out_figures": held}
    place.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(fitted)


if __name__ == "__main__":
    main()

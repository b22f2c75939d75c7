"""Share of rows that reach the teacher, and figures, for a range of doubts: on rows that neither model has seen.

python cascade.py --student DIR/held_out.npz --teacher DIR/held_out.npz
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from data import THEMES
from figures import label_figures
from ship import FOLDER, rows_of

from pipeline.themes.cascade import Doubt
from pipeline.themes.student import Calibration

DOUBTS = (Doubt(0, 1, 0), Doubt(0.6, 0.35, 0.5), Doubt(), Doubt(0.8, 0.15, 0.7), Doubt(0.9, 0.1, 0.8), Doubt(1.1, 0, 1))


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--student", type=Path, required=True)
    p.add_argument("--teacher", type=Path, required=True)
    a = p.parse_args()
    card = json.loads((FOLDER / "model.json").read_text("utf-8"))
    out, limits = {}, {}
    for part, path in (("student", a.student), ("teacher", a.teacher)):
        with np.load(path) as f:
            rows = rows_of(f["items"])
            out[part] = Calibration.of(card[part], THEMES)(
                f["kinds"].astype(np.float32), f["themes"].astype(np.float32)
            )
        limits[part] = np.array([card[part]["thresholds"][t] for t in THEMES])
    mean = [(s + t) / 2 for s, t in zip(out["student"], out["teacher"], strict=True)]
    for doubt in (*DOUBTS, None):
        asked = doubt.of(*out["student"])[:, None] if doubt else np.ones((len(rows), 1), bool)
        kinds, themes = (np.where(asked, m, s) for m, s in zip(mean, out["student"], strict=True))
        limit = np.where(asked, (limits["student"] + limits["teacher"]) / 2, limits["student"])
        if doubt is None:
            kinds, themes = out["teacher"]
            limit = limits["teacher"]
        for name in ("reports", "written"):
            at = np.array([r.source == name for r in rows])
            f = label_figures([r for r in rows if r.source == name], kinds[at].argmax(1), (themes >= limit)[at])
            print(doubt or "teacher alone", name, "asked", round(float(asked[at].mean()), 2), json.dumps(f))


if __name__ == "__main__":
    main()

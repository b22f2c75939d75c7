"""Figures of the shipped coders on the seed documents, which no training reads. A test looked at often is none.

python measure.py [--teacher]
"""

from __future__ import annotations

import json
import sys

import numpy as np
from data import MATERIAL, Coded, _lines, as_row
from figures import label_figures

from pipeline.themes.rows import CONTEXT_WIDTH, plain
from pipeline.themes.student import load_student


def seeds() -> list[Coded]:
    rows = []
    texts = {p.name: p.read_text("utf-8") for p in (MATERIAL / "seeds").glob("*.txt")}
    for r in _lines(MATERIAL / "gold/seeds.jsonl"):
        text = texts[r["file"]]
        before = " ".join(text[max(0, r["start"] - 300) : r["start"]].split())[-CONTEXT_WIDTH:]
        rows.append(
            Coded(
                str(r["unit"]),
                "seeds",
                r["file"],
                plain(text[r["start"] : r["end"]]),
                "",
                "",
                before,
                r["kind"],
                tuple(r["themes"]),
            )
        )
    return rows


def main() -> None:
    coder = load_student()
    if "--teacher" in sys.argv:
        from pipeline.themes.semantic import load_teacher

        coder = load_teacher()
    rows = seeds()
    kinds, themes = coder.probabilities([as_row(r) for r in rows])
    print(json.dumps(label_figures(rows, kinds.argmax(1), themes >= np.array(coder.thresholds))))


if __name__ == "__main__":
    main()

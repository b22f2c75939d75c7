"""Puts two students that were trained alike into one file: the second is asked where the first is in doubt.

    python pair.py FIRST SECOND OUT

FIRST and SECOND are folders of student.py, of one vocabulary. Writes OUT/student.npz and OUT/held_out.npz, what both
together say of the rows kept apart, with the figures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from data import HELD, THEMES, as_row, split
from figures import figures

from pipeline.themes.student import SECOND, Student


def plain_card(version: str = "0") -> dict:
    """Return a card without calibration."""
    return {
        "version": version,
        "theme_ids": list(THEMES),
        "thresholds": dict.fromkeys(THEMES, 0.5),
        "calibration": {
            "kind_scale": 1.0,
            "theme_scale": dict.fromkeys(THEMES, 1.0),
            "theme_shift": dict.fromkeys(THEMES, 0.0),
        },
    }


def judged(arrays: dict[str, np.ndarray], out: Path) -> None:
    """Write what a student says of the rows kept apart to `out`, and print its figures."""
    test = split(HELD)[1]
    kinds, themes = Student(arrays, plain_card()).logits([as_row(row) for row in test])
    np.savez(out, kinds=kinds, themes=themes, items=[row.item for row in test])
    for name, found in figures(test, kinds, themes).items():
        print(name, json.dumps(found))


def main(first: Path, second: Path, out: Path) -> None:
    """Write both students as one."""
    with np.load(first / "student.npz") as one, np.load(second / "student.npz") as two:
        if not np.array_equal(one["vocabulary"], two["vocabulary"]):
            sys.exit("the two students were trained with different word pieces")
        arrays = dict(one) | {f"{SECOND}{name}": two[name] for name in two.files if name != "vocabulary"}
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out / "student.npz", **arrays)
    judged(arrays, out / "held_out.npz")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:])) if len(sys.argv) == 4 else sys.exit(__doc__)

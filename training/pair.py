"""Puts two students that were trained alike into one file: the second is asked where the first is in doubt.

    python pair.py FIRST SECOND OUT

FIRST and SECOND are folders of student.py, of one vocabulary. Writes OUT/student.npz and OUT/held_out.npz, what both
together say of the rows kept apart, with the figures.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from figures import judged, plain_card

from pipeline.themes.student import SECOND, Student


def main(first: Path, second: Path, out: Path) -> None:
    """Write both students as one."""
    with np.load(first / "student.npz") as one, np.load(second / "student.npz") as two:
        if not np.array_equal(one["vocabulary"], two["vocabulary"]):
            sys.exit("the two students were trained with different word pieces")
        arrays = dict(one) | {f"{SECOND}{name}": two[name] for name in two.files if name != "vocabulary"}
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out / "student.npz", **arrays)
    judged(Student(arrays, plain_card()), out / "held_out.npz")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:])) if len(sys.argv) == 4 else sys.exit(__doc__)

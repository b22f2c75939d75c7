"""Floors of kinds on subjects that neither rules nor student were fitted to: railways, rivers, zoos, gambling ..."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.segment.types import KINDS
from pipeline.themes.student import load_student
from tests.eval.reading import kinds_said, unread

KIND, SWAPPED = 0.865, 0.07


def test_kinds_of_other_subjects_by_rules_and_student(root: Path) -> None:
    rows = unread(root, "other subjects")
    people = np.array([KINDS.index(row.kind) for row in rows])
    said = kinds_said(root, rows, load_student())
    polar = people < 2
    assert (said == people).mean() >= KIND
    assert ((said[polar] < 2) & (said[polar] != people[polar])).mean() <= SWAPPED

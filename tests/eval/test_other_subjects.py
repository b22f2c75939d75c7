"""Floors of kinds on subjects that neither rules nor student were fitted to: railways, rivers, zoos, gambling ..."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import yaml

from pipeline.segment.combine import kind_shares
from pipeline.segment.rules import KindRules
from pipeline.segment.types import KINDS
from pipeline.themes.coder import ModelKinds
from pipeline.themes.student import load_student

KIND, SWAPPED = 0.84, 0.095


def test_kinds_of_other_subjects_by_rules_and_student(root: Path) -> None:
    sys.path.insert(0, str(root / "training"))
    from data import coded_lines

    rules = KindRules.build(yaml.safe_load((root / "configs" / "kinds.yml").read_text(encoding="utf-8")))
    rows = coded_lines(root / "tests" / "eval" / "other_subjects.txt")
    people = np.array([KINDS.index(row.kind) for row in rows])
    units = [SimpleNamespace(**vars(row) | {"block_kind": "paragraph"}) for row in rows]
    said = kind_shares(units, rules, ModelKinds(load_student())).argmax(axis=1)
    polar = people < 2
    assert (said == people).mean() >= KIND
    assert ((said[polar] < 2) & (said[polar] != people[polar])).mean() <= SWAPPED

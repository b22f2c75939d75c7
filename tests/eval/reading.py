"""How statements that stand alone are read, as a run would read them, and which of them no model has read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from benchmarks.themes import HELD_GENRES
from pipeline.segment.combine import kind_shares
from pipeline.segment.rules import KindRules
from pipeline.themes.cascade import Cascade
from pipeline.themes.coder import ModelKinds
from pipeline.themes.rows import Coder


@lru_cache
def training(root: Path) -> Any:
    """Return the module of training/ that reads and splits coded statements."""
    sys.path.insert(0, str(root / "training"))
    import data

    return data


def unread(root: Path, name: str) -> list[Any]:
    """Return the statements of a name that training keeps apart: reports, other genres or other subjects."""
    data = training(root)
    if name == "other subjects":
        return list(data.coded_lines(root / "tests" / "eval" / "other_subjects.txt"))
    if name == "reports":
        return [row for row in data.reports() if data.held_out_authority(row.group)]
    return [row for row in data.written() if row.group in HELD_GENRES]


def kinds_said(root: Path, rows: Sequence[Any], model: Coder | Cascade) -> NDArray[np.int64]:
    """Return the kinds of statements that stand alone, as places in KINDS: by rules and model, as a run gives them."""
    rules = KindRules.build(yaml.safe_load((root / "configs" / "kinds.yml").read_text(encoding="utf-8")))
    names = ("text", "stem", "section", "before")
    units = [SimpleNamespace(**{name: getattr(row, name) for name in names}, block_kind="paragraph") for row in rows]
    return np.asarray(kind_shares(units, rules, ModelKinds(model)).argmax(axis=1))

"""Floors of the shipped student on coded rows that its training kept apart: a fifth of the authorities, three genres.

Themes are those of terms and student together, on findings in their true kind. For kinds the rules, whose filed weights
have seen these rows, are fitted anew without them, on an eighth of the other rows for the time it takes. A floor goes
up when a model gets better, and down only with a reason in the commit that lowers it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from benchmarks.themes import macro_f1, micro_f1
from pipeline.codebook import load_codebook
from pipeline.segment.rules import KindRules
from pipeline.segment.types import KINDS
from pipeline.themes.coder import build_coder
from pipeline.themes.student import load_student
from tests.eval.reading import training, unread

THEMES = {"reports": (0.838, 0.79), "other genres": (0.745, 0.755)}  # micro, macro F1
REPORT_KINDS, SWAPPED = 0.925, 0.045
EVERY = 8  # of the rows that the rules are fitted to


@pytest.fixture(scope="module")
def apart(root: Path, material: Path) -> dict[str, list[Any]]:
    """Return the coded statements that training kept apart."""
    return {name: unread(root, name) for name in THEMES}


@pytest.mark.parametrize("name", THEMES)
def test_themes_by_terms_and_student(root: Path, apart: dict[str, list[Any]], name: str) -> None:
    book = load_codebook(root / "configs" / "codebook.yml")
    findings = [row for row in apart[name] if row.kind != "context"]
    coded = np.array([[theme_id in row.themes for theme_id in book.ids] for row in findings])
    said = build_coder(book, load_student()).weigh([training(root).as_row(row) for row in findings]).shares >= 0.5
    micro, macro = THEMES[name]
    assert micro_f1(coded, said) >= micro
    assert macro_f1(coded, said) >= macro


def test_kinds_of_reports_by_rules_and_student(root: Path, apart: dict[str, list[Any]]) -> None:
    import kinds_fit as fitting
    from kinds_mix import log_shares

    rules = KindRules.build(yaml.safe_load((root / "configs" / "kinds.yml").read_text(encoding="utf-8")))
    out = {row.item for rows in apart.values() for row in rows}
    seen = [row for row in fitting.rows_with_text() if row.item not in out][::EVERY]
    kinds = np.array([KINDS.index(row.kind) for row in seen])
    weight = EVERY * fitting.weights_of(seen)
    w, b = fitting.fit(fitting.matrix(rules, seen), kinds, weight, fitting.prior(rules), np.zeros(4), fitting.PULL)
    rows = apart["reports"]
    people = np.array([KINDS.index(row.kind) for row in rows])
    by_student, _ = load_student().probabilities([training(root).as_row(row) for row in rows])
    by_rules = log_shares(fitting.matrix(rules, rows) @ w + b)
    said = (rules.mixing.rules * by_rules + rules.mixing.model * np.log(by_student + 1e-9)).argmax(axis=1)
    polar = people < 2
    assert (said == people).mean() >= REPORT_KINDS
    assert ((said[polar] < 2) & (said[polar] != people[polar])).mean() <= SWAPPED

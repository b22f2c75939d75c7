"""Floors of the shipped model on documents that no training has read: the five seed documents, 315 statements.

A statement is read as it stands, with the text before it and without heading or lead-in; its kind is that of rules and
student, as a run gives it. A floor goes up when the model gets better, and down only with a reason in the commit that
lowers it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.codebook import load_codebook
from pipeline.themes.combine import load_combination
from pipeline.themes.lexicon import compile_lexicon, scores
from pipeline.themes.rows import CONTEXT_WIDTH, KINDS, Row, plain
from pipeline.themes.student import load_student
from tests.eval.reading import kinds_said

KIND_FLOOR, SWAPPED_CEILING = 0.795, 0.025
MICRO_FLOOR, MACRO_FLOOR = 0.72, 0.735
SAMPLES = 3  # themes with fewer coded statements do not count in the macro mean

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Gold:
    """Coded statements: what a coder reads, the kind's place in KINDS, a column for each theme."""

    rows: list[Row]
    kinds: NDArray[np.int64]
    themes: Flags


@pytest.fixture(scope="module")
def gold(material: Path) -> Gold:
    lines = (material / "gold" / "seeds.jsonl").read_text("utf-8").splitlines()
    coded = [json.loads(line) for line in lines if line.strip()]
    texts = {p.name: p.read_text("utf-8") for p in (material / "seeds").glob("*.txt")}
    rows = []
    for one in coded:
        text, start = texts[one["file"]], one["start"]
        before = " ".join(text[max(0, start - 300) : start].split())[-CONTEXT_WIDTH:]
        rows.append(Row(plain(text[start : one["end"]]), before=before))
    ids = load_student().theme_ids
    themes = np.array([[theme_id in one["themes"] for theme_id in ids] for one in coded])
    return Gold(rows, np.array([KINDS.index(one["kind"]) for one in coded]), themes)


def f1(said: Flags, coded: Flags) -> tuple[float, float]:
    """Return micro and macro F1 of two tables, statements by themes."""
    both, either = (said & coded).sum(0), said.sum(0) + coded.sum(0)
    enough = coded.sum(0) >= SAMPLES
    return float(2 * both.sum() / either.sum()), float(np.mean(2 * both[enough] / either[enough]))


def test_kinds_of_unseen_documents_by_rules_and_student(gold: Gold, root: Path) -> None:
    said = kinds_said(root, gold.rows, load_student())
    polar = gold.kinds < 2
    swapped = (said < 2) & (said != gold.kinds) & polar
    assert (said == gold.kinds).mean() >= KIND_FLOOR
    assert swapped.sum() / polar.sum() <= SWAPPED_CEILING


def test_themes_of_unseen_documents_by_terms_and_model(gold: Gold, root: Path) -> None:
    student = load_student()
    lexicon = compile_lexicon(load_codebook(root / "configs" / "codebook.yml"))
    parts = [[getattr(r, name) for r in gold.rows] for name in ("text", "stem", "section")]
    by_terms = scores(lexicon, *parts)[:, [lexicon.theme_ids.index(t) for t in student.theme_ids]]
    by_model = student.probabilities(gold.rows)[1].astype(float)
    joint = load_combination("student").probability(by_terms, by_model, student.theme_ids)
    finding = gold.kinds != KINDS.index("context")
    micro, macro = f1((joint >= 0.5)[finding], gold.themes[finding])
    assert micro >= MICRO_FLOOR
    assert macro >= MACRO_FLOOR

"""Floors of themes on coded material: the second subject, alone and taught, and the terms in other genres."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.codebook import Codebook, load_codebook
from pipeline.themes.classifier import Example
from pipeline.themes.coder import CodebookCoder, build_coder, learn
from pipeline.themes.rows import Row


def scores(coder: CodebookCoder, coded: list[Example]) -> tuple[float, float]:
    """Return micro and macro F1; macro over themes that occur at least three times, coded or said."""
    ids = coder.lexicon.theme_ids
    true = np.array([[theme in one.themes for theme in ids] for one in coded])
    said = coder.weigh([one.row for one in coded]).shares >= 0.5
    each = 2 * (true & said).sum(0) / np.maximum(1, true.sum(0) + said.sum(0))
    enough = (true | said).sum(0) >= 3
    return float(2 * (true & said).sum() / (true.sum() + said.sum())), float(each[enough].mean())


@pytest.fixture(scope="module")
def recommendations(root: Path, material: Path) -> tuple[Codebook, list[Example]]:
    path = material / "upr" / "recommendations_sessions_1_5.csv"
    if not path.exists():
        pytest.skip(f"needs {path}")
    book = load_codebook(root / "configs" / "codebooks" / "upr.yml")
    ids = {theme.label: theme.id for theme in book.themes}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    themes = (frozenset(ids[label] for label in row["issues"].split(";")) for row in rows)
    return book, [Example(Row(r["text"]), found, r["session"]) for r, found in zip(rows, themes, strict=True)]


def test_a_second_subject_by_its_codebook_alone(recommendations: tuple[Codebook, list[Example]]) -> None:
    book, coded = recommendations
    micro, macro = scores(build_coder(book, None), coded)
    assert micro >= 0.85
    assert macro >= 0.81


def test_a_second_subject_taught_by_its_first_sessions(recommendations: tuple[Codebook, list[Example]]) -> None:
    book, coded = recommendations
    taught = learn(build_coder(book, None), [one for one in coded if one.document in {"1", "2", "3"}])
    micro, macro = scores(taught, [one for one in coded if one.document in {"4", "5"}])
    assert micro >= 0.855
    assert macro >= 0.80


def test_terms_alone_in_other_genres(root: Path, material: Path) -> None:
    rows = [
        json.loads(line) for path in sorted((material / "gold" / "written").glob("*.jsonl")) for line in path.open()
    ]
    coded = [
        Example(Row(r["text"], "", r.get("heading", "")), frozenset(r["themes"]))
        for r in rows
        if r["kind"] != "context"
    ]
    micro, macro = scores(build_coder(load_codebook(root / "configs" / "codebook.yml"), None), coded)
    assert micro >= 0.56
    assert macro >= 0.56

"""Floors of the large model where the small one is in doubt (`cluster.model: semantic`), on some of the unread rows.

The rows are every fourth of those that training keeps apart, and of the statements on other subjects. Kinds are the
models' own, before the rules; themes are those of terms and both models, on findings in their true kind. A floor goes
up when a model gets better, and down only with a reason in the commit that lowers it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.themes import macro_f1, micro_f1
from pipeline.codebook import load_codebook
from pipeline.segment.types import KINDS
from pipeline.themes.coder import ModelKinds, build_coder, load_model
from tests.eval.reading import training, unread

pytest.importorskip("onnxruntime", reason="the extra `semantic` is not installed")
EVERY = 4
KIND = {"reports": 0.95, "other genres": 0.905, "other subjects": 0.93}
THEMES = {"reports": (0.85, 0.81), "other genres": (0.755, 0.76)}  # micro, macro F1


@pytest.fixture(scope="module")
def models() -> Any:
    """Return the two models, the large one behind the small one."""
    return load_model("semantic")


@pytest.mark.parametrize("name", KIND)
def test_kinds(root: Path, request: pytest.FixtureRequest, models: Any, name: str) -> None:
    if name != "other subjects":
        request.getfixturevalue("material")
    rows = unread(root, name)[::EVERY]
    people = np.array([KINDS.index(row.kind) for row in rows])
    said = ModelKinds(models).kind_probabilities(rows).argmax(axis=1)
    assert (said == people).mean() >= KIND[name]


@pytest.mark.parametrize("name", THEMES)
def test_themes(root: Path, material: Path, models: Any, name: str) -> None:
    book = load_codebook(root / "configs" / "codebook.yml")
    findings = [row for row in unread(root, name)[::EVERY] if row.kind != "context"]
    coded = np.array([[theme_id in row.themes for theme_id in book.ids] for row in findings])
    said = build_coder(book, models).weigh([training(root).as_row(row) for row in findings]).shares >= 0.5
    micro, macro = THEMES[name]
    assert micro_f1(coded, said) >= micro
    assert macro_f1(coded, said) >= macro

"""The cascade asks its second model about rows in doubt, and about no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from pipeline.codebook import Codebook, Theme, load_codebook
from pipeline.themes.cascade import Cascade, Doubt, Second
from pipeline.themes.coder import ModelKinds, build_coder, load_model
from pipeline.themes.combine import Combination, Weights
from pipeline.themes.rows import Row

AS_THE_MODEL_SAYS = Combination(Weights(model=1, terms=0, fired=0, shift=0), cut=0.5)


@dataclass
class Fixed:
    """A model that answers by the row's text: `sure` or anything else."""

    name: str
    kind: float
    theme: float
    version: str = "1"
    theme_ids: tuple[str, ...] = ("a",)
    asked: list[str] = field(default_factory=list)

    def probabilities(self, rows: Sequence[Row]) -> tuple[np.ndarray, np.ndarray]:
        self.asked += [r.text for r in rows]
        kinds = np.array(
            [[0.97, 0.01, 0.01, 0.01] if r.text == "sure" else [self.kind, 1 - self.kind, 0, 0] for r in rows]
        )
        themes = np.array([[0.99 if r.text == "sure" else self.theme] for r in rows])
        return kinds.astype(np.float32).reshape(-1, 4), themes.astype(np.float32).reshape(-1, 1)


def test_only_kinds_in_doubt_reach_the_second_model() -> None:
    first, second = Fixed("first", 0.5, 0.1), Fixed("second", 0.9, 0.8)
    kinds = Cascade(first, second).kinds([Row("sure"), Row("This is doubtful."), Row("sure")])
    assert second.asked == ["This is doubtful."]
    assert np.allclose(kinds[1], [0.9, 0.1, 0, 0])
    assert np.allclose(kinds[0], [0.97, 0.01, 0.01, 0.01])


def test_headings_left_among_the_statements_stay_with_the_first_model() -> None:
    first, second = Fixed("first", 0.5, 0.1), Fixed("second", 0.9, 0.8)
    rows = [Row("Thresholds for disabled children"), Row("poor records", stem="We found:"), Row("Nobody came.")]
    Cascade(first, second).kinds(rows)
    assert second.asked == ["poor records", "Nobody came."]


def test_only_themes_in_doubt_reach_the_second_model() -> None:
    second = Fixed("second", 0.9, 0.8)
    shares = np.array([[0.95, 0.45], [0.5, 0.45], [0.1, 0.9]])  # the model knows the first theme only
    rows = [Row("sure"), Row("doubtful"), Row("sure")]
    settled = Second(second, AS_THE_MODEL_SAYS, Doubt()).settled(rows, np.zeros((3, 2)), shares, ["a", "b"])
    assert second.asked == ["doubtful"]
    assert np.allclose(settled, [[0.95, 0.45], [0.8, 0.45], [0.1, 0.9]])
    assert shares[1, 0] == 0.5


def test_doubt_is_about_kind_or_theme() -> None:
    kinds = np.array([[0.96, 0.04, 0, 0], [0.55, 0.45, 0, 0], [0.96, 0.04, 0, 0]], np.float32)
    themes = np.array([[0.01], [0.01], [0.5]], np.float32)
    assert (Doubt().of_kinds(kinds) | Doubt().of_themes(themes)).tolist() == [False, True, True]


def test_no_rows_are_no_work() -> None:
    first, second = Fixed("first", 0.5, 0.4), Fixed("second", 0.9, 0.8)
    assert len(Cascade(first, second).kinds([])) == 0
    blank = np.zeros((0, 1))
    assert Second(second, AS_THE_MODEL_SAYS, Doubt()).settled([], blank, blank, ["a"]).shape == (0, 1)


def test_a_codebook_that_no_model_knows_asks_none() -> None:
    book = Codebook((Theme("roads", "Roads", "Roads and paths", terms=("road", "path")),))
    coder = build_coder(book, Cascade(Fixed("first", 0.5, 0.4), Fixed("second", 0.9, 0.8)))
    assert coder.model is None
    assert coder.second is None


def test_semantic_codes_rows_whatever_stands_beside_them(root: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra `semantic` is not installed")
    model = load_model("semantic")
    assert isinstance(model, Cascade)
    coder = build_coder(load_codebook(root / "configs" / "codebook.yml"), model)
    rows = [
        Row("Handovers between teams are slow, and what one nurse knows the next seldom hears."),
        Row("Staff in Brackwater had not been shown how to tell when a child is neglected."),
        Row("Some lists were out of date and nobody could say who had last looked at them."),
    ]
    together = coder.weigh(rows).shares
    alone = np.vstack([coder.weigh([row]).shares for row in reversed(rows)])[::-1]
    assert np.array_equal(together, alone)
    kinds = ModelKinds(model).kind_probabilities(rows)
    assert np.array_equal(kinds[1:2], ModelKinds(model).kind_probabilities(rows[1:2]))

"""The cascade asks its second coder about uncertain rows, and about no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.themes.cascade import Cascade, Doubt
from pipeline.themes.rows import Row


@dataclass
class Fixed:
    """A coder that answers by the row's text: `sure` or anything else."""

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


def test_only_uncertain_rows_reach_the_second_coder() -> None:
    first, second = Fixed("first", 0.5, 0.4), Fixed("second", 0.9, 0.8)
    kinds, themes = Cascade(first, second).probabilities([Row("sure"), Row("doubtful"), Row("sure")])
    assert second.asked == ["doubtful"]
    assert np.allclose(themes[:, 0], [0.99, 0.6, 0.99])
    assert np.allclose(kinds[1], [0.7, 0.3, 0, 0])


def test_doubt_is_about_kind_or_theme() -> None:
    kinds = np.array([[0.9, 0.1, 0, 0], [0.6, 0.4, 0, 0], [0.9, 0.1, 0, 0]], np.float32)
    themes = np.array([[0.01], [0.01], [0.5]], np.float32)
    assert Doubt().of(kinds, themes).tolist() == [False, True, True]


def test_no_rows_are_no_work() -> None:
    kinds, themes = Cascade(Fixed("first", 0.5, 0.4), Fixed("second", 0.9, 0.8)).probabilities([])
    assert len(kinds) == len(themes) == 0

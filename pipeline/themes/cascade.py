"""The student for all rows, the teacher only for those where the student hesitates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.themes.rows import Coder, Row

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Doubt:
    """When a row is uncertain: its kind is less likely than `kind`, or a theme lies between `low` and `high`."""

    kind: float = 0.7
    low: float = 0.25
    high: float = 0.6

    def of(self, kinds: Floats, themes: Floats) -> NDArray[np.bool_]:
        """Return which rows are uncertain."""
        between = ((themes > self.low) & (themes < self.high)).any(axis=1)
        return np.asarray((kinds.max(axis=1) < self.kind) | between)


@dataclass(frozen=True, slots=True)
class Cascade:
    """Two coders as one: `first` is quick and sees every row, `second` is dear and sees the uncertain ones.

    An uncertain row gets the mean of both: their errors differ. Each row's answer depends on that row alone.
    """

    first: Coder
    second: Coder
    doubt: Doubt = Doubt()

    @property
    def name(self) -> str:
        return "cascade"

    @property
    def version(self) -> str:
        return f"{self.first.version}+{self.second.version}"

    @property
    def theme_ids(self) -> tuple[str, ...]:
        return self.first.theme_ids

    def probabilities(self, rows: Sequence[Row]) -> tuple[Floats, Floats]:
        """Return kinds (n, 4) and themes (n, T): calibrated, with four digits."""
        kinds, themes = self.first.probabilities(rows)
        at = np.flatnonzero(self.doubt.of(kinds, themes))
        more = self.second.probabilities([rows[int(i)] for i in at])
        kinds[at] = ((kinds[at] + more[0]) / 2).round(4)
        themes[at] = ((themes[at] + more[1]) / 2).round(4)
        return kinds, themes

    def evidence(self, rows: Sequence[Row], theme_ids: Sequence[str]) -> list[tuple[int, int]]:
        """Return where in each `row.text` the words stand that spoke most for the theme, as the first coder sees it."""
        finder = getattr(self.first, "evidence", None)
        return finder(rows, theme_ids) if finder else [(0, len(row.text)) for row in rows]

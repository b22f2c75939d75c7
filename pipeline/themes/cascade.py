"""The quick model for all rows, the dear one only for those where the first answer is in doubt.

In doubt the dear model decides: it knows kinds and themes much better (`python -m benchmarks cascade`). Only kinds of
short lines that are no sentences, such as headings, are left to the quick one. Each row's answer depends on that row
alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.themes.combine import Combination, Probabilities, by_codebook
from pipeline.themes.rows import Coder, Remembering, Row

Floats = NDArray[np.float32]
_SHORT = 7  # words
_ENDS = (".", "!", "?", ":", ";", "”", "’", '"', "'")


@dataclass(frozen=True, slots=True)
class Doubt:
    """When an answer is in doubt: the likeliest kind is below `kind`, or a theme lies between `low` and `high`."""

    kind: float = 0.95
    low: float = 0.2
    high: float = 0.8

    def of_kinds(self, kinds: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return which rows are in doubt about their kind."""
        return np.asarray(kinds.max(axis=1, initial=0.0) < self.kind)

    def of_themes(self, themes: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return which rows are in doubt about any theme."""
        return np.asarray(((themes > self.low) & (themes < self.high)).any(axis=1))


def is_line(row: Row) -> bool:
    """Return whether a row is a short line without a stop, of no list: a heading or a label rather than a sentence."""
    return not row.stem and len(row.text.split()) <= _SHORT and not row.text.rstrip().endswith(_ENDS)


@dataclass(frozen=True, slots=True)
class Cascade:
    """Two models as one: `first` is quick and sees every row, `second` is dear and sees those in doubt."""

    first: Coder
    second: Coder
    doubt: Doubt = Doubt()

    @property
    def name(self) -> str:
        return f"{self.first.name} {self.first.version}, in doubt with {self.second.name}"

    @property
    def version(self) -> str:
        return self.second.version

    @property
    def theme_ids(self) -> tuple[str, ...]:
        return self.first.theme_ids

    def kinds(self, rows: Sequence[Row]) -> Floats:
        """Return the probabilities of the kinds, (n, 4) in the order of KINDS, with four digits."""
        kinds, _ = self.first.probabilities(rows)
        sentence = np.array([not is_line(row) for row in rows], np.bool_)
        at = np.flatnonzero(self.doubt.of_kinds(kinds) & sentence)
        if len(at):
            kinds[at], _ = self.second.probabilities([rows[int(i)] for i in at])
        return kinds


def remembering(model: Coder | Cascade | None) -> Coder | Cascade | None:
    """Return the model, or both, with a memory: what is asked about kinds is asked about themes soon after."""
    if isinstance(model, Cascade):
        return replace(model, first=Remembering(model.first), second=Remembering(model.second))
    return Remembering(model) if model else None


@dataclass(frozen=True, slots=True)
class Second:
    """The dear model as it is asked about themes: after the terms and the first model have had their say."""

    model: Coder
    combination: Combination
    doubt: Doubt

    def settled(
        self, rows: Sequence[Row], by_terms: Probabilities, shares: Probabilities, theme_ids: Sequence[str]
    ) -> Probabilities:
        """Return `shares`, rows by themes, in rows in doubt what terms and this model say, with four digits.

        Themes that the model does not know raise no doubt and stay as they are.
        """
        known = np.array([theme_id in self.model.theme_ids for theme_id in theme_ids], bool)
        at = np.flatnonzero(self.doubt.of_themes(shares[:, known]))
        out = shares.copy()
        if len(at):
            by_model = by_codebook(self.model, [rows[int(i)] for i in at], theme_ids)
            more = self.combination.probability(by_terms[at], by_model, theme_ids)
            out[at] = np.where(known, more.round(4), shares[at])
        return out

"""One probability for each theme from two witnesses: the codebook's terms and a learned model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ConfigError
from pipeline.themes.rows import Coder, Row
from pipeline.themes.student import SHIPPED

Probabilities = NDArray[np.float64]
_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of a logistic combination: of the model's logit, terms' strength, any term at all, and a shift."""

    model: float
    terms: float
    fired: float
    shift: float

    @classmethod
    def of(cls, card: Mapping[str, Any]) -> Weights:
        """Read the weights of a card's entry."""
        return cls(*(float(card[name]) for name in ("model", "terms", "fired", "shift")))


@dataclass(frozen=True, slots=True)
class Combination:
    """Terms and model as one: common weights, and for each theme weights of its own, held near the common ones.

    logit p = model * logit(model's probability) + terms * (strength of terms) + fired * (any term there) + shift.
    `cut` is the p at which F1 was best: what `probability` returns is stretched so that it lies at one half.
    """

    common: Weights
    cut: float
    by_theme: Mapping[str, Weights] = field(default_factory=dict)

    def probability(self, by_terms: Probabilities, by_model: Probabilities, theme_ids: Sequence[str]) -> Probabilities:
        """Return statements by themes, four digits; the terms' own strength where the model is silent (NaN)."""
        own = [self.by_theme.get(theme_id, self.common) for theme_id in theme_ids]
        model, terms, fired, shift = (
            np.array([getattr(w, name) for w in own]) for name in ("model", "terms", "fired", "shift")
        )
        p = np.clip(by_model, _LEAST, 1 - _LEAST)
        logit = model * np.log(p / (1 - p)) + terms * by_terms + fired * (by_terms > 0) + shift
        joint = 1 / (1 + np.exp(-logit))
        stretched = np.where(joint < self.cut, joint / (2 * self.cut), 1 - (1 - joint) / (2 * (1 - self.cut)))
        return np.where(np.isnan(by_model), by_terms, stretched.round(4))


def by_codebook(model: Coder, rows: Sequence[Row], theme_ids: Sequence[str]) -> Probabilities:
    """Return a model's probabilities, rows by `theme_ids`, NaN for themes that it does not know."""
    out = np.full((len(rows), len(theme_ids)), np.nan)
    _, themes = model.probabilities(rows)
    for column, theme_id in enumerate(theme_ids):
        if theme_id in model.theme_ids:
            out[:, column] = themes[:, model.theme_ids.index(theme_id)]
    return out


def load_combination(part: str, directory: Path | None = None) -> Combination:
    """Return what was fitted for a part (`student` or `teacher`) of a model folder; the shipped one by default."""
    place = (directory or SHIPPED) / "model.json"
    try:
        card: Mapping[str, Any] = json.loads(place.read_text("utf-8"))[part]["combination"]
        by_theme = {theme_id: Weights.of(own) for theme_id, own in card.get("by_theme", {}).items()}
        return Combination(Weights.of(card), float(card["cut"]), by_theme)
    except (OSError, KeyError, TypeError, ValueError) as fault:
        raise ConfigError(f"the combination of '{part}' cannot be read: {fault!r}", place=str(place)) from fault


def held_out_figures(part: str, directory: Path | None = None) -> Mapping[str, Mapping[str, float]]:
    """Return the card's figures of terms and model on statements kept apart, by sort of text; none where it has none.

    Each has rows, kind (share right), micro and macro (F1 of themes).
    """
    card = json.loads(((directory or SHIPPED) / "model.json").read_text("utf-8"))
    found: Mapping[str, Mapping[str, float]] = card.get(part, {}).get("combination", {}).get("held_out_figures", {})
    return {name: row for name, row in found.items() if {"rows", "kind", "micro", "macro"} <= row.keys()}

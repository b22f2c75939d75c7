"""One probability for each theme from two witnesses: the codebook's terms and a learned model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ConfigError
from pipeline.themes.student import SHIPPED

Probabilities = NDArray[np.float64]
_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Combination:
    """The weights of a logistic combination, the same for all themes: what few examples can carry to other genres.

    logit p = model * logit(model's probability) + terms * (strength of terms) + fired * (any term there) + shift.
    `cut` is the p at which F1 was best: what `probability` returns is stretched so that it lies at one half.
    """

    model: float
    terms: float
    fired: float
    shift: float
    cut: float

    def probability(self, by_terms: Probabilities, by_model: Probabilities) -> Probabilities:
        """Return statements by themes, four digits; the terms' own strength where the model is silent (NaN)."""
        p = np.clip(by_model, _LEAST, 1 - _LEAST)
        logit = self.model * np.log(p / (1 - p)) + self.terms * by_terms + self.fired * (by_terms > 0) + self.shift
        joint = 1 / (1 + np.exp(-logit))
        stretched = np.where(joint < self.cut, joint / (2 * self.cut), 1 - (1 - joint) / (2 * (1 - self.cut)))
        return np.where(np.isnan(by_model), by_terms, stretched.round(4))


def load_combination(part: str, directory: Path | None = None) -> Combination:
    """Return what was fitted for a part (`student` or `teacher`) of a model folder; the shipped one by default."""
    place = (directory or SHIPPED) / "model.json"
    try:
        card: Mapping[str, Any] = json.loads(place.read_text("utf-8"))[part]["combination"]
        return Combination(**{name: float(card[name]) for name in ("model", "terms", "fired", "shift", "cut")})
    except (OSError, KeyError, TypeError, ValueError) as fault:
        raise ConfigError(f"the combination of '{part}' cannot be read: {fault!r}", place=str(place)) from fault

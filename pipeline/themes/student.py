"""The small coder that comes with the package: one small network for all rows, a second for those in doubt.

Both are networks of whole numbers (net.py): the same answer on every machine, for a row in any company.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ConfigError
from pipeline.themes.net import Floats, Net
from pipeline.themes.pieces import Pieces
from pipeline.themes.rows import KINDS, Row

SHIPPED = Path(__file__).resolve().parents[1] / "models" / "child_protection"
SECOND = "second_"  # begins the names of the second network's arrays
_SURE = 0.9  # of the likeliest kind
_OPEN = 0.85  # a theme whose score is nearer to nothing than this is in doubt: between .3 and .7
_RANGE = 20.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns scores into probabilities: one temperature for the kinds, scale and shift for each theme (Platt 1999)."""

    kind_scale: float
    theme_scale: NDArray[np.float64]
    theme_shift: NDArray[np.float64]

    @classmethod
    def of(cls, card: Mapping[str, Any], theme_ids: Sequence[str]) -> Calibration:
        """Read the calibration of a model's card."""
        c = card["calibration"]
        scale, shift = (
            np.array([c[part][t] for t in theme_ids], np.float64) for part in ("theme_scale", "theme_shift")
        )
        return cls(float(c["kind_scale"]), scale, shift)

    def __call__(self, kinds: Floats, themes: Floats) -> tuple[Floats, Floats]:
        """Return probabilities with four digits, the same on every machine."""
        scaled = kinds.astype(np.float64) * self.kind_scale
        shares = shares_of(scaled)
        weights = np.clip(themes.astype(np.float64) * self.theme_scale + self.theme_shift, -_RANGE, _RANGE)
        return shares.round(4).astype(np.float32), (1.0 / (1.0 + np.exp(-weights))).round(4).astype(np.float32)


class Student:
    """The default coder. Loaded by `load_student`; see the model card for data, figures and limits."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], card: Mapping[str, Any]) -> None:
        self.name = "student"
        self.version: str = card["version"]
        self.theme_ids: tuple[str, ...] = tuple(card["theme_ids"])
        self.thresholds = np.array([card["thresholds"][t] for t in self.theme_ids], np.float32)
        self._calibration = Calibration.of(card, self.theme_ids)
        pieces = Pieces(bytes(arrays["vocabulary"]).decode("utf-8").split("\n"))
        self._first = Net(arrays, pieces)
        of_second = {name.removeprefix(SECOND): a for name, a in arrays.items() if name.startswith(SECOND)}
        self._second = Net(of_second, pieces, ready=False) if of_second else None

    def probabilities(self, rows: Sequence[Row]) -> tuple[Floats, Floats]:
        """Return kinds (n, 4) and themes (n, T): calibrated, four digits; no row's answer depends on the others."""
        return self._calibration(*self.logits(rows))

    def vectors(self, rows: Sequence[Row]) -> Floats:
        """Return the last layer before the answers, (n, H): rows of like meaning lie near one another."""
        return self._first.vectors(rows)

    def logits(self, rows: Sequence[Row]) -> tuple[Floats, Floats]:
        """Return the uncalibrated kinds (n, 4) and themes (n, T): where the first network is in doubt, both's mean.

        Two networks trained alike err in different places (Hansen and Salamon 1990).
        """
        scores = self._first.logits(rows)
        if self._second is not None and len(at := np.flatnonzero(in_doubt(scores))):
            scores[at] = (scores[at] + self._second.logits([rows[int(i)] for i in at])) / np.float32(2)
        return scores[:, : len(KINDS)], scores[:, len(KINDS) :]

    def evidence(self, rows: Sequence[Row], theme_ids: Sequence[str]) -> list[tuple[int, int]]:
        """Return, for each row and the theme beside it, start and end in `row.text` of the words that spoke for it.

        The first network tells; see Net.evidence.
        """
        columns = np.array([self.theme_ids.index(theme_id) for theme_id in theme_ids], np.int64)
        return self._first.evidence(rows, columns)


def shares_of(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores, rows by kinds, as shares that add up to 1 in every row (softmax)."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    shares: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return shares


def in_doubt(scores: Floats) -> NDArray[np.bool_]:
    """Return which rows' likeliest kind is not sure, or which may be findings with a theme in doubt."""
    kinds, themes = scores[:, : len(KINDS)].astype(np.float64), scores[:, len(KINDS) :]
    shares = shares_of(kinds)
    open_themes = (np.abs(themes) < _OPEN).any(axis=1) & (shares[:, -1] < _SURE)
    return np.asarray((shares.max(axis=1, initial=0.0) < _SURE) | open_themes)


def load_student(directory: Path | None = None) -> Student:
    """Return the student of a model folder (`model.json`, `student.npz`); the shipped one by default.

    Raises ConfigError where a file is missing, is not what the card says (sha256) or cannot be read.
    """
    return _load((directory or SHIPPED).resolve())


@lru_cache(maxsize=4)
def _load(directory: Path) -> Student:
    card, data = read_card(directory, "student")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return Student(dict(arrays), card)
    except (KeyError, ValueError, zipfile.BadZipFile) as fault:
        raise ConfigError(
            f"no student model: {fault}", place=str(directory), remedy="Train it again with training/"
        ) from fault


def read_card(directory: Path, part: str) -> tuple[dict[str, Any], bytes]:
    """Return the card's entry `part` of model.json and the bytes of its file, checked against its sha256."""
    place = directory / "model.json"
    try:
        card = json.loads(place.read_text("utf-8"))
        entry = {**card, **card[part]}
        data = (directory / entry["file"]).read_bytes()
    except FileNotFoundError as fault:
        raise ConfigError(f"the model's file is missing: {fault.filename}", place=str(directory)) from fault
    except (KeyError, TypeError, ValueError) as fault:
        raise ConfigError(f"the model's card cannot be read: {fault!r}", place=str(place)) from fault
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        remedy = "Take the file and the card from the same release"
        raise ConfigError(
            f"{entry['file']} is not the file that model.json names (sha256 differs)", place=str(place), remedy=remedy
        )
    return entry, data

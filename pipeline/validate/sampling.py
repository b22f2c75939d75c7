"""A probability sample of statements for people to code: spread over years, source types and themes, none left out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NO_THEME, CONTEXT = "no theme", "context"
_CONTEXT_LIKING = 0.5  # context is the larger part of most documents and decides less


@dataclass(frozen=True, slots=True)
class Design:
    """How a sample is drawn: statements in all, the seed, who codes, and how many are coded by every coder."""

    size: int
    seed: int
    coders: tuple[str, ...] = ("coder",)
    overlap: int = 0


def draw_sample(statements: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Return the drawn rows with stratum, inclusion_probability and coders (joined by ';'), in the order of coding.

    `statements`: statement_id, year, source_type, kind, themes. A statement's chance falls with the square root of how
    many there are of its theme, its year and its source type, so that rare ones are seen and none is certain to be
    missed. Systematic sampling with unequal probabilities over the sorted strata (Madow 1949, Annals of Mathematical
    Statistics 20, 333-354) gives every statement its stated probability. The same seed draws the same statements,
    whatever the order of the rows.
    """
    rows = statements.assign(stratum=_strata(statements), ticket=_tickets(statements["statement_id"], design.seed))
    rows = rows.sort_values(["year", "source_type", "stratum", "ticket", "statement_id"], ignore_index=True)
    probability = inclusion_probabilities(_liking(rows), design.size)
    start = np.random.default_rng(design.seed).random()
    upto = np.cumsum(probability) + start
    # Rounding must not make or lose a statement where the sum is a whole number.
    chosen = np.floor(np.round(upto, 9)) > np.floor(np.round(upto - probability, 9))
    drawn = rows.assign(inclusion_probability=probability)[chosen]
    drawn = drawn.sort_values(["ticket", "statement_id"], ignore_index=True)
    return drawn.assign(coders=_coders(len(drawn), design)).drop(columns="ticket")


def inclusion_probabilities(liking: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return probabilities in proportion to `liking`, at most 1, that add up to `size` (or to all there are)."""
    if size >= len(liking):
        return np.ones(len(liking))
    certain = np.zeros(len(liking), bool)
    while True:
        rest = size - certain.sum()
        scaled = np.where(certain, 1.0, rest * liking / liking[~certain].sum())
        if (over := (scaled > 1) & ~certain).any():
            certain |= over
        else:
            return np.asarray(scaled, dtype=np.float64)


def _strata(statements: pd.DataFrame) -> list[str]:
    """Return each statement's theme, the rarest where it has several, or that it has none or is context."""
    themes = [[t for t in cell.split(";") if t] for cell in statements["themes"]]
    counts = pd.Series([t for listed in themes for t in listed], dtype=str).value_counts()
    return [
        CONTEXT if kind == "context" else min(listed, key=lambda t: (counts[t], t)) if listed else NO_THEME
        for kind, listed in zip(statements["kind"], themes, strict=True)
    ]


def _liking(rows: pd.DataFrame) -> NDArray[np.float64]:
    liking = np.where(rows["stratum"] == CONTEXT, _CONTEXT_LIKING, 1.0)
    for name in ("stratum", "year", "source_type"):
        liking = liking / np.sqrt(rows[name].map(rows[name].value_counts()).to_numpy(float))
    return np.asarray(liking, dtype=np.float64)


def _tickets(ids: Sequence[str], seed: int) -> list[str]:
    """Return a random number for each statement that depends on the statement and the seed alone."""
    return [hashlib.sha256(f"{seed} {one}".encode()).hexdigest()[:16] for one in ids]


def _coders(drawn: int, design: Design) -> list[str]:
    """Return who codes each statement: the first ones everybody, the others in turn."""
    everybody = ";".join(design.coders)
    turns = [design.coders[at % len(design.coders)] for at in range(drawn)]
    return [everybody if at < design.overlap else turns[at] for at in range(drawn)]

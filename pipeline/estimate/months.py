"""What each source covers, month by month, and where it is silent for longer than chance explains."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.tables.schema import UNDATED

SMALL = "(sources with fewer than 12 documents)"
FEWEST = 12
CHANCE = 0.01  # probability of a silence of its length below which it is a gap


def coverage_month(documents: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of coverage_month; `documents`: publisher, source_type, published (ISO date or part of one).

    Months between a source's first and last are rows also where it has none. A silence is a gap where a source that
    publishes at random at its own mean rate would be silent for so long with a probability below CHANCE, times the
    number of months that it could begin in.
    """
    docs = documents.assign(month=[_month(published) for published in documents["published"]])
    sizes = docs.groupby(["publisher", "source_type"])["month"].transform("size")
    docs["publisher"] = docs["publisher"].where((sizes >= FEWEST) | (docs["publisher"] == ""), SMALL)
    rows: list[dict[str, Any]] = []
    for (publisher, source_type), mine in docs.groupby(["publisher", "source_type"]):
        counts = mine["month"].value_counts()
        named = publisher not in ("", SMALL)
        filled = _filled({str(month): int(count) for month, count in counts.items()}, named)
        rows += [{"publisher": publisher, "source_type": source_type, **row} for row in filled]
    return rows


def _month(published: str) -> str:
    return published[:7] or UNDATED


def _filled(counts: dict[str, int], named: bool) -> list[dict[str, Any]]:
    """Return a row a month, the silent ones with their gaps where the source is one body."""
    months = sorted(m for m in counts if len(m) == 7 and m != UNDATED)
    other = [{"month": m, "documents": n, "gap": "no"} for m, n in counts.items() if m not in set(months)]
    if not months:
        return other
    every = [str(m) for m in pd.period_range(months[0], months[-1], freq="M")] if named else months
    numbers = np.array([counts.get(month, 0) for month in every])
    silent = _gaps(numbers) if named else np.zeros(len(every), bool)
    return [
        *(
            {"month": m, "documents": int(n), "gap": "yes" if gap else "no"}
            for m, n, gap in zip(every, numbers, silent, strict=True)
        ),
        *other,
    ]


def _gaps(numbers: np.ndarray) -> np.ndarray:
    rate, out, at = numbers.mean(), np.zeros(len(numbers), bool), 0
    while at < len(numbers):
        end = at
        while end < len(numbers) and numbers[end] == 0:
            end += 1
        if end > at and len(numbers) * np.exp(-rate * (end - at)) < CHANCE:
            out[at:end] = True
        at = max(end, at + 1)
    return out

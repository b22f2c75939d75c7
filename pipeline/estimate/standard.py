"""Shares standardised to a fixed mix of source types and report lengths, so that a changing corpus is no trend.

Direct standardisation: the share of each stratum of a year, weighed by the stratum's part of all findings of the corpus
(Rothman, Modern Epidemiology, chapter on stratification).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.estimate.shares import wilson
from pipeline.tables.schema import UNDATED

Floats = NDArray[np.float64]
LENGTHS = ("short", "middle", "long")


def strata_of(documents: pd.DataFrame) -> pd.Series:
    """Return each document's source type and length: short, middle or long among documents of its type, by words."""
    rank = documents.groupby("source_type")["words"].rank(method="average", pct=True)
    length = np.array(LENGTHS)[np.clip(np.ceil(rank.to_numpy() * 3).astype(int) - 1, 0, 2)]
    return documents["source_type"].astype(str) + " " + pd.Series(length, index=documents.index)


def standardised(documents: pd.DataFrame, counts: pd.DataFrame, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of theme_year_standardised.

    `documents`: doc_id, year, source_type, words, findings. `counts`: doc_id, theme_id, findings.
    """
    docs = documents[documents["findings"] > 0].copy()
    docs["stratum"], docs["row"] = strata_of(docs), docs["year"].replace("", UNDATED)
    mix = docs.groupby("stratum")["findings"].sum() / max(1, docs["findings"].sum())
    having = counts.pivot_table(index="doc_id", columns="theme_id", values="findings", aggfunc="sum")
    having = having.reindex(index=docs["doc_id"], columns=list(labels)).fillna(0).to_numpy(float)
    rows: list[dict[str, Any]] = []
    for year, mine in sorted(docs.reset_index(drop=True).groupby("row").groups.items()):
        part = docs.iloc[mine]
        rows += _year(str(year), part, having[mine], mix, labels)
    return rows


def _year(
    year: str, docs: pd.DataFrame, having: Floats, mix: pd.Series, labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the rows of one year: every theme at once."""
    present = sorted(docs["stratum"].unique())
    weight = mix[present].to_numpy(float)
    covered = float(weight.sum())
    total = docs["findings"].to_numpy(float)
    share, variance = np.zeros(len(labels)), np.zeros(len(labels))
    overall = having.sum(axis=0) / total.sum()
    for stratum, w in zip(present, weight / covered, strict=True):
        mine = (docs["stratum"] == stratum).to_numpy()
        own, spread = _stratum(having[mine], total[mine], overall)
        share, variance = share + w * own, variance + w**2 * spread
    safe = np.clip(share, 0.5 / (total.sum() + 1), 1 - 0.5 / (total.sum() + 1))
    size = np.minimum(total.sum(), safe * (1 - safe) / np.maximum(variance, 1e-12))
    low, high = wilson(share * size, size)
    return [
        {
            "year": year,
            "theme_id": theme_id,
            "theme_label": label,
            "share_of_findings": overall[at],
            "standardised_share": share[at],
            "standardised_low": low[at],
            "standardised_high": high[at],
            "mix_covered": min(1.0, covered),
            "strata": len(present),
        }
        for at, (theme_id, label) in enumerate(labels.items())
    ]


def _stratum(having: Floats, total: Floats, overall: Floats) -> tuple[Floats, Floats]:
    """Return the shares of a stratum and their variances over documents; one document: twice the binomial variance."""
    share = having.sum(axis=0) / total.sum()
    near = (having.sum(axis=0) + overall) / (total.sum() + 1)
    binomial = near * (1 - near) / total.sum()
    documents = len(total)
    if documents < 2:
        return share, 2 * binomial
    spread = ((having - share * total[:, None]) ** 2).sum(axis=0) / total.sum() ** 2 * documents / (documents - 1)
    return share, np.maximum(spread, binomial)

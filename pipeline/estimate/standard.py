"""Shares standardised to a fixed mix of source types and report lengths, so that a changing corpus is no trend.

Direct standardisation: the share of each stratum of a year, weighed by the stratum's part of all findings of the corpus
(Rothman, Modern Epidemiology, chapter on stratification).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.estimate.shares import wilson
from pipeline.tables.schema import UNDATED

LENGTHS = ("short", "middle", "long")


def strata_of(documents: pd.DataFrame) -> pd.Series:
    """Return each document's source type and length: short, middle or long among documents of its type, by words."""
    rank = documents.groupby("source_type")["words"].rank(method="average", pct=True)
    length = np.clip(np.ceil(rank.to_numpy() * 3).astype(int) - 1, 0, 2)
    codes, types = pd.factorize(documents["source_type"])
    names = np.array([f"{source_type} {words}" for source_type in types for words in LENGTHS], dtype=object)
    return pd.Series(names[codes * len(LENGTHS) + length], index=documents.index)


def standardised(documents: pd.DataFrame, counts: pd.DataFrame, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of theme_year_standardised.

    `documents`: doc_id, year, source_type, words, findings. `counts`: doc_id, theme_id, findings.
    """
    docs = documents.loc[documents["findings"] > 0, ["doc_id", "year", "source_type", "words", "findings"]]
    docs = docs.assign(stratum=strata_of(docs), row=docs["year"].replace("", UNDATED), squared=docs["findings"] ** 2)
    size = docs.groupby(["row", "stratum"]).agg(
        documents=("findings", "size"), total=("findings", "sum"), total_squares=("squared", "sum")
    )
    mix = size.groupby("stratum")["total"].sum() / max(1, size["total"].sum())
    cells = counts[["doc_id", "theme_id", "findings"]].rename(columns={"findings": "having"}).merge(docs, on="doc_id")
    cells = cells.assign(squares=cells["having"] ** 2, cross=cells["having"] * cells["findings"])
    sums = cells.groupby(["row", "stratum", "theme_id"])[["having", "squares", "cross"]].sum()
    rows: list[dict[str, Any]] = []
    for year in sorted(size.index.get_level_values("row").unique()):
        rows += _year(str(year), size.loc[year], sums, mix, labels)
    return rows


def _year(
    year: str, size: pd.DataFrame, sums: pd.DataFrame, mix: pd.Series, labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the rows of one year: every theme at once. `size`: strata of the year; `sums`: by year, stratum, theme."""
    keys = pd.MultiIndex.from_product([[year], size.index, list(labels)])
    shape = (len(size), len(labels))
    having, squares, cross = (sums[n].reindex(keys, fill_value=0).to_numpy(float).reshape(shape) for n in sums.columns)
    documents, total, total_squares = (size[name].to_numpy(float)[:, None] for name in size.columns)
    weight = mix[size.index].to_numpy(float)
    covered, weight = float(weight.sum()), (weight / weight.sum())[:, None]
    overall = having.sum(axis=0) / total.sum()
    own = having / total
    near = (having + overall) / (total + 1)
    binomial = near * (1 - near) / total
    spread = (squares - 2 * own * cross + own**2 * total_squares) / total**2 * documents / np.maximum(documents - 1, 1)
    # One document cannot show how documents differ: it gets twice the variance of independent findings.
    variance = (weight**2 * np.where(documents > 1, np.maximum(spread, binomial), 2 * binomial)).sum(axis=0)
    share = (weight * own).sum(axis=0)
    safe = np.clip(share, 0.5 / (total.sum() + 1), 1 - 0.5 / (total.sum() + 1))
    worth = np.minimum(total.sum(), safe * (1 - safe) / np.maximum(variance, 1e-12))
    low, high = wilson(share * worth, worth)
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
            "strata": len(size),
        }
        for at, (theme_id, label) in enumerate(labels.items())
    ]

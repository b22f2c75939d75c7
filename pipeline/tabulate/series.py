"""Counts per document in; series by year, by source type and by speaker out, with their denominators on every row.

Estimators are handed in. All sums are taken over documents, so that memory grows with documents, not with statements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.tables import TABLES, from_columns, sort
from pipeline.tables.schema import FINDING_KINDS, UNDATED
from pipeline.tabulate.settings import TabulateSettings

Ends = tuple[NDArray[np.float64], NDArray[np.float64]]
PLURAL = {"concern": "concerns", "strength": "strengths", "recommendation": "recommendations"}


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """Sums over the documents of each row: with c findings of the theme and m findings in all, of a document."""

    documents: NDArray[np.float64]
    findings: NDArray[np.float64]  # sum of c
    total: NDArray[np.float64]  # sum of m
    squares: NDArray[np.float64]  # sum of c * c
    cross: NDArray[np.float64]  # sum of c * m
    total_squares: NDArray[np.float64]  # sum of m * m


class Estimators(Protocol):
    """How intervals are made."""

    def share_of_findings(self, sums: ClusterSums) -> Ends:
        """Return the ends of the 95% interval of findings / total, NaN where total is 0."""
        ...

    def share_of_documents(self, documents: NDArray[np.float64], total: NDArray[np.float64]) -> Ends:
        """Return the ends of the 95% interval of documents / total, NaN where total is 0."""
        ...


@dataclass(frozen=True, slots=True)
class Correction:
    """A share of findings corrected by coded statements, for one row of theme_year; NaN where there is none.

    `coded_sample` counts the statements that it rests on, `coded_year` those of the year itself, `own_weight` is how
    far it follows these (1: alone, 0: not at all), `homogeneity` the p-value of the test that years do not differ.
    """

    share: float
    low: float
    high: float
    coded_sample: int
    status: Literal["corrected", "pooled", "insufficient"]
    sample_share: float = float("nan")
    sample_low: float = float("nan")
    sample_high: float = float("nan")
    coded_year: int = 0
    own_weight: float = float("nan")
    homogeneity: float = float("nan")


@dataclass(frozen=True, slots=True)
class ThemeCells:
    """How many findings a document has of a theme: numbers of document and theme, and a count a kind.

    A document's number is its row in `documents`, a theme's its place among the sorted ids; sorted by both.
    """

    document: NDArray[np.int64]
    theme: NDArray[np.int64]
    by_kind: NDArray[np.int64]  # one row a cell, one column each of FINDING_KINDS


def document_themes(documents: pd.DataFrame, cells: ThemeCells, labels: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows of `document_themes`, in the order of the documents.

    `documents`: doc_id, source_path and item (both may be left out), year, source_type, findings (in all).
    """
    names = [name for name in ("doc_id", "source_path", "item", "year", "source_type") if name in documents]
    theme_ids = np.array(sorted(labels), dtype=object)
    out = documents[names].take(cells.document)
    out = out.reset_index(drop=True)
    out["theme_id"] = theme_ids[cells.theme]
    out["theme_label"] = out["theme_id"].map(labels)
    for kind, counts in zip(FINDING_KINDS, cells.by_kind.T, strict=True):
        out[PLURAL[kind]] = counts
    out["findings"] = cells.by_kind.sum(axis=1)
    out["findings_total"] = documents["findings"].to_numpy()[cells.document]
    return out[[name for name in TABLES["document_themes"].names if name in out]]


def theme_series(
    name: Literal["theme_year", "theme_year_source"],
    documents: pd.DataFrame,
    counts: pd.DataFrame,
    labels: Mapping[str, str],
    estimators: Estimators,
    settings: TabulateSettings,
    corrections: Mapping[tuple[str, str], Correction] | None = None,
) -> pa.Table:
    """Return theme_year (or theme_year_source): the full grid, zeros as rows, `undated` last.

    `documents`: doc_id, year, source_type, findings (in all), duplicate_of. `counts`: rows of document_themes.
    """
    by = ["year"] if name == "theme_year" else ["year", "source_type"]
    rows = _grid(documents, by, list(labels))
    sums = _sums(rows, documents, counts, by)
    series = _shares(sums, estimators)
    series["theme_label"] = series["theme_id"].map(labels)
    series = _with_corrections(series, corrections or {}, settings)
    table = TABLES[name]
    return sort(table, from_columns(table, {c: series[c].to_numpy() for c in table.names}))


def row_years(documents: pd.DataFrame) -> list[str]:
    """Return every year from the first to the last, then 'undated'."""
    years = [int(year) for year in documents["year"] if year]
    full = [f"{year:04d}" for year in range(min(years), max(years) + 1)] if years else []
    return [*full, UNDATED]


def _grid(documents: pd.DataFrame, by: Sequence[str], theme_ids: Sequence[str]) -> pd.DataFrame:
    axes: dict[str, Sequence[str]] = {"year": row_years(documents), "theme_id": theme_ids}
    if "source_type" in by:
        axes["source_type"] = sorted(documents["source_type"].unique())
    return pd.MultiIndex.from_product([axes[a] for a in (*by, "theme_id")], names=[*by, "theme_id"]).to_frame(
        index=False
    )


def _sums(rows: pd.DataFrame, documents: pd.DataFrame, counts: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return `rows` with every sum that a share or its interval needs."""
    docs = documents.assign(year=documents["year"].replace("", UNDATED), squared=documents["findings"] ** 2)
    totals = docs.groupby(by).agg(
        documents_total=("doc_id", "size"), findings_total=("findings", "sum"), total_squares=("squared", "sum")
    )
    c, m = counts["findings"], counts["findings_total"]
    copies = set(documents.loc[documents["duplicate_of"] != "", "doc_id"])
    cells = counts.assign(
        year=counts["year"].replace("", UNDATED),
        squares=c * c,
        cross=c * m,
        documents=1,
        distinct_findings=c.where(~counts["doc_id"].isin(copies), 0),
    )
    summed = ["findings", *PLURAL.values(), "documents", "squares", "cross", "distinct_findings"]
    cells = cells.groupby([*by, "theme_id"])[summed].sum()
    out = rows.merge(totals, how="left", left_on=by, right_index=True)
    out = out.merge(cells, how="left", left_on=[*by, "theme_id"], right_index=True)
    numbers = [*summed, "documents_total", "findings_total", "total_squares"]
    out[numbers] = out[numbers].fillna(0).astype("int64")
    return out


def _shares(sums: pd.DataFrame, estimators: Estimators) -> pd.DataFrame:
    number = {name: sums[name].to_numpy(float) for name in sums.columns if sums[name].dtype.kind == "i"}
    clusters = ClusterSums(
        number["documents_total"],
        number["findings"],
        number["findings_total"],
        number["squares"],
        number["cross"],
        number["total_squares"],
    )
    low, high = estimators.share_of_findings(clusters)
    doc_low, doc_high = estimators.share_of_documents(number["documents"], number["documents_total"])
    return sums.assign(
        share_of_findings=_ratio(number["findings"], number["findings_total"]),
        share_of_findings_low=low,
        share_of_findings_high=high,
        share_of_documents=_ratio(number["documents"], number["documents_total"]),
        share_of_documents_low=doc_low,
        share_of_documents_high=doc_high,
    )


def _ratio(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)


def _with_corrections(
    series: pd.DataFrame, corrections: Mapping[tuple[str, str], Correction], settings: TabulateSettings
) -> pd.DataFrame:
    found = [corrections.get(key) for key in zip(series["year"], series["theme_id"], strict=True)]
    if "source_type" in series:  # corrections are made for theme_year only
        found = [None] * len(series)
    return series.assign(
        corrected_share=[c.share if c else np.nan for c in found],
        corrected_low=[c.low if c else np.nan for c in found],
        corrected_high=[c.high if c else np.nan for c in found],
        coded_sample=[c.coded_sample if c else 0 for c in found],
        status=[_status(row, c, settings) for row, c in zip(series.itertuples(), found, strict=True)],
    )


def corrected_series(theme_year: pa.Table, corrections: Mapping[tuple[str, str], Correction]) -> pa.Table:
    """Return theme_year_corrected: the rows of theme_year with raw, corrected and sample-only shares side by side."""
    series = theme_year.to_pandas()
    none = Correction(np.nan, np.nan, np.nan, 0, "insufficient")
    found = [corrections.get(key, none) for key in zip(series["year"], series["theme_id"], strict=True)]
    more: dict[str, Sequence[Any]] = {
        "sample_share": [c.sample_share for c in found],
        "sample_low": [c.sample_low for c in found],
        "sample_high": [c.sample_high for c in found],
        "coded_year": [c.coded_year for c in found],
        "own_weight": [c.own_weight for c in found],
        "homogeneity_p": [c.homogeneity for c in found],
    }
    table = TABLES["theme_year_corrected"]
    return from_columns(table, {c: more[c] if c in more else series[c].to_numpy() for c in table.names})


def _status(row: Any, correction: Correction | None, settings: TabulateSettings) -> str:
    flags: list[str] = [correction.status if correction else "uncorrected"]
    if row.findings_total == 0:
        flags.append("no_findings")
    elif row.documents_total < settings.few_documents:
        flags.append("few_documents")
    return ";".join(flags)


def date_sensitivity(documents: pd.DataFrame, counts: pd.DataFrame, labels: Mapping[str, str]) -> pa.Table:
    """Return the table `date_sensitivity`.

    `documents`: doc_id, year_published, year_covered (blank if unknown), findings. `counts`: rows of document_themes.
    """
    both = documents[(documents["year_published"] != "") & (documents["year_covered"] != "")].set_index("doc_id")
    themed = counts[counts["doc_id"].isin(both.index)].pivot_table("findings", "doc_id", "theme_id", "sum", 0)
    themed = themed.reindex(index=both.index, columns=list(labels), fill_value=0).fillna(0).astype("int64")
    total = both["findings"].to_numpy(float)
    columns: dict[str, Any] = {
        "theme_id": list(labels),
        "theme_label": list(labels.values()),
        "documents": [len(both)] * len(labels),
        "findings": themed.sum().to_numpy(),
        "findings_total": [int(total.sum())] * len(labels),
    }
    for basis in ("published", "covered"):
        years = both[f"year_{basis}"].to_numpy(float)
        columns[f"slope_{basis}"] = _slopes(years, themed.to_numpy(float), total)
    product = columns["slope_published"] * columns["slope_covered"]
    columns["sign_changes"] = np.where(np.isnan(product), "", np.where(product < 0, "yes", "no"))
    table = TABLES["date_sensitivity"]
    return sort(table, from_columns(table, columns))


def _slopes(years: NDArray[np.float64], themed: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each theme's weighted least-squares slope of yearly shares; NaN where all documents are of one year.

    With shares c/m weighted by m the slope is sum(c (t - mean)) / sum(m (t - mean)^2): sums over documents will do.
    """
    if not total.sum():
        return np.full(themed.shape[1], np.nan)
    apart = years - (years * total).sum() / total.sum()
    spread = (total * apart**2).sum()
    return apart @ themed / spread if spread > 0 else np.full(themed.shape[1], np.nan)


def coverage(documents: pd.DataFrame) -> pa.Table:
    """Return the table `coverage`; `documents`: doc_id, year, words, statements, findings, assigned, duplicate_of."""
    docs = documents.assign(
        year=documents["year"].replace("", UNDATED),
        documents=1,
        unassigned=documents["findings"] - documents["assigned"],
        duplicates=(documents["duplicate_of"] != "").astype(int),
    )
    table = TABLES["coverage"]
    sums = docs.groupby("year")[list(table.names[1:])].sum().reindex(row_years(documents), fill_value=0)
    return sort(table, from_columns(table, {c: sums.reset_index()[c].to_numpy() for c in table.names}))


def speaker_themes(spoken: pd.DataFrame, labels: Mapping[str, str]) -> pa.Table:
    """Return the table `speaker_themes`.

    `spoken`: speaker_role, theme_id (blank: findings with and without themes), kind, findings.
    """
    totals = spoken[spoken["theme_id"] == ""].groupby("speaker_role")["findings"].sum()
    single = spoken[spoken["theme_id"] != ""]
    rows = pd.MultiIndex.from_product([sorted(totals.index), list(labels)], names=["speaker_role", "theme_id"])
    counts = single.pivot_table("findings", ["speaker_role", "theme_id"], "kind", "sum", 0)
    counts = counts.reindex(index=rows, columns=list(FINDING_KINDS), fill_value=0).rename(columns=PLURAL).reset_index()
    counts["findings"] = counts[list(PLURAL.values())].sum(axis=1)
    counts["findings_total"] = counts["speaker_role"].map(totals)
    counts["share_of_findings"] = counts["findings"] / counts["findings_total"]
    counts["theme_label"] = counts["theme_id"].map(labels)
    table = TABLES["speaker_themes"]
    return sort(table, from_columns(table, {c: counts[c].to_numpy() for c in table.names}))

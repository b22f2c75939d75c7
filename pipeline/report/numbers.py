"""What the pictures and sentences are made of: small frames with the counts, shares and links of every mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import pandas as pd
from scipy.stats import binomtest

from pipeline.report.tables import RunTables
from pipeline.tables.schema import FINDING_KINDS, UNDATED

FEW_DOCUMENTS = 5
PLURALS = {"concern": "concerns", "strength": "strengths", "recommendation": "recommendations", "": "findings"}
SATURATED = 0.75  # share of documents, from which in long documents nearly every theme stands in nearly every one
Unit = Literal["documents", "concerns", "findings"]


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How often each theme's problems come back, and in which years.

    `ranking`: theme_id, theme_label, count, total, share, low, high (95%), years (with it), href, name. Intervals are
    Wilson's where documents are counted, else those of a ratio whose documents vary as a whole (Cochran 1977, 6.3).
    `cells`: theme_id, theme_label, year, count, total, share (blank where total is 0), href, name.
    `kind`: the kind that is counted, blank for all findings. `unit`: what is counted.
    """

    ranking: pd.DataFrame
    cells: pd.DataFrame
    kind: str
    unit: Unit
    years_with_any: int


def link(**filters: str) -> str:
    """Return the address inside the report that shows the statements with these properties."""
    return "#" + "&".join(f"{name}={quote(value, safe='')}" for name, value in filters.items() if value)


def listed_rows(frame: pd.DataFrame) -> list[Any]:
    """Return the rows as named tuples."""
    return list(frame.itertuples(index=False))


def percent(share: float | None) -> str:
    """Return a share as people read it: 62%, 3.4%, 0.2%; a dash where there is none."""
    if share is None or pd.isna(share):
        return "–"
    return f"{100 * share:.0f}%" if share >= 0.0995 or share == 0 else f"{100 * share:.1f}%"


def plural(count: int, one: str, many: str = "") -> str:
    """Return the count with its noun, thousands separated."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def codebook_themes(tables: RunTables) -> pd.DataFrame:
    """Return theme_id and theme_label of the codebook's themes, most findings first."""
    themes = tables.themes[tables.themes["origin"] == "codebook"]
    return themes.sort_values(["findings", "theme_id"], ascending=[False, True], ignore_index=True)


def years_of(tables: RunTables) -> list[str]:
    """Return every year from the first to the last of the corpus, without 'undated'."""
    return [str(year) for year in tables.coverage["year"] if year != UNDATED]


def recurrence(tables: RunTables) -> Recurrence:
    """Count in how many documents, and in which years, each theme of the codebook is raised as a problem.

    Documents that repeat another count once. Where the corpus has too few documents the unit is the finding; where
    documents are so long that most themes stand in most of them, it is the concern, which still tells themes apart.
    """
    kind = "concern" if (tables.findings["kind"] == "concern").any() else ""
    original = tables.documents[tables.documents["duplicate_of"] == ""]
    found = tables.findings[tables.findings["doc_id"].isin(original["doc_id"])]
    chosen = found[found["kind"] == kind] if kind else found
    said = _with_themes(chosen)
    once = said.drop_duplicates(["doc_id", "theme_id"])
    unit = _unit(original, found, once, kind)
    said = once if unit == "documents" else said
    base = {"documents": original, "concerns": chosen, "findings": found}[unit][["doc_id", "year"]]
    cells = _cells(tables, said, base, kind, unit)
    ranking = _ranking(tables, said, cells, base, kind, unit)
    return Recurrence(ranking, cells, kind, unit, cells.loc[cells["total"] > 0, "year"].nunique())


def _unit(original: pd.DataFrame, found: pd.DataFrame, once: pd.DataFrame, kind: str) -> Unit:
    if len(original) < FEW_DOCUMENTS or len(found) <= 1.5 * len(original):
        return "findings"
    leading = (once["theme_id"].value_counts() / len(original)).head(5)
    full = len(leading) == 5 and float(leading.median()) >= SATURATED
    return "documents" if not full else "concerns" if kind else "findings"


def _with_themes(findings: pd.DataFrame) -> pd.DataFrame:
    themes = {joined: joined.split(";") for joined in findings["themes"].unique()}
    single = findings[["doc_id", "year"]].assign(theme_id=findings["themes"].map(themes)).explode("theme_id")
    return single[single["theme_id"].fillna("") != ""]


def _cells(tables: RunTables, said: pd.DataFrame, base: pd.DataFrame, kind: str, unit: Unit) -> pd.DataFrame:
    grid = codebook_themes(tables)[["theme_id", "theme_label"]].merge(
        pd.DataFrame({"year": years_of(tables)}, dtype=object), how="cross"
    )
    counts = said.groupby(["theme_id", "year"]).size().rename("count").reset_index()
    totals = base.groupby("year").size().rename("total").reset_index()
    cells = grid.merge(counts, how="left", on=["theme_id", "year"]).merge(totals, how="left", on="year")
    cells[["count", "total"]] = cells[["count", "total"]].fillna(0).astype("int64")
    cells["share"] = (cells["count"] / cells["total"]).where(cells["total"] > 0)
    cells["href"] = [link(theme=c.theme_id, year=c.year, kind=kind) for c in listed_rows(cells)]
    cells["name"] = [
        f"{c.theme_label}, {c.year}: {percent(c.share)} ({c.count} of {plural(c.total, unit[:-1])})"
        for c in listed_rows(cells)
    ]
    return cells


def _ranking(
    tables: RunTables, said: pd.DataFrame, cells: pd.DataFrame, base: pd.DataFrame, kind: str, unit: Unit
) -> pd.DataFrame:
    total = len(base)
    rows = codebook_themes(tables)[["theme_id", "theme_label"]]
    counts = said.groupby("theme_id").size()
    years = cells[cells["count"] > 0].groupby("theme_id").size()
    rows = rows.assign(
        count=rows["theme_id"].map(counts).fillna(0).astype(int),
        total=total,
        years=rows["theme_id"].map(years).fillna(0).astype(int),
    )
    sizes = base["doc_id"].value_counts()
    own = dict(list(said.groupby("theme_id")["doc_id"]))
    ends = [
        wilson(r.count, total) if unit == "documents" or not r.count else clustered(own[r.theme_id], sizes)
        for r in rows.assign(count=rows["count"].astype(int)).itertuples()
    ]
    rows = rows.assign(share=rows["count"] / max(total, 1), low=[e[0] for e in ends], high=[e[1] for e in ends])
    rows["href"] = [link(theme=theme, kind=kind) for theme in rows["theme_id"]]
    rows["name"] = [
        f"{r.theme_label}: {percent(r.share)} of {unit} ({r.count} of {r.total}), in {plural(r.years, 'year')}"
        for r in listed_rows(rows)
    ]
    return rows.sort_values(["share", "years", "theme_label"], ascending=[False, False, True], ignore_index=True)


def wilson(count: int, total: int) -> tuple[float, float]:
    """Return the 95% Wilson score interval of count / total; (0, 1) where total is 0."""
    if total == 0:
        return 0.0, 1.0
    ends = binomtest(count, total).proportion_ci(confidence_level=0.95, method="wilson")
    return float(ends.low), float(ends.high)


def clustered(doc_ids: pd.Series, sizes: pd.Series) -> tuple[float, float]:
    """Return the 95% interval of a share of findings whose documents vary as a whole.

    `doc_ids`: the document of each finding that has the theme; `sizes`: all findings of each document.
    """
    total, documents = int(sizes.sum()), len(sizes)
    if documents < 2:
        return wilson(len(doc_ids), total)
    share = len(doc_ids) / total
    counts = doc_ids.value_counts().reindex(sizes.index, fill_value=0)
    spread = ((counts - share * sizes) ** 2).sum() * documents / (documents - 1)
    half = 1.96 * float(spread) ** 0.5 / total
    return max(0.0, share - half), min(1.0, share + half)


def series(tables: RunTables) -> pd.DataFrame:
    """Return theme_year with a link and a name for every cell."""
    rows = tables.theme_year.copy()
    rows["href"] = [link(theme=r.theme_id, year=r.year) for r in listed_rows(rows)]
    rows["name"] = [_cell_name(r) for r in listed_rows(rows)]
    rows["few"] = rows["status"].str.contains("few_documents")
    return rows


def _cell_name(row: Any) -> str:
    label, year, total = row.theme_label, row.year, row.findings_total
    if not total:
        return f"{label}, {year}: no findings of any theme"
    low, high = row.share_of_findings_low, row.share_of_findings_high
    share = percent(row.share_of_findings)
    return (
        f"{label}, {year}: {share} of findings, 95% interval {percent(low)} to {percent(high)}"
        f" ({row.findings} of {total})"
    )


def kinds_by(tables: RunTables, key: Literal["theme_id", "year"]) -> pd.DataFrame:
    """Return key, (theme_label,) kind, findings, total, share, href and name: what the findings of each key do."""
    columns = list(PLURALS.values())[:3]
    if key == "theme_id":
        wide = tables.theme_year.groupby(["theme_id", "theme_label"], sort=False)[columns].sum().reset_index()
        rows = wide.melt(["theme_id", "theme_label"], columns, "kind", "findings")
        rows["kind"] = rows["kind"].str.removesuffix("s")
    else:
        years = tables.findings["year"].replace("", UNDATED)
        counted = tables.findings.assign(year=years).groupby(["year", "kind"]).size()
        full = pd.MultiIndex.from_product([list(tables.coverage["year"]), FINDING_KINDS], names=["year", "kind"])
        rows = counted.reindex(full, fill_value=0).rename("findings").reset_index()
        rows["theme_label"] = rows["year"]
    rows["total"] = rows.groupby(key)["findings"].transform("sum")
    rows["share"] = (rows["findings"] / rows["total"]).where(rows["total"] > 0)
    filters = {"theme_id": "theme", "year": "year"}
    rows["href"] = [link(**{filters[key]: r[key], "kind": r["kind"]}) for r in rows.to_dict("records")]
    rows["name"] = [
        f"{r.theme_label}: {plural(r.findings, r.kind)}, {percent(r.share)} of {r.total:,}" for r in listed_rows(rows)
    ]
    return rows


def shares_by_source(tables: RunTables) -> pd.DataFrame:
    """Return theme_id, theme_label, source_type, findings, findings_total, share, low, high, href and name."""
    keys = ["source_type", "theme_id", "theme_label"]
    rows = tables.theme_year_source.groupby(keys, sort=False)[["findings", "findings_total"]].sum().reset_index()
    rows = rows[rows["findings_total"] > 0].reset_index(drop=True)
    rows["share"] = rows["findings"] / rows["findings_total"]
    rows["href"] = [link(theme=r.theme_id, source=r.source_type) for r in listed_rows(rows)]
    rows["name"] = [
        f"{r.theme_label}, {r.source_type}: {percent(r.share)} of findings ({r.findings} of {r.findings_total:,})"
        for r in listed_rows(rows)
    ]
    return rows


def emergent(tables: RunTables) -> pd.DataFrame:
    """Return one row an emergent theme: theme_id, theme_label, terms, findings, documents, stability, central text."""
    rows = tables.emergent_themes
    keys = ["theme_id", "theme_label", "terms", "central_statement_id", "central_text"]
    sums = rows.groupby(keys, sort=False).agg(
        findings=("findings", "sum"), documents=("documents", "sum"), stability=("stability", "first")
    )
    return sums.reset_index().sort_values(["findings", "theme_id"], ascending=[False, True], ignore_index=True)


def undated(tables: RunTables) -> pd.DataFrame:
    """Return the documents without a proved year, with the interval that their text proves."""
    return tables.documents[tables.documents["year"] == ""].reset_index(drop=True)

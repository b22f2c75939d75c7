"""The tables on courses in time, of a run: trends, recurrence, standardised shares, template breaks, months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.estimate.breaks import Headings
from pipeline.estimate.months import coverage_month
from pipeline.estimate.recurrence import Recurrences, Said, link_row
from pipeline.estimate.standard import standardised
from pipeline.estimate.trends import trends
from pipeline.stages.assemble import Assembly, coded_statements
from pipeline.tables import TABLES, from_rows, sort
from pipeline.tabulate import Correction


def write_courses(
    run: Assembly,
    documents: pa.Table,
    sums: pd.DataFrame,
    counts: pd.DataFrame,
    corrections: Mapping[tuple[str, str], Correction],
) -> None:
    """Write the tables; `sums`: a row a document with the year that counts, `counts`: rows of document_themes."""
    labels = {theme.id: theme.label for theme in run.resources.codebook.themes}
    years = {doc: int(year) for doc, year in zip(sums["doc_id"], sums["year"], strict=True) if year}
    reports = set(sums.loc[sums["source_type"] == "report", "doc_id"])
    breaks = _breaks(run, {doc: year for doc, year in years.items() if doc in reports})
    _write(run, "template_breaks", breaks)
    _write(run, "trends", trends(sums, counts, labels, sorted({int(row["year"]) for row in breaks}), corrections))
    _write(run, "theme_year_standardised", standardised(sums, counts, labels))
    names = ["publisher", "source_type", "published"]
    _write(run, "coverage_month", coverage_month(documents.select(names).to_pandas()))
    copies = set(sums.loc[sums["duplicate_of"] != "", "doc_id"])
    _write(run, "recurrence", _recurrence(run, {d: y for d, y in years.items() if d not in copies}, labels))


def _write(run: Assembly, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    table = TABLES[name]
    kept = [{column: row[column] for column in table.names} for row in rows]
    run.write(name, [sort(table, from_rows(table, kept))])


def _breaks(run: Assembly, years: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the breaks; `years`: reports with a year."""
    settings, found = run.settings.tabulate, Headings()
    if settings.find_breaks:
        for doc_id, headings in _headings(run, years):
            found.add(years[doc_id], headings)
    return [{**asdict(one), "year": str(one.year)} for one in found.breaks(settings.breaks)]


def _headings(run: Assembly, years: Mapping[str, int]) -> Iterator[tuple[str, list[str]]]:
    """Yield the headings of each report, one report at a time: blocks of a document stand together."""
    seen: set[str] = set()
    for doc_id, rows in groupby(_heading_rows(run, years), key=lambda row: row[0]):
        seen.add(doc_id)
        yield doc_id, [text for _, text in rows]
    yield from ((doc_id, []) for doc_id in years if doc_id not in seen)


def _heading_rows(run: Assembly, years: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for batch in run.stream("ingest", "blocks"):
        found = batch.filter(pc.equal(batch.column("kind"), "heading"))
        pairs = zip(found.column("doc_id").to_pylist(), found.column("text").to_pylist(), strict=True)
        yield from (pair for pair in pairs if pair[0] in years)


def _recurrence(run: Assembly, years: Mapping[str, int], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    found = Recurrences(run.settings.seed)
    for batch in coded_statements(run):
        mine = batch.filter(pc.not_equal(batch.column("themes"), ""))
        found.add(_said(mine, years))
    return [link_row(t, labels[t], first, again, likeness) for t, first, again, likeness in found.links()]


def _said(batch: pa.Table, years: Mapping[str, int]) -> Iterator[tuple[str, Said]]:
    columns = (batch.column(name).to_pylist() for name in ("statement_id", "doc_id", "kind", "text", "themes"))
    for statement_id, doc_id, kind, text, themes in zip(*columns, strict=True):
        if doc_id in years:
            said = Said(statement_id, doc_id, years[doc_id], kind, text)
            yield from ((theme_id, said) for theme_id in themes.split(";"))

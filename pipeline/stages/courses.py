"""The tables on courses in time, of a run: trends, recurrence, standardised shares, template breaks, months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.estimate.breaks import Headings
from pipeline.estimate.months import coverage_month
from pipeline.estimate.recurrence import Recurrences, Said, link_row
from pipeline.estimate.standard import standardised
from pipeline.estimate.trends import trends
from pipeline.stages.assemble import Assembly, coded_statements
from pipeline.stages.documents import frame_of
from pipeline.stages.totals import DocumentNumbers, Integers
from pipeline.tables import TABLES, from_rows, sort
from pipeline.tabulate.series import Correction

UNKNOWN = -1  # in the place of a year


def write_courses(
    run: Assembly,
    documents: pa.Table,
    sums: pd.DataFrame,
    counts: pd.DataFrame,
    corrections: Mapping[tuple[str, str], Correction],
) -> None:
    """Write the tables; `sums`: a row a document with the year that counts, `counts`: rows of document_themes.

    In both `doc_id` is the document's number, its row in `documents`.
    """
    labels = {theme.id: theme.label for theme in run.resources.codebook.themes}
    numbers = DocumentNumbers(documents.column("doc_id"))
    years = sums["year"].replace("", str(UNKNOWN)).to_numpy().astype(np.int64)
    is_report = (sums["source_type"] == "report").to_numpy()
    breaks = _breaks(run, numbers, np.where(is_report, years, UNKNOWN))
    _write(run, "template_breaks", breaks)
    _write(run, "trends", trends(sums, counts, labels, sorted({int(row["year"]) for row in breaks}), corrections))
    _write(run, "theme_year_standardised", standardised(sums, counts, labels))
    _write(run, "coverage_month", coverage_month(frame_of(documents, ["publisher", "source_type", "published"])))
    is_copy = (sums["duplicate_of"] != "").to_numpy()
    _write(run, "recurrence", _recurrence(run, numbers, np.where(is_copy, UNKNOWN, years), labels))


def _write(run: Assembly, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    table = TABLES[name]
    kept = [{column: row[column] for column in table.names} for row in rows]
    run.write(name, [sort(table, from_rows(table, kept))])


def _breaks(run: Assembly, numbers: DocumentNumbers, years: Integers) -> list[dict[str, Any]]:
    """Return the breaks; `years`: of each document that is a report with a year, else UNKNOWN."""
    settings, found = run.settings.tabulate, Headings()
    if settings.find_breaks:
        silent = years != UNKNOWN
        for document, headings in _headings(run, numbers, years):
            found.add(int(years[document]), headings)
            silent[document] = False
        for year, reports in zip(*np.unique(years[silent], return_counts=True), strict=True):
            found.add_silent(int(year), int(reports))
    return [{**asdict(one), "year": str(one.year)} for one in found.breaks(settings.breaks)]


def _headings(run: Assembly, numbers: DocumentNumbers, years: Integers) -> Iterator[tuple[int, list[str]]]:
    """Yield the headings of each report that has any, one report at a time: blocks of a document stand together."""
    for document, rows in groupby(_heading_rows(run, numbers, years), key=lambda row: row[0]):
        yield document, [text for _, text in rows]


def _heading_rows(run: Assembly, numbers: DocumentNumbers, years: Integers) -> Iterator[tuple[int, str]]:
    for batch in run.stream("ingest", "blocks"):
        found = batch.filter(pc.equal(batch.column("kind"), "heading"))
        documents = numbers.of(found.column("doc_id"))
        wanted = years[documents] != UNKNOWN
        texts = found.column("text").filter(pa.array(wanted)).to_pylist()
        yield from zip(documents[wanted].tolist(), texts, strict=True)


def _recurrence(
    run: Assembly, numbers: DocumentNumbers, years: Integers, labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the links; `years`: of each document that is no copy and has a year, else UNKNOWN."""
    found = Recurrences(run.settings.seed)
    for batch in coded_statements(run):
        mine = batch.filter(pc.not_equal(batch.column("themes"), ""))
        own = years[numbers.of(mine.column("doc_id"))]
        found.add(_said(mine.filter(pa.array(own != UNKNOWN)), own[own != UNKNOWN]))
    return [link_row(t, labels[t], first, again, likeness) for t, first, again, likeness in found.links()]


def _said(batch: pa.Table, years: Integers) -> Iterator[tuple[Sequence[str], Said]]:
    columns = (batch.column(name).to_pylist() for name in ("statement_id", "doc_id", "kind", "text", "themes"))
    for year, statement_id, doc_id, kind, text, themes in zip(years.tolist(), *columns, strict=True):
        yield themes.split(";"), Said(statement_id, doc_id, year, kind, text)

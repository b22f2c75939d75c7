"""The tables of a run as one .xlsx, laid out as British government guidance asks of statistics in spreadsheets.

One table a sheet from column A, title and notes above it, marked as a table with a filter; headings frozen; units and
meanings in words; shorthand instead of empty cells; no merged cells, no formulas, no meaning by colour alone.
Source: Analysis Function, "Releasing statistics in spreadsheets".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from pipeline.report import RunTables
from pipeline.tables import TABLES, Column, atomic

MAX_FINDINGS = 100_000
MAX_TEXT = 32_000  # Excel holds 32,767 characters in a cell
MANY_COLUMNS = 14
NO_DENOMINATOR, NOT_KNOWN = "[z]", "[x]"
_MADE = datetime(1980, 1, 1)  # a fixed date, so that the same tables give the same bytes
_WIDE = {
    "text": 90,
    "central_text": 70,
    "definition": 70,
    "message": 60,
    "title": 50,
    "terms": 50,
    "section": 40,
    "theme_id": 28,
    "theme_label": 34,
}
_FINDINGS = (
    "statement_id", "year", "source_type", "publisher", "title", "source_path", "item", "page", "section",
    "kind", "kind_probability", "speaker", "agencies", "themes", "stem", "text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table on its sheet: `name` of the sheet and the run's `table`, rows, columns, and what a reader must know."""

    name: str
    table: str
    title: str
    data: pd.DataFrame
    columns: Sequence[Column]
    notes: tuple[str, ...] = ()
    figure: Column | None = None  # what every column of numbers holds, where they hold the same


def write_workbook(
    tables: RunTables, path: Path, about: Mapping[str, Any] | None = None, max_findings: int = MAX_FINDINGS
) -> None:
    """Write the workbook; OutputError where `path` cannot be written. `about`: title, version, codebook, timestamp.

    Above `max_findings` the sheet findings holds the first ones and says so.
    """
    sheets = _sheets(tables, max_findings)
    with atomic(path) as part, xlsxwriter.Workbook(str(part), {"strings_to_urls": False}) as book:
        book.set_properties({"title": _title(about or {}), "created": _MADE})
        formats = _formats(book)
        _words(book, formats, "Cover", _title(about or {}), _cover(tables, about or {}))
        _contents(book, formats, sheets)
        _words(book, formats, "Notes", "Notes", _notes(tables))
        for sheet in sheets:
            _table(book, formats, sheet)
        _dictionary(book, formats, sheets)


def _title(about: Mapping[str, Any]) -> str:
    return str(about.get("title") or "Themes in inspection reports and news, by year")


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    base = {"font_name": "Arial", "font_size": 11, "valign": "top"}
    return {
        "text": book.add_format({**base, "text_wrap": True}),
        "integer": book.add_format({**base, "num_format": "#,##0", "align": "right"}),
        "number": book.add_format({**base, "num_format": "0.0000", "align": "right"}),
        "share": book.add_format({**base, "num_format": "0.0%", "align": "right"}),
        "shorthand": book.add_format({**base, "align": "right"}),
        "head": book.add_format({**base, "bold": True, "text_wrap": True, "bottom": 1}),
        "title": book.add_format({**base, "bold": True, "font_size": 15, "valign": "vcenter"}),
        "plain": book.add_format(base),
        "link": book.add_format({**base, "font_color": "#0563C1", "underline": 1}),
    }


def _sheets(tables: RunTables, max_findings: int) -> list[Sheet]:
    total = len(tables.findings)
    cut = (
        (f"This sheet holds the first {max_findings:,} of {total:,} findings; the file findings.csv holds all.",)
        if total > max_findings
        else (f"All {total:,} findings of the run.",)
    )
    shares = (
        f"{NO_DENOMINATOR} stands where the denominator is 0, {NOT_KNOWN} where no sample coded by people allows a "
        "correction. Intervals are 95% intervals. The row 'undated' holds documents without a proved year.",
    )
    return [
        _grid(tables, "share_of_findings", "shares", "Share of each year's findings by theme", shares[:1]),
        _grid(tables, "findings", "counts", "Findings by theme and year"),
        _sheet("theme_year", "Themes by year", tables.theme_year, shares),
        _sheet("theme_year_source", "Themes by year and source type", tables.theme_year_source, shares),
        _sheet("coverage", "What the corpus holds of each year", tables.coverage),
        _sheet("emergent_themes", "Themes found in the text, beside the codebook", tables.emergent_themes),
        _sheet("speaker_themes", "Themes by role of the speaker", tables.speaker_themes),
        _sheet("documents", "Documents", tables.documents),
        _sheet("findings", "Findings", tables.findings.head(max_findings), cut, _FINDINGS),
        _sheet("themes", "Codebook and emergent themes", tables.themes, name="codebook"),
        _sheet("rejects", "Files and items that could not be used", tables.rejects),
    ]


def _sheet(
    table: str,
    title: str,
    data: pd.DataFrame,
    notes: tuple[str, ...] = (),
    only: Sequence[str] = (),
    name: str = "",
) -> Sheet:
    known = {column.name: column for column in TABLES[table].columns}
    columns = [known[c] for c in (only or known)]
    return Sheet(name or table, table, title, data, columns, notes)


def _grid(tables: RunTables, value: str, name: str, title: str, notes: tuple[str, ...] = ()) -> Sheet:
    """Return one figure of theme_year as a sheet with a row a theme and a column a year."""
    years = sorted(set(tables.theme_year["year"]))
    wide = tables.theme_year.pivot(index="theme_label", columns="year", values=value).reset_index()
    told = next(column for column in TABLES["theme_year"].columns if column.name == value)
    first = next(column for column in TABLES["theme_year"].columns if column.name == "theme_label")
    return Sheet(name, "theme_year", title, wide, [first, *(replace(told, name=year) for year in years)], notes, told)


def _cover(tables: RunTables, about: Mapping[str, Any]) -> Iterator[str]:
    codebook = about.get("codebook") or {}
    yield "Shares of findings by theme and year, with their denominators, intervals and the statements behind them."
    yield f"{len(tables.documents):,} documents, {len(tables.findings):,} findings, {len(tables.rejects):,} rejects."
    if codebook:
        version = codebook.get("version") or "not stated"
        yield f"Codebook: {codebook.get('name') or 'without a name'}, version {version}."
        yield f"SHA-256 of the codebook: {codebook.get('sha256', '')}"
    for name in ("version", "timestamp", "command"):
        if about.get(name):
            yield f"{name.capitalize()}: {about[name]}"
    yield "The sheet Contents lists the tables, Notes says how to read them, Dictionary describes every column."


def _notes(tables: RunTables) -> Iterator[str]:
    yield "A finding is a statement that voices a concern, a strength or a recommendation."
    yield "A finding can have several themes or none, so shares of themes do not add up to 100%."
    yield "Every share stands beside its numerator and its denominator."
    yield f"{NO_DENOMINATOR} means not applicable: the denominator of the share is 0."
    yield f"{NOT_KNOWN} means not available: for corrected shares, that no sample coded by people allows a correction."
    yield "Text cells that are blank in the source are blank here: no item, no speaker, no stem, no proved date."
    flags = tables.theme_year["status"].str.split(";").str[0].value_counts().sort_index()
    yield "Cells of themes by year, by status: " + ", ".join(f"{name} {count:,}" for name, count in flags.items()) + "."
    yield "A 95% interval says nothing of statements that the program misread, nor of documents outside the corpus."


def _words(book: xlsxwriter.Workbook, formats: dict[str, Any], name: str, title: str, lines: Iterator[str]) -> None:
    sheet = book.add_worksheet(name)
    sheet.hide_gridlines(2)
    _for_print(sheet)
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, title, formats["title"])
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, line, formats["text"])


def _contents(book: xlsxwriter.Workbook, formats: dict[str, Any], sheets: Sequence[Sheet]) -> None:
    entries = [("Notes", "How to read the tables"), *((s.name, s.title) for s in sheets)]
    entries.append(("Dictionary", "What every column means"))
    sheet = book.add_worksheet("Contents")
    sheet.write_string(0, 0, "Contents", formats["title"])
    sheet.write_string(1, 0, "This sheet holds one table.", formats["plain"])
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 70)
    _mark(sheet, formats, "contents", ["Sheet", "Content"], 2, len(entries))
    for row, (name, content) in enumerate(entries, start=3):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", formats["link"], name)
        sheet.write_string(row, 1, content, formats["text"])
    sheet.freeze_panes(3, 0)
    _for_print(sheet)


def _for_print(sheet: Any, head: int | None = None, wide: bool = False) -> None:
    """Print on A4 (A3 where `wide`) across, one page wide, with the heading row `head` on every page."""
    sheet.set_paper(8 if wide else 9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    if head is not None:
        sheet.repeat_rows(head)


def _mark(sheet: Any, formats: dict[str, Any], name: str, heads: Sequence[str], row: int, rows: int) -> None:
    """Mark the table that begins in `row` as a table with filters, so that screen readers announce it."""
    sheet.add_table(
        row,
        0,
        row + max(rows, 1),
        len(heads) - 1,
        {
            "name": f"table_{name}",
            "style": None,
            "columns": [{"header": head, "header_format": formats["head"]} for head in heads],
        },
    )


def _table(book: xlsxwriter.Workbook, formats: dict[str, Any], sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    above = [f"This sheet holds one table of {len(sheet.data):,} rows.", *sheet.notes]
    page.write_string(0, 0, sheet.title, formats["title"])
    for row, line in enumerate(above, start=1):
        page.write_string(row, 0, line, formats["plain"])
    first = len(above) + 1
    _mark(page, formats, sheet.name, [c.name for c in sheet.columns], first, len(sheet.data))
    page.set_row(first, 32 if sheet.figure is None else None)  # room for names that wrap
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, 9 if sheet.figure and number else _width(column))
        told = sheet.figure if sheet.figure and number else column
        _column(page, formats, told, sheet.data[column.name].tolist(), first + 1, number)
    page.freeze_panes(first + 1, 1)
    _for_print(page, first, wide=len(sheet.columns) > MANY_COLUMNS)


def _width(column: Column) -> int:
    if column.type != "string":
        return 14  # a longer name wraps
    return _WIDE.get(column.name, max(16, len(column.name) + 4))


def _column(page: Any, formats: dict[str, Any], column: Column, values: Sequence[Any], first: int, number: int) -> None:
    kind = "share" if _is_share(column) else column.type
    for row, value in enumerate(values, start=first):
        if column.type == "string":
            page.write_string(row, number, _fitting(str(value)), formats["text" if column.name in _WIDE else "plain"])
        elif value is None or value != value:
            page.write_string(row, number, _shorthand(column), formats["shorthand"])
        else:
            page.write_number(row, number, value, formats[kind])


def _is_share(column: Column) -> bool:
    return column.name.startswith(("share_", "corrected_"))


def _shorthand(column: Column) -> str:
    return NO_DENOMINATOR if column.name.startswith("share_") else NOT_KNOWN


def _fitting(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]} [cut; the csv file has all of it]"


def _dictionary(book: xlsxwriter.Workbook, formats: dict[str, Any], sheets: Sequence[Sheet]) -> None:
    rows = [(sheet.name, *row) for sheet in sheets for row in _meanings(sheet)]
    page = book.add_worksheet("Dictionary")
    page.write_string(0, 0, "What every column means", formats["title"])
    page.write_string(1, 0, f"This sheet holds one table of {len(rows):,} rows.", formats["plain"])
    _mark(page, formats, "dictionary", ["Sheet", "Column", "Type", "Meaning"], 2, len(rows))
    for number, width in enumerate((22, 28, 12, 100)):
        page.set_column(number, number, width)
    for row, cells in enumerate(rows, start=3):
        for number, cell in enumerate(cells):
            page.write_string(row, number, cell, formats["text"])
    page.freeze_panes(3, 2)
    _for_print(page, 2)


def _meanings(sheet: Sheet) -> list[tuple[str, str, str]]:
    """Return name, type and meaning of a sheet's columns; columns that hold the same figure share a row."""
    if sheet.figure is None:
        return [(column.name, column.type, column.description) for column in sheet.columns]
    first, figure = sheet.columns[0], sheet.figure
    return [
        (first.name, first.type, first.description),
        ("each year", figure.type, f"{figure.name}: {figure.description}"),
    ]

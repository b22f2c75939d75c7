"""Typeset a source whose records are rows: CSV or XLSX with the columns id, date, source_type, heading and text."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator

from openpyxl import Workbook

from corpus.typeset.source import Source
from corpus.typeset.word import repacked

COLUMNS = ("id", "date", "source_type", "heading", "text")


def records(source: Source) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table: a record line, then an optional heading and the paragraphs of its text."""
    record: tuple[str, ...] = ()
    heading, paragraphs = "", list[str]()
    for block in source.blocks:
        if block.kind == "record":
            if record:
                yield (*record, heading, "\n\n".join(paragraphs))
            record, heading, paragraphs = block.record, "", []
        elif block.kind == "heading":
            heading = block.text
        else:
            paragraphs.append(block.text)
    yield (*record, heading, "\n\n".join(paragraphs))


def to_csv(source: Source) -> bytes:
    """Return the records as CSV (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(records(source))
    return out.getvalue().encode()


def to_xlsx(source: Source) -> bytes:
    """Return the records as an Excel workbook; the same source gives the same bytes."""
    book = Workbook()
    sheet = book.active
    sheet.title = source.get("sheet") or "Sheet1"
    sheet.append(COLUMNS)
    for row in records(source):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return repacked(_without_clock(out.getvalue(), source.get("published")))


def _without_clock(data: bytes, published: str) -> bytes:
    """Replace the times of saving, which openpyxl takes from the clock, by the date of the source."""
    moment = f"{dt.date.fromisoformat(published).isoformat()}T09:00:00Z"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + moment.encode(), content)
            new.writestr(name, content)
    return out.getvalue()

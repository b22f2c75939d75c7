"""Which column of a table means what, and whether its rows are statements or documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from statistics import median

from pipeline.readers.guard import RefusedError, clean
from pipeline.readers.parsed import Unit
from pipeline.readers.settings import TableSettings

_NAMES: dict[str, tuple[str, ...]] = {
    "text": (
        "text",
        "fulltext",
        "statement",
        "sentence",
        "recommendation",
        "finding",
        "body",
        "content",
        "paragraph",
        "articletext",
        "verbatim",
    ),
    "id": ("id", "item", "statementid", "rowid", "recordid", "uid"),
    "year": ("year", "publicationyear", "pubyear", "yearpublished"),
    "date": ("date", "published", "publicationdate", "pubdate", "datepublished", "publisheddate"),
    "source_type": ("sourcetype",),
    "heading": ("heading", "section", "chapter"),
    "context": ("context",),
    "title": ("title", "headline", "documenttitle"),
    "publisher": ("publisher", "publication", "newspaper", "source", "outlet"),
    "document": ("document", "documentid", "docid", "file", "filename", "report"),
}
_SENTENCE_END = re.compile(r"[.!?][\"'”’)]?\s+(?=[\"'“‘(]?[A-ZÀ-Þ])")
_STATEMENT_WORDS = 90
_STATEMENT_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column stands, counted from 0; None where the table has no such column."""

    text: int
    id: int | None = None
    year: int | None = None
    date: int | None = None
    source_type: int | None = None
    heading: int | None = None
    context: int | None = None
    title: int | None = None
    publisher: int | None = None
    document: int | None = None


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())


def find_columns(header: Sequence[str], settings: TableSettings) -> Columns | None:
    """Return the columns of a header row, or None where it names no text column.

    Raises RefusedError where the user named a column that the header lacks, once the text column is there.
    """
    places = {_plain(name): place for place, name in reversed(list(enumerate(header))) if _plain(name)}
    text = places.get(_plain(settings.text)) if settings.text else _usual(places, "text")
    if text is None:
        return None
    found: dict[str, int] = {"text": text}
    for field in fields(Columns):
        name = field.name
        if name == "text":
            continue
        wanted = getattr(settings, name)
        place = places.get(_plain(wanted)) if wanted else _usual(places, name)
        if wanted and place is None:
            raise RefusedError(
                "bad_table", f"the table has no column {wanted!r} for {name}; its columns are {listed(header)}"
            )
        if place is not None and place not in found.values():
            found[name] = place
    if "id" not in found and not settings.id and (place := _identifier(places, set(found.values()))) is not None:
        found["id"] = place
    return Columns(**found)


def _usual(places: dict[str, int], name: str) -> int | None:
    return next((places[usual] for usual in _NAMES[name] if usual in places), None)


def _identifier(places: dict[str, int], taken: set[int]) -> int | None:
    """Return the first column whose name ends in "id", such as recommendation_id."""
    return next(
        (
            place
            for name, place in sorted(places.items(), key=lambda pair: pair[1])
            if name.endswith("id") and place not in taken
        ),
        None,
    )


def listed(header: Sequence[str]) -> str:
    """Return column names for a message."""
    names = [clean(name) for name in header if clean(name)]
    return ", ".join(names[:30]) + (f" and {len(names) - 30} more" if len(names) > 30 else "") if names else "(none)"


def _is_statement(text: str) -> bool:
    """Say whether a cell is one sentence or so: two at most, on one line."""
    alone = "\n" not in text.strip()
    return alone and len(text.split()) <= _STATEMENT_WORDS and len(_SENTENCE_END.findall(text)) <= 1


def unit_of(texts: Sequence[str]) -> Unit:
    """Tell statements from documents: a table whose rows are one sentence or so holds statements."""
    filled = [text for text in texts if text.strip()]
    if not filled:
        return "document"
    short = sum(_is_statement(text) for text in filled)
    typical = median(len(text.split()) for text in filled)
    return "statement" if short >= _STATEMENT_SHARE * len(filled) and typical <= _STATEMENT_WORDS / 2 else "document"

"""ProQuest's plain text: articles between lines of underscores, `Field: value` lines in each."""

from __future__ import annotations

import re

from pipeline.readers.guard import clean
from pipeline.readers.news.fields import Article, export_result
from pipeline.readers.parsed import ReadResult, Reject

_RULE = re.compile(r"^[ \t]*_{40,}[ \t]*$", re.MULTILINE)
_COUNTER = re.compile(r"^\s*Document (\d{1,6}) of (\d{1,6})\s*$", re.MULTILINE)
_NAMES = frozenset(
    name.lower()
    for name in [
        "Title",
        "Author",
        "Publication info",
        "Publication title",
        "Publication date",
        "Publication year",
        "Publication subject",
        "Publisher",
        "Place of publication",
        "Country of publication",
        "Publication note",
        "ISSN",
        "e-ISSN",
        "ISBN",
        "Source type",
        "Language of publication",
        "Document type",
        "Document feature",
        "ProQuest document ID",
        "Document URL",
        "Copyright",
        "Last updated",
        "Database",
        "Full text",
        "Abstract",
        "Links",
        "Subject",
        "Location",
        "Company / organization",
        "Company",
        "People",
        "Person",
        "Classification",
        "Identifier / keyword",
        "Pages",
        "First page",
        "Section",
        "Column",
        "Volume",
        "Issue",
        "Number of pages",
        "Word count",
        "Dateline",
        "Credit",
        "Illustration",
        "Accession number",
        "Number of references",
        "Publication history",
        "Online publication date",
        "DOI",
        "Correspondence author",
        "Supplement",
        "Edition",
        "Alternate title",
        "Business indexing term",
        "Sponsor",
        "Correspondence",
    ]
)
_FIELD = re.compile(r"^([A-Z][\w/ -]{1,40}?):(?:[ \t]+(.*))?$")
_NO_TEXT = re.compile(
    r"^(?:not available|none available|full text (?:is )?not available|unavailable)\W*$", re.IGNORECASE
)


def is_export(text: str) -> bool:
    """Say whether plain text is an export: rules of underscores around documents with the vendor's fields."""
    return len(_RULE.findall(text)) >= 2 and bool(
        re.search(r"^(?:ProQuest document ID|Publication title|Full text):", text, re.MULTILINE | re.IGNORECASE)
    )


def read_text(text: str) -> ReadResult:
    """Read the documents of an export with the number that it counts."""
    parts = [
        part
        for part in _RULE.split(text)
        if re.search(
            r"^(?:Title|Full text|Publication title|ProQuest document ID|Abstract):", part, re.MULTILINE | re.IGNORECASE
        )
    ]
    counters = _COUNTER.findall(text)
    announced = int(counters[0][1]) if counters else _contents(text)
    return export_result((_article(part, number) for number, part in enumerate(parts, start=1)), "proquest", announced)


def _contents(text: str) -> int | None:
    """Return how many titles the table of contents lists."""
    found = re.search(r"^\s*Table of contents\s*$(.*?)^\s*_{40,}", text, re.MULTILINE | re.DOTALL | re.IGNORECASE)
    return len(re.findall(r"^\s*\d{1,6}\.\s+\S", found.group(1), re.MULTILINE)) or None if found else None


def _article(part: str, number: int) -> Article | Reject:
    fields = _fields(part)

    def one(*names: str) -> str:
        return next((clean(" ".join(fields[name])) for name in names if fields.get(name)), "")

    item = one("proquest document id") or str(number)
    full = [] if _NO_TEXT.match(one("full text")) else fields.get("full text", [])
    if not any(line.strip() for line in full):
        only = "an abstract only" if fields.get("abstract") else "no text"
        return Reject("not_an_article", f"the record holds {only}: {one('title')[:120]}", item)
    article = Article(
        item,
        headline=one("title") or _first_line(part),
        publisher=one("publication title") or one("publication info").split(";")[0],
        date=one("publication date", "online publication date", "publication year"),
        byline=one("author"),
        section=one("section"),
        length=f"{one('word count')} words" if one("word count") else "",
        language=one("language of publication"),
        url=one("document url"),
    )
    article.add(full)
    return article


def _first_line(part: str) -> str:
    lines = [line.strip() for line in part.split("\n") if line.strip() and not _COUNTER.match(line)]
    return lines[0] if lines else ""


def _fields(part: str) -> dict[str, list[str]]:
    """Return each field's lines; a field runs to the next line that begins with a known name."""
    fields: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in part.split("\n"):
        found = _FIELD.match(line.strip())
        if found and found.group(1).strip().lower() in _NAMES:
            current = fields.setdefault(found.group(1).strip().lower(), [])
            current.append(found.group(2) or "")
        elif current is not None:
            current.append(line)
    return fields

"""Zotero and other reference managers: CSV and RIS lists whose attachments hold the texts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import rispy

from pipeline.dating import DateClue
from pipeline.readers.blocks import language_code
from pipeline.readers.guard import clean
from pipeline.readers.parsed import Parsed, ReadResult, Reject, SourceType

Open = Callable[[str], ReadResult]
_STORAGE = re.compile(r"(?:^|/)((?:storage|files)/[^/]+/[^/]+)$")
_TYPES: dict[str, SourceType] = {
    "newspaperarticle": "news",
    "magazinearticle": "news",
    "blogpost": "news",
    "news": "news",
    "mgzn": "news",
    "report": "report",
    "rprt": "report",
    "govdoc": "report",
}
_ORDER = {".pdf": 0, ".html": 1, ".htm": 1, ".docx": 2}


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of a list: what it says of a document, and the files that hold it."""

    item: str
    title: str
    byline: str
    publisher: str
    date: str
    kind: SourceType
    language: str
    url: str
    files: tuple[str, ...]


def csv_is_list(header: Iterable[str]) -> bool:
    """Say whether a header row is Zotero's."""
    return {"key", "item type", "title", "file attachments"} <= {clean(name).lower() for name in header}


def text_is_ris(text: str) -> bool:
    """Say whether text is RIS."""
    return bool(re.match(r"\s*TY {2}- ?\w+", text.lstrip("\ufeff")))


def read_csv(text: str, open_file: Open | None) -> ReadResult:
    """Read Zotero's CSV; `open_file` reads an attachment by its path relative to the list."""
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    return _read((_from_row(row, number) for number, row in enumerate(rows, start=1)), open_file)


def read_ris(text: str, open_file: Open | None) -> ReadResult:
    """Read a RIS list; `open_file` reads an attachment by its path relative to the list."""
    # An entry that the file's end cuts off would be dropped without a word.
    entries = rispy.loads(text.lstrip("\ufeff") + "\nER  - \n", skip_unknown_tags=True)
    return _read((_from_entry(entry, number) for number, entry in enumerate(entries, start=1)), open_file)


def _from_row(row: Mapping[str | None, str | list[str] | None], number: int) -> Reference:
    def one(*names: str) -> str:
        return next((clean(value) for name in names if isinstance(value := row.get(name), str) and value.strip()), "")

    return Reference(
        one("Key") or str(number),
        one("Title"),
        one("Author"),
        one("Publication Title", "Publisher", "Library Catalog"),
        one("Date", "Publication Year"),
        _TYPES.get(one("Item Type").lower(), ""),
        language_code(one("Language")),
        one("Url"),
        tuple(filter(None, map(str.strip, one("File Attachments").split(";")))),
    )


def _from_entry(entry: Mapping[str, object], number: int) -> Reference:
    def one(*names: str) -> str:
        for name in names:
            value = entry.get(name)
            if isinstance(value, list):
                value = "; ".join(str(item) for item in value)
            if isinstance(value, str) and value.strip():
                return clean(value)
        return ""

    files = [str(path) for name in ("file_attachments1", "file_attachments2") for path in _listed(entry.get(name))]
    return Reference(
        one("accession_number", "id", "doi") or str(number),
        one("title", "primary_title"),
        one("authors", "first_authors"),
        one("journal_name", "secondary_title", "alternate_title3", "publisher"),
        one("date", "publication_year", "year"),
        _TYPES.get(one("type_of_reference").lower(), ""),
        language_code(one("language")),
        one("urls", "url"),
        tuple(files),
    )


def _listed(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    return [value] if isinstance(value, str) and value else []


def _read(references: Iterable[Reference], open_file: Open | None) -> ReadResult:
    documents: list[Parsed] = []
    rejects: list[Reject] = []
    claimed: list[str] = []
    count = 0
    for reference in references:
        count += 1
        found, path, problem = _attached(reference, open_file)
        if found is None:
            rejects.append(Reject("not_an_article", f"{reference.title[:120]}: {problem}", reference.item))
        else:
            documents.append(_described(found, reference))
            claimed.append(path)
    return ReadResult(tuple(documents), tuple(rejects), count, tuple(claimed))


def _attached(reference: Reference, open_file: Open | None) -> tuple[Parsed | None, str, str]:
    """Return the first attachment that is a document, its path, or what stands against it."""
    if not reference.files:
        return None, "", "the list gives no attachment for this entry; export it with files"
    if open_file is None:
        return None, "", "its attachments cannot be opened here"
    problem = "its attachments are not beside the list"
    for path in sorted(_paths(reference.files), key=lambda item: _ORDER.get(PurePosixPath(item).suffix.lower(), 3)):
        result = open_file(path)
        if len(result.documents) == 1:
            return result.documents[0], path, ""
        if result.rejects and result.rejects[0].reason != "unreadable":
            problem = f"{path} cannot be read: {result.rejects[0].message}"
    return None, "", problem


def _paths(files: Iterable[str]) -> Iterator[str]:
    """Yield where an attachment may lie beside the list, whatever machine the list was made on."""
    for name in files:
        plain = name.replace("\\", "/").removeprefix("file://")
        stored = _STORAGE.search(plain)
        relative = PurePosixPath(stored.group(1) if stored else plain)
        if not relative.is_absolute() and ".." not in relative.parts and ":" not in str(relative)[:3]:
            yield str(relative)


def _described(document: Parsed, reference: Reference) -> Parsed:
    """Return an attachment's document with what the list says of it; the list's date stands first."""
    clues = (DateClue("structured", "date", reference.date),) if reference.date else ()
    return replace(
        document,
        item=reference.item,
        title=reference.title or document.title,
        byline=reference.byline or document.byline,
        publisher=reference.publisher or document.publisher,
        source_type=reference.kind or document.source_type,
        language=reference.language or document.language,
        url=reference.url or document.url,
        date_clues=clues + document.date_clues,
    )

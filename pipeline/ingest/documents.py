"""One file in; its documents, blocks and rejects out, as tables."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dating import Dated, DatingInput, Timeline, date_document
from pipeline.dating.describe import Description, describe
from pipeline.ingest.files import CorpusFile, file_digest
from pipeline.ingest.manifest import Manifest, ManifestRow
from pipeline.ingest.redact import Redactor
from pipeline.ingest.settings import IngestSettings, RedactSettings
from pipeline.ingest.shingle_index import shingles_of
from pipeline.readers.dispatch import ReadOptions, read
from pipeline.readers.guard import RefusedError
from pipeline.readers.parsed import Block, Parsed, ReadResult, Reject, rejected
from pipeline.readers.sheet.parts import TablePart, read_part
from pipeline.tables import TABLES, from_rows

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_ADDRESS = re.compile(r"\s*(?:stream )?<[^<>]* at 0x[0-9a-fA-F]+>:?")
# Columns that later stages need and that no public table shows.
_DOCUMENT_EXTRAS = pa.schema([("unit", pa.string()), ("context", pa.string())])
_SHINGLES = pa.schema([("doc_id", pa.string()), ("hashes", pa.list_(pa.uint64()))])
# `asked`: what the reader of an export asked for beside it, and the hash of what it got, blank where nothing was there.
_FILE_EXTRAS = pa.schema([(name, pa.list_(pa.string())) for name in ("claimed", "asked", "asked_sha256")])
# `continues`: the row goes on with the block of the row before, on another page.
_BLOCK_EXTRAS = pa.schema([("source_map", pa.list_(pa.int64())), ("continues", pa.bool_())])


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file: its row of `files`, `documents` and `blocks` with extra columns, `rejects`, shingles.

    `files` has in `claimed` the paths of files that were read as its attachments, in `asked` those it looked for.
    """

    files: pa.Table
    documents: pa.Table
    blocks: pa.Table
    rejects: pa.Table
    shingles: pa.Table
    redactions: pa.Table

    def tables(self) -> dict[str, pa.Table]:
        """Return the tables by name."""
        return {column.name: getattr(self, column.name) for column in fields(self)}


def ingest_file(file: CorpusFile, manifest: Manifest, timeline: Timeline, settings: IngestSettings) -> Ingested:
    """Read, describe and date everything that one file holds. Never raises for what is in the file."""
    folder = _Beside(file, settings.max_file_mb)
    data, result = _load(file, settings, folder)
    rows = list(_named(file.source_path, result.documents))
    documents = [_document_row(file, item, parsed, manifest, timeline, settings) for item, parsed in rows]
    redactions: list[dict[str, Any]] = []
    if settings.redact.on:
        for place, row in enumerate(documents):
            item, parsed = rows[place]
            masked, found = _redacted(parsed, row, settings.redact)
            rows[place] = item, masked
            redactions += found
    return _ingested(file.source_path, len(data), file_digest(data), result, rows, documents, folder.asked, redactions)


def _redacted(parsed: Parsed, row: dict[str, Any], settings: RedactSettings) -> tuple[Parsed, list[dict[str, Any]]]:
    """Return a document with its blocks masked, and its rows of `redactions`; mask the texts in its row too."""
    cells = ("title", "context", "date_evidence")
    redactor = Redactor([*(block.text for block in parsed.blocks), *(row[name] for name in cells)], settings)
    row.update({name: redactor.masked(row[name]) for name in cells})
    blocks, found = [], []
    for block, start in place(parsed.blocks):
        places = redactor.find(block.text)
        blocks.append(replace(block, text=redactor.masked(block.text, places)) if places else block)
        names = {name: row[name] for name in ("doc_id", "source_path")}
        if start is not None:  # page furniture is masked too, but is no part of the document's text
            found += [names | {"start": start + p.start, "end": start + p.end, "kind": p.kind} for p in places]
    return replace(parsed, blocks=tuple(blocks), title=row["title"], context=row["context"]), found


def nothing_read(source_path: str, size: int, sha256: str, reject: Reject) -> Ingested:
    """Return what there is of a file whose reading ended the process: a row of `files` and a reject."""
    return _ingested(source_path, size, sha256, ReadResult(rejects=(reject,)), [], [], {})


def _ingested(
    source_path: str,
    size: int,
    sha256: str,
    result: ReadResult,
    rows: list[tuple[str, Parsed]],
    documents: list[dict[str, Any]],
    asked: Mapping[str, str],
    redactions: Sequence[dict[str, Any]] = (),
) -> Ingested:
    file_row = {
        "source_path": source_path,
        "bytes": size,
        "sha256": sha256,
        "announced": result.announced,
        "documents": len(result.documents),
        "rejects": len(result.rejects),
        "read_with": "",
        "claimed": [beside(source_path, name) for name in result.claimed],
        "asked": sorted(asked),
        "asked_sha256": [asked[name] for name in sorted(asked)],
    }
    blocks = [row for (item, parsed) in rows for row in _block_rows(source_path, item, parsed)]
    shingles = [{"doc_id": document_id(source_path, item), "hashes": _shingles(parsed)} for item, parsed in rows]
    return Ingested(
        files=_with_extras("files", [file_row], _FILE_EXTRAS),
        documents=_with_extras("documents", documents, _DOCUMENT_EXTRAS),
        blocks=_with_extras("blocks", blocks, _BLOCK_EXTRAS),
        rejects=reject_table(source_path, result.rejects),
        shingles=pa.Table.from_pylist(shingles, _SHINGLES),
        redactions=from_rows(TABLES["redactions"], redactions),
    )


def beside(source_path: str, name: str) -> str:
    """Return the path in the corpus of a file that another names from its own folder."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(source_path), name))


def _shingles(parsed: Parsed) -> NDArray[np.uint64]:
    """Return the shingles of running text: headlines differ from copy to copy, and tables from format to format.

    A row of a table that is one statement has none: recommendations are repeated on purpose.
    """
    if parsed.unit == "statement":
        return shingles_of("")
    return shingles_of(" ".join(block.text for block in parsed.blocks if block.kind in ("paragraph", "list_item")))


def _load(file: CorpusFile, settings: IngestSettings, folder: _Beside) -> tuple[bytes, ReadResult]:
    if file.fault == "outside_corpus":
        return b"", rejected("outside_corpus", "is a link that leaves the corpus. Copy what it names into the corpus")
    if file.part:
        return b"", _read_part(file, file.part)
    try:
        size = file.path.stat().st_size
        if size > settings.max_file_mb * 1_000_000:
            message = (
                f"is {size / 1e6:.0f} MB, more than {settings.max_file_mb} MB. Raise ingest.max_file_mb or split it"
            )
            return b"", rejected("too_large", message)
        data = b"" if file.fault else file.path.read_bytes()
    except OSError as error:
        return b"", rejected("unreadable", f"cannot be opened: {error.strerror}. Check its permissions")
    if file.fault:
        return b"", rejected("unreadable", "is a broken link, a folder that cannot be opened, or no ordinary file")
    if not data:
        return data, rejected("empty", "holds no bytes. Fetch it again")
    return data, read(data, file.path.name, ReadOptions(table=settings.table, attachment=folder.open))


def _read_part(file: CorpusFile, part: TablePart) -> ReadResult:
    try:
        return read_part(file.path, part)
    except (OSError, RefusedError) as error:
        return rejected("unreadable", f"cannot be read: {error}. Run again", f"from line {part.lines_before + 1}")


class _Beside:
    """Opens what a file refers to in its folder or below, and nothing elsewhere; remembers what was asked for."""

    def __init__(self, file: CorpusFile, max_mb: int) -> None:
        self._source_path, self._max_mb = file.source_path, max_mb
        self._folder = file.path.parent.resolve()
        self.asked: dict[str, str] = {}

    def open(self, name: str) -> bytes | None:
        """Return a file's bytes, None where it is not there, is too large or lies elsewhere."""
        data = self._data(name)
        self.asked[beside(self._source_path, name)] = "" if data is None else file_digest(data)
        return data

    def _data(self, name: str) -> bytes | None:
        try:
            path = (self._folder / name).resolve()
            inside = path.is_relative_to(self._folder) and path.is_file()
            small = inside and path.stat().st_size <= self._max_mb * 1_000_000
            return path.read_bytes() if small else None
        except (OSError, RuntimeError, ValueError):  # a name that no system has, a link in a circle
            return None


def _named(source_path: str, documents: Iterable[Parsed]) -> Iterator[tuple[str, Parsed]]:
    """Yield each document with an item name that is unique in its file."""
    seen: dict[str, int] = {}
    for parsed in documents:
        count = seen[parsed.item] = seen.get(parsed.item, 0) + 1
        yield (parsed.item if count == 1 else f"{parsed.item}~{count}"), parsed


def document_id(source_path: str, item: str) -> str:
    """Return the identifier of a document: sixteen hexadecimal digits that depend on path and item alone."""
    return hashlib.sha256(f"{source_path}\0{item}".encode()).hexdigest()[:16]


def _document_row(
    file: CorpusFile, item: str, parsed: Parsed, manifest: Manifest, timeline: Timeline, settings: IngestSettings
) -> dict[str, Any]:
    known = manifest.find(file.source_path, item or parsed.item)
    said = _describe(file, parsed, known)
    dated = _date(file, parsed, known, said, timeline, settings)
    return {
        "doc_id": document_id(file.source_path, item),
        "source_path": file.source_path,
        "item": item,
        "source_type": said.source_type or "other",
        "title": said.title,
        "publisher": said.publisher,
        "published": dated.published,
        "published_precision": dated.precision,
        "published_earliest": dated.earliest.isoformat() if dated.earliest else "",
        "published_latest": dated.latest.isoformat() if dated.latest else "",
        "date_method": dated.method,
        "date_evidence": dated.evidence,
        "covers_from": dated.covers_from.isoformat() if dated.covers_from else "",
        "covers_to": dated.covers_to.isoformat() if dated.covers_to else "",
        "year": dated.year,
        "language": said.language,
        "pages": parsed.pages,
        "words": sum(len(_WORD.findall(block.text)) for block in parsed.blocks if block.kind != "furniture"),
        "duplicate_of": "",
        "story_weight": 1.0,
        "reader": parsed.reader,
        "unit": parsed.unit,
        "context": getattr(parsed, "context", ""),
    }


def _describe(file: CorpusFile, parsed: Parsed, known: ManifestRow) -> Description:
    return describe(
        parsed.blocks,
        file_name=file.path.name,
        reader=parsed.reader,
        title=known.title or parsed.title,
        publisher=known.publisher or parsed.publisher,
        source_type=known.source_type or parsed.source_type,
        language=known.language or parsed.language,
        url=parsed.url,
    )


def _date(
    file: CorpusFile,
    parsed: Parsed,
    known: ManifestRow,
    said: Description,
    timeline: Timeline,
    settings: IngestSettings,
) -> Dated:
    given = DatingInput(parsed.blocks, file.path.name, parsed.date_clues, said.source_type)
    found = date_document(given, timeline, settings.dating)
    return _stated(found, known) if known.published else found


def _stated(found: Dated, known: ManifestRow) -> Dated:
    """Return `found` with the manifest's date in the place of its own."""
    parts = [int(part) for part in known.published.split("-")]
    year, month, day = (*parts, 0, 0)[:3]
    last_month = month or 12
    return replace(
        found,
        published=known.published,
        precision=("year", "month", "day")[len(parts) - 1],
        earliest=dt.date(year, month or 1, day or 1),
        latest=dt.date(year, last_month, day or calendar.monthrange(year, last_month)[1]),
        method="manifest",
        evidence=known.place,
        year=f"{year:04d}",
    )


def _block_rows(source_path: str, item: str, parsed: Parsed) -> Iterator[dict[str, Any]]:
    doc_id = document_id(source_path, item)
    pieces = (piece for block, start in place(parsed.blocks) for piece in _by_page(block, start))
    for number, (block, start, continues) in enumerate(pieces):
        yield {
            "doc_id": doc_id,
            "source_path": source_path,
            "block_no": number,
            "kind": block.kind,
            "level": block.level,
            "marker": block.marker,
            "page": block.page,
            "start": start,
            "end": None if start is None else start + len(block.text),
            "text": block.text,
            "source_map": [number for pair in block.source for number in pair],
            "continues": continues,
        }


def place(blocks: Iterable[Block]) -> Iterator[tuple[Block, int | None]]:
    """Yield each block with the offset of its text in the document's normalised text; furniture has none.

    The normalised text is: the blocks in order, list items with marker and a space, joined by one empty line.
    """
    at = 0
    for block in blocks:
        if block.kind == "furniture":
            yield block, None
            continue
        start = at + (len(block.marker) + 1 if block.marker else 0)
        yield block, start
        at = start + len(block.text) + 2


def _by_page(block: Block, start: int | None) -> Iterator[tuple[Block, int | None, bool]]:
    """Yield the pieces of a block page by page: piece, offset in the document, whether it continues the one before.

    Between two pieces stands one space of the document's text, or nothing where a page ends inside a word.
    """
    if start is None or not block.page_starts:
        yield block, start, False
        return
    begins = [(0, block.page), *block.page_starts]
    ends = [at for at, _ in block.page_starts] + [len(block.text)]
    for (begin, page), end in zip(begins, ends, strict=True):
        text = block.text[begin:end].rstrip(" ")
        marker = "" if begin else block.marker
        source = _map_of(block.source, begin, begin + len(text))
        yield (
            replace(block, text=text, page=page, marker=marker, source=source, page_starts=()),
            start + begin,
            begin > 0,
        )


def _map_of(source: tuple[tuple[int, int], ...], begin: int, end: int) -> tuple[tuple[int, int], ...]:
    """Return the source map of a block's text from `begin` to `end`."""
    before = [pair for pair in source if pair[0] <= begin]
    head = [(0, before[-1][1] + begin - before[-1][0])] if before else []
    return (*head, *((at - begin, there) for at, there in source if begin < at < end))


def normalised_text(blocks: Iterable[tuple[str, str, int | None]]) -> str:
    """Return the normalised text of a document from (marker, text, start) of its rows of `blocks` in order."""
    text = ""
    for marker, words, start in blocks:
        if start is not None:
            whole = f"{marker} {words}" if marker else words
            gap = start + len(words) - len(whole) - len(text)
            text += ("\n\n" if gap == 2 else " " * gap) + whole
    return text


def reject_table(source_path: str, rejects: Iterable[Reject], stage: str = "ingest") -> pa.Table:
    """Return rejects as rows of the table `rejects`."""
    rows = [
        {"source_path": source_path, "item": r.item, "stage": stage, "reason": r.reason, "message": _stable(r.message)}
        for r in rejects
    ]
    unique = {tuple(row.values()): row for row in rows}
    return from_rows(TABLES["rejects"], [unique[key] for key in sorted(unique)])


def _stable(message: str) -> str:
    """Return a library's message without addresses of objects in memory, which differ from run to run."""
    return _ADDRESS.sub("", message)


def _with_extras(name: str, rows: list[dict[str, Any]], extras: pa.Schema) -> pa.Table:
    table = from_rows(TABLES[name], rows)
    for column in extras:
        table = table.append_column(column, pa.array([row[column.name] for row in rows], column.type))
    return table

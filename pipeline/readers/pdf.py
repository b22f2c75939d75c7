"""PDF: one document a file, its blocks in reading order, each with page and source characters."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.dating import DateClue
from pipeline.readers.layout import Built, PageLines, build_blocks
from pipeline.readers.parsed import Block, Parsed, ReadResult, Reject, rejected
from pipeline.readers.pdf_lines import PageReader

_MAGIC = b"%PDF-"
_MAGIC_WITHIN = 1024  # bytes: what may stand before it, as readers of PDF allow
_DATES = ("CreationDate", "ModDate")


@dataclass(frozen=True, slots=True)
class PdfOptions:
    """`join_pages`: a sentence that runs over a page's end stays in one block."""

    max_bytes: int = 500_000_000
    max_pages: int = 10_000
    join_pages: bool = True


def read(data: bytes, name: str, options: PdfOptions = PdfOptions()) -> ReadResult:
    """Return a PDF's bytes as one document, or a reject that says why not. `name` is for messages only."""
    if not data.strip():
        return rejected("empty", f"{name} holds no bytes.")
    if _MAGIC not in data[:_MAGIC_WITHIN]:
        return rejected("wrong_type", f"{name} is no PDF: it does not begin as one.")
    if len(data) > options.max_bytes:
        return rejected("too_large", f"{name} has {len(data):,} bytes, more than the {options.max_bytes:,} allowed.")
    try:
        document = _open(data)
    except _LockedError:
        return rejected("encrypted", f"{name} is encrypted. Save a copy without a password.")
    except _BrokenError as error:
        return rejected("corrupt", f"{name} cannot be opened or repaired: {error}.")
    try:
        return _read_document(document, name, options)
    finally:
        document.close()


class _LockedError(Exception):
    pass


class _BrokenError(Exception):
    pass


def _open(data: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise _LockedError from error
    try:
        return pypdfium2.PdfDocument(_repaired(data))
    except pypdfium2.PdfiumError as error:
        raise _BrokenError(str(error)) from error


def _repaired(data: bytes) -> bytes:
    try:
        with pikepdf.open(io.BytesIO(data)) as broken:
            out = io.BytesIO()
            broken.save(out)
            return out.getvalue()
    except pikepdf.PasswordError as error:
        raise _LockedError from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise _BrokenError(str(error).splitlines()[0]) from error


def _read_document(document: Any, name: str, options: PdfOptions) -> ReadResult:
    count = len(document)
    if count == 0:
        return rejected("empty", f"{name} has no pages.")
    if count > options.max_pages:
        return rejected("too_large", f"{name} has {count:,} pages, more than the {options.max_pages:,} allowed.")
    reader = PageReader(document.raw)
    pages: list[PageLines] = []
    scans: list[int] = []
    offset = 0
    for i in range(count):
        page, text, is_scan = reader.read(i, offset)
        offset += len(text)
        pages.append(page)
        if is_scan:
            scans.append(i + 1)
    blocks = build_blocks(pages, join_pages=options.join_pages)
    if not blocks:
        return rejected("no_text", f"{name} has no text on its {count} pages.")
    properties = document.get_metadata_dict(skip_empty=True)
    parsed = Parsed(
        blocks=tuple(_block(b) for b in blocks),
        reader="pdf",
        title=_title(blocks, properties.get("Title", "")),
        pages=count,
        date_clues=tuple(DateClue("property", key, properties[key]) for key in _DATES if properties.get(key)),
    )
    return ReadResult((parsed,), tuple(Reject("no_text", f"page {n} of {name} is a scan.", f"page {n}") for n in scans))


def _block(built: Built) -> Block:
    return Block(built.kind, built.text, built.page, built.level, built.marker, built.source)


def _title(blocks: list[Built], stated: str) -> str:
    """Return the largest heading of the first page, else the stated title where it reads as one."""
    headings = [b for b in blocks if b.kind == "heading" and b.page == 1 and len(b.text) > 3]
    if headings:
        largest = max(b.size for b in headings)
        telling = [b for b in headings if b.size > 0.6 * largest and len(b.text.split()) > 2]
        return max(telling or headings, key=lambda b: (b.size, -b.level, len(b.text))).text
    stated = stated.strip()
    if len(stated.split()) > 1 and not re.search(r"\.\w{2,4}$|^microsoft|^untitled|[_\\]", stated, re.IGNORECASE):
        return stated
    return ""

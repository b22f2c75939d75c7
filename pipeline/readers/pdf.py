"""PDF: one document a file, its blocks in reading order, each with page and source characters."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.dating import DateClue
from pipeline.readers import ocr
from pipeline.readers.guard import clean
from pipeline.readers.layout import Built, PageLines, build_blocks
from pipeline.readers.parsed import Block, Parsed, ReadResult, Reject, RejectReason, rejected
from pipeline.readers.pdf_lines import PageRead, PageReader
from pipeline.readers.sandbox import allow_more_time

_MAGIC = b"%PDF-"
_MAGIC_WITHIN = 1024  # bytes: what may stand before it, as readers of PDF allow
_DATES = ("CreationDate", "ModDate")
_PAGE_S = 30.0  # seconds that recognising a page may add to a file's time
_MAX_PIXELS = 40_000_000  # of a page to be recognised
_NO_TITLE = re.compile(r"\.\w{2,4}$|^microsoft|^untitled|[_\\/]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PdfOptions:
    """Limits and choices of reading PDF.

    `max_page_characters`: a page with more is left out and said so. `ocr`: recognise scanned pages where the extra is
    installed, in `ocr_language`, at `ocr_dpi` at most. `join_pages`: a sentence that runs over a page's end stays in
    one block, which belongs to its first page and knows where the next ones begin.
    """

    max_bytes: int = 500_000_000
    max_pages: int = 10_000
    max_page_characters: int = 300_000
    ocr: bool = True
    ocr_language: str = "eng"
    ocr_dpi: int = 300
    join_pages: bool = True


def read(data: bytes, name: str, options: PdfOptions = PdfOptions()) -> ReadResult:
    """Return a PDF's bytes as one document, or a reject that says why not. `name` is for messages only.

    Pages that could not be read (scans without the extra [ocr], damaged pages) are rejects beside the document, with
    the page as item.
    """
    if not data.strip():
        return rejected("empty", f"{name} holds no bytes.")
    if len(data) > options.max_bytes:
        return rejected("too_large", f"{name} has {len(data):,} bytes, more than the {options.max_bytes:,} allowed.")
    if _MAGIC not in data[:_MAGIC_WITHIN]:
        return rejected("wrong_type", f"{name} is no PDF: it does not begin as one.")
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
    """The file needs a password."""


class _BrokenError(Exception):
    """The file cannot be opened, even after repair."""


def _open(data: bytes) -> Any:
    """Return an open document, repaired where it must be."""
    try:
        document = pypdfium2.PdfDocument(data)
        if len(document):
            return document
        document.close()
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise _LockedError from error
    try:
        return pypdfium2.PdfDocument(_repaired(data))
    except pypdfium2.PdfiumError as error:
        raise _BrokenError(str(error)) from error


def _repaired(data: bytes) -> bytes:
    """Return a file written anew from what can be found in a damaged one."""
    import pikepdf  # costs a tenth of a second, and few files need it

    try:
        with pikepdf.open(io.BytesIO(data)) as broken:
            out = io.BytesIO()
            broken.save(out)
            return out.getvalue()
    except pikepdf.PasswordError as error:
        raise _LockedError from error
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, KeyError) as error:
        raise _BrokenError(str(error).splitlines()[0].rstrip(".")) from error


def _read_document(document: Any, name: str, options: PdfOptions) -> ReadResult:
    count = len(document)
    if count == 0:
        return rejected("empty", f"{name} has no pages.")
    if count > options.max_pages:
        return rejected("too_large", f"{name} has {count:,} pages, more than the {options.max_pages:,} allowed.")
    pages, rejects = _read_pages(document, name, options)
    blocks = build_blocks(pages, join_pages=options.join_pages)
    if not blocks:
        return _nothing(name, count, rejects)
    properties = document.get_metadata_dict(skip_empty=True)
    parsed = Parsed(
        blocks=tuple(_block(b) for b in blocks),
        reader="pdf",
        title=_title(blocks, properties.get("Title", "")),
        pages=count,
        date_clues=tuple(DateClue("property", key, properties[key]) for key in _DATES if properties.get(key)),
    )
    return ReadResult((parsed,), tuple(rejects))


def _nothing(name: str, count: int, rejects: Sequence[Reject]) -> ReadResult:
    """Return the reject of a file none of whose pages gave text: the reason that most pages give."""
    if not rejects:
        return rejected("no_text", f"{name} has no text and no scan on its {count} pages.")
    reasons = [r.reason for r in rejects]
    reason = max(sorted(set(reasons)), key=reasons.count)
    message = next(r.message for r in rejects if r.reason == reason)
    return rejected(reason, f"{name}: {message}" if count == 1 else f"{name}, all {count} pages: {message}")


def _read_pages(document: Any, name: str, options: PdfOptions) -> tuple[list[PageLines], list[Reject]]:
    """Return a document's pages as lines, and a reject for each page that could not be read."""
    reader = PageReader(document.raw, options.max_page_characters)
    pages: list[PageLines] = []
    scans: list[PageRead] = []
    rejects: list[Reject] = []
    offset = 0
    for i in range(len(document)):
        page = reader.read(i, offset)
        offset += page.characters
        pages.append(page.found)
        if page.fault:
            rejects.append(_page_reject(page, page.fault, options))
        elif page.scan_dpi:
            scans.append(page)
    if scans and options.ocr and ocr.is_installed():
        rejects.extend(_recognise(document, scans, pages, offset, options))
    else:
        reason: RejectReason = "missing_extra" if options.ocr else "no_text"
        rejects.extend(_page_reject(page, reason, options) for page in scans)
    return pages, sorted(rejects, key=lambda r: int(r.item.split()[1]))


def _page_reject(page: PageRead, reason: RejectReason, options: PdfOptions) -> Reject:
    messages: dict[str, str] = {
        "corrupt": "The page is damaged and was left out.",
        "too_large": f"The page has more than {options.max_page_characters:,} characters and was left out.",
        "missing_extra": f"The page is a scan. To read it, install the extra for recognition: {ocr.INSTALL}.",
        "no_text": "The page is a scan on which no text was recognised.",
    }
    if reason == "no_text" and not options.ocr:
        messages["no_text"] = "The page is a scan, and recognition is switched off."
    return Reject(reason, messages[reason], f"page {page.found.number}")


def _recognise(
    document: Any, scans: list[PageRead], pages: list[PageLines], offset: int, options: PdfOptions
) -> list[Reject]:
    """Put recognised lines into the scanned pages; return a reject for each page that gave none."""
    rejects = []
    with ocr.Recogniser(options.ocr_language) as recogniser:
        for page in scans:
            number = page.found.number
            allow_more_time(_PAGE_S)
            lines, source = recogniser.lines(_pixels(document, page, options), number, offset)
            offset += len(source)
            pages[number - 1] = replace(page.found, lines=lines)
            if not lines:
                rejects.append(_page_reject(page, "no_text", options))
    return rejects


def _pixels(document: Any, page: PageRead, options: PdfOptions) -> ocr.Pixels:
    """Render a page in grey, no finer than its own image, which finer pixels would only blur."""
    area = page.found.width * page.found.height / 72**2
    dpi = min(max(page.scan_dpi, 150.0), options.ocr_dpi, (_MAX_PIXELS / max(area, 1e-6)) ** 0.5)
    bitmap = document[page.found.number - 1].render(scale=dpi / 72, grayscale=True)
    try:
        return ocr.Pixels(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, dpi)
    finally:
        bitmap.close()


def _block(built: Built) -> Block:
    return Block(built.kind, built.text, built.page, built.level, built.marker, built.source, built.page_starts)


def _title(blocks: list[Built], stated: str) -> str:
    """Return the largest heading of the first page, else the stated title where it reads as one."""
    headings = [b for b in blocks if b.kind == "heading" and b.page == 1 and len(b.text) > 3]
    if headings:
        largest = max(b.size for b in headings)
        telling = [b for b in headings if b.size > 0.6 * largest and len(b.text.split()) > 2]
        return max(telling or headings, key=lambda b: (b.size, -b.level, len(b.text))).text
    stated = clean(stated)
    return stated if len(stated.split()) > 1 and not _NO_TITLE.search(stated) else ""

"""RTF by striprtf, ODT by lxml, legacy DOC by the extra `office`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from striprtf.striprtf import rtf_to_text

from pipeline.dating import DateClue
from pipeline.readers.blocks import item_block, paragraph_blocks, rank_levels, word_count
from pipeline.readers.guard import Archive, RefusedError, attr, child, clean, clean_rows, local, parse_xml
from pipeline.readers.parsed import Block, Parsed, ReadResult, rejected

MAX_RTF = 64 * 2**20
_PICTURE_DATA = re.compile(rb"[0-9A-Fa-f\s]{4096,}")
_FIELD_CODE = re.compile(
    r"\x13?[ \t]*\b(?:HYPERLINK|PAGEREF|INCLUDEPICTURE|MERGEFIELD|TOC|NOTEREF)"
    r"(?:[ \t]+\\[a-z*@!](?:[ \t]+\"[^\"\n]*\")?|[ \t]+\"[^\"\n]*\"|[ \t]+_\w+)+[ \t]*[\x14\x15]?"
)
_ODT_NOTES = {"note", "annotation", "tracked-changes", "bibliography-mark", "sequence-decls", "forms"}


def rtf_text(data: bytes) -> str:
    """Return an RTF file's text with a line feed a paragraph and tabs between table cells."""
    if len(data) > MAX_RTF:
        raise RefusedError("too_large", f"the RTF file has {len(data) // 2**20} MB, more than {MAX_RTF // 2**20}")
    # Pictures are hexadecimal digits by the megabyte, which the text extractor would walk one by one.
    source = _PICTURE_DATA.sub(b"", data).decode("latin-1")
    try:
        text = str(rtf_to_text(source, encoding="cp1252", errors="replace"))  # type: ignore[no-untyped-call]
    except (TypeError, ValueError, LookupError) as error:  # a control word without the number that it needs
        raise RefusedError("corrupt", f"the RTF file is damaged: {error}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_rtf(data: bytes, name: str) -> ReadResult:
    """Read an RTF file as one document: a paragraph a line, table rows kept together."""
    return rtf_result(rtf_text(data))


def rtf_result(text: str) -> ReadResult:
    """Return the document that an RTF file's text makes, or a reject where there is none."""
    blocks = list(line_blocks(text.split("\n")))
    if not word_count(blocks):
        return rejected("empty", "the document holds no text")
    return ReadResult((Parsed(tuple(blocks), "rtf", title=_first_line(blocks)),))


def line_blocks(lines: list[str]) -> Iterator[Block]:
    """Yield blocks of lines that are paragraphs each; neighbouring lines with a "|" between cells are a table."""
    rows: list[list[str]] = []
    for line in [*lines, ""]:
        cells = re.split(r"\||\t", line.strip("\t |")) if line.rstrip().endswith("|") else []
        if len(cells) > 1:
            rows.append(cells)
            continue
        if text := clean_rows(rows):
            yield Block("table", text)
        rows = []
        yield from paragraph_blocks(line.strip("|") if line.rstrip().endswith("|") else line)


def _first_line(blocks: list[Block]) -> str:
    first = next((block.text for block in blocks if block.kind in {"heading", "paragraph"}), "")
    return first if len(first.split()) <= 25 else ""


def read_odt(data: bytes, name: str) -> ReadResult:
    """Read an ODT file as one document; raises RefusedError where it is damaged, encrypted or a bomb."""
    archive = Archive(data)
    if b"encryption-data" in (
        archive.read("meta-inf/manifest.xml") if "meta-inf/manifest.xml" in archive.names else b""
    ):
        raise RefusedError("encrypted", "the document is encrypted; save it without a password")
    root = parse_xml(archive.read("content.xml"), "content.xml")
    body = child(root, "body", "text")
    if body is None:
        raise RefusedError("corrupt", "content.xml holds no text body")
    blocks = rank_levels(_odt_blocks(body, 0))
    if not word_count(blocks):
        return rejected("empty", "the document holds no text")
    clues, title = _odt_meta(archive)
    heading = next((block.text for block in blocks if block.kind == "heading"), "")
    return ReadResult((Parsed(tuple(blocks), "odt", title=heading or title, date_clues=clues),))


def _odt_meta(archive: Archive) -> tuple[tuple[DateClue, ...], str]:
    if "meta.xml" not in archive.names:
        return (), ""
    fields = {
        local(item): clean(item.text or "")
        for item in parse_xml(archive.read("meta.xml"), "meta.xml").iter()
        if item.text
    }
    clues = (("created", "creation-date"), ("modified", "date"))
    return tuple(DateClue("property", name, fields[key]) for name, key in clues if fields.get(key)), fields.get(
        "title", ""
    )


def _odt_blocks(element: etree._Element, level: int) -> Iterator[Block]:
    for item in element:
        name = local(item)
        if name == "h":
            if text := clean(_odt_text(item)):
                depth = attr(item, "outline-level", "1")
                yield Block("heading", text, level=int(depth) if depth.isdecimal() else 1)
        elif name == "p":
            yield from _odt_paragraph(item, level)
        elif name == "list":
            yield from _odt_blocks(item, level + 1)
        elif name == "table":
            rows = [
                [_odt_text(cell) for cell in row if local(cell) == "table-cell"]
                for row in item.iter()
                if local(row) == "table-row"
            ]
            if text := clean_rows(rows):
                yield Block("table", text)
        elif name in {"table-of-content", "alphabetical-index"}:
            yield from (
                Block("furniture", text)
                for line in item.iter()
                if local(line) == "p" and (text := clean(_odt_text(line)))
            )
        elif name not in _ODT_NOTES:
            yield from _odt_blocks(item, level)


def _odt_paragraph(item: etree._Element, level: int) -> Iterator[Block]:
    text = _odt_text(item)
    if level and clean(text):
        yield item_block(clean(text), "•", level)
    else:
        yield from paragraph_blocks(text)
    # Text boxes are anchored inside paragraphs.
    for box in item.iter():
        if local(box) == "text-box":
            yield from _odt_blocks(box, 0)


def _odt_text(element: etree._Element) -> str:
    parts = [element.text or ""]
    for item in element:
        name = local(item)
        if name in {"s", "tab"}:
            parts.append(" ")
        elif name == "line-break":
            parts.append("\n")
        elif name not in _ODT_NOTES and name not in {"frame", "text-box"}:
            parts.append(_odt_text(item))
            if name == "p":
                parts.append(" ")
        parts.append(item.tail or "")
    return "".join(parts)


def read_doc(data: bytes, name: str) -> ReadResult:
    """Read a legacy Word file through the extra `office`; without it, a reject that says what to install."""
    try:
        from kreuzberg import ExtractionConfig, extract_bytes_sync
    except ImportError:
        return rejected(
            "missing_extra",
            "legacy Word files need the extra `office`: pip install 'findings[office]', or save as .docx",
        )
    try:
        content = str(extract_bytes_sync(data, "application/msword", config=ExtractionConfig()).content)
    except Exception as error:  # the library has errors of its own, and its parser others
        raise RefusedError("corrupt", f"the document cannot be read: {type(error).__name__}: {error}"[:300]) from error
    return doc_result(content)


def doc_result(content: str) -> ReadResult:
    """Return the document that a legacy Word file's text makes, without the field codes that stand in it."""
    plain = _FIELD_CODE.sub(" ", content.replace("\r", "\n"))
    blocks = list(line_blocks(plain.split("\n")))
    if not word_count(blocks):
        return rejected("empty", "the document holds no text")
    return ReadResult((Parsed(tuple(blocks), "doc", title=_first_line(blocks)),))

"""Typeset a source as DOCX with Word's own list styles, as OpenDocument text, or as RTF."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable
from html import escape

import docx
from docx.document import Document

from corpus.typeset.source import Block, Source

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_ODT_TYPE = "application/vnd.oasis.opendocument.text"
_ODT_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"'
)
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def to_docx(source: Source) -> bytes:
    """Return the source as DOCX; the same source gives the same bytes."""
    document = docx.Document()
    for block in source.blocks:
        _add_block(document, block)
    published = dt.datetime.fromisoformat(source.get("published"))
    properties = document.core_properties
    properties.title, properties.author = source.get("title"), source.get("publisher")
    properties.created = properties.modified = published
    properties.comments = ""
    if header := source.get("header"):
        document.sections[0].header.paragraphs[0].text = header
    out = io.BytesIO()
    document.save(out)
    return repacked(out.getvalue())


def _add_block(document: Document, block: Block) -> None:
    if block.kind == "heading":
        document.add_heading(block.text, level=block.level)
    elif block.kind == "table":
        table = document.add_table(rows=len(block.rows), cols=len(block.rows[0]), style="Table Grid")
        for row, cells in zip(table.rows, block.rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    elif block.kind == "item":
        style = "List Bullet" if block.marker == "•" else "List Number"
        document.add_paragraph(block.text, style=style if block.level == 0 else f"{style} 2")
    elif block.kind == "caption":
        document.add_paragraph(block.text, style="Caption")
    else:
        document.add_paragraph(f"{block.marker} {block.text}".strip())


def repacked(data: bytes) -> bytes:
    """Return a zip file with fixed times and its members in order of name, [Content_Types].xml first."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        members = [(name, old.read(name)) for name in old.namelist()]
    return _zipped(sorted(members, key=lambda member: (member[0] != "[Content_Types].xml", member[0])))


def _zipped(members: Iterable[tuple[str, bytes]], stored: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, content in members:
            info = zipfile.ZipInfo(name, _FIXED_TIME)
            info.compress_type = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            new.writestr(info, content)
    return out.getvalue()


def to_odt(source: Source) -> bytes:
    """Return the source as OpenDocument text, with its date in the metadata only."""
    manifest = (
        f'{_XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODT_TYPE}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    meta = (
        f"{_XML}<office:document-meta {_ODT_NAMES}><office:meta><dc:title>{escape(source.get('title'))}</dc:title>"
        f"<dc:creator>{escape(source.get('publisher'))}</dc:creator>"
        f"<meta:creation-date>{source.get('published')}T09:00:00</meta:creation-date>"
        f"<dc:date>{source.get('published')}T09:00:00</dc:date></office:meta></office:document-meta>"
    )
    body = "".join(_odt_blocks(source.blocks))
    content = (
        f"{_XML}<office:document-content {_ODT_NAMES}><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>"
    )
    members = {"mimetype": _ODT_TYPE, "content.xml": content, "meta.xml": meta, "META-INF/manifest.xml": manifest}
    return _zipped(((name, text.encode()) for name, text in members.items()), stored="mimetype")


def _odt_blocks(blocks: Iterable[Block]) -> Iterable[str]:
    open_list = False
    for block in blocks:
        text = escape(f"{block.marker} {block.text}".strip() if block.kind == "paragraph" else block.text)
        if open_list != (block.kind == "item"):
            open_list = not open_list
            yield "<text:list>" if open_list else "</text:list>"
        if block.kind == "item":
            yield f"<text:list-item><text:p>{text}</text:p></text:list-item>"
        elif block.kind == "heading":
            yield f'<text:h text:outline-level="{block.level}">{text}</text:h>'
        else:
            yield f"<text:p>{text}</text:p>"
    if open_list:
        yield "</text:list>"


def to_rtf(source: Source) -> bytes:
    """Return the source as RTF, with bullets as a word processor of the time wrote them."""
    head = (
        r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}{\f1\froman Symbol;}}"
        "\n"
        r"{\info{\title " + _rtf(source.get("title")) + r"}{\author " + _rtf(source.get("publisher")) + "}}\n"
    )
    return (head + "\n".join(map(_rtf_block, source.blocks)) + "\n}\n").encode("ascii")


def _rtf_block(block: Block) -> str:
    text = _rtf(block.text)
    if block.kind == "heading":
        return rf"\pard\sb240\sa120\b\fs{34 - 4 * block.level} {text}\b0\fs22\par"
    if block.kind == "item":
        return rf"\pard\fi-360\li720\sa60 {{\pntext {_rtf(block.marker)}\tab}}{text}\par"
    return rf"\pard\sa160\fs22 {text}\par"


def _rtf(text: str) -> str:
    escaped = re.sub(r"([\\{}])", r"\\\1", text)
    return "".join(character if ord(character) < 128 else rf"\u{ord(character)}?" for character in escaped)

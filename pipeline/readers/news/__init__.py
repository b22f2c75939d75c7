"""News databases' exports: one article a document, the number announced beside the number read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

from pipeline.readers.guard import RefusedError, decode, parse_xml
from pipeline.readers.news import europresse, factiva, nexis, nexis_uni, proquest, zotero
from pipeline.readers.parsed import ReadResult, rejected
from pipeline.readers.web.hostile import check, drop_hidden, html_text, parse
from pipeline.readers.word.docx import DocxText

_VENDOR_LINES = re.compile(
    r"^\W{0,4}(?:ProQuest document ID|Gale Document Number|Persistent link to this record|Accession Number"
    r"|Record Number"
    r"|Load-Date|LOAD-DATE|JOURNAL-CODE|Publication-Type|PUBLICATION-TYPE|Factiva Source|Copyright, \d{4}"
    r"|News document number|NewsBank Record Number|End of Document)\b",
    re.MULTILINE,
)
_VENDOR_PAGE = re.compile(
    r"<title>\s*(?:Factiva|LexisNexis|Nexis(?: Uni)?|ProQuest[^<]{0,60}"
    r"|NewsBank[^<]{0,60}"
    r"|Access World News[^<]{0,60}"
    r"|Europresse[^<]{0,40}|PressReader[^<]{0,40})\s*</title>",
    re.IGNORECASE,
)
_UNKNOWN = (
    "the file looks like a news database's export, but its layout is not known; "
    "export it as Nexis Uni DOCX, Factiva HTML or RTF, or ProQuest text"
)


def read_docx(document: DocxText) -> ReadResult | None:
    """Return the articles of a Nexis DOCX, or None where the file is an ordinary document."""
    lines = nexis_uni.docx_lines(document.body)
    if nexis_uni.uni_lines(lines):
        return nexis_uni.read_uni(lines, "nexis_docx")
    text = "\n".join(line.text for line in lines)
    return _text_export(text, "docx", wrapped=False)


def read_rtf(text: str) -> ReadResult | None:
    """Return the articles of an RTF export's text, or None where the file is an ordinary document."""
    lines = nexis_uni.text_lines(text)
    if nexis_uni.uni_lines(lines):
        return nexis_uni.read_uni(lines, "nexis_rtf")
    return _text_export(text, "rtf", wrapped=False)


def _text_export(text: str, form: str, *, wrapped: bool) -> ReadResult | None:
    if nexis.legacy_text(text):
        return nexis.read_legacy(text, f"nexis_{form}", wrapped=wrapped)
    if factiva.text_is_export(text):
        return factiva.read_text(text, f"factiva_{form}")
    if proquest.is_export(text):
        return proquest.read_text(text)
    if len(_VENDOR_LINES.findall(text)) >= 2:
        return rejected("unknown_layout", _UNKNOWN)
    return None


def read_export(data: bytes, name: str, attachment: Callable[[str], ReadResult] | None = None) -> ReadResult | None:
    """Return the articles of a text, HTML, XML, CSV or RIS export, or None where the file is none."""
    head = data[: 2**16]
    lower = head.lower()
    if b"<ppsresponse" in lower or b"ppsarticleresultset" in lower:
        return factiva.read_xml(parse_xml(data))
    if _is_markup(head):
        return _read_html(data)
    text = decode(data)
    if zotero.text_is_ris(text):
        return zotero.read_ris(text, attachment)
    if zotero.csv_is_list(next(csv.reader(io.StringIO(text[:20000], newline="")), [])):
        return zotero.read_csv(text, attachment)
    return _text_export(text, "text", wrapped=True)


def _is_markup(head: bytes) -> bool:
    return bool(re.match(rb"^[\xef\xbb\xbf\s]*<(?:!doctype|html|\?xml|head|body|!--)", head, re.IGNORECASE))


def _read_html(data: bytes) -> ReadResult | None:
    """Read a page that a database made; a page of any other kind costs one search for the marks of those."""
    marks = (b'name="doc_id_', b"name=doc_id_", b"docpublicationname", b"factiva", b"articleparagraph")
    lower = data.lower()
    if not any(mark in lower for mark in marks):
        return rejected("unknown_layout", _UNKNOWN) if _VENDOR_PAGE.search(decode(data[:8192])) else None
    try:
        source = check(html_text(data))
    except RefusedError as error:
        return ReadResult(rejects=(error.reject,))
    root = parse(source)
    drop_hidden(root)
    if nexis.html_is_legacy(root):
        return nexis.read_legacy_html(root)
    if europresse.is_export(root):
        return europresse.read_html(root)
    if articles := factiva.html_articles(root):
        return factiva.read_html(root, articles)
    return rejected("unknown_layout", _UNKNOWN) if _VENDOR_PAGE.search(source[:8192]) else None

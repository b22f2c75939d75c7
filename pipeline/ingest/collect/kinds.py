"""What a fetched document is, by its first bytes, and whether that is what was promised."""

from __future__ import annotations

import re

_HTML = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_SUFFIXES = {
    "application/pdf": ".pdf",
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "message/rfc822": ".eml",
}
_ALIKE = {".htm": ".html", ".xhtml": ".html", ".asp": ".html", ".aspx": ".html", ".php": ".html", ".text": ".txt"}
_DOCUMENTS = frozenset(_SUFFIXES.values())


def suffix_of(data: bytes, content_type: str, promised: str) -> str:
    """Return the suffix that fits a document's bytes; where they leave it open, what the server or the address says."""
    promised = _ALIKE.get(promised, promised)
    declared = _SUFFIXES.get(content_type.partition(";")[0].strip().lower(), "")
    if b"%PDF-" in data[:1024]:
        return ".pdf"
    if _HTML.search(data[:8192].removeprefix(b"\xef\xbb\xbf")):
        return ".html"
    if data.startswith(b"{\\rtf"):
        return ".rtf"
    if data.startswith(b"PK\x03\x04"):
        return _first(".docx", ".xlsx", ".odt", among=(declared, promised), default=_office(data))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _first(".doc", ".msg", among=(promised, declared), default=".doc")
    readable = declared not in ("", ".pdf", ".docx", ".xlsx", ".odt", ".rtf", ".doc")
    if readable:
        return declared
    return promised if promised in _DOCUMENTS - {".pdf", ".docx", ".xlsx", ".odt", ".doc"} else ".bin"


def _first(*suffixes: str, among: tuple[str, ...], default: str) -> str:
    return next((suffix for suffix in among if suffix in suffixes), default)


def _office(data: bytes) -> str:
    head = data[: 2**16]
    marks = {b"word/": ".docx", b"xl/": ".xlsx", b"opendocument.text": ".odt"}
    return next((suffix for mark, suffix in marks.items() if mark in head), ".zip")


def oddities(data: bytes, suffix: str, content_type: str, promised: str) -> tuple[str, ...]:
    """Return sentences on what does not fit: another type than the address or the server says, a missing end."""
    found = []
    promised = _ALIKE.get(promised, promised)
    declared = _SUFFIXES.get(content_type.partition(";")[0].strip().lower(), "")
    for said, by in ((promised, "the address promises"), (declared, "the server says")):
        if said in _DOCUMENTS and said != suffix and not (said == ".txt" and suffix in (".csv", ".eml")):
            found.append(f"wrong type: {by} {said}, but it is {suffix}")
    if suffix == ".pdf" and b"%%EOF" not in data[-2048:]:
        found.append("perhaps truncated: the PDF has no end")
    return tuple(found)

"""News databases' exports: one article a document, the number announced beside the number read."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.readers.parsed import ReadResult


def read_docx(data: bytes, name: str) -> ReadResult | None:
    """Return the articles of a Nexis DOCX, or None where the file is an ordinary document."""
    return None


def read_rtf(data: bytes, name: str) -> ReadResult | None:
    """Return the articles of an RTF export, or None where the file is an ordinary document."""
    return None


def read_export(data: bytes, name: str, attachment: Callable[[str], ReadResult] | None = None) -> ReadResult | None:
    """Return the articles of a text, HTML, XML, CSV or RIS export, or None where the file is none."""
    return None

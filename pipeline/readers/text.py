"""Plain text and Markdown: bytes to blocks, with hard-wrapped lines, bullets and bare headings put right.

Every character kept carries its place in the source, so that cleaning, unwrapping and the removal of emphasis marks
never break the way back.
"""

from __future__ import annotations

import re

import charset_normalizer

from pipeline.dating import DateClue
from pipeline.readers.parsed import Parsed, ReadResult, rejected
from pipeline.readers.unwrap import build_blocks

_OTHER_FORMATS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip or Office file",
    b"{\\rtf": "RTF",
    b"\xd0\xcf\x11\xe0": "Office",
}
# The bytes above 127 that English text in Windows-1252 uses; a detector is needed only beyond them.
_WINDOWS_BYTES = frozenset("€…‘’“”•–—\xa0£©\xad°·½àáçèéêëñôöü".encode("cp1252"))


def read(data: bytes, name: str) -> ReadResult:
    """Read a plain text or Markdown file into one document; `name` decides whether Markdown's rarer marks count."""
    if not data.strip():
        return rejected("empty", "the file holds no bytes" if not data else "the file holds white space only")
    for magic, what in _OTHER_FORMATS.items():
        if data.startswith(magic):
            return rejected("wrong_type", f"the name says text, the content is {what}")
    source = decode(data)
    if source is None:
        return rejected("wrong_type", "the name says text, the content is binary")
    markdown = name.lower().endswith((".md", ".markdown", ".mdown", ".mkd"))
    start, clues, title = _front_matter(source) if markdown else (0, (), "")
    blocks = tuple(build_blocks(source, start=start, markdown=markdown))
    if not blocks:
        return rejected("empty", "the file holds no words")
    pages = source.count("\f") + 1 if "\f" in source else None
    title = title or next((block.text for block in blocks[:3] if block.kind == "heading"), "")
    reader = "markdown" if markdown else "text"
    return ReadResult((Parsed(blocks, reader=reader, title=title, pages=pages, date_clues=clues),))


def decode(data: bytes) -> str | None:
    """Return the characters of `data` without byte order mark, or None where it is no text."""
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32")):
        if data.startswith(mark):
            return data.decode(codec, "replace").lstrip("\ufeff")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").lstrip("\ufeff")
    zeros = data[:4096].count(0)
    if zeros:
        wide = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
        return data.decode(wide, "replace") if zeros > 0.3 * len(data[:4096]) and len(data) % 2 == 0 else None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _decode_guess(data)
    controls = sum(ord(char) < 32 and char not in "\t\n\r\f\v\x1a\x1e" for char in text[:20_000])
    return None if controls > 0.02 * min(len(text), 20_000) else text


def _decode_guess(data: bytes) -> str:
    high = {byte for byte in data if byte > 127}
    if high <= _WINDOWS_BYTES:
        return data.decode("cp1252", "replace")
    best = charset_normalizer.from_bytes(data).best()
    return str(best) if best is not None else data.decode("cp1252", "replace")


def _front_matter(source: str) -> tuple[int, tuple[DateClue, ...], str]:
    """Return where the body starts, the dates and the title of a Markdown file's header."""
    match = re.match(r"---[ \t]*\r?\n((?:[^\n]*\n){1,60}?)---[ \t]*\r?\n", source)
    fields = dict(re.findall(r"^(\w[\w -]*):[ \t]*[\"']?(.*?)[\"']?[ \t]*\r?$", match.group(1), re.M)) if match else {}
    if not match or not fields:
        return 0, (), ""
    clues = tuple(
        DateClue("structured", key, value)
        for key, value in fields.items()
        if key.lower() in ("date", "published", "publication_date", "updated") and value
    )
    return match.end(), clues, fields.get("title", "")

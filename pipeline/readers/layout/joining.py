"""From lines to a block's text: spaces, ligatures and hyphens put right, with a map back to the source characters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from pipeline.readers.layout.markers import shown
from pipeline.readers.layout.model import Line

_ODD = re.compile(r"\s{2,}|[^\S ]|[ﬀ-ﬆ]|[\x00-\x08\x0e-\x1f\x7f\xad\u200b-\u200f\u2060\ufeff\ufffe\uffff\ud800-\uf8ff]")
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_LAST_WORD = re.compile(r"[^\W_]+(?:[-‐][^\W_]+)*$")
_FIRST_WORD = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_LINE_HYPHEN = re.compile(r"(?<=\w)[-‐]$")

SourceMap = tuple[tuple[int, int], ...]


class Vocabulary:
    """The words of a document, counted when first asked for."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = lines
        self._counts: Counter[str] | None = None

    def __getitem__(self, word: str) -> int:
        if self._counts is None:
            counts: Counter[str] = Counter()
            for line in self._lines:
                words = _WORD.findall(line.text.lower())
                if words and (line.hyphen or _LINE_HYPHEN.search(line.text)):
                    words.pop()
                counts.update(words)
            self._counts = counts
        return self._counts[word.replace("‐", "-")]


class _Text:
    """Text being put together, with the places where its offsets and the source's begin to run apart."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.map: list[tuple[int, int]] = []

    def add(self, piece: str, source: int) -> None:
        if not piece:
            return
        if not self.map or source - self.length != self.map[-1][1] - self.map[-1][0]:
            self.map.append((self.length, source))
        self.parts.append(piece)
        self.length += len(piece)

    def join(self, piece: str, source: int) -> None:
        """Add a separator that stands for the source's line end."""
        self.add(piece, source)


def join_lines(lines: list[Line], vocabulary: Vocabulary) -> tuple[str, SourceMap, tuple[tuple[int, int], ...]]:
    """Return the text of lines that flow, its map to the source, and (offset, page) where further pages begin."""
    text = _Text()
    pages: list[tuple[int, int]] = []
    for i, line in enumerate(lines):
        following = lines[i + 1] if i + 1 < len(lines) else None
        if i and line.page != lines[i - 1].page:
            pages.append((text.length, line.page))
        _add_line(text, line, following, vocabulary)
    return "".join(text.parts), tuple(text.map), tuple(pages)


def join_cells(rows: list[list[list[Line]]], vocabulary: Vocabulary) -> tuple[str, SourceMap]:
    """Return a table's text, cells joined by " | " and rows by a line end, and its map to the source."""
    text = _Text()
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            separator = "\n" if c == 0 else " | "
            if r or c:
                text.add(separator, cell[0].start if cell else (text.map[-1][1] if text.map else 0))
            for i, line in enumerate(cell):
                if line.marker:
                    text.add(shown(line.marker) + " ", line.start)
                _add_line(text, line, cell[i + 1] if i + 1 < len(cell) else None, vocabulary)
    return "".join(text.parts), tuple(text.map)


def _add_line(text: _Text, line: Line, following: Line | None, vocabulary: Vocabulary) -> None:
    raw, glue = line.text, "-" if line.hyphen else ""
    if following is not None:
        raw, glue = _line_end(line, following, vocabulary)
    _add_normalised(text, raw, line.start)
    if glue:
        text.add(glue, line.start + len(raw))


def _add_normalised(text: _Text, raw: str, source: int) -> None:
    at = 0
    for odd in _ODD.finditer(raw):
        text.add(raw[at : odd.start()], source + at)
        found = odd.group()
        if found[0].isspace():
            text.add(" ", source + odd.start())
        elif found in _LIGATURES:
            for letter in _LIGATURES[found]:
                text.add(letter, source + odd.start())
        at = odd.end()
    text.add(raw[at:], source + at)


def _line_end(line: Line, following: Line, vocabulary: Vocabulary) -> tuple[str, str]:
    """Return the line's text without a line-end hyphen that is not the word's own, and what joins it to the next."""
    if abs(line.baseline - following.baseline) < 0.55 * line.size and line.page == following.page:
        return line.text, "" if following.x0 - line.x1 < 0.15 * line.size else " "
    bare = _LINE_HYPHEN.sub("", line.text)
    if bare == line.text and not line.hyphen:
        return line.text, " "
    first, last = _FIRST_WORD.match(following.text), _LAST_WORD.search(bare)
    if first is None or last is None:
        return line.text, "-" if line.hyphen else ""
    keep = _keeps_hyphen(last.group().lower(), first.group(), vocabulary)
    if not keep:
        return bare, ""
    return (line.text, "") if bare != line.text else (bare, "-")


def _keeps_hyphen(last: str, first: str, vocabulary: Vocabulary) -> bool:
    """Decide by the document's own words whether `last-first` or `lastfirst` was meant."""
    if not first[0].islower() or last[-1].isdigit():
        return True
    whole, compound = vocabulary[last + first], vocabulary[f"{last}-{first}"]
    if whole or compound:
        return compound > whole
    head = last.rsplit("-", 1)[-1]
    return bool(vocabulary[head] and vocabulary[first] and len(head) > 2 and len(first) > 2)

"""Lines made ready for layout: list markers taken off the text, stray markers brought home."""

from __future__ import annotations

from dataclasses import replace

from pipeline.readers.layout.markers import is_bullet, is_lone_marker
from pipeline.readers.layout.model import CROWDED, Line

_TAB = 0.55  # in ems: a gap wider than a space
_REACH = 5.0  # in ems: how far a marker may stand from its text
_ROW = 0.55  # in ems: baselines this close are one row


def same_row(a: Line, b: Line) -> bool:
    """Say whether two lines stand on one baseline, or nearly, as a raised number does."""
    return a.page == b.page and abs(a.baseline - b.baseline) < _ROW * max(a.size, b.size)


def take_markers(lines: list[Line]) -> list[Line]:
    """Return a page's lines without the markers that they begin with, which become their own."""
    return attach_strays([_take(line) for line in lines])


def attach_strays(parts: list[Line]) -> list[Line]:
    """Give each marker that stands alone to the text on its baseline that begins just right of it."""
    if len(parts) > CROWDED:
        return parts
    kept = []
    for part in parts:
        lone = not part.marker and is_lone_marker(part.text, part.symbol)
        owner = _owner(part, parts) if lone else None
        if owner is None:
            kept.append(part)
        else:
            _mark(owner, part, False)
    return kept


def with_marker(line: Line) -> Line:
    """Return a line whose marker is part of its text again."""
    if not line.marker:
        return line
    spaces = line.start - line.marker_start - len(line.marker)
    near = 0 <= spaces < 20
    text = line.marker + " " * (spaces if near else 1) + line.text
    start = line.marker_start if near else line.start
    return replace(line, text=text, start=start, x0=line.marker_x, marker="")


def _take(line: Line) -> Line:
    """Take off a line's marker. A bare number or letter before no more than a space is a word."""
    if line.behind is None:
        return line
    at, right, left = line.behind
    marker = line.text[:at].rstrip()
    tight = left - right < _TAB * line.size
    if tight and _is_word(marker) and not (marker == "o" and line.symbol):
        return line
    text = replace(line, text=line.text[at:], start=line.start + at, x0=left, behind=None)
    text.marker, text.marker_x, text.marker_start, text.tight = marker, line.x0, line.start, tight
    return text


def _is_word(marker: str) -> bool:
    """Say whether a marker may as well be a number in running text, or an initial."""
    return marker.isalnum() or (len(marker) == 2 and marker[0].isupper() and marker[1] == ".")


def _mark(line: Line, marker: Line, tight: bool) -> None:
    line.marker, line.marker_x, line.marker_start, line.tight = marker.text, marker.x0, marker.start, tight


def _owner(marker: Line, parts: list[Line]) -> Line | None:
    best = None
    for part in parts:
        if part is marker or part.marker or not same_row(marker, part):
            continue
        if part.x1 <= marker.x0 + 1 and marker.x0 - part.x1 < part.size and not is_bullet(marker.text):
            return None  # a raised number inside running text
        if -1 <= part.x0 - marker.x1 < _REACH * part.size and (best is None or part.x0 < best.x0):
            best = part
    return best

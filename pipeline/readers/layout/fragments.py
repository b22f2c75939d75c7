"""Lines made ready for layout: cut at wide gaps, list markers taken off the text, stray markers brought home."""

from __future__ import annotations

import dataclasses

from pipeline.readers.layout.markers import is_bullet, is_lone_marker, marker_end
from pipeline.readers.layout.model import Line

_TAB = 0.55  # in ems: a gap wider than a space
_REACH = 5.0  # in ems: how far a marker may stand from its text
_ROW = 0.55  # in ems: baselines this close are one row


def same_row(a: Line, b: Line) -> bool:
    """Say whether two lines stand on one baseline, or nearly, as a raised number does."""
    return a.page == b.page and abs(a.baseline - b.baseline) < _ROW * max(a.size, b.size)


def cut_at_gaps(lines: list[Line]) -> list[Line]:
    """Return a page's lines cut at their wide gaps, each with the marker that stands before it."""
    return [part for line in lines for part in _cut(line)]


def attach_strays(parts: list[Line]) -> list[Line]:
    """Give each marker that stands alone to the text on its baseline that begins just right of it."""
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
    return dataclasses.replace(line, text=text, start=start, x0=line.marker_x, marker="")


def _cut(line: Line) -> list[Line]:
    if not line.gaps:
        return [_with_typed_marker(line)]
    parts: list[Line] = []
    offsets = [0, *(gap[0] for gap in line.gaps)]
    for i, begin in enumerate(offsets):
        end = offsets[i + 1] if i + 1 < len(offsets) else len(line.text)
        part = dataclasses.replace(
            line,
            text=line.text[begin:end].rstrip(),
            start=line.start + begin,
            x0=line.gaps[i - 1][2] if i else line.x0,
            x1=line.gaps[i][1] if i < len(line.gaps) else line.x1,
            gaps=(),
            hyphen=line.hyphen and end == len(line.text),
            symbol=line.symbol and i == 0,
        )
        parts.append(part)
    return _take_marker(parts)


def _take_marker(parts: list[Line]) -> list[Line]:
    """Let a line's first part be the marker of the second where it is one, else undo a cut that was only tried."""
    first, second = parts[0], parts[1]
    gap = second.x0 - first.x1
    if is_lone_marker(first.text, first.symbol) and gap < _REACH * first.size + 20:
        tight = gap < _TAB * first.size
        if not (tight and first.text.isalnum()):
            _mark(second, first, tight)
            return parts[1:]
        parts[:2] = [_rejoined(first, second)]
    return parts


def _rejoined(first: Line, second: Line) -> Line:
    between = " " * max(0, second.start - first.start - len(first.text))
    return dataclasses.replace(first, text=first.text + between + second.text, x1=second.x1, hyphen=second.hyphen)


def _with_typed_marker(line: Line) -> Line:
    """Take off a marker whose position was not looked up, as in recognised text."""
    end = marker_end(line.text, line.symbol)
    marker = line.text[:end].rstrip()
    if not end or (marker.isalnum() and marker != "o"):
        return line
    x0 = line.x0 + end * (line.x1 - line.x0) / len(line.text)
    text = dataclasses.replace(line, text=line.text[end:], start=line.start + end, x0=x0)
    text.marker, text.marker_x, text.marker_start, text.tight = marker, line.x0, line.start, True
    return text


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

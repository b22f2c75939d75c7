"""Where one block ends and the next begins."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.readers.layout.markers import is_bullet, number_of
from pipeline.readers.layout.measures import Measures, ends_sentence, starts_low
from pipeline.readers.layout.model import Line, Table

_LOOSE = 1.24  # times the pitch: a step within a paragraph
_VERY_LOOSE = 1.6


@dataclass(slots=True)
class Draft:
    """Lines that make one block, or a table. `note`: it stands among the page's footnotes."""

    lines: list[Line] = field(default_factory=list)
    table: Table | None = None
    note: bool = False
    page: int = 0

    @property
    def marker(self) -> str:
        """The marker of the first line."""
        return self.lines[0].marker if self.lines else ""

    @property
    def left(self) -> float:
        """The left edge of the text behind the marker, as the lines after the first have it."""
        return self.lines[min(1, len(self.lines) - 1)].x0


def cut_column(lines: list[Line], measures: Measures) -> list[Draft]:
    """Return the blocks of lines that run down one column."""
    drafts: list[Draft] = []
    margin = max((n.x1 for n in lines), default=0.0)
    last_number: int | None = None
    for line in lines:
        if not drafts or _begins(drafts[-1], line, measures, margin, last_number):
            drafts.append(Draft([line], page=line.page))
        else:
            drafts[-1].lines.append(line)
        if line.marker and drafts[-1].lines[0] is line:
            last_number = number_of(line.marker) or last_number
    return drafts


def same_style(a: Line, b: Line) -> bool:
    """Say whether two lines are set alike."""
    return abs(a.size - b.size) < 0.07 * max(a.size, b.size) and a.bold == b.bold


def _begins(draft: Draft, line: Line, measures: Measures, margin: float, last_number: int | None) -> bool:
    """Say whether a line begins a block instead of going on with the one above it."""
    prev = draft.lines[-1]
    step = line.baseline - prev.baseline
    if abs(step) < 0.55 * max(line.size, prev.size) and line.x0 >= prev.x1 - 2:
        return is_bullet(line.marker) and not line.tight
    if line.marker and _marker_counts(draft, line, prev, step, measures, last_number):
        return True
    if not same_style(prev, line) and not _runs_on(prev, line, step, measures):
        return True
    pitch = _pitch(draft, measures)
    if step > _VERY_LOOSE * pitch or step < 0:
        return True
    if step > _LOOSE * pitch:
        return ends_sentence(prev.text) or not starts_low(line.text)
    return _is_set_off(draft, prev, line, margin)


def _pitch(draft: Draft, measures: Measures) -> float:
    first = draft.lines[0]
    usual = measures.pitch(first.size)
    if len(draft.lines) > 1:
        own = draft.lines[1].baseline - first.baseline
        return own if 0.8 * first.size < own < usual * _LOOSE else usual
    return usual


def _marker_counts(
    draft: Draft, line: Line, prev: Line, step: float, measures: Measures, last_number: int | None
) -> bool:
    """Say whether what looks like a marker is one, not a number, letter or dash that chanced upon a line's start."""
    if is_bullet(line.marker) and not line.tight:
        return True
    if step > _LOOSE * measures.pitch(line.size):
        return True
    hangs = draft.left - line.left > 0.5 * line.size
    at_margin = abs(line.left - draft.lines[0].left) < 2
    ended = ends_sentence(prev.text)
    number = number_of(line.marker)
    follows = number is not None and last_number is not None and number == last_number + 1
    if not line.tight:
        return hangs or ended or follows or at_margin
    return (hangs and ended) or (ended and (follows or bool(draft.marker) or at_margin)) or (follows and at_margin)


def _runs_on(prev: Line, line: Line, step: float, measures: Measures) -> bool:
    """Say whether a line in another style is still the same sentence, as where a phrase in bold fills a line."""
    if abs(prev.size - line.size) >= 0.07 * max(prev.size, line.size):
        return False
    close = step <= _LOOSE * measures.pitch(line.size)
    return close and starts_low(line.text) and not ends_sentence(prev.text) and len(prev.text) > 30


def _is_set_off(draft: Draft, prev: Line, line: Line, margin: float) -> bool:
    """Say whether indentation or a short line above shows a new paragraph at the usual pitch."""
    em = line.size
    ended = ends_sentence(prev.text)
    low = starts_low(line.text)
    if low and not ended:
        return False
    room = margin - prev.x1 - _first_word_width(line)
    if room > 0.6 * em and ended and not low:
        return True
    if room > 0.3 * (margin - prev.x0) and not low:
        return True
    if len(draft.lines) > 1 or draft.marker:
        if line.x0 - draft.left > 0.8 * em and ended:
            return True
        if draft.left - line.x0 > 0.8 * em and (ended or not low):
            return True
    return False


def _first_word_width(line: Line) -> float:
    word = line.text.split(" ", 1)[0]
    return (len(word) + 1) * (line.x1 - line.x0) / max(1, len(line.text))

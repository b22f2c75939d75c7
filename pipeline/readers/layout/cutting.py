"""Where one block ends and the next begins."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.readers.layout.fragments import same_row, with_marker
from pipeline.readers.layout.markers import is_bullet, number_of
from pipeline.readers.layout.measures import Measures, ends_sentence, starts_low
from pipeline.readers.layout.model import Box, Line, Table

_LOOSE = 1.24  # times the pitch: a step within a paragraph
_VERY_LOOSE = 1.6
_NEAR = 8  # lines above and below that show the right margin
_TAB_GAP = 6.0  # in ems: the most between two parts of one line of text


@dataclass(slots=True)
class Draft:
    """Lines that make one block, or a table.

    `note`: it stands among the page's footnotes. `continues`: it goes on with the block that ends the page before.
    """

    lines: list[Line] = field(default_factory=list)
    table: Table | None = None
    note: bool = False
    continues: bool = False
    page: int = 0

    @property
    def marker(self) -> str:
        """The marker of the first line."""
        return self.lines[0].marker if self.lines else ""

    @property
    def left(self) -> float:
        """The left edge of the text behind the marker, as the lines after the first have it."""
        return self.lines[min(1, len(self.lines) - 1)].x0


def cut_column(lines: list[Line], measures: Measures, separators: list[Box]) -> list[Draft]:
    """Return the blocks of lines that run down one column. `separators`: rules and box edges on the page."""
    drafts: list[Draft] = []
    last_number: int | None = None
    for i, line in enumerate(lines):
        margin = max(n.x1 for n in lines[max(0, i - _NEAR) : i + _NEAR])
        begins = not drafts or _begins(drafts[-1], line, measures, margin, last_number)
        if begins or _is_parted(drafts[-1].lines[-1], line, separators):
            drafts.append(Draft([line], page=line.page))
            last_number = number_of(line.marker) or last_number
        else:
            drafts[-1].lines.append(with_marker(line))
    return drafts


def _is_parted(prev: Line, line: Line, separators: list[Box]) -> bool:
    """Say whether a rule runs between two lines. One right under the words and no longer only underlines them."""
    for rule in separators:
        spans = rule.x0 < min(prev.x0, line.x0) + line.size and rule.x1 > max(prev.x1, line.x1) - line.size
        if not spans or not prev.baseline < rule.top < line.baseline - 0.4 * line.size:
            continue
        underline = rule.top - prev.baseline < 0.4 * prev.size and rule.x1 - rule.x0 < prev.x1 - prev.x0 + prev.size
        if not underline:
            return True
    return False


def same_style(a: Line, b: Line) -> bool:
    """Say whether two lines are set alike."""
    return abs(a.size - b.size) < 0.07 * max(a.size, b.size) and a.bold == b.bold


def _begins(draft: Draft, line: Line, measures: Measures, margin: float, last_number: int | None) -> bool:
    """Say whether a line begins a block instead of going on with the one above it."""
    prev = draft.lines[-1]
    step = line.baseline - prev.baseline
    if same_row(line, prev) and line.x0 >= prev.x1 - 2:
        far = line.left - prev.x1 > _TAB_GAP * line.size and not prev.text.endswith(":")
        return far or (is_bullet(line.marker) and not line.tight)
    if line.marker and _marker_counts(draft, line, prev, step, measures, last_number):
        return True
    if not same_style(prev, line) and not _runs_on(prev, line, step, measures):
        return True
    pitch = _pitch(draft, measures)
    if step > _VERY_LOOSE * pitch or step < 0:
        return True
    if step > _LOOSE * pitch:
        return ends_sentence(prev.text) or not starts_low(line.text)
    return _is_set_off(draft, prev, line, margin, measures.body)


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


def _is_set_off(draft: Draft, prev: Line, line: Line, margin: float, body: float) -> bool:
    """Say whether indentation or a short line above shows a new paragraph at the usual pitch."""
    em = line.size
    ended, low = ends_sentence(prev.text), starts_low(line.text)
    if (low and not ended) or prev.hyphen or prev.text.endswith("-"):
        return False
    room = margin - prev.x1 - _first_word_width(line)
    if not ended and (room < 0.6 * em or line.bold or line.size > 1.08 * body):
        return False
    if not low and room > max(1.5 * em, (0.12 if ended else 0.3) * (margin - draft.lines[0].left)):
        return True
    if len(draft.lines) > 1 or draft.marker:
        indent = line.x0 - draft.left
        return (indent > 0.8 * em and ended) or (indent < -0.8 * em and ended and room > 0.6 * em)
    return False


def _first_word_width(line: Line) -> float:
    word = line.text.split(" ", 1)[0]
    return (len(word) + 1) * (line.x1 - line.x0) / max(1, len(line.text))

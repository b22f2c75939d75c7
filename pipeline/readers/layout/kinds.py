"""What each block is: heading, paragraph, list item or caption, and at which level."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.readers.layout.cutting import Draft
from pipeline.readers.layout.markers import is_bullet, number_of, shown
from pipeline.readers.layout.measures import Measures, ends_sentence
from pipeline.readers.layout.model import Line
from pipeline.readers.parsed import BlockKind

_CAPTION = re.compile(
    r"(?:figure|fig\.|table|chart|graph|box|map|photo(?:graph)?|exhibit|diagram|image|source)\s*[\dA-Z][\d.a-z]*\s*[:.–—-]?\s+[A-Z‘“\"]",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:recommend\w*|improve\w*|priorit\w*|actions?|required|requirements?|next steps|must do|should do)\b", re.I
)
_GRADE = re.compile(r"\brequir\w+ improvement\b|\bcapacity to improve\b", re.IGNORECASE)  # a judgement, not a request
_MODAL = re.compile(r"\b(?:should|must|shall|recommend\w*|ensure|needs? to)\b", re.IGNORECASE)
_SENTENCES = re.compile(r"[^.]{3}[.!?;]\s+[A-Z(“‘]")  # the end of one sentence, the beginning of another
_TAIL = re.compile(r"\s*\([^()]*\)[.;]?\s*$")
_MAX_HEADING = 220
_SHORT_HEADING = 60
_LONG_ITEM = 900  # characters: a numbered text longer than this is a paragraph, whatever its heading asks for
_INDENT = 3.0  # points between two levels of a list


class Kind(NamedTuple):
    """A block's kind and its level: of a heading, or of a list item's nesting; 0 for others."""

    kind: BlockKind
    level: int = 0


def kinds(drafts: list[Draft], measures: Measures) -> list[Kind]:
    """Return the kind of each draft, in order."""
    cover = min((d.page for d in drafts), default=0)
    headings = [_is_heading(d, _next_text(drafts, i), measures) for i, d in enumerate(drafts)]
    _unmark_lists(drafts, headings)
    levels = _heading_levels([d for d, h in zip(drafts, headings, strict=True) if h], cover)
    found: list[Kind] = []
    section = _Section()
    for i, draft in enumerate(drafts):
        if draft.table is not None:
            found.append(Kind("table"))
        elif headings[i]:
            level = levels[_style(draft)]
            section.enter(" ".join(n.text for n in draft.lines), level)
            found.append(Kind("heading", level))
        elif draft.continues and found and found[-1].kind == "list_item":
            found.append(found[-1])
        else:
            found.append(_text_kind(draft, section))
    return found


class _Section:
    """What a block stands under: headings and what they ask for, an open list and its nesting."""

    def __init__(self) -> None:
        self._headings: list[tuple[int, bool]] = []
        self._list: list[tuple[float, str]] = []
        self._page = 0
        self._stem = False
        self._numbers = 0
        self._series: dict[str, tuple[int, bool]] = {}

    def enter(self, text: str, level: int) -> None:
        """Go under a heading."""
        self._headings = [(at, asks) for at, asks in self._headings if at < level]
        self._headings.append((level, bool(_ASKS.search(_GRADE.sub("", text)))))
        self._series = {}
        self.leave_list("")

    def leave_list(self, text: str) -> None:
        """Note a paragraph, which ends a list and may be the stem of another."""
        self._list = []
        self._stem = text.rstrip().endswith(":")
        self._numbers = 0

    @property
    def asks(self) -> bool:
        """Say whether a heading above announces recommendations."""
        return any(asks for _, asks in self._headings)

    def counts_from_stem(self, marker: str) -> bool:
        """Say whether a number goes on with a list that began at 1 after a stem."""
        number = number_of(marker)
        if (number == 1 and self._stem) or (self._numbers and number == self._numbers + 1):
            self._numbers = number
            return True
        return False

    def in_series(self, marker: str, decided: bool) -> bool:
        """Return whether the number before this one was an item, where this one goes on with it; else `decided`."""
        shape, number = _marker_kind(marker), number_of(marker) or 0
        last, was_item = self._series.get(shape, (0, False))
        is_item = was_item if last and number == last + 1 else decided
        self._series[shape] = (number, is_item)
        return is_item

    def nest(self, line: Line) -> int:
        """Return the nesting level of a list item, by where its marker stands among the open list's markers."""
        kind = _marker_kind(line.marker)
        if line.page != self._page:
            self._list = _as_on_page(self._list, kind, line.left)
        self._page = line.page
        while self._list and line.left < self._list[-1][0] - _INDENT:
            self._list.pop()
        if not self._list or line.left > self._list[-1][0] + _INDENT:
            self._list.append((line.left, kind))
        return len(self._list)


def _as_on_page(nested: list[tuple[float, str]], kind: str, left: float) -> list[tuple[float, str]]:
    """Return an open list with the places of its markers as a new page, whose margin may differ, shows them."""
    for at, known in nested:
        if known == kind:
            return [(x + left - at, k) for x, k in nested]
    return nested


def _marker_kind(marker: str) -> str:
    return (
        shown(marker) if is_bullet(marker) or marker == "o" else re.sub(r"\d+", "1", re.sub(r"[^\W\d_]+", "a", marker))
    )


def _text_kind(draft: Draft, section: _Section) -> Kind:
    text = " ".join(n.text for n in draft.lines)
    if draft.note:
        return Kind("paragraph")
    if not draft.marker:
        section.leave_list(text)
        return Kind("caption") if _CAPTION.match(text) and len(draft.lines) <= 3 else Kind("paragraph")
    if _is_item(draft, text, section):
        return Kind("list_item", section.nest(draft.lines[0]))
    section.leave_list(text)
    return Kind("paragraph")


def _is_item(draft: Draft, text: str, section: _Section) -> bool:
    """Say whether a marked text is a list item, not a numbered paragraph."""
    marker = draft.marker
    if is_bullet(marker) or number_of(marker) is None:
        return True
    one_sentence = not _SENTENCES.search(_TAIL.sub("", text))
    if one_sentence and section.counts_from_stem(marker):
        return True
    decided = section.asks and len(text) <= _LONG_ITEM and not text.rstrip().endswith(":")
    return section.in_series(marker, decided and (one_sentence or bool(_MODAL.search(text))))


def _next_text(drafts: list[Draft], i: int) -> Draft | None:
    return next((d for d in drafts[i + 1 : i + 3] if not d.note), None)


def _is_heading(draft: Draft, following: Draft | None, measures: Measures) -> bool:
    if draft.table is not None or draft.note or draft.continues or is_bullet(draft.marker):
        return False
    text = " ".join(n.text for n in draft.lines)
    if len(text) > _MAX_HEADING or not any(c.isalpha() for c in text):
        return False
    first = draft.lines[0]
    closed = text.rstrip()[-1] in ".;,"
    if _SENTENCES.search(text) and len(text.split()) > 12:
        return False
    if first.size > 1.08 * measures.body:
        return not closed or len(draft.lines) <= 2
    if closed or first.size < 0.9 * measures.body:
        return False
    if all(n.bold for n in draft.lines) and not measures.bold_body:
        return len(draft.lines) <= 4 and not _is_stem(text, following)
    if len(draft.lines) > 1 or ends_sentence(text):
        return False
    if first.confidence is not None and _heads_recognised(text, following):
        return True
    apart = following is not None and following.table is None and not following.lines[0].italic
    if first.italic and apart:
        return True
    return text.isupper() and sum(c.isalpha() for c in text) > 3


def _heads_recognised(text: str, following: Draft | None) -> bool:
    """Say whether a short line of a scan, whose weight is not known, stands over a paragraph as its heading."""
    if following is None or following.table is not None or following.marker or len(following.lines) < 2:
        return False
    return len(text) < _SHORT_HEADING and text[0].isupper() and following.lines[0].text[:1].isupper()


def _unmark_lists(drafts: list[Draft], headings: list[bool]) -> None:
    """Take three texts in a row that are set and numbered alike for a list, though each looks like a heading."""
    begin = 0
    while begin < len(drafts):
        end = begin + 1
        while end < len(drafts) and _goes_on_counting(drafts[end - 1], drafts[end]):
            end += 1
        if end - begin > 2:
            headings[begin:end] = [False] * (end - begin)
        begin = end


def _goes_on_counting(before: Draft, draft: Draft) -> bool:
    if not before.marker or not draft.marker or _style(before) != _style(draft):
        return False
    alike = _marker_kind(before.marker) == _marker_kind(draft.marker)
    return alike and (number_of(before.marker) or 0) + 1 == (number_of(draft.marker) or 0)


def _is_stem(text: str, following: Draft | None) -> bool:
    """Say whether a bold line leads into a list as part of its sentence."""
    into_list = following is not None and bool(following.marker)
    return text.rstrip().endswith(":") and into_list and len(text.split()) > 3


def _style(draft: Draft) -> tuple[float, int]:
    first: Line = draft.lines[0]
    rank = 2 if first.bold else 1 if first.text.isupper() else 0
    return first.size, rank - (first.italic and rank == 0)


def _heading_levels(drafts: list[Draft], cover: int) -> dict[tuple[float, int], int]:
    """Return the level of each heading style; styles that only the cover has do not push the others down."""
    styles = {_style(d) for d in drafts}
    inner = sorted({_style(d) for d in drafts if d.page != cover} or styles, reverse=True)
    return {style: min(1 + sum(other > style for other in inner), 6) for style in styles}

"""What each block is: heading, paragraph, list item or caption, and at which level."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.readers.layout.cutting import Draft
from pipeline.readers.layout.markers import is_bullet, number_of
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
_MAX_HEADING = 220


class Kind(NamedTuple):
    """A block's kind and its level: of a heading, or of a list item's nesting; 0 for others."""

    kind: BlockKind
    level: int = 0


def kinds(drafts: list[Draft], measures: Measures) -> list[Kind]:
    """Return the kind of each draft, in order."""
    cover = min((d.page for d in drafts), default=0)
    headings = [_is_heading(d, _next_text(drafts, i), measures) for i, d in enumerate(drafts)]
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
            found.append(_text_kind(draft, section, found))
    return found


class _Section:
    """The headings that a block stands under, and what they ask for."""

    def __init__(self) -> None:
        self.open: list[tuple[int, bool]] = []
        self.stem = False

    def enter(self, text: str, level: int) -> None:
        self.open = [(at, asks) for at, asks in self.open if at < level]
        self.open.append((level, bool(_ASKS.search(_GRADE.sub("", text)))))

    @property
    def asks(self) -> bool:
        return any(asks for _, asks in self.open)


def _text_kind(draft: Draft, section: _Section, before: Sequence[Kind]) -> Kind:
    text = draft.lines[0].text
    if draft.note:
        return Kind("paragraph")
    marker = draft.marker
    if not marker:
        return Kind("caption") if _CAPTION.match(text) and len(draft.lines) <= 3 else Kind("paragraph")
    if is_bullet(marker) or marker == "o":
        return Kind("list_item", 1)
    if number_of(marker) is None or section.asks:
        return Kind("list_item", 1)
    return Kind("paragraph")


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
    if first.size > 1.08 * measures.body:
        return not closed or len(draft.lines) <= 2
    if closed or first.size < 0.9 * measures.body:
        return False
    if all(n.bold for n in draft.lines) and not measures.bold_body:
        return len(draft.lines) <= 4 and not _is_stem(text, following)
    if len(draft.lines) > 1 or ends_sentence(text):
        return False
    apart = following is not None and following.table is None and not following.lines[0].italic
    if first.italic and apart:
        return True
    return text.isupper() and sum(c.isalpha() for c in text) > 3


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

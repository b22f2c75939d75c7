"""Lines to blocks: hard-wrapped paragraphs joined, list items nested, bare headings found."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.readers.lines import Line, Mapped, split_lines
from pipeline.readers.parsed import Block, BlockKind

_UNDERLINE = re.compile(r"(=|-){3,}$")
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’)\]*]*(?:\s*[-–—])?$")
_WEB = re.compile(r"(?:https?://|www\.|\S+@\S+\.\w|tel\b|fax\b|e-?mail\b|telephone\b)", re.IGNORECASE)
_SMALL_END = re.compile(
    r"\b(?:and|or|the|a|an|of|to|in|on|at|by|for|with|from|that|which|who|between|than|as|is|are|was|were|its|their)$"
)


@dataclass(slots=True)
class Draft:
    """A block that still grows."""

    kind: BlockKind
    parts: list[Mapped]
    page: int | None = None
    level: int = 0
    marker: str = ""
    indent: int = 0
    open: bool = field(default=True)

    @property
    def last(self) -> str:
        """The text of the line that was added last."""
        return self.parts[-1].text


def build_blocks(source: str, *, start: int = 0, markdown: bool = False) -> Iterator[Block]:
    """Yield the blocks of `source`, whose offsets the blocks' source maps cite."""
    lines = list(split_lines(source, start, markdown))
    width = wrap_width(lines)
    for draft in _assemble(lines, width):
        block = _block(draft)
        if block is not None:
            yield block


def wrap_width(lines: Sequence[Line]) -> int:
    """Return the column at which the lines were wrapped by hand, or 0 where a line is a paragraph.

    Text is wrapped where the next line's first word would not have fitted: at most breaks, and at a usual width.
    """
    inner = [
        (first.width, len(second.body.text.split(" ", 1)[0]), second.body.text[:1].islower())
        for first, second in pairwise(lines)
        if first.kind in ("text", "bullet", "number") and second.kind == "text"
    ]
    if not inner:
        return 0
    widths = sorted(width for width, _, _ in inner)
    limit = widths[min(len(widths) - 1, int(len(widths) * 0.97))]
    if not 28 <= limit <= 140:
        return 0
    full = sum(width + 1 + word > limit * 0.97 for width, word, _ in inner)
    lower = sum(small for _, _, small in inner)
    enough = full >= 0.55 * len(inner) and lower >= 0.4 * len(inner)
    return limit if enough and (len(inner) >= 3 or limit >= 50) else 0


def _assemble(lines: list[Line], width: int) -> Iterator[Draft]:
    """Join lines into blocks: a line runs on where wrapping or an unfinished sentence says so."""
    drafts: list[Draft] = []
    nesting: list[tuple[int, str]] = []
    index, gap = 0, True
    paragraphs = [i for i, line in enumerate(lines) if line.kind != "blank"]
    while index < len(lines):
        line = lines[index]
        follow = lines[index + 1] if index + 1 < len(lines) else None
        if line.kind in ("blank", "rule"):
            gap = True
        elif line.kind == "text" and follow and follow.kind in ("rule",) and _UNDERLINE.match(follow.body.text) and gap:
            drafts.append(Draft("heading", [line.body], line.page, 1 if follow.body.text[0] == "=" else 2, open=False))
            index, gap = index + 1, True
        else:
            tail = paragraphs[bisect_right(paragraphs, index)] if paragraphs[-1] > index else None
            _place(drafts, nesting, line, gap, width, follow, lines[tail] if tail is not None else None)
            gap = False
        index += 1
    yield from drafts


def _place(
    drafts: list[Draft],
    nesting: list[tuple[int, str]],
    line: Line,
    gap: bool,
    width: int,
    follow: Line | None,
    after: Line | None,
) -> None:
    before = drafts[-1] if drafts else None
    if line.kind == "heading":
        drafts.append(Draft("heading", [line.body], line.page, line.level, open=False))
    elif line.kind == "row":
        if before and before.kind == "table" and not gap:
            before.parts.append(line.body)
        else:
            drafts.append(Draft("table", [line.body], line.page))
    elif line.kind == "text" and before and runs_on(before, line, gap, width):
        before.parts.append(line.body)
    elif line.kind in ("bullet", "number") and not (line.kind == "number" and _is_wrapped_number(before, gap, width)):
        drafts.append(_item(line, nesting, drafts, gap, follow, after))
    elif line.kind == "number" and before:
        before.parts.append(line.body)  # a figure that wrapping brought to the line's start
    elif line.kind == "text" and is_heading(line, gap, follow, after, before):
        level = 1 if not drafts else 2 if line.body.text.isupper() else 3
        drafts.append(Draft("heading", [line.body], line.page, level, open=False))
    else:
        drafts.append(Draft("paragraph", [line.body], line.page, indent=line.indent))
    if drafts[-1].kind not in ("list_item",) and not (gap is False and line.kind == "text"):
        nesting.clear()


def _is_wrapped_number(before: Draft | None, gap: bool, width: int) -> bool:
    return bool(width and before and before.open and not gap and not _SENTENCE_END.search(before.last))


def runs_on(before: Draft, line: Line, gap: bool, width: int) -> bool:
    """Tell whether a plain line goes on with the block before it."""
    last, text = before.last, line.body.text
    if not before.open or before.kind not in ("paragraph", "list_item"):
        return False
    ended, small = bool(_SENTENCE_END.search(last)), text[:1].islower()
    unfinished = not ended and small and not _WEB.match(text) and (len(last) >= 60 or bool(_SMALL_END.search(last)))
    if gap:
        item_goes_on = before.kind == "list_item" and not ended and small and not _WEB.match(text)
        return (unfinished or item_goes_on) and len(last) >= 20
    hanging = before.kind == "list_item" and line.indent > before.indent
    if width:
        if ended and line.indent > before.indent + 1 and before.kind == "paragraph":
            return False
        word = text.split(" ", 1)[0]
        full = len(last) + before.indent + len(before.marker) + 2 + len(word) > 0.82 * width
        return full or hanging or (not ended and small and len(last) > 0.4 * width)
    return unfinished or (hanging and not ended)


def _item(
    line: Line, nesting: list[tuple[int, str]], drafts: list[Draft], gap: bool, follow: Line | None, after: Line | None
) -> Draft:
    if line.kind == "number" and is_heading(line, gap, follow, after, drafts[-1] if drafts else None):
        return Draft("heading", [line.body], line.page, line.marker.strip(".").count(".") + 2, line.marker, open=False)
    if line.kind == "number" and re.match(r"\d", line.marker) and _is_numbered_paragraph(line, drafts):
        return Draft("paragraph", [line.body], line.page, 0, line.marker, line.indent)
    glyph = re.sub(r"\d+", "1", re.sub(r"[a-z]+", "a", line.marker))
    while nesting and nesting[-1][0] > line.indent:
        nesting.pop()
    known = [shape for at, shape in nesting if at == line.indent]
    if glyph in known:
        while nesting[-1] != (line.indent, glyph):
            nesting.pop()
    else:
        nesting.append((line.indent, glyph))
    return Draft("list_item", [line.body], line.page, len(nesting), line.marker, line.indent)


def _is_numbered_paragraph(line: Line, drafts: list[Draft]) -> bool:
    """A number opens a paragraph, and not a list's item, where no stem stands before it and it is long or decimal."""
    before = drafts[-1] if drafts else None
    if before and before.kind == "paragraph" and before.last.endswith(":"):
        return False
    return (
        "." in line.marker.strip(".")
        or len(line.body.text) > 200
        or bool(before and before.kind == "paragraph" and before.marker)
    )


def is_heading(line: Line, gap: bool, follow: Line | None, after: Line | None, before: Draft | None) -> bool:
    """Tell a heading that has no mark: short, no end stop, air around it or capitals throughout."""
    text = line.body.text
    words = text.split()
    if len(words) > 14 or len(text) > 110 or after is None or not re.match(r"[\"“‘'(]?[A-Z0-9]", text):
        return False
    if (
        re.search(r"[.;:,!…][\"”’')]*$", text)
        or _SMALL_END.search(text)
        or _WEB.match(text)
        or not re.search(r"[A-Za-z]{2}", text)
    ):
        return False
    if re.match(r"[\"“]", text) and not re.search(r"[\"”]\W*\w", text[1:]):
        return False
    if text.isupper():
        return len(words) <= 12 and (gap or before is None or bool(_SENTENCE_END.search(before.last)))
    if after.kind == "text" and after.body.text[:1].islower():
        return False
    aired = follow is None or follow.kind in ("blank", "rule")
    if gap and aired:
        return line.kind == "text" or len(words) <= 10
    settled = gap or (before is not None and bool(_SENTENCE_END.search(before.last)))
    long_after = follow is not None and follow.kind == "text" and len(follow.body.text) >= 80
    return settled and long_after and len(words) <= 8 and line.width < 0.6 * (follow.width if follow else 0)


def _block(draft: Draft) -> Block | None:
    text, source = "", []
    separator = "\n" if draft.kind == "table" else " "
    for part in draft.parts:
        text += separator if text else ""
        expected = -1
        for at, place in enumerate(part.places):
            if place != expected:
                source.append((len(text) + at, place))
            expected = place + 1
        text += part.text
    if not re.search(r"\w", text):
        return None
    return Block(draft.kind, text, draft.page, draft.level, draft.marker, tuple(source))

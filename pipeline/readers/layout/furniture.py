"""Page furniture: running headers and footers, page numbers, text along the margin."""

from __future__ import annotations

import re
from collections import defaultdict

from pipeline.readers.layout.model import CROWDED, Line, PageLines

_TOP_BAND = 0.13  # share of the page's height
_BOTTOM_BAND = 0.13
_REPEATED = 0.25  # share of the pages on which a line must stand to be furniture
_SLOT = 6.0  # points: how far a running header may move from page to page
_PAGE_NUMBER = re.compile(
    r"[|\-–—·\s]*(?:page|p\.?|seite|página)?\s*(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/|von|de)\s*\d{1,4})?[|\-–—·\s]*",
    re.IGNORECASE,
)


def split_furniture(pages: list[PageLines]) -> tuple[list[list[Line]], list[Line]]:
    """Return the body's lines page by page, and the furniture of all pages in order.

    A line is furniture where it stands in the top or bottom band and repeats there (digits masked) on a quarter of the
    pages, or is a page number, or runs up the margin.
    """
    repeated = _repeated(pages)
    body: list[list[Line]] = []
    aside: list[Line] = []
    for page in pages:
        kept: list[Line] = []
        for line in page.lines:
            (aside if _is_furniture(line, page, repeated) else kept).append(line)
        body.append(kept)
    return body, aside


def _is_furniture(line: Line, page: PageLines, repeated: set[tuple[str, int]]) -> bool:
    if line.turned or _is_outside(line, page):
        return True
    if not _band(line, page):
        return False
    if any((_masked(line), slot) in repeated for slot in _slots(line, page)):
        return True
    return bool(_PAGE_NUMBER.fullmatch(line.marker + line.text)) and _is_outermost(line, page)


def _repeated(pages: list[PageLines]) -> set[tuple[str, int]]:
    """Return the (masked text, height slot) pairs that stand on enough pages to be furniture.

    A line at the page's very edge needs fewer pages, near one another: a running header may change with the chapter.
    """
    seen: dict[tuple[str, int], list[int]] = defaultdict(list)
    edge: dict[tuple[str, int], list[int]] = defaultdict(list)
    for page in pages:
        for line in page.lines:
            if not _band(line, page):
                continue
            key = (_masked(line), _slots(line, page)[0])
            seen[key].append(page.number)
            if _is_outermost(line, page):
                edge[key].append(page.number)
    least = max(2 if len(pages) < 6 else 3, min(_REPEATED * len(pages), 12))
    often = {key for key, numbers in seen.items() if len(set(numbers)) >= least}
    return often | {key for key, numbers in edge.items() if _is_run(sorted(set(numbers)))}


def _is_run(numbers: list[int]) -> bool:
    """Say whether three pages are near one another: next to each other, or every other one."""
    return any(c - a <= 4 for a, c in zip(numbers, numbers[2:], strict=False))


def _band(line: Line, page: PageLines) -> bool:
    return line.bottom < page.height * _TOP_BAND or line.top > page.height * (1 - _BOTTOM_BAND)


def _slots(line: Line, page: PageLines) -> tuple[int, int, int]:
    """Return the line's height slot, measured from the nearer edge, and its neighbours."""
    middle = line.middle if line.middle < page.height / 2 else line.middle - page.height - 10_000
    slot = round(middle / _SLOT)
    return slot, slot - 1, slot + 1


def _masked(line: Line) -> str:
    return re.sub(r"\d+", "#", f"{line.marker} {line.text}".lower())


def _is_outside(line: Line, page: PageLines) -> bool:
    return line.x1 < 0 or line.bottom < 0 or line.x0 > page.width or line.top > page.height


def _is_outermost(line: Line, page: PageLines) -> bool:
    """Say whether no line but others of the band lie between a line and the page's nearer edge."""
    if len(page.lines) > CROWDED:
        return False
    if line.middle < page.height / 2:
        return not any(other.bottom < line.top - 2 and other.x0 < line.x1 for other in page.lines if other is not line)
    return not any(other.top > line.bottom + 40 for other in page.lines if other is not line)

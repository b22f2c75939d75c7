"""Footnotes: small lines below everything else on their page."""

from __future__ import annotations

import dataclasses
import re

from pipeline.readers.layout.cutting import Draft
from pipeline.readers.layout.markers import is_bullet
from pipeline.readers.layout.measures import Measures
from pipeline.readers.layout.model import Line, PageLines

_SMALL = 0.93  # of the body's size
_SIGNS = "*∗†‡§"
_MARK = re.compile(r"(\d{1,3}|[*∗†‡§]{1,3})\s*(?=[^\W\d_]|[‘“(\[])")


def footnotes(lines: list[Line], measures: Measures, page: PageLines) -> list[Draft]:
    """Return a page's footnotes, one a draft, from the first small line with a mark on."""
    body = [n for n in lines if n.size >= _SMALL * measures.body]
    if not body:
        return []
    under = _under_rule(lines, page)
    floor = max(n.baseline for n in body)
    small = under or [
        n for n in lines if n.size < _SMALL * measures.body and n.baseline > max(floor, 0.4 * page.height)
    ]
    small.sort(key=lambda n: (round(n.baseline), n.x0))
    drafts: list[Draft] = []
    last = 0
    for line in small:
        number = _mark(line)
        begins = bool(number) and not (number.isdigit() and last and int(number) != last + 1)
        if begins:
            drafts.append(Draft([_marked(line, number)], note=True, page=line.page))
            last = int(number) if number.isdigit() else last
        elif drafts:
            drafts[-1].lines.append(line)
    return drafts


def _under_rule(lines: list[Line], page: PageLines) -> list[Line]:
    """Return the lines under a short rule in the page's lower part, where the first of them has a note's mark."""
    rules = [r for r in page.rules if r.top > 0.4 * page.height and 0.08 < (r.x1 - r.x0) / page.width < 0.45]
    for rule in sorted(rules, key=lambda r: r.top):
        below = [n for n in lines if n.baseline > rule.top]
        above = [n for n in lines if n.baseline <= rule.top]
        if not below or not above:
            continue
        first = min(below, key=lambda n: (round(n.baseline), n.x0))
        if _mark(first) and rule.x0 < first.left + first.size and first.size <= max(n.size for n in above):
            return below
    return []


def _mark(line: Line) -> str:
    if line.marker and not (is_bullet(line.marker) and line.marker not in _SIGNS):
        return line.marker.strip("().")
    match = _MARK.match(line.text)
    return match.group(1) if match else ""


def _marked(line: Line, number: str) -> Line:
    """Return a footnote's first line without its mark, which becomes the marker."""
    if line.marker:
        return line
    match = _MARK.match(line.text)
    end = match.end() if match else 0
    return dataclasses.replace(
        line, text=line.text[end:], start=line.start + end, marker=number, marker_x=line.x0, marker_start=line.start
    )

"""Publication dates that the text itself states: by a label, or by standing where such dates stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.dating.evidence import Evidence, quote_around
from pipeline.dating.grammar import FoundDate, find_dates
from pipeline.dating.page import Line

_LABEL = re.compile(
    r"(?<![\w-])(?:(?:this\s+)?(?:report|letter|article|story|page|document|statement|review|news|first|originally|date"
    r"|was|is|has been|on|web)\s+){0,3}"
    r"(?P<label>published|publication\s+date|date\s+published|date\s+of\s+(?:publication|issue|release|report)|issued"
    r"|issue\s+date|posted|released?|release\s+date|report\s+date|dated|date|load-date|distr\.?\s*:?\s*(?:general|limited)"
    r"|distribution|for\s+immediate\s+release|to\s+be\s+printed|(?:presented\s+to|laid\s+before)\s+(?:the\s+)?(?:\w+\s+){0,2}"
    r"(?:parliament|assembly|senedd|oireachtas))"
    r"(?:\s+(?:on|in|by\s+[A-Z][\w .&']{2,40}?(?:\s+on)?))?\s*[:|\-,]?\s*",
    re.IGNORECASE,
)
# How far behind its label a date may stand, other words between.
_REACH = {"for": 120, "distr": 40, "presented": 90, "laid": 90}
_WITHIN = 1000  # characters behind a label that are searched: a date may stand far to the right on its line
_PARLIAMENT = re.compile(r"to\s+be\s+printed|presented|laid", re.IGNORECASE)
_THIS = re.compile(r"\bthis\s+(?:\w+\s+)?(?:was|is|has)", re.IGNORECASE)
_NOT_THIS = re.compile(
    r"\b(?:previous(?:ly)?|last|next|earlier|to be|will be|not be|be|before|prior|preceding|former|birth|closing|due"
    r"|event|start|end|meeting|hearing|effective|updated?|modified|reviewed?|accessed)\s*$",
    re.IGNORECASE,
)
_OTHER_EVENT = re.compile(
    r"\b(?:inspect\w*|visit\w*|fieldwork|previous|deadline|closing|close[sd]?|event|updated?|modified|due|until|next"
    r"|to\s+be|will\s+be|birth|born|died|meeting|hearing|consultation|response|respond|review period|year end\w*|period"
    r"|accessed|retrieved"
    r"|printed|expires?|valid|revised|reviewed|took place|between|archived|deadline|copyright|all rights)\b",
    re.IGNORECASE,
)
_SALUTATION = re.compile(r"^\s*Dear\b", re.IGNORECASE)
_TIME_OR_DAY = re.compile(
    r"\b(?:\d{1,2}[:.]\d\d\s*(?:am|pm)?|[ap]m|gmt|bst|ist|utc|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun|day"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|date)\b|[^\w\s]",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"^[A-Z][\w .,'()]{0,50}$")


def labelled_dates(lines: Sequence[Line], *, month_first: bool) -> list[Evidence]:
    """Return the dates of publication that a label states: the top's first, then the end's, then those between."""
    zones = (
        [line for line in lines if line.at_top],
        [line for line in lines if line.at_end and not line.at_top],
        [line for line in lines if not line.at_top and not line.at_end],
    )
    found: list[Evidence] = []
    for index, zone in enumerate(zones):
        text = "\n".join(line.folded for line in zone)
        found += _labelled(text, month_first, prose_only=index == 2)
    return sorted(found, key=lambda evidence: evidence.precision == "year")


def _labelled(text: str, month_first: bool, *, prose_only: bool) -> Iterator[Evidence]:
    for match in _LABEL.finditer(text):
        reach = next((days for word, days in _REACH.items() if match["label"].lower().startswith(word)), 0)
        date = _date_after(text, match, reach, month_first)
        if date is None or _NOT_THIS.search(text[max(0, match.start() - 30) : match.start()]):
            continue
        of_this = bool(_THIS.match(match[0]) or _PARLIAMENT.match(match["label"]))
        if of_this or (not prose_only and (reach or _stands_alone(text, match, date))):
            yield Evidence(
                date.first, date.last, date.precision, "labelled", quote_around(text, match.start(), date.end)
            )


def _date_after(text: str, label: re.Match[str], reach: int, month_first: bool) -> FoundDate | None:
    at, start = label.end(), label.start()
    for found in find_dates(text[start : at + _WITHIN], month_first=month_first, bare_years=True):
        date = replace(found, start=start + found.start, end=start + found.end)
        gap = text[at : date.start] if date.start >= at and not date.is_range else None
        if gap is not None and (date.precision != "year" or not reach):
            near = len(gap) <= reach or not re.sub(r"[\s:|,\-]|\b(?:on|the|at|\d{1,2}[:.]\d\d)\b", "", gap)
            return date if near else None
    return None


def _stands_alone(text: str, match: re.Match[str], date: FoundDate) -> bool:
    """Tell a label from prose: it opens a line, follows a colon or bar, or ends its line soon after the date."""
    line_start = text.rfind("\n", 0, match.start()) + 1
    before = text[line_start : match.start()].strip()
    line_end = text.find("\n", date.end)
    after = text[date.end : line_end if line_end >= 0 else len(text)].strip()
    label = match["label"].lower()
    if label in ("date", "dated", "issued", "released", "release") and before and before[-1] not in "|;.>":
        return False
    opens = not before or before[-1] in "|:;.)>"
    return (opens and len(after.split()) <= 12) or (len(before.split()) + len(after.split()) <= 8 and ":" in match[0])


def placed_dates(lines: Sequence[Line], *, month_first: bool, is_page: bool, letter_days: int) -> list[Evidence]:
    """Return the dates that stand where a masthead, byline, letter head or sign-off has them, best first.

    `is_page`: the document is a web page, where a day above the first heading is the reader's day, not the article's.
    """
    headings = [line.number for line in lines if line.kind == "heading"]
    first_heading = headings[0] if headings else 0
    is_letter = any(_SALUTATION.match(line.folded) for line in lines[:60])
    ranked: list[tuple[int, int, Evidence]] = []
    for line in lines:
        date = _only_day(line, month_first)
        if date is None or not (line.at_top or line.at_end) or (is_page and line.number < first_heading):
            continue
        bare = _is_bare(line, date)
        rank = _place_rank(line, bare)
        if rank is not None:
            after = letter_days if is_letter and bare else 0
            quote = quote_around(line.text, date.start, date.end)
            ranked.append((rank, line.number, Evidence(date.first, date.last, "day", "position", quote, after)))
    return [evidence for _, _, evidence in sorted(ranked, key=lambda item: item[:2])]


def _only_day(line: Line, month_first: bool) -> FoundDate | None:
    if _OTHER_EVENT.search(line.folded):
        return None
    days = [date for date in find_dates(line.folded[:400], month_first=month_first) if date.precision == "day"]
    return days[0] if len(days) == 1 and not days[0].is_range else None


def _is_bare(line: Line, date: FoundDate) -> bool:
    rest = line.folded[: date.start] + " " + line.folded[date.end :]
    return len(_TIME_OR_DAY.sub(" ", rest).split()) <= 1


def _place_rank(line: Line, bare: bool) -> int | None:
    """Order the places: a date alone at the top, a short line with one, a dateline, a sign-off; None for any other."""
    furniture = line.kind == "furniture"
    if line.at_top and bare and line.number < 16:
        return 3 if furniture else 0
    if line.at_top and line.number < 16 and line.words <= 16 and not line.folded.rstrip().endswith((".", "?", "!")):
        return 4 if furniture else 1
    if line.at_end and bare and not furniture:
        return 5
    return None


def cover_months(lines: Sequence[Line]) -> list[Evidence]:
    """Return months and years that stand alone on the cover, a footer or at the end ("Ref. 070221, May 2009")."""
    ranked: list[tuple[int, int, Evidence]] = []
    for line in lines:
        if not (line.at_top or line.at_end or line.kind == "furniture") or line.words > 12:
            continue
        if _OTHER_EVENT.search(line.folded):
            continue
        months = [date for date in find_dates(line.folded) if date.precision == "month"]
        if len(months) == 1 and not months[0].is_range and not _in_prose(line, months[0]):
            quote = quote_around(line.text, months[0].start, months[0].end)
            evidence = Evidence(months[0].first, months[0].last, "month", "cover", quote)
            ranked.append((0 if line.at_top else 1, line.number, evidence))
    return [evidence for _, _, evidence in sorted(ranked, key=lambda item: item[:2])]


def _in_prose(line: Line, date: FoundDate) -> bool:
    before = line.folded[: date.start].rstrip()
    return bool(
        re.search(r"\b(?:in|since|from|to|by|of|during|until|and|after|before|ended|ending)$", before, re.IGNORECASE)
    ) or (line.folded.rstrip().endswith(".") and line.words > 5)

"""What a document looks at: inspection days, fieldwork, reporting periods. They are never its day of publication."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.dating.clues import Precision
from pipeline.dating.evidence import quote_around
from pipeline.dating.grammar import FoundDate, find_dates
from pipeline.dating.page import Line

_WORK = r"(?:inspections?|visits?|fieldwork|field\s+work|reviews?|evaluations?|audits?|monitoring\s+visits?|hearings?)"
_LABEL = re.compile(
    rf"\b(?:dates?\s+of\s+(?:the\s+)?(?:\w+\s+)?{_WORK}|{_WORK}\s+(?:dates?|period)|inspected|fieldwork|field\s+work"
    rf"|(?:reporting|review)\s+period|period\s+(?:covered|under\s+review))\s*(?:on|from|in|between|was|were)?\s*[:|\-]?\s*$",
    re.IGNORECASE,
)
_PROSE_BEFORE = re.compile(
    rf"\b{_WORK}\b(?:[^.;]{{0,120}}\b(?:took\s+place|carried\s+out|conducted|undertaken|held|ran|completed))?\s+"
    rf"(?:from|between|during|on|in|over)\s*(?:the\s+)?$"
    r"|\bheld\s+(?:its|the|an?)\s+(?:[\w-]+\s+){0,3}(?:sessions?|hearings?)\s+(?:from|between|on)\s*$",
    re.IGNORECASE,
)
_WORK_AFTER = re.compile(
    r"^[^.;]{0,260}\b(?:undertook|carried\s+out|conducted|inspected|visited|completed)\b[^.;]{0,80}", re.IGNORECASE
)
_WE_DID = re.compile(
    r"\b(?:we|inspectors|the\s+team|the\s+inspectorates?)\s+(?:visited|inspected|reviewed|carried\s+out|conducted|undertook)\b"
    r"[^.;]{0,120}(?:from|between|during|on|in|over)\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_YEAR_TO = re.compile(
    r"\b(?:in|for|during|over|of)?\s*the\s+(?:(?P<n>\w+)\s+)?(?:financial\s+|calendar\s+|school\s+|academic\s+)?"
    r"(?P<unit>year|months|quarter)\s+(?:to|ending|ended|up\s+to)\s+(?:the\s+end\s+of\s+)?(?:on\s+)?$|\byear\s+end(?:ed|ing)\s*$",
    re.IGNORECASE,
)
_PERIOD_BEFORE = re.compile(
    r"\b(?:between|from|for|during|period|covering|covers|report|congress|review)\s*[:,]?\s*$", re.IGNORECASE
)
_ANOTHER = re.compile(
    r"\b(?:previous|last|earlier|prior|preceding|next|first)\s+(?:\w+\s+){0,2}(?:inspect\w*|visit\w*|review\w*|report\w*)"
    r"|\bsince\b|\bborn\b|\bfollowing\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days that a document looks at; `kind` is "fieldwork" (people went there) or "period" (figures span it)."""

    first: dt.date
    last: dt.date
    kind: str
    precision: Precision
    quote: str
    line: int

    @property
    def known_by(self) -> dt.date:
        """Return the first day on which a report on it can have appeared; where no day is stated, the month's first."""
        return self.last if self.precision == "day" else self.last.replace(day=1)

    @property
    def days(self) -> int:
        """Return how many days it lasted."""
        return (self.last - self.first).days + 1


def find_coverage(lines: Sequence[Line], *, month_first: bool) -> Coverage | None:
    """Return what the document says it looks at: labelled days first, then fieldwork in prose, then a period."""
    early = max(12, len(lines) // 3)
    found = [coverage for line in lines[:early] for coverage in _in_line(line, month_first)]
    return min(found, key=lambda coverage: (coverage.kind != "fieldwork", coverage.line), default=None)


def _in_line(line: Line, month_first: bool) -> Iterator[Coverage]:
    dates = find_dates(line.folded, month_first=month_first)
    for index, date in enumerate(dates):
        before = line.folded[max(0, date.start - 200) : date.start]
        if _ANOTHER.search(re.split(r"[.;]\s", before)[-1]):
            continue
        after = line.folded[date.end : date.end + 340]
        kind = _kind(before, after, date, line)
        if kind is None or (index and _joined(line.folded, dates[index - 1], date)):
            continue
        last = _last_of_row(line.folded, dates, index)
        first = _year_before(date, before) if _YEAR_TO.search(before) else date.first
        quote = quote_around(line.text, max(0, date.start - 40), last.end)
        yield Coverage(first, last.last, kind, date.precision, quote, line.number)


def _clause(before: str) -> str:
    return re.split(r"[.;:]\s", before)[-1]


def _kind(before: str, after: str, date: FoundDate, line: Line) -> str | None:
    clause = _clause(before)
    if _LABEL.search(before):
        return "period" if re.search(r"period\W*$", before, re.IGNORECASE) else "fieldwork"
    if date.precision in ("day", "month") and (_PROSE_BEFORE.search(clause) or _WE_DID.search(clause)):
        if line.at_top or line.number < 40 or date.is_range:
            return "fieldwork" if date.is_range or date.precision == "day" else None
        return None
    if date.is_range and re.search(r"\bbetween\s+$", before, re.IGNORECASE) and _WORK_AFTER.match(after):
        return "fieldwork"
    if _YEAR_TO.search(before):
        return "period"
    if date.is_range and date.precision in ("day", "month") and (_PERIOD_BEFORE.search(before) or _is_title(line)):
        return "period"
    return None


def _is_title(line: Line) -> bool:
    return line.at_top and line.words <= 14 and not line.folded.rstrip().endswith(".")


def _joined(text: str, one: FoundDate, two: FoundDate) -> bool:
    return bool(re.fullmatch(r"\s*(?:,|;|and|&|,\s*and)\s*(?:from\s+|on\s+)?", text[one.end : two.start]))


def _last_of_row(text: str, dates: Sequence[FoundDate], index: int) -> FoundDate:
    """Return the last of dates that are written as one row ("5 to 9 December 2022 and 14 to 15 February 2023")."""
    while index + 1 < len(dates) and _joined(text, dates[index], dates[index + 1]):
        if dates[index + 1].last < dates[index].last:
            break
        index += 1
    return dates[index]


def _year_before(date: FoundDate, before: str) -> dt.date:
    match = _YEAR_TO.search(before)
    months = 12
    if match and match["unit"] and match["unit"].lower() == "quarter":
        months = 3
    elif match and match["n"] and match["unit"].lower() == "months":
        months = {"three": 3, "six": 6, "nine": 9, "twelve": 12, "12": 12, "18": 18, "eighteen": 18}.get(
            match["n"].lower(), 12
        )
    index = date.last.year * 12 + date.last.month - months
    return dt.date(index // 12, index % 12 + 1, 1)

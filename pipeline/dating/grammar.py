"""An explicit grammar of written dates, day first: what it does not know it leaves alone."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.dating.clues import Precision
from pipeline.dating.words import MONTHS, fold

_PRECISION_ORDER: dict[Precision, int] = {"day": 0, "month": 1, "year": 2, "none": 3}


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text: `text[start:end]` names the days from `first` to `last`.

    `precision` says what was written; `is_range` is true where two dates were ("10th and 22nd May 2007").
    """

    start: int
    end: int
    first: dt.date
    last: dt.date
    precision: Precision
    is_range: bool = False

    @property
    def iso(self) -> str:
        """Return the first day as ISO text at the written precision."""
        return iso_at(self.first, self.precision)


def iso_at(day: dt.date, precision: Precision) -> str:
    """Return `day` as ISO text cut to `precision`; "" for none."""
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4, "none": 0}[precision]]


_YEAR = r"(?:18|19|20)\d\d"
_MONTH = "(?:" + "|".join(sorted(MONTHS, key=lambda name: (-len(name), name))) + r")(?![a-z])\.?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:\s?(?:st|nd|rd|th|er))?"
_WEEKDAY = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+"
    r"|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|montag|dienstag|mittwoch|donnerstag|freitag|samstag"
    r"|sonntag)\.?,?\s+)"
)
_OF = r"(?:\.?\s*(?:of|de|del|-)\s*|\.?\s*,?\s*)"
_TO = r"\s*(?:-|to|and|until|till|&|/)\s*(?:the\s+)?"
_NOT_BEFORE = r"(?<![\w.,/\-\u00a3$\u20ac])"
_NOT_AFTER = r"(?![A-VX-Ya-vx-y0-9_%]|[.,/]\d|-\d)"

# Longest first: each pattern's groups are named d, m, y (first date) and D, M, Y (second).
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("iso", rf"(?P<y>{_YEAR})-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?:[T ]\d\d:\d\d[\d:.]*)?"),
    ("slash_iso", rf"(?P<y>{_YEAR})/(?P<m>0?[1-9]|1[0-2])/(?P<d>0?[1-9]|[12]\d|3[01])(?!\d)"),
    ("numeric", rf"(?P<d>\d{{1,2}})(?P<s>[/.\-])(?P<m>\d{{1,2}})(?P=s)(?P<y>{_YEAR}|\d\d)"),
    (
        "full_range",
        rf"{_WEEKDAY}?(?P<d>{_DAY}){_OF}(?P<m>{_MONTH})(?:,?\s*(?P<y>{_YEAR}))?{_TO}{_WEEKDAY}?"
        rf"(?P<D>{_DAY}){_OF}(?P<M>{_MONTH}),?\s*(?P<Y>{_YEAR})",
    ),
    (
        "day_range",
        rf"{_WEEKDAY}?(?P<d>{_DAY})(?:\s*,\s*{_DAY})*(?:\s*,)?{_TO}{_WEEKDAY}?(?P<D>{_DAY}){_OF}"
        rf"(?P<m>{_MONTH}),?\s*(?P<y>{_YEAR})",
    ),
    (
        "american_range",
        rf"(?P<m>{_MONTH})\s*(?P<d>{_DAY})(?:,?\s*(?P<y>{_YEAR}))?{_TO}(?:(?P<M>{_MONTH})\s*)?(?P<D>{_DAY}),?\s+(?P<Y>{_YEAR})",
    ),
    ("day", rf"{_WEEKDAY}?(?:the\s+)?(?P<d>{_DAY}){_OF}(?P<m>{_MONTH}),?\s*(?P<y>{_YEAR}|'\d\d)"),
    ("short_year", rf"(?P<d>{_DAY})-(?P<m>{_MONTH})-(?P<y>\d\d)"),
    ("american", rf"{_WEEKDAY}?(?P<m>{_MONTH})\s*(?P<d>{_DAY})\s*,?\s+(?P<y>{_YEAR})"),
    ("month_range", rf"(?P<m>{_MONTH})(?:,?\s*(?P<y>{_YEAR}))?{_TO}(?P<M>{_MONTH}),?\s*(?P<Y>{_YEAR})"),
    ("month", rf"(?P<m>{_MONTH})(?:\s*/\s*{_MONTH})?(?:\s+of)?,?[\s\-]*(?P<y>{_YEAR})"),
    ("financial_year", rf"(?P<y>{_YEAR})\s*[-/]\s*(?P<Y>\d\d(?:\d\d)?)"),
)
_COMPILED = tuple(
    (name, re.compile(_NOT_BEFORE + "(?:" + pattern + ")" + _NOT_AFTER, re.IGNORECASE)) for name, pattern in _PATTERNS
)
_HINT = re.compile(r"(?:1[89]|20)\d\d|'\d\d|\d[/-]\w{1,9}[/-]\d\d")
_NUMERIC = re.compile(r"\d[/.\-]\d{1,2}[/.\-]\d\d")  # in every date in figures alone
_SPACED = re.compile(r"(?<!\S)(?:[0-9A-Za-z] ){5,}[0-9A-Za-z](?!\S)")
_COMPACT = re.compile(r"(?<!\d)(\d{8})(?!\d)")
_AFTER_A_DAY = re.compile(r"\d(?:st|nd|rd|th)?\s+(?:of\s+)?$", re.IGNORECASE)
# A year alone needs a word that makes it one: "in 2002", "since 2002", "(2002)", "the 2003 report".
_YEAR_ALONE = re.compile(
    r"(?:(?:\b(?:(?:end|start|beginning|middle|spring|summer|autumn|winter|half|part|quarter|act)\s+of|in|since|from|to|by|until|till|during|before|after|early|late|year|years|between|and|autumn|summer"
    r"|spring|winter|act|copyright|published)|\u00a9|\()\s+|\(|\u00a9)(?P<y>(?:18|19|20)\d\d)(?![\w%]|[.,/]\d|-\d|\s+"
    r"(?:children|pupils|people|cases|referrals|families|reviews|staff|young|homes|schools|social|per|responses))"
    r"|(?<![\w.,/\-\u00a3$\u20ac])(?P<Y>(?:19|20)\d\d)(?=\s+(?:act|report|inquiry|review|white paper|green paper"
    r"|guidance|inspection|budget|election)\b)",
    re.IGNORECASE,
)


def find_dates(text: str, *, month_first: bool = False, bare_years: bool = False) -> list[FoundDate]:
    """Return the dates written in `text`, in order, none overlapping.

    `month_first` reads 03/04/2015 as 4 March. `bare_years` also takes years alone where a word makes them years.
    """
    if not _HINT.search(text) and not _SPACED.search(text):
        return []
    folded = fold(text)
    found: list[FoundDate] = []
    taken = bytearray(len(text))
    for date in _candidates(folded, month_first, bare_years):
        if not any(taken[date.start : date.end]):
            taken[date.start : date.end] = b"\x01" * (date.end - date.start)
            found.append(date)
    return sorted(found, key=lambda date: date.start)


def _candidates(text: str, month_first: bool, bare_years: bool) -> Iterator[FoundDate]:
    yield from _spaced_dates(text, month_first)
    for name, pattern in _COMPILED:
        for match in pattern.finditer(text):
            if date := _read(name, match, month_first):
                yield date
    if bare_years:
        for match in _YEAR_ALONE.finditer(text):
            group = "y" if match["y"] else "Y"
            year = int(match[group])
            yield FoundDate(match.start(group), match.end(group), dt.date(year, 1, 1), dt.date(year, 12, 31), "year")


def _read(name: str, match: re.Match[str], month_first: bool) -> FoundDate | None:
    groups = match.groupdict()
    try:
        if name == "financial_year":
            return _financial_year(match)
        if name in ("month", "month_range"):
            return _months(match)
        if name == "numeric":
            return _numeric(match, month_first)
        first = _day(groups["d"], groups["m"], groups.get("y") or groups.get("Y") or "")
        last = first
        if groups.get("D"):
            last = _day(groups["D"], groups.get("M") or groups["m"], groups.get("Y") or groups.get("y") or "")
            if first > last and not groups.get("y"):
                first = first.replace(year=first.year - 1)  # "28 November - 5 February 2014"
    except ValueError:
        return None
    return FoundDate(match.start(), match.end(), first, last, "day", last != first) if first <= last else None


def _day(day: str, month: str, year: str) -> dt.date:
    digits = re.match(r"\d+", day)
    return dt.date(_year(year), _month(month), int(digits[0]) if digits else 0)


def _month(text: str) -> int:
    text = text.strip(" .").lower()
    return int(text) if text.isdecimal() else MONTHS[text]


def _year(text: str) -> int:
    year = int(text.lstrip("'"))
    return year if year > 99 else year + (1900 if year >= 70 else 2000)


def _numeric(match: re.Match[str], month_first: bool) -> FoundDate | None:
    one, two = int(match["d"]), int(match["m"])
    if len(match["y"]) == 2 and match["s"] == ".":
        return None  # a section number or an amount
    day, month = (two, one) if (month_first and one <= 12) or two > 12 else (one, two)
    date = dt.date(_year(match["y"]), month, day)
    return FoundDate(match.start(), match.end(), date, date, "day")


def _months(match: re.Match[str]) -> FoundDate | None:
    groups = match.groupdict()
    if _is_verb(match[0]) or _AFTER_A_DAY.search(match.string[max(0, match.start() - 8) : match.start()]):
        return None
    last_year = int(groups.get("Y") or groups["y"] or 0)
    last_month = _month(groups.get("M") or groups["m"])
    first_month = _month(groups["m"])
    first_year = int(groups["y"] or last_year - (first_month > last_month))
    first = dt.date(first_year, first_month, 1)
    last = dt.date(last_year, last_month, calendar.monthrange(last_year, last_month)[1])
    if first > last:
        return None
    return FoundDate(match.start(), match.end(), first, last, "month", bool(groups.get("M")))


def _is_verb(text: str) -> bool:
    """Tell "may 2009" and other-language words without a day from a month."""
    word = re.match(r"[^\W\d]+", text)
    return word is not None and word[0] in ("may", "mar", "march", "mars", "Mars")


def _financial_year(match: re.Match[str]) -> FoundDate | None:
    first, end = int(match["y"]), match["Y"]
    last = int(end) if len(end) == 4 else first // 100 * 100 + int(end)
    if not 0 < last - first <= 15:
        return None
    return FoundDate(match.start(), match.end(), dt.date(first, 1, 1), dt.date(last, 12, 31), "year", True)


def _spaced_dates(text: str, month_first: bool) -> Iterator[FoundDate]:
    """Yield dates set with a space after every character, as form fields and letter-spaced covers print them."""
    for run in _SPACED.finditer(text):
        squeezed = run[0].replace(" ", "")
        if squeezed.isdecimal():
            if date := compact_date(squeezed):
                yield FoundDate(run.start(), run.end(), date, date, "day")
            continue
        for date_in_run in find_dates(squeezed, month_first=month_first):
            start = run.start() + 2 * date_in_run.start
            end = run.start() + 2 * date_in_run.end - 1
            yield FoundDate(start, end, date_in_run.first, date_in_run.last, date_in_run.precision)


def compact_date(digits: str) -> dt.date | None:
    """Return the day that eight digits name, as ddmmyyyy or yyyymmdd; None where neither reading is a day."""
    for order in ("%d%m%Y", "%Y%m%d"):
        try:
            date = dt.datetime.strptime(digits, order).date()
        except ValueError:
            continue
        if 1900 <= date.year <= 2099:
            return date
    return None


def find_compact(text: str) -> list[FoundDate]:
    """Return the days that runs of exactly eight digits name; for file names and addresses only."""
    found = []
    for match in _COMPACT.finditer(text):
        if date := _iso_first(match[1]):
            found.append(FoundDate(match.start(), match.end(), date, date, "day"))
    return found


def _iso_first(digits: str) -> dt.date | None:
    try:
        date = dt.datetime.strptime(digits, "%Y%m%d").date()
    except ValueError:
        return compact_date(digits)
    return date if 1900 <= date.year <= 2099 else compact_date(digits)


def numeric_order(text: str) -> bool | None:
    """Tell how `text` writes numeric dates: True month first, False day first, None where none proves it."""
    folded = fold(text)
    if not _NUMERIC.search(folded):
        return None
    american = british = 0
    for match in _COMPILED[2][1].finditer(folded):
        one, two = int(match["d"]), int(match["m"])
        american += one <= 12 < two <= 31
        british += two <= 12 < one <= 31
    return None if american == british else american > british

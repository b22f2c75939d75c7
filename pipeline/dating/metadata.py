"""Dates that stand outside the running text: metadata fields, addresses, file names, file properties."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from pipeline.dating.clues import DateClue, Precision
from pipeline.dating.evidence import Evidence
from pipeline.dating.grammar import find_compact, find_dates, numeric_order
from pipeline.dating.words import MONTHS, fold

_PUBLISHED = re.compile(
    r"publi|issued|pubdate|posted|release|^date$|^pd$|parution|dc[.:_]?date|sort-?date", re.IGNORECASE
)
_CHANGED = re.compile(
    r"modif|updat|changed|revis|lastmod|access|retriev|fetched|load|print|crawl|captur|expire|valid", re.IGNORECASE
)
_PDF_DATE = re.compile(r"^\s*D?:?\s*(\d{4})(\d{2})?(\d{2})?")
_ISO_MONTH = re.compile(r"^\s*((?:19|20)\d\d)-(0[1-9]|1[0-2])\s*$")
_YEAR_ONLY = re.compile(r"^\s*((?:19|20)\d\d)\s*$")
_ARCHIVE = re.compile(
    r"(?:web|webarchive|archive)[\w.-]*\.(?:org|gov\.uk|org\.uk|eu|is|ie)/(?:web/|wayback/)?(\d{8})\d{0,6}(?:\w\w_)?/"
)
_PATH_DAY = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2}|[a-z]{3,9})[/-](\d{1,2})(?=[/_.?-]|$)", re.IGNORECASE)
_PATH_MONTH = re.compile(r"/((?:19|20)\d\d)/(\d{1,2}|[a-z]{3,9})(?=/|$)", re.IGNORECASE)
_NUMERIC = re.compile(r"(?<!\d)(\d\d?) (\d\d?) ((?:19|20)\d\d)(?!\d)")
_PLACEHOLDERS = frozenset(
    {dt.date(1970, 1, 1), dt.date(1900, 1, 1), dt.date(1980, 1, 1), dt.date(1904, 1, 1), dt.date(1601, 1, 1)}
)


def parse_value(value: str, *, month_first: bool = False) -> Evidence | None:
    """Return the date that a metadata value states, at the precision it states; None where it states none."""
    text = fold(value).strip()
    if match := _ISO_MONTH.match(text):
        return _span(int(match[1]), int(match[2]), None, value)
    if match := _YEAR_ONLY.match(text):
        return _span(int(match[1]), None, None, value)
    found = [date for date in find_dates(text, month_first=month_first) if not date.is_range] or find_compact(text)
    if found:
        best = min(found, key=lambda date: (("day", "month", "year", "none").index(date.precision), date.start))
        evidence = Evidence(best.first, best.last, best.precision, "metadata", value)
        return None if evidence.first in _PLACEHOLDERS else evidence
    if match := _PDF_DATE.match(text):
        month, day = (int(part) if part else None for part in match.groups()[1:3])
        return _span(int(match[1]), month, day, value)
    return None


def _span(year: int, month: int | None, day: int | None, quote: str, method: str = "metadata") -> Evidence | None:
    if not 1900 <= year <= 2099:
        return None
    precision: Precision = "year" if month is None else "month" if day is None else "day"
    try:
        first = dt.date(year, month or 1, day or 1)
    except ValueError:
        return None
    last_month = month or 12
    last = dt.date(year, last_month, day or calendar.monthrange(year, last_month)[1])
    return None if precision == "day" and first in _PLACEHOLDERS else Evidence(first, last, precision, method, quote)


def metadata_dates(clues: Sequence[DateClue], text_order: bool | None) -> list[Evidence]:
    """Return the dates of metadata and labelled page elements that name publication, best first.

    `text_order` is what the text shows of its numeric dates: True where it writes the month first.
    """
    values = " ".join(clue.value for clue in clues if clue.origin != "url")
    order = numeric_order(values)
    month_first = bool(text_order if order is None else order)
    ranked: list[tuple[int, int, Evidence]] = []
    for position, clue in enumerate(clues):
        rank = _rank(clue)
        if rank is not None and (parsed := parse_value(clue.value, month_first=month_first)):
            method = "metadata" if clue.origin == "structured" else "labelled"
            quote = f"{clue.name}: {clue.value}".strip(": ")
            ranked.append((rank, position, Evidence(parsed.first, parsed.last, parsed.precision, method, quote)))
    return [evidence for _, _, evidence in sorted(ranked, key=lambda item: item[:2])]


def _rank(clue: DateClue) -> int | None:
    """Order the fields: named publication, other dates; None for dates of change, of reading and of files."""
    if clue.origin in ("url", "property") or _CHANGED.search(clue.name):
        return None
    named = bool(_PUBLISHED.search(clue.name))
    return {"structured": 0, "label": 2}[clue.origin] + (not named)


def changed_dates(clues: Sequence[DateClue]) -> list[Evidence]:
    """Return the dates on which a page was changed or captured: it was public by then."""
    dates = [
        Evidence(parsed.first, parsed.last, parsed.precision, "metadata", f"{clue.name}: {clue.value}")
        for clue in clues
        if clue.origin in ("structured", "label") and _CHANGED.search(clue.name) and (parsed := parse_value(clue.value))
    ]
    for clue in clues:
        if clue.origin == "url" and (match := _ARCHIVE.search(clue.value)) and (parsed := parse_value(match[1])):
            dates.append(Evidence(parsed.first, parsed.last, parsed.precision, "url", clue.value))
    return dates


def property_dates(clues: Sequence[DateClue]) -> list[Evidence]:
    """Return the days on which the file says it was made, earliest first; dates of change count only without these."""
    made: list[Evidence] = []
    changed: list[Evidence] = []
    for clue in clues:
        if clue.origin == "property" and (parsed := parse_value(clue.value)) and parsed.precision == "day":
            evidence = Evidence(parsed.first, parsed.last, "day", "property", f"{clue.name}: {clue.value}")
            (changed if _CHANGED.search(clue.name) else made).append(evidence)
    return sorted(made or changed, key=lambda evidence: evidence.first)


def url_dates(clues: Sequence[DateClue]) -> list[Evidence]:
    """Return the dates in the address's path: /2009/oct/21/, 20091021; a web archive's time stamp is none."""
    found: list[Evidence] = []
    for clue in clues:
        if clue.origin != "url":
            continue
        address = _ARCHIVE.sub("/", clue.value)
        path = "/" + unquote(urlsplit(address).path if "://" in address else address).lstrip("/")
        for pattern in (_PATH_DAY, _PATH_MONTH):
            if (match := pattern.search(path)) and (date := _from_path(match, clue.value)):
                found.append(date)
        found += [Evidence(date.first, date.last, "day", "url", clue.value) for date in find_compact(path)]
    return found


def _from_path(match: re.Match[str], quote: str) -> Evidence | None:
    month = int(match[2]) if match[2].isdecimal() else MONTHS.get(match[2].lower(), 0)
    day = int(match[3]) if match.re is _PATH_DAY else None
    return _span(int(match[1]), month, day, quote, "url") if 1 <= month <= 12 else None


@lru_cache(maxsize=64)  # a file of many documents has one name
def file_name_dates(file_name: str) -> tuple[Evidence, ...]:
    """Return the days, then the months, that a file name states in full."""
    stem = re.sub(r"\.\w{2,5}$", "", file_name.replace("\\", "/").rsplit("/", 1)[-1])
    text = re.sub(r"[_+]", " ", unquote(stem))
    spaced = re.sub(r"[-.]", " ", text)
    numeric = _NUMERIC.sub(lambda match: "/".join(match.groups()), spaced)
    dates = find_dates(text) + find_dates(spaced) + find_dates(numeric) + find_compact(text)
    kept = [date for date in dates if date.precision in ("day", "month") and not date.is_range]
    kept.sort(key=lambda date: date.precision != "day")
    return tuple(Evidence(date.first, date.last, date.precision, "file_name", file_name) for date in kept)

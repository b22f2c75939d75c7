"""Words that count from the day of writing ("three years on", "last year"), resolved against dates beside them.

Each gives a factor: a weight for every possible day, 1 where the words fit, less where they fit badly.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.dating.evidence import quote_around
from pipeline.dating.grammar import FoundDate, find_dates
from pipeline.dating.mentions import Mention
from pipeline.dating.words import MONTHS, NUMBERS, number_of

_NUMBER = "(?:" + "|".join(NUMBERS) + r"|\d{1,2})"
_AGO = re.compile(rf"\b(?P<n>{_NUMBER})\s+years?\s+(?:ago|on)\b", re.IGNORECASE)
_LAST_YEARS = re.compile(rf"\b(?:last|past|previous)\s+(?P<n>{_NUMBER})\s+years\b", re.IGNORECASE)
_NEAR_EVENT = re.compile(
    r"\b(?:shortly|just|soon|immediately|weeks|months|days)\s+(?P<side>before|after)\b(?P<rest>[^.;]{0,90})",
    re.IGNORECASE,
)
_CAME_OUT = re.compile(
    r"\b(?:published|reported|launched|released|issued|came\s+out|appeared|completed)\b", re.IGNORECASE
)
_JUST_OUT = re.compile(
    r"\b(?:last\s+week|yesterday|earlier\s+this\s+(?:week|month)|this\s+(?:week|morning)|today)\b.{0,160}?"
    r"\b(?:launch(?:ed)?|publish(?:ed)?|released?|unveil(?:ed)?)\b"
    r"|\b(?:launched|published|released|unveiled)\s+(?:\w+\s+){0,4}(?:last\s+week|yesterday|today|this\s+(?:week|morning))\b",
    re.IGNORECASE,
)
_RECENT = re.compile(r"\brecent(?:ly)?\b", re.IGNORECASE)
_THESE_DAYS = re.compile(
    r"\b(?:(?:last|this|next)\s+(?:week|weekend|month)|yesterday|today|tomorrow|tonight)\b", re.IGNORECASE
)
_LAST_YEAR = re.compile(r"\blast\s+year\b(?!'s)", re.IGNORECASE)
_THIS_YEAR = re.compile(r"\b(?:this\s+year|so\s+far\s+this\s+year|earlier\s+this\s+year)\b", re.IGNORECASE)
_STARTS_FROM = re.compile(r"\b(?:from|since)\b[^.;]{0,40}$", re.IGNORECASE)
_ENGLISH_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_NO_YEAR = re.compile(
    rf"(?<![\d-])(?P<d>[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?:\s*-\s*(?P<D>\d{{1,2}}))?\s+(?P<m>{_ENGLISH_MONTH})(?!\s*,?\s*\d|\w)"
)

# People round a span to the nearest year: half a year off fits as well as none, three quarters no longer.
_FLAT, _EDGE = 0.5, 0.75
_YEAR_DAYS = 365.25
_SLIGHT = 0.001


@dataclass(frozen=True, slots=True)
class Factor:
    """A weight for each possible day, with the words that it stands for; `reach` bounds it where it does."""

    weight: Callable[[dt.date], float]
    quote: str
    reach: tuple[dt.date, dt.date] | None = None


def relative_factors(
    sentences: Sequence[str],
    mentions: Sequence[Mention],
    latest_told: dt.date | None,
    *,
    month_first: bool,
    is_news: bool,
) -> Iterator[Factor]:
    """Yield the factors of all relative words that have something to be counted from.

    `latest_told`: the latest date that the text tells as past. Days without a year speak in news only.
    """
    by_sentence: dict[str, list[Mention]] = {}
    for mention in mentions:
        by_sentence.setdefault(mention.sentence, []).append(mention)
    this_year = False
    ago: tuple[int, str] | None = None
    since_ago = 0
    for sentence in sentences:
        dates = find_dates(sentence, month_first=month_first, bare_years=True)
        yield from _spans(sentence, dates, by_sentence.get(sentence, []))
        yield from _just_out(sentence, by_sentence.get(sentence, []))
        if ago and (since := _since_year(sentence, dates)):
            yield _about((since.first, since.last), ago[0], f"{ago[1]} ... {_around(sentence, since)}")
            ago = None
        counted = _counted(sentence)
        since_ago = 0 if counted else since_ago + 1
        ago = counted or (ago if since_ago < 2 else None)
        yield from _compared(sentence, dates)
        yield from _recent(sentence, dates)
        if latest_told and not this_year and (match := _THIS_YEAR.search(sentence)):
            this_year = True
            yield _same_year(latest_told.year, quote_around(sentence, match.start(), match.end(), 80))
    if is_news:
        yield from _days_without_year(sentences)


def _spans(sentence: str, dates: Sequence[FoundDate], mentions: Sequence[Mention]) -> Iterator[Factor]:
    """Read "three years ago, shortly before X" and "in the last two years, from 17 in April 2007"."""
    for match in _AGO.finditer(sentence):
        anchor = _anchor_of_ago(sentence, match, dates, mentions)
        if anchor and (number := number_of(match["n"])):
            yield _about(anchor, number, quote_around(sentence, match.start(), match.end(), 80))
    for match in _LAST_YEARS.finditer(sentence):
        starts = [date for date in dates if _STARTS_FROM.search(sentence[: date.start])]
        if starts and (number := number_of(match["n"])):
            anchor = (starts[0].first, starts[0].last)
            yield _about(anchor, number, quote_around(sentence, match.start(), match.end(), 80))


def _counted(sentence: str) -> tuple[int, str] | None:
    """Return the years that a sentence counts back and its words, for a year that the next sentence names."""
    match = _AGO.search(sentence)
    number = number_of(match["n"]) if match else None
    return (number, quote_around(sentence, match.start(), match.end(), 60)) if match and number else None


def _since_year(sentence: str, dates: Sequence[FoundDate]) -> FoundDate | None:
    """Return the year of "since 2002" in the sentence after one that counts the years back to the same thing."""
    years = [date for date in dates if date.precision == "year" and not date.is_range]
    return next((date for date in years if re.search(r"\bsince\s+$", sentence[: date.start], re.IGNORECASE)), None)


def _around(sentence: str, date: FoundDate) -> str:
    return quote_around(sentence, date.start, date.end, 60)


def _just_out(sentence: str, mentions: Sequence[Mention]) -> Iterator[Factor]:
    """Read "launched X last week": the event is days or weeks old."""
    match = _JUST_OUT.search(sentence)
    for mention in mentions:
        day = mention.fact.known
        if match and day and mention.fact.kind == "event" and abs(mention.start - match.start()) <= 160:
            since = day

            def weight(candidate: dt.date, since: dt.date = since) -> float:
                return 1.0 if -3 <= (candidate - since).days <= 60 else _SLIGHT * 20

            yield Factor(weight, quote_around(sentence, match.start(), match.end(), 80))


def _anchor_of_ago(
    sentence: str, match: re.Match[str], dates: Sequence[FoundDate], mentions: Sequence[Mention]
) -> tuple[dt.date, dt.date] | None:
    events = [mention for mention in mentions if mention.fact.kind == "event" and mention.fact.known]
    for mention in events:
        between = sentence[mention.end : match.start()]
        if 0 <= match.start() - mention.end <= 70 and _CAME_OUT.search(between) and (day := mention.fact.known):
            return day, day
    if near := _NEAR_EVENT.search(sentence):
        for mention in events:
            if near.start("rest") <= mention.start <= near.end("rest") and (day := mention.fact.known):
                half_year = dt.timedelta(days=183)
                return (day - half_year, day) if near["side"].lower() == "before" else (day, day + half_year)
        return None
    close = [date for date in dates if abs(date.start - match.start()) <= 60 and date.precision != "year"]
    close = close or [date for date in dates if re.search(r"\bin\s+$", sentence[: date.start]) and len(dates) == 1]
    return (close[0].first, close[0].last) if len(close) == 1 else None


def _about(anchor: tuple[dt.date, dt.date], years: int, quote: str) -> Factor:
    """Return the factor of "about `years` years after the anchor", an interval of days that are equally likely."""
    first, last = anchor
    steps = 12
    points = [first + (last - first) * step / steps for step in range(steps + 1)]

    def weight(day: dt.date) -> float:
        return sum(_rounded((day - point).days / _YEAR_DAYS - years) for point in points) / len(points)

    low = first + dt.timedelta(days=round((years - _EDGE) * _YEAR_DAYS))
    high = last + dt.timedelta(days=round((years + _EDGE) * _YEAR_DAYS))
    return Factor(weight, quote, (low, high))


def _rounded(miss: float) -> float:
    """Return how well a span that misses the round number by `miss` years fits it."""
    if abs(miss) <= _FLAT:
        return 1.0
    return max(_SLIGHT, 1 - (abs(miss) - _FLAT) / (_EDGE - _FLAT))


def _compared(sentence: str, dates: Sequence[FoundDate]) -> Iterator[Factor]:
    """Read "from 17 in April 2007 to 34 last year": last year is later than the date it is set against."""
    match = _LAST_YEAR.search(sentence)
    if match is None:
        return
    starts = [date for date in dates if date.end <= match.start() and _STARTS_FROM.search(sentence[: date.start])]
    if starts:
        year = starts[-1].last.year

        def weight(day: dt.date) -> float:
            return 1.0 if day.year - 1 > year else 0.1 if day.year - 1 == year else _SLIGHT

        yield Factor(weight, quote_around(sentence, match.start(), match.end(), 80))


def _same_year(year: int, quote: str) -> Factor:
    """Return the factor of "this year" in a text whose latest date is of `year`: written in it, or not long after."""

    def weight(day: dt.date) -> float:
        return {0: 1.0, 1: 0.35}.get(day.year - year, 0.05)

    return Factor(weight, quote)


def _recent(sentence: str, dates: Sequence[FoundDate]) -> Iterator[Factor]:
    """Read "recent inspections ... between December 2001 and March 2002": they ended within about a year."""
    match = _RECENT.search(sentence)
    periods = [date for date in dates if date.is_range and date.precision != "year"]
    if match and len(periods) == 1:
        end = periods[0].last

        def weight(day: dt.date) -> float:
            return 1.0 if (day - end).days <= 365 else 0.3

        yield Factor(weight, quote_around(sentence, match.start(), match.end(), 80))


def _days_without_year(sentences: Sequence[str]) -> Iterator[Factor]:
    """Read "(13-19 July)" in news: a day without its year is near the day of writing, nearer beside "last week"."""
    seen = 0
    for sentence in sentences:
        for match in _NO_YEAR.finditer(sentence):
            if seen < 2:
                seen += 1
                month, day = MONTHS[match["m"].lower()], int(match["d"])
                near = (
                    _near_day(month, day, 15, 30, 0.02)
                    if _THESE_DAYS.search(sentence)
                    else _near_day(month, day, 45, 60, 0.1)
                )
                yield Factor(near, quote_around(sentence, match.start(), match.end(), 60))


def _near_day(month: int, day: int, before: int, after: int, else_: float) -> Callable[[dt.date], float]:
    offset = dt.date(2001, month, min(day, 28)).timetuple().tm_yday

    def weight(candidate: dt.date) -> float:
        past = (candidate.timetuple().tm_yday - offset) % 365
        return 1.0 if past <= after or past >= 365 - before else else_

    return weight

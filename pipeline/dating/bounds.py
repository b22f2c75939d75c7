"""An undated text's place in time: bounds from what it knows, and the year where one is proved or all but proved."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.dating.coverage import Coverage
from pipeline.dating.evidence import Evidence, quote_around
from pipeline.dating.mentions import FIRM, Bound, find_mentions, mention_bounds
from pipeline.dating.model import Weight, copyright_weight, lag_weight, made_weight, year_shares
from pipeline.dating.narrated import narrated_bounds
from pipeline.dating.page import Line, sentences_of
from pipeline.dating.relative import Factor, relative_factors
from pipeline.dating.settings import DatingSettings, LagModel
from pipeline.dating.timeline import Timeline

_COPYRIGHT = re.compile(r"(?:\u00a9|\bcopyright\b|\(c\))[^\d]{0,40}((?:19|20)\d\d)(?!\d|\s*-)", re.IGNORECASE)
_SILENCE = 0.3
_LONGEST_YEARS = 40


@dataclass(frozen=True, slots=True)
class Interval:
    """The days between which a text was published, the year if one is given, and the words that say so."""

    earliest: dt.date | None = None
    latest: dt.date | None = None
    year: int | None = None
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """What the bounds are drawn from: the text, what stands outside it, and how to read it."""

    lines: Sequence[Line]
    coverage: Coverage | None
    made: Sequence[Evidence]
    public_by: Sequence[Evidence]
    month_first: bool
    is_news: bool


def find_interval(sources: Sources, timeline: Timeline, settings: DatingSettings) -> Interval:
    """Return the interval that the text proves, and the year where one holds at least the settings' share of it."""
    sentences = [sentence for sentence in sentences_of(sources.lines) if sentence]
    mentions = find_mentions(sentences, timeline)
    grace = settings.news_grace_days if sources.is_news else settings.report_grace_days
    narrated = narrated_bounds(sentences, month_first=sources.month_first, grace=grace)
    bounds = [*mention_bounds(mentions), *narrated, *_outer(sources)]
    after, before = _reconciled(bounds)
    told = [bound.day for bound in bounds if bound.side == "after" and not bound.fact]
    latest_told = max((day for day in told if before is None or day <= before.day), default=None)
    factors = list(
        relative_factors(sentences, mentions, latest_told, month_first=sources.month_first, is_news=sources.is_news)
    )
    factors += _silences(sentences, timeline, {mention.fact.id for mention in mentions})
    return _weighed(after, before, factors, sources, settings)


def _outer(sources: Sources) -> list[Bound]:
    """Return the bounds that fieldwork, copyright lines and captures set."""
    bounds = []
    if sources.coverage:
        bounds.append(Bound("after", sources.coverage.known_by, FIRM, sources.coverage.quote))
    for year, quote in _copyright_years(sources.lines):
        bounds.append(Bound("after", dt.date(year, 1, 1) - dt.timedelta(days=45), FIRM - 1, quote))
    for evidence in sources.public_by:
        bounds.append(Bound("before", evidence.last, FIRM, evidence.quote))
    return bounds


def _copyright_years(lines: Sequence[Line]) -> list[tuple[int, str]]:
    found = []
    for line in lines:
        if (line.at_top or line.at_end or line.kind == "furniture") and (match := _COPYRIGHT.search(line.folded)):
            found.append((int(match[1]), quote_around(line.text, match.start(), match.end(), 60)))
    return found


def _reconciled(bounds: Sequence[Bound]) -> tuple[Bound | None, Bound | None]:
    """Return the tightest bounds that agree; of two that contradict each other the looser falls."""
    kept = sorted(set(bounds), key=lambda bound: (bound.side, bound.day, -bound.firmness, bound.quote, bound.fact))
    while True:
        after = max((b for b in kept if b.side == "after"), key=lambda b: (b.day, b.firmness, b.quote), default=None)
        before = min((b for b in kept if b.side == "before"), key=lambda b: (b.day, -b.firmness, b.quote), default=None)
        if after is None or before is None or after.day <= before.day:
            return after, before
        kept.remove(before if before.firmness <= after.firmness else after)


def _weighed(
    after: Bound | None, before: Bound | None, factors: Sequence[Factor], sources: Sources, settings: DatingSettings
) -> Interval:
    quotes = [f"not before {after.day}: {after.quote}"] if after else []
    quotes += [f"not after {before.day}: {before.quote}"] if before else []
    earliest, latest = after.day if after else None, before.day if before else None
    weights: list[Weight] = [factor.weight for factor in factors]
    reach = _lag_reach(earliest, latest, sources.coverage, settings)
    if reach and sources.coverage:
        earliest, latest = reach
        model = _lag_model(sources.coverage, settings)
        weights.append(lag_weight(sources.coverage.last, model))
        quotes.append(f"looks at {sources.coverage.first} to {sources.coverage.last}: {sources.coverage.quote}")
    for factor in factors:
        if factor.reach and latest is None and (earliest is None or earliest <= factor.reach[1]):
            earliest, latest = max(filter(None, (earliest, factor.reach[0]))), factor.reach[1]
    made = _made(earliest, latest, sources.made, settings)
    if made and earliest:
        weights.append(made_weight(made.first))
        latest = latest or made.first + dt.timedelta(days=90)
        quotes.append(made.quote)
    weights += [copyright_weight(year) for year, _ in _copyright_years(sources.lines)[:1]]
    if earliest is None or latest is None or (latest - earliest).days > _LONGEST_YEARS * 366:
        return Interval(earliest, latest, None, tuple(quotes))
    return Interval(earliest, latest, _year(earliest, latest, weights, settings), (*quotes, *_said(factors)))


def _year(earliest: dt.date, latest: dt.date, weights: Sequence[Weight], settings: DatingSettings) -> int | None:
    if earliest.year == latest.year:
        return earliest.year
    shares = year_shares(earliest, latest, weights)
    best = max(shares, key=lambda year: (shares[year], -year), default=None)
    return best if best is not None and shares[best] >= settings.year_probability and weights else None


def _said(factors: Sequence[Factor]) -> list[str]:
    return [factor.quote for factor in factors[:3]]


def _lag_model(coverage: Coverage, settings: DatingSettings) -> LagModel:
    return settings.inspection_lag if coverage.days <= settings.inspection_days else settings.programme_lag


def _lag_reach(
    earliest: dt.date | None, latest: dt.date | None, coverage: Coverage | None, settings: DatingSettings
) -> tuple[dt.date, dt.date] | None:
    """Return the interval cut to the longest lag after the coverage; None where the text knows of later days."""
    if coverage is None or earliest is None:
        return None
    end = coverage.last + dt.timedelta(days=_lag_model(coverage, settings).longest_days)
    return (earliest, min(end, latest) if latest else end) if earliest <= end else None


def _made(
    earliest: dt.date | None, latest: dt.date | None, made: Sequence[Evidence], settings: DatingSettings
) -> Evidence | None:
    """Return the day on which the file was made, if nothing contradicts that the text was then about to appear."""
    if earliest is None:
        return None
    longest = latest or earliest + dt.timedelta(days=settings.made_days)
    return next((day for day in made if earliest <= day.first <= longest), None)


def _silences(sentences: Sequence[str], timeline: Timeline, mentioned: set[str]) -> list[Factor]:
    """Return factors for events whose matter the text treats without naming them: it is probably older."""
    text = " ".join(sentences)
    factors = []
    for fact in timeline.facts:
        phrase = next((phrase for phrase in fact.expected_where if phrase in text), None)
        if phrase and fact.id not in mentioned and fact.known:
            factors.append(Factor(_older_than(fact.known), f"{phrase} ... without naming {fact.id}"))
    return factors


def _older_than(day: dt.date) -> Weight:
    return lambda candidate: 1.0 if candidate < day else _SILENCE

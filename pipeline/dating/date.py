"""Date a document: the strongest evidence that names a day, else the interval that the text proves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pipeline.dating.bounds import Interval, Sources, find_interval
from pipeline.dating.clues import Dated, DatingInput
from pipeline.dating.coverage import Coverage, find_coverage
from pipeline.dating.evidence import Evidence
from pipeline.dating.grammar import iso_at, numeric_order
from pipeline.dating.labels import cover_months, labelled_dates, placed_dates
from pipeline.dating.metadata import changed_dates, file_name_dates, metadata_dates, property_dates, url_dates
from pipeline.dating.page import Line, lines_of
from pipeline.dating.settings import DatingSettings
from pipeline.dating.timeline import Timeline

_DEFAULT = DatingSettings()


def date_document(given: DatingInput, timeline: Timeline, settings: DatingSettings = _DEFAULT) -> Dated:
    """Return when a document was published, by what evidence, and what it covers; blank where nothing proves it."""
    lines = lines_of(given.blocks)
    order = numeric_order(" ".join(line.folded for line in lines))
    coverage = find_coverage(lines, month_first=bool(order))
    stated = stated_date(given, lines, order, settings)
    if stated is not None:
        return _from_statement(stated, coverage, settings)
    words = sum(line.words for line in lines)
    is_news = given.source_type == "news" or (not given.source_type and words <= settings.news_words)
    sources = Sources(
        lines,
        coverage,
        property_dates(given.clues),
        changed_dates(given.clues),
        month_first=bool(order),
        is_news=is_news,
    )
    return _from_interval(find_interval(sources, timeline, settings), coverage)


def stated_date(given: DatingInput, lines: list[Line], order: bool | None, settings: DatingSettings) -> Evidence | None:
    """Return the strongest evidence that states a date of publication, or None."""
    is_page = any(clue.origin in ("url", "label", "structured") for clue in given.clues)
    named = metadata_dates(given.clues, order)
    return _first(
        [date for date in named if date.method == "metadata"],
        url_dates(given.clues),
        file_name_dates(given.file_name),
        [date for date in named if date.method == "labelled"],
        labelled_dates(lines, month_first=bool(order)),
        placed_dates(lines, month_first=bool(order), is_page=is_page, letter_days=settings.letter_days),
        cover_months(lines),
    )


def _first(*groups: Sequence[Evidence]) -> Evidence | None:
    """Return the first evidence of a day in the groups' order; without a day the first of a month, then of a year."""
    dates = [evidence for group in groups for evidence in group]
    for precision in ("day", "month", "year"):
        for evidence in dates:
            if evidence.precision == precision:
                return evidence
    return None


def _from_statement(stated: Evidence, coverage: Coverage | None, settings: DatingSettings) -> Dated:
    return Dated(
        published=stated.iso,
        precision=stated.precision,
        earliest=stated.first,
        latest=stated.last + dt.timedelta(days=stated.after_days),
        method=stated.method,
        evidence=stated.quote,
        covers_from=coverage.first if coverage else None,
        covers_to=coverage.last if coverage else None,
        year=f"{stated.first.year:04d}",
    )


def _from_interval(interval: Interval, coverage: Coverage | None) -> Dated:
    year = f"{interval.year:04d}" if interval.year else ""
    same_month = bool(
        interval.earliest and interval.latest and iso_at(interval.earliest, "month") == iso_at(interval.latest, "month")
    )
    return Dated(
        published=iso_at(interval.earliest, "month") if same_month and interval.earliest else year,
        precision="month" if same_month else "year" if year else "none",
        earliest=interval.earliest,
        latest=interval.latest,
        method="bounds" if year or interval.earliest or interval.latest else "none",
        evidence=" | ".join(interval.quotes),
        covers_from=coverage.first if coverage else None,
        covers_to=coverage.last if coverage else None,
        year=year,
    )

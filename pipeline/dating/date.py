"""Date a document: the strongest evidence that names a day, else the interval that the text proves."""

from __future__ import annotations

import datetime as dt

from pipeline.dating.clues import Dated, DatingInput
from pipeline.dating.coverage import Coverage, find_coverage
from pipeline.dating.evidence import Evidence
from pipeline.dating.grammar import numeric_order
from pipeline.dating.labels import cover_months, labelled_dates, placed_dates
from pipeline.dating.metadata import file_name_dates, metadata_dates, url_dates
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
    return Dated(covers_from=coverage.first if coverage else None, covers_to=coverage.last if coverage else None)


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


def _first(*groups: list[Evidence]) -> Evidence | None:
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

"""Dates in running prose: what is told as past was before the text, what is told as to come is after it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from pipeline.dating.evidence import quote_around
from pipeline.dating.grammar import FoundDate, find_dates
from pipeline.dating.mentions import FORESEEN, STATED, Bound

_AHEAD = re.compile(
    r"\b(?:will|shall|would|(?-i:may)|might|could|can|should|must|due|expect\w*|plan(?:s|ned|ning)?|intend\w*|to\s+be|by|until|till|before"
    r"|target\w*|aim\w*|propos\w*|forecast\w*|project(?:ed|ion)s?|deadline|next|ahead|forthcoming|future|upcoming|scheduled|from\s+now"
    r"|valid|expires?|if|towards?)\b",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:was|were|had|has|have|did|been|began|took|made|came|said|became|rose|fell|went|gave|led|held|ran|set|found|saw|since"
    r"|brought|left|lost|met|sent|told|wrote|died|born|\w{2,}ed)\b",
    re.IGNORECASE,
)
_FORESEEN = re.compile(
    r"\b(?:will|shall|(?:is|are)\s+(?:due|set|expected|scheduled|planned)\s+to|(?:is|are)\s+to)\b[^.;:]{0,90}"
    r"\b(?:in|from|on|by|until|before|during|starting|beginning)\s+(?:the\s+)?(?:(?:early|late|mid|end\s+of|autumn|spring|summer|winter)"
    r"[\s-]+(?:of\s+)?)?$",
    re.IGNORECASE,
)


def narrated_bounds(sentences: Sequence[str], *, month_first: bool, grace: int) -> Iterator[Bound]:
    """Yield the bounds that dates in the prose set; a sentence that looks ahead sets none from the past.

    `grace`: the days that may lie between writing and publication, added where something is still to come.
    """
    for sentence in sentences:
        for date in find_dates(sentence, month_first=month_first, bare_years=True):
            yield from _of_date(sentence, date, grace)


def _of_date(sentence: str, date: FoundDate, grace: int) -> Iterator[Bound]:
    quote = quote_around(sentence, date.start, date.end, 80)
    if _FORESEEN.search(sentence[max(0, date.start - 140) : date.start]):
        yield Bound("before", date.last + dt.timedelta(days=grace), FORESEEN, quote)
    elif _TOLD.search(sentence) and not _AHEAD.search(sentence) and not (date.is_range and date.precision == "year"):
        # A pair of years may be a budget or a plan that runs on; it proves nothing.
        day = date.first if date.precision == "year" else date.last
        yield Bound("after", day if date.precision == "day" else day.replace(day=1), STATED, quote)

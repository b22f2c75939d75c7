"""Years in which reports change their template: the headings that many of them share are others than before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SPAN = 3  # years on each side that are compared
FEWEST_DOCUMENTS = 4  # reports on each side
SHARED = 0.25  # part of a year's reports in which a heading must stand to be of the template
LEAST_TEMPLATE = 3.0  # headings that both sides must have
JUMP = 0.35  # likeness below which the template is another


@dataclass(frozen=True, slots=True)
class Break:
    """The first year of a new template or framework; `likeness` (0 to 1) of the headings before and after."""

    year: int
    origin: str
    likeness: float
    documents_before: int
    documents_after: int


class Headings:
    """Counts in how many reports of each year a heading stands."""

    def __init__(self) -> None:
        """Begin with none."""
        self._counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._documents: dict[int, int] = defaultdict(int)

    def add(self, year: int, headings: Iterable[str]) -> None:
        """Add one report."""
        self._documents[year] += 1
        for heading in {" ".join(h.casefold().split()) for h in headings}:
            self._counts[year][heading] += 1

    def add_silent(self, year: int, reports: int) -> None:
        """Add reports without headings."""
        self._documents[year] += reports

    def breaks(self, given: Sequence[int] = ()) -> list[Break]:
        """Return the breaks that are given and those that are found, in order of years."""
        known = [
            Break(y, "given", self._likeness(y), self._reports(y - SPAN, y), self._reports(y, y + SPAN)) for y in given
        ]
        found: list[Break] = []
        for year in sorted(self._documents):
            likeness, before, after = (
                self._likeness(year),
                self._reports(year - SPAN, year),
                self._reports(year, year + SPAN),
            )
            if likeness == likeness and likeness < JUMP:
                found.append(Break(year, "found", likeness, before, after))
        return sorted([*known, *_lowest(found, set(given))], key=lambda one: one.year)

    def _reports(self, first: int, end: int) -> int:
        return sum(count for year, count in self._documents.items() if first <= year < end)

    def _template(self, first: int, end: int) -> Mapping[str, float]:
        """Return the part of the reports of these years in which each heading of their template stands."""
        reports = self._reports(first, end)
        counts: dict[str, int] = defaultdict(int)
        for year in range(first, end):
            for heading, count in self._counts.get(year, {}).items():
                counts[heading] += count
        return {h: c / reports for h, c in counts.items() if c > 1 and c >= SHARED * reports}

    def _likeness(self, year: int) -> float:
        """Return how alike the templates before and from a year are (Ruzicka's index); NaN where one is not known."""
        before, after = self._template(year - SPAN, year), self._template(year, year + SPAN)
        few = min(self._reports(year - SPAN, year), self._reports(year, year + SPAN)) < FEWEST_DOCUMENTS
        if few or min(sum(before.values()), sum(after.values())) < LEAST_TEMPLATE:
            return float("nan")
        both = set(before) | set(after)
        least = sum(min(before.get(h, 0.0), after.get(h, 0.0)) for h in both)
        return least / sum(max(before.get(h, 0.0), after.get(h, 0.0)) for h in both)


def _lowest(found: Sequence[Break], given: set[int]) -> list[Break]:
    """Return of neighbouring years the one where the templates are least alike, and none beside a given year."""
    kept: list[Break] = []
    for one in sorted(found, key=lambda b: (b.likeness, b.year)):
        if all(abs(one.year - other) >= SPAN for other in {k.year for k in kept} | given):
            kept.append(one)
    return kept

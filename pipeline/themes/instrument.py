"""A codebook tried out: its own examples, its terms over real findings, overlaps, and terms that change their sense."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from pipeline.codebook import Codebook, Theme
from pipeline.themes.coder import THRESHOLD, CodebookCoder, Weighed
from pipeline.themes.lexicon import FOUND, Hit
from pipeline.themes.rows import Row

Lines = Mapping[tuple[str | int, ...], int]
# From these values on something is worth a note.
EVERYWHERE = 0.25  # share of all findings in which a term fires
OVERLAP = 0.6  # share of the findings of one theme that have the other too
FEWEST = 10  # firings on each side before a change of sense is looked for
SHIFT = 0.3  # change of the share of firings that other evidence bears out
CHANCE = 0.01  # two-sided p of Fisher's exact test


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings to try a codebook on: what a coder reads, and year, source type and place of each, in one order."""

    rows: tuple[Row, ...]
    years: tuple[str, ...] = ()
    source_types: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something found: `grave` where an example failed. `line` in the codebook's file, 0 where unknown."""

    grave: bool
    what: str
    theme_id: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class TermUse:
    """How a term fares: findings in which it fires, and the share of them that other evidence bears out (or NaN)."""

    theme_id: str
    term: str
    line: int
    firings: int
    share: float
    borne_out: float


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check: notes, grave ones first, and a row a term where findings were given."""

    notes: tuple[Note, ...]
    terms: tuple[TermUse, ...] = field(default=())

    @property
    def failed(self) -> bool:
        """Return whether any example failed."""
        return any(note.grave for note in self.notes)


def check(codebook: Codebook, coder: CodebookCoder, lines: Lines, findings: Findings | None = None) -> Checked:
    """Try a codebook on its own examples and, where given, on findings; `lines`: of its YAML file."""
    notes = [*_examples(codebook, coder, lines), *_bare(codebook, lines), *_doubles(codebook, lines)]
    if findings is None or not findings.rows:
        return _in_order(notes, ())
    weighed = coder.weigh(findings.rows)
    uses = _uses(codebook, weighed, lines)
    notes += [*_idle(uses), *_everywhere(uses), *_overlaps(codebook, weighed, lines)]
    notes += _shifts(codebook, weighed, findings, lines)
    return _in_order(notes, uses)


def _in_order(notes: Sequence[Note], uses: Sequence[TermUse]) -> Checked:
    return Checked(tuple(sorted(notes, key=lambda n: (not n.grave, n.line, n.what, n.message))), tuple(uses))


def _examples(codebook: Codebook, coder: CodebookCoder, lines: Lines) -> Iterator[Note]:
    tried = [
        (i, theme, name, j, text)
        for i, theme in enumerate(codebook.themes)
        for name in ("examples", "counter_examples")
        for j, text in enumerate(getattr(theme, name))
    ]
    weighed = coder.weigh([Row(text) for *_, text in tried])
    for at, (i, theme, name, j, text) in enumerate(tried):
        line = lines.get(("themes", i, name, j), 0)
        probability = weighed.shares[at, i]
        has, wanted = probability >= THRESHOLD, name == "examples"
        by_terms = weighed.by_terms[at, i]
        why = f"{_said(theme.id, weighed.hits[at])} Probability {probability:.2f}."
        if has != wanted:
            what = "example missed" if wanted else "counter-example coded"
            verb = "does not get" if wanted else "gets"
            yield Note(True, what, theme.id, line, f"'{text}' {verb} the theme. {why}")
        elif (by_terms >= FOUND) != wanted and coder.model is not None:
            verb = "do not find" if wanted else "find"
            message = f"The terms alone {verb} the theme in '{text}'; the model sets it right. {why}"
            yield Note(False, "terms alone fail", theme.id, line, message)


def _said(theme_id: str, hits: Sequence[Hit]) -> str:
    mine = [f"'{hit.term}' ({hit.weight:.2f})" for hit in hits if hit.theme_id == theme_id]
    return f"Terms that fire: {', '.join(mine)}." if mine else "No term fires."


def _bare(codebook: Codebook, lines: Lines) -> Iterator[Note]:
    for i, theme in enumerate(codebook.themes):
        for name in ("definition", "terms", "examples", "counter_examples"):
            if not getattr(theme, name):
                line = lines.get(("themes", i, "id"), 0)
                yield Note(False, "incomplete", theme.id, line, f"The theme has no {name.replace('_', '-')}.")


def _doubles(codebook: Codebook, lines: Lines) -> Iterator[Note]:
    """Say which terms, read as lemmas of the same words, stand in two themes or twice in one."""
    first: dict[str, tuple[str, int]] = {}
    for i, theme in enumerate(codebook.themes):
        for j, term in enumerate(theme.terms):
            bare = " ".join(term.split("~")[0].casefold().split())
            line = lines.get(("themes", i, "terms", j), 0)
            if bare in first:
                other, there = first[bare]
                where = "twice in the theme" if other == theme.id else f"in theme '{other}' too"
                yield Note(False, "double term", theme.id, line, f"'{term}' stands {where} (line {there}).")
            first.setdefault(bare, (theme.id, line))


def _places(weighed: Weighed) -> dict[tuple[str, str], list[int]]:
    """Return in which findings each (theme, term) fires."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, hits in enumerate(weighed.hits):
        for pair in dict.fromkeys((hit.theme_id, hit.term) for hit in hits):
            places[pair].append(at)
    return places


def _uses(codebook: Codebook, weighed: Weighed, lines: Lines) -> list[TermUse]:
    places, total = _places(weighed), len(weighed.hits)
    uses = []
    for i, theme in enumerate(codebook.themes):
        for j, term in enumerate(theme.terms):
            at = places.get((theme.id, term), [])
            borne_out = float(np.mean(_borne_out(weighed, theme.id, i, term, at))) if at else float("nan")
            line = lines.get(("themes", i, "terms", j), 0)
            uses.append(TermUse(theme.id, term, line, len(at), len(at) / total, borne_out))
    return uses


def _borne_out(weighed: Weighed, theme_id: str, column: int, term: str, at: Sequence[int]) -> NDArray[np.bool_]:
    """Return for each firing whether other terms of the theme, or the model where it knows the theme, say so too."""
    return np.array(
        [
            weighed.by_model[i, column] >= THRESHOLD
            or 1 - np.prod([1 - h.weight for h in weighed.hits[i] if h.theme_id == theme_id and h.term != term])
            >= FOUND
            for i in at
        ],
        bool,
    )


def _idle(uses: Sequence[TermUse]) -> Iterator[Note]:
    for use in uses:
        if not use.firings:
            yield Note(False, "never fires", use.theme_id, use.line, f"'{use.term}' fires in no finding.")


def _everywhere(uses: Sequence[TermUse]) -> Iterator[Note]:
    for use in uses:
        if use.share >= EVERYWHERE:
            message = f"'{use.term}' fires in {use.share:.0%} of all findings: it tells little."
            yield Note(False, "fires everywhere", use.theme_id, use.line, message)


def _overlaps(codebook: Codebook, weighed: Weighed, lines: Lines) -> Iterator[Note]:
    has = weighed.shares >= THRESHOLD
    both = has.T.astype(np.int64) @ has.astype(np.int64)
    for i, theme in enumerate(codebook.themes):
        for k, other in enumerate(codebook.themes):
            share = both[i, k] / max(1, both[i, i])
            if i != k and both[i, i] >= FEWEST and share >= OVERLAP:
                words = _common_words(theme, other, weighed, np.flatnonzero(has[:, i] & has[:, k]))
                message = f"{share:.0%} of its {both[i, i]} findings have '{other.id}' too{words}."
                yield Note(False, "overlap", theme.id, lines.get(("themes", i, "id"), 0), message)


def _common_words(theme: Theme, other: Theme, weighed: Weighed, at: NDArray[np.int64]) -> str:
    """Return the pairs of terms that fire together most often, for a message."""
    pairs: Counter[tuple[str, str]] = Counter()
    for i in at:
        mine = {h.term for h in weighed.hits[i] if h.theme_id == theme.id}
        theirs = {h.term for h in weighed.hits[i] if h.theme_id == other.id}
        pairs.update((a, b) for a in mine for b in theirs)
    top = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:1]
    return "".join(f"; mostly '{a}' with '{b}'" for (a, b), _ in top)


def _shifts(codebook: Codebook, weighed: Weighed, findings: Findings, lines: Lines) -> Iterator[Note]:
    """Say which terms other evidence bears out far less on one side: early and late years, one source type and rest."""
    places = _places(weighed)
    for i, theme in enumerate(codebook.themes):
        for j, term in enumerate(theme.terms):
            at = places.get((theme.id, term), [])
            if len(at) < 2 * FEWEST:
                continue
            true = _borne_out(weighed, theme.id, i, term, at)
            for here, there, one, two in _sides(findings, at):
                message = _shift(true[one], true[two], here, there)
                if message:
                    line = lines.get(("themes", i, "terms", j), 0)
                    yield Note(False, "sense shifts", theme.id, line, f"'{term}': {message}")


def _sides(findings: Findings, at: Sequence[int]) -> Iterator[tuple[str, str, NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield how firings part in two: names of both sides, and which firings are on each; undated ones on neither."""
    years = np.array([findings.years[i] for i in at]) if findings.years else np.array([], str)
    dated = sorted(year for year in years if year.isdigit())
    if dated:
        middle, known = dated[len(dated) // 2], np.char.isdigit(years)
        yield f"before {middle}", f"from {middle}", known & (years < middle), known & (years >= middle)
    kinds = np.array([findings.source_types[i] for i in at]) if findings.source_types else np.array([], str)
    for kind in sorted(set(kinds.tolist())):
        yield f"in sources of type {kind}", "elsewhere", kinds == kind, kinds != kind


def _shift(one: NDArray[np.bool_], two: NDArray[np.bool_], here: str, there: str) -> str:
    if min(len(one), len(two)) < FEWEST or abs(one.mean() - two.mean()) < SHIFT:
        return ""
    counts = [[one.sum(), (~one).sum()], [two.sum(), (~two).sum()]]
    if fisher_exact(counts).pvalue >= CHANCE:
        return ""
    return (
        f"other evidence bears out {one.mean():.0%} of {len(one)} firings {here}, "
        f"but {two.mean():.0%} of {len(two)} {there}."
    )

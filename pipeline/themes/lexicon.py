"""The codebook's words: which terms of which theme stand in a statement, and how strongly they speak for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import Codebook
from pipeline.language import PhraseFinder, Tokens, lemmas, tokenise
from pipeline.themes.lexicon_terms import GAP_WORDS, Phrase, parse_term

STEM, SECTION = -1, -2
# From this strength on the lexicon says that a theme is there.
FOUND = 0.5

_Span = tuple[int, int]
_Found = dict[int, list[_Span]]


@dataclass(frozen=True, slots=True)
class Hit:
    """A term that speaks for a theme. `start`, `end`: code points; -1 in the stem, -2 in the section."""

    theme_id: str
    term: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class _Rule:
    """One compiled term: the numbers of its choices of phrases, and whether it speaks for or against the theme."""

    theme: int
    term: int
    choices: tuple[int, ...]
    ordered: bool
    source: str
    weight: float
    against: bool


_Rules = dict[int, tuple[_Rule, ...]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A compiled codebook: `choices` tells which choices a phrase is in; rules are filed by their first choice.

    `leftovers`: the terms (with their themes) that count only where no other theme is found.
    """

    theme_ids: tuple[str, ...]
    finder: PhraseFinder
    choices: tuple[tuple[int, ...], ...]
    rules: _Rules
    section_rules: _Rules
    leftovers: frozenset[tuple[str, str]]


def compile_lexicon(codebook: Codebook) -> Lexicon:
    """Compile the terms and not_terms of every theme; ConfigError names a term that cannot be read."""
    numbers: dict[tuple[Phrase, ...], int] = {}
    text_rules: dict[int, list[_Rule]] = defaultdict(list)
    section_rules: dict[int, list[_Rule]] = defaultdict(list)
    leftovers: set[tuple[str, str]] = set()
    for theme_no, theme in enumerate(codebook.themes):
        sources = [(s, False) for s in theme.terms] + [(s, True) for s in theme.not_terms]
        for term_no, (source, against) in enumerate(sources):
            term = parse_term(source, f"codebook, theme '{theme.id}'")
            choices = tuple(numbers.setdefault(part, len(numbers)) for part in term.parts)
            rule = _Rule(theme_no, term_no, choices, term.ordered, source, term.weight, against)
            (section_rules if term.where == "section" else text_rules)[choices[0]].append(rule)
            if term.where == "otherwise":
                leftovers.add((theme.id, source))
    phrases, memberships = _phrases(numbers)
    rules, in_sections = _frozen(text_rules), _frozen(section_rules)
    return Lexicon(codebook.ids, PhraseFinder(phrases), memberships, rules, in_sections, frozenset(leftovers))


def _phrases(numbers: dict[tuple[Phrase, ...], int]) -> tuple[list[Phrase], tuple[tuple[int, ...], ...]]:
    """Return the distinct phrases and, for each, the choices it belongs to."""
    memberships: dict[Phrase, list[int]] = defaultdict(list)
    for part, number in numbers.items():
        for phrase in part:
            memberships[phrase].append(number)
    return list(memberships), tuple(tuple(found) for found in memberships.values())


def _frozen(rules: dict[int, list[_Rule]]) -> _Rules:
    return {choice: tuple(found) for choice, found in rules.items()}


def match(
    lexicon: Lexicon, texts: Sequence[str], stems: Sequence[str] = (), sections: Sequence[str] = ()
) -> list[tuple[Hit, ...]]:
    """Return the hits of each statement, by theme in codebook order, then by place; stems and sections may be empty."""
    tokens = [tokenise(text) for text in texts]
    own = lexicon.finder.find([t.lemmas for t in tokens])
    stem_hits = _match_shared(lexicon, stems, lexicon.rules, STEM)
    section_hits = _match_shared(lexicon, sections, lexicon.section_rules, SECTION)
    result = []
    for i, (words, phrases) in enumerate(zip(tokens, own, strict=True)):
        hits = _hits(lexicon, lexicon.rules, phrases, words)
        if stems and stems[i]:
            hits = _merge(lexicon, hits, stem_hits[stems[i]])
        if sections and sections[i]:
            hits = _merge(lexicon, hits, section_hits[sections[i]])
        result.append(_settled(lexicon, hits) if lexicon.leftovers else hits)
    return result


def _settled(lexicon: Lexicon, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Drop the hits of leftover terms where another theme is found."""
    firm = tuple(h for h in hits if (h.theme_id, h.term) not in lexicon.leftovers)
    if len(firm) == len(hits):
        return hits
    found = [t for t, s in zip(lexicon.theme_ids, strengths(lexicon, [firm])[0], strict=True) if s >= FOUND]
    return tuple(h for h in hits if h in firm or not any(t != h.theme_id for t in found))


def _match_shared(lexicon: Lexicon, texts: Sequence[str], rules: _Rules, place: int) -> dict[str, tuple[Hit, ...]]:
    """Match each distinct stem or section once; its hits carry no offsets of their own."""
    distinct = sorted({text for text in texts if text}) if rules else []
    found = lexicon.finder.find([lemmas(text) for text in distinct])
    shared: dict[str, tuple[Hit, ...]] = {text: () for text in texts if text}
    for text, phrases in zip(distinct, found, strict=True):
        hits = _hits(lexicon, rules, phrases, None)
        shared[text] = tuple(Hit(h.theme_id, h.term, place, place, h.weight) for h in hits)
    return shared


def _hits(
    lexicon: Lexicon,
    rules: _Rules,
    phrases: Iterable[tuple[int, int, int]],
    words: Tokens | None,
) -> tuple[Hit, ...]:
    found: _Found = defaultdict(list)
    for number, first, last in phrases:
        for choice in lexicon.choices[number]:
            found[choice].append((first, last))
    by_theme: dict[int, list[tuple[_Rule, _Span]]] = defaultdict(list)
    for choice in list(found):
        for rule in rules.get(choice, ()):
            for span in _spans(rule, found):
                by_theme[rule.theme].append((rule, span))
    return tuple(
        _hit(lexicon, rule, span, words) for theme in sorted(by_theme) for rule, span in _kept(by_theme[theme])
    )


def _hit(lexicon: Lexicon, rule: _Rule, span: _Span, words: Tokens | None) -> Hit:
    start, end = (words.starts[span[0]], words.ends[span[1] - 1]) if words else span
    return Hit(lexicon.theme_ids[rule.theme], rule.source, start, end, rule.weight)


def _spans(rule: _Rule, found: _Found) -> list[_Span]:
    """Return where a rule's parts stand together, as first and one past the last word."""
    if len(rule.choices) == 1:
        return found[rule.choices[0]]
    if rule.choices[1] not in found:
        return []
    places = [found.get(choice, []) for choice in rule.choices]
    return _in_order(places) if rule.ordered else _anywhere(places)


def _in_order(places: Sequence[Sequence[_Span]]) -> list[_Span]:
    open_spans = list(places[0])
    for later in places[1:]:
        open_spans = [
            (first, next_last)
            for first, last in open_spans
            for next_first, next_last in later
            if 0 <= next_first - last <= GAP_WORDS
        ]
    return open_spans


def _anywhere(places: Sequence[Sequence[_Span]]) -> list[_Span]:
    """Return one span around the first place of each part, provided that no two of them overlap."""
    if not all(places):
        return []
    spans = sorted(spans[0] for spans in places)
    apart = all(left[1] <= right[0] for left, right in pairwise(spans))
    return [(spans[0][0], spans[-1][1])] if apart else []


def _kept(pairs: list[tuple[_Rule, _Span]]) -> list[tuple[_Rule, _Span]]:
    """Drop what a not_term touches, repeats of a term, and hits inside another that is at least as strong."""
    against = [span for rule, span in pairs if rule.against]
    fit = [p for p in pairs if not p[0].against and not any(_touch(p[1], span) for span in against)]
    fit.sort(key=lambda p: (-p[0].weight, p[1][0] - p[1][1], p[1], p[0].term))
    kept: list[tuple[_Rule, _Span]] = []
    for rule, span in fit:
        if not any(rule.term == r.term or (s[0] <= span[0] and span[1] <= s[1]) for r, s in kept):
            kept.append((rule, span))
    return sorted(kept, key=lambda p: (p[1], p[0].term))


def _touch(a: _Span, b: _Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _merge(lexicon: Lexicon, hits: tuple[Hit, ...], more: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Add the hits of the stem or section that the statement does not have itself."""
    if not more:
        return hits
    said = {(h.theme_id, h.term) for h in hits}
    new = (h for h in more if (h.theme_id, h.term) not in said)
    return tuple(sorted((*hits, *new), key=lambda h: lexicon.theme_ids.index(h.theme_id)))


def scores(
    lexicon: Lexicon, texts: Sequence[str], stems: Sequence[str] = (), sections: Sequence[str] = ()
) -> NDArray[np.float64]:
    """Return statements by themes, 0 to 1: how strongly the terms speak for the theme; see `strengths`."""
    return strengths(lexicon, match(lexicon, texts, stems, sections))


def strengths(lexicon: Lexicon, hits: Sequence[tuple[Hit, ...]]) -> NDArray[np.float64]:
    """Combine each statement's hits by theme: 1 - product of (1 - weight), as if terms erred independently."""
    column = {theme: i for i, theme in enumerate(lexicon.theme_ids)}
    doubt = np.ones((len(hits), len(column)))
    for row, found in enumerate(hits):
        for hit in found:
            doubt[row, column[hit.theme_id]] *= 1 - hit.weight
    return 1 - doubt

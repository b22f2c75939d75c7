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


@dataclass(frozen=True, slots=True)
class Hit:
    """A term that speaks for a theme. `start`, `end`: code points; -1 in the stem, -2 in the section.

    A `weight` of 0 is a not_term's, kept where it leaves its theme no other hit: it speaks against the theme.
    """

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


@dataclass(frozen=True, slots=True)
class _Index:
    """What a phrase (by its number) leads to: the terms of one part that it fires, and what it does for longer ones.

    `members`: the phrases of a choice. `mask`: the choices that a phrase is in, as bits. `longer`: the terms of several
    parts whose rarest choice a phrase is in, each with the bits of its choices.
    """

    fires: tuple[tuple[_Rule, ...], ...]
    members: dict[int, tuple[int, ...]]
    mask: tuple[int, ...]
    longer: tuple[tuple[tuple[int, _Rule], ...], ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A compiled codebook. `leftovers`: terms (with their themes) that count only where no other theme is found."""

    theme_ids: tuple[str, ...]
    finder: PhraseFinder
    text: _Index
    section: _Index
    leftovers: frozenset[tuple[str, str]]


def compile_lexicon(codebook: Codebook) -> Lexicon:
    """Compile the terms and not_terms of every theme; ConfigError names a term that cannot be read."""
    numbers: dict[tuple[Phrase, ...], int] = {}
    text: list[_Rule] = []
    section: list[_Rule] = []
    leftovers: set[tuple[str, str]] = set()
    for theme_no, theme in enumerate(codebook.themes):
        sources = [(s, False) for s in theme.terms] + [(s, True) for s in theme.not_terms]
        for term_no, (source, against) in enumerate(sources):
            term = parse_term(source, f"codebook, theme '{theme.id}'")
            choices = tuple(numbers.setdefault(part, len(numbers)) for part in term.parts)
            weight = 0.0 if against else term.weight
            rule = _Rule(theme_no, term_no, choices, term.ordered, source, weight, against)
            (section if term.where == "section" else text).append(rule)
            if term.where == "otherwise":
                leftovers.add((theme.id, source))
    phrases = list(dict.fromkeys(phrase for part in numbers for phrase in part))
    in_text, in_section = (_index(rules, list(numbers), phrases) for rules in (text, section))
    return Lexicon(codebook.ids, PhraseFinder(phrases), in_text, in_section, frozenset(leftovers))


def _index(rules: Sequence[_Rule], parts: Sequence[tuple[Phrase, ...]], phrases: Sequence[Phrase]) -> _Index:
    numbers = {phrase: number for number, phrase in enumerate(phrases)}
    fires: list[list[_Rule]] = [[] for _ in phrases]
    members: dict[int, tuple[int, ...]] = {}
    for rule in rules:
        if len(rule.choices) == 1:
            for phrase in parts[rule.choices[0]]:
                fires[numbers[phrase]].append(rule)
        else:
            members |= {choice: tuple(numbers[phrase] for phrase in parts[choice]) for choice in rule.choices}
    mask, bits, uses = [0] * len(phrases), {choice: 1 << bit for bit, choice in enumerate(members)}, [0] * len(phrases)
    for choice, found in members.items():
        for number in found:
            mask[number] |= bits[choice]
            uses[number] += 1
    longer: list[list[tuple[int, _Rule]]] = [[] for _ in phrases]
    for rule in rules:
        if len(rule.choices) > 1:  # the phrases that few terms use are taken for the rarest: they are looked at first
            rarest = min(rule.choices, key=lambda choice: max(uses[number] for number in members[choice]))
            needed = sum({bits[choice] for choice in rule.choices})
            for number in members[rarest]:
                longer[number].append((needed, rule))
    return _Index(tuple(map(tuple, fires)), members, tuple(mask), tuple(map(tuple, longer)))


def match(
    lexicon: Lexicon, texts: Sequence[str], stems: Sequence[str] = (), sections: Sequence[str] = ()
) -> list[tuple[Hit, ...]]:
    """Return the hits of each statement, by theme in codebook order, then by place; stems and sections may be empty."""
    tokens = [tokenise(text) for text in texts]
    own = lexicon.finder.find([t.lemmas for t in tokens])
    stem_hits = _match_shared(lexicon, stems, lexicon.text, STEM)
    section_hits = _match_shared(lexicon, sections, lexicon.section, SECTION)
    result = []
    for i, (words, phrases) in enumerate(zip(tokens, own, strict=True)):
        hits = _hits(lexicon, lexicon.text, phrases, words)
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


def _match_shared(lexicon: Lexicon, texts: Sequence[str], index: _Index, place: int) -> dict[str, tuple[Hit, ...]]:
    """Match each distinct stem or section once; its hits carry no offsets of their own."""
    distinct = sorted({text for text in texts if text})
    found = lexicon.finder.find([lemmas(text) for text in distinct])
    shared: dict[str, tuple[Hit, ...]] = {text: () for text in texts if text}
    for text, phrases in zip(distinct, found, strict=True):
        hits = _hits(lexicon, index, phrases, None)
        shared[text] = tuple(Hit(h.theme_id, h.term, place, place, h.weight) for h in hits)
    return shared


def _hits(
    lexicon: Lexicon, index: _Index, phrases: Iterable[tuple[int, int, int]], words: Tokens | None
) -> tuple[Hit, ...]:
    by_theme: dict[int, list[tuple[_Rule, _Span]]] = defaultdict(list)
    found: dict[int, list[_Span]] = defaultdict(list)
    present = 0
    for number, first, last in phrases:
        found[number].append((first, last))
        present |= index.mask[number]
    longer: dict[int, _Rule] = {}
    for number, spans in found.items():
        for rule in index.fires[number]:
            by_theme[rule.theme].extend([(rule, span) for span in spans])
        for needed, rule in index.longer[number]:
            if needed & present == needed:
                longer[id(rule)] = rule
    for rule in longer.values():
        by_theme[rule.theme].extend([(rule, span) for span in _spans(rule, index, found)])
    kept = ((rule, span) for theme in sorted(by_theme) for rule, span in _kept(by_theme[theme]))
    return tuple(_hit(lexicon, rule, span, words) for rule, span in kept)


def _hit(lexicon: Lexicon, rule: _Rule, span: _Span, words: Tokens | None) -> Hit:
    start, end = (words.starts[span[0]], words.ends[span[1] - 1]) if words else span
    return Hit(lexicon.theme_ids[rule.theme], rule.source, start, end, rule.weight)


def _spans(rule: _Rule, index: _Index, found: dict[int, list[_Span]]) -> list[_Span]:
    """Return where a rule's parts stand together, as first and one past the last word."""
    places = [
        sorted(span for number in index.members[choice] if number in found for span in found[number])
        for choice in rule.choices
    ]
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
    """Drop what a not_term touches, repeats of a term, and hits inside another that is at least as strong.

    Where nothing is left, the not_term is.
    """
    if len(pairs) < 2:
        return pairs
    against = [span for rule, span in pairs if rule.against]
    fit = [p for p in pairs if not p[0].against and not any(_touch(p[1], span) for span in against)]
    fit.sort(key=lambda p: (-p[0].weight, p[1][0] - p[1][1], p[1], p[0].term))
    kept: list[tuple[_Rule, _Span]] = []
    for rule, span in fit:
        if not any(rule.term == r.term or (s[0] <= span[0] and span[1] <= s[1]) for r, s in kept):
            kept.append((rule, span))
    if not kept:
        return [min((p for p in pairs if p[0].against), key=lambda p: (p[1], p[0].term))]
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

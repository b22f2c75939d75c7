"""Cues: phrases over words, found in one pass whatever their number, and read with their negation and clause.

A phrase is words separated by spaces; `word*` is any word with that beginning, `(a|b)` one of several, `~` up to three
words in between, and a leading `^` binds the phrase to the beginning of the statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

TOKEN = re.compile(r"\d[\d,.]*\d%?|\d%?|[^\W\d_]+(?:[’'-][^\W\d_]+)*|[,;:()—–.!?…]|(?<=\s)-(?=\s)")
_GAP = 3
_BOUNDARIES = frozenset(",;:()—–-.!?…")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a cue: its atoms, and whether it must open the statement."""

    cue: int
    atoms: tuple[str, ...]
    first_only: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found: tokens `[start:end]`, and whether a negation holds over it."""

    cue: int
    start: int
    end: int
    negated: bool


@lru_cache(maxsize=4096)
def _atom(atom: str) -> re.Pattern[str]:
    options = atom[1:-1].split("|") if atom.startswith("(") else [atom]
    return re.compile("|".join(re.escape(option).replace(r"\*", r"[\w’'-]*") for option in options))


class CueFinder:
    """Finds the phrases of many cues in a list of lower-case tokens."""

    def __init__(self, cues: Sequence[Iterable[str]], negators: Iterable[str], not_negators: Iterable[str]) -> None:
        self._phrases = [self._parse(cue, text) for cue, texts in enumerate(cues) for text in texts]
        self._negators = [self._parse(-1, text) for text in negators]
        self._not_negators = [self._parse(-1, text) for text in not_negators]
        self._starts: dict[str, tuple[Phrase, ...]] = {}
        self._negator_starts: dict[str, tuple[Phrase, ...]] = {}
        self._innocent_starts: dict[str, tuple[Phrase, ...]] = {}

    @staticmethod
    def _parse(cue: int, text: str) -> Phrase:
        words = text.lower().replace("’", "'").split()
        first_only = words[0] == "^" or words[0].startswith("^")
        words = [word for word in (words[0].removeprefix("^"), *words[1:]) if word]
        return Phrase(cue, tuple(words), first_only)

    @staticmethod
    def _opening(known: dict[str, tuple[Phrase, ...]], phrases: list[Phrase], word: str) -> tuple[Phrase, ...]:
        """Return the phrases that this word may open; computed once a word."""
        found = known.get(word)
        if found is None:
            found = known[word] = tuple(p for p in phrases if _atom(p.atoms[0]).fullmatch(word))
        return found

    def find(self, tokens: Sequence[str]) -> list[Hit]:
        """Return the hits in order of their place; the longer of two that overlap in one cue wins."""
        negations = self._negations(tokens)
        hits: list[Hit] = []
        for at, word in enumerate(tokens):
            for phrase in self._opening(self._starts, self._phrases, word):
                if phrase.first_only and at > 1:
                    continue
                end = _match(phrase.atoms, tokens, at)
                if end:
                    hits.append(Hit(phrase.cue, at, end, _is_negated(tokens, at, end, negations)))
        return _longest(hits)

    def _negations(self, tokens: Sequence[str]) -> list[int]:
        """Return the places of negating words, without those that negate nothing ("not only", "no doubt")."""
        places = []
        for at, word in enumerate(tokens):
            if not self._opening(self._negator_starts, self._negators, word):
                continue
            ends = [_match(p.atoms, tokens, at) for p in self._negator_starts[word]]
            innocent = self._opening(self._innocent_starts, self._not_negators, word)
            if any(ends) and not any(_match(p.atoms, tokens, at) for p in innocent):
                places.append(max(ends) - 1)
        return places


def tokens_of(text: str) -> list[str]:
    """Return the lower-case words, figures and stops of a text."""
    return [token.lower().replace("’", "'") for token in TOKEN.findall(text)]


def _match(atoms: tuple[str, ...], tokens: Sequence[str], at: int) -> int:
    """Return the end of the phrase that starts at token `at`, or 0."""
    place, gap = at, 0
    for atom in atoms:
        if atom == "~":
            gap = _GAP
            continue
        pattern = _atom(atom)
        for skipped in range(gap + 1):
            if place + skipped >= len(tokens) or (skipped and tokens[place + skipped - 1] in _BOUNDARIES):
                return 0
            if pattern.fullmatch(tokens[place + skipped]):
                place += skipped + 1
                break
        else:
            return 0
        gap = 0
    return place


def _is_negated(tokens: Sequence[str], start: int, end: int, negations: Sequence[int]) -> bool:
    """A negation holds over the four words after it, up to a stop or a contrast."""
    for place in negations:
        if start - 5 <= place < start:
            between = tokens[place + 1 : start]
            if not any(word in _BOUNDARIES or word in ("but", "because", "so") for word in between):
                return True
    return False


def _longest(hits: list[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    ends: Mapping[int, int] = {}
    last: dict[int, int] = dict(ends)
    for hit in sorted(hits, key=lambda h: (h.start, -(h.end - h.start))):
        if hit.start >= last.get(hit.cue, 0):
            kept.append(hit)
            last[hit.cue] = hit.end
    return kept

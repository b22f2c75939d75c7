"""Cues: phrases over words, found in one pass whatever their number, and read with their negation and clause.

A phrase is words separated by spaces; `word*` is any word with that beginning, `(a|b)` one of several, `~` up to three
words in between, and a leading `^` binds the phrase to the beginning of the statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TOKEN = re.compile(r"\d[\d,.]*\d%?|\d%?|[^\W\d_]+(?:[’'-][^\W\d_]+)*|[,;:()—–.!?…]|(?<=\s)-(?=\s)")
_GAP = 3
_BOUNDARIES = frozenset(",;:()—–-.!?…")
_REACH = 5  # words over which a negation holds
_STOPS_NEGATION = frozenset(("but", "because", "so"))
_GAP_ATOM = -1


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a cue: the numbers of its atoms, and whether it must open the statement."""

    cue: int
    atoms: tuple[int, ...]
    first_only: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found: tokens `[start:end]`, and the place of the word that negates it, or -1.

    `weak`: the negation is a diminisher ("lack of", "fail to"), which turns what is good and leaves what is bad.
    """

    cue: int
    start: int
    end: int
    negation: int = -1
    weak: bool = False

    @property
    def negated(self) -> bool:
        """Tell whether a negation holds over the cue."""
        return self.negation >= 0


class Atoms:
    """The words that phrases are made of; tells for a word which atoms it fits, once a word."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._whole: dict[str, set[int]] = {}
        self._beginnings: dict[str, set[int]] = {}
        self._endings: dict[str, set[int]] = {}
        self._known: dict[str, frozenset[int]] = {}

    def number(self, atom: str) -> int:
        """Return the number of an atom, making it known."""
        if atom == "~":
            return _GAP_ATOM
        if atom not in self._numbers:
            number = self._numbers[atom] = len(self._numbers)
            for option in atom[1:-1].split("|") if atom.startswith("(") else [atom]:
                if option.endswith("*"):
                    self._beginnings.setdefault(option[:-1], set()).add(number)
                elif option.startswith("*"):
                    self._endings.setdefault(option[1:], set()).add(number)
                else:
                    self._whole.setdefault(option, set()).add(number)
        return self._numbers[atom]

    def of(self, word: str) -> frozenset[int]:
        """Return the numbers of the atoms that a word fits."""
        found = self._known.get(word)
        if found is None:
            fits = set(self._whole.get(word, ()))
            if word not in _BOUNDARIES:
                for length in range(len(word) + 1):
                    fits |= self._beginnings.get(word[:length], set()) | self._endings.get(word[length:], set())
            found = self._known[word] = frozenset(fits)
        return found


class PhraseBook:
    """Phrases by the atom that opens them."""

    def __init__(self, atoms: Atoms, phrases: Iterable[tuple[int, str]]) -> None:
        self._atoms = atoms
        self._by_atom: dict[int, list[Phrase]] = {}
        self._by_word: dict[str, tuple[Phrase, ...]] = {}
        for cue, text in phrases:
            phrase = self._parse(cue, text)
            self._by_atom.setdefault(phrase.atoms[0], []).append(phrase)

    def _parse(self, cue: int, text: str) -> Phrase:
        words = text.lower().replace("’", "'").split()
        first_only = words[0].startswith("^")
        words = [word for word in (words[0].removeprefix("^"), *words[1:]) if word]
        return Phrase(cue, tuple(self._atoms.number(word) for word in words), first_only)

    def at(self, word: str) -> tuple[Phrase, ...]:
        """Return the phrases that a word may open."""
        found = self._by_word.get(word)
        if found is None:
            numbers = sorted(self._atoms.of(word))
            found = self._by_word[word] = tuple(p for n in numbers for p in self._by_atom.get(n, ()))
        return found


class CueFinder:
    """Finds the phrases of many cues in a list of lower-case tokens."""

    def __init__(
        self,
        cues: Sequence[Iterable[str]],
        negators: Iterable[str],
        diminishers: Iterable[str],
        not_negators: Iterable[str],
    ) -> None:
        self._atoms = Atoms()
        self._cues = PhraseBook(self._atoms, ((cue, text) for cue, texts in enumerate(cues) for text in texts))
        self._negators = PhraseBook(self._atoms, ((0, text) for text in negators))
        self._diminishers = PhraseBook(self._atoms, ((0, text) for text in diminishers))
        self._innocent = PhraseBook(self._atoms, ((0, text) for text in not_negators))

    def find(self, tokens: Sequence[str]) -> list[Hit]:
        """Return the hits in order of their place; the longer of two that overlap in one cue wins."""
        fits = [self._atoms.of(token) for token in tokens]
        negations = self._negations(tokens, fits)
        hits: list[Hit] = []
        for at, word in enumerate(tokens):
            for phrase in self._cues.at(word):
                if phrase.first_only and at > 1:
                    continue
                end = _match(phrase.atoms, tokens, fits, at)
                if end:
                    hits.append(Hit(phrase.cue, at, end, *_negation(tokens, at, negations)))
        return _longest(hits)

    def _negations(self, tokens: Sequence[str], fits: Sequence[frozenset[int]]) -> list[tuple[int, bool]]:
        """Return the places of negating words and whether they are weak, without the innocent ("not only")."""
        places = []
        for at, word in enumerate(tokens):
            weak = max((_match(p.atoms, tokens, fits, at) for p in self._diminishers.at(word)), default=0)
            full = max((_match(p.atoms, tokens, fits, at) for p in self._negators.at(word)), default=0)
            end = max(weak, full)
            if end and not any(_match(p.atoms, tokens, fits, at) for p in self._innocent.at(word)):
                places.append((end - 1, weak >= full))
        return places


def tokens_of(text: str) -> list[str]:
    """Return the lower-case words, figures and stops of a text."""
    return TOKEN.findall(text.lower().replace("’", "'"))


def _match(atoms: tuple[int, ...], tokens: Sequence[str], fits: Sequence[frozenset[int]], at: int) -> int:
    """Return the end of the phrase that starts at token `at`, or 0."""
    if len(atoms) == 1:
        return at + 1
    place, gap, last = at, 0, len(tokens)
    for atom in atoms:
        if atom == _GAP_ATOM:
            gap = _GAP
            continue
        while place < last and atom not in fits[place]:
            if not gap or tokens[place] in _BOUNDARIES:
                return 0
            place, gap = place + 1, gap - 1
        if place >= last:
            return 0
        place, gap = place + 1, 0
    return place


def _negation(tokens: Sequence[str], start: int, negations: Sequence[tuple[int, bool]]) -> tuple[int, bool]:
    """Return the place of the negation that holds at a token: over the words after it, up to a stop or a contrast."""
    for place, weak in reversed(negations):
        if start - _REACH <= place < start:
            between = tokens[place + 1 : start]
            if not any(word in _BOUNDARIES or word in _STOPS_NEGATION for word in between):
                return place, weak
    return -1, False


def _longest(hits: list[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    last: dict[int, int] = {}
    for hit in sorted(hits, key=lambda h: (h.start, h.start - h.end)):
        if hit.start >= last.get(hit.cue, 0):
            kept.append(hit)
            last[hit.cue] = hit.end
    return kept

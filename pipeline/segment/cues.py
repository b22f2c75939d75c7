"""Cues: phrases over words, found in one pass whatever their number, and read with their negation and clause.

A phrase is words separated by spaces; `word*` is any word with that beginning, `*word` any with that ending, `(a|b)`
one of several, `~` up to three words in between, and a leading `^` binds the phrase to the statement's beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

TOKEN = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*|\d(?:[\d,.]*\d)?%?|[,;:()—–.!?…]|-(?<=\s-)(?=\s)")
_GAP = 3
_BOUNDARIES = frozenset(",;:()—–-.!?…")
_REACH = 5  # words over which a negation holds
_STOPS_NEGATION = frozenset(("but", "because", "so"))
_GAP_ATOM = -1
_OPENING_TOKENS = 2  # a phrase bound to the beginning may have a quotation mark or dash before it
_NEGATOR, _DIMINISHER, _INNOCENT = -1, -2, -3  # what stands in a phrase's `cue` when it is none
_KEPT_WORDS = 200_000  # words whose class is remembered

_Place = tuple[int, int, int]  # first token, minus one past the last, cue


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a cue: the numbers of its atoms, and whether it must open the statement."""

    cue: int
    atoms: tuple[int, ...]
    first_only: bool


class Hit(NamedTuple):
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
    """The words that phrases are made of; tells for a word which atoms it fits."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._whole: dict[str, set[int]] = {}
        self._beginnings: dict[str, set[int]] = {}
        self._endings: dict[str, set[int]] = {}

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
        fits = set(self._whole.get(word, ()))
        if word not in _BOUNDARIES:
            for length in range(len(word) + 1):
                fits.update(self._beginnings.get(word[:length], ()), self._endings.get(word[length:], ()))
        return frozenset(fits)


@dataclass(frozen=True, slots=True, eq=False)
class WordClass:
    """The words that fit the same atoms, and so begin the same phrases: anywhere, or at a statement's beginning."""

    atoms: frozenset[int]
    anywhere: Opening | None
    first: Opening | None


class Opening:
    """The phrases that words of one class begin: cues of one word, and longer phrases by the word that follows."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self.alone = tuple(phrase.cue for phrase in phrases if len(phrase.atoms) == 1)
        self.followed = Followed([phrase for phrase in phrases if len(phrase.atoms) > 1])


class Followed(dict[WordClass, tuple[tuple[int, ...], tuple[Phrase, ...]]]):
    """Cues found, and phrases that may be, when a word of some class follows; thought out once a class."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        super().__init__()
        self._phrases = phrases

    def __missing__(self, word: WordClass) -> tuple[tuple[int, ...], tuple[Phrase, ...]]:
        fitting = [p for p in self._phrases if p.atoms[1] in word.atoms or p.atoms[1] == _GAP_ATOM]
        pairs = tuple(phrase.cue for phrase in fitting if len(phrase.atoms) == 2)
        found = self[word] = pairs, tuple(phrase for phrase in fitting if len(phrase.atoms) > 2)
        return found


class WordClasses(dict[str, WordClass]):
    """The class of each word, kept once asked."""

    def __init__(self, phrases: Iterable[Phrase], atoms: Atoms) -> None:
        super().__init__()
        self._atoms = atoms
        self._by_atoms: dict[frozenset[int], WordClass] = {}
        self._opened: dict[tuple[int, bool], list[Phrase]] = {}
        for phrase in phrases:
            self._opened.setdefault((phrase.atoms[0], phrase.first_only), []).append(phrase)

    def __missing__(self, word: str) -> WordClass:
        if len(self) >= _KEPT_WORDS:
            self.clear()
        atoms = self._atoms.of(word)
        if atoms not in self._by_atoms:
            self._by_atoms[atoms] = WordClass(atoms, self._opening(atoms, False), self._opening(atoms, True))
        found = self[word] = self._by_atoms[atoms]
        return found

    def _opening(self, atoms: Iterable[int], first_only: bool) -> Opening | None:
        phrases = [phrase for atom in atoms for phrase in self._opened.get((atom, first_only), ())]
        return Opening(phrases) if phrases else None


class CueFinder:
    """Finds the phrases of many cues in a list of lower-case tokens."""

    def __init__(
        self,
        cues: Sequence[Iterable[str]],
        negators: Iterable[str],
        diminishers: Iterable[str],
        not_negators: Iterable[str],
    ) -> None:
        texts = [(cue, text) for cue, texts in enumerate(cues) for text in texts]
        texts += [(_NEGATOR, text) for text in negators]
        texts += [(_DIMINISHER, text) for text in diminishers]
        texts += [(_INNOCENT, text) for text in not_negators]
        atoms = Atoms()
        self._classes = WordClasses([_phrase(cue, text, atoms) for cue, text in texts], atoms)

    def find(self, tokens: Sequence[str]) -> list[Hit]:
        """Return the hits in order of their place; the longer of two that overlap in one cue wins."""
        words = list(map(self._classes.__getitem__, tokens))
        found = _matches(tokens, words, [word.anywhere for word in words])
        found += _matches(tokens, words, [word.first for word in words[:_OPENING_TOKENS]])
        kept = _longest([hit for hit in found if hit[2] >= 0])
        negating = [hit for hit in found if hit[2] < 0]
        if not negating:
            return [Hit(cue, at, -end) for at, end, cue in kept]
        negations = _negations(negating)
        return [Hit(cue, at, -end, *_negation(tokens, at, negations)) for at, end, cue in kept]


def _phrase(cue: int, text: str, atoms: Atoms) -> Phrase:
    words = text.lower().replace("’", "'").split()
    first_only = words[0].startswith("^")
    words = [word for word in (words[0].removeprefix("^"), *words[1:]) if word]
    return Phrase(cue, tuple(atoms.number(word) for word in words), first_only)


def _matches(tokens: Sequence[str], words: Sequence[WordClass], openings: Sequence[Opening | None]) -> list[_Place]:
    """Return (place, -end, cue) of every phrase that the openings lead to, one for each of the first tokens."""
    found: list[_Place] = []
    last = len(tokens) - 1
    for at, opening in enumerate(openings):
        if opening is None:
            continue
        for cue in opening.alone:
            found.append((at, -at - 1, cue))
        if at < last:
            pairs, longer = opening.followed[words[at + 1]]
            for cue in pairs:
                found.append((at, -at - 2, cue))
            for phrase in longer:
                if end := _end(phrase.atoms, tokens, words, at):
                    found.append((at, -end, phrase.cue))
    return found


def _end(atoms: Sequence[int], tokens: Sequence[str], words: Sequence[WordClass], at: int) -> int:
    """Return the end of the phrase that starts at token `at`, or 0."""
    place, gap, last = at, 0, len(tokens)
    for atom in atoms:
        if atom == _GAP_ATOM:
            gap = _GAP
            continue
        while place < last and atom not in words[place].atoms:
            if not gap or tokens[place] in _BOUNDARIES:
                return 0
            place, gap = place + 1, gap - 1
        if place >= last:
            return 0
        place, gap = place + 1, 0
    return place


def tokens_of(text: str) -> list[str]:
    """Return the lower-case words, figures and stops of a text."""
    return TOKEN.findall(text.lower().replace("’", "'"))


def _negations(found: Iterable[_Place]) -> list[tuple[int, bool]]:
    """Return the places of negating words and whether they are weak, without the innocent ("not only")."""
    places = []
    for _, group in groupby(sorted(found), key=lambda place: place[0]):
        ends = {(sort, -end) for _, end, sort in group}
        if any(sort == _INNOCENT for sort, _ in ends):
            continue
        end = max(end for _, end in ends)
        places.append((end - 1, (_DIMINISHER, end) in ends))
    return places


def _negation(tokens: Sequence[str], start: int, negations: Sequence[tuple[int, bool]]) -> tuple[int, bool]:
    """Return the place of the negation that holds at a token: over the words after it, up to a stop or a contrast."""
    for place, weak in reversed(negations):
        if start - _REACH <= place < start:
            between = tokens[place + 1 : start]
            if not any(word in _BOUNDARIES or word in _STOPS_NEGATION for word in between):
                return place, weak
    return -1, False


def _longest(found: list[_Place]) -> list[_Place]:
    """Keep of the (place, -end, cue) of one cue that overlap the one that begins first, or the longer of two."""
    kept: list[_Place] = []
    last: dict[int, int] = {}
    for hit in sorted(found):
        if hit[0] >= last.get(hit[2], 0):
            kept.append(hit)
            last[hit[2]] = -hit[1]
    return kept

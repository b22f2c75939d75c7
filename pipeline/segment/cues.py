"""Cues: phrases over words, found in one pass whatever their number, and read with their negation and clause.

A phrase is words separated by spaces; `word*` is any word with that beginning, `*word` any with that ending, `(a|b)`
one of several, `~` up to three words in between, and a leading `^` binds the phrase to the statement's beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

TOKEN = re.compile(r"\d[\d,.]*\d%?|\d%?|[^\W\d_]+(?:[’'-][^\W\d_]+)*|[,;:()—–.!?…]|(?<=\s)-(?=\s)")
_GAP = 3
_BOUNDARIES = frozenset(",;:()—–-.!?…")
_REACH = 5  # words over which a negation holds
_STOPS_NEGATION = frozenset(("but", "because", "so"))
_GAP_ATOM = -1
_NEGATOR, _DIMINISHER, _INNOCENT = -1, -2, -3  # what stands in a phrase's `cue` when it is none
_KEPT_PAIRS = 200_000  # pairs of words whose phrases are remembered


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
    """Phrases by the words that may open them: what a word is alone, and what it may begin with the word after it."""

    def __init__(self, phrases: Iterable[tuple[int, str]]) -> None:
        self.atoms = Atoms()
        self._by_atom: dict[int, list[Phrase]] = {}
        self._longer: dict[str, tuple[Phrase, ...]] = {}
        self.opened: dict[str, tuple[tuple[Phrase, ...], bool]] = {}
        self.pairs: dict[tuple[str, str], tuple[Phrase, ...]] = {}
        for cue, text in phrases:
            phrase = self._parse(cue, text)
            self._by_atom.setdefault(phrase.atoms[0], []).append(phrase)

    def _parse(self, cue: int, text: str) -> Phrase:
        words = text.lower().replace("’", "'").split()
        first_only = words[0].startswith("^")
        words = [word for word in (words[0].removeprefix("^"), *words[1:]) if word]
        return Phrase(cue, tuple(self.atoms.number(word) for word in words), first_only)

    def open(self, word: str) -> tuple[tuple[Phrase, ...], bool]:
        """Return the phrases of one word that a word fits, and whether it may open longer ones; kept in `opened`."""
        opened = [p for n in sorted(self.atoms.of(word)) for p in self._by_atom.get(n, ())]
        self._longer[word] = tuple(p for p in opened if len(p.atoms) > 1)
        found = self.opened[word] = (tuple(p for p in opened if len(p.atoms) == 1), bool(self._longer[word]))
        return found

    def pair(self, word: str, following: str) -> tuple[Phrase, ...]:
        """Return the phrases that a word and the one after it may open; kept in `pairs`."""
        if len(self.pairs) > _KEPT_PAIRS:
            self.pairs.clear()
        fits = self.atoms.of(following)
        found = tuple(p for p in self._longer[word] if p.atoms[1] in fits or p.atoms[1] == _GAP_ATOM)
        self.pairs[word, following] = found
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
        phrases = [(cue, text) for cue, texts in enumerate(cues) for text in texts]
        phrases += [(_NEGATOR, text) for text in negators]
        phrases += [(_DIMINISHER, text) for text in diminishers]
        phrases += [(_INNOCENT, text) for text in not_negators]
        self._book = PhraseBook(phrases)

    def find(self, tokens: Sequence[str]) -> list[Hit]:
        """Return the hits in order of their place; the longer of two that overlap in one cue wins."""
        found: list[tuple[int, int, int]] = []
        negating: dict[int, list[tuple[int, int]]] = {}
        for at, phrase, end in self._matches(tokens):
            if phrase.first_only and at > 1:
                continue
            if phrase.cue >= 0:
                found.append((at, -end, phrase.cue))
            else:
                negating.setdefault(at, []).append((phrase.cue, end))
        kept = _longest(found)
        if not negating:
            return [Hit(cue, at, -end) for at, end, cue in kept]
        negations = _negations(negating)
        return [Hit(cue, at, -end, *_negation(tokens, at, negations)) for at, end, cue in kept]

    def _matches(self, tokens: Sequence[str]) -> list[tuple[int, Phrase, int]]:
        """Return (place, phrase, end) of every phrase that fits, at the beginning or not."""
        book, opened, pairs = self._book, self._book.opened, self._book.pairs
        out: list[tuple[int, Phrase, int]] = []
        at, following = len(tokens), ""
        for word in reversed(tokens):
            at -= 1
            alone, longer = opened.get(word) or book.open(word)
            for phrase in alone:
                out.append((at, phrase, at + 1))
            if longer and following:
                fitting = pairs.get((word, following))
                for phrase in book.pair(word, following) if fitting is None else fitting:
                    end = self._end(phrase.atoms, tokens, at)
                    if end:
                        out.append((at, phrase, end))
            following = word
        return out

    def _end(self, atoms: tuple[int, ...], tokens: Sequence[str], at: int) -> int:
        """Return the end of the phrase that starts at token `at`, or 0."""
        if len(atoms) == 2 and _GAP_ATOM not in atoms:  # the pair is known to fit
            return at + 2
        fits, place, gap, last = self._book.atoms.of, at, 0, len(tokens)
        for atom in atoms:
            if atom == _GAP_ATOM:
                gap = _GAP
                continue
            while place < last and atom not in fits(tokens[place]):
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


def _negations(found: dict[int, list[tuple[int, int]]]) -> list[tuple[int, bool]]:
    """Return the places of negating words and whether they are weak, without the innocent ("not only")."""
    places = []
    for _, ends in sorted(found.items()):
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


def _longest(found: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Keep of the (place, -end, cue) of one cue that overlap the one that begins first, or the longer of two."""
    kept: list[tuple[int, int, int]] = []
    last: dict[int, int] = {}
    for hit in sorted(found):
        if hit[0] >= last.get(hit[2], 0):
            kept.append(hit)
            last[hit[2]] = -hit[1]
    return kept

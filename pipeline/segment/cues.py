"""Cues: phrases over words, found in many texts at once, whatever their number, and read with their negation.

A phrase is words separated by spaces; `word*` is any word with that beginning, `*word` any with that ending, `(a|b)`
one of several, `~` up to three words in between, and a leading `^` binds the phrase to the statement's beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

import numpy as np

from pipeline.segment.tokens import END, Bools, Numbers, Tokens, Word

_GAP = 3
_BOUNDARIES = frozenset((*",;:()—–-.!?…", ""))  # stops, and the end of the text
_REACH = 5  # words over which a negation holds
_STOPS_NEGATION = _BOUNDARIES | {"but", "because", "so"}
_GAP_ATOM = -1
_OPENING_TOKENS = 2  # a phrase bound to the beginning may have a quotation mark or dash before it
NEGATOR, DIMINISHER, INNOCENT = -1, -2, -3  # what stands in a phrase's `cue` when it is none
CUE_MARKS = (BOUNDARY, _STOP) = ("boundary", "stops negation")

_Opened = tuple[list[int], dict[int, list[int]]]
_Place = tuple[int, int, int]  # first token, one past the last, cue


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a cue: the numbers of its atoms, and whether it must open the statement."""

    cue: int
    atoms: tuple[int, ...]
    first_only: bool


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Cues found, in order of place: tokens `[start:end]`, and the place of the word that negates each, or -1.

    `weak`: the negation is a diminisher ("lack of", "fail to"), which turns what is good and leaves what is bad.
    """

    cue: Numbers
    start: Numbers
    end: Numbers
    negation: Numbers
    weak: Bools

    def where(self, kept: Bools) -> Hits:
        """Return some of the hits."""
        return Hits(self.cue[kept], self.start[kept], self.end[kept], self.negation[kept], self.weak[kept])


def cue_marks(word: str) -> Iterator[str]:
    """Yield the marks of a word that the search for phrases looks at, `CUE_MARKS`."""
    if word in _BOUNDARIES:
        yield BOUNDARY
    if word in _STOPS_NEGATION:
        yield _STOP


def phrase_of(cue: int, text: str, atoms: Atoms) -> Phrase:
    """Read a phrase as it is written in the rules."""
    words = text.lower().replace("’", "'").split()
    first_only = words[0].startswith("^")
    words = [word for word in (words[0].removeprefix("^"), *words[1:]) if word]
    return Phrase(cue, tuple(atoms.number(word) for word in words), first_only)


class Atoms:
    """The words that phrases are made of; tells for a word which atoms it fits."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._whole: dict[str, set[int]] = {}
        self._beginnings: dict[str, set[int]] = {}
        self._endings: dict[str, set[int]] = {}
        self._sizes: set[int] = set()  # of beginnings and endings

    def number(self, atom: str) -> int:
        """Return the number of an atom, making it known."""
        if atom == "~":
            return _GAP_ATOM
        if atom not in self._numbers:
            number = self._numbers[atom] = len(self._numbers)
            for option in atom[1:-1].split("|") if atom.startswith("(") else [atom]:
                if "*" in (option[-1:], option[:1]):
                    self._sizes.add(len(option) - 1)
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
            for size in self._sizes:
                if size <= len(word):
                    fits.update(self._beginnings.get(word[:size], ()), self._endings.get(word[len(word) - size :], ()))
        return frozenset(fits)


class _Lists:
    """Lists of numbers, of which most are empty, by a number for each list."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, ...], int] = {(): 0}
        self._values, self._bounds = np.zeros(0, np.int64), np.zeros(2, np.int64)

    def number(self, values: tuple[int, ...]) -> int:
        """Return the number under which a list is kept; 0 for an empty one."""
        if values not in self._numbers:
            self._numbers[values] = len(self._numbers)
            self._values = np.append(self._values, values)
            self._bounds = np.append(self._bounds, len(self._values))
        return self._numbers[values]

    def spread(self, places: Numbers, numbers: Numbers) -> tuple[Numbers, Numbers]:
        """Return the values of the lists under `numbers`, each with the place that stands beside its list."""
        first = self._bounds[numbers]
        counts = self._bounds[numbers + 1] - first
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(places, counts), self._values[np.repeat(first, counts) + within]


class _Openings:
    """The phrases that a word opens, given the word after it; thought out when two classes first come up together."""

    def __init__(self, phrases: Iterable[tuple[int, Phrase]], words: Sequence[Word]) -> None:
        self._words = words
        self._alone: dict[int, list[int]] = {}
        self._followed: dict[int, dict[int, list[int]]] = {}
        self._by_word: dict[int, _Opened] = {}
        for number, phrase in phrases:
            if len(phrase.atoms) == 1:
                self._alone.setdefault(phrase.atoms[0], []).append(number)
            else:
                self._followed.setdefault(phrase.atoms[0], {}).setdefault(phrase.atoms[1], []).append(number)
        self._lists = _Lists()
        self._pairs = np.zeros((0, 0), np.int32)

    def at(self, places: Numbers, numbers: Numbers) -> tuple[Numbers, Numbers]:
        """Return the (place, phrase) of what may begin at places of a row of words; the last word is no place."""
        first, second = numbers[places], numbers[places + 1]
        self._make_room()
        found = self._pairs[first, second]
        new = found < 0
        if new.any():
            for key in np.unique(first[new] * len(self._pairs) + second[new]).tolist():
                pair = divmod(key, len(self._pairs))
                self._pairs[pair] = self._lists.number(self._opened(*pair))
            found = self._pairs[first, second]
        some = np.flatnonzero(found)
        return self._lists.spread(places[some], found[some].astype(np.int64))

    def _make_room(self) -> None:
        if len(self._pairs) < len(self._words):
            room = 2 * len(self._words)
            pairs = np.full((room, room), -1, np.int32)
            pairs[: len(self._pairs), : len(self._pairs)] = self._pairs
            self._pairs = pairs

    def _opened(self, first: int, second: int) -> tuple[int, ...]:
        alone, followed = self._by_word[first] if first in self._by_word else self._opened_by(first)
        after = () if second == END else (_GAP_ATOM, *self._words[second].atoms)
        return tuple(sorted(chain(alone, *(followed[atom] for atom in after if atom in followed))))

    def _opened_by(self, first: int) -> _Opened:
        """Return the phrases that a word is, and those that it opens by their second atom."""
        alone: list[int] = []
        followed: dict[int, list[int]] = {}
        for atom in self._words[first].atoms:
            alone += self._alone.get(atom, ())
            for other, numbers in self._followed.get(atom, {}).items():
                followed.setdefault(other, []).extend(numbers)
        self._by_word[first] = alone, followed
        return alone, followed


class CueFinder:
    """Finds the phrases of many cues in tokens; `words` are what the tokens' numbers stand for, and may grow."""

    def __init__(self, phrases: Sequence[Phrase], words: Sequence[Word]) -> None:
        self._phrases, self._words = phrases, words
        self._cues = np.array([phrase.cue for phrase in phrases], np.int64)
        self._sizes = np.array([len(phrase.atoms) for phrase in phrases], np.int64)
        sorts = ([(n, p) for n, p in enumerate(phrases) if p.first_only is first] for first in (False, True))
        self._anywhere, self._first = (_Openings(sort, words) for sort in sorts)

    def find(self, tokens: Tokens) -> Hits:
        """Return the hits in order of their place; the longer of two that overlap in one cue wins."""
        cue, start, end = self._found(tokens)
        negator, weak = self._negators(tokens, cue, start, end)
        cue, start, end = _longest(*(part[cue >= 0] for part in (cue, start, end)))
        return Hits(cue, start, end, negator[start], weak[start])

    def _found(self, tokens: Tokens) -> tuple[Numbers, Numbers, Numbers]:
        """Return cue, start and end of all phrases in the tokens."""
        opening = np.concatenate([tokens.starts + n for n in range(_OPENING_TOKENS)])
        opening = opening[opening < np.tile(tokens.ends, _OPENING_TOKENS)]
        numbers = tokens.numbers
        found = self._anywhere.at(np.arange(len(numbers) - 1), numbers), self._first.at(opening, numbers)
        start, phrase = (np.concatenate(part) for part in zip(*found, strict=True))
        end = start + self._sizes[phrase]
        longer = np.flatnonzero(self._sizes[phrase] > 2)
        if len(longer):
            row = numbers.tolist()
            pairs = zip(start[longer].tolist(), phrase[longer].tolist(), strict=True)
            end[longer] = [self._end(self._phrases[number].atoms, row, at) for at, number in pairs]
        held = end > 0
        return self._cues[phrase[held]], start[held], end[held]

    def _end(self, atoms: Sequence[int], row: Sequence[int], at: int) -> int:
        """Return the end of the phrase that starts at token `at`, or 0."""
        place, gap = at, 0
        for atom in atoms:
            if atom == _GAP_ATOM:
                gap = _GAP
                continue
            while atom not in self._words[row[place]].atoms:
                if not gap or BOUNDARY in self._words[row[place]].marks:
                    return 0
                place, gap = place + 1, gap - 1
            place, gap = place + 1, 0
        return place

    def _negators(self, tokens: Tokens, cue: Numbers, start: Numbers, end: Numbers) -> tuple[Numbers, Bools]:
        """Return for each token the place of the negation that holds there, or -1, and whether it is weak.

        A negation holds over the words after it, up to a stop or a contrast.
        """
        negator, weak = np.full(len(tokens.numbers), -1), np.zeros(len(tokens.numbers), np.bool_)
        negating = np.flatnonzero(cue < 0)
        found = zip(*(part[negating].tolist() for part in (start, end, cue)), strict=True)
        stops = tokens.marked(_STOP)
        for place, is_weak in _negations(sorted(found)):
            for at in range(place + 1, min(place + _REACH, len(stops) - 1) + 1):
                negator[at], weak[at] = place, is_weak
                if stops[at]:
                    break
        return negator, weak


def _negations(found: Iterable[_Place]) -> Iterator[tuple[int, bool]]:
    """Yield the places of negating words and whether they are weak, without the innocent ("not only")."""
    for _, group in groupby(found, key=lambda place: place[0]):
        ends = {(sort, end) for _, end, sort in group}
        if all(sort != INNOCENT for sort, _ in ends):
            end = max(end for _, end in ends)
            yield end - 1, (DIMINISHER, end) in ends


def _longest(cue: Numbers, start: Numbers, end: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Keep of the hits of one cue that overlap the one that begins first, or the longer of two; in order of place."""
    order = np.lexsort((-end, start, cue))
    cue, start, end = cue[order], start[order], end[order]
    span = int(end.max(initial=0)) + 1
    covered = np.maximum.accumulate(cue * span + end)
    kept = np.ones(len(cue), np.bool_)
    kept[1:] = cue[1:] * span + start[1:] >= covered[:-1]
    last = 0
    for at in np.flatnonzero(~kept).tolist():  # of those beside one that is kept, some may follow one that is not
        last = int(end[at - 1]) if kept[at - 1] else last
        if start[at] >= last:
            kept[at], last = True, int(end[at])
    order = np.lexsort((cue[kept], -end[kept], start[kept]))
    return cue[kept][order], start[kept][order], end[kept][order]

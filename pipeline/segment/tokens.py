"""Texts as rows of numbers: each token's number tells what the rules know of it, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.segment.wordlists import Remembered

Bools = NDArray[np.bool_]
Numbers = NDArray[np.int64]

_TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d(?:[\d,.]*\d)?%?|[,;:()—–.!?…]")
_DASH = "-"  # is a token where space stands before and after it
END = 0  # the number of the mark that stands after each text
_ROOM = 256


class Word(NamedTuple):
    """What the rules know of a word: the parts of phrases that it fits, and its marks ("finite", "past")."""

    atoms: frozenset[int]
    marks: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The tokens of texts one after the other, an end mark after each text.

    `numbers` and `rows` (whose text it is) are by token; `starts` and `ends` (the place of the end mark) by text.
    """

    vocabulary: Vocabulary
    numbers: Numbers
    rows: Numbers
    starts: Numbers
    ends: Numbers

    def marked(self, mark: str) -> Bools:
        """Return which tokens have a mark."""
        found: Bools = self.vocabulary.marked(mark)[self.numbers]
        return found

    def count(self, mark: str) -> Numbers:
        """Return how many tokens of each text have a mark."""
        before = np.concatenate([[0], np.cumsum(self.marked(mark))])
        found: Numbers = before[self.ends] - before[self.starts]
        return found

    def first(self, mark: str) -> Numbers:
        """Return the place of each text's first token that has a mark, or of its end."""
        places = np.append(np.flatnonzero(self.marked(mark)), len(self.numbers))
        found: Numbers = np.minimum(places[np.searchsorted(places, self.starts)], self.ends)
        return found


class Vocabulary:
    """Numbers words so that those of which the rules know the same have one number; the end mark is the word ""."""

    def __init__(self, tell: Callable[[str], Word], marks: Sequence[str]) -> None:
        self.words: list[Word] = []
        self._known = Remembered(self._chunk)
        self._tokens = Remembered(lambda token: self._number(tell(token)))
        self._numbers: dict[Word, int] = {}
        self._rows = {mark: row for row, mark in enumerate(marks)}
        self._marked = np.zeros((len(marks), _ROOM), np.bool_)
        self._number(tell(""))

    def marked(self, mark: str) -> Bools:
        """Return by number whether words have a mark."""
        row: Bools = self._marked[self._rows[mark]]
        return row

    def read(self, texts: Iterable[str]) -> Tokens:
        """Return the tokens of texts."""
        numbers: list[int] = []
        ends: list[int] = []
        for text in texts:
            numbers.extend(chain.from_iterable(map(self._known.__getitem__, _chunks(text))))
            ends.append(len(numbers))
            numbers.append(END)
        last = np.array(ends, np.int64)
        starts = np.concatenate([[0], last + 1])[:-1]
        rows = np.repeat(np.arange(len(ends)), last + 1 - starts)
        return Tokens(self, np.array(numbers, np.int64), rows, starts, last)

    def _chunk(self, chunk: str) -> tuple[int, ...]:
        """Return the numbers of the tokens between two spaces, in small letters."""
        found = [_DASH] if chunk == _DASH else _TOKEN.findall(chunk.lower().replace("’", "'"))
        return tuple(map(self._tokens.__getitem__, found))

    def _number(self, word: Word) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self.words)
            self.words.append(word)
            if number >= self._marked.shape[1]:
                self._marked = np.concatenate([self._marked, np.zeros_like(self._marked)], axis=1)
            for mark in word.marks & self._rows.keys():
                self._marked[self._rows[mark], number] = True
        return number


def _chunks(text: str) -> list[str]:
    """Return what stands between spaces, without a dash that opens or closes the text."""
    found = text.split()
    if found and found[-1] == _DASH and text.endswith(_DASH):
        found.pop()
    if found and found[0] == _DASH and text.startswith(_DASH):
        del found[0]
    return found

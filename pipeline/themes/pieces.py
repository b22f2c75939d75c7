"""Cuts text into word pieces: whole words where the vocabulary has them, else the longest known parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import chain

from pipeline.segment.wordlists import Remembered

PAD, UNKNOWN, NUMBER = 0, 1, 2
SPECIAL = ("[PAD]", "[UNK]", "[NUM]")
_TOKEN = re.compile(r"[a-z]+|\d[\d.,]*|[^\sa-z\d]")
_LONGEST = 40


class Pieces:
    """Text to piece numbers; remembers each word it has cut.

    The pieces are those of a WordPiece vocabulary (Schuster and Nakajima 2012): a part that continues a word starts
    with `##`. Text is lower-cased and loses its accents; every number is the same piece.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._number = {piece: i for i, piece in enumerate(vocabulary)}
        self._known = Remembered(self.cut)

    def numbers(self, text: str) -> list[int]:
        """Return the piece numbers of a text."""
        return list(chain.from_iterable(map(self._known.__getitem__, text.split())))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return start and end of every piece's word in `text`; blank where folding changes the text's length."""
        low = folded(text)
        if len(low) != len(text):
            return []
        return [m.span() for m in _TOKEN.finditer(low) for _ in self._known[m[0]]]

    def cut(self, words: str) -> tuple[int, ...]:
        """Return the piece numbers of what stands between two spaces: a word and its punctuation."""
        return tuple(number for token in _TOKEN.findall(folded(words)) for number in self._cut(token))

    def _cut(self, word: str) -> tuple[int, ...]:
        if word[0].isdigit():
            return (NUMBER,)
        if len(word) > _LONGEST:
            return (UNKNOWN,)
        out, start = [], 0
        while start < len(word):
            end, number = len(word), None
            while end > start and number is None:
                number = self._number.get(("##" if start else "") + word[start:end])
                end -= 1
            if number is None:
                return (UNKNOWN,)
            out.append(number)
            start = end + 1
        return tuple(out)


def folded(text: str) -> str:
    """Return lower-case text without accents and with plain quotation marks and dashes."""
    low = text.lower()
    if low.isascii():
        return low
    low = low.translate(_PLAIN)
    if low.isascii():
        return low
    return "".join(c for c in unicodedata.normalize("NFD", low) if unicodedata.category(c) != "Mn")


_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " ", "\u00ad": "-"})

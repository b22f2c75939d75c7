"""Template text of a report series, found by its return: the only thing that one document cannot tell of itself.

What inspectors assert again and again ("Social workers know their children well.") stands each time among other
sentences. A template comes as a piece: two sentences that follow one another, word for word, in many reports.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Marks = NDArray[np.uint64]

_NOT_WORDS = re.compile(r"[\W_]+")
_NEIGHBOUR_WORDS = 5
_TOO_SHORT = 0
_TURN = np.uint64(0x9E3779B97F4A7C15)  # keeps the order of a pair: odd, so that nothing is lost


def marks(texts: Iterable[str]) -> Marks:
    """Return a number for each statement of a document in order, the same for the same words; 0 for a short one."""
    return np.array([_mark(text) for text in texts], dtype=np.uint64)


def _mark(text: str) -> int:
    words = _NOT_WORDS.sub(" ", text.lower()).strip()
    if words.count(" ") + 1 < _NEIGHBOUR_WORDS:
        return _TOO_SHORT
    return int.from_bytes(hashlib.blake2b(words.encode("utf-8"), digest_size=8).digest(), "little")


def find_template_marks(documents: Sequence[Marks], least: int) -> frozenset[int]:
    """Return the marks of template text: of two statements that follow one another in at least `least` documents.

    Copies of one document should be left out by the caller. Fewer documents than `least` have no template text.
    """
    if least < 1 or len(documents) < least:
        return frozenset()
    pairs, counts = np.unique(np.concatenate([np.unique(_pairs(own)) for own in documents]), return_counts=True)
    repeated = pairs[(counts >= least) & (pairs != _TOO_SHORT)]
    found: set[int] = set()
    for own in documents:
        at = np.flatnonzero(np.isin(_pairs(own), repeated))
        found.update(own[at].tolist(), own[at + 1].tolist())
    return frozenset(found)


def _pairs(own: Marks) -> Marks:
    """Return a number for each statement and the one after it; 0 where one of them is short."""
    first, second = own[:-1], own[1:]
    mixed: Marks = (first * _TURN) ^ second
    return np.where((first == _TOO_SHORT) | (second == _TOO_SHORT), np.uint64(_TOO_SHORT), mixed)


def is_long(text: str, words: int) -> bool:
    """Tell whether a statement has enough words to be taken for template text."""
    return text.count(" ") + 1 >= words

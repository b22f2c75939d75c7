"""Word sets, written as one string each, and what is known of words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

_KEPT = 200_000  # words

T = TypeVar("T")


def words(*lines: str) -> frozenset[str]:
    """Return the words of the lines as a set."""
    return frozenset(word for line in lines for word in line.split())


class Remembered(dict[str, T], Generic[T]):
    """What a function says of words, each asked once: texts repeat their words."""

    def __init__(self, tell: Callable[[str], T]) -> None:
        super().__init__()
        self._tell = tell

    def __missing__(self, word: str) -> T:
        if len(self) >= _KEPT:
            self.clear()
        told = self[word] = self._tell(word)
        return told

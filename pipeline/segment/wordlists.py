"""Word sets, written as one string each."""

from __future__ import annotations


def words(*lines: str) -> frozenset[str]:
    """Return the words of the lines as a set."""
    return frozenset(word for line in lines for word in line.split())

"""The same finding again: findings of different years that say the same thing about the same theme."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

MOST_FINDINGS = 3000  # of a theme; beyond it a random sample
MOST_LINKS = 100  # of a theme, the closest first
NEAR = 0.4  # cosine of two findings that say the same thing
SAME = 0.9  # share of words in common from which it is one text, repeated or template
_RARE = 8  # words of a finding by which others are looked for, the rarest
_COMMON = 60  # findings in which such a word may stand
_FEWEST_WORDS = 6
_SHARED_WORDS = 4  # words that say something and that both have
_AT_ONCE = 20_000  # pairs compared at a time
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Said:
    """A finding with a theme: where it stands and what it says."""

    statement_id: str
    doc_id: str
    year: int
    kind: str
    text: str


class Recurrences:
    """Collects findings by theme, holding no more than MOST_FINDINGS of each, and links them."""

    def __init__(self, seed: int) -> None:
        """Sample by `seed` where a theme has too many findings."""
        self._seed = seed
        self._held: dict[str, list[tuple[str, Said]]] = defaultdict(list)
        self._last: dict[str, str] = {}  # ticket of the last finding that a full theme still takes

    def add(self, found: Iterable[tuple[Sequence[str], Said]]) -> None:
        """Add findings, each with its themes."""
        for theme_ids, said in found:
            ticket = hashlib.blake2b(f"{self._seed} {said.statement_id}".encode(), digest_size=8).hexdigest()
            for theme_id in theme_ids:
                if theme_id not in self._last or ticket <= self._last[theme_id]:
                    self._held[theme_id].append((ticket, said))
        for theme_id, held in self._held.items():
            if len(held) > 2 * MOST_FINDINGS:
                self._held[theme_id] = sorted(held, key=lambda pair: pair[0])[:MOST_FINDINGS]
                self._last[theme_id] = self._held[theme_id][-1][0]

    def links(self) -> Iterator[tuple[str, Said, Said, float]]:
        """Yield theme_id, the earlier finding, the later one and their likeness, theme by theme, the closest first."""
        for theme_id in sorted(self._held):
            held = sorted(self._held[theme_id], key=lambda pair: pair[0])[:MOST_FINDINGS]
            said = sorted((one for _, one in held), key=lambda one: (one.year, one.statement_id))
            for first, second, likeness in linked(said):
                yield theme_id, first, second, likeness


def linked(said: Sequence[Said]) -> list[tuple[Said, Said, float]]:
    """Return for each finding the one of an earlier year, in another document, that says the same most closely.

    Compared are findings of one kind that share a rare word (an inverted index; no comparison of all with all), by the
    cosine of their weighed words and pairs of words. Texts that are all but the same are left out: they are template
    text or copies, not findings made again.
    """
    said = [one for one in said if len(_words(one.text)) >= _FEWEST_WORDS]
    if len(said) < 2:
        return []
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, stop_words=sorted(ENGLISH_STOP_WORDS))
    try:
        matrix = vectorizer.fit_transform([one.text for one in said]).tocsr()
    except ValueError:  # nothing but stop words
        return []
    pairs = np.array(
        [
            (at, later)
            for later, others in _candidates(matrix).items()
            for at in others
            if _may_link(said[at], said[later])
        ],
        dtype=np.int64,
    ).reshape(-1, 2)
    likeness = _likeness(matrix, pairs)
    best: list[tuple[Said, Said, float]] = []
    near = np.flatnonzero(likeness >= NEAR)
    for mine in np.split(near, np.flatnonzero(np.diff(pairs[near, 1])) + 1):
        for at in mine[np.argsort(-likeness[mine], kind="stable")][:3]:
            first, second = said[pairs[at, 0]], said[pairs[at, 1]]
            if _says_the_same(first.text, second.text):
                best.append((first, second, float(likeness[at])))
                break
    best.sort(key=lambda link: (-round(link[2], 6), link[0].statement_id, link[1].statement_id))
    return best[:MOST_LINKS]


def _may_link(first: Said, second: Said) -> bool:
    return first.year < second.year and first.doc_id != second.doc_id and first.kind == second.kind


def _likeness(matrix: sparse.csr_matrix, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the cosine of each pair of rows, many at a time: to take rows one by one costs more than to compare."""
    out = np.zeros(len(pairs))
    for begin in range(0, len(pairs), _AT_ONCE):
        first, second = pairs[begin : begin + _AT_ONCE].T
        out[begin : begin + _AT_ONCE] = np.asarray(matrix[first].multiply(matrix[second]).sum(axis=1)).ravel()
    return out


def _candidates(matrix: sparse.csr_matrix) -> Mapping[int, list[int]]:
    """Return for each row the rows before it that share one of its rarest words or pairs."""
    often = np.asarray((matrix > 0).sum(axis=0)).ravel()
    holders: dict[int, list[int]] = defaultdict(list)
    found: dict[int, list[int]] = {}
    for row in range(matrix.shape[0]):
        columns = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        columns = columns[(often[columns] > 1) & (often[columns] <= _COMMON)]
        rarest = columns[np.lexsort((columns, often[columns]))][:_RARE].tolist()
        found[row] = sorted({other for column in rarest for other in holders[column]})
        for column in rarest:
            holders[column].append(row)
    return found


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _says_the_same(first: str, second: str) -> bool:
    """Return whether two texts have enough words in common that say something, and are not one text."""
    one, two = _words(first), _words(second)
    shared = one & two
    return len(shared - ENGLISH_STOP_WORDS) >= _SHARED_WORDS and len(shared) / len(one | two) < SAME


def link_row(theme_id: str, label: str, first: Said, second: Said, likeness: float) -> dict[str, Any]:
    """Return a row of the table `recurrence`."""
    return {
        "theme_id": theme_id,
        "theme_label": label,
        "kind": second.kind,
        "year": str(first.year),
        "year_again": str(second.year),
        "years_between": second.year - first.year,
        "likeness": likeness,
        "statement_id": first.statement_id,
        "statement_id_again": second.statement_id,
        "text": first.text,
        "text_again": second.text,
    }

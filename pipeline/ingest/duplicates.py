"""Near-duplicates: syndicated copies, abridged reprints, and one report in two formats.

A document is a set of shingles: hashes of five words in a row, of which one in four is kept. Two documents whose dates
may lie close together are compared where they share a shingle, and nowhere else. The measure is containment, the share
of the shorter one's shingles that the longer one has too (Broder 1997, "On the resemblance and containment of
documents"); unlike resemblance it also finds copies that were cut down. Stock text of a series is left out of it: a
story's copies appear at one time, a template at many.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.ingest.settings import DuplicateSettings
from pipeline.ingest.shingle_index import Postings, ShingleIndex

Integers = NDArray[np.int64]
_EVER = 10_000_000  # a day number beyond every calendar
_BLOCK = 4_000_000  # pairs made at a time
_DATED = 62  # days: a document whose date is vaguer tells nothing of when a text was in use


@dataclass(frozen=True, slots=True)
class _Corpus:
    """What is known of each document, by its number: day numbers, kind, and its place in the order of publication."""

    earliest: Integers
    latest: Integers
    news: NDArray[np.bool_]
    order: Integers

    @property
    def day(self) -> Integers:
        """The day of publication of documents whose date is known well, -1 of others."""
        known = (self.earliest >= 0) & (self.latest - self.earliest <= _DATED)
        return np.where(known, self.earliest, -1)


def find_copies(
    documents: pa.Table, shingles: Iterable[tuple[str, NDArray[np.uint64]]], settings: DuplicateSettings
) -> dict[str, str]:
    """Return the doc_id of the original for the doc_id of each copy.

    `documents`: doc_id, source_type, published_earliest, published_latest, sorted by its key. `shingles`: doc_id and
    hashes, in any order. The original is the one published first; of one day the longest; then the first by its key.
    """
    ids = documents.column("doc_id")
    find = _numbering(ids)
    sizes = np.zeros(len(ids), np.int64)
    with ShingleIndex() as index:
        for doc_id, hashes in shingles:
            number = find(doc_id)
            if number is not None:
                sizes[number] = len(hashes)
                index.add(number, hashes)
        corpus = _corpus(documents, sizes)
        first, second, shared, stock = _shared(index, corpus, settings)
    own = sizes - stock
    fewest = np.maximum(8, sizes // 10)  # what is left of a text that is stock for the most part tells nothing
    enough = (own[first] >= fewest[first]) & (own[second] >= fewest[second])
    pairs = np.stack([first, second])[:, enough]
    copies = _originals(pairs[:, _is_copy(pairs, shared[enough], own, corpus, settings)], corpus.order)
    return {ids[copy].as_py(): ids[original].as_py() for copy, original in copies.items()}


def _numbering(ids: pa.ChunkedArray) -> Callable[[str], int | None]:
    """Return what tells a document's number by its doc_id; without an object a document."""
    names = np.asarray(ids.to_numpy(zero_copy_only=False), dtype="S")
    order = np.argsort(names, kind="stable")
    names = names[order]

    def find(doc_id: str) -> int | None:
        at = int(np.searchsorted(names, doc_id.encode()))
        return int(order[at]) if at < len(names) and names[at] == doc_id.encode() else None

    return find


def with_copies(documents: pa.Table, copies: dict[str, str]) -> pa.Table:
    """Return the documents with `duplicate_of` and `story_weight` (1 / copies of the story, the original counted)."""
    ids = documents.column("doc_id")
    told = Counter([*copies.values(), *set(copies.values())])  # each copy and, once, the original
    stories = pa.array([*copies, *told], pa.string())
    originals = [*copies.values(), *told]
    found = pc.index_in(ids, value_set=stories)
    at = np.asarray(pc.fill_null(found, -1).to_numpy())
    rows = np.flatnonzero(at >= 0)
    copy_of = np.full(len(ids), "", dtype=object)
    weight = np.ones(len(ids))
    for row in rows.tolist():
        original = originals[at[row]]
        copy_of[row] = original if at[row] < len(copies) else ""
        weight[row] = round(1 / told[original], 6)
    for name, column in {"duplicate_of": copy_of, "story_weight": weight}.items():
        field = documents.schema.field(name)
        documents = documents.set_column(documents.schema.get_field_index(name), field, pa.array(column, field.type))
    return documents


def _corpus(documents: pa.Table, sizes: Integers) -> _Corpus:
    earliest, latest = (_days(documents.column(f"published_{end}")) for end in ("earliest", "latest"))
    known = np.where(latest < 0, _EVER, latest)
    # A document whose date is known exactly stands before one that is known to a year only.
    order = np.argsort(np.lexsort((np.arange(len(known)), -sizes, earliest, known)))
    news = np.asarray(pc.equal(documents.column("source_type"), "news"), np.bool_)
    return _Corpus(earliest, latest, news, order)


def _days(column: pa.ChunkedArray) -> Integers:
    encoded = column.combine_chunks().dictionary_encode()
    known = [dt.date.fromisoformat(day).toordinal() if day else -1 for day in encoded.dictionary.to_pylist()]
    return np.asarray(np.array(known, np.int64)[encoded.indices.to_numpy()], np.int64)


class _Counts:
    """Counts of pairs by key, added up a few million at a time."""

    def __init__(self) -> None:
        self.keys, self.counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._waiting: list[Integers] = []

    def add(self, keys: Integers) -> None:
        self._waiting.append(keys)
        if sum(map(len, self._waiting)) > _BLOCK:
            self.settle()

    def settle(self) -> None:
        """Add up what waits."""
        fresh, times = np.unique(np.concatenate([*self._waiting, np.zeros(0, np.int64)]), return_counts=True)
        self.keys, place = np.unique(np.concatenate([self.keys, fresh]), return_inverse=True)
        self.counts = np.bincount(place, np.concatenate([self.counts, times]), len(self.keys)).astype(np.int64)
        self._waiting = []


def _shared(
    index: ShingleIndex, corpus: _Corpus, settings: DuplicateSettings
) -> tuple[Integers, Integers, Integers, Integers]:
    """Return pairs (earlier, later) with the number of shingles that they share, and each document's stock shingles."""
    total = len(corpus.order)
    stock = np.zeros(total, np.int64)
    counts = _Counts()
    for postings in index.postings():
        is_stock = _is_stock(postings, corpus, settings)
        stock += np.bincount(postings.documents[np.repeat(is_stock, postings.lengths)], minlength=total)
        for a, b in _pairs(postings, ~is_stock):
            near = _is_near(a, b, corpus, settings.window_days)
            swapped = corpus.order[a] > corpus.order[b]
            counts.add((np.where(swapped, b, a) * total + np.where(swapped, a, b))[near])
    counts.settle()
    return counts.keys // max(1, total), counts.keys % max(1, total), counts.counts, stock


def _is_stock(postings: Postings, corpus: _Corpus, settings: DuplicateSettings) -> NDArray[np.bool_]:
    """Say of each shingle whether it is stock text: in use at three times or more that are a window apart, or rife."""
    days = corpus.day[postings.documents]
    periods = days // max(1, settings.window_days)
    run = np.repeat(np.arange(len(postings.lengths)), postings.lengths)
    order = np.lexsort((periods, run))
    run, periods, dated = run[order], periods[order], days[order] >= 0
    fresh = dated & np.append(True, (run[1:] != run[:-1]) | (periods[1:] != periods[:-1]))
    times = np.bincount(run[fresh], minlength=len(postings.lengths))
    return (times >= 3) | (postings.lengths > settings.stock_documents)


def _pairs(postings: Postings, wanted: NDArray[np.bool_]) -> Iterator[tuple[Integers, Integers]]:
    """Yield the pairs of documents that each wanted shingle has, so many at a time that memory stays small."""
    starts = np.cumsum(postings.lengths) - postings.lengths
    for length in np.unique(postings.lengths[wanted]):
        here = starts[wanted & (postings.lengths == length)]
        left, right = np.triu_indices(length, 1)
        step = max(1, _BLOCK // len(left))
        for at in range(0, len(here), step):
            members = postings.documents[here[at : at + step, None] + np.arange(length)]
            yield members[:, left].ravel(), members[:, right].ravel()


def _is_near(a: Integers, b: Integers, corpus: _Corpus, window: int) -> NDArray[np.bool_]:
    """Say whether two documents can have been published within the window; one without a date may be of any day."""
    latest = np.where(corpus.latest < 0, _EVER, corpus.latest)
    near = (corpus.earliest[a] - window <= latest[b]) & (corpus.earliest[b] - window <= latest[a])
    return np.asarray(near, np.bool_)


def _is_copy(
    pairs: Integers, shared: Integers, own: Integers, corpus: _Corpus, settings: DuplicateSettings
) -> NDArray[np.bool_]:
    """Say of pairs (earlier, later) whether the later is a copy: enough in common, and of a copy's length.

    A reprint in a newspaper may be a fraction of the original. What is twice as long holds more than a copy of it, such
    as a digest or the page that a piece stood on; a report's summary is no copy of the report.
    """
    earlier, later = own[pairs[0]], own[pairs[1]]
    both_news = corpus.news[pairs].all(axis=0)
    share = shared / np.maximum(1, np.minimum(earlier, later))
    least = np.where(both_news, 0.1, 0.5)
    fits = (later <= 2 * earlier) & (later >= least * earlier)
    return np.asarray(fits & (share >= np.where(both_news, settings.containment, settings.containment_reports)))


def _originals(pairs: Integers, order: Integers) -> dict[int, int]:
    """Return the original of each copy in pairs (earlier, later); an original is itself no copy.

    A copy of a copy that does not resemble the original stands alone, so that stories do not run into one another.
    """
    found: dict[int, int] = {}
    for earlier, later in pairs[:, np.lexsort((order[pairs[0]], order[pairs[1]]))].T.tolist():
        if earlier not in found:
            found.setdefault(later, earlier)
    return found

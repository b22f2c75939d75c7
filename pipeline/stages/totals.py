"""What the tables of counts need of the statements, added up while they stream by: memory grows with documents only."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.tables.schema import FINDING_KINDS
from pipeline.tabulate.series import ThemeCells

Integers = NDArray[np.int64]


class DocumentNumbers:
    """The number of each document, its row in the table `documents`, by doc_id; without an object a document."""

    def __init__(self, doc_ids: pa.ChunkedArray) -> None:
        """Number the documents in the order given."""
        ids = np.asarray(doc_ids.to_numpy(zero_copy_only=False), dtype="S16")
        self._order = np.argsort(ids, kind="stable")
        self._sorted = ids[self._order]

    def __len__(self) -> int:
        return len(self._order)

    def of(self, doc_ids: pa.ChunkedArray) -> Integers:
        """Return the numbers of documents, all of which are known."""
        wanted = np.asarray(doc_ids.to_numpy(zero_copy_only=False), dtype="S16")
        return self._order[np.searchsorted(self._sorted, wanted)]


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A finding that no theme of the codebook covers."""

    place: int  # its row in the table `statements`
    statement_id: str
    document: int
    start: int
    text: str


@dataclass
class Totals:
    """Counts of statements and findings by document, theme, kind and speaker, and a sample of unassigned findings.

    The sample holds the `most` findings whose identifiers have the smallest hashes, so that it does not depend on the
    order, and a document more changes it little.
    """

    documents: DocumentNumbers
    theme_ids: Sequence[str]
    most: int
    seed: int
    statements: Integers = field(init=False)
    findings: Integers = field(init=False)
    assigned: Integers = field(init=False)
    rows: int = 0
    spoken: dict[tuple[str, str], Integers] = field(default_factory=dict)  # (speaker, theme_id or "") -> by kind
    _cells: list[tuple[Integers, Integers]] = field(default_factory=list)
    _sample: list[tuple[int, int, Unassigned]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.statements, self.findings, self.assigned = (np.zeros(len(self.documents), np.int64) for _ in range(3))

    def add(self, statements: pa.Table) -> None:
        """Add a batch of statements with their themes."""
        documents = self.documents.of(statements.column("doc_id"))
        np.add.at(self.statements, documents, 1)
        is_finding = np.asarray(pc.not_equal(statements.column("kind"), "context"), dtype=bool)
        places = np.flatnonzero(is_finding)
        found, documents = statements.filter(pa.array(is_finding)), documents[is_finding]
        kinds = pc.index_in(found.column("kind"), value_set=pa.array(FINDING_KINDS)).to_numpy()
        has_theme = np.asarray(pc.not_equal(found.column("themes"), ""), dtype=bool)
        np.add.at(self.findings, documents, 1)
        np.add.at(self.assigned, documents[has_theme], 1)
        self._count_themes(found.filter(pa.array(has_theme)), documents[has_theme], kinds[has_theme])
        self._count_speakers(found.column("speaker"), kinds, "")
        self._draw(found.filter(pa.array(~has_theme)), documents[~has_theme], self.rows + places[~has_theme])
        self.rows += statements.num_rows

    def _count_themes(self, found: pa.Table, documents: Integers, kinds: Integers) -> None:
        lists = pc.split_pattern(found.column("themes").combine_chunks(), ";")
        owner = pc.list_parent_indices(lists).to_numpy()
        theme_ids = pc.list_flatten(lists)
        themes = pc.index_in(theme_ids, value_set=pa.array(self.theme_ids, pa.string())).to_numpy()
        key = (documents[owner] * len(self.theme_ids) + themes) * len(FINDING_KINDS) + kinds[owner]
        self._cells.append(np.unique(key, return_counts=True))
        speakers = found.column("speaker").take(pa.array(owner))
        for theme_id in pc.unique(theme_ids).to_pylist():
            mine = np.asarray(pc.equal(theme_ids, theme_id), dtype=bool)
            self._count_speakers(speakers.filter(pa.array(mine)), kinds[owner][mine], theme_id)

    def _count_speakers(self, speakers: pa.ChunkedArray, kinds: Integers, theme_id: str) -> None:
        encoded = speakers.combine_chunks().dictionary_encode()
        key = encoded.indices.to_numpy().astype(np.int64) * len(FINDING_KINDS) + kinds
        counts = np.bincount(key, minlength=len(encoded.dictionary) * len(FINDING_KINDS))
        for speaker, row in zip(encoded.dictionary.to_pylist(), counts.reshape(-1, len(FINDING_KINDS)), strict=True):
            known = self.spoken.get((speaker, theme_id))
            self.spoken[speaker, theme_id] = row if known is None else known + row

    def _draw(self, found: pa.Table, documents: Integers, places: Integers) -> None:
        ids = found.column("statement_id").to_pylist()
        for at, statement_id in enumerate(ids):
            digest = hashlib.blake2b(f"{self.seed} {statement_id}".encode(), digest_size=8).digest()
            rank = -int.from_bytes(digest, "big")
            if len(self._sample) >= self.most and rank <= self._sample[0][0]:
                continue
            start, text = found.column("start")[at].as_py(), found.column("text")[at].as_py()
            one = Unassigned(int(places[at]), statement_id, int(documents[at]), start, text)
            push = heapq.heappush if len(self._sample) < self.most else heapq.heapreplace
            push(self._sample, (rank, one.place, one))

    @property
    def unassigned(self) -> list[Unassigned]:
        """Return the sample of findings without a theme, in the order of the statements."""
        return sorted((one for _, _, one in self._sample), key=lambda one: one.place)

    def cells(self) -> ThemeCells:
        """Return how often each document has each theme, by kind."""
        keys = np.concatenate([key for key, _ in self._cells] or [np.zeros(0, np.int64)])
        counts = np.concatenate([count for _, count in self._cells] or [np.zeros(0, np.int64)])
        pairs, place = np.unique(keys // len(FINDING_KINDS), return_inverse=True)
        by_kind = np.zeros((len(pairs), len(FINDING_KINDS)), np.int64)
        np.add.at(by_kind, (place, keys % len(FINDING_KINDS)), counts)
        return ThemeCells(pairs // len(self.theme_ids), pairs % len(self.theme_ids), by_kind)

    def theme_counts(self) -> dict[str, int]:
        """Return the number of findings of each theme."""
        cells = self.cells()
        sums = np.bincount(cells.theme, cells.by_kind.sum(axis=1), len(self.theme_ids)).astype(int)
        return dict(zip(self.theme_ids, sums.tolist(), strict=True))

    def by_role(self, roles: Mapping[str, str]) -> pd.DataFrame:
        """Return rows of speaker_role, theme_id (blank: all findings), kind and findings."""
        counts: dict[tuple[str, str], Integers] = {}
        for (speaker, theme_id), row in self.spoken.items():
            key = roles[speaker], theme_id
            counts[key] = counts.get(key, np.zeros(len(FINDING_KINDS), np.int64)) + row
        rows = [
            (role, theme_id, kind, int(number))
            for (role, theme_id), row in sorted(counts.items())
            for kind, number in zip(FINDING_KINDS, row, strict=True)
        ]
        return pd.DataFrame(rows, columns=["speaker_role", "theme_id", "kind", "findings"])

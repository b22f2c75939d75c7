"""What people coded in other programs, set beside the statements of a run and written as gold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from pipeline.exchange.content import EMERGENT_GROUP, KIND, MACHINE, NO_THEME, RunContent
from pipeline.exchange.matching import LEAST, Searchable, letters
from pipeline.tables.schema import KINDS


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that a coder gave codes: ids of ours, or names as the other program has them.

    `document` is the document's name there, `text` the words. `start` and `end` are code points in the text that
    Codings.texts has under `source`; None where the program gives none. `where` is the place in the file, for people.
    """

    document: str
    text: str
    codes: tuple[str, ...]
    coder: str = ""
    start: int | None = None
    end: int | None = None
    source: str = ""
    statement_id: str = ""
    inclusion_probability: float | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Codings:
    """All that was read from a file: passages, the documents' texts by name, what is to be said about both."""

    program: str
    passages: tuple[Passage, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldRow:
    """A statement as a coder saw it: a row of gold."""

    statement_id: str
    source_path: str
    item: str
    start: int
    end: int
    text: str
    kind: str
    themes: str
    coder: str
    inclusion_probability: float | None


@dataclass(frozen=True, slots=True)
class Left:
    """A passage, or one of its codes, that could not become gold, and why."""

    reason: str
    document: str
    coder: str
    code: str
    text: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """Gold rows sorted by statement and coder, and what was left over."""

    rows: tuple[GoldRow, ...]
    left: tuple[Left, ...]


def to_gold(codings: Codings, run: RunContent, coders: Sequence[str] = (), all_read: bool = False) -> Imported:
    """Set passages beside the statements of a run.

    A statement has a code when a passage with it covers at least half of the statement, or lies inside it.
    `coders`: only these; none: everybody but the pipeline itself. `all_read`: a coder who coded anything in a document
    has read all of it, so that statements without a code become rows without themes.
    """
    finder = _Finder(run, codings.texts)
    said: dict[tuple[str, str], _Said] = {}
    left: list[Left] = []
    for passage in codings.passages:
        if not _wanted(passage.coder, coders):
            continue
        known, unknown = finder.codes(passage.codes)
        left += [_left("no such code in the codebook", passage, code) for code in unknown]
        if not passage.codes:
            left.append(_left("has no code", passage, ""))
        if not known:
            continue
        statements = finder.statements(passage)
        if not statements:
            left.append(_left(finder.why_not(passage), passage, "; ".join(passage.codes)))
        for statement_id, share in statements:
            said.setdefault((statement_id, passage.coder), _Said()).add(passage, known, share)
    if all_read:
        _add_unread(said, run)
    rows = [_row(run, finder, statement, coder, one, left) for (statement, coder), one in said.items()]
    rows.sort(key=lambda row: (row.source_path, row.item, row.start, row.coder))
    return Imported(tuple(rows), tuple(left))


def _wanted(coder: str, coders: Sequence[str]) -> bool:
    return coder in coders if coders else not coder.startswith(f"{MACHINE} ")


def _left(reason: str, passage: Passage, code: str) -> Left:
    return Left(reason, passage.document, passage.coder, code, passage.text, passage.where)


class _Said:
    """What one coder said of one statement, put together from passages."""

    def __init__(self) -> None:
        self.themes: set[str] = set()
        self.kinds: dict[str, float] = {}
        self.probability: float | None = None

    def add(self, passage: Passage, codes: Iterable[str], share: float) -> None:
        for code in codes:
            if code.startswith(KIND):
                kind = code.removeprefix(KIND)
                self.kinds[kind] = max(share, self.kinds.get(kind, 0))
            elif code != NO_THEME:
                self.themes.add(code)
        self.probability = passage.inclusion_probability or self.probability

    def kind(self) -> str:
        """Return the kind whose passage covers most of the statement; blank where two cover as much."""
        best = sorted(self.kinds.items(), key=lambda item: -item[1])[:2]
        equal = len(best) == 2 and best[0][1] == best[1][1]
        return best[0][0] if best and not equal else ""


def _add_unread(said: dict[tuple[str, str], _Said], run: RunContent) -> None:
    document = dict(zip(run.statements["statement_id"], run.statements["doc_id"], strict=True))
    read = {(document[statement], coder) for statement, coder in said}
    kinds = {coder for (_, coder), one in said.items() if one.kinds}
    for doc_id, coder in sorted(read):
        for statement in run.statements_of[doc_id]["statement_id"]:
            if (statement, coder) not in said:
                said[statement, coder] = one = _Said()
                if coder in kinds:
                    one.kinds["context"] = 1.0


def _row(run: RunContent, finder: _Finder, statement_id: str, coder: str, said: _Said, left: list[Left]) -> GoldRow:
    row = finder.rows[statement_id]
    kind = said.kind()
    if said.kinds and not kind:
        reason = "two kinds at the same statement; the kind is left blank"
        left.append(Left(reason, run.names[row["doc_id"]], coder, "; ".join(sorted(said.kinds)), row["text"]))
    themes = [theme for theme in finder.order if theme in said.themes]
    place = (row["source_path"], row["item"], int(row["start"]), int(row["end"]), row["text"])
    return GoldRow(statement_id, *place, kind, ";".join(themes), coder, said.probability)


class _Finder:
    """Finds documents by name, passages by place or words, statements by overlap, and codes by id or name."""

    def __init__(self, run: RunContent, texts: Mapping[str, str]) -> None:
        self._run = run
        self._texts = texts
        self._searchable: dict[str, Searchable] = {}
        self._same: dict[tuple[str, str], bool] = {}
        self._found: dict[Passage, tuple[str, int, int] | None] = {}
        codebook = (top for top in run.codes if top.name != EMERGENT_GROUP)
        flat = [code for top in codebook for code, _ in top.walk() if code.codable]
        self.order = [code.id for code in flat]
        self._codes = {key: code.id for code in flat for key in (code.name.casefold(), code.id.casefold())}

    @cached_property
    def rows(self) -> dict[str, dict[Any, Any]]:
        """Return statement_id -> its row."""
        return {row["statement_id"]: row for row in self._run.statements.to_dict("records")}

    def codes(self, names: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the ids of the known codes, and the names of the others; a path's last part counts too."""
        known, unknown = [], []
        for name in names:
            said = name.strip().casefold()
            last = said.replace(" > ", "/").replace("\\", "/").rpartition("/")[2].strip()
            found = self._codes.get(said) or self._codes.get(last)
            if found is None and said in KINDS:
                found = f"{KIND}{said}"
            (known.append(found) if found else unknown.append(name))
        return known, unknown

    def statements(self, passage: Passage) -> list[tuple[str, float]]:
        """Return the statements that a passage codes, each with the share of it that the passage covers."""
        if passage.statement_id in self.rows:
            return [(passage.statement_id, 1.0)]
        place = self.place(passage)
        if place is None or place[0] not in self._run.statements_of:
            return []
        doc_id, start, end = place
        rows = self._run.statements_of[doc_id]
        first, last = rows["start"].to_numpy(), rows["end"].to_numpy()
        overlap = np.minimum(last, end) - np.maximum(first, start)
        share = overlap / np.maximum(last - first, 1)
        inside = overlap >= 0.5 * (end - start)
        chosen = (overlap > 0) & ((share >= 0.5) | inside)
        return [(str(i), float(s)) for i, s in zip(rows["statement_id"][chosen], share[chosen], strict=True)]

    def why_not(self, passage: Passage) -> str:
        """Return why a passage has no statement."""
        if self.place(passage) is not None:
            return "no statement of the run lies there"
        found = self._candidates(passage.document)
        if len(letters(passage.text)) < LEAST and passage.start is None:
            return "the passage is too short to be found by its words"
        return "its words are not in the document" if found else "its words are in no document of the run"

    def place(self, passage: Passage) -> tuple[str, int, int] | None:
        """Return document and code points of a passage in the run's own text."""
        if passage not in self._found:
            self._found[passage] = next(self._places(passage), None)
        return self._found[passage]

    def _places(self, passage: Passage) -> Iterator[tuple[str, int, int]]:
        text = self._texts.get(passage.source, "")
        near = passage.start / len(text) if text and passage.start is not None else 0.0
        named = self._candidates(passage.document)
        for doc_id in named:
            if passage.start is not None and passage.end is not None and self._is_ours(passage.source, doc_id):
                yield doc_id, passage.start, passage.end
        for doc_id in [*named, *(d for d in self._run.names if d not in named)]:
            span = self._text(doc_id).find(passage.text, near)
            if span:
                yield doc_id, *span

    def _is_ours(self, source: str, doc_id: str) -> bool:
        """Return whether the other program holds the document's text as we do."""
        key = (source, doc_id)
        if key not in self._same:
            ours, theirs = self._text(doc_id).text, self._texts.get(source)
            self._same[key] = theirs is None or theirs.rstrip("\n") == ours
        return self._same[key]

    def _text(self, doc_id: str) -> Searchable:
        if doc_id not in self._searchable:
            self._searchable[doc_id] = Searchable(self._run.text(doc_id))
        return self._searchable[doc_id]

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self._run.documents.itertuples():
            path = PurePosixPath(row.source_path)
            for name in {row.doc_id, self._run.names[row.doc_id], path.name, path.stem, row.title, row.item}:
                found.setdefault(letters(name), []).append(row.doc_id)
        return found

    def _candidates(self, document: str) -> list[str]:
        path = PurePosixPath(document.replace("\\", "/"))
        named = (self._by_name.get(letters(name)) for name in (document, path.name, path.stem))
        return next((found for found in named if found), [])

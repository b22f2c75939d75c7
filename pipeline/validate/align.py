"""Coded rows set beside the statements of a run: by statement_id, by item, or by file, offsets and text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.validate.gold import CodedRow, Fault, Gold, same_text

SETTLED = frozenset({"settled", "adjudicated", "consensus"})  # a coder of this name decides
_COLUMNS = ("statement_id", "doc_id", "source_path", "item", "start", "end", "stem", "kind", "themes", "text")
_OVERLAP = 0.5  # of the joined stretch, for a row without text
_NEAR = 0.6  # share of words in common, from which a text counts as edited rather than absent


@dataclass(frozen=True, slots=True)
class CodedStatement:
    """A statement of the run with what people said of it (one row a coder) and what the pipeline said of it."""

    statement_id: str
    doc_id: str
    text: str
    said_kind: str
    said_themes: frozenset[str]
    codes: tuple[CodedRow, ...]
    inclusion_probability: float | None

    @property
    def finding(self) -> float:
        """Return the share of coders for whom it is a finding; without coded kind, what the pipeline says."""
        kinds = [code.kind or ("concern" if code.themes else self.said_kind) for code in self.codes]
        return sum(kind != "context" for kind in kinds) / len(kinds)

    def has(self, theme_id: str) -> float:
        """Return the share of coders who see the theme in it."""
        return sum(theme_id in code.themes for code in self.codes) / len(self.codes)


@dataclass(frozen=True, slots=True)
class Aligned:
    """Coded statements of a run in the order of their ids, and the faults of every row, in the order of the rows."""

    statements: tuple[CodedStatement, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    statement_id: str
    doc_id: str
    source_path: str
    item: str
    start: int
    end: int
    stem: str
    kind: str
    themes: str
    text: str


@dataclass(frozen=True, slots=True)
class _Index:
    """Statements that some row may mean, by each of the ways to name them."""

    by_id: dict[str, list[_Candidate]] = field(default_factory=lambda: defaultdict(list))
    by_item: dict[str, list[_Candidate]] = field(default_factory=lambda: defaultdict(list))
    by_file: dict[str, list[_Candidate]] = field(default_factory=lambda: defaultdict(list))
    by_words: dict[tuple[str, str], list[_Candidate]] = field(default_factory=lambda: defaultdict(list))
    by_text: dict[str, list[_Candidate]] = field(default_factory=lambda: defaultdict(list))


def align(gold: Gold, statements: Iterable[pa.Table]) -> Aligned:
    """Return the statements that the rows mean; `statements` are batches of the table `statements`, read once.

    Rows of several coders for one statement are joined; where they disagree their mean counts, unless a coder called
    settled, adjudicated or consensus decides. Rows that match no statement, or one whose words differ, are faults.
    """
    index = _index(gold.rows, statements)
    faults = list(gold.faults)
    meant: dict[str, list[tuple[CodedRow, _Candidate]]] = defaultdict(list)
    for row in gold.rows:
        found = _match(row, index)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            meant[found.statement_id].append((row, found))
    coded = [_joined(meant[statement_id], faults) for statement_id in sorted(meant)]
    return Aligned(tuple(coded), tuple(sorted(faults, key=lambda f: (f.row, f.reason, f.message))))


def _file_name(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _index(rows: Sequence[CodedRow], statements: Iterable[pa.Table]) -> _Index:
    """Return the statements that the rows may mean: those that share an id, an item, a file or a text with one."""
    ids = {r.statement_id for r in rows if r.statement_id}
    items = {r.item for r in rows if r.item}
    files = {_file_name(r.source_path) for r in rows if r.source_path and not (r.item and not r.statement_id)}
    texts = {same_text(r.text) for r in rows if r.text and not (r.statement_id or r.item or r.source_path)}
    index = _Index()
    for batch in statements:
        for one in _candidates(_those(batch, ids, items, files, bool(texts))):
            if one.statement_id in ids:
                index.by_id[one.statement_id].append(one)
            if one.item in items:
                index.by_item[one.item].append(one)
            if (name := _file_name(one.source_path)) in files:
                index.by_file[name].append(one)
                for words in {same_text(one.text), same_text(f"{one.stem} {one.text}")}:
                    index.by_words[name, words].append(one)
            if texts and (text := same_text(one.text)) in texts:
                index.by_text[text].append(one)
    return index


def _those(batch: pa.Table, ids: set[str], items: set[str], files: set[str], everything: bool) -> pa.Table:
    """Return the rows of the batch that any set names, without building objects of the others."""
    if everything:
        return batch
    paths = pc.unique(batch.column("source_path")).to_pylist()
    wanted = {
        "statement_id": ids,
        "item": items,
        "source_path": {path for path in paths if _file_name(path) in files},
    }
    keep = pc.is_in(batch.column("doc_id"), value_set=pa.array([], pa.string()))
    for name, values in wanted.items():
        keep = pc.or_(keep, pc.is_in(batch.column(name), value_set=pa.array(sorted(values), pa.string())))
    return batch.filter(keep)


def _candidates(batch: pa.Table) -> Iterator[_Candidate]:
    for cells in zip(*(batch.column(name).to_pylist() for name in _COLUMNS), strict=True):
        yield _Candidate(*cells)


def _match(row: CodedRow, index: _Index) -> _Candidate | Fault:
    """Return the statement that a row means, or why there is none."""
    by_id = index.by_id.get(row.statement_id, [])
    if by_id and (not row.text or _same(by_id[0], row.text)):
        return by_id[0]
    if row.item and not row.statement_id:
        found = _choose(row, _of_file(row, index.by_item.get(row.item, [])))
    elif row.source_path:
        name = _file_name(row.source_path)
        exact = index.by_words.get((name, same_text(row.text)), []) if row.text else []
        found = _choose(row, _of_file(row, exact or index.by_file.get(name, [])))
    else:
        found = _choose(row, index.by_text.get(same_text(row.text), [])) if not row.statement_id else None
    if isinstance(found, _Candidate | Fault):
        return found
    if by_id:
        return _edited(row, by_id[0])
    return Fault(row.row, "no_statement", f"matches no statement of the run: {_named(row)}; the row is left out")


def _of_file(row: CodedRow, candidates: Sequence[_Candidate]) -> Sequence[_Candidate]:
    """Return the candidates of the row's file (and item): by its whole path, else by its name."""
    if row.source_path:
        exact = [c for c in candidates if c.source_path == row.source_path]
        named = [c for c in candidates if _file_name(c.source_path) == _file_name(row.source_path)]
        candidates = exact or named
    return [c for c in candidates if c.item == row.item] if row.item else candidates


def _choose(row: CodedRow, candidates: Sequence[_Candidate]) -> _Candidate | Fault | None:
    """Return the one candidate that the row means: by its words, then by its place; None where there is none."""
    same = [c for c in candidates if _same(c, row.text)] if row.text else []
    if same:
        if len({c.source_path for c in same}) > 1:
            return _several(row, same)
        return min(same, key=lambda c: (abs(c.start - row.start) if row.start is not None else 0, c.statement_id))
    if row.start is not None and row.end is not None:
        best = max(candidates, key=lambda c: _overlap(c, row), default=None)
        if best is None or _overlap(best, row) < _OVERLAP:
            return None
        return _edited(row, best) if row.text else best
    if row.text:
        near = max(candidates, key=lambda c: _alike(c.text, row.text), default=None)
        return _edited(row, near) if near and _alike(near.text, row.text) >= _NEAR else None
    if len(candidates) > 1:
        return _several(row, candidates)
    return candidates[0] if candidates else None


def _same(candidate: _Candidate, text: str) -> bool:
    said = same_text(text)
    return said in (same_text(candidate.text), same_text(f"{candidate.stem} {candidate.text}"))


def _overlap(candidate: _Candidate, row: CodedRow) -> float:
    start, end = row.start or 0, row.end or 0
    shared = min(candidate.end, end) - max(candidate.start, start)
    joined = max(candidate.end, end) - min(candidate.start, start)
    return shared / joined if joined > 0 else 0.0


def _alike(first: str, second: str) -> float:
    """Return the share of the words of both texts that they have in common (Jaccard)."""
    one, two = set(same_text(first).split()), set(same_text(second).split())
    return len(one & two) / len(one | two) if one | two else 0.0


def _named(row: CodedRow) -> str:
    place = [row.statement_id, row.source_path, row.item, "" if row.start is None else f"{row.start}-{row.end}"]
    text = f"'{row.text[:60]}'" if row.text else ""
    return ", ".join(part for part in (*place, text) if part)


def _several(row: CodedRow, candidates: Sequence[_Candidate]) -> Fault:
    message = f"{_named(row)} is {len(candidates)} statements of the run; add source_path, start, end and text"
    return Fault(row.row, "several_statements", f"{message}; the row is left out")


def _edited(row: CodedRow, candidate: _Candidate) -> Fault:
    message = f"the words differ from those of statement {candidate.statement_id}: '{row.text[:60]}' was coded, "
    return Fault(row.row, "edited_statement", f"{message}'{candidate.text[:60]}' is there; the row is left out")


def _joined(found: Sequence[tuple[CodedRow, _Candidate]], faults: list[Fault]) -> CodedStatement:
    """Return one statement with the codes of all its coders."""
    first: dict[str, CodedRow] = {}
    for row, _ in found:
        if first.setdefault(row.coder, row) is not row:
            message = f"codes the statement of row {first[row.coder].row} again; row {first[row.coder].row} counts"
            faults.append(Fault(row.row, "repeated_row", message))
    codes = tuple(first[coder] for coder in sorted(first))
    settled = tuple(code for code in codes if code.coder.casefold() in SETTLED)
    if not settled:
        _say_disagreement(codes, faults)
    one = found[0][1]
    return CodedStatement(
        statement_id=one.statement_id,
        doc_id=one.doc_id,
        text=one.text,
        said_kind=one.kind,
        said_themes=frozenset(filter(None, one.themes.split(";"))),
        codes=settled[:1] or codes,
        inclusion_probability=_one_probability(codes, faults),
    )


def _say_disagreement(codes: Sequence[CodedRow], faults: list[Fault]) -> None:
    for code in codes[1:]:
        if (code.kind, code.themes) != (codes[0].kind, codes[0].themes):
            message = (
                f"coder '{code.coder}' says {_said(code)}, coder '{codes[0].coder}' (row {codes[0].row}) says "
                f"{_said(codes[0])}; the mean of all coders counts"
            )
            faults.append(Fault(code.row, "coders_disagree", message))


def _said(code: CodedRow) -> str:
    return f"{code.kind or 'no kind'} with {'; '.join(code.themes) or 'no theme'}"


def _one_probability(codes: Sequence[CodedRow], faults: list[Fault]) -> float | None:
    given = [code for code in codes if code.inclusion_probability is not None]
    for code in given[1:]:
        if code.inclusion_probability != given[0].inclusion_probability:
            message = f"has another inclusion probability than row {given[0].row} for the same statement"
            faults.append(Fault(code.row, "bad_probability", f"{message}; that of row {given[0].row} counts"))
    return given[0].inclusion_probability if given else None

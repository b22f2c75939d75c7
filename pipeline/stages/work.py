"""The work on one file, stage after stage, as it runs in any process of any engine."""

from __future__ import annotations

import sys
import zipfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
from threadpoolctl import threadpool_limits

from pipeline.cluster import assign
from pipeline.codebook import Codebook, load_codebook
from pipeline.config import load_yaml
from pipeline.dating import Timeline
from pipeline.errors import UsageError
from pipeline.ingest import CorpusFile, Manifest
from pipeline.ingest.documents import ingest_file
from pipeline.segment import (
    AgencyRules,
    BlockRow,
    Citation,
    DocumentText,
    KindModel,
    KindRules,
    SegmentSettings,
    Statement,
    find_citations,
    segment_all,
)
from pipeline.stages.cache import pack, unpack
from pipeline.stages.keys import components
from pipeline.stages.settings import Named, Stage, missing_stages
from pipeline.tables import TABLES, from_rows, sort
from pipeline.themes.cascade import remembering
from pipeline.themes.classifier import Learned
from pipeline.themes.coder import CodebookCoder, ModelKinds, build_coder, load_model, with_learned
from pipeline.themes.known import Known, read_known

WORKBOOKS = frozenset({".xlsx", ".xlsm"})  # a hundred thousand rows are three megabytes there
_MOST_UNPACKED = 25  # times its size, whatever it says of itself
_DOCUMENTS_AT_ONCE = 256  # of a file that holds many: small ones are quicker segmented together
_PlacedRow = tuple[BlockRow, bool]  # a row of blocks, and whether it goes on with the one before


@dataclass(frozen=True, slots=True)
class Resources:
    """What every file is worked with; loaded once a process."""

    named: Named
    codebook: Codebook
    timeline: Timeline
    segment: SegmentSettings
    rules: KindRules
    kind_model: KindModel | None
    coder: CodebookCoder
    known: Sequence[Known] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One file, what the manifests say of it, the last result that is still good (with its stage), and the goal."""

    file: CorpusFile
    manifest: Manifest
    done: Stage | None
    data: bytes
    until: Stage


def load_resources(named: Named) -> Resources:
    """Load codebook, rules, timeline and models; faults in any of them are ConfigErrors."""
    codebook = load_codebook(named.codebook)
    settings = named.settings
    model = remembering(load_model(settings.cluster.model))
    return Resources(
        named=named,
        codebook=codebook,
        timeline=_timeline(named.timelines),
        segment=replace(
            settings.segment, agencies=AgencyRules.build(_mapping(named.agencies), place=str(named.agencies))
        ),
        rules=KindRules.build(_mapping(named.kinds), place=str(named.kinds)),
        kind_model=ModelKinds(model) if model else None,
        coder=build_coder(codebook, model),
        known=read_known(named.previous) if named.previous else (),
    )


def _timeline(paths: Sequence[Path]) -> Timeline:
    """Return the facts of all timeline files; a later file wins where both have a fact."""
    joined = Timeline()
    for path in paths:
        joined = joined.joined(Timeline.build(_mapping(path), place=str(path)))
    return joined


def _mapping(path: Path) -> Mapping[str, Any]:
    source = load_yaml(path)
    if not isinstance(source.value, Mapping):
        raise source.error("is empty or not a list of 'key: value' lines")
    return source.value


def task_megabytes(task: Task) -> float:
    """Return the size of a task's file, or part of one, in megabytes; of a workbook, that of what it unpacks to."""
    if task.file.part:
        return (task.file.part.end - task.file.part.start) / 1e6
    try:
        size = task.file.path.stat().st_size
    except OSError:  # the reader says what is wrong
        return 0.0
    return max(size, min(_unpacked(task.file.path), size * _MOST_UNPACKED)) / 1e6


def _unpacked(path: Path) -> int:
    """Return what a workbook says that it unpacks to, in bytes; 0 of any other file."""
    if path.suffix.lower() not in WORKBOOKS:
        return 0
    try:
        with zipfile.ZipFile(path) as book:
            return sum(member.file_size for member in book.infolist())
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):  # the reader says what is wrong
        return 0


_held: dict[str, Resources] = {}


def prepare(named: Named, parts: Mapping[str, Mapping[str, str]] | None = None, learned: Learned | None = None) -> None:
    """Load what this process needs before its first file; `learned` is what the run learned from coded statements.

    `parts` is what the run takes its results to depend on; UsageError where this process, perhaps of another machine,
    has other code, libraries or settings.
    """
    if parts is not None and (other := _different(parts, components(named))):
        raise UsageError(
            f"a worker differs from this machine in: {', '.join(other)}",
            remedy="Install the same version of the project, with the same extras, on every machine",
        )
    threadpool_limits(1)  # one thread a process: the processes share the machine's processors
    resources = load_resources(named)
    _held["now"] = replace(resources, coder=with_learned(resources.coder, learned)) if learned else resources


def _different(ours: Mapping[str, Mapping[str, str]], theirs: Mapping[str, Mapping[str, str]]) -> list[str]:
    return [
        f"{name} of {stage}" for stage in ours for name in theirs[stage] if ours[stage][name] != theirs[stage][name]
    ]


@dataclass(frozen=True, slots=True)
class Worked:
    """The packed tables of each stage that was missing, and the most memory that the process has held, in megabytes.

    `looked`: path and hash of the other files that reading this one looked for.
    """

    results: Mapping[Stage, bytes]
    peak_memory_mb: int
    looked: Sequence[tuple[str, str]] = ()


def work(task: Task) -> Worked:
    """Return the packed tables of each stage from the first that is missing to `task.until`."""
    resources = _held["now"]
    results: dict[Stage, bytes] = {}
    data = task.data
    looked: list[tuple[str, str]] = []
    for stage in missing_stages(task.done, task.until):
        tables = _in_order(_WORK[stage](task, data, resources))
        data = results[stage] = pack(tables)
        if stage == "ingest":
            row = tables["files"].to_pylist()[0]
            looked = list(zip(row["asked"], row["asked_sha256"], strict=True))
    return Worked(results, peak_memory_mb(), looked)


def peak_memory_mb() -> int:
    """Return the largest resident memory that this process has had, in megabytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # not on Windows
        return 0
    unit = 2**20 if sys.platform == "darwin" else 2**10  # macOS counts bytes, Linux kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit


def _in_order(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return the tables sorted by their keys, so that those of several files can be joined as they stream by."""
    return {name: sort(TABLES[name], table) if name in TABLES else table for name, table in tables.items()}


def _ingest(task: Task, data: bytes, resources: Resources) -> Mapping[str, pa.Table]:
    found = ingest_file(task.file, task.manifest, resources.timeline, resources.named.settings.ingest)
    return found.tables()


def _segment(task: Task, data: bytes, resources: Resources) -> Mapping[str, pa.Table]:
    ingested = unpack(data)
    blocks = _rows_of(ingested["blocks"])
    rows: list[dict[str, Any]] = []
    citations: list[dict[str, Any]] = []
    documents = ingested["documents"].to_pylist()
    for at in range(0, len(documents), _DOCUMENTS_AT_ONCE):
        for document, own, text, statements in _segmented(documents[at : at + _DOCUMENTS_AT_ONCE], blocks, resources):
            starts = [row.start for row, _ in own]
            rows += (_statement_row(document, s, own[bisect_right(starts, s.start) - 1][0]) for s in statements)
            citations += _citation_rows(document["doc_id"], find_citations(text.blocks, statements))
    table = from_rows(TABLES["statements"], rows)
    return {
        "statements": table.append_column("before", pa.array([row["before"] for row in rows], pa.string())),
        "citations": from_rows(TABLES["citations"], citations),
    }


def _rows_of(blocks: pa.Table) -> dict[str, list[_PlacedRow]]:
    """Return each document's blocks without furniture, by doc_id, and whether each goes on with the one before."""
    names = ("doc_id", "block_no", "kind", "level", "marker", "page", "start", "text")
    cells = zip(*(blocks.column(name).to_pylist() for name in (*names, "continues")), strict=True)
    return {
        doc_id: [(BlockRow(*row[1:-1]), row[-1]) for row in rows if row[2] != "furniture"]
        for doc_id, rows in groupby(cells, key=lambda row: row[0])
    }


def whole_blocks(rows: Iterable[_PlacedRow]) -> list[BlockRow]:
    """Return the blocks with the pieces of those that run over pages joined, as their text stands in the document."""
    found: list[BlockRow] = []
    for row, continues in rows:
        if continues:
            last = found[-1]
            found[-1] = replace(last, text=last.text.ljust(row.start - last.start) + row.text)
        else:
            found.append(row)
    return found


def _segmented(
    documents: Sequence[Mapping[str, Any]], blocks: Mapping[str, list[_PlacedRow]], resources: Resources
) -> Iterator[tuple[Mapping[str, Any], list[_PlacedRow], DocumentText, list[Statement]]]:
    """Yield each document with its rows of blocks, its text and its statements."""
    own = [blocks.get(document["doc_id"], []) for document in documents]
    texts = [
        DocumentText(whole_blocks(rows), *(document[name] for name in ("unit", "title", "publisher", "source_type")))
        for document, rows in zip(documents, own, strict=True)
    ]
    found = segment_all(texts, resources.segment, resources.rules, resources.kind_model)
    return zip(documents, own, texts, found, strict=True)


def _citation_rows(doc_id: str, citations: Iterable[Citation]) -> Iterator[dict[str, Any]]:
    for citation in citations:
        for cited in citation.cited or (0,):
            yield {
                "statement_id": _statement_id(doc_id, citation.statement_no),
                "cited_sort": citation.cited_sort,
                "cited_marker": citation.cited_marker,
                "cited_statement_id": _statement_id(doc_id, cited) if cited else "",
            }


def _statement_id(doc_id: str, statement_no: int) -> str:
    return f"{doc_id}-{statement_no:05d}"


def _statement_row(document: Mapping[str, Any], said: Statement, begins_in: BlockRow) -> dict[str, Any]:
    return {
        "statement_id": _statement_id(document["doc_id"], said.statement_no),
        "doc_id": document["doc_id"],
        "source_path": document["source_path"],
        "item": document["item"],
        "statement_no": said.statement_no,
        "block_no": begins_in.block_no,
        "section": said.section,
        "page": begins_in.page,
        "start": said.start,
        "end": said.end,
        "stem": said.stem,
        "kind": said.kind,
        "kind_probability": said.kind_probability,
        "speaker": said.speaker,
        "agencies": ";".join(said.agencies),
        "themes": "",
        "text": said.text,
        "before": said.before,
    }


def _cluster(task: Task, data: bytes, resources: Resources) -> Mapping[str, pa.Table]:
    return {"assignments": assign(unpack(data)["statements"], resources.coder)}


_WORK: dict[Stage, Callable[[Task, bytes, Resources], Mapping[str, pa.Table]]] = {
    "ingest": _ingest,
    "segment": _segment,
    "cluster": _cluster,
}

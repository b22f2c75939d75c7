"""From the results of single files to the tables of the run: streamed in the order of the files, totals kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.cluster import ThemesOf, with_themes
from pipeline.ingest.attachments import attachments, with_attachments
from pipeline.ingest.duplicates import find_copies, with_copies
from pipeline.ingest.manifest import COLUMNS as MANIFEST_COLUMNS
from pipeline.ingest.manifest import draft
from pipeline.stages.cache import Cache, stored_tables
from pipeline.stages.documents import cells_of, document_sums, known_documents, theme_rows, with_story
from pipeline.stages.emergent import find_emergent
from pipeline.stages.folder import MANIFEST_DRAFT
from pipeline.stages.keys import FileKeys
from pipeline.stages.merge import merged
from pipeline.stages.settings import Settings, Stage
from pipeline.stages.templates import Templates, find_templates
from pipeline.stages.totals import DocumentNumbers, Totals
from pipeline.stages.work import Resources
from pipeline.tables import TABLES, from_rows, sort, write_csv, write_table, write_text
from pipeline.tables.spec import Table
from pipeline.tabulate import series as tabulate
from pipeline.themes.known import FILE as EMERGENT_FILE

MOST_SORTED = 500_000  # assignments that are sorted in memory at a time


@dataclass(frozen=True, slots=True)
class Assembly:
    """Where the results are, where the tables go, the rows of `files`, and the number of rows written of each table.

    `files` leaves out those that were read with another one, as attachments of an export.
    """

    cache: Cache
    files: Sequence[FileKeys]
    file_rows: pa.Table
    resources: Resources
    out: Path
    templates: Templates = field(default_factory=Templates)
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """Return the run's settings."""
        return self.resources.named.settings

    def results(self, stage: Stage, *names: str) -> Iterator[dict[str, pa.Table]]:
        """Yield the tables that a stage made of each file (or those named), in the order of the files."""
        return stored_tables(self.cache, [file.keys[stage] for file in self.files], names)

    def stream(self, stage: Stage, name: str) -> Iterator[pa.Table]:
        """Yield the rows of a table that a stage made, in key order, a batch at a time."""
        table = TABLES[name]

        def rows(file: FileKeys) -> Iterator[pa.Table]:
            return (batch.select(table.names).cast(table.schema) for batch in self.cache.stream(file.keys[stage], name))

        return _by_path(self.files, table, rows)

    def segmented(self) -> Iterator[pa.Table]:
        """Yield the statements as the segment stage left them, in key order, a batch at a time."""
        return self.stream("segment", "statements")

    def write(self, name: str, batches: Iterator[pa.Table] | list[pa.Table]) -> None:
        """Write one table of the run."""
        self.rows[name] = write_table(
            TABLES[name],
            batches,
            parquet=self.out / "stages" / f"{name}.parquet",
            csv_file=self.out / "tables" / f"{name}.csv",
            excel_bom=self.settings.csv.excel_bom,
        )


def _by_path(
    files: Sequence[FileKeys], table: Table, rows: Callable[[FileKeys], Iterator[pa.Table]]
) -> Iterator[pa.Table]:
    """Yield the rows of every file in key order; those of a long table's parts are merged."""
    for _, parts in groupby(files, key=lambda file: file.file.source_path):
        yield from merged(table, [rows(file) for file in parts])


def assemble(cache: Cache, files: Sequence[FileKeys], resources: Resources, out: Path) -> Assembly:
    """Return the assembly of a run's results, with files that exports name as their attachments reconciled."""
    stored = stored_tables(cache, [f.keys["ingest"] for f in files], ("files",))
    rows = _whole_files(files, pa.concat_tables(t["files"] for t in stored))
    read_with = attachments(rows)
    counted = [file for file in files if file.file.source_path not in read_with]
    return Assembly(cache, counted, with_attachments(rows, read_with), resources, out)


def _whole_files(files: Sequence[FileKeys], rows: pa.Table) -> pa.Table:
    """Return one row a file: the parts of a long table added up."""
    if not any(file.file.part for file in files):
        return rows
    found: dict[str, dict[str, Any]] = {}
    for file, row in zip(files, rows.to_pylist(), strict=True):
        path = file.file.source_path
        if path not in found:
            found[path] = row
            continue
        for name in ("announced", "documents", "rejects"):
            found[path][name] = (found[path][name] or 0) + (row[name] or 0)
    for file in files:
        if file.file.part:
            size = file.file.part.end if file.file.path.exists() else 0
            found[file.file.source_path] |= {"sha256": file.sha256, "bytes": size}
    return pa.Table.from_pylist(list(found.values()), rows.schema)


def write_ingested(run: Assembly) -> pa.Table:
    """Write files, documents, blocks and a draft of the manifest; return the documents, copies marked."""
    documents = known_documents(run.stream("ingest", "documents"))
    if run.settings.duplicates.find:
        documents = with_copies(documents, find_copies(documents, _shingles(run), run.settings.duplicates))
    run.write("documents", with_story(run.stream("ingest", "documents"), documents))
    write_csv(run.out / MANIFEST_DRAFT, MANIFEST_COLUMNS, draft(documents))
    run.write("blocks", run.stream("ingest", "blocks"))
    run.write("files", [run.file_rows])
    if run.settings.ingest.redact.on:
        run.write("redactions", run.stream("ingest", "redactions"))
    return documents


def _shingles(run: Assembly) -> Iterator[tuple[str, NDArray[np.uint64]]]:
    for tables in run.results("ingest", "shingles"):
        found = tables["shingles"]
        found = found.filter(pc.greater(pc.list_value_length(found.column("hashes")), 0))
        for doc_id, hashes in zip(found.column("doc_id").to_pylist(), found.column("hashes"), strict=True):
            yield doc_id, hashes.values.to_numpy()


def write_rejects(run: Assembly, more: pa.Table) -> None:
    """Write the rejects of every file and those that are handed in."""
    found = [tables["rejects"] for tables in run.results("ingest", "rejects")]
    run.write("rejects", [sort(TABLES["rejects"], pa.concat_tables([*found, more]))])


def without_templates(run: Assembly, documents: pa.Table) -> Assembly:
    """Find the template text of the run's reports, which counts as context from here on; write templates, citations."""
    run = replace(run, templates=find_templates(run.segmented, documents, run.settings.segment.template))
    run.write("templates", [run.templates.table()])
    citations = [tables["citations"] for tables in run.results("segment", "citations")]
    run.write("citations", [sort(TABLES["citations"], pa.concat_tables(citations))])
    return run


def write_statements(run: Assembly) -> None:
    """Write statements as they are before themes are assigned."""
    run.write("statements", (run.templates.applied(batch) for batch in run.segmented()))


def coded_statements(run: Assembly) -> Iterator[pa.Table]:
    """Yield the statements of the run with their themes, in key order, a batch at a time."""

    def coded(file: FileKeys) -> Iterator[pa.Table]:
        (clustered,) = stored_tables(run.cache, [file.keys["cluster"]], ("assignments",))
        themes = ThemesOf(clustered["assignments"])
        for batch in run.cache.stream(file.keys["segment"], "statements"):
            yield run.templates.applied(with_themes(batch, themes))

    yield from _by_path(run.files, TABLES["statements"], coded)


def write_clustered(run: Assembly, documents: pa.Table) -> Totals:
    """Write statements and findings with themes, assignments, themes; return what there is to count."""
    numbers = DocumentNumbers(documents.column("doc_id"))
    settings = run.settings
    theme_ids = sorted(theme.id for theme in run.resources.codebook.themes)
    totals = Totals(numbers, theme_ids, settings.cluster.emergent.sample, settings.seed)

    def counted() -> Iterator[pa.Table]:
        for batch in coded_statements(run):
            totals.add(batch)
            yield batch

    run.write("statements", counted())
    run.write("findings", (_findings(batch, documents, numbers) for batch in coded_statements(run)))
    emergent = find_emergent(totals.unassigned, settings.cluster.emergent, settings.seed, run.resources.known)
    _write_assignments(run, emergent.assignments())
    _write_themes(run, totals.theme_counts(), emergent.theme_rows())
    run.write("emergent_themes", [emergent.by_year(totals, documents)])
    run.write("emergent_matches", [emergent.changes()])
    write_text(run.out / EMERGENT_FILE, emergent.kept())
    return totals


def _is_finding(statements: pa.Table) -> pa.ChunkedArray:
    return pc.not_equal(statements.column("kind"), "context")


def _findings(statements: pa.Table, documents: pa.Table, numbers: DocumentNumbers) -> pa.Table:
    """Return the findings among `statements` with columns of their documents."""
    found = statements.filter(_is_finding(statements))
    at = numbers.of(found.column("doc_id"))
    for name in ("year", "source_type", "publisher", "title"):
        found = found.append_column(TABLES["findings"].schema.field(name), cells_of(documents, name, at))
    return found.cast(TABLES["findings"].schema)


def _write_assignments(run: Assembly, added: pa.Table) -> None:
    """Write assignments in the order of their identifiers, which are hashes: one range of them after the other."""
    total = sum(part.num_rows for part in _assigned(run))
    ranges = next(n for n in (1, 2, 4, 8, 16) if total < n * MOST_SORTED or n == 16)
    run.write("assignments", (_in_range(run, added, number, ranges) for number in range(ranges)))


def _assigned(run: Assembly) -> Iterator[pa.Table]:
    """Yield the assignments of each file."""
    return (run.templates.kept(tables["assignments"]) for tables in run.results("cluster", "assignments"))


def _in_range(run: Assembly, added: pa.Table, number: int, ranges: int) -> pa.Table:
    """Return the assignments whose identifiers begin with the hexadecimal digits of one of so many ranges."""
    step = 16 // ranges
    digits = pa.array([f"{digit:x}" for digit in range(number * step, (number + 1) * step)])
    parts: Iterable[pa.Table] = chain([added], _assigned(run))
    if ranges > 1:
        parts = (p.filter(pc.is_in(pc.utf8_slice_codeunits(p.column("statement_id"), 0, 1), digits)) for p in parts)
    return sort(TABLES["assignments"], pa.concat_tables(parts))


def _write_themes(run: Assembly, counts: Mapping[str, int], emergent: Sequence[dict[str, Any]]) -> None:
    rows = [
        {
            "theme_id": theme.id,
            "theme_label": theme.label,
            "definition": theme.definition,
            "origin": "codebook",
            "terms": ";".join(theme.terms),
            "findings": counts[theme.id],
        }
        for theme in run.resources.codebook.themes
    ]
    run.write("themes", [sort(TABLES["themes"], from_rows(TABLES["themes"], [*rows, *emergent]))])


def write_tabulated(
    run: Assembly,
    documents: pa.Table,
    totals: Totals,
    estimators: tabulate.Estimators,
    role_of: Callable[[str], str],
    correct: Callable[[pd.DataFrame, pd.DataFrame], Mapping[tuple[str, str], tabulate.Correction]],
) -> tuple[pd.DataFrame, pd.DataFrame, Mapping[tuple[str, str], tabulate.Correction]]:
    """Write the tables of counts and shares: of documents, years, sources, speakers; and what the corpus covers.

    `correct` makes corrections out of the documents' sums and the rows of document_themes; all three are returned. In
    both `doc_id` is the document's number, its row in `documents`.
    """
    labels = {theme.id: theme.label for theme in run.resources.codebook.themes}
    settings = run.settings.tabulate
    docs = document_sums(documents, totals, settings.year)
    counts = tabulate.document_themes(docs, totals.cells(), labels)
    run.write("document_themes", theme_rows(documents, counts))
    made = correct(docs.assign(doc_id=cells_of(documents, "doc_id").to_pandas()), counts)
    by_year = tabulate.theme_series("theme_year", docs, counts, labels, estimators, settings, made)
    run.write("theme_year", [by_year])
    run.write("theme_year_corrected", [tabulate.corrected_series(by_year, made)])
    by_source = tabulate.theme_series("theme_year_source", docs, counts, labels, estimators, settings)
    run.write("theme_year_source", [by_source])
    run.write("date_sensitivity", [tabulate.date_sensitivity(docs, counts, labels)])
    run.write("coverage", [tabulate.coverage(docs)])
    roles = {speaker: role_of(speaker) for speaker, _ in totals.spoken}
    run.write("speaker_themes", [tabulate.speaker_themes(totals.by_role(roles), labels)])
    return docs, counts, made

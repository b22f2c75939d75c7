"""From the results of single files to the tables of the run: streamed in the order of the files, totals kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline import tabulate
from pipeline.cluster import Coded, assignment_row, with_themes
from pipeline.ingest import attachments, find_copies, with_attachments, with_copies
from pipeline.ingest.manifest import COLUMNS as MANIFEST_COLUMNS
from pipeline.ingest.manifest import draft
from pipeline.stages.cache import Cache, stored_tables
from pipeline.stages.folder import MANIFEST_DRAFT
from pipeline.stages.keys import FileKeys
from pipeline.stages.settings import Settings, Stage
from pipeline.stages.work import Resources
from pipeline.tables import TABLES, csv_text, from_rows, sort, write_table, write_text
from pipeline.themes.emergent import EmergentTheme, find_themes

NO_CODEBOOK_THEME = ""


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
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """Return the run's settings."""
        return self.resources.named.settings

    def results(self, stage: Stage, *names: str) -> Iterator[dict[str, pa.Table]]:
        """Yield the tables that a stage made of each file (or those named), in the order of the files."""
        return stored_tables(self.cache, [file.keys[stage] for file in self.files], names)

    def write(self, name: str, batches: Iterator[pa.Table] | list[pa.Table]) -> None:
        """Write one table of the run."""
        self.rows[name] = write_table(
            TABLES[name],
            batches,
            parquet=self.out / "stages" / f"{name}.parquet",
            csv_file=self.out / "tables" / f"{name}.csv",
            excel_bom=self.settings.csv.excel_bom,
        )


def assemble(cache: Cache, files: Sequence[FileKeys], resources: Resources, out: Path) -> Assembly:
    """Return the assembly of a run's results, with files that exports name as their attachments reconciled."""
    rows = pa.concat_tables(t["files"] for t in stored_tables(cache, [f.keys["ingest"] for f in files], ("files",)))
    read_with = attachments(rows)
    counted = [file for file in files if file.file.source_path not in read_with]
    return Assembly(cache, counted, with_attachments(rows, read_with), resources, out)


def write_ingested(run: Assembly) -> pa.Table:
    """Write files, documents, blocks and a draft of the manifest; return the documents, copies marked."""
    documents = _gather(run, "ingest", "documents")
    if run.settings.duplicates.find:
        documents = with_copies(documents, find_copies(documents, _shingles(run), run.settings.duplicates))
    run.write("documents", [documents])
    write_text(run.out / MANIFEST_DRAFT, csv_text(MANIFEST_COLUMNS, draft(documents)))
    run.write("blocks", (_sorted(tables, "blocks") for tables in run.results("ingest", "blocks")))
    run.write("files", [run.file_rows])
    return documents


def _shingles(run: Assembly) -> Iterator[tuple[str, NDArray[np.uint64]]]:
    for tables in run.results("ingest", "shingles"):
        found = tables["shingles"]
        for doc_id, hashes in zip(found.column("doc_id").to_pylist(), found.column("hashes"), strict=True):
            yield doc_id, hashes.values.to_numpy()


def write_rejects(run: Assembly, more: pa.Table) -> None:
    """Write the rejects of every file and those that are handed in."""
    found = [tables["rejects"] for tables in run.results("ingest", "rejects")]
    run.write("rejects", [sort(TABLES["rejects"], pa.concat_tables([*found, more]))])


def _gather(run: Assembly, stage: Stage, name: str) -> pa.Table:
    parts = [tables[name].select(TABLES[name].names) for tables in run.results(stage, name)]
    return sort(TABLES[name], pa.concat_tables(parts).combine_chunks()).cast(TABLES[name].schema)


def _sorted(tables: dict[str, pa.Table], name: str) -> pa.Table:
    return sort(TABLES[name], tables[name].select(TABLES[name].names)).cast(TABLES[name].schema)


def write_statements(run: Assembly) -> None:
    """Write statements as they are before themes are assigned."""
    run.write("statements", (_sorted(tables, "statements") for tables in run.results("segment")))


def coded_statements(run: Assembly) -> Iterator[pa.Table]:
    """Yield the statements of each file with their themes, in key order."""
    for segmented, clustered in zip(run.results("segment"), run.results("cluster"), strict=True):
        yield sort(TABLES["statements"], with_themes(segmented["statements"], clustered["assignments"]))


def write_clustered(run: Assembly, documents: pa.Table) -> pd.DataFrame:
    """Write statements and findings with themes, assignments, themes; return one row a finding for counting.

    The frame has doc_id, statement_id, kind, themes, speaker, start, text (of findings without theme only) and counts.
    """
    run.write("statements", coded_statements(run))
    run.write("findings", (_findings(batch, documents) for batch in coded_statements(run)))
    findings = pd.concat([_light(batch) for batch in coded_statements(run)], ignore_index=True)
    emergent = _emergent(run, findings)
    _write_assignments(run, findings, emergent)
    _write_themes(run, findings, emergent)
    _write_emergent(run, findings, emergent, documents)
    return findings


def _is_finding(statements: pa.Table) -> pa.ChunkedArray:
    return pc.not_equal(statements.column("kind"), "context")


def _findings(statements: pa.Table, documents: pa.Table) -> pa.Table:
    """Return the findings among `statements` with columns of their documents."""
    found = statements.filter(_is_finding(statements))
    at = pc.index_in(found.column("doc_id"), value_set=documents.column("doc_id"))
    for name in ("year", "source_type", "publisher", "title"):
        found = found.append_column(TABLES["findings"].schema.field(name), documents.column(name).take(at))
    return found.cast(TABLES["findings"].schema)


def _light(statements: pa.Table) -> pd.DataFrame:
    found = statements.filter(_is_finding(statements))
    return found.select(["statement_id", "doc_id", "kind", "themes", "speaker", "start", "text"]).to_pandas()


def _emergent(run: Assembly, findings: pd.DataFrame) -> list[tuple[str, EmergentTheme, list[str]]]:
    """Return (theme_id, theme, statement_ids of its members) for what the codebook does not cover."""
    settings = run.settings.cluster.emergent
    rest = findings[findings["themes"] == NO_CODEBOOK_THEME]
    if len(rest) > settings.sample:
        rest = rest.sample(settings.sample, random_state=run.settings.seed).sort_index()
    ids = rest["statement_id"].tolist()
    found = find_themes(rest["text"].tolist(), most=settings.themes, smallest=settings.smallest, seed=run.settings.seed)
    return [(f"emergent_{n:02d}", theme, ids) for n, theme in enumerate(found, 1)]


def _write_assignments(
    run: Assembly, findings: pd.DataFrame, emergent: list[tuple[str, EmergentTheme, list[str]]]
) -> None:
    starts = dict(zip(findings["statement_id"], findings["start"], strict=True)) if emergent else {}
    rows = [
        assignment_row(ids[member], starts[ids[member]], Coded(theme_id, weight, "emergent"))
        for theme_id, theme, ids in emergent
        for member, weight in zip(theme.members, theme.weights, strict=True)
    ]
    parts = [tables["assignments"] for tables in run.results("cluster")]
    run.write(
        "assignments", [sort(TABLES["assignments"], pa.concat_tables([*parts, from_rows(TABLES["assignments"], rows)]))]
    )


def _write_themes(run: Assembly, findings: pd.DataFrame, emergent: list[tuple[str, EmergentTheme, list[str]]]) -> None:
    counts = findings["themes"].str.split(";").explode().value_counts()
    rows = [
        {
            "theme_id": theme.id,
            "theme_label": theme.label,
            "definition": theme.definition,
            "origin": "codebook",
            "terms": ";".join(theme.terms),
            "findings": int(counts.get(theme.id, 0)),
        }
        for theme in run.resources.codebook.themes
    ] + [_emergent_row(theme_id, theme) for theme_id, theme, _ in emergent]
    run.write("themes", [sort(TABLES["themes"], from_rows(TABLES["themes"], rows))])


def emergent_label(theme: EmergentTheme) -> str:
    """Return a name for people: the theme's most distinctive words."""
    return ", ".join(theme.terms[:3])


def _emergent_row(theme_id: str, theme: EmergentTheme) -> dict[str, Any]:
    return {
        "theme_id": theme_id,
        "theme_label": emergent_label(theme),
        "definition": "Found in the text; not part of the codebook",
        "origin": "emergent",
        "terms": ";".join(theme.terms),
        "findings": len(theme.members),
    }


def _write_emergent(
    run: Assembly, findings: pd.DataFrame, emergent: list[tuple[str, EmergentTheme, list[str]]], documents: pa.Table
) -> None:
    years = dict(zip(documents.column("doc_id").to_pylist(), documents.column("year").to_pylist(), strict=True))
    rest = findings[findings["themes"] == NO_CODEBOOK_THEME].set_index("statement_id")
    rest = rest.assign(year=rest["doc_id"].map(years).replace("", "undated"))
    totals = rest["year"].value_counts()
    rows = []
    for theme_id, theme, ids in emergent:
        members = rest.loc[[ids[member] for member in theme.members]]
        for year in sorted(totals.index):
            here = members[members["year"] == year]
            rows.append(
                {
                    "theme_id": theme_id,
                    "theme_label": emergent_label(theme),
                    "terms": ";".join(theme.terms),
                    "year": year,
                    "findings": len(here),
                    "unassigned_total": int(totals[year]),
                    "share_of_unassigned": len(here) / int(totals[year]),
                    "documents": here["doc_id"].nunique(),
                    "stability": theme.stability,
                    "central_statement_id": ids[theme.central],
                    "central_text": rest.loc[ids[theme.central], "text"],
                }
            )
    run.write("emergent_themes", [sort(TABLES["emergent_themes"], from_rows(TABLES["emergent_themes"], rows))])


def write_tabulated(
    run: Assembly,
    documents: pa.Table,
    findings: pd.DataFrame,
    estimators: tabulate.Estimators,
    role_of: Callable[[str], str],
    correct: Callable[[pd.DataFrame, pd.DataFrame], Mapping[tuple[str, str], tabulate.Correction]],
) -> None:
    """Write the tables of counts and shares: of documents, years, sources, speakers; and what the corpus covers.

    `correct` makes corrections out of the documents' sums and the rows of document_themes.
    """
    labels = {theme.id: theme.label for theme in run.resources.codebook.themes}
    docs = _document_sums(run, documents, findings)
    counts = tabulate.document_themes(docs, findings[["doc_id", "kind", "themes"]], labels)
    counts_table = pa.Table.from_pandas(counts, schema=TABLES["document_themes"].schema, preserve_index=False)
    run.write("document_themes", [counts_table])
    settings = run.settings.tabulate
    made = correct(docs, counts)
    by_year = tabulate.theme_series("theme_year", docs, counts, labels, estimators, settings, made)
    run.write("theme_year", [by_year])
    run.write("theme_year_corrected", [tabulate.corrected_series(by_year, made)])
    by_source = tabulate.theme_series("theme_year_source", docs, counts, labels, estimators, settings)
    run.write("theme_year_source", [by_source])
    run.write("date_sensitivity", [tabulate.date_sensitivity(docs, counts, labels)])
    run.write("coverage", [tabulate.coverage(docs)])
    roles = {speaker: role_of(speaker) for speaker in sorted(findings["speaker"].unique())}
    spoken = findings[["kind", "themes"]].assign(speaker_role=findings["speaker"].map(roles))
    run.write("speaker_themes", [tabulate.speaker_themes(spoken, labels)])


def _document_sums(run: Assembly, documents: pa.Table, findings: pd.DataFrame) -> pd.DataFrame:
    names = ["doc_id", "source_path", "item", "year", "source_type", "words", "duplicate_of", "covers_to"]
    docs = documents.select(names).to_pandas()
    docs["year_published"], docs["year_covered"] = docs["year"], docs["covers_to"].str[:4]
    docs["year"] = docs[f"year_{run.settings.tabulate.year}"]
    statements = pd.concat(
        [tables["statements"].select(["doc_id"]).to_pandas() for tables in run.results("segment")], ignore_index=True
    )
    assigned = findings.loc[findings["themes"] != NO_CODEBOOK_THEME, "doc_id"].value_counts()
    columns = {
        "statements": statements["doc_id"].value_counts(),
        "findings": findings["doc_id"].value_counts(),
        "assigned": assigned,
    }
    for name, counts in columns.items():
        docs[name] = docs["doc_id"].map(counts).fillna(0).astype("int64")
    return docs

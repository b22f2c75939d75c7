"""What a plan asks for, done: files worked on wherever the engine runs, results kept, tables and report written."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

import pipeline
from pipeline import engines, estimate
from pipeline.codebook import Codebook
from pipeline.engines import Job
from pipeline.exchange import write_workbook
from pipeline.ingest.documents import nothing_read
from pipeline.ingest.settings import KINDS
from pipeline.readers.parsed import Reject
from pipeline.readers.sandbox import Outcome
from pipeline.report import MAX_STATEMENTS, Pictures, load_tables, remembering, report_html
from pipeline.segment import speaker_role
from pipeline.stages.assemble import (
    Assembly,
    assemble,
    without_templates,
    write_clustered,
    write_ingested,
    write_rejects,
    write_statements,
    write_tabulated,
)
from pipeline.stages.cache import Cache, pack, stored_tables
from pipeline.stages.checked import Checked, check_gold, corrections, gold_rejects, read_coded, write_performance
from pipeline.stages.courses import write_courses
from pipeline.stages.folder import outputs_of
from pipeline.stages.keys import FileKeys, library_versions
from pipeline.stages.learning import Key, by_statement, examples_of, learns_from_corpus, teaching
from pipeline.stages.methods import write_methods
from pipeline.stages.plan import Plan
from pipeline.stages.progress import Progress
from pipeline.stages.settings import FILE_STAGES, STAGES, WORKER_MODULES, RunOptions, Stage, missing_stages
from pipeline.stages.work import (
    WORKBOOKS,
    Resources,
    Task,
    Worked,
    load_resources,
    peak_memory_mb,
    prepare,
    task_megabytes,
    work,
)
from pipeline.tables import TABLES, columns_csv, datapackage, write_json, write_text
from pipeline.themes.classifier import Example, Learned
from pipeline.themes.coder import learn, without_own_document
from pipeline.validate import Gold

__all__ = ["execute", "load_resources", "work_out"]

WORKBOOK = "findings.xlsx"
WORKBOOK_FINDINGS = 20_000  # beyond this it is written only when asked for: findings export DIR xlsx
PATIENT = 20.0  # times the usual limit: a statement costs 1 ms, and 20 to 40 ms where the large model is asked
_SAVE_EVERY = 1.0  # seconds: at most this much work is lost when a run is stopped


def execute(
    plan: Plan, options: RunOptions, resources: Resources, cache: Cache, command: Sequence[str], tell: Progress
) -> dict[str, Any]:
    """Do what is stale, write the tables and the report, and return what run.json is to say."""
    gold = read_coded(options, resources.codebook)  # its faults are said before any work is done
    clock = time.perf_counter()
    lessons: dict[Key, Example] = {}
    lesson = teaching(gold, plan.named.settings.cluster.learn)
    if lesson and options.until not in {"ingest", "segment"}:
        if learns_from_corpus(lesson):
            work_out(_only(plan, {"ingest", "segment"}), replace(options, until="segment"), cache, tell)
            plan = _only(plan, {"cluster"})
        lessons = examples_of(lesson, _segmented(plan, cache))
        resources = replace(resources, coder=learn(resources.coder, list(lessons.values())))
    largest = work_out(plan, options, cache, tell, resources.coder.learned)
    seconds = {"files": time.perf_counter() - clock}
    assembly = assemble(cache, plan.files, resources, options.out)
    pictures = Pictures(cache.get)
    assembly, checked = _put_together(assembly, options, gold, lessons, tell, seconds, pictures)
    cache.put(pictures.used)
    cache.keep_only({*(key for file in plan.files for key in file.keys.values()), *pictures.used})
    said = _describe_run(options, plan, assembly, resources.codebook, command, seconds)
    memory = {"main": peak_memory_mb(), "largest_worker": largest}
    return said | {"gold_rows": len(checked.statements), "gold_faults": len(checked.faults), "peak_memory_mb": memory}


def _only(plan: Plan, wanted: set[Stage]) -> Plan:
    """Return the plan for some stages only."""
    stale = {name: [stage for stage in stages if stage in wanted] for name, stages in plan.stale.items()}
    return replace(plan, stale={name: stages for name, stages in stale.items() if stages})


def _segmented(plan: Plan, cache: Cache) -> Iterator[pa.Table]:
    for tables in stored_tables(cache, [file.keys["segment"] for file in plan.files], {"statements"}):
        yield tables["statements"]


def work_out(plan: Plan, options: RunOptions, cache: Cache, tell: Progress, learned: Learned | None = None) -> int:
    """Run the stale stages of every file; return the memory in megabytes that the largest process came to.

    A file whose process dies becomes a reject that says so.
    """
    todo = [file for file in plan.files if file.name in plan.stale]
    if not todo:
        return 0
    tasks = [_task(file, plan.stale[file.name][0], options.until, cache) for file in todo]
    parts = plan.parts if options.engine == "dask" else None  # workers of other machines may differ from this one
    patience = PATIENT if plan.named.settings.cluster.model == "semantic" else 1.0
    job = Job(work, prepare, (plan.named, parts, learned), task_megabytes, WORKER_MODULES, patience)
    waiting: dict[str, bytes] = {}
    looked: list[tuple[str, str, str]] = []
    saved, largest = time.monotonic(), 0
    tell.begin("reading files", len(tasks))
    results = engines.run(job, tasks, engine=options.engine, workers=options.workers, scheduler=options.scheduler)
    for index, result in results:
        file = todo[index]
        if isinstance(result, Outcome):
            result = Worked(_crashed(file, options.until, _rejected(file, result)), 0)
        largest = max(largest, result.peak_memory_mb)
        waiting.update({file.keys[stage]: data for stage, data in result.results.items()})
        looked.extend((file.keys["ingest"], path, sha256) for path, sha256 in result.looked)
        if time.monotonic() - saved > _SAVE_EVERY:
            cache.put(waiting, looked)
            waiting.clear()
            looked.clear()
            saved = time.monotonic()
        tell.step()
    cache.put(waiting, looked)
    tell.end()
    return largest


def _task(file: FileKeys, first: Stage, until: Stage, cache: Cache) -> Task:
    at = FILE_STAGES.index(first)
    done = FILE_STAGES[at - 1] if at else None
    data = cache.get(file.keys[done]) if done else None
    if done and data is None:
        done = None
    return Task(file.file, file.manifest, done, data or b"", until)


def _rejected(file: FileKeys, outcome: Outcome) -> Reject:
    """Return the reject of a file whose process died, with what to do about a workbook that is too long."""
    long = outcome.reason in ("timeout", "memory") and file.file.path.suffix.lower() in WORKBOOKS
    advice = ". Save it as CSV in UTF-8: a long table of that kind is read in parts" if long else ""
    return Reject(outcome.reason, outcome.message + advice)


def _crashed(file: FileKeys, until: Stage, reject: Reject) -> dict[Stage, bytes]:
    """Return results with nothing but a reject in them for a file whose process died."""
    path = file.file.path
    size = path.stat().st_size if path.exists() else 0
    statements = TABLES["statements"].schema.empty_table().append_column("before", pa.array([], pa.string()))
    results = {
        "ingest": pack(nothing_read(file.file.source_path, size, file.sha256, reject).tables()),
        "segment": pack({"statements": statements, "citations": TABLES["citations"].schema.empty_table()}),
        "cluster": pack({"assignments": TABLES["assignments"].schema.empty_table()}),
    }
    return {stage: results[stage] for stage in missing_stages(None, until)}


def _put_together(
    assembly: Assembly,
    options: RunOptions,
    gold: Gold | None,
    lessons: Mapping[Key, Example],
    tell: Progress,
    seconds: dict[str, float],
    pictures: Pictures,
) -> tuple[Assembly, Checked]:
    """Write the tables and the report; return the assembly with the template text that it found, and the gold used."""
    tell.begin("writing tables", STAGES.index(options.until) + 1)
    clock = time.perf_counter()
    assembly, checked = _write_tables(assembly, options, gold, lessons, tell)
    pa.default_memory_pool().release_unused()  # the report begins with what the tables needed given back
    seconds["tables"] = time.perf_counter() - clock
    if options.until == "report":
        clock = time.perf_counter()
        with remembering(pictures):
            _write_report(options.out, _about(assembly))
        write_methods(assembly, gold, checked)
        seconds["report"] = time.perf_counter() - clock
    tell.end()
    return assembly, checked


def _write_tables(
    assembly: Assembly, options: RunOptions, gold: Gold | None, lessons: Mapping[Key, Example], tell: Progress
) -> tuple[Assembly, Checked]:
    reached = STAGES.index(options.until)
    documents = write_ingested(assembly)
    checked = Checked(gold.name, (), gold.faults) if gold else Checked()
    tell.step()
    if reached >= STAGES.index("segment"):
        assembly = without_templates(assembly, documents)
    if reached == STAGES.index("segment"):
        write_statements(assembly)
    if reached >= STAGES.index("cluster"):
        totals = write_clustered(assembly, documents)
        checked = _check(assembly, gold, lessons)
        write_performance(assembly, checked, documents)
        tell.step()
    write_rejects(assembly, gold_rejects(checked.name, checked.faults))
    if reached >= STAGES.index("tabulate"):
        correct = partial(corrections, checked, theme_ids=assembly.resources.codebook.ids)
        made = write_tabulated(assembly, documents, totals, estimate.ClusteredEstimators(), speaker_role, correct)
        write_courses(assembly, documents, *made)
        tell.step()
    written = {name: table for name, table in TABLES.items() if name in assembly.rows}
    write_text(options.out / "tables" / "columns.csv", columns_csv(written))
    write_json(options.out / "tables" / "datapackage.json", datapackage(written))
    return assembly, checked


def _check(assembly: Assembly, gold: Gold | None, lessons: Mapping[Key, Example]) -> Checked:
    """Return the coded statements of the run; those that the coder learned from, as it codes them without."""
    checked = check_gold(assembly, gold)
    if not lessons:
        return checked
    themes = without_own_document(assembly.resources.coder, list(lessons.values()))
    said = by_statement(checked.statements, dict(zip(lessons, themes, strict=True)))
    return replace(checked, cross_fitted=said)


def _write_report(out: Path, about: Mapping[str, Any]) -> None:
    """Write the page, and the workbook where the findings are few enough for it to be quick and handy."""
    tables = load_tables(out, MAX_STATEMENTS)
    write_text(out / "report.html", report_html(tables, about))
    if len(tables.findings) <= WORKBOOK_FINDINGS:
        write_workbook(tables, out / WORKBOOK, about)
    else:
        (out / WORKBOOK).unlink(missing_ok=True)  # of an earlier, smaller run


def _about(assembly: Assembly) -> dict[str, Any]:
    book = assembly.resources.codebook
    return {
        "version": pipeline.__version__,
        "codebook": {"name": book.name, "version": book.version, "sha256": book.sha256},
        "model": assembly.resources.coder.version,
        "year": assembly.settings.tabulate.year,
    }


def _describe_run(
    options: RunOptions,
    plan: Plan,
    assembly: Assembly,
    codebook: Codebook,
    command: Sequence[str],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    return {
        "tool": "findings",
        "version": pipeline.__version__,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "command": list(command),
        "corpus": str(options.corpus),
        "until": options.until,
        "engine": options.engine,
        "settings": asdict(plan.named.settings),
        "seed": plan.named.settings.seed,
        "codebook": {
            "path": str(plan.named.codebook),
            "name": codebook.name,
            "version": codebook.version,
            "sha256": codebook.sha256,
        },
        "model": assembly.resources.coder.version,
        "gold": str(options.gold) if options.gold else "",
        "libraries": library_versions(),
        "python": sys.version.split()[0],
        "rows": dict(assembly.rows),
        "template_text": assembly.templates.summary(),
        "undated": _undated(options.out),
        "redacted": _redacted(options.out, "redactions" in assembly.rows),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "parts": plan.parts,
        "files": {file.file.source_path: file.sha256 for file in plan.files},
        "tables_key": plan.tables_key,
        "outputs": outputs_of(options.out),
    }


def _redacted(out: Path, on: bool) -> dict[str, int]:
    """Return how many pieces of text were masked, by kind; nothing where nothing was to be masked."""
    if not on:
        return {}
    kinds = pd.read_parquet(out / "stages" / "redactions.parquet", columns=["kind"])["kind"]
    return {kind: int((kinds == kind).sum()) for kind in KINDS}


def _undated(out: Path) -> int:
    years = pd.read_parquet(out / "stages" / "documents.parquet", columns=["year"])["year"]
    return int((years == "").sum())

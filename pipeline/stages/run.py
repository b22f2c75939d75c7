"""One run: plan what is stale, work it out file by file, put the tables together, write the report."""

from __future__ import annotations

import datetime as dt
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

import pipeline
from pipeline import engines, estimate
from pipeline.engines import Crash, Job
from pipeline.ingest import find_files, read_manifests
from pipeline.ingest.documents import reject_table
from pipeline.readers.parsed import Reject
from pipeline.segment import speaker_role
from pipeline.stages.assemble import Assembly, write_clustered, write_ingested, write_statements, write_tabulated
from pipeline.stages.cache import Cache, pack
from pipeline.stages.folder import check_out, last_run, locked, outputs_of, write_run
from pipeline.stages.keys import FileKeys, components, file_keys, library_versions, tabulate_key
from pipeline.stages.settings import STAGES, Named, RunOptions, Stage, load_settings
from pipeline.stages.work import FILE_STAGES, Task, load_resources, missing_stages, prepare, work
from pipeline.tables import TABLES, columns_csv, datapackage, from_rows, write_json, write_text

_SAVE_EVERY = 1.0  # seconds: at most this much work is lost when a run is stopped


class Progress(Protocol):
    """Told what happens, for people."""

    def begin(self, what: str, total: int) -> None: ...
    def step(self) -> None: ...
    def end(self) -> None: ...


class Silence:
    """Progress that says nothing."""

    def begin(self, what: str, total: int) -> None:
        """Say nothing."""

    def step(self) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do: every file's keys, the stages that each lacks, why, and whether the tables are stale."""

    named: Named
    files: Sequence[FileKeys]
    stale: Mapping[str, Sequence[Stage]]  # source_path -> stages to run
    reasons: Mapping[str, Sequence[str]]  # stage -> why files are stale there
    tables_key: str
    tables_stale: bool
    parts: Mapping[str, Mapping[str, str]]
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to, for the terminal."""

    said: Mapping[str, Any]
    did_nothing: bool
    warnings: Sequence[str] = ()
    failed_expectations: Sequence[str] = field(default_factory=tuple)


def make_plan(options: RunOptions, named: Named, cache: Cache | None) -> Plan:
    """Compare corpus, settings, code and earlier results, and return what has to be worked out, and why."""
    files = find_files(options.corpus)
    manifest = read_manifests(options.corpus)
    parts = components(named)
    keyed = [file_keys(file, manifest, parts) for file in files]
    wanted = missing_stages(None, options.until)
    known = cache.known([k for f in keyed for k in f.keys.values()]) if cache and not options.force else set()
    stale = {f.file.source_path: [s for s in wanted if f.keys[s] not in known] for f in keyed}
    stale = {path: stages for path, stages in stale.items() if stages}
    last = last_run(options.out)
    key = tabulate_key(named, keyed, options.gold, options.until)
    untouched = last.get("tables_key") == key and last.get("outputs") == outputs_of(options.out)
    return Plan(
        named=named,
        files=keyed,
        stale=stale,
        reasons=_reasons(last, parts, keyed, stale, options),
        tables_key=key,
        tables_stale=options.force or bool(stale) or not untouched,
        parts=parts,
        warnings=manifest.strays({file.source_path for file in files}),
    )


def _reasons(
    last: Mapping[str, Any],
    parts: Mapping[str, Mapping[str, str]],
    files: Sequence[FileKeys],
    stale: Mapping[str, Sequence[Stage]],
    options: RunOptions,
) -> dict[str, list[str]]:
    if options.force:
        return {stage: ["--force was given"] for stage in FILE_STAGES}
    before: Mapping[str, str] = last.get("files", {})
    new = sum(f.file.source_path not in before for f in files if f.file.source_path in stale)
    changed = sum(before.get(f.file.source_path, f.sha256) != f.sha256 for f in files)
    out: dict[str, list[str]] = {stage: [] for stage in FILE_STAGES}
    if new:
        out["ingest"].append(f"{new} new files")
    if changed:
        out["ingest"].append(f"{changed} changed files")
    for stage, own in parts.items():
        earlier = last.get("parts", {}).get(stage)
        out[stage] += [f"changed: {name}" for name, value in own.items() if earlier and earlier.get(name) != value]
    return {stage: why or ["an earlier stage runs"] for stage, why in out.items()}


def run(options: RunOptions, command: Sequence[str] = (), progress: Progress | None = None) -> Outcome:
    """Do what is stale of a run and write its folder; a second run with nothing changed does nothing."""
    tell = progress or Silence()
    check_out(options.out, options.corpus)
    named = load_settings(options.config, options.codebook)
    resources = load_resources(named)
    find_files(options.corpus)  # say what is wrong with the corpus before anything is written
    with locked(options.out):
        cache = Cache(options.out / "stages" / "cache.sqlite")
        try:
            plan = make_plan(options, named, cache)
            if not plan.stale and not plan.tables_stale:
                return Outcome(last_run(options.out), True, plan.warnings)
            clock = time.perf_counter()
            crashes = _work_out(plan, options, cache, tell)
            seconds = {"files": time.perf_counter() - clock}
            assembly = Assembly(cache, plan.files, resources, options.out)
            _put_together(assembly, options, crashes, tell, seconds)
            cache.keep_only({key for file in plan.files for key in file.keys.values()})
        finally:
            cache.close()
        said = _describe_run(options, plan, assembly, resources.codebook, command, seconds)
        write_run(options.out, said)
    return Outcome(said, False, plan.warnings, _failed_expectations(said, named))


def _work_out(plan: Plan, options: RunOptions, cache: Cache, tell: Progress) -> dict[str, str]:
    """Run the stale stages of every file; return the message of each file whose process died."""
    todo = [file for file in plan.files if file.file.source_path in plan.stale]
    if not todo:
        return {}
    tasks = [_task(file, plan.stale[file.file.source_path][0], options.until, cache) for file in todo]
    job = Job(work, prepare, (plan.named,))
    crashes: dict[str, str] = {}
    waiting: dict[str, bytes] = {}
    saved = time.monotonic()
    tell.begin("reading files", len(tasks))
    results = engines.run(job, tasks, engine=options.engine, workers=options.workers, scheduler=options.scheduler)
    for index, result in results:
        file = todo[index]
        if isinstance(result, Crash):
            crashes[file.file.source_path] = result.message
            result = _crashed(file, options.until)
        waiting.update({file.keys[stage]: data for stage, data in result.items()})
        if time.monotonic() - saved > _SAVE_EVERY:
            cache.put(waiting)
            waiting.clear()
            saved = time.monotonic()
        tell.step()
    cache.put(waiting)
    tell.end()
    return crashes


def _task(file: FileKeys, first: Stage, until: Stage, cache: Cache) -> Task:
    at = FILE_STAGES.index(first)
    done = FILE_STAGES[at - 1] if at else None
    data = cache.get(file.keys[done]) if done else None
    if done and data is None:
        done = None
    return Task(file.file, file.manifest, done, data or b"", until)


def _crashed(file: FileKeys, until: Stage) -> dict[Stage, bytes]:
    """Return results with nothing in them for a file whose process died."""
    empty = {name: table.schema.empty_table() for name, table in TABLES.items()}
    row = {
        "source_path": file.file.source_path,
        "bytes": file.file.path.stat().st_size if file.file.path.exists() else 0,
        "sha256": file.sha256,
        "announced": None,
        "documents": 0,
        "rejects": 1,
    }
    ingested = {name: empty[name] for name in ("documents", "blocks", "rejects")}
    files = {"files": from_rows(TABLES["files"], [row])}
    statements = empty["statements"].append_column("before", pa.array([], pa.string()))
    results = {
        "ingest": pack({**ingested, **files}),
        "segment": pack({"statements": statements}),
        "cluster": pack({"assignments": empty["assignments"]}),
    }
    return {stage: results[stage] for stage in missing_stages(None, until)}


def _put_together(
    assembly: Assembly, options: RunOptions, crashes: Mapping[str, str], tell: Progress, seconds: dict[str, float]
) -> None:
    reached = STAGES.index(options.until)
    tell.begin("writing tables", reached + 1)
    clock = time.perf_counter()
    rejects = [reject_table(path, [Reject("crash", text)]) for path, text in sorted(crashes.items())]
    empty = TABLES["rejects"].schema.empty_table()
    documents = write_ingested(assembly, pa.concat_tables([empty, *rejects]))
    tell.step()
    if reached == STAGES.index("segment"):
        write_statements(assembly)
    if reached >= STAGES.index("cluster"):
        findings = write_clustered(assembly, documents)
        tell.step()
    if reached >= STAGES.index("tabulate"):
        write_tabulated(assembly, documents, findings, estimate.ClusteredEstimators(), speaker_role)
        tell.step()
    written = {name: table for name, table in TABLES.items() if name in assembly.rows}
    write_text(options.out / "tables" / "columns.csv", columns_csv(written))
    write_json(options.out / "tables" / "datapackage.json", datapackage(written))
    seconds["tables"] = time.perf_counter() - clock
    if reached >= STAGES.index("report"):
        clock = time.perf_counter()
        from pipeline.report import load_tables, report_html

        about = _about(assembly)
        write_text(options.out / "report.html", report_html(load_tables(options.out), about))
        seconds["report"] = time.perf_counter() - clock
    tell.end()


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
    codebook: Any,
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
        "undated": _undated(options.out),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "peak_memory_mb": _peak_memory_mb(),
        "parts": plan.parts,
        "files": {file.file.source_path: file.sha256 for file in plan.files},
        "tables_key": plan.tables_key,
        "outputs": outputs_of(options.out),
    }


def _undated(out: Path) -> int:
    years = pd.read_parquet(out / "stages" / "documents.parquet", columns=["year"])["year"]
    return int((years == "").sum())


def _peak_memory_mb() -> dict[str, int]:
    """Return the largest resident memory of this process and of any one worker, in megabytes."""
    return {
        "main": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "largest_worker": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }


def _failed_expectations(said: Mapping[str, Any], named: Named) -> list[str]:
    expect, rows = named.settings.expect, said["rows"]
    documents, rejects = rows["documents"], rows["rejects"]
    shares: list[tuple[str, float, float, Callable[[float, float], bool]]] = [
        ("share of rejects", rejects / max(1, documents + rejects), expect.rejects_share_max, float.__le__),
        ("share of undated documents", said["undated"] / max(1, documents), expect.undated_share_max, float.__le__),
        ("number of documents", float(documents), float(expect.documents_min), float.__ge__),
    ]
    return [
        f"the {name} is {value:.3g}; expected {limit:.3g}"
        for name, value, limit, holds in shares
        if not holds(value, limit)
    ]

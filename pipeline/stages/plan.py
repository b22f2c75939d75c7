"""What a run would do, and why: corpus, settings, code and earlier results compared, without loading any model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.ingest.files import file_digest, find_files
from pipeline.ingest.manifest import Manifest, read_manifests
from pipeline.stages.cache import Cache, key_of
from pipeline.stages.digests import Digests, load_digests
from pipeline.stages.folder import last_run, outputs_of
from pipeline.stages.keys import FileKeys, components, file_keys, tabulate_key, with_gold
from pipeline.stages.settings import FILE_STAGES, Named, RunOptions, Stage, missing_stages


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do: every file's keys, the stages that each lacks, why, and whether the tables are stale."""

    named: Named
    files: Sequence[FileKeys]
    stale: Mapping[str, Sequence[Stage]]  # FileKeys.name -> stages to run
    reasons: Mapping[str, Sequence[str]]  # stage -> why files are stale there
    tables_key: str
    tables_stale: bool
    parts: Mapping[str, Mapping[str, str]]
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Keyed:
    """The corpus as it is now: every file with its keys, what they were made of, rows of manifests without file."""

    files: Sequence[FileKeys]
    parts: Mapping[str, Mapping[str, str]]
    warnings: Sequence[str]
    digests: Digests


def key_files(options: RunOptions, named: Named) -> Keyed:
    """Find and hash every file of the corpus; CorpusError or UsageError where there are none."""
    files = find_files(options.corpus)
    manifest = read_manifests(options.corpus)
    told = manifest.by_file()
    parts = components(named)
    strays = manifest.strays({file.source_path for file in files})
    table = named.settings.ingest.table
    digests = Digests() if options.force else load_digests(options.out / "stages")
    keyed = [
        k for file in files for k in file_keys(file, told.get(file.source_path, Manifest()), parts, table, digests)
    ]
    if options.gold and (lessons := _lessons(options.gold, named, keyed)):
        parts = {**parts, "cluster": {**parts["cluster"], "coded statements": lessons}}
        keyed = [with_gold(file, parts) for file in keyed]
    return Keyed(keyed, parts, strays, digests)


def _lessons(gold: Path, named: Named, files: Sequence[FileKeys]) -> str:
    """Return the key of what coded statements teach: their file and, where rows have no text, the corpus's texts.

    Blank where they teach nothing.
    """
    from pipeline.codebook import load_codebook  # only runs with coded statements need all this
    from pipeline.stages.learning import learns_from_corpus, teaching
    from pipeline.validate import read_gold

    rows = teaching(read_gold(gold, load_codebook(named.codebook)), named.settings.cluster.learn)
    if rows is None:
        return ""
    texts = [file.keys["segment"] for file in files] if learns_from_corpus(rows) else []
    return key_of(file_digest(gold.read_bytes()), texts)


def make_plan(options: RunOptions, named: Named, corpus: Keyed, cache: Cache | None) -> Plan:
    """Compare corpus, settings, code and earlier results, and return what has to be worked out, and why."""
    keyed, parts = corpus.files, corpus.parts
    wanted = missing_stages(None, options.until)
    known = _known(keyed, cache) if cache and not options.force else set()
    stale = {f.name: [s for s in wanted if f.keys[s] not in known] for f in keyed}
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
        warnings=corpus.warnings,
    )


def _known(files: Sequence[FileKeys], cache: Cache) -> set[str]:
    """Return the keys of results that are still good: an export's are not where its attachments have changed."""
    outdated = cache.outdated({file.file.source_path: file.sha256 for file in files})
    return cache.known([k for f in files if f.keys["ingest"] not in outdated for k in f.keys.values()])


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
    new = len({f.file.source_path for f in files if f.name in stale} - before.keys())
    changed = len({f.file.source_path for f in files if before.get(f.file.source_path, f.sha256) != f.sha256})
    out: dict[str, list[str]] = {stage: [] for stage in FILE_STAGES}
    if new:
        out["ingest"].append(f"{new} new files")
    if changed:
        out["ingest"].append(f"{changed} changed files")
    for stage, own in parts.items():
        earlier = last.get("parts", {}).get(stage)
        out[stage] += [f"changed: {name}" for name, value in own.items() if earlier and earlier.get(name) != value]
    return {stage: why or ["an earlier stage runs"] for stage, why in out.items()}

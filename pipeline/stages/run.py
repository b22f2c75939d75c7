"""One run: plan what is stale, do it, say what it came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

from pipeline import engines
from pipeline.stages.cache import Cache, DamagedError, set_aside
from pipeline.stages.folder import check_out, check_previous, last_run, locked, sweep, write_run
from pipeline.stages.plan import Keyed, key_files, make_plan
from pipeline.stages.progress import Outcome, Progress, Silence
from pipeline.stages.settings import WORKER_MODULES, Named, RunOptions, load_settings
from pipeline.stages.shards import join_shards, run_shard

STORE = "cache.sqlite"
SHARED = "results.sqlite"  # the store in a folder that runs share


def run(options: RunOptions, command: Sequence[str] = (), progress: Progress | None = None) -> Outcome:
    """Do what is stale of a run and write its folder; a second run with nothing changed does nothing.

    Where the stored results turn out to be damaged they are set aside, and all is worked out anew.
    """
    try:
        return _run(options, command, progress or Silence())
    except DamagedError:
        with locked(options.out):
            set_aside(options.out / "stages" / STORE)
        return _run(options, command, progress or Silence())


def _run(options: RunOptions, command: Sequence[str], progress: Progress) -> Outcome:
    check_out(options.out, options.corpus)
    named = load_settings(options.config, options.codebook, options.redact)
    check_previous(options.out, named.previous)
    keyed = key_files(options, named)  # says what is wrong with the corpus before anything is written
    if options.shard:
        return run_shard(options, options.shard, named, keyed, progress)
    path = options.out / "stages" / STORE
    if path.exists():
        with closing(Cache(path)) as cache:
            plan = make_plan(options, named, keyed, cache)
        if not plan.stale and not plan.tables_stale:
            return Outcome(last_run(options.out), True, plan.warnings)
    if options.engine == "local":
        engines.begin_loading(WORKER_MODULES)
    # Loads models and libraries that a plan does without, and finds the faults of configuration files.
    from pipeline.stages.execute import execute, load_resources

    resources = load_resources(named)
    with locked(options.out), closing(Cache(path)) as cache:
        sweep(options.out)
        join_shards(options.out, cache)
        _share(options, keyed, cache)
        plan = make_plan(options, named, keyed, cache)
        said = execute(plan, options, resources, cache, command, progress)
        _share(options, keyed, cache)
        keyed.digests.save(options.out / "stages")
        write_run(options.out, said)
    return Outcome(said, False, plan.warnings, _failed_expectations(said, named))


def _share(options: RunOptions, keyed: Keyed, cache: Cache) -> None:
    """Exchange results with the store that runs share, where one is named; it never forgets what it holds."""
    if options.cache:
        cache.exchange(options.cache / SHARED, (key for file in keyed.files for key in file.keys.values()))


def _failed_expectations(said: Mapping[str, Any], named: Named) -> list[str]:
    expect, rows = named.settings.expect, said["rows"]
    documents, rejects = rows["documents"], rows["rejects"] - said.get("gold_faults", 0)
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

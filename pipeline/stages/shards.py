"""One part of a corpus worked on by itself, as a job of an array; a later run joins the parts and writes the tables.

Each part has a store of its own, so that jobs on many machines never write to one file.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pipeline.stages.cache import Cache
from pipeline.stages.folder import LOCK_FILE, locked
from pipeline.stages.keys import last_file_stage
from pipeline.stages.plan import Keyed, make_plan
from pipeline.stages.progress import Outcome, Progress
from pipeline.stages.settings import Named, RunOptions, Shard


def run_shard(options: RunOptions, shard: Shard, named: Named, corpus: Keyed, tell: Progress) -> Outcome:
    """Work on the files of one part up to the last stage that takes one file at a time; write no tables."""
    from pipeline.stages.execute import load_resources, work_out  # models and libraries that a plan does without

    load_resources(named)  # finds the faults of configuration files
    mine = replace(corpus, files=[file for file in corpus.files if shard.has(file.name)])
    last = last_file_stage(options.until)
    if last == "cluster" and "coded statements" in corpus.parts["cluster"]:
        last = "segment"  # the coder learns from statements of all parts, so that themes wait for the joining run
    options = replace(options, until=last)
    folder = options.out / "stages" / "shards"
    name = f"{shard.number}-of-{shard.of}"
    with (
        locked(options.out, f"{LOCK_FILE}-{name}"),
        closing(Cache(folder / f"{name}.sqlite", "DELETE")) as cache,
    ):
        plan = make_plan(options, named, mine, cache)
        work_out(plan, options, cache, tell)
        cache.keep_only({key for file in mine.files for key in file.keys.values()})
    said = {"shard": str(shard), "files": len(mine.files), "worked_on": len(plan.stale), "until": options.until}
    return Outcome(said, not plan.stale, corpus.warnings)


def join_shards(out: Path, cache: Cache) -> None:
    """Take over the results of every finished part; OutputError where one is still at work."""
    folder = out / "stages" / "shards"
    for path in sorted(folder.glob("*.sqlite")):
        with locked(out, f"{LOCK_FILE}-{path.stem}"):
            cache.absorb(path)
            path.unlink()
        (out / f"{LOCK_FILE}-{path.stem}").unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()

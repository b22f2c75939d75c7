"""Where work runs: in this process, in a pool of processes, or on a Dask cluster. The results are the same."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from pipeline.engines.job import Item, Job, Result
from pipeline.engines.local import run_local
from pipeline.errors import UsageError
from pipeline.readers.sandbox import Outcome, begin_loading

__all__ = ["EngineName", "Job", "begin_loading", "default_workers", "run"]

EngineName = Literal["local", "serial", "dask"]


def default_workers() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    job: Job[Item, Result],
    items: Sequence[Item],
    *,
    engine: EngineName = "local",
    workers: int = 0,
    scheduler: str = "",
) -> Iterator[tuple[int, Result | Outcome]]:
    """Yield (index of item, result) as results come in; an item whose process dies gives an Outcome that says why.

    `scheduler` is the address of a Dask scheduler; blank starts one here, with `workers` workers.
    """
    if engine == "serial":
        return _serial(job, items)
    if engine == "local":
        return run_local(job, items, workers or default_workers())
    if engine == "dask":
        from pipeline.engines.dask_cluster import run_dask  # needs the extra [dask]

        return run_dask(job, items, workers or default_workers(), scheduler)
    raise UsageError(f"'{engine}' is no engine", remedy="Choose local, serial or dask")


def _serial(job: Job[Item, Result], items: Iterable[Item]) -> Iterator[tuple[int, Result | Outcome]]:
    job.prepare(*job.prepare_with)
    for index, item in enumerate(items):
        yield index, job.function(item)

"""Where work runs: in this process, in a pool of processes, or on a Dask cluster. The results are the same."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pipeline.errors import UsageError

Item = TypeVar("Item")
Result = TypeVar("Result")
EngineName = Literal["local", "serial", "dask"]


@dataclass(frozen=True, slots=True)
class Crash:
    """The process that worked on an item died."""

    message: str


@dataclass(frozen=True, slots=True)
class Job(Generic[Item, Result]):
    """A function, and what each process has to do first, once. All of it must be picklable."""

    function: Callable[[Item], Result]
    prepare: Callable[..., None]
    prepare_with: tuple[Any, ...] = ()


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
) -> Iterator[tuple[int, Result | Crash]]:
    """Yield (index of item, result) as results come in; an item whose process dies gives a Crash, and only that one."""
    if engine == "serial" or (engine == "local" and len(items) == 1 and workers == 1):
        return _serial(job, items)
    if engine == "local":
        return _local(job, items, workers or default_workers())
    if engine == "dask":
        return _dask(job, items, workers or default_workers(), scheduler)
    raise UsageError(f"'{engine}' is no engine", remedy="Choose local, serial or dask")


def _serial(job: Job[Item, Result], items: Iterable[Item]) -> Iterator[tuple[int, Result | Crash]]:
    job.prepare(*job.prepare_with)
    for index, item in enumerate(items):
        yield index, job.function(item)


def _local(job: Job[Item, Result], items: Sequence[Item], workers: int) -> Iterator[tuple[int, Result | Crash]]:
    left = list(range(len(items)))
    while left:
        done: set[int] = set()
        for index, result in _pooled(job, items, left, workers):
            done.add(index)
            yield index, result
        left = [index for index in left if index not in done]
        if left:  # a process died and took the pool along: try the others alone, to find the one that kills
            for index in left[: 2 * workers]:
                single: Result | Crash = _alone(job, items[index])
                yield index, single
            left = left[2 * workers :]


def _pool(job: Job[Item, Result], workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
    return ProcessPoolExecutor(workers, context, initializer=job.prepare, initargs=job.prepare_with)


def _pooled(
    job: Job[Item, Result], items: Sequence[Item], indexes: Sequence[int], workers: int
) -> Iterator[tuple[int, Result]]:
    with _pool(job, min(workers, len(indexes))) as pool:
        waiting: dict[Future[Result], int] = {pool.submit(job.function, items[index]): index for index in indexes}
        try:
            for future in as_completed(waiting):
                try:
                    yield waiting[future], future.result()
                except BrokenProcessPool:
                    continue
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _alone(job: Job[Item, Result], item: Item) -> Result | Crash:
    with _pool(job, 1) as pool:
        try:
            return pool.submit(job.function, item).result()
        except BrokenProcessPool:
            return Crash("the process that read it died. The file may be damaged or hostile")


def _dask(
    job: Job[Item, Result], items: Sequence[Item], workers: int, scheduler: str
) -> Iterator[tuple[int, Result | Crash]]:
    raise UsageError("the dask engine is not there yet", remedy="Use --engine local")

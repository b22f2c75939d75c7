"""Where work runs: in this process, in a pool of processes, or on a Dask cluster. The results are the same."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Literal, TypeVar

from pipeline.errors import UsageError
from pipeline.readers.sandbox import Isolated, Limits, Outcome

Item = TypeVar("Item")
Result = TypeVar("Result")
EngineName = Literal["local", "serial", "dask"]


# What one item may take. Time grows with the size of the file: a table of a million rows is not an endless loop.
LIMITS = Limits(memory_mb=8192, cpu_s=30.0, wall_s=60.0, recycle=2000)
SECONDS_PER_MB = 30.0


@dataclass(frozen=True, slots=True)
class Job(Generic[Item, Result]):
    """A function, what each process has to do first, once, and how large an item is. Module-level functions."""

    function: Callable[[Item], Result]
    prepare: Callable[..., None]
    prepare_with: tuple[Any, ...] = ()
    megabytes: Callable[[Item], float] = lambda _: 0.0


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
    """Yield (index of item, result) as results come in; an item whose process dies gives an Outcome that says why."""
    if engine == "serial" or (engine == "local" and len(items) == 1 and workers == 1):
        return _serial(job, items)
    if engine == "local":
        return _local(job, items, workers or default_workers())
    if engine == "dask":
        return _dask(job, items, workers or default_workers(), scheduler)
    raise UsageError(f"'{engine}' is no engine", remedy="Choose local, serial or dask")


def _serial(job: Job[Item, Result], items: Iterable[Item]) -> Iterator[tuple[int, Result | Outcome]]:
    job.prepare(*job.prepare_with)
    for index, item in enumerate(items):
        yield index, job.function(item)


def _local(job: Job[Item, Result], items: Sequence[Item], workers: int) -> Iterator[tuple[int, Result | Outcome]]:
    """Run a child process a thread; a child that dies or takes too long costs its own item only."""
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.Queue[tuple[int, Result | Outcome | BaseException]] = queue.Queue(maxsize=4 * workers)
    for index in range(len(items)):
        todo.put(index)
    stop = threading.Event()
    threads = [
        threading.Thread(target=_serve, args=(job, items, todo, done, stop), daemon=True)
        for _ in range(min(workers, len(items)))
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in range(len(items)):
            index, result = done.get()
            if isinstance(result, BaseException):
                raise result
            yield index, result
    finally:
        stop.set()
        while not done.empty():
            done.get_nowait()
        for thread in threads:
            thread.join(timeout=5)


def _serve(
    job: Job[Item, Result],
    items: Sequence[Item],
    todo: queue.SimpleQueue[int],
    done: queue.Queue[tuple[int, Result | Outcome | BaseException]],
    stop: threading.Event,
) -> None:
    with Isolated(job.function, initializer=partial(job.prepare, *job.prepare_with), limits=LIMITS) as child:
        while not stop.is_set():
            try:
                index = todo.get_nowait()
            except queue.Empty:
                return
            seconds = LIMITS.cpu_s + SECONDS_PER_MB * job.megabytes(items[index])
            try:
                done.put((index, child.run(items[index], cpu_s=seconds, wall_s=2 * seconds)))
            except BaseException as error:  # carried to the thread that asked
                done.put((index, error))
                return


def _dask(
    job: Job[Item, Result], items: Sequence[Item], workers: int, scheduler: str
) -> Iterator[tuple[int, Result | Outcome]]:
    raise UsageError("the dask engine is not there yet", remedy="Use --engine local")

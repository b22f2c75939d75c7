"""On a Dask cluster: one that is there, or one started here for the run.

Every Dask worker keeps child processes of its own under the same limits as on one machine, so that a file which kills
its reader gives the same reject everywhere, and a worker that is lost costs time only: its files go to others.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

from pipeline.engines.job import Item, Job, Result, child, run_in
from pipeline.errors import FindingsError, UsageError
from pipeline.readers.sandbox import Isolated, Outcome

_AHEAD = 3  # items handed out for each thread of the cluster, so that memory does not grow with the corpus
_LOSSES = 10  # times that an item may lose its worker before the cluster is given up
_CONNECT_S = 30


def run_dask(
    job: Job[Item, Result], items: Sequence[Item], workers: int, scheduler: str
) -> Iterator[tuple[int, Result | Outcome]]:
    """Yield (index of item, result) as the cluster finishes them; UsageError where it cannot be reached."""
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--engine dask needs the extra [dask]", remedy="pip install 'findings[dask]'") from error
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(_client(distributed, workers, scheduler, stack))
        stack.callback(_tidy, client)
        yield from _gather(distributed, client, job, items)


def _client(distributed: Any, workers: int, scheduler: str, stack: contextlib.ExitStack) -> Any:
    if not scheduler:
        cluster = distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        )
        return distributed.Client(stack.enter_context(cluster))
    try:
        return distributed.Client(scheduler, timeout=_CONNECT_S)
    except (OSError, ValueError) as error:
        remedy = "Start one with 'dask scheduler', and workers with 'dask worker ADDRESS'"
        raise UsageError(f"no Dask scheduler answers: {error}", place=scheduler, remedy=remedy) from error


def _gather(
    distributed: Any, client: Any, job: Job[Item, Result], items: Sequence[Item]
) -> Iterator[tuple[int, Result | Outcome]]:
    """Keep a few items a thread at work; an item whose worker was lost is handed out again."""
    coming = iter(range(len(items)))
    done = distributed.as_completed()
    index_of: dict[Any, int] = {}
    losses: dict[int, int] = {}

    def hand_out(index: int) -> None:
        future = client.submit(_serve, job, items[index], pure=False)
        index_of[future] = index
        done.add(future)

    for index in itertools.islice(coming, _AHEAD * max(1, sum(client.nthreads().values()))):
        hand_out(index)
    for future in done:
        index = index_of.pop(future)
        try:
            result = future.result()
        except (distributed.KilledWorker, CancelledError) as error:
            losses[index] = losses.get(index, 0) + 1
            if losses[index] > _LOSSES or client.status != "running":
                raise _lost(error) from error
            hand_out(index)
            continue
        except OSError as error:
            raise _lost(error) from error
        yield index, result
        for index in itertools.islice(coming, 1):
            hand_out(index)


def _lost(error: BaseException) -> FindingsError:
    return FindingsError(
        f"the Dask cluster lost its workers or its scheduler: {error}",
        remedy="What was finished is kept: the same command goes on from there",
    )


_mine = threading.local()
_started: dict[Isolated[Any, Any], threading.Lock] = {}


def _serve(job: Job[Item, Result], item: Item) -> Result | Outcome:
    """Run one item in this worker thread's own child process; one child is kept from item to item."""
    wanted = (job.function, job.prepare, job.prepare_with)
    if getattr(_mine, "job", None) != wanted:
        _mine.job, _mine.child = wanted, child(job)
    with _started.setdefault(_mine.child, threading.Lock()):
        return run_in(_mine.child, job, item)


def _tidy(client: Any) -> None:
    """End the children that the run has left with the workers; workers that are gone have ended theirs."""
    with contextlib.suppress(Exception):
        client.run(_close_children, on_error="ignore")


def _close_children() -> None:
    """End the children that are idle: one still at work, on an item that came twice, belongs to its thread."""
    for one, at_work in list(_started.items()):
        if at_work.acquire(blocking=False):
            try:
                one.close()
                del _started[one]
            finally:
                at_work.release()

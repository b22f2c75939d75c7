"""In a pool of child processes on this machine: one child a thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence

from pipeline.engines.job import Item, Job, Result, child, run_in
from pipeline.readers.sandbox import Outcome


def run_local(job: Job[Item, Result], items: Sequence[Item], workers: int) -> Iterator[tuple[int, Result | Outcome]]:
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
    with child(job) as process:
        while not stop.is_set():
            try:
                index = todo.get_nowait()
            except queue.Empty:
                return
            try:
                result: Result | Outcome = run_in(process, job, items[index])
                done.put((index, result))
            except BaseException as error:  # carried to the thread that asked
                done.put((index, error))
                return

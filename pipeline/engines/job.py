"""What an engine is given: a function, what each process does first, and the limits of one item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from pipeline.readers.sandbox import Isolated, Limits, Outcome

Item = TypeVar("Item")
Result = TypeVar("Result")

# What one item may take. Time grows with the size of the file: a table of a million rows is not an endless loop.
LIMITS = Limits(memory_mb=8192, cpu_s=30.0, wall_s=60.0, recycle=2000)
SECONDS_PER_MB = 30.0


@dataclass(frozen=True, slots=True)
class Job(Generic[Item, Result]):
    """A function, what each process has to do first, once, and how large an item is. Module-level functions.

    `preload` names modules that are imported once for all processes of a machine. `patience` is how many times as long
    as usual an item may take.
    """

    function: Callable[[Item], Result]
    prepare: Callable[..., None]
    prepare_with: tuple[Any, ...] = ()
    megabytes: Callable[[Item], float] = lambda _: 0.0
    preload: tuple[str, ...] = ()
    patience: float = 1.0


def child(job: Job[Item, Result]) -> Isolated[Item, Result]:
    """Return a child process, not yet started, that does the job under the limits."""
    first = partial(job.prepare, *job.prepare_with)
    return Isolated(job.function, initializer=first, limits=LIMITS, preload=job.preload)


def run_in(child: Isolated[Item, Result], job: Job[Item, Result], item: Item) -> Result | Outcome:
    """Return what the child makes of an item, with time to the item's size."""
    seconds = job.patience * (LIMITS.cpu_s + SECONDS_PER_MB * job.megabytes(item))
    return child.run(item, cpu_s=seconds, wall_s=2 * seconds)

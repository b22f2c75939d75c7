"""How far a run is: bars on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

LOG_EVERY = 30.0  # seconds between two lines of a log


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """Return the rate in words, blank until it is known."""
        return Text(rate_words(task.speed)) if task.speed else Text("")


class Bars:
    """Bars with rate and time left on a terminal; elsewhere one line each half minute."""

    def __init__(self, to: Console) -> None:
        """Draw on `to`."""
        self._to = to
        self._terminal = sys.stderr.isatty()
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=to,
            transient=True,
            disable=not self._terminal or to.quiet,
        )
        self._task = self._bars.add_task("", total=0, visible=False)
        self._what, self._total, self._done = "", 0, 0
        self._began = self._said = time.monotonic()

    def begin(self, what: str, total: int) -> None:
        """Show a new bar."""
        self._what, self._total, self._done = what, total, 0
        self._began = self._said = time.monotonic()
        self._task = self._bars.add_task(what, total=total)
        self._bars.start()

    def step(self) -> None:
        """Move the bar on by one."""
        self._done += 1
        self._bars.advance(self._task)
        now = time.monotonic()
        if not self._terminal and now - self._said >= LOG_EVERY:
            self._said = now
            self._to.print(log_line(self._what, self._done, self._total, now - self._began))

    def end(self) -> None:
        """Take the bar away."""
        self._bars.stop()
        self._bars.remove_task(self._task)


def rate_words(per_second: float) -> str:
    """Return a rate so that it is neither nought nor all digits."""
    if per_second >= 1:
        return f"{per_second:,.0f} a second"
    return f"{60 * per_second:,.0f} a minute"


def log_line(what: str, done: int, total: int, seconds: float) -> str:
    """Return how far the work is, how fast, and how long the rest takes at that pace."""
    speed = done / seconds
    left = (total - done) / speed
    words = f"{left / 60:.0f} min" if left >= 90 else f"{left:.0f} s"
    return f"{what}: {done:,} of {total:,}, {rate_words(speed)}, {words} left"

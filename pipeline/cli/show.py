"""How people are spoken to: the console on stderr, and small bars drawn with letters."""

from __future__ import annotations

import os
from collections.abc import Iterable

from rich.console import Console

_BARS = "▁▂▃▄▅▆▇█"


def console(quiet: bool = False) -> Console:
    """Return the console for messages; it keeps to NO_COLOR and to plain text where there is no terminal."""
    no_colour = bool(os.environ.get("NO_COLOR")) or None
    return Console(stderr=True, quiet=quiet, no_color=no_colour, highlight=False, soft_wrap=True)


def sparkline(values: Iterable[float]) -> str:
    """Return a line of small bars, one a value, a dot where there is none (NaN)."""
    listed = list(values)
    top = max((v for v in listed if v == v), default=0.0)
    return "".join("·" if v != v else _BARS[round(7 * v / top)] if top else _BARS[0] for v in listed)

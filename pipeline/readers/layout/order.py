"""Reading order: a page's lines as columns, each of which runs down."""

from __future__ import annotations

from pipeline.readers.layout.model import Line


def columns(lines: list[Line]) -> list[list[Line]]:
    """Return a page's lines as runs that go down, in reading order."""
    runs: list[list[Line]] = []
    for line in lines:
        if runs and _goes_on(runs[-1], line):
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _goes_on(run: list[Line], line: Line) -> bool:
    prev = run[-1]
    if abs(prev.baseline - line.baseline) < 0.55 * max(prev.size, line.size):
        return line.x0 >= prev.x1 - 2
    if line.baseline < prev.baseline:
        return False
    return any(n.left < line.x1 and line.left < n.x1 for n in run[-4:])

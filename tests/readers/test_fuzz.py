"""A little of what `python -m benchmarks fuzz` does at length: damaged files are read or refused, and never raise."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.fuzz import mutate, seeds
from pipeline.readers.dispatch import read

INPUTS = 60


def test_damaged_files_of_every_format_are_read_or_refused(root: Path) -> None:
    draw = random.Random(7)
    start = [(data[:60_000], name) for data, name in seeds(list((root / "corpus" / "sample").rglob("*.*")))]
    assert len({Path(name).suffix for _, name in start}) >= 5
    for number in range(INPUTS):
        data, name = start[number % len(start)]
        result = read(mutate(data, [other for other, _ in start], draw), name)
        assert result.documents or result.rejects

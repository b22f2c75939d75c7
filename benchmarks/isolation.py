"""What isolation costs when files are good: the same files read in this process and in a child under limits.

Usage: python benchmarks/isolation.py [FOLDER] [--rounds N]. Prints seconds, files per second and the overhead.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pipeline.readers.dispatch import read
from pipeline.readers.parsed import ReadResult
from pipeline.readers.sandbox import Isolated, Outcome

SAMPLE = Path(__file__).resolve().parents[1] / "corpus" / "sample"


def read_file(path: str) -> ReadResult:
    """Read one file by its path: what a child is given, so that no file crosses the pipe."""
    return read(Path(path).read_bytes(), Path(path).name)


def seconds(function: Callable[[str], object], path: str) -> float:
    """Return the seconds by the clock that the function takes for a file."""
    start = time.perf_counter()
    function(path)
    return time.perf_counter() - start


def best_of(ways: Mapping[str, Callable[[str], object]], paths: Sequence[str], rounds: int) -> dict[str, float]:
    """Return each way's seconds for all files: the best round of each file, so that a busy machine weighs little."""
    best = dict.fromkeys(ways, 0.0)
    for path in paths:
        for name, spent in zip(ways, zip(*(_round(ways, path) for _ in range(rounds)), strict=True), strict=True):
            best[name] += min(spent)
    return best


def _round(ways: Mapping[str, Callable[[str], object]], path: str) -> list[float]:
    return [seconds(way, path) for way in ways.values()]


def fresh(path: str) -> ReadResult | Outcome:
    """Read one file in a child of its own."""
    with Isolated(read_file, preload=("pipeline.readers.dispatch", "pipeline.readers.pdf")) as child:
        return child.run(path)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    paths = sorted(str(path) for path in given.folder.rglob("*") if path.is_file())
    with Isolated(read_file, preload=("pipeline.readers.dispatch", "pipeline.readers.pdf")) as child:
        ways: dict[str, Callable[[str], object]] = {"none": read_file, "kept child": child.run, "child per file": fresh}
        # Every way loads its modules before the clock runs.
        for way in ways.values():
            way(paths[0])
        best = best_of(ways, paths, given.rounds)
    print(f"{len(paths)} files in {given.folder}, best of {given.rounds} rounds")
    print(f"{'isolation':<16}{'seconds':>9}{'files/s':>9}{'ms/file':>9}{'overhead':>10}")
    for name, spent in best.items():
        rate, each = len(paths) / spent, 1000 * spent / len(paths)
        print(f"{name:<16}{spent:>9.3f}{rate:>9.1f}{each:>9.2f}{spent / best['none'] - 1:>10.1%}")


if __name__ == "__main__":
    main()

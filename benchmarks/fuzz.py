"""Feed every reader damaged and hostile files, for as long as asked.

    python -m benchmarks fuzz [--seconds N] [--seed N] [FILE ...]

Mutates the given files, or small ones of each format (those in the project), by flipped bits, cut and doubled pieces,
and pieces of other files. A reader may refuse; it may not raise, die, or take longer than its limits. Each input runs
in the reading process of a run. An input that does more is written to fuzz-SEED-N.EXT. Prints one JSON object; ends
with 1 where any was found.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path

from pipeline.readers.dispatch import read
from pipeline.readers.sandbox import Isolated, Limits, Outcome

ROOT = Path(__file__).resolve().parents[1]
LIMITS = Limits(memory_mb=4096, cpu_s=20.0, wall_s=60.0)
MOST_BYTES = 400_000
NASTY = (b"\0" * 9, b"\xff\xfe", b"<!ENTITY a '&a;'>", b"9" * 40, b"(" * 999, b"\r\x85\x0c")


def mutate(data: bytes, others: list[bytes], draw: random.Random) -> bytes:
    """Return the bytes with a few faults."""
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        at, end = sorted(draw.randrange(len(out) + 1) for _ in range(2))
        end = min(end, at + draw.choice((1, 8, 300, 20_000)))
        fault = draw.randrange(6)
        if fault == 0 and out:
            out[min(at, len(out) - 1)] ^= 1 << draw.randrange(8)
        elif fault == 1:
            del out[at:end]
        elif fault == 2:
            out[at:at] = out[at:end] * draw.choice((1, 2, 50))
        elif fault == 3:
            other = draw.choice(others)
            start = draw.randrange(len(other) + 1)
            out[at:end] = other[start : start + draw.choice((4, 64, 4000))]
        elif fault == 4:
            out[at:at] = draw.choice(
                (b"\0" * 9, b"\xff\xfe", b"<!ENTITY a '&a;'>", b"9" * 40, b"(" * 999, b"\r\x85\x0c")
            )
        else:
            del out[end:]
    return bytes(out[:MOST_BYTES])


def attempt(item: tuple[bytes, str]) -> tuple[int, int]:
    """Read one input; return the number of documents and rejects."""
    result = read(*item)
    return len(result.documents), len(result.rejects)


def seeds(paths: list[Path]) -> list[tuple[bytes, str]]:
    """Return one small file of each format among `paths`."""
    files = sorted((p for p in paths if p.is_file() and p.stat().st_size <= MOST_BYTES), key=lambda p: p.stat().st_size)
    by_format: dict[str, list[Path]] = {}
    for path in files:
        by_format.setdefault(path.suffix.lower(), []).append(path)
    return [(path.read_bytes(), path.name) for group in by_format.values() for path in group[:3]]


def fuzz(start: list[tuple[bytes, str]], seconds: float, seed: int) -> tuple[Counter[str], list[tuple[bytes, str]]]:
    """Return what became of the inputs, and those with which a reader did what it may not."""
    draw, seen, bad = random.Random(seed), Counter[str](), []
    end = time.monotonic() + seconds
    with Isolated(attempt, limits=LIMITS) as child:
        while time.monotonic() < end:
            data, name = draw.choice(start)
            item = mutate(data, [other for other, _ in start], draw), name
            try:
                outcome = child.run(item)
            except Exception as error:
                outcome = Outcome("crash", f"raised {type(error).__name__}")
            kind = outcome.reason if isinstance(outcome, Outcome) else "read" if outcome[0] else "refused"
            seen[f"{Path(name).suffix}: {kind}"] += 1
            if isinstance(outcome, Outcome):
                bad.append(item)
    return seen, bad


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    start = seeds(asked.files or [*(ROOT / "corpus").rglob("*.*"), *(ROOT / "tests" / "golden").rglob("*.*")])
    seen, bad = fuzz(start, asked.seconds, asked.seed)
    for number, (data, name) in enumerate(bad):
        Path(f"fuzz-{asked.seed}-{number}{Path(name).suffix}").write_bytes(data)
    print(json.dumps({"inputs": sum(seen.values()), "outcomes": dict(sorted(seen.items())), "found": len(bad)}))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

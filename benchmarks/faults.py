"""Kill runs at random moments, again and again, and compare what comes out in the end with an undisturbed run.

    python -m benchmarks faults [--corpus FOLDER] [--kills N] [--seed N]

Each round starts `findings run` in its own process group and kills the whole group (SIGKILL: nothing is tidied up)
after a random time, three rounds of four within the time that an undisturbed run takes. Now and then a document is
added or removed in between. Every tenth kill the run is let through to its end and its tables are compared byte for
byte with those of a fresh run. Prints one JSON object; ends with 1 where any byte differs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def start(corpus: Path, out: Path) -> subprocess.Popen[bytes]:
    """Start a run in a process group of its own."""
    command = [sys.executable, "-m", "pipeline", "run", str(corpus), "--out", str(out), "-q", "--until", "tabulate"]
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL)


def tables(out: Path) -> dict[str, bytes]:
    """Return every table of a run by name."""
    return {path.name: path.read_bytes() for path in sorted((out / "tables").glob("[!.]*"))}


def change(corpus: Path, draw: random.Random) -> None:
    """Add a document, or take one away that was added before."""
    added = sorted(corpus.glob("added-*.txt"))
    if added and draw.random() < 0.5:
        draw.choice(added).unlink()
    else:
        text = f"Published: {draw.randint(1, 28)} May {draw.randint(2003, 2020)}\n\nStaff do not share information.\n"
        (corpus / f"added-{draw.randint(0, 10**6)}.txt").write_text(text, encoding="utf-8")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus" / "sample")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    killed = compared = differing = finished = 0
    with tempfile.TemporaryDirectory() as folder:
        corpus, out = Path(folder) / "corpus", Path(folder) / "out"
        shutil.copytree(asked.corpus, corpus)
        begun = time.monotonic()
        start(corpus, Path(folder) / "first").wait()
        whole = time.monotonic() - begun
        while killed < asked.kills:
            run = start(corpus, out)
            try:
                run.wait(draw.random() * whole * 4 / 3)
                finished += 1
            except subprocess.TimeoutExpired:
                os.killpg(run.pid, signal.SIGKILL)
                run.wait()
                killed += 1
            if draw.random() < 0.2:
                change(corpus, draw)
            if killed and killed % 10 == 0 and compared < killed // 10:
                start(corpus, out).wait()
                fresh = Path(folder) / f"fresh-{killed}"
                start(corpus, fresh).wait()
                differing += tables(out) != tables(fresh)
                compared += 1
                shutil.rmtree(fresh)
    print(json.dumps({"kills": killed, "finished": finished, "compared": compared, "differing": differing}))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())

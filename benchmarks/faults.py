"""Kill runs at random moments, again and again, and compare what comes out in the end with an undisturbed run.

    python -m benchmarks faults [--corpus FOLDER] [--kills N] [--seed N] [--engine serial local]

Each round starts a run in its own process group and kills the whole group (SIGKILL: nothing is tidied up) after a
random time of its work, begun when its modules are loaded; with the engine `local` every third kill strikes one worker
alone. Now and then a document is added or removed in between. Every tenth kill the run is let through to its end and
its tables are compared byte for byte with those of a fresh run. Without `--corpus` a few short texts are made. Prints
one JSON object an engine; ends with 1 where any byte differs.
"""

from __future__ import annotations

import argparse
import contextlib
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


def serve(corpus: str, out: str, engine: str) -> None:
    """Say that all is loaded, and run; in a process of its own."""
    import pipeline.stages.execute  # noqa: F401  # what a run loads later, so that the clock of a kill covers the work
    from pipeline.stages import RunOptions, run

    print("ready", flush=True)
    run(RunOptions(Path(corpus), Path(out), engine=engine, workers=2, until="tabulate"))  # type: ignore[arg-type]


def start(corpus: Path, out: Path, engine: str) -> subprocess.Popen[bytes]:
    """Start a run in a process group of its own and wait until it has loaded what it needs."""
    code = "import sys; from benchmarks.faults import serve; serve(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(corpus), str(out), engine]
    run = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert run.stdout is not None
    run.stdout.readline()
    return run


def made_corpus(folder: Path, count: int = 12) -> None:
    """Write a few short texts about fictional places."""
    folder.mkdir()
    for n in range(count):
        said = "Staff in Fernbridge do not share information. Plans are clear."
        text = f"Published: {n % 28 + 1} May {2004 + n % 5}\n\n{said}\n"
        (folder / f"{n:02d}.txt").write_text(text, encoding="utf-8")


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


def workers_of(pid: int) -> list[int]:
    """Return the processes below a process, by Linux's table of processes."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid or int(fields[1]) in found:
            found.append(int(path.parent.name))
    return found


def strike(run: subprocess.Popen[bytes], one_worker: bool, draw: random.Random) -> None:
    """Kill a run, or one of its workers, which the run is to outlive."""
    below = workers_of(run.pid)
    if one_worker and below:
        with contextlib.suppress(ProcessLookupError):
            os.kill(draw.choice(below), signal.SIGKILL)
        run.wait(300)
        return
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()


def measure(given: Path | None, kills: int, seed: int, engine: str) -> dict[str, object]:
    """Return how many kills there were, and how often the tables then differed from those of a fresh run."""
    draw = random.Random(seed)
    killed = compared = differing = finished = 0
    with tempfile.TemporaryDirectory() as folder:
        corpus, out = Path(folder) / "corpus", Path(folder) / "out"
        if given:
            shutil.copytree(given, corpus)
        else:
            made_corpus(corpus)
        begun = time.monotonic()
        start(corpus, Path(folder) / "first", engine).wait()
        whole = (time.monotonic() - begun) / 2  # about half is loading
        while killed < kills:
            run = start(corpus, out, engine)
            try:
                run.wait(draw.random() * whole)
                finished += 1
                shutil.rmtree(out)  # nothing is left to do: begin anew
            except subprocess.TimeoutExpired:
                strike(run, engine == "local" and killed % 3 == 2, draw)
                killed += 1
            if draw.random() < 0.2:
                change(corpus, draw)
            if killed and killed % 10 == 0 and compared < killed // 10:
                start(corpus, out, engine).wait()
                fresh = Path(folder) / f"fresh-{killed}"
                start(corpus, fresh, engine).wait()
                differing += tables(out) != tables(fresh)
                compared += 1
                shutil.rmtree(fresh)
                print(f"{engine}: {killed} kills, {compared} compared, {differing} differ", file=sys.stderr, flush=True)
    return {"engine": engine, "kills": killed, "finished": finished, "compared": compared, "differing": differing}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", nargs="+", choices=("serial", "local"), default=("serial", "local"))
    asked = parser.parse_args()
    differing = 0
    for engine in asked.engine:
        report = measure(asked.corpus, asked.kills, asked.seed, engine)
        print(json.dumps(report), flush=True)
        differing += bool(report["differing"])
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())

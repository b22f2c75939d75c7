"""Do to runs what machines do, at random moments, again and again, and compare what comes out with an undisturbed run.

    python -m benchmarks faults [--corpus FOLDER] [--strikes N] [--seed N] [--engine serial local] [--kinds KIND ...]

Each strike is drawn from the kinds:

- kill: the whole process group dies (SIGKILL: nothing is tidied up) after a random time of its work;
- worker: one process below the run dies so, which the run is to outlive (engine `local`);
- full: the run's folder lies on a disk of its own that has room for a random part of what the run writes;
- read_only: that disk is mounted read-only before the run begins;
- power: the run dies and leaves what a disk that lost power may: a file half-written under its temporary name, and a
  finished file (tables, run.json, the store of results or its journal) that is empty or breaks off.

The disk of `full` and `read_only` is a tmpfs, which only root may mount; elsewhere these two are left out, and the
report says so. Now and then a document is added or removed in between. Every tenth strike the run is let through to its
end; its tables, as CSV and Parquet, are compared byte for byte with those of a fresh run, and no half-written file may
be left. A run that gives up has to say why as the user is told it: any other end of a process counts as unclear.
Without `--corpus` a few short texts are made. Prints one JSON object an engine; ends with 1 where any byte differs, a
run that was let through failed, or an end was unclear.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

from pipeline.errors import FindingsError
from pipeline.stages import RunOptions, run

KINDS = ("kill", "worker", "full", "read_only", "power")
ROOM = "4g"  # of the disk when it is not full
GAVE_UP, UNCLEAR = 3, 4  # exit codes of a run


@dataclass
class Trial:
    """A corpus, the run's folder on a disk of its own where there may be one, and what was counted so far."""

    folder: Path
    engine: str
    draw: random.Random
    disk: Path | None = None
    needed: int = 0  # bytes that a whole run writes
    whole: float = 0.0  # seconds that one takes
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def corpus(self) -> Path:
        """Return the folder of documents."""
        return self.folder / "corpus"

    @property
    def out(self) -> Path:
        """Return the folder that runs are disturbed in."""
        return (self.disk or self.folder) / "out"


def serve(corpus: str, out: str, engine: str) -> None:
    """Run in a process group of its own, and end as the exit codes say."""
    os.setsid()
    try:
        run(RunOptions(Path(corpus), Path(out), engine=engine, workers=2, until="tabulate"))  # type: ignore[arg-type]
    except FindingsError as error:
        print(f"  gave up: {error}", file=sys.stderr, flush=True)
        os._exit(GAVE_UP)
    except BaseException:
        traceback.print_exc()
        os._exit(UNCLEAR)


def start(trial: Trial, out: Path) -> BaseProcess:
    """Start a run in a copy of this process, which has loaded what it needs."""
    import pipeline.stages.execute  # noqa: F401  # what a run loads later, so that the clock of a kill covers the work

    arguments = (str(trial.corpus), str(out), trial.engine)
    process = multiprocessing.get_context("fork").Process(target=serve, args=arguments)
    process.start()
    return process


def ended(process: BaseProcess, trial: Trial) -> int:
    """Wait for a run, note an end that is unclear, and return its exit code."""
    process.join()
    code = process.exitcode or 0
    if code not in (0, GAVE_UP, -signal.SIGKILL):
        trial.counts["unclear"] += 1
        print(f"  ended with {code}", file=sys.stderr, flush=True)
    return code


def made_corpus(folder: Path, count: int = 12) -> None:
    """Write a few short texts about fictional places."""
    folder.mkdir()
    for n in range(count):
        said = "Staff in Fernbridge do not share information. Plans are clear."
        text = f"Published: {n % 28 + 1} May {2004 + n % 5}\n\n{said}\n"
        (folder / f"{n:02d}.txt").write_text(text, encoding="utf-8")


def tables(out: Path) -> dict[str, bytes]:
    """Return every table of a run by name, as CSV and Parquet, and what is left half-written."""
    found = [*(out / "tables").iterdir(), *(out / "stages").glob("*.parquet"), *out.rglob(".*.part")]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(found)}


def change(corpus: Path, draw: random.Random) -> None:
    """Add a document, or take one away that was added before."""
    added = sorted(corpus.glob("added-*.txt"))
    if added and draw.random() < 0.5:
        draw.choice(added).unlink()
    else:
        text = f"Published: {draw.randint(1, 28)} May {draw.randint(2003, 2020)}\n\nStaff do not share information.\n"
        (corpus / f"added-{draw.randint(0, 10**6)}.txt").write_text(text, encoding="utf-8")


def workers_of(pid: int | None) -> list[int]:
    """Return the processes below a process, by Linux's table of processes."""
    found: list[int] = []
    for path in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parent.name)):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid or int(fields[1]) in found:
            found.append(int(path.parent.name))
    return found


def kill(trial: Trial) -> None:
    """Kill a run and all below it at a random moment; one that was through begins anew the next time."""
    process = start(trial, trial.out)
    process.join(trial.draw.random() * trial.whole)
    if process.exitcode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid or 0, signal.SIGKILL)
    elif ended(process, trial) == 0:
        trial.counts["finished"] += 1
        shutil.rmtree(trial.out)
    process.join()


def worker(trial: Trial) -> None:
    """Kill a process below the run at a random moment."""
    process = start(trial, trial.out)
    process.join(trial.draw.random() * trial.whole)
    if below := workers_of(process.pid):
        trial.counts["workers_struck"] += 1
        with contextlib.suppress(ProcessLookupError):
            os.kill(trial.draw.choice(below), signal.SIGKILL)
    trial.counts["worker_not_outlived"] += ended(process, trial) != 0


def full(trial: Trial) -> None:
    """Let a run write to a disk that has too little room, or hardly enough."""
    usage = shutil.disk_usage(trial.disk or trial.folder)
    mount(trial, f"remount,size={(usage.used + int(trial.draw.random() * trial.needed / 3)) // 1024 + 4}k")
    trial.counts["gave_up_full"] += ended(start(trial, trial.out), trial) == GAVE_UP
    mount(trial, f"remount,size={ROOM}")


def read_only(trial: Trial) -> None:
    """Let a run meet a disk that it cannot write to."""
    before = sorted(trial.out.rglob("*"))
    mount(trial, "remount,ro")
    trial.counts["gave_up_read_only"] += ended(start(trial, trial.out), trial) == GAVE_UP
    mount(trial, "remount,rw")
    assert sorted(trial.out.rglob("*")) == before


def power(trial: Trial) -> None:
    """Kill a run, and leave files as a disk without power may."""
    process = start(trial, trial.out)
    process.join(1.5 * trial.draw.random() * trial.whole)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.join()
    files = [path for path in sorted(trial.out.rglob("*")) if path.is_file() and path.name != ".lock"]
    for path in trial.draw.sample(files, min(len(files), 2)):
        data = path.read_bytes()
        end = trial.draw.choice((0, trial.draw.randint(0, len(data))))
        if trial.draw.random() < 0.5:
            path.with_name(f".{path.name}.lost.part").write_bytes(data[:end])
        else:
            path.write_bytes(data[:end])
    if trial.draw.random() < 0.3 and (store := trial.out / "stages" / "cache.sqlite").exists():
        os.truncate(store, trial.draw.randint(0, store.stat().st_size))


STRIKES: dict[str, Callable[[Trial], None]] = {
    "kill": kill,
    "worker": worker,
    "full": full,
    "read_only": read_only,
    "power": power,
}


def mount(trial: Trial, options: str) -> bool:
    """Mount the trial's disk with these options, and say whether that could be done."""
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(trial.disk)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@contextlib.contextmanager
def disk_of(trial: Trial) -> Iterator[None]:
    """Give the trial a disk of its own, where this user may mount one."""
    trial.disk = trial.folder / "disk"
    trial.disk.mkdir()
    if shutil.which("mount") is None or not mount(trial, f"size={ROOM}"):
        trial.disk = None
        yield
        return
    try:
        yield
    finally:
        subprocess.run(["umount", str(trial.disk)], check=True)


def compare(trial: Trial) -> None:
    """Let the run through, and compare it with a fresh one."""
    trial.counts["failed"] += ended(start(trial, trial.out), trial) != 0
    fresh = trial.folder / "fresh"
    ended(start(trial, fresh), trial)
    ours, theirs = tables(trial.out), tables(fresh)
    if ours != theirs:
        trial.counts["differing"] += 1
        odd = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
        print(f"  differ: {', '.join(odd)}", file=sys.stderr)
    trial.counts["compared"] += 1
    shutil.rmtree(fresh)


def measure(given: Path | None, strikes: int, seed: int, engine: str, kinds: list[str]) -> dict[str, object]:
    """Return how many strikes of each kind there were, and how often the tables then differed from a fresh run's."""
    with tempfile.TemporaryDirectory() as name:
        trial = Trial(Path(name), engine, random.Random(seed))
        shutil.copytree(given, trial.corpus) if given else made_corpus(trial.corpus)
        with disk_of(trial):
            begun = time.monotonic()
            ended(start(trial, trial.folder / "first"), trial)
            trial.whole = time.monotonic() - begun
            trial.needed = sum(p.stat().st_size for p in (trial.folder / "first").rglob("*") if p.is_file())
            left_out = [] if trial.disk else ["full", "read_only"]
            left_out += ["worker"] if engine == "serial" else []
            drawn = [kind for kind in kinds if kind not in left_out]
            for number in range(1, strikes + 1):
                kind = drawn[number % len(drawn)]
                trial.out.mkdir(exist_ok=True)
                STRIKES[kind](trial)
                trial.counts[kind] += 1
                if trial.draw.random() < 0.2:
                    change(trial.corpus, trial.draw)
                if number % 10 == 0 or number == strikes:
                    compare(trial)
                    print(f"{engine}: {number} strikes, {dict(trial.counts)}", file=sys.stderr, flush=True)
    return {
        "engine": engine,
        "seed": seed,
        "left_out": left_out,
        "differing": 0,
        "failed": 0,
        "unclear": 0,
        **trial.counts,
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--strikes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", nargs="+", choices=("serial", "local"), default=("serial", "local"))
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    asked = parser.parse_args()
    bad = False
    for engine in asked.engine:
        report = measure(asked.corpus, asked.strikes, asked.seed, engine, list(asked.kinds))
        print(json.dumps(report), flush=True)
        bad = bad or any(report[name] for name in ("differing", "failed", "unclear"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

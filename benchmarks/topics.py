"""What the theme step costs beside BERTopic on the same statements: seconds, memory and their ratios.

    python -m benchmarks topics STATEMENTS.csv [--rows 2000] [--most 600] [--write]

STATEMENTS.csv is the table of a run; as many rows as asked for are taken, evenly spaced. Each way runs in a process of
its own; seconds are of one processor (all threads added up), so that they can be told on a busy machine. *Start* is
loading libraries, model and codebook, *work* is the step itself, memory the largest that the process had. Ours codes
the statements by terms and model. BERTopic (benchmarks/requirements.txt) finds its topics with its own defaults, but
for the vectors: TF-IDF in 100 dimensions in place of a model of sentences. `--write` renews docs/performance.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks._pages import renew
from pipeline.themes.rows import Row, plain

ROOT = Path(__file__).resolve().parents[1]
Step = Callable[[list[str]], object]
BEGIN, END = "<!-- topics -->\n", "<!-- end of topics -->"


def sample(path: Path, size: int) -> list[str]:
    """Return the texts of statements, evenly spaced over the table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    count = min(size, len(texts))
    return [texts[at * len(texts) // count] for at in range(count)]


def ours() -> Step:
    """Load what codes by terms and model."""
    from pipeline.codebook import load_codebook
    from pipeline.themes.coder import build_coder
    from pipeline.themes.student import load_student

    coder = build_coder(load_codebook(ROOT / "configs" / "codebook.yml"), load_student())
    return lambda texts: coder.weigh([Row(plain(text)) for text in texts])


def bertopic() -> Step:
    """Load BERTopic."""
    from bertopic import BERTopic

    from benchmarks.themes import vectors

    return lambda texts: BERTopic(embedding_model=None).fit_transform(texts, vectors(texts))


WAYS = {"ours": ("terms and model (default)", ours), "bertopic": ("BERTopic, TF-IDF and SVD vectors", bertopic)}


def one(name: str, texts: list[str]) -> dict[str, float]:
    """Return what a way costs in this process."""
    clock = time.process_time()
    step = WAYS[name][1]()
    start = time.process_time() - clock
    step(texts)
    work = time.process_time() - clock - start
    mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"statements": len(texts), "start": round(start, 1), "work": round(work, 2), "peak_mb": mb}


def page(found: dict[str, dict[str, float]]) -> str:
    """Return the table as Markdown, with the ratios."""
    head = "| {:,} statements | start, s | work, s | largest process, MB |\n|---|---:|---:|---:|\n"
    rows = [f"| {WAYS[n][0]} | {c['start']:.1f} | {c['work']:.1f} | {c['peak_mb']:,} |\n" for n, c in found.items()]
    a, b = found["ours"], found.get("bertopic")
    if b:
        ratios = [f"{b[name] / a[name]:.1f}" for name in ("start", "work", "peak_mb")]
        rows.append(f"| BERTopic by ours | {' | '.join(ratios)} |\n")
    return head.format(int(a["statements"])) + "".join(rows)


def main() -> None:
    """Measure both ways; print a JSON line each, and the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("statements", type=Path)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--most", type=float, default=600, help="seconds by the clock after which a way is cut off")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        sys.stdout.write(json.dumps(one(options.one, sample(options.statements, options.rows))) + "\n")
        return
    found = {}
    for name in WAYS:
        call = [sys.executable, "-m", "benchmarks.topics", str(options.statements), "--rows", str(options.rows)]
        try:
            done = subprocess.run(
                [*call, "--one", name], stdout=subprocess.PIPE, text=True, timeout=options.most, check=True
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            sys.stderr.write(f"{name}: {error}\n")
            continue
        found[name] = json.loads(done.stdout.splitlines()[-1])
        print(json.dumps({"way": name} | found[name]), flush=True)
    if "ours" not in found:
        sys.exit("without our own figures there is nothing to compare")
    print(page(found))
    if options.write:
        renew(ROOT / "docs" / "performance.md", BEGIN, END, page(found))


if __name__ == "__main__":
    main()

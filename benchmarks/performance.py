"""Time and memory of whole runs, and what they cost beside public tools; writes docs/performance.md and its plot.

    python -m benchmarks performance [FOLDER_OF_PDFS] [--rows 1000 10000 100000] [--write] [--results FILE]

Measures in one go, on one machine: a cold run over the folder's PDFs and pdftotext (poppler) over the same files; the
same run again with nothing changed; and runs over made-up tables of growing length (benchmarks/made_rows.py). Times are
by the clock, on a machine that should do nothing else: the processor time of workers is not the main process's to tell.
Each figure is written to `--results` as soon as it is there, so that a cut loses one run only; a run that takes more
than FLOOR_S and SECONDS_A_ROW for each row is given up. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks._pages import renew
from benchmarks.made_rows import write_rows

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
FLOOR_S, SECONDS_A_ROW = 1800.0, 0.03  # the longest that a run may take, whatever its size, and for each row


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: processor and wall-clock seconds, and the largest process in megabytes."""

    seconds: float
    largest_mb: int


def cost(command: list[str], most_s: float = FLOOR_S) -> Cost:
    """Run a command in the project's folder and return what it took; end where it fails or takes longer."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    own = None
    while own is None:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        own = used if pid else None
        if own is None and time.perf_counter() - begun > most_s:
            os.killpg(process.pid, signal.SIGKILL)
            sys.exit(f"{' '.join(command)} took more than {most_s:.0f} seconds")
        time.sleep(0.02)
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return Cost(round(time.perf_counter() - begun, 2), own.ru_maxrss // 1024)


def findings(corpus: Path, out: Path, most_s: float = FLOOR_S) -> Cost:
    """Return the cost of a run; its largest process may be a worker."""
    took = cost([sys.executable, "-m", "pipeline", "run", str(corpus), "--out", str(out), "-q"], most_s)
    memory = json.loads((out / "run.json").read_text(encoding="utf-8"))["peak_memory_mb"]
    return Cost(took.seconds, max(took.largest_mb, *memory.values()))


def exponent(points: list[tuple[int, float]]) -> float:
    """Return the slope of log(cost) on log(size), without the fixed cost of the smallest run (least squares)."""
    fixed = points[0][1] * 0.9
    logs = [(math.log(size), math.log(max(1e-9, value - fixed))) for size, value in points[1:]]
    if len(logs) < 2:
        return float("nan")
    x, y = (sum(v) / len(logs) for v in zip(*logs, strict=True))
    return sum((a - x) * (b - y) for a, b in logs) / sum((a - x) ** 2 for a, _ in logs)


def measure(pdfs: Path | None, sizes: list[int], results: Path) -> dict[str, object]:
    """Return every figure; what is there so far stands in `results`."""
    report: dict[str, object] = {"processors": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    rows: dict[int, Cost] = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        if pdfs is not None:
            _measure_reports(pdfs, out, report)
            _keep(report, results)
        for size in sizes:
            print(f"{time.strftime('%H:%M:%S')} {size:,} rows", file=sys.stderr, flush=True)
            table = write_rows(out / f"rows{size}.csv", size)
            rows[size] = findings(table, out / f"run{size}", FLOOR_S + SECONDS_A_ROW * size)
            shutil.rmtree(out / f"run{size}")
            table.unlink()
            report["rows"] = {str(done): asdict(row) for done, row in rows.items()}
            report["exponent"] = round(exponent([(done, row.seconds) for done, row in rows.items()]), 3)
            _keep(report, results)
    return report


def _measure_reports(pdfs: Path, out: Path, report: dict[str, object]) -> None:
    files = sorted(pdfs.rglob("*.pdf"))
    only = out / "pdfs"
    only.mkdir()
    for path in files:
        shutil.copy(path, only / path.name)
    report["files"] = len(files)
    print(f"{time.strftime('%H:%M:%S')} {len(files)} reports", file=sys.stderr, flush=True)
    report["cold"] = asdict(findings(only, out / "reports"))
    report["seconds"] = json.loads((out / "reports" / "run.json").read_text())["seconds"]
    report["again"] = asdict(findings(only, out / "reports"))
    if shutil.which("pdftotext"):
        loop = f'for f in "{only}"/*.pdf; do pdftotext "$f" - >/dev/null 2>&1 || true; done'
        report["pdftotext"] = asdict(cost(["sh", "-c", loop]))


def _keep(report: dict[str, object], results: Path) -> None:
    results.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def plot(rows: dict[str, dict[str, float]]) -> str:
    """Return an SVG of seconds by rows, both on logarithmic axes."""
    points = [(math.log10(int(size)), math.log10(row["seconds"])) for size, row in rows.items()]
    place = [(60 + (x - 3) * 130, 260 - y * 60) for x, y in points]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in place)
    marks = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4"/>' for x, y in place)
    words = "".join(
        f'<text x="{x:.0f}" y="{y - 10:.0f}" text-anchor="middle">'
        f"{row['seconds']:.0f} s, {row['largest_mb']:.0f} MB</text>"
        for (x, y), row in zip(place, rows.values(), strict=True)
    )
    ticks = "".join(f'<text x="{60 + n * 130}" y="285" text-anchor="middle">{10 ** (n + 3):,}</text>' for n in range(4))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 520 310" font-family="sans-serif" font-size="12">'
        "<title>Seconds of a run by the number of statements, logarithmic axes</title>"
        f'<polyline points="{line}" fill="none" stroke="#1f5a92" stroke-width="2"/><g fill="#1f5a92">{marks}</g>'
        f'{words}{ticks}<text x="260" y="304" text-anchor="middle">statements</text></svg>\n'
    )


def page(report: dict[str, object]) -> str:
    """Return the table of figures for docs/performance.md."""
    lines = ["| corpus | seconds | largest process, MB |", "|---|---:|---:|"]
    names = {
        "cold": f"{report.get('files')} PDF reports, cold run",
        "again": "the same again, nothing changed",
        "pdftotext": "`pdftotext` alone on these reports",
    }
    named = [(words, report[name]) for name, words in names.items() if name in report]
    named += [(f"table of {int(size):,} statements", row) for size, row in report["rows"].items()]  # type: ignore[attr-defined]
    lines += [f"| {w} | {r['seconds']:.1f} | {r['largest_mb']:,} |" for w, r in named]  # type: ignore[index]
    lines += [
        "",
        f"By the clock, with {report['processors']} processors, at a load of {report['load']} before the first run.",
    ]
    lines += [
        f"Without the fixed cost of starting, time grows with the number of rows to the power {report['exponent']}."
    ]
    lines += ["", "![Seconds by number of statements](images/performance.svg)"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write the page where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdfs", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--results", type=Path, default=Path(tempfile.gettempdir()) / "findings-performance.json")
    asked = parser.parse_args()
    report = measure(asked.pdfs, asked.rows, asked.results)
    if asked.write:
        (DOCS / "images" / "performance.svg").write_text(plot(report["rows"]), encoding="utf-8")  # type: ignore[arg-type]
        renew(DOCS / "performance.md", "<!-- figures -->\n", "<!-- end of figures -->", page(report))
    print(json.dumps(report))


if __name__ == "__main__":
    main()

"""The examples of the pages: run them, and write what they print beneath them.

An example is a fenced block marked `console`; its lines that begin with `$ ` are commands. `python -m docs.examples`
runs those of the pages below in a scratch folder and writes their output into the pages; the tests run them and look
at their exit codes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/tutorial.md", *sorted(f"docs/how-to/{p.name}" for p in (ROOT / "docs/how-to").glob("*.md")))
MOST_LINES = 24
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
_PROGRESS = re.compile(r"(reading files|writing tables): \d")
_TABLE = re.compile(r"(<!-- table -->\n).*?(<!-- end -->)", re.S)


@dataclass(frozen=True, slots=True)
class Done:
    """One command, with its exit code and what it printed on stdout and stderr."""

    command: str
    code: int
    said: str


def workspace(folder: Path, sample_run: Path | None = None) -> Path:
    """Make a folder that looks like the project's, with outputs of its own; `sample_run` becomes outputs/sample."""
    for name in ("corpus", "configs", "pipeline"):
        (folder / name).symlink_to(ROOT / name)
    outputs = folder / "outputs"
    outputs.mkdir()
    if sample_run:
        shutil.copytree(sample_run, outputs / "sample")  # with its times, so that the run is known as its own
    program = folder / "bin" / "findings"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pipeline "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return folder


def commands(text: str) -> Iterator[str]:
    """Yield the commands of a page's examples in order."""
    for block in _BLOCK.findall(text):
        yield from (line[2:] for line in block.splitlines() if line.startswith("$ "))


def run(command: str, folder: Path) -> Done:
    """Run one command in the workspace."""
    env = os.environ | {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
        "COLUMNS": "120",
    }
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Done(command, done.returncode, done.stdout)


def with_output(text: str, folder: Path) -> str:
    """Return a page with what its commands print now."""

    def block(match: re.Match[str]) -> str:
        lines = []
        for command in commands(match[0]):
            done = run(command, folder)
            if done.code:
                raise SystemExit(f"{command}: exit code {done.code}\n{done.said}")
            lines += [f"$ {command}", *_short(done.said)]
        return "```console\n" + "\n".join(lines) + "\n```"

    return _BLOCK.sub(block, text)


def _short(said: str) -> list[str]:
    lines = [line.rstrip()[:160] for line in said.splitlines() if not _PROGRESS.match(line)]
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], "…"]


def excerpt(run_folder: Path, theme: str = "thresholds", rows: int = 6) -> str:
    """Return the last years of one theme as a table of six lines."""
    from docs.markdown import table
    from pipeline import load_run

    series = load_run(run_folder).theme_year
    held = series[(series["theme_id"] == theme) & (series["year"] != "undated") & (series["findings_total"] > 0)]
    return table(
        ("year", "theme", "findings", "of all", "share", "95% interval", "documents", "of all"),
        [
            (
                r.year,
                r.theme_label,
                str(r.findings),
                str(r.findings_total),
                f"{r.share_of_findings:.0%}",
                f"{r.share_of_findings_low:.0%} to {r.share_of_findings_high:.0%}",
                str(r.documents),
                str(r.documents_total),
            )
            for r in held.tail(rows).itertuples()
        ],
    )


def main() -> None:
    """Write the output of every example, and the README's table, anew."""
    with tempfile.TemporaryDirectory() as name:
        folder = workspace(Path(name))
        first = run("findings run corpus/sample --out outputs/sample --engine serial --quiet", folder)
        if first.code:
            raise SystemExit(first.said)
        sample = folder / "outputs" / "sample"
        filled = excerpt(sample)
        for page in PAGES:
            path = ROOT / page
            with tempfile.TemporaryDirectory() as own:  # as the tests have it: each page begins anew
                text = with_output(path.read_text(encoding="utf-8"), workspace(Path(own), sample))
            text = _TABLE.sub(lambda match: match[1] + filled + match[2], text)
            path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

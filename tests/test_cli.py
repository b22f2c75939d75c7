"""The command line: exit codes, data on stdout, words on stderr."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from pipeline.cli import main

TEXT = "Published: 4 March 2004\n\nSocial workers do not share information with schools. Thresholds are too high.\n"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def findings(*args: str | Path) -> Done:
    """Call the command line in this process: what a person would see, without the time that a new process takes."""
    out, err = io.StringIO(), io.StringIO()
    with patch.object(sys, "argv", ["findings", *map(str, args)]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
            code: int | str | None = 0
        except SystemExit as leave:
            code = leave.code
    return Done(int(code or 0), out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def out(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "out"
    done = findings("run", corpus, "--out", folder, "--engine", "serial")
    assert done.returncode == 0, done.stderr
    assert "1 files, 1 documents" in done.stderr
    assert re.search(r"--year 2004 --theme (information_sharing|thresholds)\n", done.stderr)
    assert done.stdout == ""
    return folder


def test_a_run_writes_tables_and_report(out: Path) -> None:
    assert (out / "report.html").read_text(encoding="utf-8").startswith("<!")
    assert (out / "tables" / "theme_year.csv").is_file()
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["until"] == "report"


def test_a_second_run_says_that_nothing_changed(corpus: Path, out: Path) -> None:
    done = findings("run", corpus, "--out", out, "--engine", "serial", "--json")
    assert "Nothing has changed" in done.stderr
    assert json.loads(done.stdout)["rows"]["documents"] == 1


def test_trace_prints_the_statements_behind_a_cell(out: Path) -> None:
    done = findings("trace", out, "--year", "2004", "--theme", "information_sharing")
    assert done.returncode == 0
    assert "a.txt (2004-03-04, concern)" in done.stdout
    assert "Social workers do not share information with schools." in done.stdout
    row = json.loads(findings("trace", out, "--theme", "information_sharing", "--json").stdout.splitlines()[0])
    assert row["evidence"] in row["text"]


def test_a_reader_that_has_had_enough_ends_a_command_well() -> None:
    """The pipe is closed before the first line: the surest way to be cut off."""
    command = [sys.executable, "-m", "pipeline", "--version"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_plan_says_what_would_run(corpus: Path, out: Path, tmp_path: Path) -> None:
    assert "A run would do nothing" in findings("plan", corpus, "--out", out).stdout
    fresh = findings("plan", corpus, "--out", tmp_path / "new")
    assert re.search(r"ingest +1 files to read: 1 new files", fresh.stdout)
    assert not (tmp_path / "new").exists()


def test_quiet_says_nothing(corpus: Path, out: Path) -> None:
    done = findings("run", corpus, "--out", out, "--engine", "serial", "--quiet")
    assert (done.stdout, done.stderr) == ("", "")


def test_doctor_names_the_extras() -> None:
    done = findings("doctor")
    assert all(f"[{extra}]" in done.stdout for extra in ("ocr", "semantic", "dask", "notebooks", "office"))


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["run", "no/such/folder", "--out", "{tmp}/o"], 2, "no/such/folder: does not exist"),
        (["run", "{tmp}/empty", "--out", "{tmp}/o"], 1, "holds no files"),
        (["run", "{tmp}/empty", "--engine", "steam"], 2, "steam"),
        (["run", "{tmp}/empty", "--until", "noon"], 2, "noon"),
        (["run", "{tmp}/full", "--out", "{tmp}/full2"], 2, "not empty and not a run's folder"),
        (["run", "{tmp}/full", "--out", "{tmp}/o", "--config", "{tmp}/bad.yml"], 2, "bad.yml, line 1: .*unknown key"),
        (["run", "{tmp}/full", "--out", "{tmp}/o", "--codebook", "{tmp}/bad.yml"], 2, "has no themes"),
        (["trace", "{tmp}/empty", "--theme", "x"], 2, "not the folder of a finished run"),
        (["paint"], 2, "paint"),
    ],
)
def test_wrong_use_and_bad_input_are_said(tmp_path: Path, args: list[str], code: int, words: str) -> None:
    for name in ("empty", "full", "full2"):
        (tmp_path / name).mkdir()
    for name in ("full", "full2"):
        (tmp_path / name / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "bad.yml").write_text("colour: blue\n", encoding="utf-8")
    done = findings(*[a.replace("{tmp}", str(tmp_path)) for a in args])
    assert done.returncode == code, done.stderr
    assert re.search(words, done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "o").exists()


def test_the_module_runs_as_a_program_and_keeps_to_no_color() -> None:
    command = [sys.executable, "-m", "pipeline", "run", "no/such/folder"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: no/such/folder: does not exist")

"""`findings codebook` as people call it: exit codes, and what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.codebook import load_codebook
from pipeline.stages import RunOptions, run
from pipeline.stages.loaded import load_run

BOOK = """\
themes:
  - id: roofs
    label: Roofs
    terms: [roof]
    examples: [The roof leaks.]
    counter_examples: [{counter}]
"""
ROWS = "text,year\n" + "".join(
    f"{text.format(n)},{2001 + n % 2}\n"
    for text in (
        "We found that the roof of house {} leaks and needs new tiles.",
        "We found that buses on route {} run late because drivers are few.",
        "We found that lunch at school {} was cold and the kitchen dirty.",
        "We found that pool {} has broken showers and muddy water.",
    )
    for n in range(8)
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.yml"
    path.write_text(BOOK.format(counter="The door sticks."), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run over ROWS, all of them findings."""
    return coded(tmp_path_factory.mktemp("run"), ROWS)


def coded(place: Path, rows: str) -> Path:
    """Return the folder of a run over rows, all of them findings, by the codebook that comes with the package."""
    (place / "rows.csv").write_text(rows, encoding="utf-8")
    (place / "config.yml").write_text("segment: {kind: concern}\n", encoding="utf-8")
    run(RunOptions(place / "rows.csv", place / "out", place / "config.yml", engine="serial", until="cluster"))
    return place / "out"


def call(*args: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["codebook", *map(str, args)])
    return result.exit_code, result.stdout


def test_check_says_where_an_example_fails(book: Path) -> None:
    assert call("check", book)[0] == 0
    book.write_text(BOOK.format(counter="The roof is dry."), encoding="utf-8")
    code, out = call("check", book)
    assert code == 1
    assert f"{book}:6: error: roofs, counter-example coded" in out


def test_check_tries_terms_on_documents(book: Path, folder: Path) -> None:
    code, out = call("check", book, "--on", folder, "--json")
    said = json.loads(out)
    assert code == 0
    assert said["findings"] == 32
    assert [use["firings"] for use in said["terms"]] == [8]


def test_diff_quotes_what_moves_by_year(book: Path, folder: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.yml"
    new.write_text(book.read_text(encoding="utf-8").replace("[roof]", "[roof, shower]"), encoding="utf-8")
    code, out = call("diff", book, new, "--on", folder)
    assert code == 0
    assert "roofs: +8 -0 findings" in out
    assert "2001 4→8, 2002 4→8" in out
    assert "broken showers" in out


def test_kwic_lines_up_a_term(folder: Path) -> None:
    code, out = call("kwic", "(kitchen|shower) * (dirty|muddy)", "--on", folder)
    assert code == 0
    assert out.count("[showers and muddy]") == 8


def test_a_draft_passes_its_own_check(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "draft.yml"
    assert call("draft", folder, "--out", out, "--themes", 4)[0] == 0
    assert len(load_codebook(out).themes) == 4
    assert call("check", out)[0] == 0


def test_a_draft_can_leave_out_what_has_a_theme(tmp_path: Path) -> None:
    folder = coded(tmp_path, ROWS + "We found that agencies do not share information about children at risk.,2001\n")
    findings = load_run(folder).findings
    without = int((findings["themes"] == "").sum())
    assert 0 < without < len(findings)
    result = CliRunner().invoke(app, ["codebook", "draft", str(folder), "--without-theme", "--smallest", "40"])
    assert f"too few findings ({without})" in str(result.exception)


def test_a_draft_of_too_little_says_so(folder: Path) -> None:
    result = CliRunner().invoke(app, ["codebook", "draft", str(folder), "--smallest", "30"])
    assert result.exit_code != 0
    assert "too few findings" in str(result.exception)


def test_documents_that_are_not_there_are_wrong_use(book: Path) -> None:
    result = CliRunner().invoke(app, ["codebook", "check", str(book), "--on", "nowhere"])
    assert "is not there" in str(result.exception)

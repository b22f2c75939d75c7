"""A run with coded statements: its shares are corrected, and every fault of the gold file is among the rejects."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.stages import RunOptions, run
from pipeline.stages.loaded import Run, load_run

CODEBOOK = """
themes:
  - {id: doors, label: Doors and locks, terms: [door]}
  - {id: roofs, label: Roofs, terms: [roof]}
"""
CONFIG = """
codebook: book.yml
segment: {kind: concern}
cluster: {model: none}
"""
# Every third row speaks of a hatch, which is a door for people and not for the terms.
TEXTS = ("The door of the ward does not lock.", "The roof of the ward leaks.", "The hatch of the ward does not lock.")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "book.yml").write_text(CODEBOOK, encoding="utf-8")
    (tmp_path / "settings.yml").write_text(CONFIG, encoding="utf-8")
    rows = [f"r{n},{2010 + n % 2},{TEXTS[n % 3]}" for n in range(300)]
    (tmp_path / "table.csv").write_text("id,year,text\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path / "table.csv"


def go(corpus: Path, gold: str) -> Run:
    folder = corpus.parent
    (folder / "gold.csv").write_text(f"item,themes,inclusion_probability\n{gold}", encoding="utf-8")
    options = RunOptions(
        corpus,
        folder / "out",
        config=folder / "settings.yml",
        gold=folder / "gold.csv",
        engine="serial",
        until="tabulate",
    )
    run(options)
    return load_run(folder / "out")


def test_shares_are_corrected_beside_the_raw_ones(corpus: Path) -> None:
    gold = "".join(f"r{n},{('doors', 'roofs', 'doors')[n % 3]},0.5\n" for n in range(0, 300, 2))
    done = go(corpus, gold)
    doors = done.table("theme_year_corrected").query("theme_id == 'doors' and year != 'undated'")
    assert doors["share_of_findings"].tolist() == pytest.approx([1 / 3, 1 / 3], abs=1e-5)
    assert doors["corrected_share"].tolist() == pytest.approx([2 / 3, 2 / 3], abs=1e-5)
    assert (doors["corrected_low"] > doors["share_of_findings"]).all()
    assert done.theme_year.query("theme_id == 'doors' and year == '2010'")["corrected_share"].item() > 0.6
    assert len(done.table("rejects")) == 0


def test_faults_of_the_gold_file_are_said_by_row(corpus: Path) -> None:
    done = go(corpus, "r0,doors,0.5\nr1,windows,0.5\nr999,roofs,0.5\nr3,doors,2\n")
    rejects = done.table("rejects")
    assert rejects["stage"].unique().tolist() == ["gold"]
    assert dict(zip(rejects["item"], rejects["reason"], strict=True)) == {
        "row 3": "unknown_theme",
        "row 4": "no_statement",
        "row 5": "bad_probability",
    }
    assert set(done.theme_year["status"].str.split(";").str[0]) == {"insufficient", "uncorrected"}


def test_gold_without_codes_stops_the_run_before_it_begins(corpus: Path) -> None:
    (corpus.parent / "none.csv").write_text("one,two\n1,2\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no columns of coded statements"):
        run(RunOptions(corpus, corpus.parent / "out", gold=corpus.parent / "none.csv", engine="serial"))

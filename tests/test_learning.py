"""A run learns from coded statements: with their own text or by the corpus's, whatever else the corpus holds."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipeline.stages import RunOptions, run
from pipeline.stages.loaded import load_run

WET = ["damp", "flood", "drip", "puddle", "moisture"]
BOOK = """\
themes:
  - {id: water, label: Water, terms: [leak]}
  - {id: heat, label: Heat, terms: [boiler]}
"""
CORPUS = [(f"w{n}", f"There is {WET[n % 5]} in cellar {n % 7} after rain.", "water") for n in range(40)]
CORPUS += [(f"d{n}", f"The doors of hall {n % 7} stick badly.", "") for n in range(40)]
NEW = ("new", "A flood filled the lower cellar after rain.", "water")


def write(folder: Path, rows: list[tuple[str, str, str]], coded: list[tuple[str, str, str]], text: bool) -> None:
    (folder / "book.yml").write_text(BOOK, encoding="utf-8")
    (folder / "config.yml").write_text("codebook: book.yml\nsegment: {kind: concern}\n", encoding="utf-8")
    pd.DataFrame(rows, columns=["id", "text", "themes"])[["id", "text"]].to_csv(folder / "rows.csv", index=False)
    gold = pd.DataFrame(coded, columns=["item", "text", "themes"])
    gold[["item", "text", "themes"] if text else ["item", "themes"]].to_csv(folder / "gold.csv", index=False)


def coded_run(folder: Path, out: str = "out") -> dict[str, str]:
    """Run with gold and return the themes of every row."""
    options = RunOptions(
        folder / "rows.csv", folder / out, folder / "config.yml", None, folder / "gold.csv", "serial", until="cluster"
    )
    run(options)
    findings = load_run(folder / out).findings
    return dict(zip(findings["item"], findings["themes"], strict=True))


@pytest.mark.parametrize("text", [True, False])
def test_coded_statements_teach_the_run(tmp_path: Path, text: bool) -> None:
    write(tmp_path, [*CORPUS, NEW], CORPUS, text)
    themes = coded_run(tmp_path)
    assert themes["new"] == "water"
    assert themes["d3"] == ""
    assert set(load_run(tmp_path / "out").assignments["method"]) == {"gold"}
    assert "80 coded statements" in load_run(tmp_path / "out").about["model"]


def test_other_documents_never_change_an_assignment(tmp_path: Path) -> None:
    write(tmp_path, [*CORPUS, NEW], CORPUS, text=False)
    before = coded_run(tmp_path)
    write(tmp_path, [*CORPUS, NEW, ("more", "Moisture rises in the walls of the cellar.", "")], CORPUS, text=False)
    after = coded_run(tmp_path)
    assert {item: after[item] for item in before} == before
    assert after == coded_run(tmp_path, "fresh")


def test_other_gold_codes_anew(tmp_path: Path) -> None:
    write(tmp_path, [*CORPUS, NEW], CORPUS, text=True)
    assert coded_run(tmp_path)["new"] == "water"
    write(tmp_path, [*CORPUS, NEW], [(i, t, "") for i, t, _ in CORPUS], text=True)
    assert coded_run(tmp_path)["new"] == ""

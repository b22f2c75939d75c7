"""methods.md and validation.md say what was done, and admit what was not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline.config import load_yaml
from pipeline.tables import TABLES
from pipeline.validate.gold import Fault
from pipeline.validate.methods import About, citation, methods, validation

NAMES = ("coverage", "rejects", "themes", "theme_year", "theme_year_corrected", "trends", "template_breaks")


def about(gold: str = "") -> About:
    faults = (Fault(3, "unknown_theme", "'windows' is no theme"),) if gold else ()
    book = {"name": "buildings", "version": "2", "sha256": "abc"}
    return About("0.1.0", book, "lexicon abc", 7, "published", {"numpy": "2.0"}, (), gold, 12 if gold else 0, faults)


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    found = {name: TABLES[name].schema.empty_table().to_pandas() for name in (*NAMES, "performance", "calibration")}
    found["documents"] = pd.DataFrame(
        {"source_type": ["report"], "words": [90], "year": ["2010"], "duplicate_of": [""], "date_method": ["label"]}
    )
    found["coverage"] = pd.DataFrame([("2010", 1, 90, 9, 5, 4, 1, 0)], columns=TABLES["coverage"].names)
    found["theme_year"] = pd.DataFrame({"status": ["uncorrected;few_documents", "uncorrected"]})
    return found


def test_methods_say_what_was_counted_with_what_and_its_limits(tables: dict[str, pd.DataFrame]) -> None:
    text = methods(about(), tables)
    for words in ("1 documents (1 report)", "90 words", "5 are findings", "buildings, version 2", "seed 7", "numpy"):
        assert words in text
    assert "No share is corrected" in text
    assert "not validated" in text


def test_a_run_without_gold_says_that_it_was_not_validated_and_how_to(tables: dict[str, pd.DataFrame]) -> None:
    text = validation(about(), tables)
    assert "not compared with people" in text
    assert "findings review sample" in text


def test_a_run_without_gold_says_what_is_known_of_the_model_elsewhere(tables: dict[str, pd.DataFrame]) -> None:
    held_out = {"other_genres": {"rows": 1500, "kind": 0.704, "micro": 0.63, "macro": 0.646}}
    text = validation(replace(about(), held_out=held_out), tables)
    assert "no such table for this run" in text
    assert "| other genres | 1,500 | 0.704 | 0.630 | 0.646 |" in text
    assert "kept apart" not in validation(about(), tables)


def test_a_run_with_gold_tells_its_faults_and_what_it_could_not_do(tables: dict[str, pd.DataFrame]) -> None:
    text = validation(about("gold.csv"), tables)
    assert "12 statements" in text
    assert "| unknown_theme | 1 |" in text
    assert "No share could be corrected" in text


def test_the_citation_file_is_yaml_with_a_version(tmp_path: Path) -> None:
    path = tmp_path / "CITATION.cff"
    path.write_text(citation(about()), encoding="utf-8")
    assert load_yaml(path).value["version"] == "0.1.0"

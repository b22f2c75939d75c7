"""The coding kit: a sample with known probabilities, files for coders, and their answers read back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from pipeline.codebook import Codebook, Theme
from pipeline.exchange.review import read_kit, write_kit
from pipeline.validate.sampling import Design, draw_sample, inclusion_probabilities

BOOK = Codebook((Theme("doors", "Doors and locks", "Doors that do not shut."), Theme("roofs", "Roofs")))


def statements(size: int = 2000) -> pd.DataFrame:
    draw = np.random.default_rng(1)
    kinds = draw.choice(["context", "concern"], size, p=[0.6, 0.4])
    themes = np.where(
        kinds == "context", "", draw.choice(["", "roofs", "doors", "doors;roofs"], size, p=[0.4, 0.5, 0.05, 0.05])
    )
    return pd.DataFrame(
        {
            "statement_id": [f"s{n:05d}" for n in range(size)],
            "source_path": "a.txt",
            "item": "",
            "start": range(size),
            "end": range(1, size + 1),
            "year": draw.choice(["2010", "2011", "undated"], size, p=[0.7, 0.25, 0.05]),
            "source_type": draw.choice(["report", "news"], size, p=[0.9, 0.1]),
            "kind": kinds,
            "themes": themes,
            "section": "",
            "stem": "",
            "before": "",
            "after": "",
            "text": [f"Statement number {n} about a door." for n in range(size)],
        }
    )


def test_the_sample_has_its_size_and_reaches_every_stratum() -> None:
    drawn = draw_sample(statements(), Design(300, 5))
    assert len(drawn) == 300
    assert set(drawn["stratum"]) == {"context", "no theme", "roofs", "doors"}
    assert set(drawn["year"]) == {"2010", "2011", "undated"}
    assert drawn["inclusion_probability"].between(0, 1, inclusive="right").all()


def test_the_same_seed_draws_the_same_whatever_the_order_of_rows() -> None:
    rows = statements()
    first, second = draw_sample(rows, Design(100, 5)), draw_sample(rows[::-1], Design(100, 5))
    pd.testing.assert_frame_equal(first, second)
    assert set(first["statement_id"]) != set(draw_sample(rows, Design(100, 6))["statement_id"])


def test_weights_of_the_sample_add_up_to_the_corpus() -> None:
    rows = statements()
    totals = [(1 / draw_sample(rows, Design(300, seed))["inclusion_probability"]).sum() for seed in range(40)]
    assert np.mean(totals) == pytest.approx(len(rows), rel=0.03)


def test_probabilities_add_up_to_the_size_and_none_exceeds_one() -> None:
    found = inclusion_probabilities(np.array([100.0, 1, 1, 1, 1]), 3)
    assert found.sum() == pytest.approx(3)
    assert found[0] == 1
    assert inclusion_probabilities(np.ones(3), 9).tolist() == [1, 1, 1]


def test_the_overlap_goes_to_every_coder_and_the_rest_in_turn() -> None:
    drawn = draw_sample(statements(), Design(100, 5, ("ann", "ben"), 20))
    assert (drawn["coders"] == "ann;ben").sum() == 20
    assert (drawn["coders"] == "ann").sum() == (drawn["coders"] == "ben").sum() == 40


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    write_kit(draw_sample(statements(), Design(12, 5, ("ann", "ben"), 4)), BOOK, tmp_path / "kit", {})
    return tmp_path / "kit"


def filled(path: Path, answers: dict[int, dict[str, str]]) -> Path:
    """Fill rows of a coder's workbook: row -> column -> value; every other row is coded as context."""
    book = openpyxl.load_workbook(path)
    sheet = book["Statements"]
    places = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        for name, value in answers.get(row, {"kind": "context"}).items():
            sheet.cell(row, places[name], value)
    book.save(path)
    return path


def test_coders_see_the_statement_and_not_what_the_pipeline_says(kit: Path) -> None:
    sheet = openpyxl.load_workbook(kit / "coder_ann.xlsx")["Statements"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:6] == ["section", "before", "stem", "text", "after", "kind"]
    assert {"stratum", "themes", "inclusion_probability"}.isdisjoint(heads)
    assert [rule.formula1 for rule in sheet.data_validations.dataValidation][1] == "Codebook!$A$2:$A$3"
    assert sheet.max_row == 1 + 8
    assert {cell.value or None for row in sheet.iter_rows(min_row=2, min_col=6, max_col=11) for cell in row} == {None}


def test_workbooks_come_back_as_gold_with_probabilities(kit: Path) -> None:
    ann = filled(kit / "coder_ann.xlsx", {2: {"kind": "concern", "theme_1": "Roofs", "theme_2": "Doors and locks"}})
    returned = read_kit([ann, filled(kit / "coder_ben.xlsx", {})], kit)
    assert returned.troubles == ()
    assert returned.coded == {"ann": (8, 8), "ben": (8, 8)}
    assert [row.themes for row in returned.rows if row.kind == "concern"] == ["roofs;doors"]
    assert all(0 < (row.inclusion_probability or 0) <= 1 for row in returned.rows)


def test_what_is_wrong_or_missing_is_said(kit: Path) -> None:
    wrong = {
        2: {"kind": "worry"},
        3: {"kind": "concern", "theme_1": "Windows"},
        4: {"kind": "context", "theme_1": "Roofs"},
        5: {"kind": "concern", "text": "Another text."},
        6: {"note": "not sure"},
    }
    returned = read_kit([filled(kit / "coder_ann.xlsx", wrong)], kit)
    said = [trouble.reason for trouble in returned.troubles]
    assert said[:4] == ["unknown_kind", "unknown_theme", "contradiction", "edited_statement"]
    assert said.count("not_coded") == 5 + 8
    assert returned.coded == {"ann": (3, 8), "ben": (0, 8)}


def test_label_studio_exports_come_back_as_gold(kit: Path) -> None:
    tasks = json.loads((kit / "coder_ben.label-studio.json").read_text(encoding="utf-8"))
    for task in tasks:
        chosen = {"kind": ["concern"], "themes": ["Roofs"]}
        result = [
            {"from_name": n, "to_name": "text", "type": "choices", "value": {"choices": c}} for n, c in chosen.items()
        ]
        task["annotations"] = [{"completed_by": 1, "result": result}]
    path = kit / "export.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    returned = read_kit([path], kit)
    assert returned.coded == {"ann": (0, 8), "ben": (8, 8)}
    assert {(row.kind, row.themes, row.coder) for row in returned.rows} == {("concern", "roofs", "ben")}

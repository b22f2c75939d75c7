"""Coded statements: read, checked row by row, and set beside the statements of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.codebook import Codebook, Theme
from pipeline.errors import UsageError
from pipeline.tables import TABLES, from_rows
from pipeline.validate import Aligned, Gold, align, read_gold

BOOK = Codebook((Theme("doors", "Doors and locks"), Theme("roofs", "Roofs")))
TEXTS = {
    "a.txt": ["The north door does not lock.", "The roof leaks over the hall.", "The hall was built in 1911."],
    "b.txt": ["The door does lock.", "Staff keep the roof in good order."],
}


def statements() -> pa.Table:
    rows = []
    for path, texts in TEXTS.items():
        at = 0
        for number, text in enumerate(texts, 1):
            row = dict.fromkeys(TABLES["statements"].names, "")
            row |= {"statement_id": f"{path[0]}-{number}", "doc_id": path[0], "source_path": path, "text": text}
            row |= {"statement_no": number, "block_no": 0, "page": None, "start": at, "end": at + len(text)}
            row |= {"kind": "concern", "kind_probability": 0.9, "themes": "doors" if "door" in text else ""}
            rows.append(row)
            at += len(text) + 1
    return from_rows(TABLES["statements"], rows)


def written(folder: Path, text: str) -> Gold:
    path = folder / "gold.csv"
    path.write_text(text, encoding="utf-8")
    return read_gold(path, BOOK)


def aligned(folder: Path, text: str) -> Aligned:
    return align(written(folder, text), [statements()])


def said(found: Aligned | Gold) -> list[tuple[int, str]]:
    return [(fault.row, fault.reason) for fault in found.faults]


def test_ids_and_labels_are_read_and_blank_themes_mean_none(tmp_path: Path) -> None:
    gold = written(tmp_path, "statement_id,kind,themes\na-1,Concern,roofs;doors and locks\na-2,,none\na-3,context,\n")
    assert [row.themes for row in gold.rows] == [("doors", "roofs"), (), ()]
    assert [row.kind for row in gold.rows] == ["concern", "", "context"]
    assert gold.faults == ()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a-1,concern,windows,,", "unknown_theme"),
        ("a-1,worry,roofs,,", "unknown_kind"),
        ("a-1,context,roofs,,", "contradiction"),
        (",concern,roofs,,", "no_key"),
        ("a-1,concern,roofs,,0", "bad_probability"),
        ("a-1,concern,roofs,,1.2", "bad_probability"),
        ("a-1,concern,roofs,,often", "bad_probability"),
        ("z-9,concern,roofs,,", "no_statement"),
    ],
)
def test_every_fault_is_said_with_its_row(tmp_path: Path, row: str, reason: str) -> None:
    head = "statement_id,kind,themes,coder,inclusion_probability\n"
    found = aligned(tmp_path, f"{head}a-2,concern,roofs,,0.5\n{row}\n")
    assert said(found) == [(3, reason)]
    kept = [one.statement_id for one in found.statements]
    assert kept == (["a-1", "a-2"] if reason == "bad_probability" else ["a-2"])


def test_a_row_without_usable_probability_still_serves_for_checking(tmp_path: Path) -> None:
    gold = written(tmp_path, "statement_id,themes,inclusion_probability\na-1,doors,7\n")
    assert gold.rows[0].inclusion_probability is None


def test_statements_are_found_by_file_and_text_whatever_the_punctuation(tmp_path: Path) -> None:
    found = aligned(tmp_path, 'source_path,text,themes\nsome/where/b.txt,"“The door does lock”",doors\n')
    assert [one.statement_id for one in found.statements] == ["b-1"]
    assert found.faults == ()


def test_statements_are_found_by_offsets(tmp_path: Path) -> None:
    found = aligned(tmp_path, "source_path,start,end,themes\na.txt,31,59,roofs\n")
    assert [one.statement_id for one in found.statements] == ["a-2"]


def test_an_edited_statement_is_a_fault_that_quotes_both(tmp_path: Path) -> None:
    found = aligned(tmp_path, "statement_id,text,themes\na-2,The roof leaks over the kitchen.,roofs\n")
    assert said(found) == [(2, "edited_statement")]
    assert "kitchen" in found.faults[0].message
    assert "hall" in found.faults[0].message
    assert found.statements == ()


def test_an_id_of_an_older_run_gives_way_to_file_and_text(tmp_path: Path) -> None:
    row = "a-1,a.txt,The roof leaks over the hall.,roofs"
    found = aligned(tmp_path, f"statement_id,source_path,text,themes\n{row}\n")
    assert [one.statement_id for one in found.statements] == ["a-2"]


def test_coders_who_disagree_are_named_and_their_mean_counts(tmp_path: Path) -> None:
    found = aligned(tmp_path, "statement_id,kind,themes,coder\na-1,concern,doors,ann\na-1,concern,doors;roofs,ben\n")
    assert said(found) == [(3, "coders_disagree")]
    assert "ann" in found.faults[0].message
    assert "row 2" in found.faults[0].message
    assert (found.statements[0].has("doors"), found.statements[0].has("roofs")) == (1.0, 0.5)


def test_a_settled_code_decides(tmp_path: Path) -> None:
    rows = "a-1,concern,doors,ann\na-1,concern,roofs,ben\na-1,concern,roofs,settled\n"
    found = aligned(tmp_path, f"statement_id,kind,themes,coder\n{rows}")
    assert found.faults == ()
    assert (found.statements[0].has("doors"), found.statements[0].has("roofs")) == (0.0, 1.0)


def test_one_coder_who_codes_twice_is_told(tmp_path: Path) -> None:
    found = aligned(tmp_path, "statement_id,themes\na-1,doors\na-1,doors\na-1,roofs\n")
    assert said(found) == [(3, "repeated_row"), (4, "repeated_row")]


def test_json_lines_with_lists_are_read(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    lines = [{"statement_id": "a-1", "themes": ["doors", "roofs"]}, {"statement_id": "a-2", "themes": []}]
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n{broken\n", encoding="utf-8")
    gold = read_gold(path, BOOK)
    assert [row.themes for row in gold.rows] == [("doors", "roofs"), ()]
    assert said(gold) == [(3, "bad_row")]


@pytest.mark.parametrize("text", ["", "one,two\n1,2\n", "statement_id,coder\na-1,ann\n"])
def test_a_file_without_codes_is_an_error_that_names_the_columns_needed(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="statement_id, item or text"):
        written(tmp_path, text)

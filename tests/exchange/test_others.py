"""Taguette, Label Studio and our own CSV: what goes out is read by the other program, what comes in becomes gold."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree
from openpyxl import Workbook

sys.path.insert(0, str(Path(__file__).resolve().parent))
from small_run import FIRST, SECOND, small_run

from pipeline.errors import UsageError
from pipeline.exchange import (
    coded_statements,
    gold_of,
    read_codings,
    to_gold,
    write_gold,
    write_label_studio,
    write_left,
    write_taguette,
)
from pipeline.exchange.passages import Imported

HIGHLIGHTS = [
    ["id", "document", "tag", "content"],
    ["1", "harbour", "Visits", FIRST[1].replace("'", "’")],
    ["1", "harbour", "concern", FIRST[1].replace("'", "’")],
    ["2", "news.docx", "recording", f"{SECOND[0]} {SECOND[1]}"],
    ["3", "news.docx", "", SECOND[0]],
    ["4", "news.docx", "Weather", SECOND[0]],
    ["5", "elsewhere.pdf", "Visits", "are kept in three places"],
]


def gold(path: Path) -> list[tuple[str, str, str, str]]:
    codings = read_codings(path)
    assert codings
    return said(to_gold(codings, small_run()))


def said(imported: Imported) -> list[tuple[str, str, str, str]]:
    return [(row.statement_id, row.coder, row.kind, row.themes) for row in imported.rows]


def as_csv(path: Path, rows: Sequence[Sequence[str]], separator: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=separator).writerows(rows)
    return path


def as_xlsx(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_highlights_become_gold(tmp_path: Path, ending: str) -> None:
    path = (as_csv if ending == "csv" else as_xlsx)(tmp_path / f"all_tags.{ending}", HIGHLIGHTS)
    assert gold(path) == [
        ("2-1", "", "", "recording"),
        ("2-2", "", "", "recording"),
        ("1-2", "", "concern", "visits"),
        ("1-3", "", "", "visits"),  # found by its words in a document of another name
    ]


def test_what_highlights_leave_over_is_said(tmp_path: Path) -> None:
    codings = read_codings(as_csv(tmp_path / "all_tags.csv", HIGHLIGHTS))
    assert codings
    left = to_gold(codings, small_run()).left
    assert [(one.reason, one.code, one.where) for one in left] == [
        ("has no code", "", "row 5"),
        ("no such code in the codebook", "Weather", "row 6"),
    ]
    write_left(left, tmp_path / "left.csv")
    assert "Weather" in (tmp_path / "left.csv").read_text(encoding="utf-8")


def test_lists_of_coded_segments_of_other_programs(tmp_path: Path) -> None:
    rows = [
        ["Project: ours"],
        ["Document name", "Code", "Segment", "Author"],
        ["harbour", "Recording & files > Visits", FIRST[2], "Dee"],
    ]
    assert gold(as_csv(tmp_path / "segments.csv", rows, ";")) == [("1-3", "Dee", "", "visits")]


def test_our_own_csv_goes_round(tmp_path: Path) -> None:
    rows = [["item", "source_path", "text", "kind", "themes", "coder"]]
    rows += [["", "reports/harbour.pdf", FIRST[1], "concern", "Recording & files; visits", "Ada"]]
    rows += [["", "reports/harbour.pdf", "Not there", "concern", "", "Ada"]]
    path = as_csv(tmp_path / "ours.csv", rows)
    assert read_codings(path) is None
    imported = gold_of(coded_statements(path, small_run()), small_run())
    assert said(imported) == [("1-2", "Ada", "concern", "recording;visits")]
    assert imported.left[0].where == "row 3"
    write_gold(imported.rows, tmp_path / "gold.csv")
    again = gold_of(coded_statements(tmp_path / "gold.csv", small_run()), small_run())
    assert again.rows == imported.rows


def taguette_python() -> str:
    """Return a Python that can import Taguette: this one, or one that FINDINGS_TAGUETTE_PYTHON names."""
    named = os.environ.get("FINDINGS_TAGUETTE_PYTHON", "")
    if not named and find_spec("taguette") is None:
        pytest.skip("needs Taguette: pip install taguette, or FINDINGS_TAGUETTE_PYTHON naming a Python that has it")
    return named or sys.executable


def test_taguettes_own_importer_reads_the_codebook(tmp_path: Path) -> None:
    python = taguette_python()
    write_taguette(small_run(), tmp_path / "codebook.csv")
    script = (
        "import json, sys; from taguette.import_codebook import list_tags; from taguette.validate import tag_path;"
        "tags = list_tags(open(sys.argv[1], 'rb')); [tag_path(tag['path']) for tag in tags]; print(json.dumps(tags))"
    )
    done = subprocess.run(
        [python, "-c", script, tmp_path / "codebook.csv"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    tags = {tag["path"]: tag["description"] for tag in json.loads(done.stdout)}
    assert tags["Recording & files"] == "What is written down\nInclude: files"
    assert set(tags) == {
        "concern",
        "strength",
        "recommendation",
        "context",
        "Recording & files",
        "Visits",
        "No theme",
    }


def test_the_codebook_for_taguette_has_one_tag_column_and_a_description(tmp_path: Path) -> None:
    assert write_taguette(small_run(), tmp_path / "codebook.csv") == {"codes": 7}
    rows = list(csv.DictReader(io.StringIO((tmp_path / "codebook.csv").read_text(encoding="utf-8"))))
    assert list(rows[0]) == ["tag", "description"]


def test_label_studio_tasks_hold_predictions_and_a_labelling_configuration(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    assert write_label_studio(small_run(), path) == {"tasks": 5}
    task = json.loads(path.read_text(encoding="utf-8"))[2]
    assert task["data"]["text"] == FIRST[2]
    (prediction,) = task["predictions"]
    assert prediction["model_version"] == "Findings 1.2"
    assert [(r["from_name"], r["value"]["choices"]) for r in prediction["result"]] == [
        ("kind", ["concern"]),
        ("themes", ["Recording & files"]),
    ]
    view = etree.parse(path.with_suffix(".xml")).getroot()
    named = {(e.tag, e.get("name")) for e in view if e.get("name")}
    assert named == {("Text", "text"), ("Choices", "kind"), ("Choices", "themes")}
    assert view.xpath("//Choices[@name='themes']/Choice/@value") == ["Recording & files", "Visits"]


def test_label_studio_annotations_become_gold(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    write_label_studio(small_run(), path)
    tasks = json.loads(path.read_text(encoding="utf-8"))
    choice = {"from_name": "themes", "to_name": "text", "type": "choices", "value": {"choices": ["Visits"]}}
    kind = {"from_name": "kind", "to_name": "text", "type": "choices", "value": {"choices": ["concern"]}}
    tasks[1]["annotations"] = [
        {"completed_by": {"email": "ada@example.org"}, "result": [kind, choice]},
        {"completed_by": 7, "result": []},
        {"completed_by": 8, "was_cancelled": True, "result": [choice]},
    ]
    # A labelled part of a whole document; this program counts an emoji as two.
    label = {"start": 26, "end": 55, "text": FIRST[1], "labels": ["Visits"]}
    whole = {
        "data": {"text": "\n\n".join(FIRST), "document": "harbour"},
        "annotations": [{"result": [{"value": label}]}],
    }
    path.write_text(json.dumps([*tasks, whole]), encoding="utf-8")
    assert gold(path) == [
        ("1-2", "", "", "visits"),
        ("1-2", "7", "", ""),
        ("1-2", "ada@example.org", "concern", "visits"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "[1, 2]", "holds no tasks with annotations"),
        ("a.json", "[" * 100_000, "is not JSON"),
        ("a.json", '[{"data": 3, "predictions": []}]', "holds no tasks with annotations"),
        ("a.csv", "one,two\n1,2\n", "has no columns of coded statements"),
    ],
)
def test_files_that_hold_no_codings_are_refused_in_words(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        coded_statements(tmp_path / name, small_run()) if read_codings(tmp_path / name) is None else None


def test_odd_annotations_do_no_harm(tmp_path: Path) -> None:
    odd = [
        {
            "data": None,
            "annotations": [{"result": [{"value": 3}, 4, {"value": {"choices": ["Visits"], "start": "x"}}]}],
        },
        {"data": {"text": 5}, "annotations": "none"},
        {"annotations": [{"result": [{"value": {"labels": ["Visits"], "start": -9, "end": 1e9, "text": ""}}]}]},
    ]
    (tmp_path / "odd.json").write_text(json.dumps(odd), encoding="utf-8")
    codings = read_codings(tmp_path / "odd.json")
    assert codings
    assert to_gold(codings, small_run()).rows == ()

"""Tables are corpora: columns, encodings, separators and units are found, and every row is accounted for."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest

from pipeline.dating import DateClue
from pipeline.readers.dispatch import ReadOptions, read
from pipeline.readers.guard import RefusedError
from pipeline.readers.parsed import Parsed, Reject
from pipeline.readers.sheet import TableSettings, iter_rows, read_table
from pipeline.readers.sheet.columns import find_columns

ROWS = [
    ["id", "year", "text", "heading", "context"],
    ["n1", "2011", "Visits to children in Marrow Bay were late.", "Help", "All visits were checked."],
    ["n2", "2012", "Foster carers felt “well supported”; they said so.", "Care", ""],
    ["n3", "2012", "", "Care", ""],
]


def lines(separator: str, rows: list[list[str]] = ROWS) -> str:
    return (
        "\r\n".join(separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in rows) + "\r\n"
    )


def xlsx(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", lines(",").encode()),
        ("a.csv", lines(";").encode("utf-8-sig")),
        ("a.tsv", lines("\t").encode("cp1252")),
        ("a.csv", lines("|").encode("utf-16")),
        ("odd.dat", lines(",").encode()),
        ("a.jsonl", "\n".join(json.dumps(dict(zip(ROWS[0], row, strict=True))) for row in ROWS[1:]).encode()),
        ("a.json", json.dumps([dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]).encode()),
        ("a.xlsx", xlsx([list(row) for row in ROWS])),
        ("named.csv", xlsx([["A title above the table"], [], *[list(row) for row in ROWS]])),
    ],
)
def test_rows_become_statements_in_every_format(name: str, data: bytes) -> None:
    result = read(data, name)
    first, second = result.documents
    assert (first.item, first.section, first.context, first.unit) == (
        "n1",
        "Help",
        "All visits were checked.",
        "statement",
    )
    assert first.date_clues == (DateClue("structured", "year", "2011"),)
    assert second.blocks[0].text == "Foster carers felt “well supported”; they said so."
    assert [(reject.reason, reject.item) for reject in result.rejects] == [("bad_table", "n3")]
    assert result.announced == 3


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["id", "text"], {"text": 1, "id": 0}),
        (["recommendation_id", "state", "Text"], {"text": 2, "id": 0}),
        (["Full Text", "Publication Date", "Headline", "Source"], {"text": 0, "date": 1, "title": 2, "publisher": 3}),
        (["ITEM", "Statement", "source type", "doc_id"], {"id": 0, "text": 1, "source_type": 2, "document": 3}),
        (["body", "text"], {"text": 1}),
    ],
)
def test_columns_are_found_by_usual_names(header: list[str], expected: dict[str, int]) -> None:
    columns = find_columns(header, TableSettings())
    assert columns is not None
    assert {name: place for name in expected if (place := getattr(columns, name)) is not None} == expected


def test_named_columns_win_and_a_missing_one_is_an_error() -> None:
    columns = find_columns(["text", "note", "when"], TableSettings(text="note", date="when"))
    assert columns is not None
    assert (columns.text, columns.date) == (1, 2)
    with pytest.raises(RefusedError, match="no column 'jahr' for year; its columns are text, when"):
        find_columns(["text", "when"], TableSettings(year="jahr"))


def test_a_table_without_text_column_says_what_it_has() -> None:
    (reject,) = read_table(b"name,grade\nMarrow Bay,good\n", "a.csv").rejects
    assert reject.reason == "bad_table"
    assert "name, grade" in reject.message


def test_long_rows_are_documents_cut_into_blocks() -> None:
    text = "The inspection took place in May. It covered three teams.\n\n• a plan\n• a review"
    data = json.dumps({"text": text, "date": "2013-05-02", "source_type": "report"}).encode()
    (document,) = read_table(data, "a.jsonl").documents
    assert (document.unit, document.source_type, document.item) == ("document", "report", "row 1")
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("paragraph", "The inspection took place in May. It covered three teams."),
        ("list_item", "a plan"),
        ("list_item", "a review"),
    ]
    assert read_table(data, "a.jsonl", TableSettings(unit="statement")).documents[0].unit == "statement"


def test_equal_ids_are_told_apart_and_broken_rows_rejected() -> None:
    result = read_table(b"id,text\nx,One finding.\nx,Another finding.\ny,Unquoted, with a comma\n", "a.csv")
    assert [document.item for document in result.documents] == ["x", "x (row 3)"]
    assert result.rejects[0].item == "y"
    assert "quotation marks" in result.rejects[0].message


def test_lines_that_are_no_json_cost_themselves_alone() -> None:
    data = b'{"id": "a", "text": "One finding."}\n{"id": \n5\n{"id": "b", "text": "Another finding."}\n'
    result = read_table(data, "a.jsonl")
    assert [document.item for document in result.documents] == ["a", "b"]
    assert [reject.item for reject in result.rejects] == ["row 2", "row 3"]
    assert result.announced == 4


def test_a_quotation_mark_never_closed_does_not_swallow_the_table() -> None:
    data = b'id,text\n1,"open\n' + b"2,fine\n" * 3000
    rejects = [row for row in iter_rows(data, "a.csv") if isinstance(row, Reject)]
    assert "line 2 is not closed" in rejects[-1].message


def test_rows_come_one_at_a_time() -> None:
    data = b"text\n" + b"A short finding.\n" * 5000
    rows = iter_rows(data, "a.csv")
    assert isinstance(next(rows), Parsed)
    assert sum(1 for _ in rows) == 4999


def test_dates_and_numbers_of_a_workbook_read_as_written() -> None:
    import datetime as dt

    data = xlsx([["text", "date", "year"], ["Staff were trained.", dt.datetime(2014, 3, 1), 2014.0]])
    (document,) = read(data, "a.xlsx", ReadOptions()).documents
    assert [clue.value for clue in document.date_clues] == ["2014-03-01", "2014"]


def test_the_coded_recommendations_are_all_read(material: object) -> None:
    from pathlib import Path

    path = Path(str(material)) / "upr" / "recommendations_sessions_1_5.csv"
    result = read(path.read_bytes(), path.name)
    assert (len(result.documents), len(result.rejects), result.announced) == (6094, 0, 6094)
    assert {document.unit for document in result.documents} == {"statement"}
    assert all(document.item and document.date_clues for document in result.documents)

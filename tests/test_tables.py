"""Tables: the specification drives formats and checks, and the same rows give the same bytes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import OutputError, TableError
from pipeline.tables import TABLES, Column, Table, check, columns_csv, datapackage, from_rows, sort, write_table
from pipeline.tables.write import ROWS_PER_GROUP, atomic, safe_cell

FRUIT = Table(
    "fruit",
    "One row a fruit",
    (
        Column("name", "string", "Name"),
        Column("colour", "string", "Colour", categories=("red", "green", "")),
        Column("count", "integer", "How many", minimum=0),
        Column("share", "number", "Share", nullable=True, minimum=0, maximum=1, digits=3),
    ),
    ("name",),
)


def row(name: str, colour: str = "red", count: int = 1, share: float | None = 0.5) -> dict[str, object]:
    return {"name": name, "colour": colour, "count": count, "share": share}


def write(folder: Path, batches: list[pa.Table]) -> tuple[bytes, bytes]:
    write_table(FRUIT, batches, parquet=folder / "a.parquet", csv_file=folder / "a.csv")
    return (folder / "a.parquet").read_bytes(), (folder / "a.csv").read_bytes()


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([row("a", colour="blue")], "not among"),
        ([row("a", count=-1)], "leaves"),
        ([row("a", share=1.5)], "leaves"),
        ([row("b"), row("a")], "out of order"),
        ([row("a"), row("a")], "repeated"),
    ],
)
def test_check_refuses_what_breaks_the_specification(rows: list[dict[str, object]], complaint: str) -> None:
    with pytest.raises(TableError, match=complaint):
        check(FRUIT, from_rows(FRUIT, rows))


def test_a_missing_value_is_refused_where_none_is_allowed() -> None:
    table = from_rows(FRUIT, [row("a")]).set_column(2, "count", pa.array([None], pa.int64()))
    with pytest.raises(TableError, match="missing"):
        check(FRUIT, table)


def test_bytes_do_not_depend_on_how_the_rows_were_cut(tmp_path: Path) -> None:
    table = sort(FRUIT, from_rows(FRUIT, [row(f"f{n:06d}", count=n) for n in range(ROWS_PER_GROUP + 10)]))
    whole = write(tmp_path, [table])
    pieces = write(tmp_path, [table.slice(at, 1000) for at in range(0, table.num_rows, 1000)])
    assert whole == pieces


def test_order_is_checked_across_batches(tmp_path: Path) -> None:
    many = from_rows(FRUIT, [row(f"f{n:06d}") for n in range(ROWS_PER_GROUP)])
    with pytest.raises(TableError, match="out of order"):
        write(tmp_path, [many, from_rows(FRUIT, [row("a")])])
    assert list(tmp_path.iterdir()) == []


def test_csv_keeps_to_rfc_4180_and_fixed_digits(tmp_path: Path) -> None:
    rows = [row('a "quoted", name\nof two lines', share=None), row("b", share=1 / 3)]
    _, text = write(tmp_path, [from_rows(FRUIT, rows)])
    assert text == b'name,colour,count,share\r\n"a ""quoted"", name\nof two lines",red,1,\r\nb,red,1,0.333\r\n'
    read = pq.read_table(tmp_path / "a.parquet")
    assert read.column("name")[0].as_py() == 'a "quoted", name\nof two lines'
    assert read.column("share").to_pylist() == [None, 0.333]


@pytest.mark.parametrize("text", ["=1+1", "+44", "-2", "@cmd", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert safe_cell(text) == "'" + text
    assert safe_cell("plain") == "plain"


def test_a_file_that_cannot_be_finished_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("old")

    def fail() -> None:
        with atomic(tmp_path / "kept") as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (tmp_path / "kept").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"), atomic(tmp_path / "file" / "a.csv"):
        pass


def test_every_column_is_described_once() -> None:
    rows = list(csv.DictReader(columns_csv(TABLES).splitlines()))
    assert {(r["table"], r["column"]) for r in rows} == {(t.name, c.name) for t in TABLES.values() for c in t.columns}
    assert all(len(r["description"]) > 5 for r in rows)
    package = json.loads(json.dumps(datapackage(TABLES)))
    assert {r["path"] for r in package["resources"]} == {f"{name}.csv" for name in TABLES}


def test_a_quantity_has_one_meaning_everywhere() -> None:
    """A column that two tables share has the same type in both."""
    types: dict[str, set[str]] = {}
    for table in TABLES.values():
        for column in table.columns:
            types.setdefault(column.name, set()).add(column.type)
    assert {name: kinds for name, kinds in types.items() if len(kinds) > 1} == {}

"""The workbook: typed cells, filters and frozen heads, no formula whatever the documents say."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "report"))
from made_up import document, run_tables, statement, tables_of

from pipeline.errors import OutputError
from pipeline.exchange.workbook import write_workbook
from pipeline.tables import TABLES


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    path = tmp_path_factory.mktemp("workbook") / "findings.xlsx"
    write_workbook(run_tables(documents=8, per_document=6), path, {"version": "0.1.0"})
    return load_workbook(path)


def test_sheets_in_order(book: Workbook) -> None:
    assert book.sheetnames[:4] == ["Cover", "Contents", "Notes", "shares"]
    assert {"theme_year_source", "coverage", "findings", "codebook", "rejects"} < set(book.sheetnames)
    assert book.sheetnames[-1] == "Dictionary"


@pytest.mark.parametrize("name", ["theme_year", "theme_year_source", "coverage", "documents", "rejects"])
def test_one_marked_table_a_sheet(book: Workbook, name: str) -> None:
    sheet = book[name]
    (table,) = sheet.tables.values()
    assert table.autoFilter is not None
    assert sheet.freeze_panes == f"B{int(table.ref.split(':')[0][1:]) + 1}"
    assert not sheet.merged_cells.ranges
    assert sheet["A1"].value
    heads = [cell.value for cell in sheet[int(table.ref.split(":")[0][1:])]]
    assert heads == list(TABLES[name].names)


def test_shares_by_theme_and_year_at_a_glance(book: Workbook) -> None:
    rows = list(book["shares"].iter_rows(min_row=4, values_only=True))
    assert rows[0][0] == "theme_label"
    assert all(year.isdigit() or year == "undated" for year in rows[0][1:])
    long = {(r[2], r[0]): r for r in book["theme_year"].iter_rows(min_row=5, values_only=True)}
    place = [c.value for c in book["theme_year"][4]].index("share_of_findings")
    for row in rows[1:]:
        assert list(row[1:]) == [long[row[0], year][place] for year in rows[0][1:]]


def test_numbers_are_numbers_and_gaps_are_said(book: Workbook) -> None:
    rows = list(book["theme_year"].iter_rows(min_row=4, values_only=True))
    heads, cells = rows[0], [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert "share_of_findings" in heads
    assert all(isinstance(cell["findings"], int) for cell in cells)
    for cell in cells:
        expected = cell["findings"] / cell["findings_total"] if cell["findings_total"] else "[z]"
        assert cell["share_of_findings"] == (pytest.approx(expected, abs=1e-6) if cell["findings_total"] else "[z]")
        assert cell["corrected_share"] == "[x]"


def test_text_of_documents_is_never_a_formula(tmp_path: Path) -> None:
    hostile = [f'{start}HYPERLINK("http://example.org";"x")' for start in ("=", "+", "-", "@", "{=", "\t=")]
    doc = document(1, "2010", title=hostile[0])
    said = [statement(doc, no, "concern", ["thresholds"], text) for no, text in enumerate(hostile)]
    write_workbook(tables_of([doc], said), tmp_path / "b.xlsx")
    sheet = load_workbook(tmp_path / "b.xlsx")["findings"]
    texts = [cell for row in sheet.iter_rows() for cell in row if cell.value in hostile]
    assert len(texts) == 2 * len(hostile)
    assert {cell.data_type for cell in texts} == {"s"}
    with zipfile.ZipFile(tmp_path / "b.xlsx") as packed:
        assert not [name for name in packed.namelist() if b"<f>" in packed.read(name)]


def test_left_out_findings_are_said(tmp_path: Path) -> None:
    write_workbook(run_tables(documents=4, per_document=5), tmp_path / "b.xlsx", max_findings=7)
    sheet = load_workbook(tmp_path / "b.xlsx")["findings"]
    assert sheet["A3"].value == "This sheet holds the first 7 of 20 findings; the file findings.csv holds all."
    assert len([row for row in sheet.iter_rows(min_row=5) if row[0].value]) == 7


def test_very_long_text_is_cut_openly(tmp_path: Path) -> None:
    doc = document(1, "2010")
    write_workbook(tables_of([doc], [statement(doc, 0, "concern", ["thresholds"], "x" * 40_000)]), tmp_path / "b.xlsx")
    values = [c.value for row in load_workbook(tmp_path / "b.xlsx")["findings"].iter_rows() for c in row]
    assert any(str(value).endswith("[cut; the csv file has all of it]") for value in values)


def test_same_tables_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(run_tables(documents=4, per_document=5), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_workbook(run_tables(documents=4, per_document=5), tmp_path / "file" / "b.xlsx")

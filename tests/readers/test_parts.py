"""A long table read in parts gives what it gives when it is read whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.readers import settings
from pipeline.readers.sheet import TableSettings, parts, read_table
from pipeline.readers.sheet.parts import find_parts, read_part

TEXT = "Staff do not share information with schools, case"


def csv_rows(path: Path) -> None:
    lines = ["Returns of Fernbridge", "id,year,text"]
    for n in range(100):
        name = "again" if n % 30 == 0 else str(n // 2)
        lines += [f'{name},2004,"{TEXT}\n{n} said ""no"""', ""] if n % 7 == 0 else [f"{name},2004,{TEXT} {n}"]
    lines[40] = "7,2004,a,b"  # a row with a cell too many
    path.write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8", newline="")


def json_rows(path: Path) -> None:
    rows = [json.dumps({"id": n // 2, "text": f"{TEXT} {n} é"}) for n in range(100)]
    rows[30:32] = ["{broken", "", ""]
    path.write_text("\n".join(rows), encoding="utf-8")


@pytest.fixture(autouse=True)
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "ROWS", 11)
    monkeypatch.setattr(settings, "LEAST_BYTES", 100)


@pytest.mark.parametrize(("name", "write"), [("t.csv", csv_rows), ("t.jsonl", json_rows)])
def test_parts_give_what_the_whole_gives(tmp_path: Path, name: str, write: Callable[[Path], None]) -> None:
    path = tmp_path / name
    write(path)
    whole = read_table(path.read_bytes(), name)
    found = [read_part(path, part) for part in find_parts(path, TableSettings())]
    assert len(found) >= 9
    assert tuple(d for part in found for d in part.documents) == whole.documents
    assert tuple(r for part in found for r in part.rejects) == whole.rejects
    assert whole.rejects


def test_rows_added_at_the_end_leave_the_parts_before_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    csv_rows(path)
    before = find_parts(path, TableSettings())
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n999,2005,{TEXT} 999\n")
    after = find_parts(path, TableSettings())
    assert [part.content for part in after][: len(before) - 1] == [part.content for part in before][:-1]


@pytest.mark.parametrize("text", ["no table at all\n" * 20, 'id,text\n1,"never closed\n' + "more\n" * 3000])
def test_what_is_no_whole_table_is_left_to_the_reader(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    assert find_parts(path, TableSettings()) == []

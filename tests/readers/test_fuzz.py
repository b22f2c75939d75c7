"""A little of what `python -m benchmarks fuzz` does at length, and what it found: read or refused, never raised."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import openpyxl
import pytest

from benchmarks.fuzz import CAUGHT, fault_of, mutate, seeds
from pipeline.readers.dispatch import read
from tests.readers.pdf_pages import lines, make

INPUTS = 60


def test_damaged_files_of_every_format_are_read_or_refused(root: Path) -> None:
    draw = random.Random(7)
    start = [(data[:60_000], name) for data, name in seeds(list((root / "corpus" / "sample").rglob("*.*")))]
    assert len({Path(name).suffix for _, name in start}) >= 5
    for number in range(INPUTS):
        data, name = start[number % len(start)]
        result = read(mutate(data, [other for other, _ in start], draw), name)
        assert result.documents or result.rejects
        assert not any(map(fault_of, result.documents))


def _damaged_sheet() -> bytes:
    """Return a workbook whose sheet's mark-up breaks off after a few rows."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["id", "text"], ["1", "Staff know the children."], ["2", "Plans are late."]):
        book.active.append(row)
    whole = io.BytesIO()
    book.save(whole)
    out = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            member = source.read(name)
            archive.writestr(name, member.replace(b"</row></sheetData>", b"<&>") if "sheet1" in name else member)
    return out.getvalue()


def _displaced_member() -> bytes:
    """Return an archive whose directory says that a member begins before the file does."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<a/>")
    data = bytearray(out.getvalue())
    end = data.rindex(b"PK\x05\x06")
    data[end + 16 : end + 20] = (int.from_bytes(data[end + 16 : end + 20], "little") + 175).to_bytes(4, "little")
    return bytes(data)


def _zeros_in_title() -> bytes:
    return make(lines((72, 100, "The council keeps good records of every visit.")), title="Review of\0\0 services")


FOUND = [
    ("a workbook that breaks off", _damaged_sheet(), "a.xlsx"),
    ("an archive with a member out of place", _displaced_member(), "a.odt"),
    ("a title with zero bytes", _zeros_in_title(), "a.pdf"),
    (
        "text with control characters",
        b"Staff kn\x08ow the children well.\x7f" + b" They visit families each week.\n" * 9,
        "a.txt",
    ),
    ("a page of nothing but a comment", b"<html><!-- " + b"x" * 90 + b"</p></p>", "a.html"),
]


@pytest.mark.parametrize(("data", "name"), [case[1:] for case in FOUND], ids=[case[0] for case in FOUND])
def test_what_fuzzing_found_stays_mended(data: bytes, name: str) -> None:
    result = read(data, name)
    assert not any(map(fault_of, result.documents))
    assert not any(reject.message.startswith(CAUGHT) for reject in result.rejects)


def test_rows_before_the_damage_of_a_workbook_are_kept() -> None:
    result = read(_damaged_sheet(), "a.xlsx")
    assert [one.item for one in result.documents] == ["1"]
    assert "damaged from row 3" in result.rejects[0].message


def test_control_characters_leave_the_map_to_the_source_whole() -> None:
    source = "Staff kn\x01ow the\x07 children well. " + "Families speak of them with respect. " * 5
    (block,) = read(source.encode(), "a.txt").documents[0].blocks
    assert block.text.startswith("Staff know the children well")
    for (start, place), end in zip(block.source, [at for at, _ in block.source[1:]] + [len(block.text)], strict=True):
        assert block.text[start:end] == source[place : place + end - start]

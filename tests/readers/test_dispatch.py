"""The content decides how a file is read; hostile files become rejects and take nothing down with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile_files import GOOD_TEXT, good_files, hostile_files
from office_files import docx, para, zipped

from pipeline.readers import dispatch, word
from pipeline.readers.dispatch import read
from pipeline.readers.parsed import ReadResult
from pipeline.readers.sandbox import Isolated, Limits, Outcome


@pytest.mark.parametrize("name", ["a", "a.pdf", "a.txt", "a.html", "a.docx"])
@pytest.mark.parametrize(
    ("data", "reader"),
    [
        (docx(para(GOOD_TEXT)), "docx"),
        (b"{\\rtf1\\ansi " + GOOD_TEXT.encode() + b"\\par}", "rtf"),
        (f"<!doctype html><html><body><p>{GOOD_TEXT}</p></body></html>".encode(), "web"),
        (b"\xef\xbb\xbf<html><body><p>" + GOOD_TEXT.encode() + b"</p></body></html>", "web"),
    ],
)
def test_content_wins_over_name(name: str, data: bytes, reader: str) -> None:
    (document,) = read(data, name).documents
    assert document.reader == reader


@pytest.mark.parametrize(
    ("data", "name", "reason", "words"),
    [
        (b"", "a.pdf", "empty", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a.docx", "unsupported", "PNG"),
        (b"RIFF\0\0\0\0WAVE" + b"\0" * 99, "a.wav", "unsupported", "audio"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 99, "a.mp4", "unsupported", "video"),
        (zipped({"report.docx": "x"}), "a.zip", "unsupported", "unpack"),
        (zipped({"ppt/presentation.xml": "<p/>", "[Content_Types].xml": ""}), "a.pptx", "unsupported", "PowerPoint"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a.docx",
            "encrypted",
            "password",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "a.xls", "unsupported", ".xlsx"),
        (
            b"<html><head><title>403 Forbidden</title></head><body><h1>Forbidden</h1></body></html>",
            "a.pdf",
            "wrong_type",
            ".pdf",
        ),
        (b"TY  - NEWS\nAU  - x\n", "a.ris", "not_an_article", "attachment"),
    ],
)
def test_what_is_not_read_says_why(data: bytes, name: str, reason: str, words: str) -> None:
    result = read(data, name)
    assert not result.documents
    assert result.rejects[0].reason == reason
    assert words in result.rejects[0].message


def test_a_readers_own_fault_becomes_a_reject(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(dispatch.word, "read_text", broken)
    (reject,) = read(docx(para("x")), "a.docx").rejects
    assert (reject.reason, reject.message) == ("corrupt", "the reader failed: ZeroDivisionError: a fault")
    assert word is dispatch.word


def read_file(path: str) -> ReadResult:
    return read(Path(path).read_bytes(), Path(path).name)


def test_hostile_files_are_survived_and_the_good_among_them_read(tmp_path: Path) -> None:
    good = {name for name, _ in good_files()}
    files = sorted([*good_files(), *hostile_files()])
    assert len(files) - len(good) >= 60
    for name, data in files:
        (tmp_path / name).write_bytes(data)
    with Isolated(
        read_file, limits=Limits(memory_mb=2048, cpu_s=30, wall_s=60), preload=("pipeline.readers.dispatch",)
    ) as reader:
        for name, _ in files:
            result = reader.run(str(tmp_path / name))
            if name in good:
                assert isinstance(result, ReadResult), name
                assert GOOD_TEXT in [block.text for document in result.documents for block in document.blocks], name
            elif isinstance(result, ReadResult):
                assert result.documents or result.rejects, name
                assert not any("root:" in block.text for document in result.documents for block in document.blocks), (
                    name
                )
            else:
                assert isinstance(result, Outcome), name


def test_every_real_file_ends_as_documents_or_a_typed_reject(material: Path) -> None:
    for folder in ("office", "html_dated", "broken", "news_exports"):
        for path in sorted((material / "formats" / folder).iterdir()):
            result = read_file(str(path))
            assert result.documents or result.rejects, path.name
            assert not any("the reader failed" in reject.message for reject in result.rejects), path.name
            if folder == "broken":
                assert [reject.reason for reject in result.rejects] == ["wrong_type"], path.name

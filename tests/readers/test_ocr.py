"""Scanned pages: recognised where the extra is installed, named where it is not."""

from __future__ import annotations

import pytest
from pdf_pages import BOLD, column, lines, make, scan

from pipeline.readers import ocr
from pipeline.readers.ocr import Word
from pipeline.readers.pdf import PdfOptions, read

needs_extra = pytest.mark.skipif(not ocr.is_installed(), reason="needs the extra [ocr]")
PROSE = [
    "Nurses in Thorn Bay meet the school every month and write down",
    "what was agreed, so that each of them knows what to do next.",
]
PRINTED = make(
    lines(
        (72, 90, "Health services", BOLD, 20),
        *column(72, 130, PROSE, pitch=18),
        (80, 190, "•"),
        (98, 190, "visits are prompt"),
        (80, 210, "•"),
        (98, 210, "records are complete."),
    )
)
SCANNED = make(scan(PRINTED))
MIXED = make(lines((72, 100, "This page has letters of its own.")), scan(PRINTED))


@needs_extra
def test_a_scan_goes_through_the_same_layout() -> None:
    result = read(SCANNED, "thorn-bay.pdf")
    assert not result.rejects
    assert [(b.kind, b.marker, b.text) for b in result.documents[0].blocks] == [
        ("heading", "", "Health services"),
        ("paragraph", "", " ".join(PROSE)),
        ("list_item", "•", "visits are prompt"),
        ("list_item", "•", "records are complete."),
    ]


@needs_extra
def test_pages_are_recognised_one_by_one() -> None:
    result = read(MIXED, "thorn-bay.pdf")
    assert [b.page for b in result.documents[0].blocks] == [1, 2, 2, 2, 2]


@needs_extra
def test_lines_carry_the_recognisers_confidence() -> None:
    picture = scan_pixels(PRINTED)
    with ocr.Recogniser() as recogniser:
        found, source = recogniser.lines(picture, page=1, offset=10)
    assert all(n.confidence is not None and 0.5 < n.confidence <= 1 for n in found)
    assert all(source[n.start - 10 :].startswith(n.text) for n in found)


def scan_pixels(data: bytes) -> ocr.Pixels:
    import pypdfium2

    bitmap = pypdfium2.PdfDocument(data)[0].render(scale=200 / 72, grayscale=True)
    return ocr.Pixels(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, 200)


def test_without_the_extra_a_scan_is_a_reject_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    (reject,) = read(SCANNED, "thorn-bay.pdf").rejects
    assert reject.reason == "missing_extra"
    assert ocr.INSTALL in reject.message


def test_without_the_extra_a_mixed_document_keeps_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    result = read(MIXED, "thorn-bay.pdf")
    assert [b.text for b in result.documents[0].blocks] == ["This page has letters of its own."]
    assert [(r.reason, r.item) for r in result.rejects] == [("missing_extra", "page 2")]


def test_recognition_can_be_switched_off() -> None:
    assert [r.reason for r in read(SCANNED, "thorn-bay.pdf", PdfOptions(ocr=False)).rejects] == ["no_text"]


@pytest.mark.parametrize(
    ("first", "gap", "is_bullet"),
    [("¢", 3.0, True), ("®", 3.0, True), ("e", 8.0, True), ("e", 3.0, False), ("A", 8.0, False)],
)
def test_signs_that_bullets_are_taken_for(first: str, gap: float, is_bullet: bool) -> None:
    words = [Word(first, 72, 100, 78, 110, 0.9), Word("children", 78 + gap, 100, 130, 110, 0.9)]
    assert ocr._is_bullet(words[0], words[1], 10.0) == is_bullet

"""Reading PDF: blocks of small made-up pages, files that cannot be read, and the map back to the source."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest
from pdf_pages import BOLD, ITALIC, REGULAR, both, column, grid, lines, make

from pipeline.readers.parsed import Block, Parsed
from pipeline.readers.pdf import PdfOptions, read

PROSE = [
    "Social workers in Eldmere visit children often and know them well, and most",
    "plans say clearly what should change and by when. Managers read the plans but",
    "do not always write down why they agreed to them.",
]


def document(data: bytes, **options: object) -> Parsed:
    result = read(data, "eldmere.pdf", PdfOptions(**options))  # type: ignore[arg-type]
    assert not result.rejects
    return result.documents[0]


def body(data: bytes, **options: object) -> list[tuple[str, str, str]]:
    return [(b.kind, b.marker, b.text) for b in document(data, **options).blocks if b.kind != "furniture"]


def test_heading_paragraph_and_items() -> None:
    page = lines(
        (72, 80, "Help and protection", BOLD, 14),
        *column(72, 110, PROSE),
        (72, 170, "Leaders should:"),
        (80, 190, "•"),
        (98, 190, "answer the telephone at night, so that nobody who is worried about a"),
        (98, 204, "child has to wait"),
        (80, 224, "•"),
        (98, 224, "tell families what was decided."),
    )
    assert body(make(page)) == [
        ("heading", "", "Help and protection"),
        ("paragraph", "", " ".join(PROSE)),
        ("paragraph", "", "Leaders should:"),
        (
            "list_item",
            "•",
            "answer the telephone at night, so that nobody who is worried about a child has to wait",
        ),
        ("list_item", "•", "tell families what was decided."),
    ]


def test_items_nest_by_the_place_of_their_markers() -> None:
    page = lines(
        *column(72, 80, PROSE),
        *[(x, y, marker) for x, y, marker in [(80, 130, "•"), (110, 146, "–"), (110, 162, "–"), (80, 178, "•")]],
        (98, 130, "of the children in care:"),
        (128, 146, "eleven live in Thorn Bay"),
        (128, 162, "four live elsewhere"),
        (98, 178, "two were adopted."),
    )
    items = [(b.level, b.marker, b.text) for b in document(make(page)).blocks if b.kind == "list_item"]
    assert items == [
        (1, "•", "of the children in care:"),
        (2, "–", "eleven live in Thorn Bay"),
        (2, "–", "four live elsewhere"),
        (1, "•", "two were adopted."),
    ]


@pytest.mark.parametrize(
    ("heading", "texts", "kind"),
    [
        ("Early help", ["Families wait too long for help.", "Waiting lists are not watched."], "paragraph"),
        ("Recommendations", ["The council should shorten the wait.", "The police should share reports."], "list_item"),
        ("Areas for improvement", ["How soon visits begin.", "How well plans are kept."], "list_item"),
        ("Overall: requires improvement", ["Families wait too long for help.", "Few complain."], "paragraph"),
    ],
)
def test_numbered_texts_are_items_only_where_the_heading_asks_for_something(
    heading: str, texts: list[str], kind: str
) -> None:
    rows = [(72.0, 120 + 24.0 * i, f"{i + 1}.") for i in range(2)] + [
        (96.0, 120 + 24.0 * i, text) for i, text in enumerate(texts)
    ]
    page = lines((72, 90, heading, BOLD, 14), *rows, *column(72, 300, PROSE))
    assert body(make(page))[1:3] == [(kind, f"{i + 1}.", text) for i, text in enumerate(texts)]


def test_a_bold_list_is_no_row_of_headings() -> None:
    texts = ["Train every foster carer.", "Visit within five days (Thorn Bay)", "Publish the plan (Eldmere)"]
    rows = [(72.0, 200 + 30.0 * i, f"{i + 1}.", BOLD) for i in range(3)]
    rows += [(96.0, 200 + 30.0 * i, text, BOLD) for i, text in enumerate(texts)]
    page = lines((72, 80, "What happens next", BOLD, 15), *column(72, 110, PROSE), *rows)
    assert [b.kind for b in document(make(page)).blocks] == ["heading", "paragraph", *["paragraph"] * 3]


def test_two_columns_are_read_one_after_the_other() -> None:
    left = ["The school on Harrow Lane takes", "part in every meeting about its", "pupils, and its notes are kept"]
    right = ["where all who need them can", "find them. The nursery next door", "does the same."]
    page = lines((72, 80, "Schools", BOLD, 16), *column(72, 120, left), *column(320, 120, right))
    assert body(make(page)) == [("heading", "", "Schools"), ("paragraph", "", " ".join(left + right))]


def test_a_row_by_row_source_of_two_columns_is_read_column_by_column() -> None:
    left = ["The school on Harrow Lane takes", "part in every meeting about its", "pupils, and its notes are kept"]
    right = ["where all who need them can", "find them. The nursery next door", "does the same as often as it can."]
    rows = [row for pair in zip(column(72, 120, left), column(320, 120, right), strict=True) for row in pair]
    assert body(make(lines(*rows))) == [("paragraph", "", " ".join(left + right))]


def test_a_heading_drawn_last_stands_where_it_is_seen() -> None:
    page = lines(*column(72, 120, PROSE), *column(72, 220, PROSE), (72, 200, "Care leavers", BOLD, 13))
    assert [kind for kind, _, _ in body(make(page))] == ["paragraph", "heading", "paragraph"]


def test_ruled_table_with_wrapped_cells() -> None:
    cells = [(80, 114, "Judgement", BOLD), (330, 114, "Grade", BOLD), (80, 134, "The experiences of children who need")]
    cells += [(80, 148, "help and protection"), (330, 134, "Good"), (80, 168, "Leadership"), (330, 168, "Adequate")]
    page = both(lines((72, 80, "Findings", BOLD, 15), *cells), grid([72, 320, 500], [100, 120, 154, 174]))
    assert body(make(page))[1] == (
        "table",
        "",
        "Judgement | Grade\nThe experiences of children who need help and protection | Good\nLeadership | Adequate",
    )


def test_text_in_a_box_is_no_table() -> None:
    page = both(lines((80, 114, "Summary", BOLD), *column(80, 134, PROSE)), grid([72, 520], [100, 120, 174]))
    assert body(make(page)) == [("heading", "", "Summary"), ("paragraph", "", " ".join(PROSE))]


def test_table_without_rules() -> None:
    rows = [("Lead inspector", "Ada Marsh"), ("Inspection dates", "3 to 7 May 2011"), ("Last inspection", "June 2008")]
    cells = [
        (x, 120 + 18.0 * i, text) for i, row in enumerate(rows) for x, text in zip((72.0, 300.0), row, strict=True)
    ]
    page = lines(*cells, *column(72, 260, PROSE))
    assert body(make(page))[0] == ("table", "", "\n".join(" | ".join(row) for row in rows))


def test_contents_list_is_a_table() -> None:
    entries = [("Summary", 3), ("What works well in Eldmere and in the", 0), ("villages around it", 5), ("Annex", 9)]
    rows = [
        (72.0, 120 + 16.0 * i, f"{name} {'.' * 40} {page}" if page else name) for i, (name, page) in enumerate(entries)
    ]
    page = lines((72, 90, "Contents", BOLD, 16), *rows)
    assert (
        body(make(page))[1][2] == "Summary | 3\nWhat works well in Eldmere and in the villages around it | 5\nAnnex | 9"
    )


def test_footnotes_end_their_page_and_do_not_part_a_sentence() -> None:
    first = lines(*column(72, 100, PROSE[:2]), (72, 740, "1", REGULAR, 6), (77, 743, "Figures for May.", REGULAR, 8))
    blocks = document(make(first, lines((72, 100, PROSE[2])))).blocks
    assert [(b.page, b.marker, b.text) for b in blocks] == [(1, "", " ".join(PROSE)), (1, "1", "Figures for May.")]


def test_running_headers_and_page_numbers_are_furniture() -> None:
    def page(number: int) -> object:
        head = (72, 30, "Inspection of Eldmere", REGULAR, 9)
        return lines(head, (300, 820, str(number)), *column(72, 120, [f"Page {number} says that all is well here."]))

    blocks = document(make(*[page(n) for n in range(1, 6)])).blocks  # type: ignore[arg-type]
    assert [b.text for b in blocks[:5]] == [f"Page {n} says that all is well here." for n in range(1, 6)]
    assert {b.text for b in blocks[5:]} == {"Inspection of Eldmere", *"12345"}
    assert {b.kind for b in blocks[5:]} == {"furniture"}


@pytest.mark.parametrize(
    ("join", "expected"), [(True, [(1, " ".join(PROSE))]), (False, [(1, " ".join(PROSE[:2])), (2, PROSE[2])])]
)
def test_a_sentence_over_a_page_end(join: bool, expected: list[tuple[int, str]]) -> None:
    data = make(lines(*column(72, 100, PROSE[:2])), lines((72, 100, PROSE[2])))
    assert [(b.page, b.text) for b in document(data, join_pages=join).blocks] == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Every child in Eldmere has an edu-", "cation plan that their carer has seen", "an education plan"),
        ("There is a good multi-", "agency team, and multi-agency work is", "good multi-agency team"),
        ("It was agreed with the Thorn-", "Bay partnership that nothing would be", "the Thorn-Bay partnership"),
    ],
)
def test_line_end_hyphens_go_by_the_documents_own_words(first: str, second: str, expected: str) -> None:
    rows = column(72, 100, [first, second, "done before the summer. Education comes first."])
    assert expected in body(make(lines(*rows)))[0][2]


def test_source_maps_every_character_back() -> None:
    page = lines((72, 80, "Help", BOLD, 14), *column(72, 110, PROSE), (80, 170, "•"), (98, 170, "be  quick;"))
    data = make(page)
    open_document = pypdfium2.PdfDocument(data)
    characters = open_document[0].get_textpage().get_text_range()
    for block in document(data).blocks:
        starts = [text for text, _ in block.source]
        assert starts == sorted(starts)
        for i, char in enumerate(block.text):
            at, source = next(pair for pair in reversed(block.source) if pair[0] <= i)
            assert char.isspace() or characters[source + i - at] == char


def test_title_and_dates() -> None:
    cover = lines((72, 200, "Eldmere: services for children", BOLD, 28), (72, 260, "March 2012", REGULAR, 14))
    inside = lines(*column(72, 100, PROSE))
    parsed = document(make(cover, inside, title="report_v3_final.docx"))
    assert (parsed.title, parsed.pages, parsed.reader) == ("Eldmere: services for children", 2, "pdf")
    assert [c.name for c in parsed.date_clues] == ["CreationDate", "ModDate"]
    plain = lines(*column(72, 100, PROSE), (72, 180, "Nothing else was found.", ITALIC))
    assert document(make(plain, title="A year in Eldmere")).title == "A year in Eldmere"
    assert document(make(plain, title="report_v3_final.docx")).title == ""


GOOD = make(lines(*column(72, 100, PROSE)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<html><body>Not found</body></html>", "wrong_type"),
        (b"%PDF-1.7\nnothing more", "corrupt"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "corrupt"),
        (GOOD[:120], "corrupt"),
        (make(lines(*column(72, 100, PROSE)), password="seal"), "encrypted"),
        (make(lambda canvas: None), "no_text"),
        (make(lambda canvas: canvas.rect(80, 80, 300, 300, fill=1)), "no_text"),
    ],
)
def test_files_that_cannot_be_read(data: bytes, reason: str) -> None:
    result = read(data, "eldmere.pdf")
    assert not result.documents
    assert [(r.reason, r.item) for r in result.rejects] == [(reason, "")]
    assert "eldmere.pdf" in result.rejects[0].message


@pytest.mark.parametrize(
    ("options", "reason"),
    [(PdfOptions(max_bytes=100), "too_large"), (PdfOptions(max_pages=0), "too_large")],
)
def test_limits(options: PdfOptions, reason: str) -> None:
    assert [r.reason for r in read(GOOD, "eldmere.pdf", options).rejects] == [reason]


def test_a_page_too_full_is_left_out_and_said_so() -> None:
    data = make(lines(*column(72, 100, PROSE)), lines((72, 100, "Little.")))
    result = read(data, "eldmere.pdf", PdfOptions(max_page_characters=50))
    assert [b.text for b in result.documents[0].blocks] == ["Little."]
    assert [(r.reason, r.item) for r in result.rejects] == [("too_large", "page 1")]


def test_a_truncated_file_is_repaired() -> None:
    data = make(*[lines(*column(72, 200, PROSE)) for _ in range(3)])
    blocks = read(data[: int(len(data) * 0.8)], "eldmere.pdf").documents[0].blocks
    assert blocks[0].text == " ".join(PROSE)


def test_the_same_bytes_give_the_same_document() -> None:
    assert read(GOOD, "a.pdf") == read(GOOD, "a.pdf")


def test_blocks_of_real_reports(material: Path) -> None:
    """Hold the share of exactly right blocks on pages read off by people; pieces of a sentence stand on their page."""
    exact = total = 0
    for page in map(json.loads, (material / "gold" / "pdf_blocks.jsonl").read_text(encoding="utf-8").splitlines()):
        data = (material / "ofsted" / page["file"]).read_bytes()
        parsed = read(data, page["file"], PdfOptions(join_pages=False)).documents[0]
        said = {_squash(b.text): b for b in parsed.blocks if b.page == page["page"]}
        exact += sum(_right(said.get(_squash(b["text"])), b) for b in page["blocks"])
        total += len(page["blocks"])
    assert exact / total >= 0.97


def _squash(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _right(said: Block | None, true: dict[str, str]) -> bool:
    return said is not None and said.kind == true["kind"]

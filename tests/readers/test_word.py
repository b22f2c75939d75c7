"""Word processors' files become the blocks that their readers see."""

from __future__ import annotations

import pytest
from office_files import docx, odt, para, table

from pipeline.readers import word
from pipeline.readers.dispatch import read
from pipeline.readers.guard import RefusedError
from pipeline.readers.parsed import Block


def shown(data: bytes) -> list[tuple[str, int, str, str]]:
    (document,) = word.read_docx(data, "a.docx").documents
    return [(block.kind, block.level, block.marker, block.text) for block in document.blocks]


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (
            run("Care plans ") + f"<w:ins>{run('were reviewed')}</w:ins>" + run(" late."),
            "Care plans were reviewed late.",
        ),
        (
            run("Visits were ") + "<w:del><w:r><w:delText>never </w:delText></w:r></w:del>" + run("timely."),
            "Visits were timely.",
        ),
        (f"<w:sdt><w:sdtContent>{run('Inside a control.')}</w:sdtContent></w:sdt>", "Inside a control."),
        (f"<w:hyperlink>{run('A linked phrase')}</w:hyperlink>" + run(" ends."), "A linked phrase ends."),
        ("<w:r><w:t>well</w:t><w:noBreakHyphen/><w:t>being</w:t></w:r>", "well-being"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b\u00a0c</w:t><w:softHyphen/><w:t>d</w:t></w:r>", "a b cd"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden </w:t></w:r>" + run("seen"), "seen"),
        ("<w:r><w:fldChar/><w:instrText>PAGE</w:instrText></w:r>" + run("kept"), "kept"),
        (f"<w:moveFrom>{run('old place ')}</w:moveFrom><w:moveTo>{run('new place')}</w:moveTo>", "new place"),
        (run("Workers’ “voices” e\u0301tat"), "Workers’ “voices” état"),
    ],
)
def test_docx_reads_what_an_accepted_revision_shows(inner: str, expected: str) -> None:
    assert shown(docx(f"<w:p>{inner}</w:p>")) == [("paragraph", 0, "", expected)]


def test_docx_keeps_headings_lists_numbers_and_captions_apart() -> None:
    long = "The partnership has agreed a plan for the coming year. It has yet to agree who pays for it."
    body = (
        para("Findings", "berschrift1")
        + para("Early help", "H2")
        + para("We found that:")
        + para("plans were short", "ListBullet")
        + para("and often late", "ListBullet2")
        + para("staff were kind", "ListBullet")
        + para("Publish the plan", num="2")
        + para("with a date", num="2", level=1)
        + para("Train new staff", num="2")
        + para(long, num="2")
        + para("Figure 1 Visits by month", "Caption")
        + para("Findings 3", "TOC1")
    )
    assert shown(docx(body)) == [
        ("heading", 1, "", "Findings"),
        ("heading", 2, "", "Early help"),
        ("paragraph", 0, "", "We found that:"),
        ("list_item", 1, "•", "plans were short"),
        ("list_item", 2, "–", "and often late"),
        ("list_item", 1, "•", "staff were kind"),
        ("list_item", 1, "1.", "Publish the plan"),
        ("list_item", 2, "(a)", "with a date"),
        ("list_item", 1, "2.", "Train new staff"),
        ("paragraph", 0, "3.", long),
        ("caption", 0, "", "Figure 1 Visits by month"),
        ("furniture", 0, "", "Findings 3"),
    ]


def test_docx_list_levels_count_within_their_list() -> None:
    body = (
        para("first", num="1", level=1) + para("Between.") + para("second", num="1") + para("third", num="1", level=1)
    )
    assert [level for kind, level, _, _ in shown(docx(body)) if kind == "list_item"] == [1, 1, 2]


def test_docx_text_boxes_are_read_once_behind_their_paragraph() -> None:
    box = "<wps:txbx><w:txbxContent>" + para("Boxed summary.") + "</w:txbxContent></wps:txbx>"
    drawing = (
        f"<mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    )
    texts = [text for _, _, _, text in shown(docx(f"<w:p><w:r>{drawing}</w:r>{run('Anchor.')}</w:p>"))]
    assert texts == ["Anchor.", "Boxed summary."]


def test_docx_deleted_paragraph_mark_joins_paragraphs() -> None:
    body = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + run("One ") + "</w:p><w:p>" + run("sentence.") + "</w:p>"
    assert shown(docx(body)) == [("paragraph", 0, "", "One sentence.")]


def test_docx_tables_are_tables_unless_they_frame_running_text() -> None:
    prose = (
        "The service visited every family in the valley within a week of the flood and wrote "
        "down what each of them needed next, which helped."
    )
    assert shown(docx(table(("Area", "Grade"), ("Early help", "Good")))) == [
        ("table", 0, "", "Area\tGrade\nEarly help\tGood")
    ]
    assert shown(docx(table((para("Strengths", bold=True) + para(prose),)))) == [
        ("heading", 1, "", "Strengths"),
        ("paragraph", 0, "", prose),
    ]
    assert [kind for kind, *_ in shown(docx(table((prose, prose))))] == ["paragraph", "paragraph"]


def test_docx_headers_and_notes_are_furniture() -> None:
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    header = f"<w:hdr {w}>{para('Marrow Bay Inspectorate')}</w:hdr>"
    separator = f'<w:footnote w:type="separator">{para("-")}</w:footnote>'
    notes = f"<w:footnotes {w}>{separator}<w:footnote>{para('See the annex.')}</w:footnote></w:footnotes>"
    assert shown(docx(para("Text."), header1=header, footnotes=notes)) == [
        ("furniture", 0, "", "Marrow Bay Inspectorate"),
        ("paragraph", 0, "", "Text."),
        ("furniture", 0, "", "See the annex."),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (docx(""), "empty"),
        (docx(para("x"))[:200], "corrupt"),
        (docx(para("x")).replace(b"word/document.xml", b"word/documenX.xml"), "unsupported"),
    ],
)
def test_docx_without_text_or_damaged_is_a_reject(data: bytes, reason: str) -> None:
    result = read(data, "a.docx")
    assert not result.documents
    assert result.rejects[0].reason == reason


def test_docx_entities_are_refused() -> None:
    evil = docx(para("x"), styles='<!DOCTYPE s [<!ENTITY a "b">]><styles>&a;</styles>')
    with pytest.raises(RefusedError) as error:
        word.read_docx(evil, "a.docx")
    assert error.value.reject.reason == "corrupt"


def test_rtf_paragraphs_bullets_and_signs() -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg1252 {\b Summary}\par The school\rquote s caf\'e9 closed.\par\par "
        rb"\bullet  first point\par \bullet  second point\par}"
    )
    (document,) = word.read_rtf(rtf, "a.rtf").documents
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("paragraph", "Summary"),
        ("paragraph", "The school’s café closed."),
        ("list_item", "first point"),
        ("list_item", "second point"),
    ]


def test_legacy_word_text_loses_its_field_codes() -> None:
    text = 'See HYPERLINK "http://example.org/a" the plan of 2010.\rTOC \\o "1-3" \\h Contents\rThe DATE was "fixed".\r'
    (document,) = word.doc_result(text).documents
    assert [block.text for block in document.blocks] == ["See the plan of 2010.", "Contents", 'The DATE was "fixed".']


def test_odt_headings_lists_tables() -> None:
    body = (
        '<text:h text:outline-level="2">Leadership</text:h><text:p>Leaders <text:s/>listen.</text:p>'
        "<text:list><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>deeper</text:p></text:list-item></text:list></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    (document,) = word.read_odt(odt(body), "a.odt").documents
    assert document.blocks == (
        Block("heading", "Leadership", level=2),
        Block("paragraph", "Leaders listen."),
        Block("list_item", "one", level=1, marker="•"),
        Block("list_item", "deeper", level=2, marker="•"),
        Block("table", "a\tb"),
    )

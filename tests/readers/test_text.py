"""Plain text and Markdown: lines in, blocks out, every character traceable to its source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.readers import lines
from pipeline.readers.lines import Mapped, mend
from pipeline.readers.parsed import Block, Parsed
from pipeline.readers.text import decode, read


def parsed(text: str | bytes, name: str = "a.txt") -> Parsed:
    data = text.encode("utf-8") if isinstance(text, str) else text
    result = read(data, name)
    assert not result.rejects, result.rejects
    return result.documents[0]


def shape(text: str | bytes, name: str = "a.txt") -> list[tuple[str, int, str, str]]:
    return [(b.kind, b.level, b.marker, b.text) for b in parsed(text, name).blocks]


def traced(block: Block, source: str) -> str:
    """Return what the block's source map finds in the source, character by character."""
    found = []
    ends = [at for at, _ in block.source[1:]] + [len(block.text)]
    for (start, place), end in zip(block.source, ends, strict=True):
        found.append("".join(source[place + i] for i in range(end - start) if place + i < len(source)))
    return "".join(found)


@contextmanager
def counted_matches() -> Iterator[list[int]]:
    """Note how much text is compared at a time, character with character, which takes time as its square."""
    sizes: list[int] = []

    def compare(junk: None, one: str, other: str, popular: bool) -> SequenceMatcher[str]:
        sizes.append(len(one) + len(other))
        return SequenceMatcher(junk, one, other, popular)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "SequenceMatcher", compare)
        yield sizes


LONG = "The council had known of the fault for some years before anything at all was done to put it right."

CASES = [
    ("a line is a paragraph", f"{LONG}\n{LONG}\n", [("paragraph", 0, "", LONG), ("paragraph", 0, "", LONG)]),
    (
        "hard-wrapped lines are joined",
        "The inspection found that most plans were clear and\nthat staff knew the children well, though many of\n"
        "the files had been left without a note for as long\nas a month.\n\n"
        "Parents were asked for their views by the staff of\nthe home.\n",
        [
            (
                "paragraph",
                0,
                "",
                "The inspection found that most plans were clear and that staff knew the children well, though many of "
                "the files had been left without a note for as long as a month.",
            ),
            ("paragraph", 0, "", "Parents were asked for their views by the staff of the home."),
        ],
    ),
    (
        "bullets, numbers and letters are list items",
        "The board should:\n\n- meet monthly;\n* keep minutes; and\n• report.\n(a) first\n(b) second\n",
        [
            ("paragraph", 0, "", "The board should:"),
            ("list_item", 1, "-", "meet monthly;"),
            ("list_item", 2, "*", "keep minutes; and"),
            ("list_item", 3, "•", "report."),
            ("list_item", 4, "(a)", "first"),
            ("list_item", 4, "(b)", "second"),
        ],
    ),
    (
        "indented items are nested",
        "Needs:\n- beds\n  - cots\n  - bunks\n- food\n",
        [
            ("paragraph", 0, "", "Needs:"),
            ("list_item", 1, "-", "beds"),
            ("list_item", 2, "-", "cots"),
            ("list_item", 2, "-", "bunks"),
            ("list_item", 1, "-", "food"),
        ],
    ),
    (
        "numbered paragraphs keep their number",
        f"4.1 {LONG}\n\n4.2 {LONG}\n",
        [("paragraph", 0, "4.1", LONG), ("paragraph", 0, "4.2", LONG)],
    ),
    (
        "headings without marks",
        f"Northby children wait too long\n\n{LONG}\n\nKEY FINDINGS\n\n{LONG}\n\nHealth and schooling\n\n{LONG}\n",
        [
            ("heading", 1, "", "Northby children wait too long"),
            ("paragraph", 0, "", LONG),
            ("heading", 2, "", "KEY FINDINGS"),
            ("paragraph", 0, "", LONG),
            ("heading", 3, "", "Health and schooling"),
            ("paragraph", 0, "", LONG),
        ],
    ),
    (
        "a sentence runs over blank lines and page breaks",
        f"There were good links between the police and\n\n\n\fthe schools of the district. {LONG}\n",
        [("paragraph", 0, "", f"There were good links between the police and the schools of the district. {LONG}")],
    ),
    (
        "an item runs over blank lines",
        "The trust should:\n- ensure that each of the reports\n\n\nare read by its board.\n- act.\n",
        [
            ("paragraph", 0, "", "The trust should:"),
            ("list_item", 1, "-", "ensure that each of the reports are read by its board."),
            ("list_item", 1, "-", "act."),
        ],
    ),
    (
        "address lines stay apart",
        "Copies can be had from:\n\nNorthby Books\nPO Box 12\nNorthby\n\nFax: 0123 456\n",
        [
            ("paragraph", 0, "", "Copies can be had from:"),
            ("paragraph", 0, "", "Northby Books"),
            ("paragraph", 0, "", "PO Box 12"),
            ("paragraph", 0, "", "Northby"),
            ("paragraph", 0, "", "Fax: 0123 456"),
        ],
    ),
]


@pytest.mark.parametrize(("text", "blocks"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_blocks(text: str, blocks: list[tuple[str, int, str, str]]) -> None:
    assert shape(text) == blocks


def test_markdown() -> None:
    text = (
        "---\ntitle: A review\ndate: 2011-05-02\n---\n\n# Northby *review*\n\n"
        "Staff read the [guide](https://a.uk/b) and\n__agreed__ with it.\n\nHealth\n------\n\n> It was **hard**.\n\n"
        "1. One step\n2. Two steps\n\n---\n\n| a | b |\n| - | - |\n| c | d |\n"
    )
    document = parsed(text, "a.md")
    assert document.title == "A review"
    assert [(clue.name, clue.value) for clue in document.date_clues] == [("date", "2011-05-02")]
    assert shape(text, "a.md") == [
        ("heading", 1, "", "Northby review"),
        ("paragraph", 0, "", "Staff read the guide and agreed with it."),
        ("heading", 2, "", "Health"),
        ("paragraph", 0, "", "It was hard."),
        ("list_item", 1, "1.", "One step"),
        ("list_item", 1, "2.", "Two steps"),
        ("table", 0, "", "| a | b |\n| - | - |\n| c | d |"),
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffIt was £5 – “fine”.".encode(), "It was £5 – “fine”."),
        ("It was £5 – “fine”.".encode("cp1252"), "It was £5 – “fine”."),
        ("It was £5 – “fine”.".encode("utf-16"), "It was £5 – “fine”."),
        ("It was £5 – “fine”.".encode("utf-16-le"), "It was £5 – “fine”."),
        ("Der Prüfer prüfte die Schlüssel für Ärzte.".encode("latin-1"), "Der Prüfer prüfte die Schlüssel für Ärzte."),
        ("It was â€œfineâ€\x9d, they said.".encode(), "It was “fine”, they said."),
        (b"One line.\r\nAnother line.\rA third line.", "One line."),
    ],
)
def test_characters(data: bytes, text: str) -> None:
    assert parsed(data).blocks[0].text == text


def test_pages_are_counted_at_form_feeds() -> None:
    document = parsed(f"{LONG}\n\f{LONG}\n\f{LONG}")
    assert document.pages == 3
    assert [block.page for block in document.blocks] == [1, 2, 3]
    assert parsed(LONG).blocks[0].page is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\n---\n***\n", "empty"),
        (b"%PDF-1.4 ...", "wrong_type"),
        (b"PK\x03\x04....", "wrong_type"),
        (b"GIF89a\x01\x00\x80\x00\x00\xff", "wrong_type"),
        (bytes(range(1, 32)) * 4, "wrong_type"),
    ],
)
def test_rejects(data: bytes, reason: str) -> None:
    result = read(data, "a.txt")
    assert not result.documents
    assert [reject.reason for reject in result.rejects] == [reason]
    assert result.rejects[0].message


@pytest.mark.parametrize(
    "source",
    [
        "Plain words, with  double   spaces\tand tabs.\n",
        "Words in *stress* and in **more** of it, and [a link](https://a.uk).\n",
        "- an item with *stress*\n  that runs over\n",
        f"A break after and\n\n\nthe rest of it. {LONG}\n",
    ],
)
def test_blocks_lead_back_to_their_source(source: str) -> None:
    for block in parsed(source, "a.md").blocks:
        assert traced(block, source).replace("\t", " ").split() == block.text.split() or all(
            source[place] == block.text[at] or block.text[at].isspace() for at, place in block.source
        )


@given(st.text(alphabet="aB1 .:;-*•#_|“”\n\r\f\t()[]", max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    result = read(text.encode("utf-8"), "a.md")
    assert bool(result.documents) != bool(result.rejects)
    for document in result.documents:
        for block in document.blocks:
            assert block.text == block.text.strip()
            assert [at for at, _ in block.source] == sorted({at for at, _ in block.source})
            assert all(text[place] == block.text[at] or block.text[at] == " " for at, place in block.source)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    result = read(data, "a.txt")
    assert bool(result.documents) != bool(result.rejects)
    assert decode(data) is None or isinstance(decode(data), str)


@pytest.mark.parametrize(
    ("source", "word", "places"),
    [
        ("Hallam &amp; Sons said", "&", [7]),
        ("caf&eacute; and cafÃ© closed", "café closed", [16, 17, 18, 19, 21, 22, 23, 24, 25, 26, 27]),
        ("the homeâ€™s plan", "’s plan", [8, 11, 12, 13, 14, 15, 16]),
        ("&quot;&quot;&#39;", '""\'', [0, 6, 12]),
    ],
)
def test_what_is_mended_is_traced_to_what_stood_there(source: str, word: str, places: list[int]) -> None:
    mended = mend(Mapped(source, range(len(source))))
    at = mended.text.index(word)
    assert list(mended.places[at : at + len(word)]) == places


@pytest.mark.parametrize(
    "piece", ["Ã©", "&amp;", "â€™ s ", "\u4e00&nbsp;", "".join(chr(0x4E00 + 7919 * n % 20000) for n in range(99))]
)
def test_a_line_as_long_as_its_file_is_mended_in_time_that_grows_as_its_length(piece: str) -> None:
    source = piece * (20_000 // len(piece)) + "&hellip; The end."
    with counted_matches() as sizes:
        mended = mend(Mapped(source, range(len(source))))
    assert mended.text.endswith("The end.")
    assert len(mended.places) == len(mended.text)
    assert sum(size * size for size in sizes) <= 512 * len(source)

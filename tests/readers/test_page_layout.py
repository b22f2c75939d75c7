"""Parts of page layout, on lines made by hand."""

from __future__ import annotations

import pytest

from pipeline.readers.layout import Line, PageLines, build_blocks
from pipeline.readers.layout.joining import Vocabulary, join_lines
from pipeline.readers.layout.markers import is_bullet, marker_end, number_of, shown
from pipeline.readers.layout.measures import ends_sentence, measure, starts_low


def line(
    text: str, x: float = 72, y: float = 100, size: float = 11, page: int = 1, start: int = 0, **more: bool
) -> Line:
    width = 0.5 * size * len(text)
    made = Line(page, text, start, x, x + width, y - 0.7 * size, y + 0.2 * size, y, size)
    made.bold, made.hyphen = more.get("bold", False), more.get("hyphen", False)
    return made


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("• visits are late", "visits are late"),
        ("•visits are late", "visits are late"),
        ("\uf0b7 visits are late", "visits are late"),
        ("◼ visits are late", "visits are late"),
        ("– four of them", "four of them"),
        ("12. The board met.", "The board met."),
        ("12.The board met.", "The board met."),
        ("3.14. The board met.", "The board met."),
        ("(a) the board", "the board"),
        ("iv) the board", "the board"),
        ("II. The board", "The board"),
        ("© Eldmere Council", ""),
        ("“Quite so”", ""),
        ("The board met.", ""),
        ("1984 was early", ""),
        ("12.5 per cent", "per cent"),  # taken off only where it also stands like a marker
    ],
)
def test_markers(text: str, rest: str) -> None:
    end = marker_end(text)
    assert (text[end:] if end else "") == rest


@pytest.mark.parametrize(
    ("marker", "sign", "bullet", "number"),
    [("\uf0b7", "•", True, None), ("■", "•", True, None), ("-", "–", True, None), ("12.", "12.", False, 12),
     ("3.4", "3.4", False, 4), ("(b)", "(b)", False, None), ("o", "•", False, None), ("\uf02d", "–", True, None)],
)  # fmt: skip
def test_marker_signs(marker: str, sign: str, bullet: bool, number: int | None) -> None:
    assert (shown(marker), is_bullet(marker), number_of(marker)) == (sign, bullet, number)


@pytest.mark.parametrize(
    ("text", "ends"),
    [("It was late.", True), ("late.3", True), ("“late.”", True), ("they found that:", True), ("late;", True),
     ("it was", False), ("in 2004", False), ("item 3.2", False)],
)  # fmt: skip
def test_sentence_ends(text: str, ends: bool) -> None:
    assert ends_sentence(text) == ends


@pytest.mark.parametrize(
    ("text", "low"), [("and so", True), ("‘and so", True), (", so", True), ("And", False), ("3", False)]
)
def test_small_beginnings(text: str, low: bool) -> None:
    assert starts_low(text) == low


@pytest.mark.parametrize(
    ("raw", "text", "source"),
    [
        ("plain words", "plain words", ((0, 5),)),
        ("two  spaces", "two spaces", ((0, 5), (4, 10))),
        ("ﬁne oﬃce", "fine office", ((0, 5), (1, 5), (2, 6), (6, 10), (7, 10), (8, 10), (9, 11))),
        ("co\xadoperate", "cooperate", ((0, 5), (2, 8))),
        ("a\xa0b", "a b", ((0, 5),)),
        ("odd\uf0fc sign", "odd sign", ((0, 5), (3, 9))),
    ],
)
def test_text_is_put_right_with_a_map_to_its_source(raw: str, text: str, source: tuple[tuple[int, int], ...]) -> None:
    joined, mapped, _ = join_lines([line(raw, start=5)], Vocabulary([]))
    assert joined == text
    places = [next(s + i - t for t, s in reversed(mapped) if t <= i) for i in range(len(joined))]
    assert places == [next(s + i - t for t, s in reversed(source) if t <= i) for i in range(len(joined))]


def test_a_block_knows_where_its_further_pages_begin() -> None:
    lines = [line("It began here", page=3), line("and ended there.", page=4, start=14)]
    assert join_lines(lines, Vocabulary([]))[::2] == ("It began here and ended there.", ((14, 4),))


def test_measures_go_by_most_characters_and_by_lines_that_run_on() -> None:
    pages = [[line("Title", size=20), line("the text goes", y=140), line("on and on", y=154), line("And more.", y=180)]]
    assert measure(pages).body == 11
    assert measure(pages).pitch(11) == 14


def page_of(*lines: Line) -> list[tuple[str, str]]:
    return [(b.kind, b.text) for b in build_blocks([PageLines(1, 595, 842, list(lines))])]


def test_a_number_at_a_lines_start_is_no_marker_inside_a_sentence() -> None:
    first, second = (
        line("The office moved to a new house in July of the year"),
        line("12. It has been there since.", y=114),
    )
    second.behind = (4, 88.0, 91.0)
    assert page_of(first, second) == [
        ("paragraph", "The office moved to a new house in July of the year 12. It has been there since.")
    ]


def test_text_up_the_margin_is_furniture() -> None:
    turned = line("Draft of 4 May", x=20, y=400)
    turned.turned = True
    assert page_of(line("All is well in Eldmere today."), turned) == [
        ("paragraph", "All is well in Eldmere today."),
        ("furniture", "Draft of 4 May"),
    ]


def test_no_word_is_lost_or_doubled() -> None:
    texts = ["Head", "12", "a row", "of cells", "(202)", "555 0100", "x", "• item", "and on it goes"]
    lines = [line(t, x=72 + 90.0 * (i % 3), y=100 + 14.0 * (i // 3), start=20 * i) for i, t in enumerate(texts)]
    blocks = build_blocks([PageLines(1, 595, 842, lines)])
    said = " ".join(f"{b.marker} {b.text}" for b in blocks).replace("|", " ").split()
    assert sorted(said) == sorted(" ".join(texts).split())

"""Words, lemmas, offsets and lemma phrases."""

from __future__ import annotations

import pytest

from pipeline.language import PhraseFinder, fold, lemma, lemmas, tokenise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Looked-after children", ("look", "after", "child")),
        ("The child’s plan and the children's views", ("the", "child", "plan", "and", "the", "child", "view")),
        ("They don’t listen", ("they", "do", "not", "listen")),
        ("agencies’ caseloads", ("agency", "caseload")),
        ("MULTI-AGENCY work", ("multi", "agency", "work")),
        ("behavior at the center", ("behaviour", "at", "the", "centre")),
        ("organized, organisation, organization", ("organise", "organisation", "organisation")),
        ("boarders at a boarding school on board", ("boarder", "at", "a", "boarding", "school", "on", "board")),
        ("£3.5m and €2m", ("£", "3", "5m", "and", "£", "2m")),
        ("meetings, a meeting; failings, failing", ("meeting", "a", "meeting", "fail", "fail")),
        ("", ()),
        ("— … !", ()),
    ],
)
def test_lemmas(text: str, expected: tuple[str, ...]) -> None:
    assert lemmas(text) == expected


def test_offsets_point_into_the_text() -> None:
    text = "  Girls’ wishes – and feelings – weren’t heard."
    tokens = tokenise(text)
    words = [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]
    assert words == ["Girls", "wishes", "and", "feelings", "were", "n’t", "heard"]


@pytest.mark.parametrize("text", ["İstanbul’s İ", "ǅ ß ﬁ", "\ud83d\ude00 x"])
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_a_word_of_any_length_or_script_has_a_lemma() -> None:
    assert lemma("x" * 10_000) == "x" * 10_000
    assert lemma("дети") == "дети"


def test_phrases_are_found_with_overlaps_and_never_across_texts() -> None:
    finder = PhraseFinder([("child",), ("child", "protection"), ("protection", "plan")])
    texts = [("child", "protection", "plan"), ("protection",), ("plan", "child"), ()]
    found = finder.find(texts)
    assert [sorted(f) for f in found] == [[(0, 0, 1), (1, 0, 2), (2, 1, 3)], [], [(0, 1, 2)], []]


def test_many_texts_are_found_as_one_by_one() -> None:
    finder = PhraseFinder([("child",), ("care", "plan")])
    texts = [("a", "child", "care", "plan")[i % 3 :] for i in range(20_000)]
    assert finder.find(texts) == [finder.find([t])[0] for t in texts[:3]] * 6_666 + finder.find(texts[:2])

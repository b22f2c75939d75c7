"""Terms of a codebook: what they match, where, and how strongly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.codebook import Codebook, Theme, load_codebook
from pipeline.errors import ConfigError
from pipeline.themes.lexicon import SECTION, STEM, compile_lexicon, match, scores
from pipeline.themes.lexicon_terms import parse_term

CONFIGS = Path(__file__).parents[2] / "configs"


def codebook(*terms: str, not_terms: tuple[str, ...] = ()) -> Codebook:
    return Codebook((Theme("other", "Other", terms=("nothing",)), Theme("t", "T", terms=terms, not_terms=not_terms)))


def found(text: str, *terms: str, not_terms: tuple[str, ...] = ()) -> list[str]:
    (hits,) = match(compile_lexicon(codebook(*terms, not_terms=not_terms)), [text])
    return [text[h.start : h.end] for h in hits]


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("social worker", "Social workers’ caseloads", ["Social workers"]),
        ("looked after", "a looked-after child", ["looked-after"]),
        ("share * information", "They share what little information", ["share what little information"]),
        ("share * information", "Sharing information", ["Sharing information"]),
        ("share * information", "share it by post or by telephone: information", []),
        ("share * information", "information is shared", []),
        ("share + information", "Information is rarely or never shared", ["Information is rarely or never shared"]),
        ("(parent|foster carer) support", "support; foster carers’ support", ["foster carers’ support"]),
        ("serious (case|) review", "a serious review, a serious case review", ["serious case review"]),
        ("(case (note|file)|record)", "case files and records", ["case files"]),
        ("IT system", "it systems", ["it systems"]),
        ("nobody", "", []),
    ],
)  # fmt: skip
def test_terms(term: str, text: str, expected: list[str]) -> None:
    assert found(text, term) == expected


def test_a_not_term_cancels_what_it_touches_and_no_more() -> None:
    terms, against = ("missing", "gang"), ("missing information",)
    assert found("Information is missing", *terms, not_terms=against) == ["missing"]
    assert found("Missing information on gangs", *terms, not_terms=against) == ["gangs"]


def test_a_hit_inside_a_stronger_one_does_not_count_again() -> None:
    assert found("foster care", "foster care", "foster ~ 0.5") == ["foster care"]
    assert found("foster care", "foster care ~ 0.5", "foster") == ["foster", "foster care"]


def test_strengths_add_up_as_doubts_multiply() -> None:
    lexicon = compile_lexicon(codebook("plan ~ 0.5", "review ~ 0.4", "court"))
    got = scores(lexicon, ["nil", "a plan, a plan", "plan and review", "court"])
    assert np.allclose(got[:, 1], [0, 0.5, 0.7, 0.9])
    assert not got[:, 0].any()


def test_stem_and_section_count_without_a_place() -> None:
    lexicon = compile_lexicon(codebook("leader ~ 0.5", "section: adoption ~ 0.4"))
    hits = match(lexicon, ["act", "leaders act"], ["Leaders should:"] * 2, ["Adoption", "Leaders"])
    assert [(h.start, h.end, h.weight) for h in hits[0]] == [(STEM, STEM, 0.5), (SECTION, SECTION, 0.4)]
    assert [(h.start, h.end) for h in hits[1]] == [(0, 7)]


@pytest.mark.parametrize(
    "term",
    ["(a|b", "a|b)", "a * * b", "a +", "word ~ 2", "word ~ x.y", "word ~ 0", "()", "~ 0.5", "* a", "(a|b|c|d)" * 9],
)
def test_a_term_that_cannot_be_read_is_named(term: str) -> None:
    with pytest.raises(ConfigError, match="the term") as fault:
        compile_lexicon(codebook(term))
    assert "theme 't'" in fault.value.place


def test_brackets_inside_brackets() -> None:
    term = parse_term("(strength and (weakness|need)|gap) analysis ~ 0.6")
    assert term.parts == (
        (("gap", "analysis"), ("strength", "and", "need", "analysis"), ("strength", "and", "weakness", "analysis")),
    )
    assert term.weight == 0.6


def test_the_same_whatever_the_company() -> None:
    lexicon = compile_lexicon(codebook("child", "care plan", "child * plan"))
    texts = ["A child’s care plan", "Care plans", "", "plan for a child"] * 50
    assert match(lexicon, texts) == [match(lexicon, [t])[0] for t in texts]


@pytest.mark.parametrize("name", ["codebook.yml", "codebooks/upr.yml"])
def test_examples_of_the_codebooks(name: str) -> None:
    book = load_codebook(CONFIGS / name)
    lexicon = compile_lexicon(book)
    wrong = []
    for column, theme in enumerate(book.themes):
        for texts, expected in ((theme.examples, True), (theme.counter_examples, False)):
            got = scores(lexicon, texts)[:, column] >= 0.5
            wrong += [(theme.id, text) for text, hit in zip(texts, got, strict=True) if hit != expected]
    assert not wrong


def test_every_theme_of_child_protection_is_well_described() -> None:
    book = load_codebook(CONFIGS / "codebook.yml")
    assert len(book.themes) == 20
    for theme in book.themes:
        assert theme.definition
        assert theme.include
        assert theme.exclude
        assert len(theme.examples) >= 4
        assert len(theme.counter_examples) >= 3


def test_a_leftover_term_counts_only_where_nothing_else_does() -> None:
    themes = (Theme("general", "General", terms=("otherwise: right ~ 0.6",)), Theme("child", "Child", terms=("child",)))
    lexicon = compile_lexicon(Codebook(themes))
    got = scores(lexicon, ["Protect rights", "Protect children's rights"])
    assert np.allclose(got, [[0.6, 0], [0, 0.9]])

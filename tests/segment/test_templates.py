"""Template text is what comes back as a piece: sentences that follow one another in many reports."""

from __future__ import annotations

from pipeline.segment.templates import find_template_marks, marks

DESCRIPTOR = "A good service leads work that helps and protects the children of its area."
METHOD = "Inspectors have looked closely at the lives of children who needed help."
KNOWN = "Social workers know their children well and see them often."


def _reports(count: int) -> list[list[str]]:
    """Reports that share a descriptor and a method, and assert the same thing among sentences of their own."""
    return [
        [
            "About",
            METHOD,
            DESCRIPTOR,
            f"Plans in area {n} were written late.",
            KNOWN,
            f"Nobody in area {n} had read them.",
        ]
        for n in range(count)
    ]


def test_sentences_that_follow_one_another_are_a_template_and_a_repeated_finding_is_none() -> None:
    found = find_template_marks([marks(texts) for texts in _reports(6)], least=6)
    assert found == {int(m) for m in marks([METHOD, DESCRIPTOR])}


def test_few_reports_have_no_template() -> None:
    assert find_template_marks([marks(texts) for texts in _reports(5)], least=6) == frozenset()
    assert find_template_marks([], least=6) == frozenset()


def test_one_report_that_repeats_itself_is_no_series() -> None:
    assert find_template_marks([marks([METHOD, DESCRIPTOR] * 9)], least=2) == frozenset()


def test_none_is_looked_for_when_it_is_switched_off() -> None:
    assert find_template_marks([marks(texts) for texts in _reports(6)], least=0) == frozenset()


def test_case_stops_and_spaces_make_no_difference_and_figures_do() -> None:
    one, two, three, four = marks(
        [
            "The team read 12 files here.",
            "the team  read 12 files here",
            "The team read 13 files here.",
            "Too short.",
        ]
    )
    assert one == two != three
    assert four == 0

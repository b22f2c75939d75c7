"""A document in, statements out: cutting, stems, sections and offsets."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.segment import BlockRow, SegmentSettings, Statement, segment
from tests.segment.support import agencies, rules, statements

REPORT = """\
# Northby: inspection of services for children

## Key findings

We were pleased to find that:

- staff knew the children well;
- visits took place on time; and
- plans were clear. Parents had copies.

However, we were concerned to find that

- many posts were vacant;
- records were thin.

## Recommendations

The council should:

- fill its vacant posts;
- set up a panel to:
  - read every referral;
  - report each month to the board;
- publish what it finds.

Health services should:

- name a lead nurse.
"""


def table(found: list[Statement]) -> list[tuple[str, str]]:
    return [(s.stem, s.text) for s in found]


def test_stems_are_carried_with_each_item() -> None:
    pleased, worried = "We were pleased to find that:", "However, we were concerned to find that"
    assert table(statements(REPORT))[2:10] == [
        ("", pleased),
        (pleased, "staff knew the children well;"),
        (pleased, "visits took place on time; and"),
        (pleased, "plans were clear."),
        (pleased, "Parents had copies."),
        ("", worried),
        (worried, "many posts were vacant;"),
        (worried, "records were thin."),
    ]


def test_nested_stems_add_up_and_end_with_their_list() -> None:
    council = "The council should:"
    assert table(statements(REPORT))[12:18] == [
        (council, "fill its vacant posts;"),
        (council, "set up a panel to:"),
        (f"{council} set up a panel to:", "read every referral;"),
        (f"{council} set up a panel to:", "report each month to the board;"),
        (council, "publish what it finds."),
        ("", "Health services should:"),
    ]


def test_a_flattened_nested_list_keeps_its_stem() -> None:
    found = statements(
        "Boards should:\n\n- Set clear lines so that there is:\n- support for named nurses;\n"
        "- a lead officer.\n\nIt ends."
    )
    assert [s.stem for s in found] == [
        "",
        "Boards should:",
        "Boards should: Set clear lines so that there is:",
        "Boards should: Set clear lines so that there is:",
        "",
    ]


def test_a_stem_that_points_back_is_read_with_what_it_points_to() -> None:
    found = statements("Some services were not well joined up. These included:\n\n- private schools;\n- clinics.\n")
    assert found[2].stem == "Some services were not well joined up. These included:"
    assert [s.kind for s in found] == ["concern", "context", "concern", "concern"]


def test_kinds_follow_the_stem() -> None:
    kinds = {s.text: s.kind for s in statements(REPORT)}
    assert kinds["staff knew the children well;"] == "strength"
    assert kinds["many posts were vacant;"] == "concern"
    assert kinds["fill its vacant posts;"] == "recommendation"
    assert kinds["name a lead nurse."] == "recommendation"
    assert kinds["We were pleased to find that:"] == "context"
    assert kinds["Key findings"] == "context"


def test_sections_are_paths_of_headings() -> None:
    sections = {s.text: s.section for s in statements(REPORT)}
    title = "Northby: inspection of services for children"
    assert sections[title] == ""
    assert sections["Key findings"] == ""
    assert sections["records were thin."] == "Key findings"
    assert sections["publish what it finds."] == "Recommendations"


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("# Children let down, review finds\n\nNobody rang the school.", ""),
        ("# Recommendations\n\nRing the school.", "Recommendations"),
        ("# Visits\n\nNobody rang the school.\n\n# Records\n\nThey were thin.", "Visits"),
        ("By our own reporter\n\n# Children let down\n\nNobody rang the school.", "Children let down"),
    ],
)
def test_only_a_heading_that_opens_a_document_and_stands_above_the_others_is_its_title(text: str, section: str) -> None:
    first = next(s for s in statements(text) if s.text.endswith("the school."))
    assert first.section == section


def test_before_holds_the_words_just_before_in_the_same_section() -> None:
    by_text = {s.text: s.before for s in statements(REPORT)}
    assert by_text["We were pleased to find that:"] == ""
    assert by_text["visits took place on time; and"] == "We were pleased to find that: staff knew the children well;"
    assert all(len(before) <= 200 for before in by_text.values())


def test_the_word_between_two_items_does_not_end_the_list() -> None:
    found = statements("The team draws on:\n\n- the police;\nand\n- the schools.\n")
    assert [s.stem for s in found if s.text == "the schools."] == ["The team draws on:"]


def test_furniture_gives_no_statement_and_a_caption_is_context() -> None:
    rows = [
        BlockRow(1, "furniture", 0, "", 1, 0, "Page 3 of 9"),
        BlockRow(2, "caption", 0, "", 1, 12, "Figure 1: poor and weak plans by year"),
        BlockRow(3, "table", 0, "", 1, 60, "Area\tJudgement\nLeaders do not know their services well enough.\t2019"),
    ]
    found = segment(rows, SegmentSettings(), rules())
    assert [(s.text, s.kind) for s in found if s.block_no < 3] == [("Figure 1: poor and weak plans by year", "context")]
    assert ("Leaders do not know their services well enough.", "concern") in [(s.text, s.kind) for s in found]


def test_a_row_of_a_table_is_one_statement() -> None:
    rows = [
        BlockRow(1, "heading", 1, "", None, 0, "What needs to improve"),
        BlockRow(2, "paragraph", 0, "", None, 22, "Staff are kind. Plans are late."),
    ]
    found = segment(rows, SegmentSettings(), rules(), unit="statement")
    assert [(s.text, s.section) for s in found] == [("Staff are kind. Plans are late.", "What needs to improve")]


def test_a_known_kind_rules_over_all_but_headings() -> None:
    rows = [
        BlockRow(1, "heading", 1, "", None, 0, "Review"),
        BlockRow(2, "paragraph", 0, "", None, 7, "Ratify the treaty."),
    ]
    found = segment(rows, SegmentSettings(kind="recommendation"), rules())
    assert [(s.kind, s.kind_probability) for s in found] == [("context", 1.0), ("recommendation", 1.0)]


class Certain:
    """A model that takes everything for a strength."""

    def kind_probabilities(self, statements: object) -> NDArray[np.float64]:
        return np.tile([0.0, 1.0, 0.0, 0.0], (len(statements), 1))  # type: ignore[arg-type]


def test_a_model_has_its_say() -> None:
    rows = [BlockRow(1, "paragraph", 0, "", None, 0, "The board met.")]
    alone = segment(rows, SegmentSettings(), rules())[0]
    both = segment(rows, SegmentSettings(), rules(), Certain())[0]
    assert alone.kind == "context"
    assert both.kind == "strength"
    assert 0 < both.kind_probability <= 1


@pytest.mark.parametrize("text", ["", "\n\n", "---"])
def test_nothing_in_nothing_out(text: str) -> None:
    assert statements(text) == []


def test_agencies_with_short_forms_that_the_text_defines() -> None:
    found = statements(
        "The Northby Safeguarding Children Board (NSCB) met twice.\n\nThe NSCB has no chair.\n\n"
        "Social workers and the police shared what they knew.\n\nIt rained."
    )
    assert [s.agencies for s in found] == [("partnership",), ("partnership",), ("council", "police"), ()]
    assert agencies().names["police"]


def test_agencies_in_the_plural_and_the_genitive() -> None:
    found = statements("Most schools knew. The charities' view was plain. GPs and nurseries did not.\n")
    assert [s.agencies for s in found] == [("school",), ("charity",), ("health", "school")]

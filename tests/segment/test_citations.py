"""Citations inside a document: what a text cites, and which statements that is."""

from __future__ import annotations

import pytest

from pipeline.segment import find_citations
from pipeline.segment.citations import cited_markers
from tests.segment.support import blocks_of, statements

SPEC = [
    ("The board should act (paragraph 12).", [("paragraph", "12")]),
    ("Plans were late (paragraphs 4.3 to 4.5).", [("paragraph", "4.3"), ("paragraph", "4.4"), ("paragraph", "4.5")]),
    ("See paras 3, 5 and 7-8.", [("paragraph", n) for n in "3578"]),
    ("We repeat recommendation 3.", [("recommendation", "3")]),
    ("This follows from conclusion 2 and para. 9 above.", [("conclusion", "2"), ("paragraph", "9")]),
    ("As paragraph 6 of this report shows, visits were late.", [("paragraph", "6")]),
    # other people's paragraphs
    ("It acts under paragraph 3 of Schedule 2.", []),
    ("Recommendation 4 of the first review was not met.", []),
    ("It made 12 recommendations, and 4 paragraphs were cut.", []),
    ("Section 17 applies, and 30% of paragraphs are new.", []),
]


@pytest.mark.parametrize(("text", "cited"), SPEC)
def test_what_a_text_cites(text: str, cited: list[tuple[str, str]]) -> None:
    assert list(cited_markers(text)) == cited


DOCUMENT = """# Findings

1. Plans were late.

2. Visits were missed. Nobody noticed.

# Recommendations

1. The council should visit on time (paragraph 2).

2. The board should check plans (paragraphs 1 and 9), as recommendation 1 asks.
"""


def test_a_recommendation_links_to_the_statements_of_its_paragraph() -> None:
    blocks, _ = blocks_of(DOCUMENT)
    said = {s.statement_no: s.text for s in statements(DOCUMENT)}
    found = find_citations(blocks, statements(DOCUMENT))
    assert [(c.cited_sort, c.cited_marker, [said[n] for n in c.cited]) for c in found] == [
        ("paragraph", "2", ["Visits were missed.", "Nobody noticed."]),
        ("paragraph", "1", ["Plans were late."]),
        ("paragraph", "9", []),
        ("recommendation", "1", ["The council should visit on time (paragraph 2)."]),
    ]

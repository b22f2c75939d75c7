"""Sentence boundaries: a text with `|` where one sentence ends and the next begins."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.segment.sentences import cut

CASES = [
    # plain stops
    "The team met weekly. | Minutes were kept. | Who read them? | Nobody knew!",
    "Staff were kind (and patient). | Visits were on time.",
    "The plan had lapsed... | It was renewed in May.",
    "They waited … and waited for a call.",
    "Nothing was recorded.. | That was an error.",
    # titles, initials, short forms
    "Mr. J. R. Hale chaired the board. | Dr. Amin and Mrs. Poole sat with him.",
    "Prof. A. Okoro led the review. | She reported in June.",
    "Officers (e.g. Sgt. Lowe) were told, i.e. by e-mail, on the day.",
    "See para. 4.2 and pp. 10-12. | Fig. 3 shows the trend.",
    "The case was heard before Lee J. in March.",
    "It went to Northby Ltd. | The contract was let again.",
    "The office opens at 8 a.m. and shuts at 6 p.m. | Calls are taken all night.",
    "Care leavers, foster carers, etc. were asked. | Few replied.",
    "Police, health, schools, etc. | The council led.",
    "St. Bede's School took part. | So did two others.",
    "The U.K. Government replied. | It did so late.",
    "They chose Plan B. | The board agreed.",
    "Neither you nor I. | That was the answer.",
    # numbers and references
    "Form No. 12 was used in 3.5% of cases. | The rest used none.",
    "12. The manager sees every file. | She signs each one.",
    "4.12 The board meets monthly. | It keeps minutes.",
    "Costs rose from £1.2m to £3.4m. | Ministers were told.",
    "It was cheaper in 2004. | 17 homes then closed.",
    "The guidance is clear.4 | The practice is not.",
    # web addresses
    "Details are at www.northby.gov.uk/safe.htm. | Write to info@northby.gov.uk for more.",
    "Read version 2.0.1 of the form. | It is short.",
    # quotations
    "“We were late.” | “We were wrong.”",
    "“Why was nobody told?” Ms Reed asked. | No one answered.",
    "“Why was nobody told?” asked Ms Reed. | No one answered.",
    "She said: “It works. | We like it. | It should stay.”",
    '"The system failed," he said. | "It failed badly."',
    "He called it ‘a muddle’. | The board did not.",
    "The head wrote “not my job.” | The file was shut.",
    # capital or not
    "The form (see annex. a) was lost.",
    "Calls are taken from 8 a.m. Monday to noon on Friday. | It helps.",
    "The checks were done (in May). | They were late.",
    "All staff held CRB checks. | e-learning was offered too.",
]


def expected(case: str) -> list[str]:
    return [part.strip() for part in case.split(" | ")]


@pytest.mark.parametrize("case", CASES)
def test_boundaries(case: str) -> None:
    text = " ".join(expected(case))
    assert [text[a:b] for a, b in cut(text)] == expected(case)


def test_a_missing_space_still_ends_a_sentence() -> None:
    text = "Children felt safe.They had keys to their rooms."
    assert [text[a:b] for a, b in cut(text)] == ["Children felt safe.", "They had keys to their rooms."]


def test_inline_bullets_part_statements() -> None:
    text = "The home should: • keep records • hold drills"
    assert [text[a:b] for a, b in cut(text)] == ["The home should:", "• keep records", "• hold drills"]


@given(st.text(alphabet="ab .!?“”\"'()1A\n•", max_size=80))
def test_nothing_but_white_space_is_lost(text: str) -> None:
    spans = cut(text)
    covered = {i for a, b in spans for i in range(a, b)}
    assert all(a < b for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in pairwise(spans))
    assert all(text[i].isspace() for i in range(len(text)) if i not in covered)

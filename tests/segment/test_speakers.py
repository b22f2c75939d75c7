"""Who says so: a text, and the speaker of each statement."""

from __future__ import annotations

import pytest

from pipeline.segment import speaker_role
from tests.segment.support import statements

NEWS = [
    (
        "a quotation goes on over sentences and paragraphs",
        "Anna Reed, director of the charity Harbour, said: “The list is long. It grew again.\n\n"
        "“Nobody reads it.”\n\nThe list was made in May.",
        ["Anna Reed", "Anna Reed", "Anna Reed", ""],
    ),
    (
        "the name comes after the words",
        "“We were told too late. We had no time,” said Tom Ash, head of Northby school.\n\n“It must not happen again.”",
        ["Tom Ash", "Tom Ash", "Tom Ash"],
    ),
    (
        "surnames and pronouns resolve to the full name",
        "Councillor Jo Platt, the leader, said the cuts were wrong.\n\nMs Platt warned of delay.\n\n"
        "She added that staff had left.",
        ["Councillor Jo Platt"] * 3,
    ),
    (
        "a report speaks for the body that made it, in its long form",
        "The Audit Office for Children (AOC) looked at six areas. The AOC review found gaps in all of them. "
        "The report also said that money was short.",
        ["", "Audit Office for Children", "Audit Office for Children"],
    ),
    (
        "said by people in general",
        "Social workers told us they felt rushed.\n\nThe work is hard.\n\nSeveral parents complained of delay.",
        ["Social workers", "", "Several parents"],
    ),
    (
        "according to somebody",
        "Waiting times have doubled, according to the National Deaf Trust.",
        ["National Deaf Trust"],
    ),
    (
        "what is said is not who says it, and letters after a name are no part of it",
        "Jo Platt MP, who was not asked, said that members had been “kept in the dark”.",
        ["Jo Platt"],
    ),
    (
        "a pronoun stands for the one person that the sentence before names",
        "The clinic was built by Dr Ines Moss, a doctor of the town, in 2003.\n\n“Nobody came,” she says.",
        ["", "Dr Ines Moss"],
    ),
    (
        "scare quotes make no speaker",
        "The unit was called “the shed” by those who slept there. It was shut in 2003.",
        ["", ""],
    ),
    (
        "a list under what somebody found",
        "Other findings of Lord Aldous’s review included:\n\n* staff were stretched\n* records were lost\n",
        ["", "Lord Aldous", "Lord Aldous"],
    ),
]


@pytest.mark.parametrize(("text", "speakers"), [case[1:] for case in NEWS], ids=[case[0] for case in NEWS])
def test_speakers(text: str, speakers: list[str]) -> None:
    assert [s.speaker for s in statements(text, source_type="news")] == speakers


def test_a_report_does_not_quote_itself() -> None:
    found = statements(
        "Inspectors found that plans were late.\n\nThe report sets out nine steps.\n\nParents told us they felt heard.",
        source_type="report",
    )
    assert [s.speaker for s in found] == ["", "", "Parents"]


def test_a_capital_at_the_start_makes_no_name() -> None:
    found = statements(
        "Detailed, careful records helped.\n\nManagers accept that detailed plans from managers were late.\n"
    )
    assert [s.speaker for s in found] == ["", ""]


def test_a_transcript_gives_each_turn_to_its_speaker() -> None:
    text = (
        "The Chair: Good morning to you all.\n\nWe begin with the budget.\n\n"
        "Dr Ines Moss (Northby Trust): Thank you.\n\nWe are short of beds."
    )
    assert [s.speaker for s in statements(text)] == ["Chair", "Chair", "Dr Ines Moss", "Dr Ines Moss"]


def test_transcripts_in_other_dress() -> None:
    text = (
        "# Evidence\n\nQ12 Mr Bell: We were told of beds, and I should like to know how many beds there are.\n\n"
        "Aoife: Twelve.\n\nThe Minister for Children (Tessa Wain): We keep it open.\n\n"
        "Aoife: So they say.\n\nQ13 Mr Bell: Thank you.\n\nStrengths: none.\n"
    )
    said = [s.speaker for s in statements(text)]
    assert said == ["", "Mr Bell", "Aoife", "Tessa Wain", "Aoife", "Mr Bell", "Mr Bell"]


def test_labels_open_no_turns() -> None:
    text = "Strengths: good plans.\n\nWeaknesses: late visits.\n\nStrengths: kind staff.\n\nWeaknesses: few beds.\n"
    assert [s.speaker for s in statements(text)] == [""] * 4


def test_a_speech_belongs_to_who_gives_it() -> None:
    text = "# Remarks by Dame Lettice Orr\n\nI sat through five papers. We know enough.\n\n# Annex\n\nA list.\n"
    assert [s.speaker for s in statements(text)] == ["", "Dame Lettice Orr", "Dame Lettice Orr", "", ""]


@pytest.mark.parametrize(
    ("speaker", "texts", "role"),
    [
        ("Ofsted", (), "inspectorate"),
        ("inspectors", (), "inspectorate"),
        ("Councillor Jo Platt", (), "council"),
        ("one young person", (), "child or family"),
        ("health secretary", (), "minister"),
        ("social workers", (), "professional"),
        ("Anna Reed", ("Anna Reed, director of the charity Harbour, said so.",), "charity"),
        ("Bo Lane", ("Bo Lane, Minister for Children, agreed.",), "minister"),
        ("Bo Lane", (), "other"),
        ("", (), ""),
    ],
)
def test_roles(speaker: str, texts: tuple[str, ...], role: str) -> None:
    assert speaker_role(speaker, texts) == role

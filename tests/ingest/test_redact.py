"""What is masked, what stays, and that nothing moves. All people and places are made up."""

from __future__ import annotations

import pytest

from pipeline.ingest.redact import Redactor, RedactSettings, mask

ON = RedactSettings(on=True)


def found(text: str, settings: RedactSettings = ON) -> list[tuple[str, str]]:
    return [(text[place.start : place.end], place.kind) for place in Redactor([text], settings).find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kian, aged 7, lived with his mother, Donna Marsh.", [("Kian", "name"), ("Donna Marsh", "name")]),
        ("Ms Okonkwo said that her son Tyler was hurt.", [("Okonkwo", "name"), ("Tyler", "name")]),
        ("Dr Anil Rao saw the boy. Rao wrote it down.", [("Anil Rao", "name"), ("Rao", "name")]),
        ("His date of birth is 4 March 2004.", [("4 March 2004", "date_of_birth")]),
        ("DOB: 12/05/2010", [("12/05/2010", "date_of_birth")]),
        ("They live at 14 Alder Road, Fernbridge FB1 2QX.", [("14 Alder Road", "address"), ("FB1 2QX", "address")]),
        ("Sie wohnt in der Lindenstraße 12.", [("Lindenstraße 12", "address")]),
        ("Ring 01632 960123 or +44 1632 960 124.", [("01632 960123", "phone"), ("+44 1632 960 124", "phone")]),
        ("Write to d.marsh@example.org.", [("d.marsh@example.org", "email")]),
    ],
)
def test_what_tells_who_somebody_is_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The minister, Paul Reed, said so. Mr Reed added that Fernbridge Council had failed.",
        "Mr Reed, the minister, agreed with Councillor Jane Holt and Sir Michael Stone.",
        "Victoria Road School and the John Bright Foundation work with Child A and Baby P.",
        "Inspectors came in May 2006. The Children Act 1989, section 47 (12), applies.",
        "The report of 4 March 2004 names 1,234 children, 0.5% of 246,810.",
        "Staff mark work. Grace is said before meals. The child needs help.",
    ],
)
def test_offices_bodies_and_common_words_stay(text: str) -> None:
    assert found(text) == []


def test_office_holders_can_be_masked_too() -> None:
    text = "The minister, Paul Reed, said so."
    assert found(text, RedactSettings(on=True, office_holders=True)) == [("Paul Reed", "name")]


def test_only_the_kinds_asked_for_are_masked() -> None:
    text = "Ms Marsh, 01632 960123"
    assert found(text, RedactSettings(on=True, kinds=("phone",))) == [("01632 960123", "phone")]


def test_a_mask_keeps_length_and_shape() -> None:
    text = "Zoë O’Neil-Marsh, 14 Alder Road"
    assert mask(text) == "Xxx X’Xxxx-Xxxxx, 00 Xxxxx Xxxx"
    assert len(mask("李明 Łukasz")) == len("李明 Łukasz")


def test_a_name_told_once_is_masked_wherever_it_stands() -> None:
    texts = ["Donna Marsh came late.", "Nobody asked Donna.", "Marsh Lane School is near."]
    redactor = Redactor(texts, ON)
    assert [redactor.masked(text) for text in texts] == ["Xxxxx Xxxxx came late.", "Nobody asked Xxxxx.", texts[2]]

"""Kind, publisher, title and language by evidence, blank where nothing says."""

from __future__ import annotations

import pytest
from dating_pieces import Piece

from pipeline.dating.describe import Description, describe
from pipeline.dating.publishers import publisher_of_host


def described(*pieces: str | Piece, url: str = "", **given: str) -> Description:
    known = {"title": "", "publisher": "", "source_type": "", "language": "", **given}
    blocks = [Piece(piece) if isinstance(piece, str) else piece for piece in pieces]
    return describe(blocks, file_name="document.txt", reader="text", url=url, **known)


REPORT = (
    Piece("Inspection of Millbrook footbridges", "heading"),
    "Inspection dates: 4 to 8 May 2015",
    Piece("Key findings", "heading"),
    "Inspectors found that repairs are late. This report sets out what must change.",
    Piece("Recommendations", "heading"),
    "1.1 The town should mend the Pell span.",
)
NEWS = (
    "Bridges crumble while town waits, inspectors say",
    "By Jo Marsh",
    "Repairs in Millbrook are late, a watchdog said today.",
    "“We are worried,” said Ada Thorne, who walks to work. “It shakes,” she added.",
    "A spokesman for the town said: “We are mending what we can.”",
)


@pytest.mark.parametrize(
    ("pieces", "kind"), [(REPORT, "report"), (NEWS, "news"), (("Bridges are made of stone.",), "")]
)
def test_kind_by_wording(pieces: tuple[str | Piece, ...], kind: str) -> None:
    said = described(*pieces)
    assert said.source_type == kind
    assert ("source_type" in said.evidence) == bool(kind)


def test_what_the_reader_knows_stands() -> None:
    said = described(*NEWS, title="A title", publisher="Millbrook Courier", source_type="other", language="en")
    assert (said.title, said.publisher, said.source_type) == ("A title", "Millbrook Courier", "other")


@pytest.mark.parametrize(
    ("url", "publisher", "kind"),
    [
        ("https://www.theguardian.com/society/2009/oct/21/x", "The Guardian", "news"),
        ("http://www.bbc.co.uk/news/1", "BBC News", "news"),
        ("https://files.ofsted.gov.uk/v1/file/1", "Ofsted", "report"),
        ("https://www.publications.parliament.uk/x", "House of Commons", "report"),
        ("https://www.millbrookcourier.example/x", "millbrookcourier.example", ""),
    ],
)
def test_publisher_by_site(url: str, publisher: str, kind: str) -> None:
    said = described("Bridges are made of stone.", url=url)
    assert (said.publisher, said.source_type) == (publisher, kind)


def test_publisher_by_imprint_not_by_mention() -> None:
    imprint = "The Care Quality Commission is the independent regulator of health and social care in England."
    assert described(*REPORT, imprint).publisher == "Care Quality Commission"
    assert described(*REPORT, "The head told Ofsted and the Home Office about it, and nobody came.").publisher == ""
    assert described("Response to the Care Quality Commission", *REPORT).publisher == ""


def test_title_is_the_first_heading_and_never_prose_or_a_date() -> None:
    assert described(*REPORT).title == "Inspection of Millbrook footbridges"
    assert described(*NEWS).title == "Bridges crumble while town waits, inspectors say"
    assert (
        described("15 January 2019", "Dear colleague", Piece("Visit to Millbrook", "heading")).title
        == "Visit to Millbrook"
    )
    assert described("On a wet day last week, the town met to talk of its bridges.").title == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The town has decided to mend the old footbridge before the winter comes.", "en"),
        ("Mae'r cyngor wedi penderfynu trwsio'r hen bont droed cyn i'r gaeaf ddod i'r dref.", "cy"),
        ("La commune a décidé de réparer la vieille passerelle avant l'arrivée de l'hiver.", "fr"),
        ("12 34", ""),
    ],
)
def test_language(text: str, language: str) -> None:
    assert described(text).language == language


def test_a_short_texts_language_is_taken_from_the_file() -> None:
    assert described("Pont", language="cy-GB").language == "cy"


def test_sites_match_whole_names_only() -> None:
    assert publisher_of_host("notbbc.co.uk") is None
    assert publisher_of_host("news.bbc.co.uk") is not None

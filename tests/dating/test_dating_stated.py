"""Dates of publication that are stated: metadata, addresses, file names, labels, places on the page."""

from __future__ import annotations

import pytest
from dating_pieces import Piece, dated

from pipeline.dating import DateClue

PROSE = "Inspectors looked at how the town keeps its footbridges safe and found that repairs were late."


def structured(value: str, name: str = "datePublished") -> DateClue:
    return DateClue("structured", name, value)


CLUES = [
    ((structured("2009-10-21T08:00:00Z"),), "2009-10-21", "metadata"),
    ((structured("May 30, 2014 Friday", "date"),), "2014-05-30", "metadata"),
    ((structured("2008"),), "2008", "metadata"),
    ((structured("2008-05"),), "2008-05", "metadata"),
    ((structured("20090713"),), "2009-07-13", "metadata"),
    ((structured("2015-01-02", "dateModified"), structured("2009-03-04")), "2009-03-04", "metadata"),
    ((structured("1970-01-01T00:00:00Z"), DateClue("label", "published", "4 May 2010")), "2010-05-04", "labelled"),
    ((DateClue("url", "url", "https://news.example/2009/oct/21/bridges"),), "2009-10-21", "url"),
    ((DateClue("url", "url", "2003/01/30"), DateClue("label", "updated", "4 May 2010")), "2003-01-30", "url"),
    ((DateClue("url", "url", "https://news.example/2009/10/bridges"),), "2009-10", "url"),
]


@pytest.mark.parametrize(("clues", "published", "method"), CLUES)
def test_metadata_and_addresses(clues: tuple[DateClue, ...], published: str, method: str) -> None:
    found = dated(PROSE, clues=clues)
    assert (found.published, found.method) == (published, method)
    assert found.evidence


FILE_NAMES = [
    ("bridges_2011-03-14.pdf", "2011-03-14"),
    ("80429_millbrook__bridge inspection - 19 october 2012.pdf", "2012-10-19"),
    ("report-14-03-2011.docx", "2011-03-14"),
    ("20110314 report.txt", "2011-03-14"),
    ("Report March 2011.pdf", "2011-03"),
    ("50276411.pdf", ""),
    ("report2011.pdf", ""),
    ("80429-cs-76803c.pdf", ""),
]


@pytest.mark.parametrize(("name", "published"), FILE_NAMES)
def test_file_names_count_when_they_state_a_day_or_month(name: str, published: str) -> None:
    assert dated(PROSE, file_name=name).published == published


LABELS = [
    ("Published: 14 March 2011", "2011-03-14"),
    ("Report published: 23 May 2014", "2014-05-23"),
    ("Inspection dates: 24 – 28 June 2013\nPublished: 2 August 2013", "2013-08-02"),
    ("Date of publication 3 July 2006", "2006-07-03"),
    ("Distr.: General\n5 October 2009", "2009-10-05"),
    ("FOR IMMEDIATE RELEASE Office of Bridges, Room 4 | April 30, 2007 | 30 Low Street", "2007-04-30"),
    ("Ordered by the House of Commons to be printed on 8 July 2025", "2025-07-08"),
    ("This report was first published on 9 May 2012.", "2012-05-09"),
    ("Issued: December 2008", "2008-12"),
]


@pytest.mark.parametrize(("text", "published"), LABELS)
def test_labels_at_the_top(text: str, published: str) -> None:
    found = dated("Footbridges of Millbrook", *text.split("\n"), PROSE)
    assert (found.published, found.method) == (published, "labelled")


NOT_LABELS = [
    "Previous report published: 3 May 2009",
    "Last inspection: 3 May 2009",
    "Inspection date: 28 July 2016",
    "To be published: 3 May 2019",
    "The council's plan, published on 3 May 2009, says little.",
    "Date of birth: 3 May 1989",
]


@pytest.mark.parametrize("text", NOT_LABELS)
def test_other_dates_are_not_the_publication(text: str) -> None:
    found = dated("Footbridges of Millbrook", text, PROSE)
    assert (found.precision in ("none", "year"), found.method in ("none", "bounds")) == (True, True)


PLACES = [
    (("Bridges crumble, say inspectors", "Jo Marsh, Thursday 22 October 2009 00.05 BST", PROSE), "2009-10-22"),
    (("The Millbrook Courier, 3 June 2005", "Bridges crumble", PROSE), "2005-06-03"),
    (("15 January 2019", "To the head of highways", "Dear colleague", PROSE), "2019-01-15"),
    ((PROSE,) * 30 + ("The town met its mayor on 4 April 2004.",), ""),
    ((PROSE,) * 30 + ("4 April 2004",), "2004-04-04"),
    (("Bridges crumble", "Next meeting: 4 April 2004", PROSE), ""),
]


@pytest.mark.parametrize(("pieces", "published"), PLACES)
def test_mastheads_bylines_letter_heads_and_ends(pieces: tuple[str, ...], published: str) -> None:
    assert dated(*pieces).published == published


def test_a_letter_appears_on_its_day_or_soon_after() -> None:
    found = dated("15 January 2019", "Dear colleague", PROSE)
    assert found.earliest is not None
    assert found.latest is not None
    assert (found.latest - found.earliest).days == 14


def test_a_cover_gives_its_month() -> None:
    found = dated(Piece("Footbridges", "heading", 1), Piece("January 2026", "heading", 1), Piece(PROSE, page=2))
    assert (found.published, found.method, str(found.latest)) == ("2026-01", "cover", "2026-01-31")


def test_todays_date_above_a_pages_heading_does_not_win() -> None:
    page = (Piece("Tuesday 3 March 2020"), Piece("Bridges crumble", "heading"), Piece("By Jo Marsh, 21 May 2009"))
    address = DateClue("url", "url", "https://news.example/bridges")
    assert dated(*page, PROSE, clues=(address,)).published == "2009-05-21"
    assert dated(*page[:2], PROSE, clues=(address,)).published == ""


def test_a_page_without_any_date_stays_undated() -> None:
    found = dated("Bridges crumble", PROSE, clues=(DateClue("url", "url", "https://news.example/bridges"),))
    assert (found.published, found.precision, found.method, found.year) == ("", "none", "none", "")


def test_an_article_that_quotes_older_dates_is_not_dated_by_them() -> None:
    found = dated("Bridges crumble", "The Pell span was closed on 4 May 1998 and opened again on 9 June 2001.", PROSE)
    assert found.year == ""
    assert str(found.earliest) == "2001-06-09"


def test_an_american_page_is_read_month_first() -> None:
    label = DateClue("label", "posted", "Posted 04/05/2015")
    assert dated("Hearings: 04/23/2015 and 05/30/2015.", PROSE, clues=(label,)).published == "2015-04-05"
    assert dated("Hearings: 23/04/2015 and 30/05/2015.", PROSE, clues=(label,)).published == "2015-05-04"


def test_an_archived_page_was_public_by_its_capture() -> None:
    archived = DateClue("url", "url", "https://web.archive.org/web/20090126164716/http://news.example/bridges")
    found = dated("Bridges crumble", PROSE, clues=(archived,))
    assert (found.published, str(found.latest)) == ("", "2009-01-26")


def test_a_files_own_date_alone_proves_nothing() -> None:
    assert dated(PROSE, clues=(DateClue("property", "CreationDate", "D:20150401120000"),)).year == ""

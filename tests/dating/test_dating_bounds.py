"""Undated texts placed by what they know, what they foresee and what they count from."""

from __future__ import annotations

import pytest
from dating_pieces import dated

PROSE = "Inspectors looked at how the town keeps its footbridges safe and repairs seem late."

BOUNDS = [
    (
        "an office holder who speaks",
        "Ada Thorne, Minister for Bridges, said more was needed.",
        "2004-05-10",
        "2006-02-03",
    ),
    ("title before the name", "The report urged bridges minister Bram Oakley to act.", "2006-02-03", "2009-11-20"),
    ("a former holder", "The former bridges minister Ada Thorne said so.", "2004-05-10", "None"),
    ("a holder to come", "The incoming bridges minister Ada Thorne said so.", "None", "None"),
    ("a namesake without the office", "Ada Thorne said more was needed.", "None", "None"),
    ("a body that acts now", "The Bridge Safety Office has few staff.", "2005-04-01", "2010-03-31"),
    ("a body that acted", "The BSO found rust.", "2005-04-01", "None"),
    ("a body to come", "A Bridge Safety Office will be set up.", "2003-06-01", "2005-04-01"),
    ("a body that will be set up", "The Bridge Safety Office will be set up soon.", "2003-06-01", "2005-04-01"),
    ("a case that is known", "Since the Pell Bridge collapse, checks are frequent.", "2007-08-14", "None"),
    ("something foreseen", "A toll will be introduced in April 2010.", "None", "2010-05-07"),
    ("something told", "The toll was introduced in April 2010.", "2010-04-01", "None"),
    ("a target", "The town hopes that all will be mended by 2012.", "None", "2013-01-07"),
    ("a count", "Of 2003 bridges 173 were mended.", "None", "None"),
]


@pytest.mark.parametrize(("what", "text", "earliest", "latest"), BOUNDS, ids=[row[0] for row in BOUNDS])
def test_bounds(what: str, text: str, earliest: str, latest: str) -> None:
    found = dated(PROSE, text, source_type="news")
    assert (str(found.earliest), str(found.latest)) == (earliest, latest)


def test_bounds_within_one_year_give_the_year_and_the_words() -> None:
    found = dated(
        "Bram Oakley, Minister for Bridges, said the Bridge Safety Office has failed.", "It was so in May 2009."
    )
    assert (found.year, found.precision, found.method) == ("2009", "year", "bounds")
    assert "Bram Oakley" in found.evidence
    assert "May 2009" in found.evidence


def test_contradicting_words_leave_the_firmer_bound() -> None:
    found = dated("Ada Thorne, Minister for Bridges, said so.", "Since the Pell Bridge collapse, checks are frequent.")
    assert (str(found.earliest), found.latest, found.year) == ("2007-08-14", None, "")


YEARS = [
    (
        "a span from a date",
        "Complaints rose in the last two years, from 17 in June 2007 to 34 last year.",
        "Bram Oakley, Minister for Bridges, said so.",
        "2009",
    ),
    (
        "years since a report",
        "The Marlow report was published three years ago.",
        "Since January 2011 the bridge was closed.",
        "2011",
    ),
    (
        "this year",
        "In the year to March 2009 the office closed 40 bridges, and this year 3 more.",
        "Bram Oakley, Minister for Bridges, said so.",
        "2009",
    ),
]


@pytest.mark.parametrize(("what", "one", "two", "year"), YEARS, ids=[row[0] for row in YEARS])
def test_relative_words_are_counted_from_what_stands_beside_them(what: str, one: str, two: str, year: str) -> None:
    assert dated(one, two, source_type="news").year == year


def test_relative_words_without_an_anchor_prove_nothing() -> None:
    found = dated("Three years ago the bridge was new. Last year it rusted, and yesterday it fell.", source_type="news")
    assert (found.year, found.earliest, found.latest) == ("", None, None)


def test_silence_on_a_landmark_makes_a_text_older_only_where_it_treats_the_matter() -> None:
    fieldwork = "We visited six towns between January 2007 and April 2007."
    assert dated(fieldwork, "There were many inquiries into collapses.", source_type="report").year == "2007"
    assert dated(fieldwork, "There were many visits to bridges.", source_type="report").year == ""


def test_no_text_that_cannot_be_placed_is_given_a_year() -> None:
    found = dated(PROSE, "Bridges matter to everyone.", "Staff said that they were tired.")
    assert (found.published, found.year, found.method, found.evidence) == ("", "", "none", "")

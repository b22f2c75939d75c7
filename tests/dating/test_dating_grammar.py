"""The grammar of dates: what it reads, what it leaves alone."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dating.grammar import compact_date, find_dates, numeric_order

READS = [
    ("Published: 14 March 2011", "2011-03-14", "2011-03-14", "day"),
    ("on the 3rd of May, 2004", "2004-05-03", "2004-05-03", "day"),
    ("Thursday 22 October 2009 00.05 BST", "2009-10-22", "2009-10-22", "day"),
    ("10th and 22nd May 2007", "2007-05-10", "2007-05-22", "day"),
    ("23rd, 24th and 25th June 2009", "2009-06-23", "2009-06-25", "day"),
    ("17 March to 21 March 2025", "2025-03-17", "2025-03-21", "day"),
    ("28 January–5 February 2014", "2014-01-28", "2014-02-05", "day"),
    ("28 November - 5 February 2014", "2013-11-28", "2014-02-05", "day"),
    ("20 June 2017 ─ 13 July 2017", "2017-06-20", "2017-07-13", "day"),
    ("15-19 July 2013", "2013-07-15", "2013-07-19", "day"),
    ("between December 2001 and March 2002", "2001-12-01", "2002-03-31", "month"),
    ("April-September 2003", "2003-04-01", "2003-09-30", "month"),
    ("Reference 071101, May 2009", "2009-05-01", "2009-05-31", "month"),
    ("2 0 0 1 2 0 1 0", "2010-01-20", "2010-01-20", "day"),
    ("1 4 M a r c h 2 0 1 1", "2011-03-14", "2011-03-14", "day"),
    ("April 30, 2007", "2007-04-30", "2007-04-30", "day"),
    ("June 3-5, 2010", "2010-06-03", "2010-06-05", "day"),
    ("May 30, 2014 Friday", "2014-05-30", "2014-05-30", "day"),
    ("2009-10-21T08:00:00Z", "2009-10-21", "2009-10-21", "day"),
    ("03/04/2015", "2015-04-03", "2015-04-03", "day"),
    ("04/23/2015", "2015-04-23", "2015-04-23", "day"),
    ("5.12.2010", "2010-12-05", "2010-12-05", "day"),
    ("12-Mar-09", "2009-03-12", "2009-03-12", "day"),
    ("lundi 4 octobre 2010", "2010-10-04", "2010-10-04", "day"),
    ("19. März 2012", "2012-03-19", "2012-03-19", "day"),
    ("7 Gorffennaf 2016", "2016-07-07", "2016-07-07", "day"),
    ("in 2016–17 the service", "2016-01-01", "2017-12-31", "year"),
    ("since 2002", "2002-01-01", "2002-12-31", "year"),
    ("the 2003 report", "2003-01-01", "2003-12-31", "year"),
]

LEAVES = [
    "34% of the 173 reviews were weak",
    "We may 2010 times regret it",
    "2003 pupils sat the test",
    "of 2003 pupils, half left",
    "£2004 a week",
    "section 1.2.20",
    "call 01623 724 524",
    "version 2.0.1",
    "31 February 2010",
    "between 13 and 19 years",
    "children aged 10 to 15",
]


@pytest.mark.parametrize(("text", "first", "last", "precision"), READS)
def test_reads_a_date(text: str, first: str, last: str, precision: str) -> None:
    (found,) = find_dates(text, bare_years=True)
    assert (found.first.isoformat(), found.last.isoformat(), found.precision) == (first, last, precision)


@pytest.mark.parametrize("text", LEAVES)
def test_leaves_alone_what_is_no_date(text: str) -> None:
    assert find_dates(text, bare_years=True) == []


def test_numeric_dates_follow_the_order_that_the_text_proves() -> None:
    assert numeric_order("Filed 04/23/2015, heard 05/06/2015") is True
    assert numeric_order("Filed 23/04/2015, heard 06/05/2015") is False
    assert numeric_order("Filed 04/05/2015") is None
    (found,) = find_dates("03/04/2015", month_first=True)
    assert found.first == dt.date(2015, 3, 4)


def test_offsets_are_those_of_the_text() -> None:
    text = "It’s out – 1st July 2010 – at last"
    (found,) = find_dates(text)
    assert text[found.start : found.end] == "1st July 2010"


def test_eight_digits_are_a_day_or_nothing() -> None:
    assert compact_date("20012010") == dt.date(2010, 1, 20)
    assert compact_date("20100120") == dt.date(2010, 1, 20)
    assert compact_date("99999999") is None


@given(st.dates(dt.date(1950, 1, 1), dt.date(2050, 12, 31)))
def test_every_day_is_read_in_every_plain_form(day: dt.date) -> None:
    for form in (f"{day.day} {day:%B %Y}", f"{day:%B} {day.day}, {day.year}", day.isoformat(), f"{day:%d/%m/%Y}"):
        (found,) = find_dates(f"Seen {form} here")
        assert found.first == found.last == day


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    for found in find_dates(text, bare_years=True):
        assert 0 <= found.start < found.end <= len(text)
        assert found.first <= found.last

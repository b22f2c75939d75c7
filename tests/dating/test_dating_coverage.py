"""What a document looks at: inspection days, fieldwork and periods, kept apart from publication."""

from __future__ import annotations

import pytest
from dating_pieces import dated

PROSE = "Inspectors looked at how the town keeps its footbridges safe and found that repairs were late."

COVERS = [
    ("Inspection dates: 17 March to 21 March 2025", "2025-03-17", "2025-03-21"),
    ("Inspection dates: 5 to 9 December 2022 and 14 to 15 February 2023", "2022-12-05", "2023-02-15"),
    ("Dates of inspection: 10th and 22nd May 2007", "2007-05-10", "2007-05-22"),
    ("Inspectors were on site from 22 to 26 May 2023. The visit was short.", "2023-05-22", "2023-05-26"),
    ("Between 22 and 26 February 2016, the inspectorate undertook an inspection.", "2016-02-22", "2016-02-26"),
    ("We visited four towns between December 2001 and March 2002.", "2001-12-01", "2002-03-31"),
    ("The group held its fourth session from 2 to 13 February 2009.", "2009-02-02", "2009-02-13"),
    ("This looks at 173 repairs in the year to April 2009.", "2008-05-01", "2009-04-30"),
    ("For the six months ended September 2003 we report savings.", "2003-04-01", "2003-09-30"),
    ("Report to the town, April-September 2003", "2003-04-01", "2003-09-30"),
]


@pytest.mark.parametrize(("text", "first", "last"), COVERS)
def test_covers(text: str, first: str, last: str) -> None:
    found = dated("Footbridges of Millbrook", text, PROSE)
    assert (str(found.covers_from), str(found.covers_to)) == (first, last)
    assert found.method != "labelled"
    assert found.earliest is not None
    assert found.covers_to is not None
    assert found.earliest <= found.covers_to


@pytest.mark.parametrize(
    "text",
    [
        "Dates of previous inspection: 28 February to 4 March 2022",
        "Since the last inspection in March 2019 much has changed.",
        "The mayor was born on 3 May 1949.",
    ],
)
def test_other_times_are_not_covered(text: str) -> None:
    assert dated("Footbridges of Millbrook", text, PROSE).covers_from is None


def test_a_report_follows_its_inspection_within_the_stated_lag() -> None:
    found = dated("Footbridges of Millbrook", "Inspection dates: 3 to 14 June 2019", PROSE)
    assert (found.year, found.precision, str(found.earliest), found.method) == ("2019", "year", "2019-06-14", "bounds")
    assert str(found.latest) == "2020-03-10"


def test_an_inspection_at_the_years_end_gives_no_year() -> None:
    found = dated("Footbridges of Millbrook", "Inspection dates: 12 to 16 November 2018", PROSE)
    assert (found.year, str(found.earliest)) == ("", "2018-11-16")


def test_the_files_date_decides_between_two_years_that_the_text_leaves_open() -> None:
    from pipeline.dating import DateClue

    text = ("Footbridges of Millbrook", "Inspection dates: 12 to 16 November 2018", PROSE)
    made = DateClue("property", "CreationDate", "D:20190109090900+00'00'")
    assert dated(*text, clues=(made,)).year == "2019"
    long_before = DateClue("property", "CreationDate", "D:20160109090900+00'00'")
    assert dated(*text, clues=(long_before,)).year == ""

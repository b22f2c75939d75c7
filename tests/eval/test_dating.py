"""Floors of dating on real documents of known date: years right, none invented, the true day in the interval."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.config import load_yaml
from pipeline.dating import Dated, DatingInput, Timeline, date_document
from pipeline.readers.dispatch import ReadOptions, read

SEED_YEARS = {"000": "2009", "001": "2005", "002": "2002", "003": "2009", "004": "2009"}
EVERY = 8  # of the reports: reading all of them takes minutes


@pytest.fixture(scope="module")
def timeline(root: Path) -> Timeline:
    return Timeline.build(load_yaml(root / "configs" / "timeline.yml").value)


def dated(path: Path, timeline: Timeline) -> Dated | None:
    """Date a file by its content alone; None where it is no document."""
    for parsed in read(path.read_bytes(), path.name, ReadOptions()).documents[:1]:
        return date_document(DatingInput(parsed.blocks, "", parsed.date_clues, parsed.source_type), timeline)
    return None


def truths(index: Path) -> Iterator[tuple[Path, str]]:
    with index.open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["publication_date"]:
                yield index.parent / row["file"], row["publication_date"]


def inside(found: Dated, truth: str) -> bool:
    return bool(found.earliest and found.latest and found.earliest.isoformat() <= truth <= found.latest.isoformat())


def test_years_of_texts_without_any_date_line(material: Path, timeline: Timeline) -> None:
    for path in sorted((material / "seeds").glob("*.txt")):
        found = dated(path, timeline)
        assert found is not None
        assert found.year == SEED_YEARS[path.name[:3]], path.name
        assert found.evidence, "a year is never given without the words that prove it"


def test_no_year_hangs_on_a_single_fact_made_for_it(material: Path, timeline: Timeline) -> None:
    """Any fact that such a text mentions can be taken away, and no year turns wrong: at worst it is unknown."""
    tried = 0
    for path in sorted((material / "seeds").glob("*.txt")):
        truth, text = SEED_YEARS[path.name[:3]], path.read_text(encoding="utf-8")
        for fact in timeline.facts:
            if any(name in text for name in fact.names):
                found = dated(path, timeline.without(fact.id))
                assert found is not None
                assert found.year in {truth, ""}, (path.name, fact.id)
                tried += 1
    assert tried >= 20


def test_days_of_web_pages(material: Path, timeline: Timeline) -> None:
    rows = [(dated(path, timeline), truth) for path, truth in truths(material / "formats" / "html_dated" / "dates.csv")]
    found = [(said, truth) for said, truth in rows if said is not None]
    assert sum(said.year == truth[:4] for said, truth in found) >= 0.95 * len(rows)
    assert sum(said.published == truth for said, truth in found) >= 0.90 * len(rows)


def test_years_of_inspection_reports(material: Path, timeline: Timeline) -> None:
    rows = sorted(truths(material / "ofsted" / "index.csv"))[::EVERY]
    found = [(said, truth) for path, truth in rows if (said := dated(path, timeline)) is not None]
    assert len(found) >= 15
    assert not [truth for said, truth in found if said.year not in {truth[:4], ""}], "a wrong year is worse than none"
    assert sum(said.year == truth[:4] for said, truth in found) >= 0.94 * len(found)
    assert sum(inside(said, truth) for said, truth in found) >= 0.94 * len(found)

"""The page as text: complete, self-contained, and deaf to what documents try to make it do."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from made_up import document, run_tables, save, statement, tables_of

from pipeline.report import Pictures, draw, load_tables, remembering, report_html, sections
from pipeline.report.change import change_table
from pipeline.report.draw import unchecked
from pipeline.report.payload import payload

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> \u202egnp.exe\u202c {{ 7 * 7 }} =cmd|'/c calc'!A1"
)


@pytest.fixture(scope="module")
def page() -> str:
    return report_html(run_tables(), {"version": "0.1.0"})


def test_nothing_is_fetched(page: str) -> None:
    assert not re.findall(r"""(?:src|action|data|poster)=["']?\s*(?:https?:)?//""", page)
    assert not re.findall(r"""href=["'](?!#)""", page)
    assert "default-src 'none'" in unescape(page)


def test_hostile_text_stays_text() -> None:
    doc = document(1, "2010", title=HOSTILE, source_path=HOSTILE, publisher=HOSTILE)
    tables = tables_of([doc], [statement(doc, 0, "concern", ["thresholds"], HOSTILE, speaker=HOSTILE, stem=HOSTILE)])
    tables.rejects["message"] = HOSTILE
    tables.themes["theme_label"] = HOSTILE
    html = report_html(tables, {"title": HOSTILE, "command": HOSTILE})
    assert html.count("<script") == 2
    assert "<img" not in html
    assert "49" not in unescape(html).partition("gnp.exe")[2][:30]
    block = re.search(r'<script type="application/json" id="data" data-form="json">(.*?)</script>', html, re.S)
    assert block is not None
    assert json.loads(block[1])["text"] == [HOSTILE]


def test_same_tables_same_page(page: str) -> None:
    assert report_html(run_tables(), {"version": "0.1.0"}) == page


def test_pictures_drawn_before_are_not_drawn_again_and_the_page_is_the_same(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Pictures(lambda _: None)
    with remembering(before):
        assert report_html(run_tables(), {"version": "0.1.0"}) == page
    drawn: list[str] = []
    monkeypatch.setattr(draw, "_draw", lambda spec: drawn.append(json.dumps(spec)))
    again = Pictures(before.used.get)
    with remembering(again):
        assert report_html(run_tables(), {"version": "0.1.0"}) == page
    assert not drawn
    assert again.used == before.used


def test_corpora_without_years_findings_or_documents() -> None:
    undated = document(1, "")
    lone = tables_of([undated], [statement(undated, 0, "concern", ["thresholds"], "A referral was lost.")])
    for tables in (lone, tables_of([], [])):
        assert "</html>" in report_html(tables, {})


def test_trends_are_shown_where_they_were_tested() -> None:
    trends = pd.DataFrame({"theme_id": ["thresholds"], "theme_label": ["Thresholds"], "share_of_findings": [0.12]})
    (shown,) = change_table(trends, "trends")
    assert shown["title"] == "What rises and falls"
    assert shown["rows"] == [[{"text": "Thresholds", "href": "#theme=thresholds"}, {"text": "12%", "href": ""}]]
    assert change_table(None, "trends") == []


def test_the_same_finding_again_opens_both_statements() -> None:
    row = {
        "theme_id": "thresholds", "theme_label": "Thresholds", "kind": "concern", "year": "2004", "year_again": "2009",
        "years_between": 5, "likeness": 0.9, "statement_id": "d1-1", "statement_id_again": "d2-1",
        "text": "Referrals; lost.", "text_again": "Referrals were lost.",
    }  # fmt: skip
    (shown,) = change_table(pd.DataFrame([row]), "recurrence")
    cells = shown["rows"][0]
    assert [head["label"] for head in shown["heads"]] == ["Theme", "Kind", "Year", "Text", "Year again", "Text again"]
    assert (cells[3]["text"], cells[3]["href"]) == ("Referrals; lost.", "#statement=d1-1")
    assert cells[5]["href"] == "#statement=d2-1"


def test_a_long_run_is_read_in_part_and_gives_the_same_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "svg", lambda chart: chart.to_json())
    monkeypatch.setattr(sections, "svgs", lambda chart, frames: [str(frame.to_dict()) for frame in frames])
    save(run_tables(), tmp_path)
    whole, part = load_tables(tmp_path), load_tables(tmp_path, 100)
    assert part.shown is not None
    assert len(part.shown.findings) == 100 < len(part.findings) == len(whole.findings)
    assert "text" not in part.findings
    assert payload(part, 100) == payload(whole, 100)
    with unchecked():
        assert str(sections.contents(part, {}, 0)) == str(sections.contents(whole, {}, 0))

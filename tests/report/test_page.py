"""The page as text: complete, self-contained, and deaf to what documents try to make it do."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from made_up import document, run_tables, statement, tables_of

from pipeline.report import report_html

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


@pytest.mark.parametrize("place", ["title", "text", "speaker", "source_path", "message"])
def test_hostile_text_stays_text(place: str) -> None:
    doc = document(1, "2010", **({place: HOSTILE} if place in ("title", "source_path") else {}))
    said = statement(doc, 0, "concern", ["thresholds"], HOSTILE if place == "text" else "A referral was lost.")
    tables = tables_of([doc], [said | ({"speaker": HOSTILE} if place == "speaker" else {})])
    if place == "message":
        tables.rejects["message"] = HOSTILE
    html = report_html(tables, {"title": HOSTILE})
    assert html.count("<script") == 2
    assert "<img" not in html
    assert "<script>alert" not in html


def test_data_block_gives_the_statements_back() -> None:
    doc = document(1, "2010")
    html = report_html(tables_of([doc], [statement(doc, 0, "concern", ["thresholds"], HOSTILE)]), {})
    block = re.search(r'<script type="application/json" id="data" data-form="json">(.*?)</script>', html, re.S)
    assert block is not None
    assert json.loads(block[1])["text"] == [HOSTILE]


def test_same_tables_same_page(page: str) -> None:
    assert report_html(run_tables(), {"version": "0.1.0"}) == page

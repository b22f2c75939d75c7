"""Web pages give their main text with its structure, and every date that they state about themselves."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from pipeline.readers.dispatch import read
from pipeline.readers.guard import RefusedError
from pipeline.readers.web.hostile import check, html_text

STORY = (
    "<p>The council in Marrow Bay has closed two of its three family centres, a report to "
    "councillors said on Monday evening.</p>"
    "<p>Parents told the <i>Harbour Courier</i> that they had heard of it from a poster "
    "– and that nobody had asked them about it.</p>"
    "<h2>What happens next</h2><p>The council promised:</p><ul><li>a public meeting<ul><li>with "
    "minutes</li></ul></li><li>a helpline</li></ul>"
    "<table><tr><th>Centre</th><th>Visits</th></tr><tr><td>Quay Street</td><td>412</td></tr></table>"
    "<p>A spokeswoman said that the remaining centre would open for longer hours from the "
    "first week of the school term.</p>"
)
LD = (
    '<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"WebSite"'
    ',"datePublished":"1999-01-01"},'
    '{"@type":["NewsArticle"],"headline":"Centres close in Marrow Bay","datePublished":"2011-06-07T08:00:00Z",'
    '"author":[{"@type":"Person","name":"Ada Quill"}],"publisher":{"@type":"Organization"'
    ',"name":"Harbour Courier"}}]}</script>'
)


def page(head: str = "", body: str = STORY, top: str = "") -> bytes:
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Centres close '
        f"| Harbour Courier</title>{head}</head>"
        f"<body><nav><ul><li><a href='/'>Home</a></li><li>Today: 3 March 2024</li></ul></nav>{top}"
        f"<article><h1>Centres close in Marrow Bay</h1>{body}</article><footer>Cookies and "
        f"terms</footer></body></html>"
    ).encode()


def test_structure_of_the_main_text() -> None:
    (document,) = read(page(), "a.html").documents
    found = [(block.kind, block.level, block.text) for block in document.blocks]
    assert ("heading", 2, "What happens next") in found
    assert found[-5:] == [
        ("list_item", 1, "a public meeting"),
        ("list_item", 2, "with minutes"),
        ("list_item", 1, "a helpline"),
        ("table", 0, "Centre\tVisits\nQuay Street\t412"),
        (
            "paragraph",
            0,
            (
                "A spokeswoman said that the remaining centre would open for longer hours from "
                "the first week of the school term."
            ),
        ),
    ]
    assert not any("Cookies" in text or "Today" in text for _, _, text in found)


def test_what_the_page_says_of_itself() -> None:
    head = LD + (
        '<link rel="canonical" href="https://courier.example/news/2011/06/07/centres-close"><meta '
        'property="article:published_time" content="2011-06-07">'
    )
    (document,) = read(page(head, '<p class="date">Published: 7 June 2011 08:00</p>' + STORY), "saved.htm").documents
    assert (document.title, document.publisher, document.byline) == (
        "Centres close in Marrow Bay",
        "Harbour Courier",
        "Ada Quill",
    )
    assert (document.source_type, document.language) == ("news", "en")
    assert document.url == "https://courier.example/news/2011/06/07/centres-close"
    clues = [(clue.origin, clue.name, clue.value) for clue in document.date_clues]
    assert clues == [
        ("structured", "datePublished", "2011-06-07T08:00:00Z"),
        ("structured", "article:published_time", "2011-06-07"),
        ("label", "published", "Published: 7 June 2011 08:00"),
        ("url", "url", "2011/06/07"),
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>document.write('unseen words')</script>",
        "<div style='display: none'>unseen words</div>",
        "<p hidden>unseen words</p>",
        "<template><p>unseen words</p></template>",
        "<noscript><p>unseen words</p></noscript>",
        "<!-- unseen words -->",
    ],
)
def test_what_nobody_sees_is_not_text(hidden: str) -> None:
    (document,) = read(page(body=STORY + hidden), "a.html").documents
    assert not any("unseen" in block.text for block in document.blocks)


@pytest.mark.parametrize("start", ['<span class="initial">T</span>he council', '<b>T</b><a href="/x">he council</a>'])
def test_a_drop_capital_stays_with_its_word(start: str) -> None:
    body = STORY.replace("<p>The council", "<p>" + start, 1)
    (document,) = read(page(body=body), "a.html").documents
    assert any(block.text.startswith("The council in Marrow Bay") for block in document.blocks)


def test_control_characters_that_a_page_names_are_left_out() -> None:
    body = STORY.replace("<p>The council", "<p>&#1;<script>x</script>The&#8;\x0c council &#2;", 1)
    (document,) = read(page(body=body), "a.html").documents
    assert any("Marrow Bay" in block.text for block in document.blocks)
    assert not any(mark in block.text for block in document.blocks for mark in "\x01\x02\x08")


def test_a_short_page_is_read_by_the_plain_walk() -> None:
    body = b"<h1>Notice</h1><p>The crossing at Fenwick is shut.</p><ol><li>Use the bridge</li></ol>"
    data = b"<html><body>" + body + b"</body></html>"
    (document,) = read(data, "a.html").documents
    assert [(block.kind, block.marker, block.text) for block in document.blocks] == [
        ("heading", "", "Notice"),
        ("paragraph", "", "The crossing at Fenwick is shut."),
        ("list_item", "1.", "Use the bridge"),
    ]


def test_error_pages_are_rejects_and_articles_under_odd_names_are_read() -> None:
    error = (
        b"<html><head><title>Report not found</title></head><body><h1>Report not found</h1><p>Sorry"
        b", it no longer exists.</p></body></html>"
    )
    assert read(error, "report.pdf").rejects[0].reason == "wrong_type"
    assert read(error, "report.html").rejects[0].reason == "not_an_article"
    assert read(page(), "story.pdf").documents[0].reader == "web"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "nonsense", ""])
def test_encodings_declared_rightly_or_wrongly(encoding: str, declared: str) -> None:
    source = f'<html><head><meta charset="{declared}"></head><body><p>Nurses’ café – a “plan”.</p></body></html>'
    assert "Nurses’ café – a “plan”." in html_text(source.encode(encoding))


def test_compressed_pages_and_warc() -> None:
    assert read(gzip.compress(page()), "a.html.gz").documents[0].title == "Centres close in Marrow Bay"
    bodies = [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(),
        b"HTTP/1.1 404 Not Found\r\n\r\n<p>no</p>",
    ]
    records = b""
    for number, body in enumerate(bodies):
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://courier.example/{number}\r\nContent-Length: "
            f"{len(body)}\r\n\r\n"
        )
        records += gzip.compress(head.encode() + body + b"\r\n\r\n")
    result = read(records, "a.warc.gz")
    assert [document.item for document in result.documents] == ["http://courier.example/0"]
    assert [(reject.item, reject.reason) for reject in result.rejects] == [
        ("http://courier.example/1", "not_an_article")
    ]
    assert result.announced == 2


@pytest.mark.parametrize(
    "source",
    ["<div>" * 100_000, "<p " + "a=1 " * 200_000 + ">x</p>", "<b" + " x" * 100_000 + ">", "<ul><li>" * 5_000],
)
def test_hostile_markup_is_refused_before_parsing(source: str) -> None:
    with pytest.raises(RefusedError) as error:
        check("<html><body>" + source)
    assert error.value.reject.reason == "too_large"


def test_untidy_markup_is_not_taken_for_an_attack() -> None:
    check("<html><body>" + "<p><font>line<br>" * 2000 + "<table>" + "<tr><td>cell" * 3000)


def test_real_pages_state_their_true_date(material: Path) -> None:
    folder = material / "formats" / "html_dated"
    rows = list(csv.DictReader((folder / "dates.csv").open(encoding="utf-8")))
    for row in rows:
        result = read((folder / row["file"]).read_bytes(), row["file"])
        (document,) = result.documents
        values = [clue.value[:10] for clue in document.date_clues if clue.origin == "structured"]
        assert row["publication_date"] in values, row["file"]
        assert document.title, row["file"]
        assert sum(len(block.text.split()) for block in document.blocks) > 80, row["file"]

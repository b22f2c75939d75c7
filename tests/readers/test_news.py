"""Exports of news databases: every article once, with its fields; what is no article is a reject; counts are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from office_files import docx, para

from pipeline.dating import DateClue
from pipeline.readers.dispatch import ReadOptions, read
from pipeline.readers.parsed import Parsed, ReadResult

FIRST = "The harbour school lost its third head teacher in a year, governors in Marrow Bay said."
SECOND = "Parents were told by letter. “Nobody asked us,” one of them said – twice."


def facts(document: Parsed) -> tuple[str, str, str, str, str, int | None]:
    clue = document.date_clues[0].value if document.date_clues else ""
    return document.title, document.publisher, clue, document.byline, document.section, document.words_announced


def body(document: Parsed) -> list[str]:
    return [block.text for block in document.blocks if block.kind != "heading"]


def items(result: ReadResult) -> tuple[list[str], list[tuple[str, str]], int | None]:
    return (
        [item.item for item in result.documents],
        [(item.item, item.reason) for item in result.rejects],
        result.announced,
    )


LEGACY = f"""Download Request: Selected Items: 1-3
Time Of Request: Friday, March 20, 2018

                               1 of 3 DOCUMENTS


                             The Harbour Courier

                            January 11, 2010 Monday
                                   Edition 1;
                                    North

Third head teacher leaves;
school in search of a fourth

BYLINE: Ada Quill

SECTION: NEWS; Pg. 6

LENGTH: 1,355 words

The harbour school lost its third head teacher in a
year, governors in Marrow Bay said.

{SECOND}

LOAD-DATE: January 12, 2010

LANGUAGE: ENGLISH

PUBLICATION-TYPE: Newspaper


                               2 of 3 DOCUMENTS


     Copyright 2010 Tidewater Press, LLC
                              All Rights Reserved

                              Tidewater Daily

                             January 9, 2010 Saturday

SECTION: A-SECTION; Pg. A01

LENGTH: 30 words

HEADLINE: Ferry late

BYLINE: Bo Reed

BODY:

{FIRST}

NOTES: none

                               3 of 3 DOCUMENTS

                             The Harbour Courier

                            January 8, 2010 Friday

Picture of the day

LENGTH: 3 words

GRAPHIC: A gull.
"""


def test_legacy_text_in_both_orders_of_its_fields() -> None:
    result = read(LEGACY.encode(), "export.TXT")
    first, second = result.documents
    assert items(result) == (["1", "2"], [("3", "not_an_article")], 3)
    assert facts(first) == (
        "Third head teacher leaves; school in search of a fourth",
        "The Harbour Courier",
        "January 11, 2010 Monday",
        "Ada Quill",
        "NEWS; Pg. 6",
        1355,
    )
    assert (first.language, first.source_type, body(first)) == ("en", "news", [FIRST, SECOND])
    assert facts(second) == (
        "Ferry late",
        "Tidewater Daily",
        "January 9, 2010 Saturday",
        "Bo Reed",
        "A-SECTION; Pg. A01",
        30,
    )
    assert body(second) == [FIRST]


@pytest.mark.parametrize(
    ("counter", "date", "fields", "language"),
    [
        (
            "Dokument 1 von 1",
            "11. Januar 2010 Montag",
            "AUTOR: Ada Quill\n\nRUBRIK: Lokales\n\nLÄNGE: 355 Wörter",
            "SPRACHE: GERMAN; DEUTSCH",
        ),
        (
            "1 de 1 DOCUMENTS",
            "11 janvier 2010 lundi",
            "AUTEUR: Ada Quill\n\nRUBRIQUE: Lokales\n\nLONGUEUR: 355 mots",
            "LANGUE: FRENCH",
        ),
    ],
)
def test_legacy_text_in_other_languages(counter: str, date: str, fields: str, language: str) -> None:
    text = (
        f"{counter}\n\n\nHafenblatt\n\n{date}\n\nNeue Schule\n\n{fields}\n\nErster Absatz.\n\nZweiter "
        f"Absatz.\n\n{language}\n"
    )
    (document,) = read(text.encode("cp1252"), "export.txt").documents
    assert facts(document) == ("Neue Schule", "Hafenblatt", date, "Ada Quill", "Lokales", 355)
    assert body(document) == ["Erster Absatz.", "Zweiter Absatz."]
    assert document.language in {"de", "fr"}


def test_legacy_rtf() -> None:
    escaped = "".join(f"\\u{ord(sign)}?" if ord(sign) > 126 else sign for sign in LEGACY)
    rtf = "{\\rtf1\\ansi " + escaped.replace("\n", "\\par\n") + "}"
    assert items(read(rtf.encode("ascii"), "export.rtf")) == (["1", "2"], [("3", "not_an_article")], 3)


def legacy_html(*articles: str) -> bytes:
    parts = "".join(
        f'<A NAME="DOC_ID_1_{n}"></A><DIV CLASS="c0"><P>{n + 1} of {len(articles)} DOCUMENTS</P></DIV>{text}'
        for n, text in enumerate(articles)
    )
    return (
        f'<HTML><HEAD><META TOPIC="null" DOCUMENTS="{len(articles)}"></HEAD><BODY><P>Send To: '
        f"LIBRARY</P>{parts}</BODY></HTML>"
    ).encode()


def test_legacy_html_with_table_and_the_databases_own_error() -> None:
    def line(text: str) -> str:
        return f"<BR><DIV><P><SPAN>{text}</SPAN></P></DIV>"

    article = (
        line("The Harbour Courier")
        + "<DIV><P><SPAN>November</SPAN><SPAN> 30, 2000<BR>City Edition</SPAN></P></DIV>"
        + line("School in search")
        + "<DIV><P><SPAN>BYLINE: </SPAN><SPAN>By ADA QUILL</SPAN></P></DIV>"
        + line("LENGTH: 20 words")
        + f"<DIV><P>{FIRST}</P><P> &nbsp;</P><P>Two lines<BR>of one paragraph</P></DIV>"
        "<TABLE><TR><TD><P>Ward</P></TD><TD>Pupils</TD></TR><TR><TD>North</TD><TD>12</TD></TR></TABLE>"
        + line("LANGUAGE: English")
        + line("Copyright 2000 Courier Ltd")
    )
    result = read(
        legacy_html(
            article, line("We are sorry but there is an error in this document and it is not possible to display it.")
        ),
        "x.html",
    )
    assert items(result) == (["1"], [("2", "not_an_article")], 2)
    (document,) = result.documents
    assert facts(document) == ("School in search", "The Harbour Courier", "November 30, 2000", "ADA QUILL", "", 20)
    assert body(document) == [FIRST, "Two lines of one paragraph", "Ward\tPupils\nNorth\t12"]


def uni_article(number: int, *, marked: bool = True, has_body: bool = True) -> str:
    def mark(name: str) -> str:
        return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>' if marked else ""

    text = (
        para("Body", before=mark(f"Body_{number}")) + para("") + para("") + para(FIRST) + para(SECOND)
        if has_body
        else para("Graphic")
    )
    return (
        para("", before=mark(f"Bookmark_{number}"))
        + para(f"Headline {number}")
        + para("The Harbour Courier (Marrow Bay)")
        + para("July 1, 2019 Monday 9:20 AM GMT")
        + para("Copyright 2019 Courier Ltd All Rights Reserved")
        + para("Section:\u00a0NEWS; Version:2")
        + para("Length:\u00a0355 words")
        + para("Byline:\u00a0Ada Quill")
        + text
        + para("Classification", before=mark(f"Classification_{number}"))
        + para("Language:\u00a0ENGLISH")
        + para("Load-Date:\u00a0July 2, 2019")
        + "<w:p><w:r><w:br/><w:t>End of Document</w:t></w:r></w:p>"
    )


COVER = (
    para("Date and Time: Friday")
    + para("Documents (4)")
    + "".join(para(f"{n}. Headline {n}") + para("Client/Matter: -None-") for n in (1, 2, 3, 4))
)


@pytest.mark.parametrize("marked", [True, False])
def test_nexis_uni_docx_reconciles_with_its_cover(marked: bool) -> None:
    articles = (
        uni_article(1, marked=marked) + uni_article(2, marked=marked, has_body=False) + uni_article(3, marked=marked)
    )
    result = read(docx(COVER + articles), "Files (4).DOCX")
    assert items(result) == (["1", "3"], [("2", "not_an_article"), ("announced 4", "corrupt")], 4)
    assert facts(result.documents[0]) == (
        "Headline 1",
        "The Harbour Courier (Marrow Bay)",
        "July 1, 2019 Monday 9:20 AM GMT",
        "Ada Quill",
        "NEWS; Version:2",
        355,
    )
    assert [body(document) for document in result.documents] == [[FIRST, SECOND], [FIRST, SECOND]]
    assert result.documents[0].language == "en"


def test_nexis_uni_rtf() -> None:
    lines = [
        "Documents (1)",
        "1. Headline 1",
        "Client/Matter: -None-",
        "",
        "Headline 1",
        "Tidewater Daily",
        "1. Juli 2019 Montag",
        "Length: 355 words",
        "Body",
        "",
        FIRST,
        "Load-Date: July 2, 2019",
        "End of Document",
    ]
    rtf = "{\\rtf1\\ansi " + "\\par\n".join(lines) + "}"
    (document,) = read(rtf.encode("cp1252"), "a.rtf").documents
    assert facts(document)[:3] == ("Headline 1", "Tidewater Daily", "1. Juli 2019 Montag")
    assert body(document) == [FIRST]


FACTIVA = (
    "<html><head><title>Factiva</title></head><body><form>{}</form>"
    "<table><tr><td>{}</td><td>{}</td></tr></table></body></html>"
)


def test_factiva_indexed_html() -> None:
    cells = {
        "SE": "Lokales",
        "HD": "<b class='deHeadline'>Neue Schule</b>",
        "BY": "Von Ada Quill",
        "WC": "1.295 Wörter",
        "PD": "29 Dezember 2011",
        "ET": "15:32",
        "SN": "Hafenblatt",
        "SC": "HAFBL",
        "LA": "Deutsch",
        "LP": f"<p>{FIRST}</p>",
        "TD": f"<p>{SECOND}</p><p>Last.</p>",
        "NS": "gcat : News",
        "AN": "Document HAFBL00020111229e7ct0001r",
    }
    rows = "".join(f"<tr><td><b>{code}</b>&nbsp;</td><td>{value}</td></tr>" for code, value in cells.items())
    (document,) = read(
        FACTIVA.format(f"<div class='article deArticle'><table>{rows}</table></div>", "a", "b").encode(), "Factiva.htm"
    ).documents
    assert document.item == "HAFBL00020111229e7ct0001r"
    assert facts(document) == ("Neue Schule", "Hafenblatt", "29 Dezember 2011", "Ada Quill", "Lokales", 1295)
    assert (document.language, body(document)) == ("de", [FIRST, SECOND, "Last."])


@pytest.mark.parametrize(
    ("count", "date", "language", "label"),
    [
        ("1,877 words", "9 January 1993", "English", "Results Found"),
        ("1.877 Wörter", "9 Januar 1993", "Englisch", "Gefundene Ergebnisse"),
        ("1 877 mots", "9 janvier 1993", "Anglais", "Résultats trouvés"),
        ("1877 palabras", "9 enero 1993", "Inglés", "Resultados encontrados"),
        ("1877 слов", "9 января 1993", "English", "Results Found"),
    ],
)
def test_factiva_unindexed_html_nested_articles_counted_once(count: str, date: str, language: str, label: str) -> None:
    divs = "".join(
        f"<div>{text}</div>"
        for text in (
            count,
            date,
            "09:15",
            "Tidewater Daily",
            "TIDED",
            "Late Edition",
            "12",
            language,
            "Copyright 1993 Tidewater.",
        )
    )
    article = (
        f"<div>Metro Desk; B</div><div id='hd'><span class='enHeadline'>Ferry late </span></div><div "
        f"class='author'>By BO REED </div>{divs}<p></p><p class='articleParagraph'>{FIRST}</p><p "
        f"class='articleParagraph'>{SECOND}</p>"
    )
    nested = "".join(
        f'<div id="article-TIDED0002005040{n}dp1900j9s" class="article">'
        f'<div class="article enArticle">{article}</div></div>'
        for n in (1, 2)
    )
    result = read(FACTIVA.format(nested, label, "2").encode(), "Factiva.html")
    assert items(result) == (["TIDED00020050401dp1900j9s", "TIDED00020050402dp1900j9s"], [], 2)
    title, publisher, found, byline, section, words = facts(result.documents[0])
    assert (title, publisher, byline, section) == ("Ferry late", "Tidewater Daily", "BO REED", "Metro Desk; B")
    assert body(result.documents[0]) == [FIRST, SECOND]
    if "слов" not in count:
        assert (found, words, result.documents[0].language) == (date, 1877, "en")


def test_factiva_rtf_with_and_without_codes() -> None:
    coded = [
        "HD|Ferry late|",
        "WC|1,877 words|",
        "PD|9 January 1993|",
        "SN|Tidewater Daily|",
        "LA|English|",
        "LP|",
        FIRST,
        "TD|",
        SECOND,
        "|",
        "AN|Document TIDED00020050401dp1900j9s|",
    ]
    rows = "".join(
        "\\trowd\\intbl " + line.replace("|", "\\cell ").removesuffix("\\cell ") + "\\cell\\row\n" for line in coded[:5]
    )
    tail = (
        f"\\trowd\\intbl LP\\cell {FIRST}\\cell\\row \\trowd\\intbl TD\\cell Rest of it.\\cell\\row "
        f"\\trowd\\intbl AN\\cell Document TIDED00020050401dp1900j9s\\cell\\row "
    )
    result = read(("{\\rtf1\\ansi " + rows + tail + "\\page Search Summary\\par}").encode(), "f.rtf")
    assert items(result)[:2] == (["TIDED00020050401dp1900j9s"], [])
    assert facts(result.documents[0])[:3] == ("Ferry late", "Tidewater Daily", "9 January 1993")
    assert body(result.documents[0]) == [FIRST, "Rest of it."]
    plain = [
        "Metro Desk; B",
        "Ferry late for the third day in a row",
        "By BO REED",
        "1,877 words",
        "9 January 1993",
        "Tidewater Daily",
        "TIDED",
        "12",
        "English",
        "Copyright 1993 Tidewater.",
        FIRST,
        SECOND,
        "Document TIDED00020050401dp1900j9s",
    ]
    text = (
        "\n\n".join(plain)
        + "\n\n"
        + "\n\n".join(plain).replace("0401dp", "0402dp")
        + "\n\nSearch Summary\n\nResults Found\t2\n"
    )
    result = read(text.encode(), "f.txt")
    assert items(result) == (["TIDED00020050401dp1900j9s", "TIDED00020050402dp1900j9s"], [], 2)
    assert facts(result.documents[1]) == (
        "Ferry late for the third day in a row",
        "Tidewater Daily",
        "9 January 1993",
        "BO REED",
        "Metro Desk; B",
        1877,
    )
    assert body(result.documents[1]) == [FIRST, SECOND]


def test_factiva_xml() -> None:
    article = (
        f"<ppsarticle><article><accessionNo>A{{}}</accessionNo><baseLanguage>EN</baseLanguage>"
        f"<headline><paragraph>Ferry "
        f"<hlt>late</hlt></paragraph></headline><leadParagraph><paragraph>{FIRST}</paragraph></leadParagraph>"
        f"<publicationDate><date>1993-01-09</date></publicationDate><sourceName>Tidewater "
        f"Daily</sourceName><wordCount>42</wordCount></article></ppsarticle>"
    )
    xml = (
        f'<?xml version="1.0"?><PPSResponse><ppsArticleResponse xmlns="http://example.org/2"><ppsarticleResultSet '
        f'count="3">{article.format(1)}{article.format(2)}</ppsarticleResultSet></ppsArticleResponse></PPSResponse>'
    )
    result = read(xml.encode(), "f.xml")
    assert items(result) == (["A1", "A2"], [], 3)
    assert facts(result.documents[0]) == ("Ferry late", "Tidewater Daily", "1993-01-09", "", "", 42)


def test_europresse_in_both_layouts() -> None:
    old = (
        "<html><body><table><tr><td><span class='DocPublicationName'>Le Phare</span><br><span "
        "class='DocHeader'>Politique, </span><span class='DocHeader'>jeudi </span>"
        "<span class='DocHeader'>5 octobre 2013</span><span class='DocHeader'>, p. 03</span><br><br><span "
        "class='TitreArticleVisu'>L'école <b>fermée</b></span><br><br>Ada Quill<br><p></p>"
        f"{FIRST}<p></p>{SECOND}<p></p><b><i>© 2013 Le Phare. Tous droits réservés.</i></b><p></p>Numéro "
        f"de document : news·20131005·PH·204<br>"
        "<table><tr><td>news·20131005·PH·204</td></tr></table></td></tr></table></body></html>"
    )
    new = (
        "<html><body><article><header><div><span class='DocPublicationName'>Le Phare </span></div><div><span "
        "class='DocHeader'>Politique, jeudi 5 octobre 2013, p. 16</span></div>"
        "<div><p>ECOLES</p></div><div class='titreArticle'><p class='titreArticleVisu'>L'école "
        "fermée</p></div><div>Ada Quill</div></header>"
        f"<section><div class='DocText'><div class='docOcurrContainer'><p>{FIRST}</p>"
        f"<p>{SECOND}</p></div></div></section>"
        f"<aside><p>A "
        f"photo.</p></aside>"
        "<footer><small>© 2013 Le Phare.</small><p>Numéro de document : news·20131005·PH·204</p></footer>"
        "</article></body></html>"
    )
    for source in (old, new):
        (document,) = read(source.encode(), "export.html").documents
        assert (document.item, body(document)) == ("news·20131005·PH·204", [FIRST, SECOND])
        assert facts(document)[:5] == ("L'école fermée", "Le Phare", "5 octobre 2013", "Ada Quill", "Politique")


def test_proquest_text() -> None:
    rule = "_" * 60
    record = (
        f"Author: Ada Quill\n\nPublication info: Tidewater Daily; 05 Jan 2010: A.1.\n\nFull text: "
        f"{FIRST}\n\n{SECOND}\n\nSubject: Ferries; Schools\n\nTitle: Ferry late\n\nPublication "
        f"title: Tidewater Daily\n\nPublication date: Jan 5, 2010\n\nSection: A\n\nLanguage of "
        f"publication: English\n\nProQuest document ID: 1234\n\nDocument URL: https://example.org/1234\n"
    )
    empty = (
        "Title: Gull\n\nAbstract: A gull.\n\nFull text: Not available.\n\nPublication title: "
        "Tidewater Daily\n\nProQuest document ID: 1235\n"
    )
    text = (
        f"{rule}\n\nReport Information from ProQuest\n\n{rule}\n\nTable of contents\n\n1. Ferry "
        f"late\n\n2. Gull\n\n{rule}\n\nDocument 1 of 2\n\nFerry late\n\n{record}\n{rule}\n\nDocument "
        f"2 of 2\n\nGull\n\n{empty}\n{rule}\n\nContact us\n"
    )
    result = read(text.encode(), "ProQuest.txt")
    assert items(result) == (["1234"], [("1235", "not_an_article")], 2)
    assert facts(result.documents[0]) == ("Ferry late", "Tidewater Daily", "Jan 5, 2010", "Ada Quill", "A", None)
    assert body(result.documents[0]) == [FIRST, SECOND]


def shelf(path: str) -> bytes | None:
    page = f"<html><body><h1>Saved page</h1><p>{FIRST}</p></body></html>"
    return page.encode() if path == "storage/AB12CD34/Ferry late.html" else None


@pytest.mark.parametrize("opened", [shelf, None])
def test_zotero_csv_reads_attachments_beside_it(opened: Callable[[str], bytes | None] | None) -> None:
    text = (
        '"Key","Item Type","Publication Year","Author","Title","Publication Title","Url"'
        ',"Date","Language","File Attachments"\n'
        '"AB12CD34","newspaperArticle","2010","Quill, Ada","Ferry late","Tidewater Daily"'
        ',"https://example.org/1","2010-01-05","en","/home/ada/Zotero/storage/AB12CD34/Ferry '
        'late.html"\n'
        '"ZZ","newspaperArticle","2010","Reed, Bo","Gull","Tidewater Daily","","2010","en",""\n'
        '"XX","report","2011","","Away","","","2011","","../../etc/passwd"\n'
    )
    result = read(text.encode("utf-8-sig"), "library.csv", ReadOptions(attachment=opened))
    if opened is None:
        assert items(result)[1] == [("AB12CD34", "not_an_article"), ("ZZ", "not_an_article"), ("XX", "not_an_article")]
        return
    assert items(result) == (["AB12CD34"], [("ZZ", "not_an_article"), ("XX", "not_an_article")], 3)
    assert result.claimed == ("storage/AB12CD34/Ferry late.html",)
    assert facts(result.documents[0])[:4] == ("Ferry late", "Tidewater Daily", "2010-01-05", "Quill, Ada")
    assert body(result.documents[0]) == [FIRST]


def test_ris_reads_attachments_beside_it() -> None:
    text = (
        "TY  - NEWS\nTI  - Ferry late\nAU  - Quill, Ada\nT2  - Tidewater Daily\nDA  - 2010/01/05\nL1 "
        " - storage/AB12CD34/Ferry late.html\nER  - \n\nTY  - NEWS\nTI  - Gull\nER  - \n"
    )
    result = read(text.encode(), "library.ris", ReadOptions(attachment=shelf))
    assert items(result)[0:3:2] == (["1"], 2)
    assert result.documents[0].date_clues[0] == DateClue("structured", "date", "2010/01/05")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", "Headline\n\nLoad-Date: May 2, 2011\n\nText.\n\nHeadline\n\nLoad-Date: May 3, 2011\n"),
        (
            "a.html",
            "<html><head><title>Factiva</title></head><body><ul><li>Ferry late, 9 January</li></ul></body></html>",
        ),
        ("b.html", "<!DOCTYPE html><html><head><title>ProQuest Documents</title></head><body><p>x</p></body></html>"),
    ],
)
def test_unknown_layouts_are_rejects_and_never_half_read(name: str, data: str) -> None:
    result = read(data.encode(), name)
    assert items(result)[:2] == ([], [("", "unknown_layout")])


def test_reports_that_mention_a_database_are_no_exports() -> None:
    page = (
        f"<html><head><title>How to use ProQuest and Factiva</title></head><body><article><h1>Guide</h1><p>{FIRST} "
        f"{SECOND}</p></article></body></html>"
    )
    assert read(page.encode(), "a.html").documents[0].reader == "web"


SAMPLES = {
    "LexisNexisTools__sample.DOCX": (10, 0, 10),
    "LexisNexisTools__sample.TXT": (10, 0, 10),
    "newspapers__factiva_nyt_1_1993-01-03.html": (27, 0, 27),
    "newspapers__lexis_guardian1.docx": (2, 0, None),
    "readtext__sun_2000-11-01.html": (32, 0, 32),
    "tm.plugin.europresse__europresse_test1.html": (3, 0, None),
    "tm.plugin.europresse__europresse_test2.html": (4, 0, None),
    "tm.plugin.factiva__factiva_test.html": (2, 0, None),
    "tm.plugin.factiva__factiva_test.xml": (3, 0, 3),
    "tm.plugin.factiva__reut21578-factiva.xml": (19, 0, 20),
    "tm.plugin.lexisnexis__lexisnexis_test_copyright_error.html": (1, 1, 2),
    "tm.plugin.lexisnexis__lexisnexis_test_en.html": (2, 0, 146),
    "tm.plugin.lexisnexis__lexisnexis_test_fr.html": (3, 0, 3),
}


def test_real_exports_give_every_article_once_with_its_date(material: Path) -> None:
    folder = material / "formats" / "news_exports"
    assert {path.name for path in folder.iterdir()} == set(SAMPLES)
    for name, expected in SAMPLES.items():
        result = read((folder / name).read_bytes(), name)
        assert (len(result.documents), len(result.rejects), result.announced) == expected, name
        assert len({document.item for document in result.documents}) == len(result.documents), name
        assert all(document.date_clues and document.publisher for document in result.documents), name


def test_real_exports_keep_the_length_they_announce(material: Path) -> None:
    # Samples whose text was replaced by their makers are left out. One article states seven times its true length.
    wrong = []
    for name in (
        "LexisNexisTools__sample.TXT",
        "newspapers__factiva_nyt_1_1993-01-03.html",
        "readtext__sun_2000-11-01.html",
    ):
        result = read((material / "formats" / "news_exports" / name).read_bytes(), name)
        for document in result.documents:
            words = sum(len(text.split()) for text in body(document))
            assert document.words_announced is not None
            if abs(words - document.words_announced) > 0.08 * document.words_announced + 12:
                wrong.append((name, document.item))
    assert wrong == [("readtext__sun_2000-11-01.html", "3")]

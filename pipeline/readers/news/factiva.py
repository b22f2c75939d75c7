"""Factiva: HTML with and without field codes, RTF and plain text of both, XML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from pipeline.readers.blocks import language_code
from pipeline.readers.guard import attr, child, clean, local, text_of
from pipeline.readers.news.fields import COPYRIGHT, DATE, WORDS, Article, export_result
from pipeline.readers.parsed import ReadResult, Reject

# Field codes of an indexed article; LP and TD hold its text.
_CODE_NAMES = (
    "HD BY CR WC PD ET SN SC SE ED PG VOL LA CY LP TD CT CO IN NS RE IPC IPD PUB AN RF RST ART CLM CX DLN NGC GC PM TI "
    "AU DE DTP"
)
CODES = frozenset(_CODE_NAMES.split())
_CODE = re.compile(r"^[A-Z]{2,3}$")
_CODE_LINE = re.compile(rf"^[ \t|]*({'|'.join(sorted(CODES))})[ \t]*(?:\||\t|[ ]{{2,}}|$)[ \t|]*(.*)$")
_ACCESSION = re.compile(r"^\s*(?:Document|Dokument|Documento)\s+([A-Z0-9]{4,12}[0-9a-z]{10,24})\s*$", re.IGNORECASE)
_CLASS_ID = re.compile(r"^article-([A-Z0-9]{4,12}[0-9a-z]{10,24})$")
_TIME = re.compile(r"^\d{1,2}[:.]\d{2}(?:\s*[AP]M)?(?:\s+[A-Z]{2,5})?$", re.IGNORECASE)
_SOURCE_CODE = re.compile(r"^[A-Z0-9]{2,8}$")
_BYLINE = re.compile(r"(?:by|von|par|por|di)\s", re.IGNORECASE)
_PAGE = 100  # articles that the database saves at a time
_SUMMARY = re.compile(
    (
        r"^(?:Search Summary|Zusammenfassung der Suche|Résumé de (?:la )?recherche|Récapitulatif "
        r"de la recherche|Resumen de (?:la )?búsqueda|Riepilogo della ricerca)$"
    ),
    re.IGNORECASE,
)
_FOUND = re.compile(
    (
        r"(?:results? found|gefundene ergebnisse|résultats? (?:trouvés?|obtenus?)|resultados "
        r"encontrados|risultati trovati)"
    ),
    re.IGNORECASE,
)


def html_articles(root: etree._Element) -> list[etree._Element]:
    """Return the article elements of a page, the innermost where newer pages nest them; none where it is no export."""
    title = clean("".join(root.findtext(".//title") or ""))
    found = [
        element
        for element in root.iter("div")
        if "article" in (element.get("class") or "").lower().replace("lastarticle", "article").split()
        or _CLASS_ID.match(element.get("id") or "")
    ]
    innermost = [
        element for element in found if not any(inner in found for inner in element.iter("div") if inner is not element)
    ]
    marked = any(
        "Headline" in (element.get("class") or "") or "articleParagraph" in (element.get("class") or "")
        for article in innermost
        for element in article.iter()
    )
    return innermost if innermost and (marked or title.lower().startswith("factiva")) else []


def read_html(root: etree._Element, articles: Sequence[etree._Element]) -> ReadResult:
    """Read the articles of a page, indexed or not."""
    parsed = (_html_article(element, number) for number, element in enumerate(articles, start=1))
    found = _results_found((text_of(cell) for cell in row.iter("td", "th")) for row in root.iter("tr"))
    return export_result(parsed, "factiva_html", found)


def _results_found(rows: Iterable[Iterable[str]]) -> int | None:
    """Return the number of results that the search summary states, where one file can hold them all."""
    for row in rows:
        cells = [clean(cell) for cell in row]
        if len(cells) >= 2 and _FOUND.fullmatch(cells[-2]) and (digits := re.sub(r"\D", "", cells[-1])):
            return int(digits) if int(digits) <= _PAGE else None
    return None


def _html_article(element: etree._Element, number: int) -> Article | Reject:
    coded = _coded_cells(element)
    if coded:
        return _indexed(coded, str(number))
    item = _html_id(element) or str(number)
    headline = next(
        (clean(text_of(inner)) for inner in element.iter() if (inner.get("class") or "").endswith("Headline")),
        "",
    )
    paragraphs = [inner for inner in element.iter("p", "pre") if clean(text_of(inner))]
    text = [inner for inner in paragraphs if "articleParagraph" in (inner.get("class") or "")] or paragraphs
    author = next((clean(text_of(inner)) for inner in element.iter() if (inner.get("class") or "") == "author"), "")
    fields = [
        clean(text_of(inner))
        for inner in element.iter("div")
        if not inner.findall("div") and not any(p in text for p in inner.iter())
    ]
    article = _unindexed([line for line in fields if line and line != author], item, headline)
    article.byline = author or article.byline
    article.blocks.clear()
    article.add(_lines(inner) for inner in text if not _ACCESSION.match(clean(text_of(inner))))
    return article


def _html_id(element: etree._Element) -> str:
    for up in [element, *element.iterancestors()]:
        if found := _CLASS_ID.match(up.get("id") or ""):
            return found.group(1)
    texts = (clean(text_of(inner)) for inner in element.iter("p", "div") if not len(inner))
    return next((found.group(1) for text in texts if (found := _ACCESSION.match(text))), "")


def _coded_cells(element: etree._Element) -> list[tuple[str, list[str]]]:
    rows: list[tuple[str, list[str]]] = []
    for row in element.iter("tr"):
        cells = [cell for cell in row if cell.tag in {"td", "th"}]
        code = clean(text_of(cells[0])) if len(cells) == 2 else ""
        if code in CODES or (_CODE.match(code) and rows):
            paragraphs = [_lines(part) for part in cells[1].iter("p", "pre")] or [_lines(cells[1])]
            rows.append((code, [text for text in paragraphs if clean(text)]))
    return rows


def _lines(element: etree._Element) -> str:
    parts = [(element.text or "") if element.tag == "pre" else re.sub(r"\s+", " ", element.text or "")]
    for item in element:
        parts.append("\n" if item.tag == "br" else _lines(item) if isinstance(item.tag, str) else "")
        parts.append(re.sub(r"\s+", " ", item.tail or ""))
    return "".join(parts)


def _indexed(rows: Sequence[tuple[str, list[str]]], number: str) -> Article:
    fields: dict[str, list[str]] = {}
    for code, values in rows:
        fields.setdefault(code, []).extend(values)

    def one(code: str) -> str:
        return clean(" ".join(fields.get(code, [])))

    accession = re.sub(r"^(?:Document|Dokument|Documento)\s+", "", one("AN"), flags=re.IGNORECASE)
    article = Article(
        accession or number,
        headline=one("HD"),
        publisher=one("SN"),
        date=one("PD"),
        byline=one("BY"),
        section=one("SE"),
        length=one("WC"),
        language=one("LA"),
    )
    article.add([*fields.get("LP", []), *fields.get("TD", [])])
    return article


def _unindexed(lines: list[str], item: str, headline: str = "") -> Article:
    """Read an article without codes by the order of its lines.

    They are section, headline, byline, words, date, time, source, code, edition, page, language, copyright and text.
    Any may be missing, so that only the word count's form gives a hold.
    """
    article = Article(item)
    anchor = _anchor(lines)
    if anchor is None:
        return article
    _before_words(lines[:anchor], article, headline)
    article.length = lines[anchor]
    rest = lines[anchor + 1 :]
    if rest and _is_date(rest[0]):
        article.date = rest.pop(0)
    if rest and _TIME.match(rest[0]):
        rest.pop(0)
    article.publisher = rest.pop(0) if rest and not _SOURCE_CODE.match(rest[0]) else ""
    end = next((place for place, line in enumerate(rest[:8]) if COPYRIGHT.match(line)), None)
    if end is None:
        end = next((place for place, line in enumerate(rest[:7]) if language_code(line)), -1)
    article.language = next((line for line in rest[: end + 1] if language_code(line) and len(line) > 2), "")
    article.add(line for line in rest[end + 1 :] if not _ACCESSION.match(line))
    return article


def _is_date(line: str) -> bool:
    """Say whether a line is a date, in a language unknown here by its year."""
    return len(line) <= 40 and bool(DATE.search(line) or re.search(r"\b(?:19|20)\d\d\b", line))


def _anchor(lines: list[str]) -> int | None:
    """Return the line of the word count: by its word, or in a language unknown here by the date behind it."""
    for place, line in enumerate(lines[:40]):
        dated = place + 1 < len(lines) and _is_date(lines[place + 1])
        if WORDS.match(line) or (dated and re.match(r"^[\d.,\s]+\s[^\W\d]+$", line)):
            return place
    return None


def _before_words(lines: list[str], article: Article, headline: str) -> None:
    """Tell section, headline and byline apart: mark-up names the headline, or it is the longer of two lines."""
    if not headline and lines:
        second = (
            len(lines) > 1
            and len(lines[0].split()) <= 4
            and len(lines[0]) < len(lines[1])
            and not _BYLINE.match(lines[1])
        )
        headline = lines[1] if second else lines[0]
    place = lines.index(headline) if headline in lines else len(lines)
    article.headline = headline
    article.section = lines[place - 1] if 0 < place < len(lines) else ""
    after = lines[place + 1 :]
    article.byline = next(
        (line for line in after if _BYLINE.match(line)), after[0] if after and len(after[0].split()) <= 8 else ""
    )


def text_is_export(text: str) -> bool:
    """Say whether plain text, of an RTF too, is an export: accession numbers end its articles."""
    accessions = sum(
        1
        for line in text.split("\n")
        if _ACCESSION.match(line) or ((found := _CODE_LINE.match(line)) and found.group(1) == "AN")
    )
    counts = sum(
        1
        for line in text.split("\n")
        if WORDS.match(line.strip()) or ((found := _CODE_LINE.match(line)) and found.group(1) == "WC")
    )
    return accessions > 0 and counts > 0


def read_text(text: str, reader: str) -> ReadResult:
    """Read the articles of plain text: each ends with its accession number."""
    lines = text.replace("\f", "\n").split("\n")
    summary = next((place for place, line in enumerate(lines) if _SUMMARY.match(clean(line.strip("|")))), len(lines))
    articles = [_text_article(part, number) for number, part in enumerate(_text_parts(lines[:summary]), start=1)]
    announced = _results_found(re.split(r"\||\t|\s{3,}", line.strip("| \t")) for line in lines[summary:])
    return export_result(articles, reader, announced)


def _text_parts(lines: list[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for line in lines:
        part.append(line)
        coded = _CODE_LINE.match(line)
        if _ACCESSION.match(line.strip("| \t")) or (coded and coded.group(1) == "AN" and coded.group(2).strip()):
            yield part
            part = []
    if sum(len(line.split()) for line in part) > 20:
        yield part


def _text_article(lines: list[str], number: int) -> Article | Reject:
    rows: list[tuple[str, list[str]]] = []
    for line in lines:
        if found := _CODE_LINE.match(line):
            rows.append((found.group(1), []))
            line = found.group(2)
        if rows and line.strip("| \t"):
            rows[-1][1].append(line.strip("| \t"))
    if {"HD", "LP", "TD"} & {code for code, _ in rows} and "WC" in {code for code, _ in rows}:
        return _indexed(rows, str(number))
    filled = [clean(line.strip("| \t")) for line in lines if line.strip("| \t")]
    item = next((found.group(1) for line in reversed(filled) if (found := _ACCESSION.match(line))), str(number))
    article = _unindexed(filled, item)
    if not article.length:
        return Reject("unknown_layout", "the article shows no word count, by which its fields are told", item)
    return article


def read_xml(root: etree._Element) -> ReadResult:
    """Read the articles of a response in XML, with the number that it counts."""
    sets = next((element for element in root.iter() if local(element).lower() == "ppsarticleresultset"), None)
    count = attr(sets, "count")
    articles = [element for element in root.iter() if local(element) == "article"]
    return export_result(
        (_xml_article(element, number) for number, element in enumerate(articles, start=1)),
        "factiva_xml",
        int(count) if count.isdecimal() else None,
    )


def _xml_article(element: etree._Element, number: int) -> Article:
    def one(*path: str) -> str:
        found = child(element, *path)
        return clean(text_of(found)) if found is not None else ""

    article = Article(
        one("accessionNo") or str(number),
        headline=one("headline"),
        publisher=one("sourceName"),
        date=one("publicationDate"),
        byline=one("byline"),
        section=one("sectionName") or one("section"),
        language=one("baseLanguage"),
        length=f"{one('wordCount')} words" if one("wordCount") else "",
    )
    for name in ("leadParagraph", "tailParagraphs"):
        for part in element:
            if local(part) == name:
                article.add(_xml_paragraphs(part))
    return article


def _xml_paragraphs(part: etree._Element) -> list[str]:
    paragraphs = [clean(text_of(item)) for item in part if local(item) == "paragraph"]
    if paragraphs:
        return paragraphs
    # Without paragraph elements a new paragraph is an indented line.
    text = "".join(str(piece) for piece in part.itertext())
    return [" ".join(chunk.split()) for chunk in re.split(r"\n\s*\n|\n(?=[ \t]{2,}\S)", text) if chunk.strip()]

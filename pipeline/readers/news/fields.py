"""Field names of news databases in their languages, and how an article's fields become a document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from pipeline.dating import DateClue
from pipeline.readers.blocks import language_code, paragraph_blocks, word_count
from pipeline.readers.guard import clean, clean_rows
from pipeline.readers.parsed import Block, Parsed, ReadResult, Reject

_MONTHS = (
    "jan(?:uary|uar|vier|uari|eiro)?|jän(?:ner)?|ene(?:ro)?|gen(?:naio)?|feb(?:ruary|ruar"
    "|rero|braio|ruari)?|f[ée]v(?:rier|ereiro)?|fevr"
    "|mar(?:ch|s|zo|ço)?|märz?|maart|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|may|mai|mayo|mei"
    "|maggio|maio|june?|juni|juin|junio|giugno|junho"
    "|july?|juli|juillet|julio|luglio|julho|aug(?:ust|ustus)?|ao[ûu]t|ago(?:sto)?|sept?(?:ember"
    "|embre|iembre)?|set(?:embro|tembre)?"
    "|oct(?:ober|obre|ubre)?|okt(?:ober)?|ott(?:obre)?|out(?:ubro)?|nov(?:ember|embre|iembre"
    "|embro)?|dec(?:ember)?|déc(?:embre)?|dez(?:ember|embro)?|dic(?:iembre|embre)?"
)
DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:\.|st|nd|rd|th|er|º)?\s+(?:de\s+)?(?:{_MONTHS})\b\.?,?\s+(?:de\s+)?(?:19|20)\d\d"
    rf"|(?:{_MONTHS})\b\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d|(?:{_MONTHS})\b\.?,?\s+(?:19|20)\d\d"
    r"|(?:19|20)\d\d-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"^\s*(\d{1,3}(?:[.,'’\s]\d{3})+|\d+)\s*[^\W\d_]+", re.UNICODE)
# What a word count is counted in, in the languages of the databases.
WORDS = re.compile(
    r"^(\d{1,3}(?:[.,'’\s]\d{3})+|\d+)\s+(words?|mots?|w[öo]rter|worte|palabras?|parole|palavras?"
    r"|woorden|ord|sanaa|słów|слов)\.?$",
    re.IGNORECASE,
)
COPYRIGHT = re.compile(
    r"^\W{0,3}(?:copyright\b|copr\.|\(c\)|©|all rights reserved|tous droits r[ée]serv[ée]s"
    r"|alle rechte vorbehalten|todos los derechos|tutti i diritti"
    r"|todos os direitos|alle rechten voorbehouden|urheberrechtlich)",
    re.IGNORECASE,
)

# Names of fields before an article's text, by what they mean.
_HEAD = {
    "byline": "byline author auteur autor autore auteurs autoren von por di",
    "section": "section rubrique rubrik ressort sección seccion sezione rubriek secção seção",
    "length": "length longueur länge laenge longitud lunghezza lengte comprimento extensión",
    "headline": "headline titre titel überschrift titular titolo schlagzeile",
    "highlight": "highlight encart abstract highlights chapeau resumen résumé zusammenfassung",
    "dateline": "dateline",
    "body": "body",
    "series": "series série serie",
}
# Names of fields behind the text.
_TAIL = {
    "language": "language langue sprache idioma lingua taal",
    "date": "load-date date-chargement ladedatum fecha-carga",
    "": (
        "update updated correction correction-date graphic grafik graphique gráfico distribution "
        "publication-type pub-type type-publication "
        "publikationstyp tipo-publicación journal-code subject sujet thema themen schlagwörter "
        "company companies societe société unternehmen firma ticker "
        "symbole-boursier industry secteur-activite branche geographic localisation-geo "
        "city state country region geo person people personne "
        "personen organization organisation document-type type acc-no accession-number notes "
        "url name class cite isbn issn doc-id status journal-type "
        "dateline-country product produit classification load-date-time pays ville état land stadt"
    ),
}
_FIELD = re.compile(r"^([^\W\d_][\w'’/&-]{1,24}(?: [\w'’/&-]{1,20}){0,2})\s?[:：]\s*(.*)$", re.DOTALL)


@cache
def _names(tail: bool) -> dict[str, str]:
    table = _TAIL if tail else _HEAD
    return {name: meaning or name for meaning, names in table.items() for name in names.split()}


def split_field(block: str, *, tail: bool, capitals: bool) -> tuple[str, str]:
    """Return (meaning, value) of a block that is a known field, ("", "") of any other.

    `capitals`: the layout writes field names in capitals, so that a sentence's own colon is no field.
    """
    found = _FIELD.match(block.strip())
    if found is None or (capitals and found.group(1) != found.group(1).upper()):
        return "", ""
    meaning = _names(tail).get(found.group(1).lower().replace(" ", "-"), "")
    return (meaning, found.group(2).strip()) if meaning else ("", "")


def announced_words(value: str) -> int | None:
    """Return the number in a stated length ("2,968 words", "1.204 Wörter"), or None."""
    found = _LENGTH.match(value)
    return int(re.sub(r"\D", "", found.group(1))) if found else None


@dataclass(slots=True)
class Article:
    """One article of an export, field by field as found."""

    item: str
    headline: str = ""
    publisher: str = ""
    date: str = ""
    byline: str = ""
    section: str = ""
    length: str = ""
    language: str = ""
    url: str = ""
    blocks: list[Block] = field(default_factory=list)

    def add(self, paragraphs: Iterable[str]) -> None:
        """Add paragraphs of the text; their line feeds are the author's line breaks."""
        for paragraph in paragraphs:
            rows = [line.split("\t") for line in paragraph.split("\n") if line.strip()]
            if len(rows) > 1 and all(len(row) > 1 for row in rows):
                self.blocks.append(Block("table", clean_rows(rows)))
                continue
            self.blocks.extend(paragraph_blocks(paragraph, dashes=False))


def article_document(article: Article, reader: str) -> Parsed:
    """Return an article as a document: headline as first heading, date as found."""
    title = clean(article.headline)
    head = (Block("heading", title, level=1),) if title else ()
    date = clean(article.date)
    return Parsed(
        (*head, *article.blocks),
        reader,
        item=article.item,
        title=title,
        publisher=clean(article.publisher).rstrip(". "),
        source_type="news",
        language=language_code(article.language),
        byline=re.sub(r"^(?:by|von|par|por|di)\s*:?\s+", "", clean(article.byline), flags=re.IGNORECASE),
        section=clean(article.section),
        url=article.url,
        date_clues=(DateClue("structured", "date", date),) if date else (),
        words_announced=announced_words(article.length),
    )


def export_result(articles: Iterable[Article | Reject], reader: str, announced: int | None) -> ReadResult:
    """Return an export's documents and rejects: an article without text is a reject, an item met twice is numbered."""
    documents: list[Parsed] = []
    rejects: list[Reject] = []
    seen: dict[str, int] = {}
    for article in articles:
        if isinstance(article, Reject):
            rejects.append(article)
            continue
        seen[article.item] = seen.get(article.item, 0) + 1
        if seen[article.item] > 1:
            article.item = f"{article.item} ({seen[article.item]})"
        if word_count(article.blocks):
            documents.append(article_document(article, reader))
        else:
            named = f": {clean(article.headline)[:120]}" if article.headline else ""
            rejects.append(Reject("not_an_article", f"the item holds no article text{named}", article.item))
    return ReadResult(tuple(documents), tuple(rejects), announced)

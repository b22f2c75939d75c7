"""Keyword in context: every place where a term of a codebook's own language stands, with the words around it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.codebook import Codebook, Theme
from pipeline.themes.instrument import Findings
from pipeline.themes.lexicon import Hit, Lexicon, compile_lexicon, match


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a term: the finding's position, what stands left and right of it, and the words that matched."""

    finding: int
    left: str
    words: str
    right: str


def keyword_in_context(term: str, findings: Findings, *, width: int = 50) -> list[Place]:
    """Return every place of a term, by the words that matched, then by what follows; ConfigError for a bad term.

    A term with `section:` is looked for in the headings, one with `otherwise:` as if no other theme were there.
    """
    lexicon = compile_lexicon(Codebook((Theme("term", "term", terms=(term,)),)))
    texts = [row.text for row in findings.rows]
    places = [
        Place(at, "", row.section, _line(row.text)[:width])
        for at, (row, hits) in enumerate(zip(findings.rows, _headings(lexicon, findings), strict=True))
        if hits
    ]
    begins = dict.fromkeys(range(len(texts)), 0)
    while begins:  # a term counts once in a text, so what follows each place is searched again
        rest = match(lexicon, [texts[at][begin:] for at, begin in begins.items()])
        found = {at: hits[0] for at, hits in zip(begins, rest, strict=True) if hits}
        for at, hit in found.items():
            start, end = begins[at] + hit.start, begins[at] + hit.end
            left, right = _line(texts[at][:start])[-width:].strip(), _line(texts[at][end:])[:width].strip()
            places.append(Place(at, left, _line(texts[at][start:end]), right))
        begins = {at: begins[at] + hit.end for at, hit in found.items()}
    return sorted(places, key=lambda p: (p.words.casefold(), p.right.casefold(), p.finding))


def _headings(lexicon: Lexicon, findings: Findings) -> list[tuple[Hit, ...]]:
    blank = [""] * len(findings.rows)
    return match(lexicon, blank, (), [row.section for row in findings.rows])


def _line(text: str) -> str:
    return " ".join(text.split())

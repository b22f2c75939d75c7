"""Words and lemmas of English text: tokens with offsets, the finder of lemma phrases, and texts as spaCy keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import simplemma

# Longer words are junk of a broken text layer; cutting them keeps the dictionary look-up cheap.
_LONGEST_WORD = 60
_MOST_CACHED = 400_000
_END = ""  # no word: the key of a phrase's number in the tree of words

# One character for one, so that offsets stay true.
_FOLD = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2032": "'", "\u00b4": "'", "`": "'"})
# Hyphens and dashes are no word characters: looked-after reads as looked after. A possessive s is no word.
# A currency sign is a word of its own: a text on money often has no other.
_WORD = re.compile(r"n't\b|(?!(?<=')s\b)(?:[^\W_]+?(?=n't\b)|[^\W_]+)|[£€$]")

# Forms that the dictionary leaves apart or puts under a misleading head word.
_LEMMAS = {
    "€": "£", "$": "£", "n't": "not", "cannot": "not", "data": "data", "less": "less", "more": "more",
    "best": "best", "better": "better",
    "worse": "worse", "worst": "worst", "staffing": "staffing", "behavior": "behaviour", "behaviors": "behaviour",
    "center": "centre", "centers": "centre", "centred": "centred", "centered": "centred",
    "program": "programme", "programs": "programme",
    "labor": "labour", "neighbor": "neighbour", "neighborhood": "neighbourhood", "color": "colour", "favor": "favour",
    "honor": "honour", "judgement": "judgment", "judgements": "judgment", "counseling": "counselling",
    "counselor": "counsellor", "counselors": "counsellor", "enroll": "enrol", "enrollment": "enrolment",
    "fulfill": "fulfil", "pediatric": "paediatric", "pediatrician": "paediatrician", "license": "licence",
    "licensed": "licence", "licensing": "licence", "defense": "defence", "offense": "offence", "offenses": "offence",
    "practise": "practice", "practises": "practice", "practised": "practice", "practising": "practice",
    "trained": "trained", "untrained": "untrained", "leaders": "leader", "learnt": "learn", "learned": "learn",
    # Words whose verb means another thing.
    "boarding": "boarding", "boarder": "boarder", "boarders": "boarder", "targeted": "targeted", "judged": "judged",
    "screening": "screening", "screened": "screening", "missing": "missing", "vetting": "vetting", "vetted": "vetting",
    "barring": "barring", "barred": "barring", "setting": "setting", "settings": "setting", "housing": "housing",
    "saving": "saving", "savings": "saving", "saved": "save", "spending": "spending", "funding": "funding",
    "placed": "placed", "placing": "placed", "marked": "marked", "minutes": "minutes", "training": "training",
    "institutional": "institutional", "steps": "steps", "left": "leave", "lessons": "lesson", "meeting": "meeting",
    "failings": "fail", "recordings": "record",
}  # fmt: skip
_AMERICAN = re.compile(r"(?<=[a-z]{3})iz(?=e$|ation$)|(?<=[a-z]{3}l)yz(?=e$)")
_lemmas: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of one text: lemmas and code-point offsets, three sequences of one length."""

    lemmas: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def fold(text: str) -> str:
    """Return the text in lower case with straight apostrophes; every character keeps its place."""
    low = text.lower()
    return (low if len(low) == len(text) else "".join(c.lower()[:1] for c in text)).translate(_FOLD)


def lemma(word: str) -> str:
    """Return the dictionary form of one folded word, in British spelling."""
    known = _lemmas.get(word)
    if known is None:
        if len(_lemmas) > _MOST_CACHED:
            _lemmas.clear()
        known = _lemmas[word] = _look_up(word)
    return known


def _look_up(word: str) -> str:
    if word in _LEMMAS:
        return _LEMMAS[word]
    if len(word) > _LONGEST_WORD or not word.isascii() or word.isdigit():
        return word
    base = simplemma.lemmatize(word, lang="en").lower()
    base = _LEMMAS.get(base, base)
    return _AMERICAN.sub(lambda m: m[0].replace("z", "s"), base)


def tokenise(text: str) -> Tokens:
    """Return the words of a text as lemmas with their offsets; possessive s and punctuation are left out."""
    folded = fold(text)
    spans = [m.span() for m in _WORD.finditer(folded)]
    if not spans:
        return Tokens((), (), ())
    starts, ends = zip(*spans, strict=True)
    return Tokens(_lemmas_of([folded[a:b] for a, b in spans]), starts, ends)


def lemmas(text: str) -> tuple[str, ...]:
    """Return the lemmas of a text, without offsets."""
    return _lemmas_of(_WORD.findall(fold(text)))


def _lemmas_of(words: list[str]) -> tuple[str, ...]:
    known = _lemmas.get
    return tuple([known(word) or lemma(word) for word in words])


class PhraseFinder:
    """Finds many lemma phrases in many texts at once: one walk down a tree of words from each word of a text."""

    def __init__(self, phrases: Sequence[tuple[str, ...]]) -> None:
        """Take distinct, non-empty phrases; their positions are their numbers in what `find` returns."""
        self._tree: dict[str, Any] = {}
        for number, phrase in enumerate(phrases):
            node = self._tree
            for word in phrase:
                node = node.setdefault(word, {})
            node[_END] = number

    def find(self, texts: Sequence[Sequence[str]]) -> list[list[tuple[int, int, int]]]:
        """Return, for each sequence of lemmas, (phrase number, first word, one past the last word), all overlaps."""
        return [self._find(words) for words in texts]

    def _find(self, words: Sequence[str]) -> list[tuple[int, int, int]]:
        hits: list[tuple[int, int, int]] = []
        begin, length = self._tree.get, len(words)
        for first, word in enumerate(words):
            node, last = begin(word), first + 1
            while node is not None:
                number = node.get(_END)
                if number is not None:
                    hits.append((number, first, last))
                if last == length:
                    break
                node = node.get(words[last])
                last += 1
        return hits


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text by code points, under a label in a named group; `id` names what it belongs to."""

    group: str
    label: str
    start: int
    end: int
    id: str = ""


def spacy_docs(texts: Iterable[tuple[str, Sequence[Mark], Mapping[str, str]]]) -> bytes:
    """Return texts, each with its marks and what is known of it, as a spaCy DocBin.

    Marks are `doc.spans[group]`, widened to whole tokens; what is known is `doc.user_data`.
    """
    import spacy  # seconds to import, and needed for nothing else
    from spacy.tokens import DocBin

    words = spacy.blank("en")
    docs = DocBin(store_user_data=True)
    for text, marks, known in texts:
        words.max_length = max(words.max_length, len(text) + 1)
        doc = words.make_doc(text)
        for group in sorted({mark.group for mark in marks}):
            spans = (
                doc.char_span(m.start, m.end, label=m.label, span_id=m.id, alignment_mode="expand")
                for m in marks
                if m.group == group
            )
            doc.spans[group] = [span for span in spans if span is not None]
        doc.user_data.update(known)
        docs.add(doc)
    return bytes(docs.to_bytes())

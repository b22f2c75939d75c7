"""Template text of a report series, found by repetition across documents."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

_NUMBERS = re.compile(r"\d[\d.,:/-]*")
_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class BoilerplateSettings:
    """When a repeated statement is template text: least documents, least share of a publisher's, least words."""

    min_documents: int = 4
    min_share: float = 0.05
    min_words: int = 4


def fingerprint(text: str) -> str:
    """Return the hash of a statement's words, without case and stops and with every figure alike."""
    words = _NOT_WORDS.sub(" ", _NUMBERS.sub("#", text.lower())).strip()
    return hashlib.blake2b(words.encode("utf-8"), digest_size=8).hexdigest()


def find_boilerplate(
    statements: Iterable[tuple[str, str, str]], settings: BoilerplateSettings | None = None
) -> frozenset[str]:
    """Return the fingerprints of template text among `(doc_id, publisher, text)`.

    A text is template when it stands in at least `min_documents` documents of one publisher and in `min_share` of them.
    One pass over the statements. Copies of one document (syndication) should be left out by the caller.
    """
    limits = settings or BoilerplateSettings()
    documents: dict[str, set[str]] = defaultdict(set)
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for doc_id, publisher, text in statements:
        documents[publisher].add(doc_id)
        if text.count(" ") + 1 >= limits.min_words:
            places[fingerprint(text), publisher].add(doc_id)
    return frozenset(
        mark
        for (mark, publisher), found in places.items()
        if len(found) >= max(limits.min_documents, limits.min_share * len(documents[publisher]))
    )

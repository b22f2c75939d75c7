"""A codebook proposed for findings that have none: themes found in the text, with terms, strengths and examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import Codebook, Theme
from pipeline.themes.emergent import EmergentTheme
from pipeline.themes.lexicon import FOUND, compile_lexicon, match, strengths

EXAMPLES, COUNTER_EXAMPLES = 5, 3
_STRONGEST = 0.9  # a term is never certain
_WEAKEST = 0.25
_DOUBT = 2.0  # firings outside the theme that every term is charged with: rare terms stay weak
_LONGEST = 400  # code points of an example


def draft(texts: Sequence[str], found: Sequence[EmergentTheme], name: str) -> Codebook:
    """Return a codebook with one theme for each of `found`; its examples pass its own check.

    A term's strength is the share of its firings that lie in the theme. Examples are findings of the theme that the
    terms find, counter-examples findings of other themes that they come close to and leave out.
    """
    member = np.zeros((len(texts), len(found)), bool)
    for column, theme in enumerate(found):
        member[list(theme.members), column] = True
    bare = [_bare(theme, texts, taken) for theme, taken in _with_ids(found)]
    themes = _weighted(bare, texts, member)
    return Codebook(_with_examples(themes, found, texts, member), name, "0.1 (draft)")


def _with_ids(found: Sequence[EmergentTheme]) -> Iterator[tuple[EmergentTheme, str]]:
    taken: set[str] = set()
    for number, theme in enumerate(found, 1):
        words = "_".join(re.sub(r"[^a-z0-9]+", "_", term.casefold()).strip("_") for term in theme.terms[:2])
        theme_id = words if re.match(r"[a-z][a-z0-9_]*\Z", words) and words not in taken else f"theme_{number:02d}"
        taken.add(theme_id)
        yield theme, theme_id


def _bare(theme: EmergentTheme, texts: Sequence[str], theme_id: str) -> Theme:
    quote = " ".join(texts[theme.central].split())
    definition = (
        f"Proposed from {len(theme.members)} findings (stability {theme.stability:.2f}). The most typical: “{quote}” "
        "Say in your own words what belongs here."
    )
    return Theme(theme_id, ", ".join(theme.terms[:3]), definition, terms=theme.terms)


def _weighted(themes: Sequence[Theme], texts: Sequence[str], member: NDArray[np.bool_]) -> list[Theme]:
    """Return the themes with the strength of each term, weak terms left out unless nothing else is there."""
    hits = match(compile_lexicon(Codebook(tuple(themes))), texts)
    fires: dict[tuple[str, str], list[int]] = {}
    for row, found in enumerate(hits):
        for pair in {(hit.theme_id, hit.term) for hit in found}:
            fires.setdefault(pair, []).append(row)
    out = []
    for column, theme in enumerate(themes):
        weights = {}
        for term in theme.terms:
            at = fires.get((theme.id, term), [])
            weights[term] = min(_STRONGEST, member[at, column].sum() / (len(at) + _DOUBT)) if at else 0.0
        kept = [t for t in theme.terms if weights[t] >= _WEAKEST] or list(theme.terms[:1])
        terms = [f"{t} ~ {max(_WEAKEST, weights[t]):.2f}" for t in kept]
        out.append(replace(theme, terms=tuple(terms)))
    return out


def _with_examples(
    themes: Sequence[Theme], found: Sequence[EmergentTheme], texts: Sequence[str], member: NDArray[np.bool_]
) -> tuple[Theme, ...]:
    lexicon = compile_lexicon(Codebook(tuple(themes)))
    usable = np.array([len(text) <= _LONGEST for text in texts])
    strength = strengths(lexicon, match(lexicon, texts))
    out = []
    for column, (theme, emergent) in enumerate(zip(themes, found, strict=True)):
        weight = dict(zip(emergent.members, emergent.weights, strict=True))
        ours = [i for i in emergent.members if usable[i] and strength[i, column] >= FOUND]
        ours.sort(key=lambda i: (-weight[i] * strength[i, column], i))
        theirs = [i for i in np.flatnonzero(usable & ~member[:, column]).tolist() if strength[i, column] < FOUND]
        theirs.sort(key=lambda i: (-strength[i, column], not member[i].any(), i))
        out.append(
            replace(
                theme,
                examples=_quotes(texts, ours, EXAMPLES),
                counter_examples=_quotes(texts, theirs, COUNTER_EXAMPLES),
            )
        )
    return tuple(out)


def _quotes(texts: Sequence[str], at: Sequence[int], most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(texts[i].split()) for i in at))[:most]

"""The coder of a run: the codebook's terms and, for the themes that it knows, the learned model, combined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.cluster import NO_EVIDENCE, Coded, FindingText
from pipeline.codebook import Codebook
from pipeline.themes.combine import Combination, load_combination
from pipeline.themes.lexicon import Hit, Lexicon, compile_lexicon, match, strengths
from pipeline.themes.rows import Coder, Row
from pipeline.themes.student import load_student

THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Weighed:
    """What speaks for the themes of some rows: hits of terms by row, then rows by themes (codebook order).

    `by_model` is NaN where the model does not know a theme.
    """

    hits: Sequence[tuple[Hit, ...]]
    by_terms: NDArray[np.float64]
    by_model: NDArray[np.float64]
    shares: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CodebookCoder:
    """Codes by the codebook's terms, and by a model for those of its themes that the model knows."""

    lexicon: Lexicon
    model: Coder | None
    combination: Combination | None
    version: str

    def weigh(self, rows: Sequence[Row]) -> Weighed:
        """Return what terms and model say of each row, and the probabilities that follow."""
        hits = match(self.lexicon, [r.text for r in rows], [r.stem for r in rows], [r.section for r in rows])
        by_terms = strengths(self.lexicon, hits)
        by_model = self._by_model(rows)
        shares = self.combination.probability(by_terms, by_model) if self.combination else by_terms
        return Weighed(hits, by_terms, by_model, np.where(_refused(self.lexicon, hits, by_terms), 0.0, shares))

    def code(self, findings: Sequence[FindingText]) -> list[tuple[Coded, ...]]:
        """Return the themes of each finding that reach one half, each with the words that speak loudest for it."""
        if not findings:
            return []
        rows = [Row(f.text, f.stem, f.section, f.before) for f in findings]
        weighed = self.weigh(rows)
        coded: list[list[Coded]] = [[] for _ in rows]
        places = zip(*np.nonzero(weighed.shares >= THRESHOLD), strict=True)
        chosen = [(int(at), int(column)) for at, column in places]
        silent = [place for place in chosen if weighed.by_terms[place] <= 0]
        spoken = dict(zip(silent, self._model_evidence(rows, silent), strict=True))
        for at, column in chosen:
            theme_id = self.lexicon.theme_ids[column]
            start, end = spoken.get((at, column)) or strongest(theme_id, weighed.hits[at])
            method = _method(weighed.by_terms[at, column], self.model)
            coded[at].append(Coded(theme_id, round(float(weighed.shares[at, column]), 4), method, start, end))
        return [tuple(themes) for themes in coded]

    def _by_model(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return the model's probabilities in the order of the codebook, NaN for themes that it does not know."""
        out = np.full((len(rows), len(self.lexicon.theme_ids)), np.nan)
        if self.model is not None:
            _, themes = self.model.probabilities(rows)
            for column, theme_id in enumerate(self.lexicon.theme_ids):
                if theme_id in self.model.theme_ids:
                    out[:, column] = themes[:, self.model.theme_ids.index(theme_id)]
        return out

    def _model_evidence(self, rows: Sequence[Row], pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return where the model found each (row, theme) for which no term speaks; all at once, because it is dear."""
        finder = getattr(self.model, "evidence", None)
        if finder is None:
            return [(NO_EVIDENCE, NO_EVIDENCE)] * len(pairs)
        found: list[tuple[int, int]] = finder(
            [rows[at] for at, _ in pairs], [self.lexicon.theme_ids[column] for _, column in pairs]
        )
        return found


def _refused(lexicon: Lexicon, hits: Sequence[tuple[Hit, ...]], by_terms: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where a not_term fires and no term of its theme: there the codebook overrules the model."""
    column = {theme_id: i for i, theme_id in enumerate(lexicon.theme_ids)}
    out = np.zeros(by_terms.shape, bool)
    for at, found in enumerate(hits):
        for hit in found:
            if hit.weight == 0:
                out[at, column[hit.theme_id]] = True
    out[by_terms > 0] = False
    return out


def _method(by_terms: float, model: Coder | None) -> str:
    if model is None:
        return "lexicon"
    return "lexicon+model" if by_terms > 0 else "model"


def strongest(theme_id: str, hits: Sequence[Hit]) -> tuple[int, int]:
    """Return start and end of the hit that speaks loudest for a theme: in the text before lead-in and headings."""
    mine = (hit for hit in hits if hit.theme_id == theme_id)
    best = min(mine, key=lambda hit: (hit.start < 0, -hit.weight, hit.start))
    return (best.start, best.end) if best.start >= 0 else (NO_EVIDENCE, NO_EVIDENCE)


def load_model(model: str) -> Coder | None:
    """Return the learned model that the configuration names: default, semantic or none."""
    if model == "none":
        return None
    if model == "semantic":
        from pipeline.themes.semantic import load_teacher  # needs libraries that are installed on demand

        return load_teacher()
    return load_student()


def build_coder(codebook: Codebook, model: Coder | None) -> CodebookCoder:
    """Return the coder for a codebook; a model that knows none of its themes is left out."""
    knows = model is not None and bool(set(model.theme_ids) & set(codebook.ids))
    used = model if knows else None
    version = f"lexicon {codebook.sha256[:12]}" + (f", {used.name} {used.version}" if used else "")
    combination = load_combination(used.name) if used else None
    return CodebookCoder(compile_lexicon(codebook), used, combination, version)


@dataclass(frozen=True, slots=True)
class ModelKinds:
    """The learned model as a model of kinds."""

    model: Coder

    def kind_probabilities(self, statements: Sequence[object]) -> NDArray[np.float64]:
        """Return an (n, 4) array in the order concern, strength, recommendation, context."""
        rows = [Row(*(getattr(s, name) for name in ("text", "stem", "section", "before"))) for s in statements]
        return np.asarray(self.model.probabilities(rows)[0], dtype=np.float64)

"""The coder of a run: the codebook's terms and, for the themes that it knows, the learned model, combined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.cluster import NO_EVIDENCE, Coded, FindingText
from pipeline.codebook import Codebook
from pipeline.themes.cascade import Cascade, Second
from pipeline.themes.classifier import Example, Learned, cross_fitted, fit, in_order
from pipeline.themes.combine import Combination, by_codebook, load_combination
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
    """Codes by the codebook's terms, by a model for those of its themes that the model knows, and by what was learned.

    It depends on codebook, models and coded statements alone: the texts that it codes never change it. `second` is
    asked where terms and model leave doubt.
    """

    lexicon: Lexicon
    model: Coder | None
    combination: Combination | None
    version: str
    learned: Learned | None = None
    second: Second | None = None

    def weigh(self, rows: Sequence[Row]) -> Weighed:
        """Return what terms and model say of each row, and the probabilities that follow."""
        hits = match(self.lexicon, [r.text for r in rows], [r.stem for r in rows], [r.section for r in rows])
        by_terms = strengths(self.lexicon, hits)
        ids = self.lexicon.theme_ids
        by_model = by_codebook(self.model, rows, ids) if self.model else np.full(by_terms.shape, np.nan)
        shares = self.combination.probability(by_terms, by_model, ids) if self.combination else by_terms
        if self.second is not None:
            shares = self.second.settled(rows, by_terms, shares, ids)
        if self.learned is not None:
            shares = self.learned.probability(rows, shares)
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
            method = self._method(weighed, at, column)
            coded[at].append(Coded(theme_id, round(float(weighed.shares[at, column]), 4), method, start, end))
        return [tuple(themes) for themes in coded]

    def _model_evidence(self, rows: Sequence[Row], pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return where each (row, theme) was found for which no term speaks; the model's all at once: it is dear."""
        finder = getattr(self.model, "evidence", None)
        asked = [(at, column) for at, column in pairs if finder and self._knows(column)]
        ids = [self.lexicon.theme_ids[column] for _, column in asked]
        said = dict(zip(asked, finder([rows[at] for at, _ in asked], ids), strict=True)) if finder else {}
        return [said.get(pair) or self._learned_evidence(rows[pair[0]], pair[1]) for pair in pairs]

    def _learned_evidence(self, row: Row, column: int) -> tuple[int, int]:
        place = self.learned.evidence(row, column) if self.learned else None
        return place or (NO_EVIDENCE, NO_EVIDENCE)

    def _knows(self, column: int) -> bool:
        return self.model is not None and self.lexicon.theme_ids[column] in self.model.theme_ids

    def _method(self, weighed: Weighed, at: int, column: int) -> str:
        """Return what an assignment rests on, such as lexicon+model."""
        learned = self.learned is not None and self.learned.trust[column] > 0
        parts = {
            "lexicon": weighed.by_terms[at, column] > 0,
            "model": self._knows(column),
            "gold": learned,
        }
        return "+".join(name for name, speaks in parts.items() if speaks) or "lexicon"


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


def strongest(theme_id: str, hits: Sequence[Hit]) -> tuple[int, int]:
    """Return start and end of the hit that speaks loudest for a theme: in the text before lead-in and headings."""
    mine = (hit for hit in hits if hit.theme_id == theme_id)
    best = min(mine, key=lambda hit: (hit.start < 0, -hit.weight, hit.start))
    return (best.start, best.end) if best.start >= 0 else (NO_EVIDENCE, NO_EVIDENCE)


def load_model(model: str) -> Coder | Cascade | None:
    """Return what the configuration names: default, semantic (with the large model where in doubt) or none."""
    if model == "none":
        return None
    if model == "semantic":
        from pipeline.themes.semantic import load_teacher  # needs libraries that are installed on demand

        return Cascade(load_student(), load_teacher())
    return load_student()


def build_coder(codebook: Codebook, model: Coder | Cascade | None, directory: Path | None = None) -> CodebookCoder:
    """Return the coder for a codebook; a model that knows none of its themes is left out.

    `directory` is the folder that the model is from; the shipped one by default.
    """
    knows = model is not None and bool(set(model.theme_ids) & set(codebook.ids))
    used = model if knows else None
    version = f"lexicon {codebook.sha256[:12]}" + (f", {used.name} {used.version}" if used else "")
    lexicon = compile_lexicon(codebook)
    if isinstance(used, Cascade):
        first, second = (load_combination(part.name, directory) for part in (used.first, used.second))
        return CodebookCoder(lexicon, used.first, first, version, second=Second(used.second, second, used.doubt))
    return CodebookCoder(lexicon, used, load_combination(used.name, directory) if used else None, version)


def learn(coder: CodebookCoder, examples: Sequence[Example]) -> CodebookCoder:
    """Return the coder with what coded findings teach it beyond terms and model; in whatever order they come."""
    ordered = in_order(examples)
    return with_learned(coder, fit(ordered, _known(coder, ordered), coder.lexicon.theme_ids))


def with_learned(coder: CodebookCoder, learned: Learned) -> CodebookCoder:
    """Return the coder with what was learned before, for instance in another process."""
    return replace(coder, learned=learned, version=f"{coder.version}, {learned.name}")


def without_own_document(coder: CodebookCoder, examples: Sequence[Example]) -> list[tuple[str, ...]]:
    """Return the themes that each example gets when its document is left out of learning, in the examples' order."""
    bare = replace(coder, learned=None)
    shares = cross_fitted(examples, _known(bare, examples), coder.lexicon.theme_ids)
    ids = coder.lexicon.theme_ids
    return [tuple(ids[int(column)] for column in np.flatnonzero(row >= THRESHOLD)) for row in shares]


def _known(coder: CodebookCoder, examples: Sequence[Example]) -> NDArray[np.float64]:
    return coder.weigh([example.row for example in examples]).shares


@dataclass(frozen=True, slots=True)
class ModelKinds:
    """The learned model as a model of kinds."""

    model: Coder | Cascade

    def kind_probabilities(self, statements: Sequence[object]) -> NDArray[np.float64]:
        """Return an (n, 4) array in the order concern, strength, recommendation, context."""
        rows = [Row(*(getattr(s, name) for name in ("text", "stem", "section", "before"))) for s in statements]
        kinds = self.model.kinds(rows) if isinstance(self.model, Cascade) else self.model.probabilities(rows)[0]
        return np.asarray(kinds, dtype=np.float64)

"""The coder of a run: the codebook's terms and, where it knows the codebook, the learned model, combined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.cluster import Coded, FindingText
from pipeline.codebook import Codebook
from pipeline.themes.lexicon import Hit, Lexicon, compile_lexicon, match, strengths

THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class LexiconCoder:
    """Codes by the codebook's terms alone."""

    lexicon: Lexicon
    version: str

    def code(self, findings: Sequence[FindingText]) -> list[tuple[Coded, ...]]:
        """Return the themes of each finding whose terms reach the threshold, the strongest hit as evidence."""
        texts, stems, sections = ([getattr(f, name) for f in findings] for name in ("text", "stem", "section"))
        hits = match(self.lexicon, texts, stems, sections)
        scores = strengths(self.lexicon, hits)
        ids = self.lexicon.theme_ids
        return [
            tuple(
                _coded(theme_id, float(row[column]), found)
                for column, theme_id in enumerate(ids)
                if row[column] >= THRESHOLD
            )
            for row, found in zip(scores, hits, strict=True)
        ]


def _coded(theme_id: str, probability: float, hits: Sequence[Hit]) -> Coded:
    best = strongest(theme_id, hits)
    return Coded(theme_id, round(probability, 4), "lexicon", best.start, best.end)


def strongest(theme_id: str, hits: Sequence[Hit]) -> Hit:
    """Return the hit that speaks loudest for a theme: the heaviest, then the first."""
    return min((hit for hit in hits if hit.theme_id == theme_id), key=lambda hit: (-hit.weight, hit.start))


def build_coder(codebook: Codebook, model: str) -> LexiconCoder:
    """Return the coder for a codebook."""
    return LexiconCoder(compile_lexicon(codebook), f"lexicon {codebook.sha256[:12]}")

"""The last word on kinds: the rule layer alone, or with a learned model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.segment.cutting import Unit
from pipeline.segment.kinds import KindRules, probabilities
from pipeline.segment.types import KINDS, KindModel


def decide_kinds(
    units: Sequence[Unit], rules: KindRules, model: KindModel | None, *, fixed: str = ""
) -> list[tuple[str, float]]:
    """Return the kind of each unit with its probability; a heading is context, and `fixed` rules over the rest."""
    judged = [unit for unit in units if unit.block_kind not in ("heading", "caption")]
    if fixed:
        return [(fixed, 1.0) if u.block_kind not in ("heading", "caption") else ("context", 1.0) for u in units]
    scores = rules.scores(judged, [unit.block_kind == "list_item" for unit in judged])
    shares = probabilities(scores)
    if model is not None and judged:
        learned = np.asarray(model.kind_probabilities(judged), dtype=np.float64)
        shares = probabilities(0.5 * scores + np.log(np.clip(learned, 1e-4, 1)))
    found = iter(shares)
    return [_best(next(found)) if u.block_kind not in ("heading", "caption") else ("context", 1.0) for u in units]


def _best(shares: np.ndarray) -> tuple[str, float]:
    at = int(np.argmax(shares))
    return KINDS[at], float(shares[at])

"""The last word on kinds: the rule layer alone, or with a learned model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.segment.cutting import Unit
from pipeline.segment.kinds import probabilities, reader_of
from pipeline.segment.rules import KindRules
from pipeline.segment.types import KINDS, KindModel

_CERTAIN = 1.0
_LEAD_IN = 0.95


def decide_kinds(
    documents: Sequence[Sequence[Unit]], rules: KindRules, model: KindModel | None, *, fixed: str = ""
) -> list[list[tuple[str, float]]]:
    """Return the kind of each unit of each document with its probability.

    A heading or caption is context, and so is the lead-in of a list, whose items carry the kind. `fixed` rules over the
    rest; else the rule scores decide, with the model's where there is one.
    """
    known = [[_known(units, at, fixed) for at in range(len(units))] for units in documents]
    judged = [
        unit
        for units, kinds in zip(documents, known, strict=True)
        for unit, kind in zip(units, kinds, strict=True)
        if kind is None
    ]
    shares = kind_shares(judged, rules, model)
    named = [KINDS[at] for at in shares.argmax(axis=1).tolist()]
    best = iter(zip(named, shares.max(axis=1, initial=0).tolist(), strict=True))
    return [[kind if kind is not None else next(best) for kind in kinds] for kinds in known]


def _known(units: Sequence[Unit], at: int, fixed: str) -> tuple[str, float] | None:
    unit = units[at]
    if unit.block_kind in ("heading", "caption"):
        return "context", _CERTAIN
    if fixed:
        return fixed, _CERTAIN
    following = units[at + 1] if at + 1 < len(units) else None
    if unit.block_kind != "list_item" and following is not None and unit.text in following.stem:
        return "context", _LEAD_IN
    return None


def kind_shares(units: Sequence[Unit], rules: KindRules, model: KindModel | None) -> NDArray[np.float64]:
    """Return the probabilities of the kinds, (n, 4): a weighted product of rules and model, scaled to be calibrated."""
    scores = reader_of(rules).scores(units, [unit.block_kind == "list_item" for unit in units])
    if model is None or not units:
        return probabilities(scores * rules.mixing.alone)
    learned = np.asarray(model.kind_probabilities(units), dtype=np.float64)
    return probabilities(rules.mixing.rules * scores + rules.mixing.model * np.log(np.clip(learned, 1e-6, 1.0)))

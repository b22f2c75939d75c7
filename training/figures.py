"""Figures of a coder on coded rows, group by group; the same counts as the project's own scoring."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from data import HELD, THEMES, Coded, as_row, split

from pipeline.themes.rows import KINDS


def label_figures(rows: list[Coded], kinds: np.ndarray, themes: np.ndarray) -> dict:
    """Return kind accuracy, concern/strength confusion and theme F1; `kinds` are indices, `themes` booleans."""
    gold_kind = np.array([KINDS.index(r.kind) for r in rows])
    gold = np.array([[t in r.themes for t in THEMES] for r in rows])
    finding = gold_kind != 3
    g, p = gold[finding], themes[finding]
    tp, fp, fn = (g & p).sum(0), (~g & p).sum(0), (g & ~p).sum(0)
    one = [2 * a / (2 * a + b + c) for a, b, c in zip(tp, fp, fn, strict=True) if a + c >= 3]
    swapped = ((gold_kind == 0) & (kinds == 1)).sum() + ((gold_kind == 1) & (kinds == 0)).sum()
    polar = (gold_kind < 2).sum()
    gold_all, said = gold & finding[:, None], themes & (kinds != 3)[:, None]
    both = (gold_all & said).sum()
    return {
        "rows": len(rows),
        "kind": round(float((gold_kind == kinds).mean()), 3),
        "swapped": round(float(swapped / max(1, polar)), 3),
        "micro": round(float(2 * tp.sum() / max(1, (2 * tp + fp + fn).sum())), 3),
        "macro": round(float(np.mean(one)), 3) if one else None,
        "end_to_end": round(float(2 * both / max(1, gold_all.sum() + said.sum())), 3),
    }


def figures(rows: list[Coded], kinds: np.ndarray, themes: np.ndarray, threshold: np.ndarray | float = 0.0) -> dict:
    """Return the figures of all groups from logits; `threshold` is a theme logit (one, or one a theme)."""
    groups = defaultdict(list)
    for i, r in enumerate(rows):
        groups["reports" if r.source == "reports" else r.group].append(i)
        if r.source == "written":
            groups["other_genres"].append(i)
    out = {}
    for name, at in sorted(groups.items()):
        out[name] = label_figures([rows[i] for i in at], kinds[at].argmax(1), themes[at] > threshold)
    return out


def plain_card(version: str = "0") -> dict:
    """Return a card without calibration."""
    return {
        "version": version,
        "theme_ids": list(THEMES),
        "thresholds": dict.fromkeys(THEMES, 0.5),
        "calibration": {
            "kind_scale": 1.0,
            "theme_scale": dict.fromkeys(THEMES, 1.0),
            "theme_shift": dict.fromkeys(THEMES, 0.0),
        },
    }


def judged(coder: Any, out: Path) -> None:
    """Write what a student or a teacher, without calibration, says of the rows kept apart; print its figures."""
    test = split(HELD)[1]
    kinds, themes = coder.logits([as_row(row) for row in test])
    np.savez(out, kinds=kinds, themes=themes, items=[row.item for row in test])
    for name, found in figures(test, kinds, themes).items():
        print(name, json.dumps(found))

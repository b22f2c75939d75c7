"""Floors of kinds, boundaries and speakers on coded statements: rules whose weights have not seen the rows they judge.

The rules are fitted anew without each group, an authority's half or a genre, as training/kinds_fit.py does.
"""

from __future__ import annotations

import json
import re
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from pipeline.segment.cutting import cut_blocks
from pipeline.segment.kinds import reader_of
from pipeline.segment.rules import KindRules
from pipeline.segment.speakers import find_speakers
from pipeline.segment.types import KINDS, BlockRow
from tests.segment.support import statements

FLOORS = {
    "reports": 0.81,
    "audits_overseas": 0.73,
    "news": 0.71,
    "spoken_minutes": 0.70,
    "policy_inquiry_research": 0.74,
}
MOST_SWAPPED = 0.13  # of the concerns and strengths: taken for the other
SEED_BOUNDARIES, SEED_SPEAKERS = 0.97, 0.90
WRITTEN_SPEAKERS = {"news": 0.55, "spoken_minutes": 0.55}  # F1 of the statements that have a speaker


@pytest.fixture(scope="module")
def judged(root: Path, material: Path) -> dict[str, tuple[Any, Any]]:
    """Return for each group (kinds by people, kinds by rules fitted without the group), as numbers."""
    sys.path.insert(0, str(root / "training"))
    import kinds_fit as fitting
    from data import held_out_authority

    rules = KindRules.build(yaml.safe_load((root / "configs" / "kinds.yml").read_text(encoding="utf-8")))
    rows = fitting.rows_with_text()[::2]  # half of them, for the time it takes
    x, y = fitting.matrix(rules, rows), np.array([KINDS.index(row.kind) for row in rows])
    weight = 2 * fitting.weights_of(rows)
    group = [
        row.group if row.source != "reports" else f"reports {held_out_authority(row.group, 0.5):d}" for row in rows
    ]
    groups = np.array(["news" if name.startswith("news") else name for name in group])
    found = {}
    for name in (*(name for name in FLOORS if name != "reports"), "reports 0"):
        out = groups == name
        w, b = fitting.fit(x[~out], y[~out], weight[~out], fitting.prior(rules), np.zeros(4), fitting.PULL)
        found[name.split()[0]] = (y[out], (x[out] @ w + b).argmax(axis=1))
    return found


@pytest.mark.parametrize("name", FLOORS)
def test_kinds_of_groups_left_out(judged: dict[str, tuple[Any, Any]], name: str) -> None:
    people, said = judged[name]
    assert (people == said).mean() >= FLOORS[name]


def test_concerns_and_strengths_are_seldom_swapped(judged: dict[str, tuple[Any, Any]]) -> None:
    people, said = (np.concatenate(parts) for parts in zip(*judged.values(), strict=True))
    polar = people < 2
    assert ((said[polar] < 2) & (said[polar] != people[polar])).mean() <= MOST_SWAPPED


def test_the_probability_of_a_kind_can_be_trusted(root: Path, material: Path) -> None:
    """Of statements with probability p about p are right: the mean gap over ten bins, rules as they are filed."""
    sys.path.insert(0, str(root / "training"))
    from data import written
    from kinds_mix import error_of_calibration

    rules = KindRules.build(yaml.safe_load((root / "configs" / "kinds.yml").read_text(encoding="utf-8")))
    rows = written()
    scores = reader_of(rules).scores(rows) * rules.mixing.alone
    assert error_of_calibration(scores, np.array([KINDS.index(row.kind) for row in rows])) <= 0.06


def coded(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def bare(name: str) -> str:
    """Return a name without article, title and stops, to compare speakers by."""
    return re.sub(r"^(?:(?:the|a|an|mr|mrs|ms|miss|cllr) )+", "", re.sub(r"[^\w ]+", "", name.lower())).strip()


def test_seeds_are_cut_and_given_their_speakers(material: Path) -> None:
    hit = wanted = said = right = 0
    for name, units in groupby(coded(material / "gold" / "seeds.jsonl"), key=lambda unit: unit["file"]):
        text = (material / "seeds" / name).read_text(encoding="utf-8")
        gold = {plain(text[unit["start"] : unit["end"]]): unit["speaker"] for unit in units}
        found = {plain(one.text): one.speaker for one in statements(text)}
        both = gold.keys() & found.keys()
        hit, wanted, said = hit + len(both), wanted + len(gold), said + len(found)
        right += sum(bare(gold[key]) == bare(found[key]) for key in both)
    assert 2 * hit / (wanted + said) >= SEED_BOUNDARIES
    assert right / wanted >= SEED_SPEAKERS


@pytest.mark.parametrize("name", WRITTEN_SPEAKERS)
def test_speakers_of_written_texts(material: Path, name: str) -> None:
    """Each coded statement is a paragraph here, which is harder than the text that it came from."""
    right = wanted = given = 0
    source_type = "news" if name == "news" else "other"
    for heading, rows in groupby(coded(material / "gold" / "written" / f"{name}.jsonl"), key=lambda r: r["heading"]):
        rows = list(rows)
        texts = [heading or "-", *(row["text"] for row in rows)]
        starts = np.cumsum([0, *(len(text) + 1 for text in texts)]).tolist()
        blocks = [
            BlockRow(at, "paragraph" if at else "heading", 0 if at else 1, "", None, starts[at], text)
            for at, text in enumerate(texts)
        ]
        units = cut_blocks(blocks)
        first: dict[int, str] = {}
        for unit, speaker in zip(units, find_speakers(units, source_type=source_type), strict=True):
            first.setdefault(unit.block_no, speaker)
        for at, row in enumerate(rows, start=1):
            said = first.get(at, "")
            wanted, given = wanted + bool(row["speaker"]), given + bool(said)
            right += bool(said) and bare(said) == bare(row["speaker"])
    assert 2 * right / (wanted + given) >= WRITTEN_SPEAKERS[name]

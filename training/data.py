"""Coded statements as training rows: one shape for every source, held-out splits, variants.

The five seed documents are never read here: they stay a pure test (see `measure.py`).
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pipeline.themes.rows import CONTEXT_WIDTH, KINDS, Row, plain

THEMES = (
    "information_sharing", "thresholds", "vetting_checks", "workforce_capacity", "training_and_supervision",
    "interagency_working", "leadership_and_accountability", "resources", "serious_case_reviews",
    "recognition_and_assessment", "voice_of_the_child", "children_away_from_home", "young_offenders",
    "public_protection", "bureaucracy_and_systems", "consistency", "courts_and_law", "early_help",
    "exploitation_and_missing", "care_leavers",
)  # fmt: skip
HELD = ("audits_overseas", "spoken_minutes", "news")  # genres that are kept apart
MATERIAL = Path(os.environ.get("FINDINGS_MATERIAL", Path(__file__).resolve().parents[2] / "shared"))
UNCODED = Path(os.environ.get("FINDINGS_UNCODED", Path(__file__).with_name("work") / "uncoded.jsonl"))
_STEM = re.compile(r"([^.!?:]{8,160}:)\s*(?:[•–—◼■▪-]?\s?[^.!?:]{0,300})?$")


@dataclass(frozen=True)
class Coded:
    """A coded statement: what a coder sees of it, and what people said."""

    item: str
    source: str
    group: str
    text: str
    stem: str
    section: str
    before: str
    kind: str
    themes: tuple[str, ...]


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def reports() -> list[Coded]:
    """Return the statements of inspection reports; `group` is the authority."""
    rows = []
    for r in _lines(MATERIAL / "gold/ofsted_statements.jsonl"):
        paragraph, text = " ".join(r["paragraph"].split()), " ".join(r["text"].split())
        at = paragraph.find(text)
        before = paragraph[max(0, at - CONTEXT_WIDTH) : at].strip() if at > 0 else ""
        rows.append(
            Coded(
                r["id"],
                "reports",
                r["authority"],
                plain(text),
                "",
                r["heading"].strip(),
                before,
                r["kind"],
                tuple(r["themes"]),
            )
        )
    return rows


def written() -> list[Coded]:
    """Return the statements written for the project; `group` is the genre's file."""
    rows = []
    for path in sorted((MATERIAL / "gold/written").glob("*.jsonl")):
        for r in _lines(path):
            before = " ".join(r["context"].split())[-CONTEXT_WIDTH:]
            rows.append(
                Coded(
                    r["id"],
                    "written",
                    path.stem,
                    plain(r["text"]),
                    "",
                    (r.get("heading") or "").strip(),
                    before,
                    r["kind"],
                    tuple(r["themes"]),
                )
            )
    return rows


_SHORT = dict(
    zip(
        [
            "IS",
            "TH",
            "VC",
            "WC",
            "TS",
            "IW",
            "LA",
            "RE",
            "SC",
            "RA",
            "VO",
            "AW",
            "YO",
            "PP",
            "BU",
            "CO",
            "CL",
            "EH",
            "EX",
            "CA",
        ],
        THEMES,
        strict=True,
    )
)


def more() -> list[Coded]:
    """Return the statements of more.txt, written for training: in all training parts, no test part."""
    return coded_lines(Path(__file__).with_name("more.txt"))


def texts() -> list[Coded]:
    """Return the statements of texts/*.txt, for the models to learn from: in all training parts, no test part."""
    return [row for path in sorted(Path(__file__).with_name("texts").glob("*.txt")) for row in coded_lines(path)]


def coded_apart() -> list[Coded]:
    """Return the statements of codes.csv, none of a held-out authority; `group` is the authority or `other:NAME`.

    The file holds no text: its key is the hash of a statement that `uncoded.py` cuts from the material.
    """
    with Path(__file__).with_name("codes.csv").open(encoding="utf-8", newline="") as f:
        codes = {r["key"]: r for r in csv.DictReader(f)}
    letters = dict(zip("csrx", KINDS, strict=True))
    rows = []
    for r in _lines(UNCODED):
        code = codes.get(key_of(r["text"]))
        if code:
            ids = tuple(_SHORT[t] for t in code["themes"].split())
            kind = letters[code["kind"]]
            rows.append(Coded(code["key"], "coded", r["group"], r["text"], "", r["section"], r["before"], kind, ids))
    return rows


def uncoded(path: Path) -> list[Coded]:
    """Return the rows of a file of variants.py, which a teacher alone codes; their kind and themes say nothing."""
    return [
        Coded(f"{path.stem}-{n}", "uncoded", r["group"], r["text"], r["stem"], r["section"], r["before"], "context", ())
        for n, r in enumerate(_lines(path))
    ]


def key_of(text: str) -> str:
    """Return the key of a statement in codes.csv."""
    return hashlib.sha256(re.sub(r"\W+", " ", text.lower()).encode()).hexdigest()[:16]


@lru_cache
def by_hand() -> frozenset[str]:
    """Return the items of the statements that people coded."""
    return frozenset(row.item for row in reports() + written())


def everything() -> list[Coded]:
    """Return all coded statements."""
    return reports() + written() + more() + texts() + coded_apart()


def coded_lines(path: Path) -> list[Coded]:
    """Return the statements of a file of `kind|themes|heading|text` lines; `group` is the file's name.

    Lines after a title (`== Title`) are a document in running order: each has those before it as its context.
    """
    rows, before = [], None
    letters = dict(zip("csrx", KINDS, strict=True))
    for n, line in enumerate(path.read_text("utf-8").splitlines()):
        if line.startswith("== "):
            before = ""
        elif line.strip() and not line.startswith("#"):
            kind, themes, section, text = line.split("|", 3)
            ids = tuple(_SHORT[t.strip()] for t in themes.split(",") if t.strip())
            context = (before or "")[-CONTEXT_WIDTH:].strip()
            rows.append(
                Coded(
                    f"{path.stem}-{n}",
                    "written",
                    path.stem,
                    plain(text),
                    "",
                    section.strip(),
                    context,
                    letters[kind],
                    ids,
                )
            )
            before = None if before is None else f"{before} {text.strip()}"
    return rows


def themed(row: Coded) -> bool:
    """Return whether the row's themes are coded: of texts on other subjects (`subjects_*`) only the kinds are."""
    return row.kind != "context" and not row.group.startswith("subjects_")


def held_out_authority(name: str, share: float = 0.2) -> bool:
    """Return whether an authority is in the test part: by a hash of its name, the same for ever."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 2**32 < share


def split(held_genres: tuple[str, ...]) -> tuple[list[Coded], list[Coded]]:
    """Return training and test rows with whole authorities and whole genres held out."""
    train, test = more() + texts() + coded_apart(), []
    for r in reports():
        (test if held_out_authority(r.group) else train).append(r)
    for r in written():
        (test if r.group in held_genres else train).append(r)
    return train, test


def varied(row: Coded, rng: random.Random, drop: float = 0.45) -> Coded:
    """Return the row as another document might show it: without heading or context, or with a stem."""
    section = "" if rng.random() < drop else row.section
    before = "" if rng.random() < drop else row.before
    stem = ""
    lead = _STEM.search(row.before)
    if lead and rng.random() < 0.5:
        stem, before = lead.group(1).strip(), (row.before[: lead.start()].strip() if before else "")
    text = row.text
    if rng.random() < 0.3:
        text = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    if rng.random() < 0.1:
        text = text.rstrip(".")
    return replace(row, text=text, stem=stem, section=section, before=before)


def as_row(row: Coded) -> Row:
    """Return what the package's coders read of a coded statement."""
    return Row(row.text, row.stem, row.section, row.before)

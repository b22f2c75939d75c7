"""Writes rows for the teacher: uncoded text as other documents might show it, coded text with other words.

    python variants.py --base MODEL_DIR --uncoded FILE.jsonl --out FILE.jsonl [--variants 8] [--real 3] [--all]

Without --all the held-out authorities and genres are left out. A teacher codes what comes out (`teacher.py --label`),
so a variant need not keep its meaning: it must only look like something that a report, a debate or a newspaper
could say (data augmentation of Jiao et al. 2020).
"""

from __future__ import annotations

import argparse
import json
import random
import re
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
from data import HELD, Coded, everything, held_out_authority, split, varied
from safetensors.numpy import load_file

SHARES = (0.0, 0.0, 0.12, 0.25, 0.4)  # of the words changed, one drawn a row
_WORD = re.compile(r"[A-Za-z]{4,}")
_CLAUSE = re.compile(r"(?<=[,;:]) | (?=(?:and|but|although|because|which|where|when|while|despite)\b)")
_SAYING = (
    "The report said that {}", "Inspectors found that {}", "According to the review, {}",
    "“{}” she said.", "He told MPs that {}",
    "Ministers accept that {}", "It was reported to the board that {}",
    "Campaigners say {}", "The auditor noted that {}", "We heard that {}",
    "The coroner found that {}", "In the view of the committee, {}",
    "Staff told us that {}", "Members asked why {}", "The union warned that {}",
)  # fmt: skip


class Neighbours:
    """Words with their nearest words by the encoder's word vectors."""

    def __init__(self, base: Path, count: int = 12) -> None:
        words = (base / "vocab.txt").read_text("utf-8").splitlines()
        table = next(
            v for k, v in load_file(base / "model.safetensors").items() if k.endswith("word_embeddings.weight")
        )
        keep = [i for i, w in enumerate(words) if 1996 <= i < 20_000 and w.isalpha() and w.isascii() and len(w) > 3]
        e = table[keep].astype(np.float32)
        e -= e.mean(0)
        e /= np.linalg.norm(e, axis=1, keepdims=True)
        self.near: dict[str, list[str]] = {}
        for at in range(0, len(keep), 1000):
            close = e[at : at + 1000] @ e.T
            top = np.argsort(-close, axis=1)[:, 1 : count + 1]
            for i, row in enumerate(top):
                good = [words[keep[j]] for j in row if close[i, j] > 0.35]
                if good:
                    self.near[words[keep[at + i]]] = good

    def changed(self, text: str, rng: random.Random, share: float) -> str:
        def other(m: re.Match[str]) -> str:
            near = self.near.get(m[0].lower())
            if not near or rng.random() > share:
                return m[0]
            word = rng.choice(near)
            return word.capitalize() if m[0][0].isupper() else word

        return _WORD.sub(other, text)


def spliced(a: str, b: str, rng: random.Random) -> str:
    """Return the first clauses of one statement with the last of another."""
    left, right = _CLAUSE.split(a), _CLAUSE.split(b)
    if len(left) < 2 or len(right) < 2:
        return a
    return " ".join([*left[: rng.randint(1, len(left) - 1)], *right[rng.randint(1, len(right) - 1) :]])


def said(text: str, rng: random.Random) -> str:
    body = text.rstrip(".")
    if body[:1].isupper() and not body[:2].isupper():
        body = body[0].lower() + body[1:]
    return rng.choice(_SAYING).format(body) + rng.choice((".", ""))


def inserted(a: str, b: str, rng: random.Random) -> str:
    """Return a statement with some words of another in the place of some of its own."""
    own, other = a.split(), b.split()
    if len(own) < 8 or len(other) < 8:
        return a
    count = rng.randint(3, max(3, min(9, len(other) // 2)))
    at, begin = rng.randrange(len(other) - count + 1), rng.randrange(1, len(own))
    return " ".join([*own[:begin], *other[at : at + count], *own[begin + rng.randint(0, count) :]])


def without_clause(text: str, rng: random.Random) -> str:
    parts = _CLAUSE.split(text)
    if len(parts) < 2:
        return text
    del parts[rng.randrange(len(parts))]
    rest = " ".join(parts)
    return rest[:1].upper() + rest[1:]


def thinned(text: str, rng: random.Random) -> str:
    words = text.split()
    return text if len(words) < 8 else " ".join(word for word in words if rng.random() > 0.1)


def changed_form(text: str, other: str, rng: random.Random) -> str:
    """Return a statement put together with another, put in somebody's mouth, or cut; a third stay as they are."""
    dice = rng.random()
    if dice < 0.22:
        return spliced(text, other, rng)
    if dice < 0.42:
        return inserted(text, other, rng)
    if dice < 0.52:
        return said(text, rng)
    if dice < 0.60:
        return without_clause(text, rng)
    return thinned(text, rng) if dice < 0.65 else text


def variant(row: Coded, rows: list[Coded], near: Neighbours, rng: random.Random) -> Coded:
    """Return the row in another form and with other words, sometimes with another's heading or text before it."""
    v = varied(row, rng)
    text = near.changed(changed_form(v.text, rng.choice(rows).text, rng), rng, rng.choice(SHARES))
    section = rng.choice(rows).section if rng.random() < 0.15 else v.section
    before = rng.choice(rows).before if rng.random() < 0.08 else v.before
    return replace(v, text=text, section=section, before=before)


def uncoded(path: Path, whole: bool) -> list[Coded]:
    """Return the statements of real documents, without a `whole` only those that may be learned from."""
    read = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [
        Coded("", "uncoded", r["group"], r["text"], "", r["section"], r["before"], "context", ())
        for r in read
        if whole or r["group"].startswith("other:") or not held_out_authority(r["group"])
    ]


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--base", type=Path, required=True)
    p.add_argument("--uncoded", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--hold", default=",".join(HELD))
    p.add_argument("--all", action="store_true")
    p.add_argument("--variants", type=int, default=8, help="of every written statement")
    p.add_argument("--real", type=int, default=3, help="of every statement of a real document")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    rng, near = random.Random(a.seed), Neighbours(a.base)
    coded = everything() if a.all else split(tuple(a.hold.split(",")))[0]
    real = uncoded(a.uncoded, a.all)
    written = [row for row in coded if row.source == "written"]
    todo = written * a.variants + (real + [row for row in coded if row.source == "reports"]) * a.real
    rng.shuffle(todo)
    sources = written + real[::2]
    with a.out.open("w", encoding="utf-8") as f:
        for row in chain((variant(row, sources, near, rng) for row in todo), (varied(row, rng) for row in real)):
            out = {name: getattr(row, name) for name in ("text", "stem", "section", "before", "group")}
            f.write(json.dumps(out, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

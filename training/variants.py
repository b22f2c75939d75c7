"""Writes rows for the teacher: uncoded text as other documents might show it, coded text with other words.

    python variants.py --base MODEL_DIR --uncoded FILE.jsonl --out FILE.jsonl [--all] [--variants 6]
        [--uncoded-share 1] [--seed 1]

Without --all the held-out authorities and genres are left out. A teacher codes what comes out (`teacher.py --label`),
so a variant need not keep its meaning: it must only look like something that a report, a debate or a newspaper
could say (data augmentation of Jiao et al. 2020).
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from data import HELD, Coded, everything, held_out_authority, split, varied
from safetensors.numpy import load_file

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


def variants(
    rows: list[Coded], near: Neighbours, times: int, shares: list[float], rng: random.Random
) -> Iterator[Coded]:
    for row in rows:
        for _ in range(times if row.source == "written" else max(1, times // 3)):
            v = varied(row, rng)
            text, dice = v.text, rng.random()
            if dice < 0.2:
                text = spliced(text, rng.choice(rows).text, rng)
            elif dice < 0.35:
                text = said(text, rng)
            text = near.changed(text, rng, rng.choice(shares))
            section = rng.choice(rows).section if rng.random() < 0.15 else v.section
            yield Coded(v.item, "variant", v.group, text, v.stem, section, v.before, v.kind, v.themes)


def uncoded(path: Path, whole: bool, share: float, rng: random.Random) -> Iterator[Coded]:
    for line in path.read_text("utf-8").splitlines():
        r = json.loads(line)
        other = r["group"].startswith("other:")
        if (not whole and not other and held_out_authority(r["group"])) or (not other and rng.random() > share):
            continue
        yield varied(Coded("", "uncoded", r["group"], r["text"], "", r["section"], r["before"], "context", ()), rng)


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--base", type=Path, required=True)
    p.add_argument("--uncoded", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--hold", default=",".join(HELD))
    p.add_argument("--all", action="store_true")
    p.add_argument("--variants", type=int, default=6)
    p.add_argument(
        "--change", type=float, nargs="+", default=[0.0, 0.15, 0.3], help="shares of words changed, one drawn a row"
    )
    p.add_argument("--near", type=int, default=12, help="how many neighbours a word is changed for")
    p.add_argument("--uncoded-share", type=float, default=1.0)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    rng = random.Random(a.seed)
    coded = everything() if a.all else split(tuple(a.hold.split(",")))[0]
    with a.out.open("w", encoding="utf-8") as f:
        for rows in (
            variants(coded, Neighbours(a.base, a.near), a.variants, a.change, rng),
            uncoded(a.uncoded, a.all, a.uncoded_share, rng),
        ):
            for r in rows:
                out = {"text": r.text, "stem": r.stem, "section": r.section, "before": r.before, "group": r.group}
                f.write(json.dumps(out, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

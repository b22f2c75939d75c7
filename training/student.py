"""Trains the student: on coded statements alone, or on them and what the teacher says of uncoded text.

    python student.py --base MODEL_DIR --vocabulary COUNTS.json --out DIR [--taught FILE.npz ...] [--all]
        [--epochs 6] [--seed 1]

Writes DIR/student.npz (what the package reads, without card) and, without --all, DIR/held_out.npz and the figures.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from data import HELD, THEMES, Coded, as_row, everything, split, varied
from figures import figures
from larger import MEANING, Larger, Smoothing, target
from net import EMBEDDING_STEP, WIDTH, Net
from safetensors.numpy import load_file
from torch import nn

from pipeline.themes.net import CONTEXT_LIMIT, OWN_LIMIT
from pipeline.themes.pieces import PAD, SPECIAL, UNKNOWN, Pieces
from pipeline.themes.rows import CONTEXT_WIDTH, KINDS, Row, lead, nearest
from pipeline.themes.student import Student

COMMON = 12_000
SMOOTHING = Smoothing(kind=(0.94, 0.02), theme=(0.98, 0.005))
Example = tuple[list[int], list[int], list[int]]
Taught = tuple[
    Example, np.ndarray, np.ndarray, float, np.ndarray
]  # row, kinds, themes, weight of the themes, the teacher's reading
UNREAD = np.full(MEANING, np.nan, np.float32)


def vocabulary(base: Path, counts: Path) -> tuple[list[str], np.ndarray]:
    """Return the pieces common in English or in our text, and their starting vectors (main components)."""
    words = (base / "vocab.txt").read_text("utf-8").splitlines()
    seen = {int(k) for k in json.loads(counts.read_text())}
    keep = [i for i in range(999, len(words)) if (i < COMMON or i in seen) and usable(words[i])]
    table = load_file(base / "model.safetensors")
    full = next(v for k, v in table.items() if k.endswith("word_embeddings.weight")).astype(np.float64)
    full = full - full[999:].mean(0)
    _, _, axes = np.linalg.svd(full[[i for i in keep if i < 20_000]], full_matrices=False)
    start = full[keep] @ axes[:WIDTH].T
    start *= 0.4 / start.std()
    head = np.zeros((len(SPECIAL), WIDTH))
    return [*SPECIAL, *(words[i] for i in keep)], np.concatenate([head, start]).astype(np.float32)


def usable(piece: str) -> bool:
    body = piece.removeprefix("##")
    return body.isascii() and not body.isdigit() and not (len(body) > 1 and not body.isalpha())


def cut(pieces: Pieces, row: Row) -> Example:
    return (
        pieces.numbers(lead(row))[-OWN_LIMIT:],
        pieces.numbers(row.before[-CONTEXT_WIDTH:])[-CONTEXT_LIMIT:],
        pieces.numbers(nearest(row.section))[-CONTEXT_LIMIT:],
    )


def padded(texts: list[list[int]], hide: np.random.Generator | None) -> torch.Tensor:
    width = max(1, max(len(t) for t in texts))
    out = np.full((len(texts), width), PAD, np.int64)
    for i, t in enumerate(texts):
        out[i, : len(t)] = t
    if hide is not None:
        out[(hide.random(out.shape) < 0.08) & (out != PAD)] = UNKNOWN
    return torch.from_numpy(out)


class Source:
    """Examples of one epoch: coded rows, each time varied anew, and taught rows as the teacher saw them."""

    def __init__(self, pieces: Pieces, coded: list[Coded], taught: list[Path], larger: Larger, repeat: int) -> None:
        self.pieces, self.coded, self.repeat, self.larger = pieces, coded, repeat, larger
        self.taught: list[Taught] = []
        for path in taught:
            self._read(path)

    def _read(self, path: Path) -> None:
        with np.load(path) as f:
            kinds, themes, meaning = (f[name].astype(np.float32) for name in ("kinds", "themes", "meaning"))
        meaning = (meaning - meaning.mean(0)) / meaning.std(0)
        raised = np.exp(kinds - kinds.max(1, keepdims=True))
        kinds = (raised / raised.sum(1, keepdims=True)).astype(np.float32)
        themes = (1 / (1 + np.exp(-themes))).astype(np.float32)
        with path.with_suffix(".jsonl").open(encoding="utf-8") as f:
            for i, line in enumerate(f):
                r = json.loads(line)
                row = Row(r["text"], r.get("stem", ""), r["section"], r["before"])
                weight = float(min(1.0, 1.1 - kinds[i, 3]))
                self.taught.append((cut(self.pieces, row), kinds[i], themes[i], weight, meaning[i]))

    def epoch(self, rng: random.Random) -> list[Taught]:
        own = [
            (cut(self.pieces, as_row(varied(r, rng))), *target(r, self.larger, SMOOTHING), UNREAD)
            for _ in range(self.repeat)
            for r in self.coded
        ]
        return own + self.taught


def batches(examples: list, size: int, rng: random.Random) -> list[list]:
    keyed = sorted(
        examples, key=lambda e: (len(e[0][0]) * (1 + 0.1 * rng.random()) // 6, len(e[0][1]) // 8, rng.random())
    )
    out = [keyed[i : i + size] for i in range(0, len(keyed), size)]
    rng.shuffle(out)
    return out


def loss_of(net: Net, examples: list[Taught], hide: np.random.Generator, share: float) -> torch.Tensor:
    """Return the loss of kinds and themes, and `share` of that of the teacher's reading where it is known."""
    inputs = [padded([e[0][j] for e in examples], hide if j < 2 else None) for j in range(3)]
    kinds, themes, meaning = (torch.from_numpy(np.stack([e[j] for e in examples])) for j in (1, 2, 4))
    weight = torch.tensor([e[3] for e in examples])
    out, guess = net(*inputs)
    kind = -(kinds * nn.functional.log_softmax(out[:, : len(KINDS)], 1)).sum(1).mean()
    bce = nn.functional.binary_cross_entropy_with_logits(out[:, len(KINDS) :], themes, reduction="none").sum(1)
    read = ~meaning[:, 0].isnan()
    far = nn.functional.mse_loss(guess[read], meaning[read]) if read.any() else torch.zeros(())
    return kind + (bce * weight).mean() + share * far


def train(net: Net, source: Source, a: argparse.Namespace) -> None:
    rng, hide = random.Random(a.seed), np.random.default_rng(a.seed)
    rest = [p for n, p in net.named_parameters() if n != "embedding"]
    opt = torch.optim.AdamW(
        [
            {"params": [net.embedding], "lr": a.rate * a.embedding, "weight_decay": 0.0},
            {"params": rest, "lr": a.rate, "weight_decay": 0.02},
        ]
    )
    base = [g["lr"] for g in opt.param_groups]
    step, total = 0, None
    for epoch in range(a.epochs):
        begun, seen = time.time(), []
        todo = batches(source.epoch(rng), a.batch, rng)
        total = total or len(todo) * a.epochs
        for examples in todo:
            factor = min((step + 1) / 100, max(0.01, 1 - step / total))
            for g, r in zip(opt.param_groups, base, strict=True):
                g["lr"] = r * factor
            loss = loss_of(net, examples, hide, a.meaning)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            opt.step()
            opt.zero_grad()
            with torch.no_grad():
                net.embedding[PAD] = 0
                net.embedding.clamp_(-127 * EMBEDDING_STEP, 127 * EMBEDDING_STEP)
            step += 1
            seen.append(loss.item())
        print(
            json.dumps(
                {"epoch": epoch, "loss": round(float(np.mean(seen)), 4), "seconds": round(time.time() - begun, 1)}
            ),
            flush=True,
        )


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


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--base", type=Path, required=True)
    p.add_argument("--vocabulary", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--taught", type=Path, nargs="*", default=[])
    p.add_argument("--larger", type=Path, nargs="*", default=[], help="what teachers say of the coded rows (a .npz)")
    p.add_argument("--share", type=float, default=0.5, help="their share in what is learned of coded rows")
    p.add_argument("--repeat", type=int, default=1)
    p.add_argument("--hold", default=",".join(HELD))
    p.add_argument("--all", action="store_true")
    p.add_argument("--epochs", type=int, default=10)
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument(
        "--embedding", type=float, default=0.5, help="rate of the word vectors, as a share of the rate of the rest"
    )
    p.add_argument("--start", type=Path, help="go on from these weights (a student.npz)")
    p.add_argument("--meaning", type=float, default=0.5, help="weight of learning the teacher's reading")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(a.seed)
    held = tuple(a.hold.split(","))
    coded, test = (everything(), []) if a.all else split(held)
    words, start = vocabulary(a.base, a.vocabulary)
    net = Net(start, len(THEMES))
    if a.start:
        with np.load(a.start) as arrays:
            net.load(dict(arrays))
    source = Source(Pieces(words), coded, a.taught, Larger.read(a.larger, a.share), a.repeat)
    print(len(words), "pieces;", len(source.coded), "coded and", len(source.taught), "taught rows", flush=True)
    train(net, source, a)
    arrays = net.arrays() | {"vocabulary": np.frombuffer("\n".join(words).encode(), np.uint8)}
    np.savez_compressed(a.out / "student.npz", **arrays)
    if test:
        coder = Student(arrays, plain_card())
        kinds, themes = coder.logits([as_row(r) for r in test])
        np.savez(a.out / "held_out.npz", kinds=kinds, themes=themes, items=[r.item for r in test])
        for name, f in figures(test, kinds, themes).items():
            print(name, json.dumps(f))


if __name__ == "__main__":
    main()

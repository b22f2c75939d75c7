"""Trains a network of the student: on coded statements, softened by what teachers say, and on what they alone say.

    python student.py --base MODEL_DIR --vocabulary COUNTS.json --out DIR [--shape first] [--minutes 7 | --epochs 8]
        [--rows TAUGHT.jsonl ...] [--larger FILE.npz ...] [--all] [--seed 1]

Uses a GPU where there is one. Writes DIR/student.npz (what the package reads, without card) and, without --all,
DIR/held_out.npz and the figures. `pair.py` puts two of them together.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from data import HELD, THEMES, Coded, as_row, everything, split, uncoded, varied
from figures import judged, plain_card
from larger import MEANING, Larger, Smoothing, target
from net import SHAPES, Net
from safetensors.numpy import load_file
from torch import nn

from pipeline.themes.net import CONTEXT_LIMIT, OWN_LIMIT
from pipeline.themes.pieces import PAD, SPECIAL, UNKNOWN, Pieces
from pipeline.themes.rows import CONTEXT_WIDTH, KINDS, lead, nearest
from pipeline.themes.student import Student

COMMON = 12_000
SMOOTHING = Smoothing(kind=(0.94, 0.02), theme=(0.98, 0.005))
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
HIDDEN = 0.08  # share of the pieces that training hides, headings excepted
WARM = 200  # steps
KEPT = 0.99  # of the mean of the weights so far, every four steps
_CHUNK = 4000
Cut = list[tuple[np.ndarray, np.ndarray]]  # for text, text before and heading: lengths, and all pieces


def vocabulary(base: Path, counts: Path, width: int) -> tuple[list[str], np.ndarray]:
    """Return the pieces common in English or in our text, and their starting vectors (main components)."""
    words = (base / "vocab.txt").read_text("utf-8").splitlines()
    seen = {int(k) for k in json.loads(counts.read_text())}
    keep = [i for i in range(999, len(words)) if (i < COMMON or i in seen) and usable(words[i])]
    table = load_file(base / "model.safetensors")
    full = next(v for k, v in table.items() if k.endswith("word_embeddings.weight")).astype(np.float64)
    full = full - full[999:].mean(0)
    _, _, axes = np.linalg.svd(full[[i for i in keep if i < 20_000]], full_matrices=False)
    start = full[keep] @ axes[:width].T
    start *= 0.4 / start[:, :128].std()
    head = np.zeros((len(SPECIAL), width))
    return [*SPECIAL, *(words[i] for i in keep)], np.concatenate([head, start]).astype(np.float32)


def usable(piece: str) -> bool:
    body = piece.removeprefix("##")
    return body.isascii() and not body.isdigit() and not (len(body) > 1 and not body.isalpha())


def cut(pieces: Pieces, rows: Sequence[Coded]) -> Cut:
    """Return the pieces of the rows' texts, of the texts before them and of their headings."""
    read = [as_row(row) for row in rows]
    parts = (
        [pieces.numbers(lead(row))[-OWN_LIMIT:] for row in read],
        [pieces.numbers(row.before[-CONTEXT_WIDTH:])[-CONTEXT_LIMIT:] for row in read],
        [pieces.numbers(nearest(row.section))[-CONTEXT_LIMIT:] for row in read],
    )
    return [(np.array([len(x) for x in part]), np.concatenate([np.array(x, np.int16) for x in part])) for part in parts]


def cut_all(pieces: Pieces, rows: Sequence[Coded]) -> Cut:
    """Return the same, with all processors at work."""
    parts = [rows[at : at + _CHUNK] for at in range(0, len(rows), _CHUNK)]
    with multiprocessing.Pool(len(os.sched_getaffinity(0))) as pool:
        found = pool.map(partial(cut, pieces), parts)
    return [(np.concatenate([f[j][0] for f in found]), np.concatenate([f[j][1] for f in found])) for j in range(3)]


def readings(paths: Sequence[Path], items: Sequence[str]) -> np.ndarray:
    """Return how the teacher read the rows, (n, MEANING), each figure brought to like size; blank where unknown."""
    out = np.full((len(items), MEANING), np.nan, np.float16)
    at = {item: i for i, item in enumerate(items)}
    for path in paths:
        with np.load(path) as f:
            places = [(i, at[item]) for i, item in enumerate(f["items"].tolist()) if item in at]
            if places:
                meaning = f["meaning"].astype(np.float32)
                meaning = (meaning - meaning.mean(0)) / meaning.std(0)
                here, there = map(list, zip(*places, strict=True))
                out[there] = meaning[here]
    return out


@dataclass(frozen=True)
class Taught:
    """Rows on the device: the pieces of all texts one after the other, where each begins, and what to learn."""

    sizes: list[np.ndarray]
    flat: list[torch.Tensor]
    starts: list[torch.Tensor]
    targets: tuple[torch.Tensor, ...]  # kinds, themes, weight of the themes, the teacher's reading

    @classmethod
    def of(cls, parts: Cut, targets: Sequence[np.ndarray]) -> Taught:
        sizes = [size.astype(np.int64) for size, _ in parts]
        flat = [torch.from_numpy(pieces.astype(np.int32)).to(DEVICE) for _, pieces in parts]
        starts = [torch.from_numpy(np.concatenate([[0], np.cumsum(size)[:-1]])).to(DEVICE) for size in sizes]
        return cls(sizes, flat, starts, tuple(torch.from_numpy(t.astype(np.float16)).to(DEVICE) for t in targets))

    def __len__(self) -> int:
        return len(self.sizes[0])

    def texts(self, part: int, rows: np.ndarray, hide: float) -> torch.Tensor:
        """Return the piece numbers of some rows, with blanks to one width; some hidden."""
        size = torch.from_numpy(self.sizes[part][rows]).to(DEVICE).unsqueeze(1)
        places = torch.arange(max(1, int(self.sizes[part][rows].max())), device=DEVICE)
        at = self.starts[part][torch.from_numpy(rows).to(DEVICE)].unsqueeze(1) + places
        numbers = self.flat[part][at.clamp(max=len(self.flat[part]) - 1)].long()
        hidden = torch.where(torch.rand(numbers.shape, device=DEVICE) < hide, UNKNOWN, numbers) if hide else numbers
        return torch.where(places < size, hidden, PAD)

    def batches(self, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
        """Yield all rows in shuffled batches of about the same length."""
        own, before, _ = self.sizes
        key = (own * (1 + 0.1 * rng.random(len(self))) // 6) * 1e4 + (before // 8) * 10 + rng.random(len(self))
        order = np.argsort(key)
        parts = [order[at : at + size] for at in range(0, len(order), size)]
        yield from (parts[i] for i in rng.permutation(len(parts)))


def loss_of(net: Net, taught: Taught, rows: np.ndarray, share: float) -> torch.Tensor:
    """Return the loss of kinds and themes, and `share` of that of the teacher's reading where it is known."""
    out, guess = net(*(taught.texts(part, rows, HIDDEN if part < 2 else 0.0) for part in range(3)))
    places = torch.from_numpy(rows).to(DEVICE)
    kinds, themes, weight, meaning = (t[places].float() for t in taught.targets)
    kind = -(kinds * nn.functional.log_softmax(out[:, : len(KINDS)], 1)).sum(1).mean()
    bce = nn.functional.binary_cross_entropy_with_logits(out[:, len(KINDS) :], themes, reduction="none").sum(1)
    known = ~meaning[:, :1].isnan()
    far = ((guess - meaning.nan_to_num()) ** 2 * known).mean()
    return kind + (bce * weight).mean() + share * far


def steps(taught: Taught, a: argparse.Namespace) -> Iterator[tuple[float, np.ndarray]]:
    """Yield, for every step, how much of the training is over and the rows to read: for some epochs or minutes."""
    rng, begun, step = np.random.default_rng(a.seed), time.time(), 0
    total = -(-len(taught) // a.batch) * a.epochs
    while True:
        for rows in taught.batches(a.batch, rng):
            over = (time.time() - begun) / (60 * a.minutes) if a.minutes else step / total
            if over >= 1:
                return
            yield over, rows
            step += 1


def train(net: Net, taught: Taught, a: argparse.Namespace) -> None:
    """Train, and leave the net with its weights averaged over the last steps."""
    rest = [p for n, p in net.named_parameters() if n != "embedding"]
    groups = [
        {"params": [net.embedding], "lr": a.rate * a.embedding, "weight_decay": 0.0},
        {"params": rest, "lr": a.rate, "weight_decay": 0.02},
    ]
    opt = torch.optim.AdamW(groups, fused=DEVICE.type == "cuda")
    base = [g["lr"] for g in opt.param_groups]
    parameters, seen = list(net.parameters()), []
    mean = [p.detach().clone() for p in parameters]
    net.train()
    for step, (over, rows) in enumerate(steps(taught, a)):
        for g, r in zip(opt.param_groups, base, strict=True):
            g["lr"] = r * min((step + 1) / WARM, 1) * max(0.005, 1 - over)
        loss = loss_of(net, taught, rows, a.meaning)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 2.0)
        opt.step()
        opt.zero_grad(set_to_none=True)
        net.confine()
        if step % 4 == 0:
            with torch.no_grad():
                torch._foreach_lerp_(mean, [p.detach() for p in parameters], 1 - KEPT)
        if step % 100 == 99:
            seen.append(float(loss.detach()))
        if step % 1000 == 999:
            print(
                json.dumps({"step": step + 1, "over": round(over, 2), "loss": round(np.mean(seen[-10:]), 4)}),
                flush=True,
            )
    with torch.no_grad():
        for p, m in zip(parameters, mean, strict=True):
            p.copy_(m)


def prepared(pieces: Pieces, coded: list[Coded], a: argparse.Namespace) -> Taught:
    """Return the coded rows, some times varied, and the rows that the teachers alone coded."""
    rng, larger = random.Random(a.seed), Larger.read(a.larger, a.share)
    more = [row for path in a.rows for row in uncoded(path)]
    rows = [varied(row, rng) for _ in range(a.versions) for row in coded] + more
    kinds, themes, weight = zip(*(target(row, larger, SMOOTHING) for row in rows), strict=True)
    meaning = readings(a.larger if more else [], [row.item for row in more])
    own = np.full((a.versions * len(coded), MEANING), np.nan, np.float16)
    targets = (np.stack(kinds), np.stack(themes), np.array(weight), np.concatenate([own, meaning]))
    return Taught.of(cut_all(pieces, rows), targets)


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--base", type=Path, required=True)
    p.add_argument("--vocabulary", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--shape", choices=sorted(SHAPES), default="first")
    p.add_argument("--rows", type=Path, nargs="*", default=[], help="rows of variants.py that --larger codes")
    p.add_argument("--larger", type=Path, nargs="*", default=[], help="what teachers say of rows (a .npz)")
    p.add_argument("--share", type=float, default=0.5, help="their share in what is learned of coded rows")
    p.add_argument("--versions", type=int, default=3, help="how often each coded row is varied")
    p.add_argument("--hold", default=",".join(HELD))
    p.add_argument("--all", action="store_true")
    p.add_argument("--epochs", type=int, default=8)
    p.add_argument("--minutes", type=float, help="end after this time, the rate falling to nothing by then")
    p.add_argument("--batch", type=int, default=1024)
    p.add_argument("--rate", type=float, default=3e-3)
    p.add_argument(
        "--embedding", type=float, default=0.5, help="rate of the word vectors, as a share of the rate of the rest"
    )
    p.add_argument("--start", type=Path, help="go on from these weights (a student.npz)")
    p.add_argument("--meaning", type=float, default=0.5, help="weight of learning the teacher's reading")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(a.seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    coded = everything() if a.all else split(tuple(a.hold.split(",")))[0]
    words, start = vocabulary(a.base, a.vocabulary, SHAPES[a.shape].width)
    net = Net(start, len(THEMES), SHAPES[a.shape])
    if a.start:
        with np.load(a.start) as arrays:
            net.load(dict(arrays))
    taught = prepared(Pieces(words), coded, a)
    print(len(words), "pieces;", len(coded), "coded rows;", len(taught), "rows an epoch", flush=True)
    net.to(DEVICE)
    train(net, taught, a)
    arrays = net.arrays() | {"vocabulary": np.frombuffer("\n".join(words).encode(), np.uint8)}
    np.savez_compressed(a.out / "student.npz", **arrays)
    if not a.all:
        judged(Student(arrays, plain_card()), a.out / "held_out.npz")


if __name__ == "__main__":
    main()

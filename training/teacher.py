"""Fine-tunes a small encoder for kind and themes at once.

    python teacher.py --base MODEL_DIR --out DIR [--layers 8] [--minutes 90] [--hold news,audits_overseas] [--all]

The encoder is a BERT (MiniLM) or an MPNet. Writes DIR/teacher.pt (averaged weights), DIR/log.jsonl (figures of every
epoch) and, without --all, DIR/held_out.npz. With --taught it learns from a larger teacher, too: what that one says of
coded rows (known by their item) and of rows that nobody coded (Hinton et al. 2015).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from data import HELD, MATERIAL, THEMES, Coded, as_row, by_hand, everything, split, themed, uncoded, varied
from figures import figures
from larger import Larger, Smoothing, mix, target
from tokenizers import Tokenizer
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, Dataset
from transformers import AutoModel, PreTrainedModel

from pipeline.themes.rows import KINDS
from pipeline.themes.semantic import LENGTH, first_segment, segments

FROZEN = 2  # layers that stay, with the word vectors: a fifth less time, and unseen words keep their neighbours
ALONE = 0.4  # share of rows that lose the text before them, beyond those that `varied` takes it from
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
SMOOTHING = Smoothing(kind=(0.9625, 0.0125), theme=(0.97, 0.01))
WARM = 0.05  # share of the training in which the rate rises
Tensors = tuple[torch.Tensor, ...]


def definitions() -> list[str]:
    """Return the coding guide's definition of every theme, in the order of THEMES."""
    text = (MATERIAL / "gold/CODING_GUIDE.md").read_text("utf-8")
    found = dict(re.findall(r"^- ([a-z_]+): (.+)$", text, re.M))
    return [f"{t.replace('_', ' ')}: {found[t]}" for t in THEMES]


class Teacher(nn.Module):
    """Encoder; mean of the statement's tokens and the first token; one linear map for kinds, one for themes."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.segmented = bool(getattr(encoder.config, "type_vocab_size", 0))  # MPNet knows no segments
        width = encoder.config.hidden_size
        self.drop = nn.Dropout(0.1)
        self.kind = nn.Linear(2 * width, len(KINDS))
        self.theme = nn.Linear(2 * width, len(THEMES))

    def pooled(self, ids: torch.Tensor, mask: torch.Tensor, segment: torch.Tensor) -> torch.Tensor:
        more = {"token_type_ids": segment} if self.segmented else {}
        h = self.encoder(input_ids=ids, attention_mask=mask, **more).last_hidden_state
        own = (mask * (1 - segment)).unsqueeze(-1).to(h.dtype)
        return torch.cat([(h * own).sum(1) / own.sum(1), h[:, 0]], 1)

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, segment: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        p = self.drop(self.pooled(ids, mask, segment).float())
        return self.kind(p), self.theme(p)


def batch(tokenizer: Tokenizer, rows: list[Coded], rng: random.Random | None = None) -> tuple[torch.Tensor, ...]:
    """Return ids, mask and segments of the rows; with `rng`, some tokens are masked out."""
    pairs = [(first_segment(as_row(r)), r.before) if r.before else first_segment(as_row(r)) for r in rows]
    codes = tokenizer.encode_batch(pairs)
    width = max(len(c.ids) for c in codes)
    padding = tokenizer.token_to_id("<pad>") or tokenizer.token_to_id("[PAD]") or 0
    ids = np.full((len(rows), width), padding, np.int64)
    mask, segment = np.zeros_like(ids), np.zeros_like(ids)
    for i, c in enumerate(codes):
        n = len(c.ids)
        ids[i, :n], mask[i, :n], segment[i, :n] = c.ids, 1, segments(c)
    if rng:
        hide = np.random.default_rng(rng.getrandbits(32)).random(ids.shape) < 0.06
        ids[hide & (ids > 999)] = tokenizer.token_to_id("<mask>") or tokenizer.token_to_id("[MASK]")
    return torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(segment)


def targets(rows: list[Coded], larger: Larger) -> Tensors:
    """Return kinds and themes to learn, and the weight of the themes, of a batch."""
    kinds, themes, weight = zip(*(target(row, larger, SMOOTHING) for row in rows), strict=True)
    return torch.from_numpy(np.stack(kinds)), torch.from_numpy(np.stack(themes)), torch.tensor(weight).unsqueeze(1)


def precision(half: bool) -> AbstractContextManager[object]:
    """Return half precision where the processor computes it faster (--bfloat16), else nothing special."""
    return torch.autocast(DEVICE.type, torch.bfloat16) if half else nullcontext()


class Made(Dataset[Tensors]):
    """Batches, each made when it is asked for."""

    def __init__(self, parts: Sequence[Any], make: Callable[[Any], Tensors]) -> None:
        self.parts, self.make = parts, make

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, at: int) -> Tensors:
        return self.make(self.parts[at])


def ahead(parts: Sequence[Any], make: Callable[[Any], Tensors]) -> Iterator[Tensors]:
    """Yield what `make` makes of each part, on the device; other processes make it while this one learns."""
    count = max(0, min(12, len(os.sched_getaffinity(0)) - 2))
    for tensors in DataLoader(Made(parts, make), batch_size=None, num_workers=count, pin_memory=DEVICE.type == "cuda"):
        yield tuple(t.to(DEVICE, non_blocking=True) for t in tensors)


@torch.no_grad()
def predict(
    model: Teacher, tokenizer: Tokenizer, rows: list[Coded], half: bool = False, size: int = 64
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return kind logits, theme logits and readings (see larger.py) of the rows, in their order."""
    model.eval()
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].text) + len(rows[i].before))
    parts = [order[at : at + size] for at in range(0, len(order), size)]
    down = torch.from_numpy(mix(model.kind.in_features)).to(DEVICE)
    out = [np.zeros((len(rows), width), np.float32) for width in (len(KINDS), len(THEMES), down.shape[1])]
    found = []
    for inputs in ahead(parts, lambda take: batch(tokenizer, [rows[i] for i in take])):
        with precision(half):
            pooled = model.pooled(*inputs).float()
        found.append((model.kind(pooled), model.theme(pooled), pooled @ down))
    for take, got in zip(parts, found, strict=True):
        for array, part in zip(out, got, strict=True):
            array[take] = part.float().cpu().numpy()
    return out[0], out[1], out[2]


def batches(rows: list[Coded], size: int, rng: random.Random) -> list[list[Coded]]:
    """Return shuffled batches of rows of about the same length."""
    keyed = sorted(rows, key=lambda r: (len(r.text) + len(r.before)) * (1 + 0.3 * rng.random()))
    out = [keyed[i : i + size] for i in range(0, len(keyed), size)]
    rng.shuffle(out)
    return out


def load(base: Path, checkpoint: Path | None = None, layers: int | None = None) -> tuple[Teacher, Tokenizer]:
    """Return the encoder, cut to its lowest `layers` if they are given, with heads for kinds and themes."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LENGTH, strategy="longest_first")
    encoder = AutoModel.from_pretrained(base, add_pooling_layer=False)
    if layers:
        encoder.encoder.layer = encoder.encoder.layer[:layers]
        encoder.config.num_hidden_layers = layers
    model = Teacher(encoder)
    if checkpoint:
        model.load_state_dict(torch.load(checkpoint, map_location="cpu"))
    return model.to(DEVICE), tokenizer


@torch.no_grad()
def start_from_definitions(model: Teacher, tokenizer: Tokenizer) -> None:
    """Let each theme's weights start as the direction of its definition: rare themes do not start from nothing."""
    model.eval()
    rows = [Coded("", "", "", d, "", "", "", "concern", ()) for d in definitions()]
    e = model.pooled(*(t.to(DEVICE) for t in batch(tokenizer, rows)))
    e = e - e.mean(0)
    model.theme.weight.copy_(0.5 * e / e.norm(dim=1, keepdim=True))
    model.theme.bias.fill_(-2.0)


def optimizer(model: Teacher, rate: float, frozen: int = FROZEN, decay: float = 0.85) -> torch.optim.Optimizer:
    """AdamW: lower layers learn more slowly, word vectors and lowest layers not at all."""
    model.encoder.requires_grad_(False)
    layers = model.encoder.encoder.layer
    layers[frozen:].requires_grad_(True)
    groups = [{"params": [*model.kind.parameters(), *model.theme.parameters()], "lr": 1e-3}]
    for i, layer in enumerate(layers[frozen:], frozen):
        groups.append({"params": list(layer.parameters()), "lr": rate * decay ** (len(layers) - 1 - i)})
    return torch.optim.AdamW(groups, weight_decay=0.01, fused=True)


def alone(row: Coded, rng: random.Random) -> Coded:
    """Return the row, often without the text before it, so that the teacher does not lean on it."""
    return replace(row, before="") if rng.random() < ALONE else row


def drawn(rows: list[Coded], a: argparse.Namespace, rng: random.Random) -> list[Coded]:
    """Return what an epoch reads: of codes.csv, running documents and uncoded rows only some, drawn anew."""
    parts: dict[str, list[Coded]] = {"codes": [], "running": [], "uncoded": [], "rest": []}
    for r in rows:
        name = {"coded": "codes", "uncoded": "uncoded"}.get(r.source)
        parts[name or ("running" if r.group.startswith("running") else "rest")].append(r)
    hand = by_hand()
    out = parts["rest"] + [r for r in parts["rest"] if r.item in hand] * (a.hand - 1)
    for name, most in (("codes", a.codes), ("running", a.running), ("uncoded", a.uncoded)):
        out += rng.sample(parts[name], min(most, len(parts[name])))
    return out


def positive_weights(rows: list[Coded]) -> torch.Tensor:
    """Return how much more a theme's presence counts than its absence: more for rare themes."""
    positive = np.array([sum(t in r.themes for r in rows) for t in THEMES])
    ratio = (sum(map(themed, rows)) - positive) / np.maximum(positive, 1)
    return torch.tensor(np.clip(np.sqrt(ratio) / 2, 1.0, 2.5), dtype=torch.float32, device=DEVICE)


def loss_of(model: Teacher, tensors: Tensors, positive: torch.Tensor) -> torch.Tensor:
    kinds, themes, weight, *inputs = tensors
    k, t = model(*inputs)
    bce = nn.functional.binary_cross_entropy_with_logits(t.float(), themes, pos_weight=positive, reduction="none")
    return nn.functional.cross_entropy(k.float(), kinds) + (bce * weight).sum() / weight.sum().clamp(min=1)


def steps(
    rows: list[Coded], tokenizer: Tokenizer, larger: Larger, a: argparse.Namespace, rng: random.Random
) -> Iterator[Tensors]:
    """Yield the batches of an epoch, each row varied anew."""

    def make(part: list[Coded]) -> Tensors:
        own = random.Random(f"{rng.random()} {part[0].item}")
        part = part if slow else [varied(r, own) for r in part]
        return *targets(part, larger), *batch(tokenizer, part, own)

    rows, slow = [alone(r, rng) for r in drawn(rows, a, rng)], DEVICE.type == "cpu"
    if slow:  # padding costs time there: rows are put together by the length that they have in the end
        rows = [varied(r, rng) for r in rows]
    yield from ahead(batches(rows, a.batch, rng), make)


def train(model: Teacher, tokenizer: Tokenizer, rows: list[Coded], test: list[Coded], a: argparse.Namespace) -> Teacher:
    """Train, and return the model with its weights averaged over the last steps."""
    rng, larger, positive = random.Random(a.seed), Larger.read(a.taught, a.share), positive_weights(rows)
    opt = optimizer(model, a.rate, a.frozen, a.decay)
    base_rates = [g["lr"] for g in opt.param_groups]
    mean = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.98))
    total = math.ceil(len(drawn(rows, a, rng)) / a.batch) * a.epochs
    step, start = 0, time.time()
    for epoch in range(a.epochs):
        model.train()
        begun, losses, x = time.time(), [], 0.0
        for tensors in steps(rows, tokenizer, larger, a, rng):
            x = (time.time() - start) / (60 * a.minutes) if a.minutes else step / total
            if x >= 1:
                break
            for g, r in zip(opt.param_groups, base_rates, strict=True):
                g["lr"] = r * max(min(x / WARM, (1 - x) / (1 - WARM)), 1e-3)
            with precision(a.bfloat16):
                loss = loss_of(model, tensors, positive)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            opt.zero_grad()
            step += 1
            losses.append(loss.detach())
            if step % 200 == 0:
                print(step, round(x, 3), round(float(torch.stack(losses[-200:]).mean()), 3), flush=True)
            if step % 5 == 0:
                mean.update_parameters(model)
        seen = float(torch.stack(losses).mean()) if losses else None
        line = {"epoch": epoch, "loss": seen, "seconds": round(time.time() - begun)}
        report(mean.module, tokenizer, test[:: a.every] if x < 1 else test, a, line)
        if x >= 1:
            break
    return mean.module


def report(model: Teacher, tokenizer: Tokenizer, test: list[Coded], a: argparse.Namespace, line: dict) -> None:
    """Write the loss and, with a test part, its figures by group."""
    if test:
        kinds, themes, _ = predict(model, tokenizer, test, a.bfloat16)
        line |= figures(test, kinds, themes)
    with (a.out / "log.jsonl").open("a") as f:
        f.write(json.dumps(line) + "\n")
    print(json.dumps(line), flush=True)


def write(path: Path, model: Teacher, tokenizer: Tokenizer, rows: list[Coded], half: bool) -> None:
    """Write what the teacher says of the rows."""
    kinds, themes, meaning = (x.astype(np.float16) for x in predict(model, tokenizer, rows, half, 1024))
    np.savez(path, kinds=kinds, themes=themes, meaning=meaning, items=[r.item for r in rows])


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--base", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--hold", default=",".join(HELD))
    p.add_argument("--all", action="store_true")
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--bfloat16", action="store_true")
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--hand", type=int, default=1, help="how often an epoch reads the statements coded by hand")
    p.add_argument("--codes", type=int, default=6000, help="statements of codes.csv that an epoch reads")
    p.add_argument("--running", type=int, default=10**9, help="statements of running documents that an epoch reads")
    p.add_argument(
        "--uncoded", type=int, default=10**9, help="rows that a larger teacher alone coded that an epoch reads"
    )
    p.add_argument("--rows", type=Path, nargs="*", default=[], help="rows of variants.py that --taught codes")
    p.add_argument("--taught", type=Path, nargs="*", default=[], help="what a larger teacher says of rows (a .npz)")
    p.add_argument("--share", type=float, default=0.5, help="its share in what is learned of coded rows")
    p.add_argument("--label", type=Path, nargs="*", default=[], help="rows of variants.py to code in the end")
    p.add_argument("--layers", type=int, help="keep only so many of the encoder's lowest layers")
    p.add_argument("--minutes", type=float, help="end after this time, the rate falling to nothing by then")
    p.add_argument("--every", type=int, default=1, help="judge the epochs on every so many of the test rows")
    p.add_argument("--frozen", type=int, default=FROZEN, help="lowest layers that stay as they are")
    p.add_argument("--decay", type=float, default=0.85, help="rate of a layer as a share of that of the layer above")
    p.add_argument("--rate", type=float, default=2e-4)
    p.add_argument("--start", type=Path, help="go on from these weights (a teacher.pt) instead of the base encoder")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    train_rows, test = (everything(), []) if a.all else split(tuple(a.hold.split(",")))
    more = [row for path in a.rows for row in uncoded(path)]
    torch.manual_seed(a.seed)
    model, tokenizer = load(a.base, a.start, a.layers)
    if not a.start:
        start_from_definitions(model, tokenizer)
    print(len(train_rows), "coded and", len(more), "taught rows,", len(test), "test rows", flush=True)
    model = train(model, tokenizer, train_rows + more, test, a)
    torch.save(model.state_dict(), a.out / "teacher.pt")
    for name, rows in [("held_out", test), ("coded", train_rows), *((path.stem, uncoded(path)) for path in a.label)]:
        write(a.out / f"{name}.npz", model, tokenizer, rows, a.bfloat16)


if __name__ == "__main__":
    main()

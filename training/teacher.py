"""Fine-tunes a small encoder for kind and themes at once.

    python teacher.py --base MODEL_DIR --out DIR [--layers 8] [--minutes 90] [--hold news,audits_overseas] [--all]

The encoder is a BERT (MiniLM) or an MPNet. Writes DIR/teacher.pt (averaged weights), DIR/log.jsonl (figures of every
epoch) and, without --all, DIR/held_out.npz.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from data import HELD, MATERIAL, THEMES, Coded, as_row, everything, split, themed, varied
from figures import figures
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModel, PreTrainedModel

from pipeline.themes.rows import KINDS
from pipeline.themes.semantic import LENGTH, first_segment, segments

FROZEN = 2  # layers that stay, with the word vectors: a fifth less time, and unseen words keep their neighbours
ALONE = 0.4  # share of rows that lose the text before them, beyond those that `varied` takes it from


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


def targets(rows: list[Coded]) -> tuple[torch.Tensor, torch.Tensor]:
    kinds = torch.tensor([KINDS.index(r.kind) for r in rows])
    themes = torch.tensor([[float(t in r.themes) for t in THEMES] for r in rows])
    return kinds, themes


def precision() -> AbstractContextManager[object]:
    """Return half precision where the processor computes it faster (--bfloat16), else nothing special."""
    return torch.autocast("cpu", torch.bfloat16) if "--bfloat16" in sys.argv else nullcontext()


@torch.no_grad()
def predict(model: Teacher, tokenizer: Tokenizer, rows: list[Coded], size: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Return kind and theme logits of the rows, in their order."""
    model.eval()
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].text) + len(rows[i].before))
    kinds, themes = np.zeros((len(rows), len(KINDS)), np.float32), np.zeros((len(rows), len(THEMES)), np.float32)
    for at in range(0, len(order), size):
        take = order[at : at + size]
        with precision():
            k, t = model(*batch(tokenizer, [rows[i] for i in take]))
        kinds[take], themes[take] = k.float().numpy(), t.float().numpy()
    return kinds, themes


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
        model.load_state_dict(torch.load(checkpoint))
    return model, tokenizer


@torch.no_grad()
def start_from_definitions(model: Teacher, tokenizer: Tokenizer) -> None:
    """Let each theme's weights start as the direction of its definition: rare themes do not start from nothing."""
    model.eval()
    ids, mask, segment = batch(tokenizer, [Coded("", "", "", d, "", "", "", "concern", ()) for d in definitions()])
    e = model.pooled(ids, mask, segment)
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


def drawn(rows: list[Coded], codes: int, running: int, rng: random.Random) -> list[Coded]:
    """Return what an epoch reads: all rows, but of codes.csv and of the running documents only some, drawn anew."""
    many = [r for r in rows if r.source == "coded"]
    documents = [r for r in rows if r.group.startswith("running")]
    rest = [r for r in rows if r.source != "coded" and not r.group.startswith("running")]
    return rest + rng.sample(many, min(codes, len(many))) + rng.sample(documents, min(running, len(documents)))


def train(
    model: Teacher, tokenizer: Tokenizer, train_rows: list[Coded], test: list[Coded], a: argparse.Namespace
) -> None:
    rng = random.Random(a.seed)
    torch.manual_seed(a.seed)
    opt = optimizer(model, a.rate, a.frozen, a.decay)
    base_rates = [g["lr"] for g in opt.param_groups]
    per_epoch = math.ceil(len(drawn(train_rows, a.codes, a.running, rng)) / a.batch)
    total, step, warm, start = per_epoch * a.epochs, 0, 0.05, time.time()
    mean = {k: v.clone() for k, v in model.state_dict().items()}
    positive = np.array([sum(t in r.themes for r in train_rows) for t in THEMES])
    findings = sum(map(themed, train_rows))
    weight = torch.tensor(
        np.clip(np.sqrt((findings - positive) / np.maximum(positive, 1)) / 2, 1.0, 2.5), dtype=torch.float32
    )
    for epoch in range(a.epochs):
        model.train()
        begun, losses = time.time(), []
        for rows in batches(
            [alone(varied(r, rng), rng) for r in drawn(train_rows, a.codes, a.running, rng)], a.batch, rng
        ):
            x = (time.time() - start) / (60 * a.minutes) if a.minutes else step / total
            if x >= 1:
                break
            factor = max(min(x / warm, (1 - x) / (1 - warm)), 1e-3)
            for g, r in zip(opt.param_groups, base_rates, strict=True):
                g["lr"] = r * factor
            kinds, themes = targets(rows)
            with precision():
                k, t = model(*batch(tokenizer, rows, rng))
            k, t = k.float(), t.float()
            finding = torch.tensor([float(themed(r)) for r in rows]).unsqueeze(1)
            soft = themes * 0.96 + 0.01
            bce = nn.functional.binary_cross_entropy_with_logits(t, soft, pos_weight=weight, reduction="none")
            loss = nn.functional.cross_entropy(k, kinds, label_smoothing=0.05)
            loss = loss + (bce * finding).sum() / finding.sum().clamp(min=1)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            opt.zero_grad()
            step += 1
            losses.append(loss.item())
            if step % 100 == 0:
                print(step, round(x, 3), round(float(np.mean(losses[-100:])), 3), flush=True)
            if step % 5 == 0:
                keep = min(0.98, step / (step + 50))
                with torch.no_grad():
                    for name, v in model.state_dict().items():
                        if v.dtype.is_floating_point and "word_embeddings" not in name:
                            mean[name].lerp_(v, 1 - keep)
        report(model, mean, tokenizer, test, a, epoch, float(np.mean(losses)), time.time() - begun)
        if a.minutes and time.time() - start >= 60 * a.minutes:
            return


def report(
    model: Teacher,
    mean: dict,
    tokenizer: Tokenizer,
    test: list[Coded],
    a: argparse.Namespace,
    epoch: int,
    loss: float,
    seconds: float,
) -> None:
    """Save the averaged weights and, with a test part, its figures by group."""
    own = {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(mean)
    torch.save(mean, a.out / "teacher.pt")
    line: dict = {"epoch": epoch, "loss": round(loss, 4), "seconds": round(seconds, 1)}
    if test:
        kinds, themes = predict(model, tokenizer, test)
        np.savez(a.out / "held_out.npz", kinds=kinds, themes=themes, items=[r.item for r in test])
        line |= figures(test, kinds, themes)
    with (a.out / "log.jsonl").open("a") as f:
        f.write(json.dumps(line) + "\n")
    print(json.dumps(line), flush=True)
    model.load_state_dict(own)


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--base", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--hold", default=",".join(HELD))
    p.add_argument("--all", action="store_true")
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--bfloat16", action="store_true")
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--codes", type=int, default=6000, help="statements of codes.csv that an epoch reads")
    p.add_argument("--running", type=int, default=10**9, help="statements of running documents that an epoch reads")
    p.add_argument("--layers", type=int, help="keep only so many of the encoder's lowest layers")
    p.add_argument("--minutes", type=float, help="end after this time, the rate falling to nothing by then")
    p.add_argument("--frozen", type=int, default=FROZEN, help="lowest layers that stay as they are")
    p.add_argument("--decay", type=float, default=0.85, help="rate of a layer as a share of that of the layer above")
    p.add_argument("--rate", type=float, default=2e-4)
    p.add_argument("--start", type=Path, help="go on from these weights (a teacher.pt) instead of the base encoder")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    train_rows, test = (everything(), []) if a.all else split(tuple(a.hold.split(",")))
    torch.manual_seed(a.seed)
    model, tokenizer = load(a.base, a.start, a.layers)
    if not a.start:
        start_from_definitions(model, tokenizer)
    print(len(train_rows), "training rows,", len(test), "test rows", flush=True)
    train(model, tokenizer, train_rows, test, a)


if __name__ == "__main__":
    main()

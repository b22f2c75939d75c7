"""Turns a trained teacher into the one file that onnxruntime runs: fewer word pieces, weights of eight bits.

    python export.py --base MODEL_DIR --vocabulary COUNTS.json --teacher DIR/teacher.pt --out DIR

Writes DIR/teacher.onnx and DIR/teacher_tokenizer.json.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from teacher import Teacher, load
from torch import nn

COMMON = 14_000


class Graph(nn.Module):
    """The teacher with the names of its inputs and outputs."""

    def __init__(self, model: Teacher) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, segment: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        pooled = self.model.pooled(ids, mask, segment)
        return self.model.kind(pooled), self.model.theme(pooled), pooled


def kept(words: list[str], counts: Path) -> list[int]:
    """Return the pieces to keep: special ones, single characters, the common ones and those that our text holds."""
    seen = {int(k) for k in json.loads(counts.read_text())}
    special = [i for i, w in enumerate(words) if re.fullmatch(r"\[(PAD|UNK|CLS|SEP|MASK)\]", w)]
    plain = [i for i in range(999, len(words)) if i in seen or (i < COMMON and words[i].isascii())]
    return special + plain


def prune(model: Teacher, base: Path, counts: Path) -> str:
    """Drop the other pieces' vectors from the model; return the tokenizer for what is left, as JSON."""
    tokenizer = json.loads((base / "tokenizer.json").read_text("utf-8"))
    number = tokenizer["model"]["vocab"]
    words = sorted(number, key=number.__getitem__)
    keep = kept(words, counts)
    old = model.encoder.embeddings.word_embeddings
    model.encoder.embeddings.word_embeddings = nn.Embedding.from_pretrained(old.weight[keep].detach(), padding_idx=0)
    tokenizer["model"]["vocab"] = {words[i]: n for n, i in enumerate(keep)}
    places = tokenizer["model"]["vocab"]
    tokenizer["added_tokens"] = [{**t, "id": places[t["content"]]} for t in tokenizer["added_tokens"]]
    for t in tokenizer["post_processor"].get("special_tokens", {}).values():
        t["ids"] = [places[x] for x in t["tokens"]]
    for name in ("sep", "cls"):
        if name in tokenizer["post_processor"]:
            tokenizer["post_processor"][name][1] = places[tokenizer["post_processor"][name][0]]
    tokenizer["padding"] = tokenizer["truncation"] = None
    return json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--base", type=Path, required=True)
    p.add_argument("--vocabulary", type=Path, required=True)
    p.add_argument("--teacher", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    model, _ = load(a.base, a.teacher)
    (a.out / "teacher_tokenizer.json").write_text(prune(model, a.base, a.vocabulary), "utf-8")
    model.encoder.set_attn_implementation("eager")
    example = torch.tensor([[2, 7, 8, 3]])
    full = a.out / "teacher_full.onnx"
    names, outputs = ["ids", "mask", "segment"], ["kinds", "themes", "pooled"]
    axes = {name: {0: "rows", 1: "tokens"} for name in names} | {name: {0: "rows"} for name in outputs}
    inputs = (example, torch.ones_like(example), torch.zeros_like(example))
    torch.onnx.export(
        Graph(model).eval(), inputs, str(full), input_names=names, output_names=outputs,
        dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
    quantize_dynamic(full, a.out / "teacher.onnx", weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()


if __name__ == "__main__":
    main()

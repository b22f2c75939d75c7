"""Turns a trained teacher into the one file that onnxruntime runs: fewer word pieces, weights of eight bits.

    python export.py --base MODEL_DIR --vocabulary COUNTS.json --teacher DIR/teacher.pt --out DIR

Writes DIR/teacher.onnx, DIR/teacher_tokenizer.json and DIR/held_out.npz, what that file says of the rows kept apart.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path

import onnx
import torch
from data import HELD, Coded, split
from figures import judged, plain_card
from onnxruntime.quantization import QuantType, quantize_dynamic
from teacher import Teacher, batch, load
from tokenizers import Tokenizer
from torch import nn

from pipeline.themes.semantic import Teacher as Shipped
from pipeline.themes.semantic import open_session

COMMON = 14_000
SHOWN = 256  # statements that show how large each input of a layer gets
LARGE = 16  # so many of a layer's inputs are taken as large
_SPECIAL = re.compile(r"\[(PAD|UNK|CLS|SEP|MASK)\]|<(s|/s|pad|unk|mask)>")


class Parted(nn.Module):
    """A linear map in two parts: the few inputs that grow large beside the others stay out of the eight bits.

    One scale for all would leave the others nothing (Dettmers et al. 2022, LLM.int8).
    """

    def __init__(self, linear: nn.Linear, largest: torch.Tensor) -> None:
        super().__init__()
        at = largest.topk(LARGE).indices.sort().values
        usual = torch.ones_like(largest)
        usual[at] = 0.0
        self.register_buffer("at", at)
        self.register_buffer("usual", usual)
        self.linear = linear
        self.aside = nn.Linear(LARGE, linear.out_features, bias=False)
        self.aside.weight.data = linear.weight.data[:, at].clone()
        linear.weight.data *= usual  # what is never used must not widen the scale of the weights

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x * self.usual) + self.aside(x[..., self.at])


@torch.no_grad()
def part(model: Teacher, tokenizer: Tokenizer, rows: list[Coded]) -> None:
    """Put `Parted` in the place of the layers' linear maps, by what these rows show them."""
    largest: dict[str, torch.Tensor] = {}
    maps = {name: m for name, m in model.encoder.encoder.named_modules() if isinstance(m, nn.Linear)}

    def watch(name: str) -> Callable[..., None]:
        def see(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            seen = inputs[0].abs().flatten(0, -2).amax(0)
            largest[name] = torch.maximum(largest.get(name, seen), seen)

        return see

    hooks = [m.register_forward_pre_hook(watch(name)) for name, m in maps.items()]
    model.eval()
    for at in range(0, len(rows), 16):
        model(*batch(tokenizer, rows[at : at + 16]))
    for hook in hooks:
        hook.remove()
    for name, linear in maps.items():
        above, _, last = name.rpartition(".")
        setattr(model.encoder.encoder.get_submodule(above), last, Parted(linear, largest[name]))


class Rows(nn.Module):
    """Word vectors of eight bits, each with a scale of its own: one scale for all of them loses the rare ones."""

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        scale = table.abs().amax(1, keepdim=True).clamp(min=1e-9) / 127
        self.register_buffer("scale", scale)
        self.register_buffer("table", (table / scale).round().to(torch.int8))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.table[ids].float() * self.scale[ids]


def write_held_out(folder: Path) -> None:
    """Write what the exported teacher says of the rows that were kept apart."""
    tokenizer = Tokenizer.from_file(str(folder / "teacher_tokenizer.json"))
    session = open_session((folder / "teacher.onnx").read_bytes())
    judged(Shipped(session, tokenizer, plain_card()), folder / "held_out.npz")


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
    special = [i for i, w in enumerate(words) if _SPECIAL.fullmatch(w)]
    plain = [i for i in range(999, len(words)) if i in seen or (i < COMMON and words[i].isascii())]
    return special + [i for i in plain if i not in special]


def prune(model: Teacher, base: Path, counts: Path) -> str:
    """Drop the other pieces' vectors from the model; return the tokenizer for what is left, as JSON."""
    tokenizer = json.loads((base / "tokenizer.json").read_text("utf-8"))
    number = tokenizer["model"]["vocab"]
    words = sorted(number, key=number.__getitem__)
    keep = kept(words, counts)
    old = model.encoder.embeddings.word_embeddings
    model.encoder.embeddings.word_embeddings = Rows(old.weight[keep].detach())
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
    p.add_argument("--layers", type=int, help="as the teacher was trained with")
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    model, tokenizer = load(a.base, a.teacher, a.layers)
    rows = split(HELD)[0]
    part(model, tokenizer, rows[:: len(rows) // SHOWN])
    (a.out / "teacher_tokenizer.json").write_text(prune(model, a.base, a.vocabulary), "utf-8")
    model.encoder.set_attn_implementation("eager")
    example = torch.tensor([[2, 7, 8, 3], [2, 9, 3, 1]])
    full = a.out / "teacher_full.onnx"
    names, outputs = ["ids", "mask", "segment"], ["kinds", "themes", "pooled"]
    axes = {name: {0: "rows", 1: "tokens"} for name in names} | {name: {0: "rows"} for name in outputs}
    inputs = (example, torch.ones_like(example), torch.zeros_like(example))
    torch.onnx.export(
        Graph(model).eval(), inputs, str(full), input_names=names, output_names=outputs,
        dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
    aside = [node.name for node in onnx.load(full).graph.node if "/aside/" in node.name]
    quantize_dynamic(
        full, a.out / "teacher.onnx", op_types_to_quantize=["MatMul"], nodes_to_exclude=aside,
        weight_type=QuantType.QInt8, per_channel=True,
    )  # fmt: skip
    full.unlink()
    write_held_out(a.out)


if __name__ == "__main__":
    main()

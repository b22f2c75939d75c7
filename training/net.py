"""The student as a network to be trained: pipeline/themes/net.py with rounding that lets gradients through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from larger import MEANING
from torch import nn

from pipeline.themes.net import FAR, LAYERS, MEAN_GAIN
from pipeline.themes.pieces import PAD
from pipeline.themes.rows import KINDS

EMBEDDING_STEP = 1 / 48
ACTIVE_STEP = 6 / 127


@dataclass(frozen=True)
class Shape:
    """Width of the word vectors and number of units in each layer; shares of units switched off in training.

    The first layer costs nothing in use, where its products are looked up; `next` and `deep` cost most.
    """

    width: int = 256
    own: int = 256
    next: int = 128
    deep: int = 128
    context: int = 64
    dense: int = 384
    drop: float = 0.08
    off: float = 0.05


SHAPES = {"first": Shape(), "second": Shape(width=128, next=256, deep=256, context=128, dense=768)}


class _Rounded(torch.autograd.Function):
    """Rounds and cuts; the gradient passes as if it had only been cut."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, low: float, high: float) -> torch.Tensor:
        ctx.save_for_backward((x >= low) & (x <= high))
        return x.clamp(low, high).round_()

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (inside,) = ctx.saved_tensors
        return grad * inside, None, None


def rounded(x: torch.Tensor, low: float, high: float) -> torch.Tensor:
    """Return x rounded and cut."""
    return _Rounded.apply(x, low, high)


class Whole(nn.Module):
    """A linear map whose weights are whole numbers of -127 to 127 times a step for each output."""

    def __init__(self, inputs: int, outputs: int, in_step: float, active: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * (2 / inputs) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.in_step, self.active = in_step, active

    @property
    def unit(self) -> float:
        """What one of the output's whole numbers stands for."""
        return ACTIVE_STEP if self.active else 1.0

    def whole(self) -> tuple[torch.Tensor, torch.Tensor]:
        step = self.weight.detach().abs().amax(0).clamp(min=1e-6) / 127
        return rounded(self.weight / step, -127, 127), step

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight, step = self.whole()
        out = nn.functional.linear(x, weight.t()) * (step * (self.in_step / self.unit)) + self.bias / self.unit
        return rounded(out, 0, 127) if self.active else out

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        weight, step = self.whole()
        return {
            f"{name}_weight": weight.detach().cpu().numpy().astype(np.int8),
            f"{name}_step": (step * self.in_step / self.unit).cpu().numpy().astype(np.float32),
            f"{name}_bias": (self.bias.detach() / self.unit).cpu().numpy().astype(np.float32),
        }

    @torch.no_grad()
    def load(self, name: str, arrays: dict[str, np.ndarray]) -> None:
        """Take over what `arrays` gave."""
        parts = (f"{name}_{part}" for part in ("weight", "step", "bias"))
        weight, step, bias = (torch.tensor(arrays[part], dtype=torch.float32) for part in parts)
        self.weight.copy_(weight * step * (self.unit / self.in_step))
        self.bias.copy_(bias * self.unit)


class Net(nn.Module):
    """See pipeline.themes.net.Net: own text through three convolutions, context through one, then a dense layer."""

    def __init__(self, start: np.ndarray, themes: int, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Parameter(torch.tensor(start, dtype=torch.float32))
        self.own = Whole(3 * shape.width, shape.own, EMBEDDING_STEP)
        self.context = Whole(3 * shape.width, shape.context, EMBEDDING_STEP)
        self.next = Whole(3 * shape.own, shape.next, ACTIVE_STEP)
        self.far = Whole(3 * shape.next, shape.deep, ACTIVE_STEP)
        features = shape.own + shape.next + 2 * shape.deep + 4 * shape.context
        self.dense = Whole(features, shape.dense, ACTIVE_STEP)
        self.out = Whole(shape.dense, len(KINDS) + themes, ACTIVE_STEP, active=False)
        self.meaning = nn.Linear(shape.dense, MEANING)
        self.drop = nn.Dropout(shape.drop)

    def forward(
        self, own: torch.Tensor, before: torch.Tensor, section: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits of kinds and themes, and the guess at the teacher's reading, for training alone."""
        table = rounded(self.embedding / EMBEDDING_STEP, -127, 127)
        live, size = (own != PAD).unsqueeze(-1), (own != PAD).sum(1).clamp(min=1)
        first = self.own(beside(nn.functional.embedding(own, table))) * live
        second = self.next(beside(self.off(first))) * live
        third = self.far(beside(self.off(second), FAR)) * live
        parts = [first.amax(1), second.amax(1), third.amax(1), self.mean(third, size)]
        for ids in (before, section):
            held = self.context(beside(nn.functional.embedding(ids, table))) * (ids != PAD).unsqueeze(-1)
            parts += [held.amax(1), self.mean(held, (ids != PAD).sum(1).clamp(min=1))]
        dense = self.dense(self.drop(torch.cat(parts, 1)))
        return self.out(self.drop(dense)), self.meaning(dense * ACTIVE_STEP)

    def off(self, x: torch.Tensor) -> torch.Tensor:
        """Switch some units off for all tokens of a text, in training."""
        if not self.training:
            return x
        kept = torch.rand(len(x), 1, x.shape[2], device=x.device) > self.shape.off
        return x * (kept / (1 - self.shape.off))

    @staticmethod
    def mean(x: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
        return rounded(x.sum(1) * float(MEAN_GAIN) / size.unsqueeze(1), 0, 127)

    @torch.no_grad()
    def confine(self) -> None:
        """Keep the word vectors within what whole numbers can say, and that of the blank at nothing."""
        self.embedding[PAD] = 0
        self.embedding.clamp_(-127 * EMBEDDING_STEP, 127 * EMBEDDING_STEP)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the weights in the shape and numbers that the package reads."""
        table = (self.embedding.detach() / EMBEDDING_STEP).clamp(-127, 127).round().cpu().numpy().astype(np.int8)
        table[PAD] = 0
        out = {"embedding": table}
        for name in LAYERS:
            out |= getattr(self, name).arrays(name)
        return out

    @torch.no_grad()
    def load(self, arrays: dict[str, np.ndarray]) -> None:
        """Take over weights that `arrays` gave."""
        self.embedding.copy_(torch.tensor(arrays["embedding"], dtype=torch.float32) * EMBEDDING_STEP)
        for name in LAYERS:
            getattr(self, name).load(name, arrays)


def beside(x: torch.Tensor, step: int = 1) -> torch.Tensor:
    """Return every token with those `step` before and after it: (B, L, d) to (B, L, 3d)."""
    padded = nn.functional.pad(x, (0, 0, step, step))
    return torch.cat([padded[:, : x.shape[1]], x, padded[:, 2 * step :]], 2)

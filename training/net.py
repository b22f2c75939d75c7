"""The student as a network to be trained: pipeline/themes/student.py with rounding that lets gradients through."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from larger import MEANING
from torch import nn

from pipeline.themes.net import FAR, MEAN_GAIN
from pipeline.themes.pieces import PAD
from pipeline.themes.rows import KINDS

WIDTH, OWN, NEXT, DEEP, CONTEXT, DENSE = 128, 128, 128, 128, 64, 384
PARTS = ("weight", "step", "bias")
LAYERS = ("own", "context", "next", "far", "dense", "out")
EMBEDDING_STEP = 1 / 48
ACTIVE_STEP = 6 / 127


class _Rounded(torch.autograd.Function):
    """Rounds and cuts; the gradient passes as if it had only been cut."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, low: float, high: float) -> torch.Tensor:
        ctx.save_for_backward(x)
        ctx.low, ctx.high = low, high
        return x.clamp(low, high).round_()

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (x,) = ctx.saved_tensors
        return grad * ((x >= ctx.low) & (x <= ctx.high)), None, None


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

    def whole(self) -> tuple[torch.Tensor, torch.Tensor]:
        step = self.weight.detach().abs().amax(0).clamp(min=1e-6) / 127
        return rounded(self.weight / step, -127, 127), step

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight, step = self.whole()
        unit = ACTIVE_STEP if self.active else 1.0
        out = nn.functional.linear(x, (weight * (step * self.in_step / unit)).t(), self.bias / unit)
        return rounded(out, 0, 127) if self.active else out

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        weight, step = self.whole()
        out = ACTIVE_STEP if self.active else 1.0
        return {
            f"{name}_weight": weight.detach().numpy().astype(np.int8),
            f"{name}_step": (step * self.in_step / out).numpy().astype(np.float32),
            f"{name}_bias": (self.bias.detach() / out).numpy().astype(np.float32),
        }

    @torch.no_grad()
    def load(self, name: str, arrays: dict[str, np.ndarray]) -> None:
        """Take over what `arrays` gave."""
        unit = ACTIVE_STEP if self.active else 1.0
        weight, step, bias = (torch.tensor(arrays[f"{name}_{part}"], dtype=torch.float32) for part in PARTS)
        self.weight.copy_(weight * step * (unit / self.in_step))
        self.bias.copy_(bias * unit)


class Net(nn.Module):
    """See Student: own text through two convolutions, context through one, then a dense layer; whole numbers."""

    def __init__(self, start: np.ndarray, themes: int) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.tensor(start, dtype=torch.float32))
        self.own = Whole(3 * WIDTH, OWN, EMBEDDING_STEP)
        self.context = Whole(3 * WIDTH, CONTEXT, EMBEDDING_STEP)
        self.next = Whole(3 * OWN, NEXT, ACTIVE_STEP)
        self.far = Whole(3 * NEXT, DEEP, ACTIVE_STEP)
        features = OWN + NEXT + 2 * DEEP + 4 * CONTEXT
        self.dense = Whole(features, DENSE, ACTIVE_STEP)
        self.out = Whole(DENSE, len(KINDS) + themes, ACTIVE_STEP, active=False)
        self.meaning = nn.Linear(DENSE, MEANING)
        self.drop = nn.Dropout(0.15)

    def forward(
        self, own: torch.Tensor, before: torch.Tensor, section: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits of kinds and themes, and the guess at the teacher's reading, for training alone."""
        table = rounded(self.embedding / EMBEDDING_STEP, -127, 127)
        live, size = own != PAD, (own != PAD).sum(1).clamp(min=1)
        first = self.own(beside(nn.functional.embedding(own, table))) * live.unsqueeze(-1)
        second = self.next(beside(self.off(first))) * live.unsqueeze(-1)
        third = self.far(beside(self.off(second), FAR)) * live.unsqueeze(-1)
        parts = [first.amax(1), second.amax(1), third.amax(1), self.mean(third, size)]
        for ids in (before, section):
            held = self.context(beside(nn.functional.embedding(ids, table))) * (ids != PAD).unsqueeze(-1)
            parts += [held.amax(1), self.mean(held, (ids != PAD).sum(1).clamp(min=1))]
        features = self.drop(torch.cat(parts, 1))
        dense = self.dense(features)
        return self.out(self.drop(dense)), self.meaning(dense * ACTIVE_STEP)

    def off(self, x: torch.Tensor) -> torch.Tensor:
        """Switch some units off for all tokens of a text, in training."""
        if not self.training:
            return x
        return x * (torch.rand(len(x), 1, x.shape[2]) > 0.1) * (1 / 0.9)

    @staticmethod
    def mean(x: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
        return rounded(x.sum(1) * float(MEAN_GAIN) / size.unsqueeze(1), 0, 127)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the weights in the shape and numbers that the package reads."""
        table = (self.embedding.detach() / EMBEDDING_STEP).clamp(-127, 127).round().numpy().astype(np.int8)
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

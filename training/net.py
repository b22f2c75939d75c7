"""The student as a network to be trained: pipeline/themes/student.py with rounding that lets gradients through."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from pipeline.themes.pieces import PAD
from pipeline.themes.rows import KINDS
from pipeline.themes.student import MEAN_GAIN

WIDTH, OWN, NEXT, CONTEXT, DENSE = 128, 128, 128, 64, 256
EMBEDDING_STEP = 1 / 48
ACTIVE_STEP = 6 / 127


def rounded(x: torch.Tensor, low: float, high: float) -> torch.Tensor:
    """Return x rounded and cut; the gradient passes as if it had only been cut."""
    cut = x.clamp(low, high)
    return cut + (cut.round() - cut).detach()


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
        out = (x @ weight) * (step * self.in_step) + self.bias
        return rounded(out / ACTIVE_STEP, 0, 127) if self.active else out

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        weight, step = self.whole()
        out = ACTIVE_STEP if self.active else 1.0
        return {
            f"{name}_weight": weight.detach().numpy().astype(np.int8),
            f"{name}_step": (step * self.in_step / out).numpy().astype(np.float32),
            f"{name}_bias": (self.bias.detach() / out).numpy().astype(np.float32),
        }


class Net(nn.Module):
    """See Student: own text through two convolutions, context through one, then a dense layer; whole numbers."""

    def __init__(self, start: np.ndarray, themes: int) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.tensor(start, dtype=torch.float32))
        self.own = Whole(3 * WIDTH, OWN, EMBEDDING_STEP)
        self.context = Whole(3 * WIDTH, CONTEXT, EMBEDDING_STEP)
        self.next = Whole(3 * OWN, NEXT, ACTIVE_STEP)
        features = OWN + 2 * NEXT + 4 * CONTEXT
        self.dense = Whole(features, DENSE, ACTIVE_STEP)
        self.out = Whole(DENSE, len(KINDS) + themes, ACTIVE_STEP, active=False)
        self.drop = nn.Dropout(0.15)

    def forward(self, own: torch.Tensor, before: torch.Tensor, section: torch.Tensor) -> torch.Tensor:
        table = rounded(self.embedding / EMBEDDING_STEP, -127, 127)
        live, size = own != PAD, (own != PAD).sum(1).clamp(min=1)
        first = self.own(beside(nn.functional.embedding(own, table))) * live.unsqueeze(-1)
        second = self.next(beside(self.drop(first))) * live.unsqueeze(-1)
        parts = [first.amax(1), second.amax(1), self.mean(second, size)]
        for ids in (before, section):
            held = self.context(beside(nn.functional.embedding(ids, table))) * (ids != PAD).unsqueeze(-1)
            parts += [held.amax(1), self.mean(held, (ids != PAD).sum(1).clamp(min=1))]
        features = self.drop(torch.cat(parts, 1))
        return self.out(self.drop(self.dense(features)))

    @staticmethod
    def mean(x: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
        return rounded(x.sum(1) * float(MEAN_GAIN) / size.unsqueeze(1), 0, 127)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the weights in the shape and numbers that the package reads."""
        table = (self.embedding.detach() / EMBEDDING_STEP).clamp(-127, 127).round().numpy().astype(np.int8)
        table[PAD] = 0
        out = {"embedding": table}
        for name in ("own", "context"):
            part = getattr(self, name).arrays(name)
            width = part[f"{name}_step"].shape[0]
            part[f"{name}_weight"] = (
                part[f"{name}_weight"].reshape(3, WIDTH, width).transpose(1, 0, 2).reshape(WIDTH, 3 * width)
            )
            out |= part
        for name in ("next", "dense", "out"):
            out |= getattr(self, name).arrays(name)
        return out


def beside(x: torch.Tensor) -> torch.Tensor:
    """Return every token with its neighbours before and after: (B, L, d) to (B, L, 3d)."""
    blank = torch.zeros_like(x[:, :1])
    return torch.cat([torch.cat([blank, x[:, :-1]], 1), x, torch.cat([x[:, 1:], blank], 1)], 2)

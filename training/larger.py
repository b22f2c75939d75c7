"""What larger teachers say of rows, for a smaller one to learn from (Hinton et al. 2015).

    python larger.py OUT DIR [DIR ...]

Each DIR is what teacher.py wrote with --label. Writes files of the same names to OUT: the mean of what the teachers
say, brought to mean what it says on the rows kept apart, and how the last of them reads the rows.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from data import THEMES, Coded, themed
from ship import fitted

from pipeline.themes.rows import KINDS

MEANING = 96  # figures that a teacher's reading of a row is drawn down to; the student learns them beside the codes


@lru_cache
def mix(width: int) -> np.ndarray:
    """Return what draws a reading of some width down to MEANING figures: by chance, the same every time."""
    return np.random.default_rng(0).standard_normal((width, MEANING)).astype(np.float32) / MEANING**0.5


@dataclass(frozen=True)
class Larger:
    """What larger teachers say of rows on the average: probabilities of kinds and themes, and where a row's are."""

    at: dict[str, int]
    kinds: np.ndarray
    themes: np.ndarray
    share: float

    @classmethod
    def read(cls, paths: list[Path], share: float) -> Larger:
        items, kinds, themes = [np.empty(0, "U1")], [np.empty((0, len(KINDS)))], [np.empty((0, len(THEMES)))]
        for path in paths:
            with np.load(path) as f:
                raised = np.exp(f["kinds"].astype(np.float32))
                items.append(f["items"])
                kinds.append(raised / raised.sum(1, keepdims=True))
                themes.append(1 / (1 + np.exp(-f["themes"].astype(np.float32))))
        names, place, times = np.unique(np.concatenate(items), return_inverse=True, return_counts=True)
        mean = [np.zeros((len(names), part[0].shape[1]), np.float32) for part in (kinds, themes)]
        for total, part in zip(mean, (kinds, themes), strict=True):
            np.add.at(total, place, np.concatenate(part).astype(np.float32))
            total /= times[:, None]
        return cls({name: i for i, name in enumerate(names.tolist())}, *mean, share)


@dataclass(frozen=True)
class Smoothing:
    """What is learned of a code that is there and of one that is not: kinds, then themes (label smoothing)."""

    kind: tuple[float, float]
    theme: tuple[float, float]


def target(row: Coded, larger: Larger, smoothing: Smoothing) -> tuple[np.ndarray, np.ndarray, float]:
    """Return kinds and themes to learn, and the weight of the themes: the codes, softened by what teachers say.

    Where there is no code, as of uncoded rows, what they say is all.
    """
    uncoded, weight = row.source == "uncoded", float(themed(row))
    kinds = np.array([smoothing.kind[kind != row.kind] for kind in KINDS], np.float32)
    themes = np.array([smoothing.theme[theme not in row.themes] for theme in THEMES], np.float32)
    if (at := larger.at.get(row.item)) is not None:
        kinds += (1.0 if uncoded else larger.share) * (larger.kinds[at] - kinds)
        themes += (larger.share if weight else 1.0) * (larger.themes[at] - themes)
        weight = weight or float(min(1.0, 1.1 - larger.kinds[at, -1]))
    return kinds, themes, weight


def mean_of(paths: list[Path]) -> dict[str, np.ndarray]:
    """Return items, and the mean of the logits in files of the same rows; `meaning` as the last file has it."""
    read = [np.load(path) for path in paths]
    out = {"items": read[0]["items"], "meaning": read[-1]["meaning"]}
    return out | {name: np.mean([f[name].astype(np.float32) for f in read], 0) for name in ("kinds", "themes")}


def main(out: Path, folders: list[Path]) -> None:
    """Write the calibrated means of all files that the folders hold."""
    out.mkdir(parents=True, exist_ok=True)
    held = out / "held_out.npz"
    np.savez(held, **mean_of([folder / held.name for folder in folders]))
    fit, _, _ = fitted(held)
    scale, shift = (np.array(list(fit[name].values()), np.float32) for name in ("theme_scale", "theme_shift"))
    for path in folders[0].glob("*.npz"):
        if path.name != held.name:
            said = mean_of([folder / path.name for folder in folders])
            said["kinds"], said["themes"] = (
                said["kinds"] * np.float32(fit["kind_scale"]),
                said["themes"] * scale + shift,
            )
            np.savez(out / path.name, **{k: v.astype(np.float16) if k != "items" else v for k, v in said.items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(folder) for folder in sys.argv[2:]]) if len(sys.argv) > 2 else sys.exit(__doc__)

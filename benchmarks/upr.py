"""Corrected shares on recommendations that experts coded: does the interval hold what the experts counted?

Usage: python -m benchmarks upr FILE.csv [--draws N] [--coded N]. FILE has the columns text, year and issues (labels of
configs/codebooks/upr.yml, joined by ';'). The codebook's terms code every row; then, again and again, rows are drawn at
random and their expert codes correct the shares of all. Prints how often the 95% interval of a theme and year holds the
experts' share, and the mean absolute error of the raw, the corrected and the sample-only share in points.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.cluster import FindingText
from pipeline.codebook import load_codebook, theme_ids
from pipeline.estimate import Sample, Strata, corrected_shares
from pipeline.themes.coder import build_coder

CODEBOOK = Path(__file__).resolve().parents[1] / "configs" / "codebooks" / "upr.yml"
SEED = 20240607


@dataclass(frozen=True, slots=True)
class Coded:
    """Rows by themes: what experts say, and what the pipeline says; and the year of each row."""

    year: NDArray[np.str_]
    truth: NDArray[np.bool_]
    said: NDArray[np.bool_]


def code(path: Path) -> Coded:
    """Return the file's rows coded by experts and by the codebook's terms."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    book = load_codebook(CODEBOOK)
    place = {theme: at for at, theme in enumerate(book.ids)}
    truth, said = (np.zeros((len(rows), len(place)), bool) for _ in range(2))
    coder = build_coder(book, None)
    for at, (row, found) in enumerate(zip(rows, coder.code([FindingText(r["text"]) for r in rows]), strict=True)):
        truth[at, [place[i] for i in theme_ids(row["issues"], book, str(path))]] = True
        said[at, [place[one.theme_id] for one in found]] = True
    return Coded(np.array([row["year"] for row in rows]), truth, said)


@dataclass(frozen=True, slots=True)
class Result:
    """Coverage of the intervals, the part of cells without one, and mean absolute errors in points."""

    coverage: float
    none: float
    raw_error: float
    corrected_error: float
    sample_error: float
    width: float


def measure(data: Coded, draws: int, coded: int) -> Result:
    """Return how the corrected shares fare over `draws` samples of `coded` rows each."""
    cells = [cell for at in range(draws) for cell in _cells(data, np.random.default_rng([SEED, at]), coded)]
    truth, raw, made, low, high, alone = np.array(cells).T
    known = ~np.isnan(made)
    inside = (low <= truth + 1e-12) & (truth <= high + 1e-12)
    return Result(
        coverage=float(inside[known].mean()),
        none=float(1 - known.mean()),
        raw_error=float(100 * np.abs(raw - truth)[known].mean()),
        corrected_error=float(100 * np.abs(made - truth)[known].mean()),
        sample_error=float(100 * np.nanmean(np.abs(alone - truth)[known])),
        width=float(100 * (high - low)[known].mean()),
    )


def _cells(data: Coded, draw: np.random.Generator, coded: int) -> list[tuple[float, ...]]:
    size = len(data.year)
    chosen = draw.choice(size, coded, replace=False)
    out = []
    for theme in range(data.truth.shape[1]):
        said, truth = data.said[:, theme], data.truth[:, theme]
        years = {year: data.year == year for year in np.unique(data.year)}
        strata = Strata({y: (int(said[m].sum()), int((~said[m]).sum()), 0) for y, m in years.items()})
        sample = Sample(
            data.year[chosen],
            chosen.astype(str),
            np.where(said[chosen], 0, 1),
            np.ones(coded),
            truth[chosen].astype(float),
            np.full(coded, size / coded),
        )
        for year, c in corrected_shares(strata, sample).items():
            mine = years[year]
            out.append((truth[mine].mean(), said[mine].mean(), c.share, c.low, c.high, c.sample_share))
    return out


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--coded", type=int, default=500)
    given = parser.parse_args()
    r = measure(code(given.file), given.draws, given.coded)
    print(f"coverage {r.coverage:.3f}; cells without a correction {r.none:.3f}; mean width {r.width:.2f} points")
    print(
        f"mean absolute error in points: raw {r.raw_error:.3f}, corrected {r.corrected_error:.3f}, "
        f"coded rows alone {r.sample_error:.3f}"
    )


if __name__ == "__main__":
    main()

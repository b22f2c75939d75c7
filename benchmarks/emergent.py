"""How themes should be found in text without a codebook: NMF, k-means and agglomerative clustering on coded statements.

    python -m benchmarks emergent MATERIAL            every method on all statements
    python -m benchmarks emergent MATERIAL --sizes 30 100 300 1000 3000    a run's two ways, on draws of these sizes
    python -m benchmarks emergent MATERIAL --grown    what the names of themes are worth when a quarter is added

Only statements with exactly one theme count; the methods do not see it. For each set and method, one JSON line:
agreement with the coders' themes (adjusted mutual information, 1 is perfect, 0 is chance), F1 of the best match of each
theme, stability (mean best Jaccard overlap of a group when half of the statements are drawn anew), the share of
statements left without a group, and seconds. As many groups as the coders had themes; with --sizes, as many as a run
looks for. With --grown, two themes are the same where their findings among the texts of both runs have a Jaccard
overlap of one half at least; for each limit of likeness: the pairs made, those that are the same, and those missed.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.preprocessing import normalize

from pipeline.stages.settings import EmergentSettings
from pipeline.themes.emergent import (
    NO_THEME,
    EmergentTheme,
    by_factors,
    by_k_means,
    factorise,
    find_themes,
    groups_of,
    word_weights,
)
from pipeline.themes.known import likeness
from pipeline.themes.rows import Row
from pipeline.themes.student import load_student

Labels = NDArray[np.int64]
Method = Callable[[list[str], int], Labels]
SEED = 20240607


def nmf(texts: list[str], groups: int) -> Labels:
    """Label by the strongest component of a non-negative factorisation of TF-IDF weights."""
    return groups_of(factorise(word_weights(texts, groups)[0], groups, SEED)[0])


def _latent(texts: list[str], groups: int) -> NDArray[np.float64]:
    weights, _ = word_weights(texts, groups)
    return normalize(TruncatedSVD(min(100, weights.shape[1] - 1), random_state=SEED).fit_transform(weights))


def _meaning(texts: list[str]) -> NDArray[np.float64]:
    student = load_student()
    return normalize(student.vectors([Row(text) for text in texts]))


def k_means_words(texts: list[str], groups: int) -> Labels:
    """Label by k-means on latent semantic vectors of the words."""
    return KMeans(groups, n_init=5, random_state=SEED).fit_predict(_latent(texts, groups))


def k_means_model(texts: list[str], groups: int) -> Labels:
    """Label by k-means on the vectors of the shipped model."""
    return KMeans(groups, n_init=5, random_state=SEED).fit_predict(_meaning(texts))


def agglomerative_words(texts: list[str], groups: int) -> Labels:
    """Label by Ward's method on latent semantic vectors of the words."""
    return AgglomerativeClustering(groups).fit_predict(_latent(texts, groups))


def k_means_both(texts: list[str], groups: int) -> Labels:
    """Label by k-means on both vectors side by side."""
    return KMeans(groups, n_init=5, random_state=SEED).fit_predict(np.hstack([_latent(texts, groups), _meaning(texts)]))


METHODS: dict[str, Method] = {
    "NMF": nmf,
    "k-means, words": k_means_words,
    "k-means, model": k_means_model,
    "k-means, both": k_means_both,
    "agglomerative, words": agglomerative_words,
}


def data_sets(material: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield name, texts and the one theme of each."""
    for name, paths in (
        ("reports", [material / "gold" / "ofsted_statements.jsonl"]),
        ("other genres", sorted((material / "gold" / "written").glob("*.jsonl"))),
    ):
        rows = [json.loads(line) for path in paths if path.exists() for line in path.open(encoding="utf-8")]
        single = [row for row in rows if row["kind"] != "context" and len(row["themes"]) == 1]
        yield name, [row["text"] for row in single], [row["themes"][0] for row in single]
    path = material / "upr" / "recommendations_sessions_1_5.csv"
    if path.exists():
        coded = list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))
        single = [row for row in coded if ";" not in row["issues"]]
        yield "recommendations", [row["text"] for row in single], [row["issues"] for row in single]


def best_f1(coded: list[str], label: Labels) -> float:
    """Return the mean over the coders' themes of the F1 of the group that fits best, weighted by size."""
    truth, total = np.array(coded), 0.0
    for theme in sorted(set(coded)):
        mine = truth == theme
        scores = [2 * (mine & (label == g)).sum() / (mine.sum() + (label == g).sum()) for g in set(label) - {NO_THEME}]
        total += max(scores) * mine.sum()
    return total / len(coded)


def stability(texts: list[str], label: Labels, method: Method, groups: int, rounds: int = 3) -> float:
    """Return the mean over groups of the best Jaccard overlap with the groups of half of the texts."""
    draw, found = np.random.default_rng(SEED), []
    for _ in range(rounds):
        half = np.sort(draw.choice(len(texts), len(texts) // 2, replace=False))
        again = method([texts[i] for i in half], groups)
        for group in set(label) - {NO_THEME}:
            mine = label[half] == group
            overlaps = [(mine & (again == g)).sum() / max(1, (mine | (again == g)).sum()) for g in set(again)]
            found.append(max(overlaps))
    return float(np.mean(found))


def by_size(texts: list[str], coded: list[str], size: int, draws: int) -> Iterator[dict[str, object]]:
    """Yield, for both ways of a run, mean agreement, best F1 and share of the largest group over draws of a size."""
    draw, settings = np.random.default_rng(SEED), EmergentSettings()
    chosen = [np.sort(draw.choice(len(texts), size, replace=False)) for _ in range(draws)]
    groups = min(settings.themes, size // settings.smallest)
    for name, way in (("NMF", by_factors), ("k-means, words", by_k_means)):
        rows, clock = [], time.process_time()
        for at in chosen:
            mine, truth = [texts[i] for i in at], [coded[i] for i in at]
            label = way(word_weights(mine, groups)[0], groups, SEED).label
            largest = np.bincount(label[label != NO_THEME]).max() / size
            rows.append((adjusted_mutual_info_score(truth, label), best_f1(truth, label), largest))
        means = dict(zip(("agreement", "best_f1", "largest"), np.mean(rows, axis=0).round(3).tolist(), strict=True))
        yield {"size": size, "draws": draws, "method": name, **means, "seconds": round(time.process_time() - clock, 1)}


def _overlap(ours: EmergentTheme, theirs: EmergentTheme, common: set[int]) -> float:
    mine, other = set(ours.members) & common, set(theirs.members)
    return len(mine & other) / max(1, len(mine | other))


def grown(texts: list[str], sizes: list[int]) -> Iterator[dict[str, object]]:
    """Yield how pairs by likeness of words agree with pairs by findings when a quarter of texts is added."""
    settings = EmergentSettings()
    limits = (0.2, 0.3, 0.4, 0.5, 0.6)
    made, same, missed = (dict.fromkeys(limits, 0) for _ in range(3))
    for size in sizes:
        order = np.random.default_rng(SEED + size).permutation(len(texts))[: size + size // 4].tolist()
        first, then = (
            find_themes([texts[i] for i in order[:n]], most=settings.themes, smallest=settings.smallest, seed=SEED)
            for n in (size, len(order))
        )
        like = likeness([t.profile for t in then], [t.profile for t in first])
        truth = np.array([[_overlap(a, b, set(range(size))) for b in first] for a in then]) >= 0.5
        pairs = list(zip(*linear_sum_assignment(-like), strict=True))
        for limit in limits:
            kept = [(i, j) for i, j in pairs if like[i, j] >= limit]
            made[limit] += len(kept)
            same[limit] += sum(bool(truth[i, j]) for i, j in kept)
            missed[limit] += int(truth.sum()) - sum(bool(truth[i, j]) for i, j in kept)
    for limit in limits:
        yield {"limit": limit, "pairs": made[limit], "same": same[limit], "missed": missed[limit]}


def say(line: dict[str, object]) -> None:
    """Print a JSON line."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure every method on every set that the material holds, or a run's ways on draws."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("material", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=[])
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--grown", action="store_true")
    options = parser.parse_args()
    for name, texts, coded in data_sets(options.material):
        for size in (size for size in options.sizes if size <= len(texts)):
            for line in by_size(texts, coded, size, options.draws):
                say({"data": name, **line})
        if options.grown:
            for line in grown(texts, [size for size in (80, 400, 1400, 2400) if size * 5 // 4 <= len(texts)]):
                say({"data": name, **line})
        if not options.sizes and not options.grown:
            every_method(name, texts, coded)


def every_method(name: str, texts: list[str], coded: list[str]) -> None:
    """Measure every method on one set."""
    groups = len(set(coded))
    for method_name, method in METHODS.items():
        clock = time.perf_counter()
        label = method(texts, groups)
        say(
            {
                "data": name,
                "method": method_name,
                "statements": len(texts),
                "groups": groups,
                "agreement": round(float(adjusted_mutual_info_score(coded, label)), 3),
                "best_f1": round(best_f1(coded, label), 3),
                "seconds": round(time.perf_counter() - clock, 1),
                "unassigned": round(float((label == NO_THEME).mean()), 3),
                "stability": round(stability(texts, label, method, groups), 3),
            }
        )


if __name__ == "__main__":
    main()

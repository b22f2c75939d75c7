"""Ways to give statements their themes, measured on the same rows and splits, in one table.

    python -m benchmarks themes MATERIAL [--out docs/themes-benchmark.md] [--model DIR] [--only NAME,NAME] [--most S]

Three tasks: inspection reports of the authorities and written statements of the genres that the shipped model's
training kept apart (all other coded statements of both teach), and recommendations of the second subject (sessions 1-3
teach, 4-5 are coded). Only findings count, in their true kind. Methods without supervision are fitted to the texts of
all rows and take seed words, cuts or names from the rows that teach. Every method runs in a process of its own: seconds
are of one task, peak memory is that process's so far, data and libraries included; a method that takes more than --most
seconds is cut off. CorEx and BERTopic are measured where they are installed (benchmarks/requirements.txt).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import digamma
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import Normalizer

from benchmarks._pages import renew
from pipeline.codebook import Codebook, load_codebook
from pipeline.themes.cascade import Cascade
from pipeline.themes.classifier import Example
from pipeline.themes.coder import CodebookCoder, build_coder, learn
from pipeline.themes.rows import CONTEXT_WIDTH, Row, lead, plain
from pipeline.themes.student import load_student

CONFIGS = Path(__file__).parents[1] / "configs"
Bools = NDArray[np.bool_]
Places = NDArray[np.int64]
HELD_GENRES = ("audits_overseas", "news", "spoken_minutes")


def apart(authority: str) -> bool:
    """Return whether training keeps an authority apart: by a hash of its name, as in training/data.py."""
    return int(hashlib.sha256(authority.encode()).hexdigest()[:8], 16) / 2**32 < 0.2


@dataclass(frozen=True)
class Task:
    """Coded findings of one subject: rows, themes (rows by codebook), and which rows teach and which are tested."""

    name: str
    codebook: Codebook
    rows: list[Row]
    coded: Bools
    train: Places
    test: Places

    def examples(self, at: Places) -> list[Example]:
        """Return rows as what a coder learns from."""
        ids = self.codebook.ids
        return [
            Example(self.rows[i], frozenset(t for t, has in zip(ids, self.coded[i], strict=True) if has)) for i in at
        ]


def task(name: str, book: Codebook, taught: list[tuple[Row, list[str]]], tested: list[tuple[Row, list[str]]]) -> Task:
    """Build a task from pairs of row and themes."""
    both = [*taught, *tested]
    coded = np.array([[t in themes for t in book.ids] for _, themes in both])
    return Task(name, book, [row for row, _ in both], coded, np.arange(len(taught)), np.arange(len(taught), len(both)))


def tasks(material: Path) -> list[Task]:
    """Return the tasks that the material holds."""
    book = load_codebook(CONFIGS / "codebook.yml")
    parts: dict[str, list[tuple[Row, list[str]]]] = {"taught": [], "reports": [], "other genres": []}
    gold = material / "gold"
    for path in (gold / "ofsted_statements.jsonl", *sorted((gold / "written").glob("*.jsonl"))):
        for said in map(json.loads, path.open(encoding="utf-8") if path.exists() else ()):
            if said["kind"] != "context":
                parts[_part(path.stem, said)].append((coded_row(said), said["themes"]))
    taught = parts.pop("taught")
    found = [task(name, book, taught, tested) for name, tested in parts.items() if tested]
    path = material / "upr" / "recommendations_sessions_1_5.csv"
    if path.exists():
        book = load_codebook(CONFIGS / "codebooks" / "upr.yml")
        ids = {theme.label: theme.id for theme in book.themes}
        lines = list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))
        kept = [((Row(r["text"]), [ids[i] for i in r["issues"].split(";")]), r["session"] in "123") for r in lines]
        halves = [[pair for pair, teaches in kept if teaches is half] for half in (True, False)]
        found.append(task("recommendations", book, *halves))
    return found


def _part(name: str, said: dict[str, Any]) -> str:
    if name == "ofsted_statements":
        return "reports" if apart(said["authority"]) else "taught"
    return "other genres" if name in HELD_GENRES else "taught"


def coded_row(said: dict[str, Any]) -> Row:
    """Return a coded statement with what stands before it: a context holds nothing else, a paragraph itself, too."""
    text, before = " ".join(said["text"].split()), " ".join((said.get("context") or "").split())
    if "paragraph" in said:
        paragraph = " ".join(said["paragraph"].split())
        before = paragraph[: max(0, paragraph.find(text))]
    return Row(plain(text), "", (said.get("heading") or "").strip(), before[-CONTEXT_WIDTH:].strip())


Method = Callable[[Task, Places, Places, Path | None], Bools]


def _coder(task: Task, model: bool, place: Path | None) -> CodebookCoder:
    return build_coder(task.codebook, load_student(place) if model else None, place)


def terms(task: Task, train: Places, test: Places, place: Path | None) -> Bools:
    """Code by the codebook's terms alone."""
    return _coder(task, False, place).weigh([task.rows[i] for i in test]).shares >= 0.5


def model(task: Task, train: Places, test: Places, place: Path | None) -> Bools:
    """Code by the learned model alone, by its own thresholds."""
    student = load_student(place)
    _, shares = student.probabilities([task.rows[i] for i in test])
    out = np.zeros((len(test), len(task.codebook.ids)), bool)
    for column, theme in enumerate(task.codebook.ids):
        if theme in student.theme_ids:
            at = student.theme_ids.index(theme)
            out[:, column] = shares[:, at] >= student.thresholds[at]
    return out


def both(task: Task, train: Places, test: Places, place: Path | None) -> Bools:
    """Code by terms and model: the default."""
    return _coder(task, True, place).weigh([task.rows[i] for i in test]).shares >= 0.5


def terms_and_gold(task: Task, train: Places, test: Places, place: Path | None) -> Bools:
    """Code by the terms and what coded statements teach beside them: --gold, for a codebook that no model knows."""
    taught = learn(_coder(task, False, place), task.examples(train))
    return taught.weigh([task.rows[i] for i in test]).shares >= 0.5


def cascade(task: Task, train: Places, test: Places, place: Path | None) -> Bools:
    """Code by terms and both models: the large one where the small one is in doubt."""
    from pipeline.themes.semantic import load_teacher

    models = Cascade(load_student(place), load_teacher(place))
    return build_coder(task.codebook, models, place).weigh([task.rows[i] for i in test]).shares >= 0.5


def regression(task: Task, train: Places, test: Places, place: Path | None) -> Bools:
    """Code by logistic regression on TF-IDF weights of words and characters; what most would try first."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 4), min_df=3, sublinear_tf=True, max_features=30_000
    )
    learner = OneVsRestClassifier(LogisticRegression(C=20, solver="liblinear", class_weight="balanced"))
    chain = make_pipeline(make_union(words, characters), learner)
    chain.fit([lead(task.rows[i]) for i in train], task.coded[train].astype(int))
    return np.asarray(chain.predict([lead(task.rows[i]) for i in test]), bool)


def _definitions(book: Codebook) -> list[str]:
    return [". ".join((t.label, t.definition, *t.include)) for t in book.themes]


def _cut(task: Task, shares: NDArray[np.float64], train: Places, test: Places, most: float) -> Bools:
    """Return which shares pass the one cut that is best on the rows that teach."""
    best = max(np.linspace(0.02, most, 39), key=lambda cut: micro_f1(task.coded[train], shares[train] >= cut))
    return np.asarray(shares[test] >= best)


def similarity(task: Task, train: Places, test: Places, place: Path | None) -> Bools:
    """Code by likeness of words to the definitions (zero-shot)."""
    texts, defined = [lead(row) for row in task.rows], _definitions(task.codebook)
    weights = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit([*texts, *defined])
    shares = (weights.transform(texts) @ weights.transform(defined).T).toarray()
    return _cut(task, shares, train, test, 0.4)


def _seeded(task: Task, train: Places) -> tuple[csr_matrix, list[str], list[list[int]]]:
    """Return statements by words, the words, and each theme's 15 most telling in the rows that teach (chi-square)."""
    counter = CountVectorizer(stop_words="english", max_features=8_000, min_df=2, binary=True)
    counts = csr_matrix(counter.fit_transform([lead(row) for row in task.rows]))
    seeds = []
    for theme in task.coded[train].T:
        worth = np.nan_to_num(chi2(counts[train], theme)[0]) if theme.any() else np.zeros(counts.shape[1])
        more = counts[train][theme].mean(0) > counts[train][~theme].mean(0) if theme.any() else worth < 0
        seeds.append([int(i) for i in np.argsort(-worth * np.asarray(more).ravel(), kind="stable")[:15]])
    return counts, list(counter.get_feature_names_out()), seeds


def corex(task: Task, train: Places, test: Places, place: Path | None) -> Bools:
    """Code by CorEx topics anchored in seed words (Gallagher and others 2017)."""
    from corextopic import corextopic

    counts, names, seeds = _seeded(task, train)
    found = corextopic.Corex(n_hidden=len(seeds), seed=1)
    found.fit(counts, words=names, anchors=[[names[i] for i in theme] for theme in seeds], anchor_strength=4)
    return _cut(task, found.p_y_given_x, train, test, 0.98)


def seeded_lda(task: Task, train: Places, test: Places, place: Path | None) -> Bools:
    """Code by LDA whose topics expect seed words (Jagarlamudi and others 2012), by variational Bayes."""
    counts, names, seeds = _seeded(task, train)
    rows, words = counts.nonzero()
    prior = np.full((len(seeds), len(names)), 0.01)
    for topic, theme in enumerate(seeds):
        prior[topic, theme] += 50
    topics, shares = prior.copy(), np.ones((counts.shape[0], len(seeds)))
    for _ in range(60):
        of_words = np.exp(digamma(topics) - digamma(topics.sum(1, keepdims=True))).T
        of_rows = np.exp(digamma(shares) - digamma(shares.sum(1, keepdims=True)))
        each = of_rows[rows] * of_words[words]
        each /= each.sum(1, keepdims=True)
        at = np.arange(len(rows))
        shares = 0.1 + csr_matrix((np.ones(len(rows)), (rows, at)), (len(shares), len(rows))) @ each
        topics = prior + (csr_matrix((np.ones(len(rows)), (words, at)), (len(names), len(rows))) @ each).T
    return _cut(task, shares / shares.sum(1, keepdims=True), train, test, 0.98)


def vectors(texts: list[str]) -> NDArray[np.float64]:
    """Return TF-IDF weights in 100 dimensions (SVD), for methods that would else download a model of sentences."""
    weights = TfidfVectorizer(sublinear_tf=True, stop_words="english", min_df=2)
    return np.asarray(make_pipeline(weights, TruncatedSVD(100, random_state=1), Normalizer()).fit_transform(texts))


def bertopic(task: Task, train: Places, test: Places, place: Path | None) -> Bools:
    """Code by BERTopic, semi-supervised; a topic has the theme that most of its rows that teach have."""
    from bertopic import BERTopic
    from umap import UMAP

    texts = [lead(row) for row in task.rows]
    first = np.full(len(texts), -1)
    first[train] = np.where(task.coded[train].any(1), task.coded[train].argmax(1), -1)
    near = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=1)
    found = BERTopic(umap_model=near, embedding_model=None, min_topic_size=10)
    topics, _ = found.fit_transform(texts, vectors(texts), y=first.tolist())
    label, out = np.asarray(topics), np.zeros(task.coded.shape, bool)
    for topic in set(topics) - {-1}:
        counts = task.coded[train][label[train] == topic].sum(0)
        if counts.any():
            out[label == topic, counts.argmax()] = True
    return out[test]


METHODS: dict[str, tuple[str, Method]] = {
    "terms": ("terms of the codebook alone", terms),
    "model": ("model alone (student)", model),
    "both": ("**terms and model (default)**", both),
    "cascade": ("terms and both models (`cluster.model: semantic`)", cascade),
    "gold": ("**terms and coded statements (`--gold`)**", terms_and_gold),
    "regression": ("logistic regression, TF-IDF words and characters", regression),
    "similarity": ("likeness to the definitions (zero-shot)", similarity),
    "corex": ("CorEx, anchored", corex),
    "lda": ("LDA, seeded", seeded_lda),
    "bertopic": ("BERTopic, semi-supervised, TF-IDF and SVD vectors", bertopic),
}
USES_MODEL = {"model", "both", "cascade"}


def micro_f1(coded: Bools, said: Bools) -> float:
    """Return F1 over all pairs of statement and theme."""
    return float(2 * (coded & said).sum() / max(1, coded.sum() + said.sum()))


def macro_f1(coded: Bools, said: Bools) -> float:
    """Return the mean F1 of the themes that occur at least three times, coded or said."""
    enough = (coded | said).sum(0) >= 3
    each = 2 * (coded & said).sum(0) / np.maximum(1, coded.sum(0) + said.sum(0))
    return float(each[enough].mean())


def measure(task: Task, method: Method, place: Path | None) -> dict[str, Any]:
    """Return the figures of a method on a task."""
    clock = time.perf_counter()
    said, coded = method(task, task.train, task.test, place), task.coded[task.test]
    return {
        "task": task.name,
        "statements": len(coded),
        "micro_f1": round(micro_f1(coded, said), 3),
        "macro_f1": round(macro_f1(coded, said), 3),
        "seconds": round(time.perf_counter() - clock, 1),
    }


def one(name: str, material: Path, place: Path | None) -> None:
    """Print one JSON line for each task that a method can do."""
    for job in tasks(material):
        if name in USES_MODEL and not set(load_student(place).theme_ids) & set(job.codebook.ids):
            continue
        line = measure(job, METHODS[name][1], place)
        line["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def page(lines: dict[str, list[dict[str, Any]]]) -> str:
    """Return the table as Markdown."""
    head = "| task | method | micro F1 | macro F1 | seconds | peak memory, MB |\n|---|---|---|---|---|---|\n"
    order = list(dict.fromkeys(line["task"] for found in lines.values() for line in found))
    body = "".join(
        f"| {line['task']} ({line['statements']:,}) | {METHODS[name][0]} "
        f"| {line['micro_f1']:.3f} | {line['macro_f1']:.3f} | {line['seconds']} | {line['peak_mb']} |\n"
        for job in order
        for name, found in lines.items()
        for line in found
        if line["task"] == job
    )
    return head + body


def _lines(name: str, call: list[str], most: float) -> list[dict[str, Any]]:
    """Return what a method's process printed; what it had when it failed or was cut off."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        try:
            subprocess.run(call, stdout=out, timeout=most, check=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            sys.stderr.write(f"{name}: {error}\n")
        out.seek(0)
        return [json.loads(line) for line in out]


def main() -> None:
    """Measure every method in a process of its own and write the page's table between its marks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("material", type=Path)
    parser.add_argument("--out", type=Path, help="page whose table is renewed")
    parser.add_argument("--model", type=Path, help="folder of a model other than the shipped one")
    parser.add_argument("--only", default=",".join(METHODS), help="methods, joined by commas")
    parser.add_argument("--most", type=float, default=600, help="seconds after which a method is cut off")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one, options.material, options.model)
        return
    lines: dict[str, list[dict[str, Any]]] = {}
    for name in options.only.split(","):
        call = [sys.executable, "-m", "benchmarks.themes", str(options.material), "--one", name]
        call += ["--model", str(options.model)] if options.model else []
        lines[name] = _lines(name, call, options.most)
        sys.stdout.write("".join(f"{json.dumps({'method': name} | line)}\n" for line in lines[name]))
        sys.stdout.flush()
    if options.out:
        renew(options.out, "<!-- table -->\n", "<!-- end of table -->", page(lines))


if __name__ == "__main__":
    main()

"""Ways to give statements their themes, measured on the same rows and splits, in one table.

    python -m benchmarks themes MATERIAL [--out docs/themes-benchmark.md] [--model DIR] [--only NAME,NAME]

Three tasks: inspection reports (five folds by authority), written statements of other genres (each genre by what the
others teach), and recommendations of the second subject (sessions 1-3 teach, 4-5 are coded). Only findings count, in
their true kind. What learns sees the other folds alone. The shipped model was trained on the coded statements of the
first two tasks, so its rows are marked `seen`; `--model` names a folder with one trained without them. Every method
runs in a process of its own: seconds and peak memory are that process's, data and libraries included.
CorEx and BERTopic are measured where they are installed (benchmarks/requirements.txt).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union

from pipeline.codebook import Codebook, load_codebook
from pipeline.themes.cascade import Cascade
from pipeline.themes.classifier import Example
from pipeline.themes.coder import CodebookCoder, build_coder, learn
from pipeline.themes.rows import Row, lead
from pipeline.themes.student import load_student

CONFIGS = Path(__file__).parents[1] / "configs"
Bools = NDArray[np.bool_]
HELD_GENRES = ("audits_overseas", "news", "spoken_minutes")


def apart(authority: str) -> bool:
    """Return whether training keeps an authority apart: by a hash of its name, as in training/data.py."""
    return int(hashlib.sha256(authority.encode()).hexdigest()[:8], 16) / 2**32 < 0.2


@dataclass(frozen=True)
class Task:
    """Coded findings of one subject: rows, themes (rows by codebook), and the fold that each row is held out in."""

    name: str
    codebook: Codebook
    rows: list[Row]
    coded: Bools
    fold: NDArray[np.int64]
    tested: tuple[int, ...]
    seen: bool

    def examples(self, at: NDArray[np.int64]) -> list[Example]:
        """Return rows as what a coder learns from."""
        ids = self.codebook.ids
        return [
            Example(self.rows[i], frozenset(t for t, has in zip(ids, self.coded[i], strict=True) if has)) for i in at
        ]


def task(name: str, book: Codebook, rows: list[tuple[Row, list[str], str]], seen: bool, train_on: set[str]) -> Task:
    """Build a task from (row, themes, group) triples; groups of `train_on` are never tested."""
    groups = sorted({group for *_, group in rows})
    number = {g: i if len(groups) <= 10 else i % FOLDS for i, g in enumerate(groups)}
    coded = np.array([[t in themes for t in book.ids] for _, themes, _ in rows])
    tested = tuple(sorted({number[g] for g in groups if g not in train_on}))
    return Task(name, book, [r for r, *_ in rows], coded, np.array([number[g] for *_, g in rows]), tested, seen)


def tasks(material: Path) -> list[Task]:
    """Return the tasks that the material holds."""
    book = load_codebook(CONFIGS / "codebook.yml")
    found = []
    for name, paths, group in (
        ("reports", [material / "gold" / "ofsted_statements.jsonl"], "authority"),
        ("other genres", sorted((material / "gold" / "written").glob("*.jsonl")), "genre"),
    ):
        rows = [
            {"genre": path.stem} | json.loads(line)
            for path in paths
            if path.exists()
            for line in path.open(encoding="utf-8")
        ]
        kept = [(_row(r), r["themes"], str(r[group])) for r in rows if r["kind"] != "context"]
        if kept:
            found.append(task(name, book, kept, True, set()))
    path = material / "upr" / "recommendations_sessions_1_5.csv"
    if path.exists():
        book = load_codebook(CONFIGS / "codebooks" / "upr.yml")
        ids = {theme.label: theme.id for theme in book.themes}
        coded = list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))
        kept = [(Row(r["text"]), [ids[i] for i in r["issues"].split(";")], r["session"]) for r in coded]
        found.append(task("recommendations", book, kept, False, {"1", "2", "3"}))
    return found


def _row(said: dict[str, Any]) -> Row:
    return Row(said["text"], "", said.get("heading") or "", said.get("paragraph") or said.get("context") or "")


Method = Callable[[Task, NDArray[np.int64], NDArray[np.int64], Path | None], Bools]


def _coder(task: Task, model: bool, place: Path | None) -> CodebookCoder:
    return build_coder(task.codebook, load_student(place) if model else None, place)


def terms(task: Task, train: NDArray[np.int64], test: NDArray[np.int64], place: Path | None) -> Bools:
    """Code by the codebook's terms alone."""
    return _coder(task, False, place).weigh([task.rows[i] for i in test]).shares >= 0.5


def model(task: Task, train: NDArray[np.int64], test: NDArray[np.int64], place: Path | None) -> Bools:
    """Code by the learned model alone, by its own thresholds."""
    student = load_student(place)
    _, shares = student.probabilities([task.rows[i] for i in test])
    out = np.zeros((len(test), len(task.codebook.ids)), bool)
    for column, theme in enumerate(task.codebook.ids):
        if theme in student.theme_ids:
            at = student.theme_ids.index(theme)
            out[:, column] = shares[:, at] >= student.thresholds[at]
    return out


def both(task: Task, train: NDArray[np.int64], test: NDArray[np.int64], place: Path | None) -> Bools:
    """Code by terms and model: the default."""
    return _coder(task, True, place).weigh([task.rows[i] for i in test]).shares >= 0.5


def terms_and_gold(task: Task, train: NDArray[np.int64], test: NDArray[np.int64], place: Path | None) -> Bools:
    """Code by the terms and what coded statements teach beside them: --gold, for a codebook that no model knows."""
    taught = learn(_coder(task, False, place), task.examples(train))
    return taught.weigh([task.rows[i] for i in test]).shares >= 0.5


def teacher(task: Task, train: NDArray[np.int64], test: NDArray[np.int64], place: Path | None) -> Bools:
    """Code by terms and the large model alone (the extra `semantic`)."""
    from pipeline.themes.semantic import load_teacher

    return build_coder(task.codebook, load_teacher(place), place).weigh([task.rows[i] for i in test]).shares >= 0.5


def cascade(task: Task, train: NDArray[np.int64], test: NDArray[np.int64], place: Path | None) -> Bools:
    """Code by terms and both models: the large one where the small one is in doubt."""
    from pipeline.themes.semantic import load_teacher

    models = Cascade(load_student(place), load_teacher(place))
    return build_coder(task.codebook, models, place).weigh([task.rows[i] for i in test]).shares >= 0.5


def regression(task: Task, train: NDArray[np.int64], test: NDArray[np.int64], place: Path | None) -> Bools:
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


def similarity(task: Task, train: NDArray[np.int64], test: NDArray[np.int64], place: Path | None) -> Bools:
    """Code by likeness of words to the definitions (zero-shot); the cut that is best on the other folds."""
    texts, defined = [lead(row) for row in task.rows], _definitions(task.codebook)
    weights = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit([*texts, *defined])
    shares = (weights.transform(texts) @ weights.transform(defined).T).toarray()
    cuts = np.linspace(0.02, 0.4, 39)
    best = max(cuts, key=lambda cut: micro_f1(task.coded[train], shares[train] >= cut))
    return np.asarray(shares[test] >= best)


def corex(task: Task, train: NDArray[np.int64], test: NDArray[np.int64], place: Path | None) -> Bools:
    """Code by CorEx topics anchored in the words of the definitions (Gallagher and others 2017)."""
    from corextopic import corextopic
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(stop_words="english", max_features=8_000, binary=True)
    counts = counter.fit_transform([lead(row) for row in task.rows])
    names = list(counter.get_feature_names_out())
    split = counter.build_analyzer()
    anchors = [sorted({w for w in split(text) if w in set(names)}) for text in _definitions(task.codebook)]
    found = corextopic.Corex(n_hidden=len(anchors), seed=1).fit(counts, words=names, anchors=anchors, anchor_strength=4)
    return np.asarray(found.labels[test], bool)


def bertopic(task: Task, train: NDArray[np.int64], test: NDArray[np.int64], place: Path | None) -> Bools:
    """Code by BERTopic, zero-shot by the labels and definitions of the codebook."""
    from bertopic import BERTopic

    named = dict(zip(_definitions(task.codebook), range(len(task.codebook.ids)), strict=True))
    topics = BERTopic(zeroshot_topic_list=list(named), zeroshot_min_similarity=0.3, min_topic_size=15)
    texts = [lead(row) for row in task.rows]
    label, _ = topics.fit_transform(texts)
    names = topics.topic_labels_
    out = np.zeros((len(texts), len(named)), bool)
    for i, topic in enumerate(label):
        if names.get(topic) in named:
            out[i, named[names[topic]]] = True
    return out[test]


METHODS: dict[str, tuple[str, Method]] = {
    "terms": ("terms of the codebook alone", terms),
    "model": ("model alone (student)", model),
    "both": ("**terms and model (default)**", both),
    "cascade": ("terms and both models (`cluster.model: semantic`)", cascade),
    "teacher": ("terms and large model alone", teacher),
    "gold": ("**terms and coded statements (`--gold`)**", terms_and_gold),
    "regression": ("logistic regression, TF-IDF words and characters", regression),
    "similarity": ("likeness to the definitions (zero-shot)", similarity),
    "corex": ("CorEx, anchored", corex),
    "bertopic": ("BERTopic, zero-shot", bertopic),
}
USES_MODEL = {"model", "both", "cascade", "teacher"}


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
    said = np.zeros(task.coded.shape, bool)
    for number in task.tested:
        test = np.flatnonzero(task.fold == number)
        others = ~np.isin(task.fold, task.tested) if len(set(task.fold)) > len(task.tested) else task.fold != number
        said[test] = method(task, np.flatnonzero(others), test, place)
    at = np.isin(task.fold, task.tested)
    return {
        "task": task.name,
        "statements": int(at.sum()),
        "micro_f1": round(micro_f1(task.coded[at], said[at]), 3),
        "macro_f1": round(macro_f1(task.coded[at], said[at]), 3),
        "seconds": round(time.perf_counter() - clock, 1),
    }


def one(name: str, material: Path, place: Path | None) -> None:
    """Print one JSON line for each task that a method can do."""
    for job in tasks(material):
        if name in USES_MODEL and not set(load_student(place).theme_ids) & set(job.codebook.ids):
            continue
        line = measure(job, METHODS[name][1], place) | {"seen": job.seen and name in USES_MODEL and place is None}
        line["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        sys.stdout.write(json.dumps(line) + "\n")


def page(lines: dict[str, list[dict[str, Any]]]) -> str:
    """Return the table as Markdown."""
    head = "| task | method | micro F1 | macro F1 | seconds | peak memory, MB |\n|---|---|---|---|---|---|\n"
    order = list(dict.fromkeys(line["task"] for found in lines.values() for line in found))
    body = "".join(
        f"| {line['task']} ({line['statements']:,}) | {METHODS[name][0]}{' †' if line['seen'] else ''} "
        f"| {line['micro_f1']:.3f} | {line['macro_f1']:.3f} | {line['seconds']} | {line['peak_mb']} |\n"
        for job in order
        for name, found in lines.items()
        for line in found
        if line["task"] == job
    )
    return head + body


def main() -> None:
    """Measure every method in a process of its own and write the page's table between its marks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("material", type=Path)
    parser.add_argument("--out", type=Path, help="page whose table is renewed")
    parser.add_argument("--model", type=Path, help="folder of a model that was trained without the tested rows")
    parser.add_argument("--only", default=",".join(METHODS), help="methods, joined by commas")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one, options.material, options.model)
        return
    lines: dict[str, list[dict[str, Any]]] = {}
    for name in options.only.split(","):
        call = [sys.executable, "-m", "benchmarks.themes", str(options.material), "--one", name]
        call += ["--model", str(options.model)] if options.model else []
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(f"{name}: {done.stderr.strip().splitlines()[-1]}\n")
            continue
        lines[name] = [json.loads(line) for line in done.stdout.splitlines()]
        sys.stdout.write("".join(f"{json.dumps({'method': name} | line)}\n" for line in lines[name]))
        sys.stdout.flush()
    if options.out:
        begin, end = "<!-- table -->\n", "<!-- end of table -->"
        before, _, rest = options.out.read_text(encoding="utf-8").partition(begin)
        options.out.write_text(before + begin + page(lines) + end + rest.partition(end)[2], encoding="utf-8")


if __name__ == "__main__":
    main()

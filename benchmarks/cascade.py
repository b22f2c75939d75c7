"""What the large model adds where the small one is in doubt, what it costs, and what asking it about everything would.

    python -m benchmarks cascade MATERIAL [--out docs/themes-benchmark.md] [--held-out] [--model DIR]

Ways: the small model alone, both where it is in doubt (`cluster.model: semantic`), both on every row, the large one
alone; each with the codebook's terms. Sets: the five seed documents, which no training has read, and with --held-out
the rows that training keeps apart (a fifth of the authorities, three genres), which the shipped models have not read
either; --model names a folder of other models. Kinds are the models' own, without the rules; themes are those of
findings in their true kind. Seconds are of one processor, terms included.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks._pages import renew
from benchmarks.themes import CONFIGS, HELD_GENRES, apart, coded_row, macro_f1, micro_f1
from pipeline.codebook import Codebook, load_codebook
from pipeline.themes.cascade import Cascade, Doubt
from pipeline.themes.coder import ModelKinds, build_coder
from pipeline.themes.rows import CONTEXT_WIDTH, KINDS, Coder, Row, plain
from pipeline.themes.semantic import load_teacher
from pipeline.themes.student import load_student

EVERYTHING = Doubt(kind=2.0, low=-1.0, high=2.0)


@dataclass(frozen=True)
class Set:
    """Coded statements: what a model reads, the kind's place in KINDS, themes by the codebook."""

    name: str
    rows: list[Row]
    kinds: NDArray[np.int64]
    themes: NDArray[np.bool_]


class Counted:
    """A model that counts the rows that it is asked about."""

    def __init__(self, model: Coder) -> None:
        self.name, self.version, self.theme_ids = model.name, model.version, model.theme_ids
        self.model, self.asked = model, 0

    def probabilities(self, rows: Sequence[Row]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what the model says."""
        self.asked += len(rows)
        return self.model.probabilities(rows)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _set(name: str, book: Codebook, rows: list[Row], said: list[dict[str, Any]]) -> Set:
    themes = np.array([[theme_id in one["themes"] for theme_id in book.ids] for one in said])
    return Set(name, rows, np.array([KINDS.index(one["kind"]) for one in said]), themes)


def sets(material: Path, book: Codebook, held_out: bool) -> Iterator[Set]:
    """Yield the seeds, and with `held_out` what training keeps apart."""
    said = _lines(material / "gold" / "seeds.jsonl")
    texts = {path.name: path.read_text("utf-8") for path in (material / "seeds").glob("*.txt")}
    yield _set("five documents", book, [_of_seed(texts[one["file"]], one) for one in said], said)
    if held_out:
        said = [one for one in _lines(material / "gold" / "ofsted_statements.jsonl") if apart(one["authority"])]
        yield _set("reports", book, [coded_row(one) for one in said], said)
        said = [one for genre in HELD_GENRES for one in _lines(material / "gold" / "written" / f"{genre}.jsonl")]
        yield _set("other genres", book, [coded_row(one) for one in said], said)


def _of_seed(text: str, one: dict[str, Any]) -> Row:
    before = " ".join(text[max(0, one["start"] - 300) : one["start"]].split())[-CONTEXT_WIDTH:]
    return Row(plain(text[one["start"] : one["end"]]), before=before)


def measure(data: Set, book: Codebook, way: str, place: Path | None) -> dict[str, Any]:
    """Return the figures of one way on one set."""
    small, large = load_student(place), Counted(load_teacher(place))
    models: dict[str, Coder | Cascade] = {
        "small": small,
        "doubt": Cascade(small, large),
        "both": Cascade(small, large, EVERYTHING),
        "large": large,
    }
    finding = np.flatnonzero(data.kinds != KINDS.index("context"))
    coder = build_coder(book, models[way], place)
    clock = time.process_time()
    kinds = ModelKinds(models[way]).kind_probabilities(data.rows).argmax(axis=1)
    for_kinds = large.asked
    themes = coder.weigh([data.rows[int(i)] for i in finding]).shares >= 0.5
    return {
        "set": data.name,
        "statements": len(data.rows),
        "findings": len(finding),
        "way": way,
        "asked_kind": round(for_kinds / len(data.rows), 3),
        "asked_theme": round((large.asked - for_kinds) / len(finding), 3),
        "kind": round(float((kinds == data.kinds).mean()), 3),
        "micro_f1": round(micro_f1(data.themes[finding], themes), 3),
        "macro_f1": round(macro_f1(data.themes[finding], themes), 3),
        "seconds": round(time.process_time() - clock, 1),
    }


WAYS = {
    "small": "small model (default)",
    "doubt": "**both where in doubt (`semantic`)**",
    "both": "both on every row",
    "large": "large model alone",
}


def page(lines: list[dict[str, Any]]) -> str:
    """Return the table as Markdown."""
    head = (
        "| statements | way | asked for kind, for themes | kind | themes: micro, macro F1 | seconds |\n"
        "|---|---|---|---|---|---|\n"
    )
    named = {"small": "{set} ({statements:,})"}
    return head + "".join(
        f"| {named.get(one['way'], '').format(**one)} | {WAYS[one['way']]} "
        f"| {one['asked_kind']:.2f}, {one['asked_theme']:.2f} | {one['kind']:.3f} "
        f"| {one['micro_f1']:.3f}, {one['macro_f1']:.3f} | {one['seconds']} |\n"
        for one in lines
    )


def main() -> None:
    """Measure every way on every set; one JSON line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("material", type=Path)
    parser.add_argument("--out", type=Path, help="page whose table is renewed")
    parser.add_argument("--model", type=Path, help="folder of models other than the shipped ones")
    parser.add_argument("--held-out", action="store_true", help="code the rows that training keeps apart, too")
    options = parser.parse_args()
    book = load_codebook(CONFIGS / "codebook.yml")
    lines = []
    for data in sets(options.material, book, options.held_out):
        for way in WAYS:
            lines.append(measure(data, book, way, options.model))
            sys.stdout.write(json.dumps(lines[-1]) + "\n")
            sys.stdout.flush()
    if options.out:
        renew(options.out, "<!-- cascade -->\n", "<!-- end of cascade -->", page(lines))


if __name__ == "__main__":
    main()

"""How fast text becomes statements: megabytes and statements a second on one core, one JSON line a way of doing it.

    python benchmarks/segment.py FOLDER [--documents N]

FOLDER is a folder of text files, or of a finished run (its blocks are read back). Reading is not counted.
`sentencizer` is spaCy's rule-based splitter, which cuts sentences and does nothing else; `cut` does the same work
here. Seconds are those of the process; `loop` is a plain Python loop's speed in the same minute, to compare machines.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import yaml
from threadpoolctl import threadpool_limits

from pipeline.config import load_yaml
from pipeline.readers.text import build_blocks
from pipeline.segment import AgencyRules, BlockRow, KindModel, KindRules, SegmentSettings, segment
from pipeline.segment.cutting import cut_blocks
from pipeline.themes.coder import ModelKinds, load_model

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
Document = list[BlockRow]


def documents(folder: Path, most: int) -> list[Document]:
    """Return the blocks of the documents of a folder."""
    stored = folder / "stages" / "blocks.parquet"
    if stored.exists():
        return _of_run(stored, most)
    found = []
    for path in sorted(folder.rglob("*.txt"))[:most]:
        at, rows = 0, []
        for number, block in enumerate(build_blocks(path.read_text(encoding="utf-8"), markdown=True), start=1):
            rows.append(BlockRow(number, block.kind, block.level, block.marker, block.page, at, block.text))
            at += len(block.text) + 1
        found.append(rows)
    return found


def _of_run(stored: Path, most: int) -> list[Document]:
    names = ["doc_id", "block_no", "kind", "level", "marker", "page", "start", "text"]
    by_document: dict[str, Document] = {}
    for row in pq.read_table(stored, columns=names).to_pylist():
        if row["kind"] != "furniture":
            by_document.setdefault(row["doc_id"], []).append(BlockRow(*(row[name] for name in names[1:])))
    return list(by_document.values())[:most]


def measure(name: str, found: list[Document], work: Callable[[Document], int]) -> None:
    """Do a kind of work on every document and print what it took."""
    work(found[0])  # what is made once is not counted
    megabytes = sum(len(block.text.encode()) for document in found for block in document) / 1e6
    clock = time.process_time()
    statements = sum(map(work, found))
    seconds = time.process_time() - clock
    rates = {"mb_per_second": round(megabytes / seconds, 3), "statements_per_second": round(statements / seconds)}
    print(json.dumps({"name": name, "mb": round(megabytes, 2), "statements": statements, **rates}), flush=True)


def segmenter(model: KindModel | None) -> Callable[[Document], int]:
    """Return the whole stage, with or without a model."""
    rules = KindRules.build(yaml.safe_load((CONFIGS / "kinds.yml").read_text(encoding="utf-8")))
    agencies = AgencyRules.build(load_yaml(CONFIGS / "agencies.yml").value)
    settings = SegmentSettings(agencies=agencies)
    return lambda document: len(segment(document, settings, rules, model))


def sentencizer() -> Callable[[Document], int]:
    """Return spaCy's rule-based splitter."""
    import spacy

    language = spacy.blank("en")
    language.add_pipe("sentencizer")
    return lambda document: sum(len(list(doc.sents)) for doc in language.pipe(block.text for block in document))


def loop() -> float:
    """Return how many million steps of a plain loop this process does in a second."""
    clock = time.process_time()
    held, total = dict.fromkeys(range(1000), 1), 0
    for step in range(1_000_000):
        total += held[step % 1000]
    return round(1 / (time.process_time() - clock), 1)


def main() -> None:
    """Measure every way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=40)
    options = parser.parse_args()
    threadpool_limits(1)  # as in a run: idle threads would count as seconds of the process
    found = documents(options.folder, options.documents)
    print(json.dumps({"name": "loop", "million_steps_per_second": loop()}))
    measure("cut", found, lambda document: len(cut_blocks(document)))
    measure("segment, rules", found, segmenter(None))
    model = load_model("default")
    measure("segment, rules and model", found, segmenter(ModelKinds(model) if model else None))
    measure("sentencizer", found, sentencizer())
    print(json.dumps({"name": "loop", "million_steps_per_second": loop()}))


if __name__ == "__main__":
    main()

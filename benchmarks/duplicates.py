"""Finding copies among many articles: documents a second, memory, and how many copies are found, on made-up text.

    python benchmarks/duplicates.py [DOCUMENTS ...]

Articles of 250 to 600 words over ten years; a fifth are copies of one published up to a week before, a third of those
cut to between a third and two thirds; every tenth ends in the same stock text. Prints one JSON object a size; `false`
counts documents taken for copies that are none.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import resource
import time
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.ingest import DuplicateSettings
from pipeline.ingest.duplicates import find_copies
from pipeline.ingest.shingle_index import shingles_of

WORDS = [f"{a}{b}{c}" for a in "bcdfghklmnprst" for b in ("ar", "el", "in", "or", "us") for c in ("", "ed", "ing", "s")]


def text(seed: str, count: int) -> str:
    """Return words that depend on the seed alone."""
    return " ".join(random.Random(seed).choices(WORDS, k=count))


def articles(documents: int) -> Iterator[tuple[str, str, int, str]]:
    """Yield (doc_id, doc_id of the original or blank, day, text)."""
    draw = random.Random(1)
    stock = text("stock", 60)
    recent: list[tuple[str, int, str]] = []
    for number in range(documents):
        day = number * 3650 // documents
        name = f"{number:08d}"
        if recent and draw.random() < 0.2:
            original, first, body = draw.choice(recent)
            words = body.split()
            part = draw.uniform(1 / 3, 2 / 3) if draw.random() < 1 / 3 else 1.0
            yield name, original, max(day, first), " ".join(words[: int(part * len(words))])
            continue
        body = text(name, draw.randint(250, 600)) + (f" {stock}" if number % 10 == 0 else "")
        recent = [row for row in recent[-50:] if row[1] > day - 7] + [(name, day, body)]
        yield name, "", day, body


def measure(documents: int) -> dict[str, object]:
    """Return the figures for so many documents."""
    rows: list[dict[str, str]] = []
    truth: dict[str, str] = {}
    shingles: list[tuple[str, NDArray[np.uint64]]] = []
    spent = 0.0
    for name, original, day, body in articles(documents):
        date = (dt.date(2010, 1, 1) + dt.timedelta(days=day)).isoformat()
        rows.append({"doc_id": name, "source_type": "news", "published_earliest": date, "published_latest": date})
        if original:
            truth[name] = original
        begun = time.process_time()
        shingles.append((name, shingles_of(body)))
        spent += time.process_time() - begun
    table = pa.Table.from_pylist(rows)
    begun = time.process_time()
    found = find_copies(table, shingles, DuplicateSettings())
    matched = time.process_time() - begun
    return {
        "documents": documents,
        "copies": len(truth),
        "found": round(sum(name in found for name in truth) / max(1, len(truth)), 4),
        "false": sum(name not in truth for name in found),
        "shingling_documents_per_second": round(documents / spent),
        "matching_documents_per_second": round(documents / matched),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="*", type=int, default=[1_000, 10_000])
    for documents in parser.parse_args().documents:
        print(json.dumps(measure(documents)), flush=True)


if __name__ == "__main__":
    main()

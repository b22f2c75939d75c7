"""How well the codebooks' terms alone code statements: F1 against hand-coded material, one JSON line a data set.

    python benchmarks/lexicon.py MATERIAL [--themes]

MATERIAL holds gold/ofsted_statements.jsonl, gold/written/*.jsonl, gold/seeds.jsonl with seeds/, and upr/; a set that is
not there is left out. Only findings count (kind other than context). `half` tells on which half of the authorities,
genres or sessions the terms were developed: "developed" figures flatter, "kept apart" figures do not.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import load_codebook
from pipeline.themes.lexicon import FOUND, Lexicon, compile_lexicon, scores

CONFIGS = Path(__file__).parents[1] / "configs"
DEVELOPED_GENRES = {"criminal_justice", "education_homes_nations", "spoken_minutes", "news"}
DEVELOPED_SESSIONS = {"1", "2", "3"}


@dataclass
class DataSet:
    """Coded statements: texts, stems, sections, and the set of theme ids of each."""

    name: str
    half: str
    texts: list[str] = field(default_factory=list)
    stems: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    themes: list[set[str]] = field(default_factory=list)

    def add(self, text: str, themes: set[str], stem: str = "", section: str = "") -> None:
        """Append one coded statement."""
        self.texts.append(text)
        self.themes.append(themes)
        self.stems.append(stem)
        self.sections.append(section)


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON Lines file; none where there is no file."""
    return [json.loads(line) for line in path.open(encoding="utf-8")] if path.exists() else []


def reports(material: Path) -> Iterator[DataSet]:
    """Yield the statements of inspection reports, in two halves by authority."""
    rows = read_jsonl(material / "gold" / "ofsted_statements.jsonl")
    developed = set(sorted({str(row["authority"]) for row in rows})[::2])
    for half, inside in (("developed", True), ("kept apart", False)):
        found = DataSet("reports", half)
        for row in rows:
            if row["kind"] != "context" and (row["authority"] in developed) == inside:
                found.add(str(row["text"]), set(row["themes"]), section=str(row["heading"]))
        yield found


def genres(material: Path) -> Iterator[DataSet]:
    """Yield the written statements, genre by genre."""
    for path in sorted((material / "gold" / "written").glob("*.jsonl")):
        found = DataSet(path.stem, "developed" if path.stem in DEVELOPED_GENRES else "kept apart")
        for row in read_jsonl(path):
            if row["kind"] != "context":
                found.add(str(row["text"]), set(row["themes"]), section=str(row.get("heading", "")))
        yield found


def seeds(material: Path) -> Iterator[DataSet]:
    """Yield the statements of the five first texts; a list item is read with the line above that ends in a colon."""
    found, stem = DataSet("seeds", "kept apart"), ""
    for row in read_jsonl(material / "gold" / "seeds.jsonl"):
        source = (material / "seeds" / str(row["file"])).read_text(encoding="utf-8")
        text = source[row["start"] : row["end"]]
        if not row["bullet"]:
            stem = text if text.rstrip().endswith(":") else ""
        if row["kind"] != "context":
            found.add(text, set(row["themes"]), stem=stem if row["bullet"] else "")
    yield found


def recommendations(material: Path, ids: dict[str, str]) -> Iterator[DataSet]:
    """Yield the recommendations of the second subject, sessions 1-3, 4-5 and all; `ids` by label."""
    path = material / "upr" / "recommendations_sessions_1_5.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig", newline=""))) if path.exists() else []
    for half in ("developed", "kept apart", "all"):
        found = DataSet("recommendations", half)
        for row in rows:
            if half == "all" or (row["session"] in DEVELOPED_SESSIONS) == (half == "developed"):
                found.add(row["text"], {ids[label] for label in row["issues"].split(";")})
        yield found


def f1(true: NDArray[np.bool_], said: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return F1 by column; 0 where nothing is true or said."""
    hit, total = (true & said).sum(0), true.sum(0) + said.sum(0)
    return np.asarray(2 * hit / np.maximum(1, total))


def measure(data: DataSet, lexicon: Lexicon, by_theme: bool) -> dict[str, object]:
    """Return one line of figures; macro F1 is over the themes that occur at least three times, coded or said."""
    begin = time.process_time()
    said = scores(lexicon, data.texts, data.stems, data.sections) >= FOUND
    seconds = time.process_time() - begin
    true = np.array([[theme in themes for theme in lexicon.theme_ids] for themes in data.themes])
    each = f1(true, said)
    enough = (true | said).sum(0) >= 3
    line: dict[str, object] = {
        "data": data.name,
        "half": data.half,
        "statements": len(data.texts),
        "micro_f1": round(float(f1(true.reshape(-1, 1), said.reshape(-1, 1))[0]), 3),
        "macro_f1": round(float(each[enough].mean()), 3),
        "precision": round(float((true & said).sum() / max(1, said.sum())), 3),
        "recall": round(float((true & said).sum() / max(1, true.sum())), 3),
        "statements_per_cpu_second": round(len(data.texts) / seconds),
    }
    if by_theme:
        line["f1"] = {theme: round(float(value), 3) for theme, value in zip(lexicon.theme_ids, each, strict=True)}
    return line


def main() -> None:
    """Measure every data set that the material holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("material", type=Path)
    parser.add_argument("--themes", action="store_true", help="F1 of each theme too")
    options = parser.parse_args()
    protection = compile_lexicon(load_codebook(CONFIGS / "codebook.yml"))
    review = load_codebook(CONFIGS / "codebooks" / "upr.yml")
    labels = {theme.label: theme.id for theme in review.themes}
    jobs = [(protection, data) for source in (reports, genres, seeds) for data in source(options.material)]
    jobs += [(compile_lexicon(review), data) for data in recommendations(options.material, labels)]
    for lexicon, data in jobs:
        if data.texts:
            sys.stdout.write(json.dumps(measure(data, lexicon, options.themes)) + "\n")


if __name__ == "__main__":
    main()

"""Dating measured: years, days and intervals against an index, and what each fact of the timeline is worth.

python benchmarks/dating.py FOLDER INDEX.csv        every file named in INDEX.csv (columns file, publication_date)
python benchmarks/dating.py FOLDER INDEX.csv --leave-one-out   also dates each file without each fact that it uses
... --without-properties                            as if files said nothing of themselves
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from pathlib import Path

from pipeline.config import load_yaml
from pipeline.dating import Dated, DatingInput, Timeline, date_document
from pipeline.dating.mentions import find_mentions
from pipeline.dating.page import lines_of, sentences_of
from pipeline.readers.dispatch import ReadOptions, read

ROOT = Path(__file__).resolve().parents[1]


def documents(folder: Path, index: Path, *, properties: bool) -> Iterator[tuple[str, str, DatingInput]]:
    """Yield name, true date and dating input of each readable file in the index; its name is kept from dating."""
    with index.open(encoding="utf-8-sig", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["publication_date"]]
    for row in rows:
        path = folder / row["file"]
        for parsed in read(path.read_bytes(), path.name, ReadOptions()).documents[:1]:
            clues = tuple(clue for clue in parsed.date_clues if properties or clue.origin != "property")
            yield row["file"], row["publication_date"], DatingInput(parsed.blocks, "", clues, parsed.source_type)


def inside(found: Dated, truth: str) -> bool:
    """Tell whether the true date, as far as it is stated, lies in the interval."""
    if not (found.earliest and found.latest):
        return False
    size = len(truth)
    return found.earliest.isoformat()[:size] <= truth <= found.latest.isoformat()[:size]


def main() -> None:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("--leave-one-out", action="store_true")
    parser.add_argument("--without-properties", action="store_true")
    options = parser.parse_args()
    timeline = Timeline.build(load_yaml(ROOT / "configs" / "timeline.yml").value)
    counts = dict.fromkeys(("documents", "year_right", "year_wrong", "undated", "day_right", "inside"), 0)
    misses: list[tuple[str, str, str]] = []
    lost: dict[str, list[str]] = {}
    used: dict[str, set[str]] = {}
    for name, truth, given in documents(options.folder, options.index, properties=not options.without_properties):
        found = date_document(given, timeline)
        right = found.year == truth[:4]
        counts["documents"] += 1
        counts["year_right"] += right
        counts["undated"] += not found.year
        counts["year_wrong"] += bool(found.year) and not right
        counts["day_right"] += found.published == truth
        counts["inside"] += inside(found, truth)
        if not right:
            misses.append((name, truth, found.year))
        if options.leave_one_out:
            sentences = list(sentences_of(lines_of(given.blocks)))
            silent = {fact.id for fact in timeline.facts if fact.expected_where}
            for fact in sorted(silent | {mention.fact.id for mention in find_mentions(sentences, timeline)}):
                used.setdefault(fact, set()).add(name)
                without = date_document(given, timeline.without(fact))
                if right and without.year != truth[:4]:
                    lost.setdefault(name, []).append(fact)
    report: dict[str, object] = {**counts, "misses": misses[:20]}
    if options.leave_one_out:
        report["facts_that_a_year_hangs_on"] = lost
        report["facts_mentioned_or_expected"] = {fact: len(names) for fact, names in sorted(used.items())}
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()

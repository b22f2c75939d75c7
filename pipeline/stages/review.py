"""The coding kit and its evaluation on a finished run: what to code, and how people and pipeline compare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline.codebook import Codebook, Theme, load_codebook
from pipeline.errors import FindingsError, UsageError
from pipeline.stages.checked import Checked, corrections
from pipeline.stages.loaded import Run
from pipeline.tables.schema import UNDATED
from pipeline.validate import Aligned, CodedStatement, Gold, align
from pipeline.validate.performance import learning_curve
from pipeline.validate.sampling import Design, draw_sample

_TEXTS_BEFORE = 2


def run_codebook(run: Run) -> Codebook:
    """Return the codebook of a run: from its file where that still says the same, else from the table of themes."""
    said = run.about.get("codebook", {})
    try:
        book = load_codebook(Path(said.get("path", "")))
        if book.sha256 == said.get("sha256"):
            return book
    except (FindingsError, OSError):
        pass
    rows = run.themes[run.themes["origin"] == "codebook"]
    return Codebook(tuple(Theme(r.theme_id, r.theme_label, r.definition) for r in rows.itertuples()))


def documents_of(run: Run) -> pd.DataFrame:
    """Return doc_id, year (the one that counts, or 'undated') and source_type of each document."""
    docs = run.documents
    covered = run.about.get("settings", {}).get("tabulate", {}).get("year") == "covered"
    year = docs["covers_to"].str[:4] if covered else docs["year"]
    return docs[["doc_id", "source_type"]].assign(year=year.replace("", UNDATED))


def sample_of(run: Run, design: Design) -> pd.DataFrame:
    """Return a sample of the run's statements with what coders need to see; UsageError where there is nothing."""
    statements = run.table("statements").merge(documents_of(run), on="doc_id", validate="many_to_one")
    if statements.empty:
        raise UsageError("has no statements", place=str(run.path), remedy="Run it on documents that can be read")
    after = statements.groupby("doc_id", sort=False)["text"].shift(-1).fillna("")
    return draw_sample(statements.assign(before=_neighbours(statements), after=after), design)


def _neighbours(statements: pd.DataFrame) -> pd.Series:
    """Return the text of the statements before each one, of the same document."""
    parts = statements.groupby("doc_id", sort=False)["text"]
    before = parts.shift(_TEXTS_BEFORE).fillna("") + " " + parts.shift(1).fillna("")
    return before.str.strip()


def align_run(run: Run, gold: Gold) -> Aligned:
    """Return the statements of a finished run that the rows of a gold file mean."""
    return align(gold, [pa.Table.from_pandas(run.table("statements"), preserve_index=False)])


def learning(run: Run, statements: Sequence[CodedStatement], seed: int) -> list[dict[str, Any]]:
    """Return the learning curve of the corrected shares: see validate.performance.learning_curve."""
    drawn = [one for one in statements if one.inclusion_probability is not None]
    if not drawn:
        return []
    docs = documents_of(run)
    made = run.table("statements")
    sizes = made.groupby("doc_id").size(), made[made["kind"] != "context"].groupby("doc_id").size()
    for name, counts in zip(("statements", "findings"), sizes, strict=True):
        docs[name] = docs["doc_id"].map(counts).fillna(0).astype("int64")
    counts = run.table("document_themes")[["doc_id", "theme_id", "findings"]].merge(
        docs[["doc_id", "year"]], on="doc_id"
    )
    themes = run_codebook(run).ids
    order = np.random.default_rng(seed).permutation(len(drawn))

    def width_at(part: float) -> dict[str, float]:
        used = [drawn[at] for at in sorted(order[: max(1, round(part * len(drawn)))])]
        found = corrections(Checked("", used, ()), docs, counts, themes, part=part)
        widths = pd.DataFrame([(t, c.high - c.low) for (_, t), c in found.items()], columns=["theme_id", "width"])
        return {str(t): float(w) for t, w in widths.dropna().groupby("theme_id")["width"].mean().items()}

    return learning_curve(width_at, len(drawn))

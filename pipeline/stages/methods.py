"""methods.md, validation.md and CITATION.cff of a run, from its tables."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

import pipeline
from pipeline.stages.assemble import Assembly
from pipeline.stages.checked import Checked
from pipeline.stages.keys import library_versions
from pipeline.tables import write_text
from pipeline.themes.combine import held_out_figures
from pipeline.validate import Gold
from pipeline.validate.agreement import agreement
from pipeline.validate.methods import About, citation, methods, validation

_READ = ("coverage", "rejects", "themes", "theme_year", "theme_year_corrected", "trends", "template_breaks")
_DOCUMENTS = ["source_type", "words", "year", "duplicate_of", "date_method"]


def write_methods(run: Assembly, gold: Gold | None, checked: Checked) -> None:
    """Write the three files beside the report."""
    folder, book = run.out / "stages", run.resources.codebook
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in (*_READ, "performance", "calibration")}
    tables["documents"] = pd.read_parquet(folder / "documents.parquet", columns=_DOCUMENTS)
    about = About(
        version=pipeline.__version__,
        codebook={"name": book.name, "version": book.version, "sha256": book.sha256},
        model=run.resources.coder.version,
        seed=run.settings.seed,
        year=run.settings.tabulate.year,
        libraries=library_versions(),
        breaks=run.settings.tabulate.breaks,
        gold=checked.name,
        gold_rows=len(checked.statements),
        faults=checked.faults,
        held_out=held_out_figures(run.resources.coder.model.name) if run.resources.coder.model else {},
    )
    coders = [asdict(one) for one in agreement(gold.rows, book.ids, run.settings.seed)] if gold else []
    write_text(run.out / "methods.md", methods(about, tables))
    write_text(run.out / "validation.md", validation(about, tables, coders))
    write_text(run.out / "CITATION.cff", citation(about))

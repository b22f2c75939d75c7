"""The emergent themes of a run, as rows: found, matched with those of an earlier run, counted by year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.cluster import Coded, assignment_row
from pipeline.stages.settings import EmergentSettings
from pipeline.stages.totals import Totals, Unassigned
from pipeline.tables import TABLES, from_rows, sort
from pipeline.tables.schema import UNDATED
from pipeline.themes.emergent import EmergentTheme, find_themes
from pipeline.themes.known import Known, Match, as_yaml, match


@dataclass(frozen=True, slots=True)
class Emergent:
    """Themes found among findings that the codebook does not cover, and what became of those known before."""

    themes: Sequence[EmergentTheme]
    matches: Sequence[Match]
    sample: Sequence[Unassigned]

    def found(self) -> Iterator[tuple[Match, EmergentTheme, list[Unassigned]]]:
        """Yield each theme of the run with its identifier and label, and its findings."""
        for one in self.matches:
            if one.at is not None:
                theme = self.themes[one.at]
                yield one, theme, [self.sample[member] for member in theme.members]

    def assignments(self) -> pa.Table:
        """Return rows of `assignments`."""
        rows = [
            assignment_row(finding.statement_id, finding.start, Coded(one.theme_id, weight, "emergent"))
            for one, theme, members in self.found()
            for finding, weight in zip(members, theme.weights, strict=True)
        ]
        return from_rows(TABLES["assignments"], rows)

    def theme_rows(self) -> list[dict[str, Any]]:
        """Return rows of `themes`."""
        return [
            {
                "theme_id": one.theme_id,
                "theme_label": one.label,
                "definition": "Found in the text; not part of the codebook",
                "origin": "emergent",
                "terms": ";".join(theme.terms),
                "findings": len(theme.members),
            }
            for one, theme, _ in self.found()
        ]

    def by_year(self, totals: Totals, documents: pa.Table) -> pa.Table:
        """Return the table `emergent_themes`: a row a theme and year that has findings without a theme."""
        encoded = documents.column("year").combine_chunks().dictionary_encode()
        names = [year or UNDATED for year in encoded.dictionary.to_pylist()]
        year_of = encoded.indices.to_numpy()
        unassigned = np.bincount(year_of, totals.findings - totals.assigned, len(names)).astype(int)
        years = sorted(np.flatnonzero(unassigned).tolist(), key=lambda at: names[at])
        rows = []
        for one, theme, members in self.found():
            central = self.sample[theme.central]
            for at in years:
                here = [finding.document for finding in members if year_of[finding.document] == at]
                rows.append(
                    {
                        "theme_id": one.theme_id,
                        "theme_label": one.label,
                        "terms": ";".join(theme.terms),
                        "year": names[at],
                        "findings": len(here),
                        "unassigned_total": int(unassigned[at]),
                        "share_of_unassigned": len(here) / int(unassigned[at]),
                        "documents": len(set(here)),
                        "stability": theme.stability,
                        "central_statement_id": central.statement_id,
                        "central_text": central.text,
                    }
                )
        return sort(TABLES["emergent_themes"], from_rows(TABLES["emergent_themes"], rows))

    def changes(self) -> pa.Table:
        """Return the table `emergent_matches`: which themes were found again, which are new, which are gone."""
        rows = [
            {
                "theme_id": one.theme_id,
                "theme_label": one.label,
                "status": one.status,
                "likeness": one.likeness,
                "findings": len(self.themes[one.at].members) if one.at is not None else 0,
                "findings_before": one.before.findings if one.before and one.before.found else None,
            }
            for one in self.matches
        ]
        return sort(TABLES["emergent_matches"], from_rows(TABLES["emergent_matches"], rows))

    def kept(self) -> str:
        """Return the text of the file by which a later run knows these themes again."""
        return as_yaml(self.matches, self.themes)


def find_emergent(
    sample: Sequence[Unassigned], settings: EmergentSettings, seed: int, known: Sequence[Known]
) -> Emergent:
    """Return the themes of findings that no theme of the codebook covers."""
    texts = [one.text for one in sample]
    themes = find_themes(texts, most=settings.themes, smallest=settings.smallest, seed=seed)
    return Emergent(themes, match(themes, known), sample)

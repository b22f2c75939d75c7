"""Tables of estimates: shares corrected by coded statements, and how well the pipeline does against these."""

from __future__ import annotations

from pipeline.tables.columns import ROW_YEAR, THEME_ID, THEME_LABEL, blank_count, count, number, share, text
from pipeline.tables.spec import Column, Table

THEME_YEAR_CORRECTED = Table(
    "theme_year_corrected",
    "theme_year's shares side by side: raw, corrected by coded statements, and from the coded statements alone",
    (
        ROW_YEAR,
        THEME_ID,
        THEME_LABEL,
        count("findings", "Findings that have the theme, as the pipeline says"),
        count("findings_total", "All findings of the row's documents, as the pipeline says"),
        share("share_of_findings", "findings / findings_total; blank where findings_total is 0"),
        share("share_of_findings_low", "Lower end of the 95% interval of share_of_findings"),
        share("share_of_findings_high", "Upper end of the 95% interval of share_of_findings"),
        share("corrected_share", "Share of true findings that have the theme, corrected by coded statements"),
        share("corrected_low", "Lower end of the 95% interval of corrected_share"),
        share("corrected_high", "Upper end of the 95% interval of corrected_share"),
        share("sample_share", "The same share from the year's coded statements alone"),
        share("sample_low", "Lower end of the 95% interval of sample_share"),
        share("sample_high", "Upper end of the 95% interval of sample_share"),
        count("coded_sample", "Coded statements with an inclusion probability that corrected_share rests on"),
        count("coded_year", "Of these, statements of the year itself"),
        share("own_weight", "How far corrected_share follows the year's own coded statements: 1 alone, 0 not at all"),
        share("homogeneity_p", "p-value of the test that the pipeline errs alike in all years, for the theme"),
        text("status", "As in theme_year"),
    ),
    ("year", "theme_id"),
)


def _measure(name: str, meaning: str) -> tuple[Column, Column, Column]:
    return (
        share(name, meaning),
        share(f"{name}_low", f"Lower end of the 95% interval of {name}"),
        share(f"{name}_high", f"Upper end of the 95% interval of {name}"),
    )


EMERGENT_MATCHES = Table(
    "emergent_matches",
    "What became of the emergent themes of an earlier run (cluster.emergent.previous); all new where none is named",
    (
        THEME_ID,
        THEME_LABEL,
        text(
            "status",
            "kept: found again, under its old theme_id; new; gone: known before, not found this time",
            ("kept", "new", "gone"),
        ),
        share(
            "likeness", "Cosine of the weights of the theme's most distinctive words, then and now; blank unless kept"
        ),
        count("findings", "Findings in the theme now"),
        blank_count("findings_before", "Findings in the theme in the earlier run; blank where it was not found there"),
    ),
    ("theme_id",),
)

PERFORMANCE = Table(
    "performance",
    "How well the pipeline does against coded statements; empty where a run is given none",
    (
        text("by", "all, or the part of the corpus that the row is about", ("all", "period", "source_type")),
        text("group", "The period or source type; blank for all"),
        text("what", "theme or kind", ("theme", "kind")),
        text("id", "theme_id or kind; micro: all together; macro: their mean"),
        count("coded", "Coded statements that the row rests on"),
        number("true", "Statements that have it, as people say, weighed by inclusion probability where it is known"),
        number("predicted", "Statements that have it, as the pipeline says, weighed in the same way"),
        number("both", "Statements that have it as both say"),
        *_measure("precision", "both / predicted"),
        *_measure("recall", "both / true"),
        *_measure("f1", "Harmonic mean of precision and recall"),
    ),
    ("by", "group", "what", "id"),
)

CALIBRATION = Table(
    "calibration",
    "How often assignments of about the same probability are right; empty where a run is given no coded statements",
    (
        share("probability_from", "Lowest probability of the assignments"),
        share("probability_to", "Highest probability, itself excluded except for 1"),
        count("assignments", "Assignments to coded statements"),
        share("mean_probability", "Their mean probability"),
        *_measure("share_right", "Part of them that people give too"),
    ),
    ("probability_from",),
)

STATISTICS: tuple[Table, ...] = (THEME_YEAR_CORRECTED, PERFORMANCE, CALIBRATION, EMERGENT_MATCHES)

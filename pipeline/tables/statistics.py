"""Tables of estimates: shares corrected by coded statements, beside the raw ones."""

from __future__ import annotations

from pipeline.tables.columns import ROW_YEAR, THEME_ID, THEME_LABEL, count, share, text
from pipeline.tables.spec import Table

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

STATISTICS: tuple[Table, ...] = (THEME_YEAR_CORRECTED,)

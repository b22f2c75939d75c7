"""Tables on courses in time: trends, findings made again, standardised shares, template changes, coverage by month."""

from __future__ import annotations

from pipeline.tables.columns import (
    FINDING_KINDS,
    PUBLISHER,
    ROW_YEAR,
    SOURCE_TYPE,
    THEME_ID,
    THEME_LABEL,
    count,
    number,
    share,
    text,
)
from pipeline.tables.spec import Column, Table

CLASSES = ("rises", "falls", "recurs", "vanishes", "steady", "insufficient")

TRENDS = Table(
    "trends",
    "One row a theme: does its share of findings rise, fall, recur or vanish? Documents without a year are left out",
    (
        THEME_ID,
        THEME_LABEL,
        text(
            "class",
            "rises, falls: the trend stands at a false discovery rate of 5%; vanishes: none at the end, and not by "
            "chance; recurs: years differ, and high years come back after low ones; steady; insufficient data",
            CLASSES,
        ),
        count("years", "Years with findings"),
        count("findings", "Findings that have the theme"),
        count("findings_total", "All findings"),
        share("share_early", "Share of findings in the first third of the years"),
        share("share_middle", "Share of findings in the middle third of the years"),
        share("share_late", "Share of findings in the last third of the years"),
        number("change_a_year", "Mean change of the share a year, by the trend"),
        number("odds_ratio_a_year", "Factor by which the odds of the theme change a year"),
        number("odds_ratio_low", "Lower end of its 95% interval, clustered by document"),
        number("odds_ratio_high", "Upper end of its 95% interval"),
        share("p_value", "p-value of the trend, clustered by document"),
        share("q_value", "The same, adjusted for all themes (Benjamini-Hochberg)"),
        share("p_years_differ", "p-value of the test that all years have the same share"),
        share("q_years_differ", "The same, adjusted for all themes"),
        number("corrected_change_a_year", "Mean change of the corrected share a year; blank without corrections"),
        share("corrected_p_value", "Its p-value"),
        text("breaks", "Years of new templates or frameworks within the series, joined by ';'; see template_breaks"),
        number("odds_ratio_between_breaks", "The odds ratio a year when every break may have shifted the level"),
        share("p_between_breaks", "Its p-value"),
        text(
            "with_breaks",
            "What becomes of a trend when breaks may have shifted the level: it holds, goes (cannot be told from "
            "chance) or turns; blank where there is no trend or no break",
            ("holds", "goes", "turns", ""),
        ),
    ),
    ("theme_id",),
)

RECURRENCE = Table(
    "recurrence",
    "The same finding again: pairs of findings of one theme, from different documents and years, that say the same",
    (
        THEME_ID,
        THEME_LABEL,
        text("kind", "Kind of both findings", FINDING_KINDS),
        text("year", "Year of the earlier finding"),
        text("year_again", "Year of the later finding"),
        count("years_between", "Years between them"),
        Column("likeness", "number", "Cosine of the two texts' weighed words (0 to 1)", minimum=0, maximum=1, digits=4),
        text("statement_id", "The earlier finding"),
        text("statement_id_again", "The later finding"),
        text("text", "What the earlier finding says"),
        text("text_again", "What the later finding says"),
    ),
    ("theme_id", "year_again", "statement_id_again", "statement_id"),
)

THEME_YEAR_STANDARDISED = Table(
    "theme_year_standardised",
    "Shares of findings as they would be had every year the corpus's mix of source types and document lengths",
    (
        ROW_YEAR,
        THEME_ID,
        THEME_LABEL,
        share("share_of_findings", "The share as in theme_year; years without findings have no row"),
        share("standardised_share", "The share with the mix of the whole corpus"),
        share("standardised_low", "Lower end of its 95% interval, clustered by document"),
        share("standardised_high", "Upper end of its 95% interval"),
        share("mix_covered", "Part of the mix that the year has documents of; the rest is left out for the year"),
        count("strata", "Source types and lengths that the year has"),
    ),
    ("year", "theme_id"),
)

TEMPLATE_BREAKS = Table(
    "template_breaks",
    "Years in which reports change their template or framework, so that a jump may come from the form",
    (
        text("year", "First year of the new template"),
        text(
            "origin", "given in the configuration, or found: the shared headings of reports change", ("given", "found")
        ),
        share("likeness", "How alike the shared headings of three years before and after are; blank if unknown"),
        count("documents_before", "Reports of the three years before"),
        count("documents_after", "Reports of the three years from then"),
    ),
    ("year", "origin"),
)

COVERAGE_MONTH = Table(
    "coverage_month",
    "Documents by source and month, with the months in which a source is silent; the rows add up to the corpus",
    (
        PUBLISHER,
        SOURCE_TYPE,
        text("month", "Month (2009-10); the year alone where no month is known, 'undated' where no year is"),
        count("documents", "Documents of the source in the month"),
        text("gap", "yes: part of a silence longer than chance explains at the source's own rate", ("yes", "no")),
    ),
    ("publisher", "source_type", "month"),
)

COURSES: tuple[Table, ...] = (TRENDS, RECURRENCE, THEME_YEAR_STANDARDISED, TEMPLATE_BREAKS, COVERAGE_MONTH)

"""The tables of a run: every column that another program may read is named and described here, once."""

from __future__ import annotations

from pipeline.tables.columns import (
    DOC_ID,
    FINDING_KINDS,
    ITEM,
    KINDS,
    PAGE,
    PUBLISHER,
    ROW_YEAR,
    SOURCE_PATH,
    SOURCE_TYPE,
    SOURCE_TYPES,
    STATEMENT_ID,
    THEME_ID,
    THEME_LABEL,
    TITLE,
    UNDATED,
    YEAR,
)
from pipeline.tables.columns import blank_count as _blank_count
from pipeline.tables.columns import count as _count
from pipeline.tables.columns import share as _share
from pipeline.tables.columns import text as _text
from pipeline.tables.courses import COURSES
from pipeline.tables.spec import Column, Table
from pipeline.tables.statistics import STATISTICS

__all__ = ["FINDING_KINDS", "KINDS", "SOURCE_TYPES", "TABLES", "UNDATED"]

DOCUMENTS = Table(
    "documents",
    "One row a document: where it came from, when it was published and how that is known",
    (
        DOC_ID,
        SOURCE_PATH,
        ITEM,
        SOURCE_TYPE,
        TITLE,
        PUBLISHER,
        _text(
            "published",
            "Date of publication, ISO 8601 at its precision (2009-10-21, 2009-10 or 2009); blank if not proved",
        ),
        _text("published_precision", "How exactly the date is known", ("day", "month", "year", "none")),
        _text("published_earliest", "Earliest day on which the document can have been published; blank if unbounded"),
        _text("published_latest", "Latest day on which the document can have been published; blank if unbounded"),
        _text("date_method", "What proved the date: manifest, structured, label, bounds ... or none"),
        _text("date_evidence", "The words that the date was read from"),
        _text("covers_from", "First day of the fieldwork or period that the document covers; blank if not stated"),
        _text("covers_to", "Last day of the fieldwork or period that the document covers; blank if not stated"),
        YEAR,
        _text("language", "ISO 639-1 code of the language; blank where unknown"),
        _blank_count("pages", "Number of pages; blank where the format has none"),
        _count("words", "Number of words in the body text, without page furniture"),
        _text("duplicate_of", "doc_id of the document that this one repeats; blank if none"),
        Column("story_weight", "number", "1 divided by the copies of the story in the corpus", minimum=0, maximum=1),
        _text("reader", "Module that read the file"),
    ),
    ("source_path", "item"),
)

BLOCKS = Table(
    "blocks",
    "One row a block of a document in reading order, a row a page where a block runs over a page's end; page furniture "
    "has no offsets because it is outside the text",
    (
        DOC_ID,
        SOURCE_PATH,
        _count("block_no", "Number of the block in the document, from 0"),
        _text("kind", "What the block is", ("heading", "paragraph", "list_item", "table", "caption", "furniture")),
        _count("level", "Level of a heading or nesting of a list item, from 1; 0 for other kinds"),
        _text("marker", "Bullet or number that stood before the text"),
        PAGE,
        _blank_count("start", "First code point of the block in the document's normalised text; blank for furniture"),
        _blank_count("end", "End of the block in the document's normalised text, exclusive; blank for furniture"),
        _text("text", "Text of the block without its marker"),
    ),
    ("source_path", "doc_id", "block_no"),
)

_STATEMENT_HEAD = (
    STATEMENT_ID,
    DOC_ID,
    SOURCE_PATH,
    ITEM,
    _count("statement_no", "Number of the statement in the document, from 1"),
    _count("block_no", "Number of the block that the statement begins in"),
    _text("section", "Headings above the statement, from the highest, joined by ' > '"),
    PAGE,
    _count("start", "First code point of the statement in the document's normalised text"),
    _count("end", "End of the statement in the document's normalised text, exclusive"),
    _text("stem", "Lead-in that the statement is read with"),
)
_STATEMENT_TAIL = (
    Column("kind_probability", "number", "Probability that the kind is right", minimum=0, maximum=1, digits=4),
    _text("speaker", "Person or body that the statement is attributed to; blank for the document's own voice"),
    _text("agencies", "Kinds of agency that the statement is about, joined by ';'"),
    _text("themes", "theme_ids of the statement, joined by ';'; blank for context and for findings without a theme"),
    _text("text", "The statement, verbatim"),
)

STATEMENTS = Table(
    "statements",
    "One row a statement: a sentence, or a list item read with its stem",
    (
        *_STATEMENT_HEAD,
        _text("kind", "What the statement does; a statement that is not context is a finding", KINDS),
        *_STATEMENT_TAIL,
    ),
    ("source_path", "item", "statement_no"),
)

CITATIONS = Table(
    "citations",
    "What statements cite of their own document, as in '(paragraph 12)': one row a statement that is cited",
    (
        STATEMENT_ID,
        _text("cited_sort", "What the citation calls it: paragraph, recommendation, conclusion, finding, requirement"),
        _text("cited_marker", "The number that is cited"),
        _text("cited_statement_id", "A statement of the paragraph of that number; blank where there is none"),
    ),
    ("statement_id", "cited_sort", "cited_marker", "cited_statement_id"),
)

TEMPLATES = Table(
    "templates",
    "Template text of report series, found by its return in many documents; none of it counts as a finding",
    (
        _text("statement_id", "Identifier of the first statement with that text"),
        _count("documents", "Documents that have it, without those that repeat another document"),
        _count("statements", "Statements that it is"),
        _count("were_findings", "Statements of these that were findings before and are context now"),
        _text("text", "The text, as it stands in the first of the statements"),
    ),
    ("statement_id",),
)

FINDINGS = Table(
    "findings",
    "The statements that are findings, with their document's year, source type, publisher and title",
    (
        *_STATEMENT_HEAD,
        _text("kind", "concern, strength or recommendation", FINDING_KINDS),
        *_STATEMENT_TAIL,
        YEAR,
        SOURCE_TYPE,
        PUBLISHER,
        TITLE,
    ),
    ("source_path", "item", "statement_no"),
)

THEMES = Table(
    "themes",
    "One row a theme of the codebook, and one a theme found in the text",
    (
        THEME_ID,
        THEME_LABEL,
        _text("definition", "What counts as the theme"),
        _text("origin", "Where the theme comes from", ("codebook", "emergent")),
        _text("terms", "Terms of the theme, joined by ';'"),
        _count("findings", "Number of findings that have the theme"),
    ),
    ("theme_id",),
)

ASSIGNMENTS = Table(
    "assignments",
    "One row a theme that a finding has, with the evidence for it",
    (
        STATEMENT_ID,
        THEME_ID,
        Column("probability", "number", "Probability that the finding has the theme", minimum=0, maximum=1, digits=4),
        _text("method", "What it rests on, joined by +: lexicon, model, gold (coded statements); or emergent"),
        _blank_count(
            "evidence_start", "First code point of the words that decided, in the document's text; blank if in the stem"
        ),
        _blank_count("evidence_end", "End of the words that decided, exclusive; blank if in the stem"),
    ),
    ("statement_id", "theme_id"),
)


def _series(head: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns of a theme series: counts, denominators, shares with intervals, corrected shares."""
    return (
        *head,
        THEME_ID,
        THEME_LABEL,
        _count("findings", "Findings that have the theme"),
        _count("concerns", "Findings of kind concern that have the theme"),
        _count("strengths", "Findings of kind strength that have the theme"),
        _count("recommendations", "Findings of kind recommendation that have the theme"),
        _count("documents", "Documents with at least one finding that has the theme"),
        _count("findings_total", "All findings of the row's documents: denominator of share_of_findings"),
        _count("documents_total", "All documents of the row: denominator of share_of_documents"),
        _share("share_of_findings", "findings / findings_total; blank where findings_total is 0"),
        _share("share_of_findings_low", "Lower end of the 95% interval of share_of_findings"),
        _share("share_of_findings_high", "Upper end of the 95% interval of share_of_findings"),
        _share("share_of_documents", "documents / documents_total; blank where documents_total is 0"),
        _share("share_of_documents_low", "Lower end of the 95% Wilson interval of share_of_documents"),
        _share("share_of_documents_high", "Upper end of the 95% Wilson interval of share_of_documents"),
        _count("distinct_findings", "Findings that have the theme, without those of documents that repeat another"),
        _share("corrected_share", "share_of_findings corrected by coded statements; blank without a coded sample"),
        _share("corrected_low", "Lower end of the 95% interval of corrected_share"),
        _share("corrected_high", "Upper end of the 95% interval of corrected_share"),
        _count("coded_sample", "Coded statements that the correction of the row rests on"),
        _text(
            "status",
            "Flags joined by ';': corrected, pooled, uncorrected or insufficient; few_documents; no_findings",
        ),
    )


THEME_YEAR = Table(
    "theme_year",
    "The full grid of years and codebook themes: every year from the first to the last, every theme, zeros as rows",
    _series((ROW_YEAR,)),
    ("year", "theme_id"),
)

THEME_YEAR_SOURCE = Table(
    "theme_year_source",
    "theme_year for each source type",
    _series((ROW_YEAR, SOURCE_TYPE)),
    ("year", "source_type", "theme_id"),
)

DOCUMENT_THEMES = Table(
    "document_themes",
    "One row a document and theme that occurs in it",
    (
        DOC_ID,
        SOURCE_PATH,
        ITEM,
        YEAR,
        SOURCE_TYPE,
        THEME_ID,
        THEME_LABEL,
        _count("findings", "Findings of the document that have the theme"),
        _count("concerns", "Of these, concerns"),
        _count("strengths", "Of these, strengths"),
        _count("recommendations", "Of these, recommendations"),
        _count("findings_total", "All findings of the document"),
    ),
    ("source_path", "item", "theme_id"),
)

DATE_SENSITIVITY = Table(
    "date_sensitivity",
    "Does a theme's trend depend on which date counts? A row a theme, over the documents that have both years",
    (
        THEME_ID,
        THEME_LABEL,
        _count("documents", "Documents whose year of publication and year covered are both known"),
        _count("findings", "Findings of these documents that have the theme"),
        _count("findings_total", "All findings of these documents"),
        Column(
            "slope_published",
            "number",
            "Change a year of share_of_findings by year of publication (least squares, weighted by findings_total)",
            nullable=True,
        ),
        Column(
            "slope_covered", "number", "The same by the last year that the documents cover (covers_to)", nullable=True
        ),
        _text(
            "sign_changes", "Whether the two slopes point in opposite directions; blank if unknown", ("yes", "no", "")
        ),
    ),
    ("theme_id",),
)

COVERAGE = Table(
    "coverage",
    "One row a year: what the corpus holds of it; the rows add up to the corpus",
    (
        ROW_YEAR,
        _count("documents", "Documents of the year"),
        _count("words", "Words of the year's documents"),
        _count("statements", "Statements of the year's documents"),
        _count("findings", "Findings of the year's documents"),
        _count("assigned", "Findings with at least one theme of the codebook"),
        _count("unassigned", "Findings without a theme of the codebook"),
        _count("duplicates", "Documents of the year that repeat another document"),
    ),
    ("year",),
)

FILES = Table(
    "files",
    "One row a file of the corpus: what it announced and what became of it",
    (
        SOURCE_PATH,
        _count("bytes", "Size of the file"),
        _text("sha256", "SHA-256 of the file's content"),
        _blank_count("announced", "Articles that the file says it holds; blank where it does not say"),
        _count("documents", "Documents read from the file"),
        _count("rejects", "Rejects of the file"),
        _text("read_with", "source_path of the export that the file was read with, as an attachment; blank if none"),
    ),
    ("source_path",),
)

REDACTIONS = Table(
    "redactions",
    "One row a piece of text that was masked (with --redact), without the text",
    (
        DOC_ID,
        SOURCE_PATH,
        _count("start", "First character in the document's normalised text, from 0"),
        _count("end", "Character after the last"),
        _text("kind", "What was masked", ("name", "date_of_birth", "address", "phone", "email", "number")),
    ),
    ("source_path", "doc_id", "start"),
)
REJECTS = Table(
    "rejects",
    "One row a file, or an item of a file, that could not be used, with the reason",
    (
        SOURCE_PATH,
        ITEM,
        _text("stage", "Stage that rejected it"),
        _text("reason", "Kind of fault"),
        _text("message", "What is wrong and what can be done"),
    ),
    ("source_path", "item", "stage", "reason", "message"),
)

EMERGENT_THEMES = Table(
    "emergent_themes",
    "Themes found among the findings that no theme of the codebook covers; a row a theme and year",
    (
        THEME_ID,
        THEME_LABEL,
        _text("terms", "Distinctive words and phrases, joined by ';'"),
        ROW_YEAR,
        _count("findings", "Findings of the year in the theme"),
        _count(
            "unassigned_total",
            "Findings of the year without a theme of the codebook: denominator of share_of_unassigned",
        ),
        _share("share_of_unassigned", "findings / unassigned_total; blank where unassigned_total is 0"),
        _count("documents", "Documents of the year with a finding in the theme"),
        _share(
            "stability",
            "Mean Jaccard overlap of the theme with its best match when half of the findings are drawn anew",
        ),
        _text("central_statement_id", "The finding nearest to the theme's centre"),
        _text("central_text", "The text of that finding"),
    ),
    ("theme_id", "year"),
)

SPEAKER_THEMES = Table(
    "speaker_themes",
    "Who says what: findings by role of the speaker and theme",
    (
        _text("speaker_role", "Role of the speaker; 'document' where the document speaks in its own voice"),
        THEME_ID,
        THEME_LABEL,
        _count("findings", "Findings of that role that have the theme"),
        _count("concerns", "Of these, concerns"),
        _count("strengths", "Of these, strengths"),
        _count("recommendations", "Of these, recommendations"),
        _count("findings_total", "All findings of that role: denominator of share_of_findings"),
        _share("share_of_findings", "findings / findings_total"),
    ),
    ("speaker_role", "theme_id"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        DOCUMENTS,
        BLOCKS,
        STATEMENTS,
        CITATIONS,
        TEMPLATES,
        FINDINGS,
        THEMES,
        ASSIGNMENTS,
        THEME_YEAR,
        THEME_YEAR_SOURCE,
        DOCUMENT_THEMES,
        DATE_SENSITIVITY,
        COVERAGE,
        FILES,
        REJECTS,
        REDACTIONS,
        EMERGENT_THEMES,
        SPEAKER_THEMES,
        *STATISTICS,
        *COURSES,
    )
}

"""Columns that several tables share, and the kinds of column that there are."""

from __future__ import annotations

from pipeline.tables.spec import Column

KINDS = ("concern", "strength", "recommendation", "context")
FINDING_KINDS = ("concern", "strength", "recommendation")
SOURCE_TYPES = ("report", "news", "other")
UNDATED = "undated"


def text(name: str, description: str, categories: tuple[str, ...] = ()) -> Column:
    """Return a column of text, never missing; `categories` are the only values it may take."""
    return Column(name, "string", description, categories=categories)


def count(name: str, description: str) -> Column:
    """Return a column of whole numbers from 0."""
    return Column(name, "integer", description, minimum=0)


def blank_count(name: str, description: str, minimum: int = 0) -> Column:
    """Return a column of whole numbers that may be blank."""
    return Column(name, "integer", description, nullable=True, minimum=minimum)


def share(name: str, description: str) -> Column:
    """Return a column of shares from 0 to 1 that may be blank."""
    return Column(name, "number", description, nullable=True, minimum=0, maximum=1)


DOC_ID = text("doc_id", "Identifier of the document, made from source_path and item; the same in every run")
SOURCE_PATH = text("source_path", "Path of the file, relative to the corpus")
ITEM = text(
    "item", "Name of the document or row inside a file that holds several; blank where the file is one document"
)
SOURCE_TYPE = text("source_type", "report, news or other", SOURCE_TYPES)
TITLE = text("title", "Title or headline")
PUBLISHER = text("publisher", "Body or newspaper that published the document; blank where unknown")
YEAR = text("year", "Year that the document is counted in (four digits); blank where no year is proved")
PAGE = blank_count("page", "Page on which the text begins, from 1; blank where the format has no pages", 1)
STATEMENT_ID = text("statement_id", "Identifier of the statement: doc_id and statement_no")
THEME_ID = text("theme_id", "Identifier of the theme in the codebook")
THEME_LABEL = text("theme_label", "Name of the theme for people")
ROW_YEAR = text("year", "Year, or 'undated' for documents without a proved year")


def number(name: str, description: str, digits: int = 6) -> Column:
    """Return a column of numbers that may be blank."""
    return Column(name, "number", description, nullable=True, digits=digits)

"""The statements as compact columns inside the page: each repeated value once, then numbers that point to it."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from typing import Any

import pandas as pd

from pipeline.report.numbers import undated
from pipeline.report.tables import LISTED, RunTables, Shown, digest, sampled_rows
from pipeline.tables.schema import FINDING_KINDS, SOURCE_TYPES

MAX_STATEMENTS = 100_000
PLAIN_BYTES = 1_500_000


def payload(tables: RunTables, limit: int = MAX_STATEMENTS) -> tuple[dict[str, Any], int]:
    """Return the columns that the page's script reads, and the number of findings left out for size.

    Above `limit` findings a sample is kept that leaves every theme, year and kind with up to EVERY_CELL statements.
    """
    shown = tables.shown or _shown(tables, limit)
    kept, documents = shown.findings, shown.documents
    number = {doc_id: i for i, doc_id in enumerate(documents["doc_id"])}
    columns = {
        "total": len(tables.findings),
        "themes": _themes(tables),
        "documents": _documents(documents),
        "kinds": list(FINDING_KINDS),
        "sources": list(SOURCE_TYPES),
        "text": kept["text"].tolist(),
        "id": kept["statement_id"].tolist(),
        "document": kept["doc_id"].map(number).tolist(),
        "kind": kept["kind"].map({k: i for i, k in enumerate(FINDING_KINDS)}).tolist(),
        "certainty": [round(100 * p) for p in kept["kind_probability"]],
        "page": [None if pd.isna(p) else int(p) for p in kept["page"]],
        **{name: _encoded(kept[name]) for name in ("stem", "section", "speaker", "agencies")},
        **_assigned(tables, shown.assignments, kept),
    }
    return columns, len(tables.findings) - len(kept)


def _shown(tables: RunTables, limit: int) -> Shown:
    """Return what the page shows of tables that are there as a whole."""
    kept = tables.findings.reset_index(drop=True)
    if len(kept) > limit:
        kept = kept.loc[sampled_rows(kept, digest(kept["statement_id"].tolist()), limit)]
    documents = tables.documents[tables.documents["doc_id"].isin(kept["doc_id"])].reset_index(drop=True)
    return Shown(kept, documents, tables.assignments, undated(tables).head(LISTED))


def _encoded(values: Iterable[str]) -> dict[str, list[Any]]:
    """Return `values` as a dictionary in order of first use, and a number a row."""
    codes, known = pd.factorize(pd.Series(list(values), dtype=object))
    return {"values": known.tolist(), "codes": codes.tolist()}


def _themes(tables: RunTables) -> dict[str, list[Any]]:
    rows = tables.themes
    return {
        "id": rows["theme_id"].tolist(),
        "label": rows["theme_label"].tolist(),
        "origin": rows["origin"].tolist(),
        "findings": [int(n) for n in rows["findings"]],
    }


def _documents(documents: pd.DataFrame) -> dict[str, Any]:
    plain = ["doc_id", "source_path", "item", "title", "published", "year"]
    return {
        **{name: documents[name].tolist() for name in plain},
        "source": documents["source_type"].map({s: i for i, s in enumerate(SOURCE_TYPES)}).tolist(),
        "publisher": _encoded(documents["publisher"]),
        "copy": (documents["duplicate_of"] != "").astype(int).tolist(),
        "earliest": documents["published_earliest"].tolist(),
        "latest": documents["published_latest"].tolist(),
    }


def _assigned(tables: RunTables, given: pd.DataFrame, kept: pd.DataFrame) -> dict[str, list[Any]]:
    """Return for each statement the number of its themes, then flat: theme, percent, evidence from and to.

    Evidence counts code points from the statement's first; -1 where the words stand outside it.
    """
    row = {statement: i for i, statement in enumerate(kept["statement_id"])}
    theme = {theme_id: i for i, theme_id in enumerate(tables.themes["theme_id"])}
    given = given[given["statement_id"].isin(row) & given["theme_id"].isin(theme)]
    given = given.assign(row=given["statement_id"].map(row)).sort_values(
        ["row", "probability", "theme_id"], ascending=[True, False, True]
    )
    start = kept["start"].to_numpy()[given["row"]]
    length = kept["text"].str.len().to_numpy()[given["row"]]
    at, end = given["evidence_start"] - start, given["evidence_end"] - start
    inside = (at >= 0) & (end <= length) & (end > at)
    counts = given.groupby("row").size().reindex(range(len(kept)), fill_value=0)
    return {
        "assigned": counts.tolist(),
        "theme": given["theme_id"].map(theme).tolist(),
        "percent": [round(100 * p) for p in given["probability"]],
        "from": [int(a) if ok else -1 for a, ok in zip(at, inside, strict=True)],
        "to": [int(e) if ok else -1 for e, ok in zip(end, inside, strict=True)],
    }


def embedded(columns: dict[str, Any]) -> tuple[str, str]:
    """Return the columns as text for a data block in the page, and its form: `json`, or `gzip` (base64) when large.

    No character that could end the block or open markup remains: `<`, `>` and `&` are written as JSON escapes.
    """
    text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
    if len(text) > PLAIN_BYTES:
        packed = gzip.compress(text.encode(), compresslevel=6, mtime=0)
        return base64.b64encode(packed).decode("ascii"), "gzip"
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text, "json"

"""A run's tables made up for tests: fictional councils, any size, the same for the same arguments."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from scipy.stats import binomtest

from pipeline.report import RunTables
from pipeline.tables import TABLES, from_rows, sort

THEMES = {
    "thresholds": ("Thresholds", ["threshold", "referrals", "front door"]),
    "information_sharing": ("Information sharing", ["shared with", "information sharing"]),
    "workforce_capacity": ("Workforce capacity", ["caseloads", "vacancies"]),
    "voice_of_the_child": ("Voice of the child", ["children's views", "listened to"]),
    "leadership": ("Leadership and accountability", ["senior leaders", "scrutiny"]),
}
PLACES = ("Northmere", "Calderwick", "Wyvelsham", "Pennsea", "Skelbrooke", "Harle Bridge")
SAID = {
    "concern": "In {place}, {term} remained a weakness and case file {n} showed drift.",
    "strength": "Staff in {place} now handle {term} well, as case file {n} shows.",
    "recommendation": "{place} should review how {term} are dealt with before case file {n} is closed.",
}
SPEAKERS = ("", "", "", "Ofsted", "Councillor Ada Thorne", "a foster carer")
EMERGENT = ("emergent_01", "Office moves", ["office move", "hot desks"])


def document(no: int, year: str, **values: Any) -> dict[str, Any]:
    """Return a row of `documents`."""
    source = values.get("source_type", "report")
    row = {
        "doc_id": f"d{no:05d}",
        "source_path": f"{source}/{no:05d}.pdf",
        "item": "",
        "source_type": source,
        "title": f"Inspection of {PLACES[no % len(PLACES)]}, no. {no}",
        "publisher": "Ofsted" if source == "report" else "The Wyvel Courier",
        "published": f"{year}-05-{no % 28 + 1:02d}" if year else "",
        "published_precision": "day" if year else "none",
        "published_earliest": "" if year else "2003-01-01",
        "published_latest": "" if year else "2009-12-31",
        "date_method": "label" if year else "none",
        "date_evidence": "",
        "covers_from": "",
        "covers_to": "",
        "year": year,
        "language": "en",
        "pages": 12,
        "words": 4000,
        "duplicate_of": "",
        "story_weight": 1.0,
        "reader": "pdf",
    }
    return row | values


def statement(
    doc: dict[str, Any], no: int, kind: str, themes: Sequence[str], text: str, **values: Any
) -> dict[str, Any]:
    """Return a row of `findings`."""
    row = {
        "statement_id": f"{doc['doc_id']}-{no:04d}",
        "doc_id": doc["doc_id"],
        "source_path": doc["source_path"],
        "item": doc["item"],
        "statement_no": no,
        "block_no": no,
        "section": "Findings > Practice",
        "page": no // 4 + 1,
        "start": 200 * no,
        "end": 200 * no + len(text),
        "stem": "",
        "kind": kind,
        "kind_probability": 0.9,
        "speaker": "",
        "agencies": "social care",
        "themes": ";".join(themes),
        "text": text,
        "year": doc["year"],
        "source_type": doc["source_type"],
        "publisher": doc["publisher"],
        "title": doc["title"],
    }
    return row | values


def run_tables(
    documents: int = 40, per_document: int = 12, first: int = 2004, years: int = 12, seed: int = 7
) -> RunTables:
    """Return a run over `documents` documents with one year missing, two undated documents and a reject."""
    rng = random.Random(seed)
    docs, findings = [], []
    for no in range(documents):
        year = first + no * years // documents
        year += year == first + 5  # one year without a document
        kind = "news" if no % 4 == 3 else "report"
        docs.append(document(no, "" if no in (1, 9) else str(year), source_type=kind))
        findings += [_made_up(docs[-1], i, rng) for i in range(per_document)]
    return tables_of(docs, findings)


def _made_up(doc: dict[str, Any], no: int, rng: random.Random) -> dict[str, Any]:
    kind = rng.choices(list(SAID), (6, 3, 2))[0]
    themes = rng.choices(list(THEMES), (8, 5, 4, 2, 3))[:1]
    term = rng.choice(THEMES[themes[0]][1])
    text = SAID[kind].format(place=rng.choice(PLACES), term=term, n=rng.randrange(1000))
    themes = [] if rng.random() < 0.2 else themes
    return statement(doc, no, kind, themes, text, speaker=rng.choice(SPEAKERS), kind_probability=rng.uniform(0.5, 1))


def tables_of(docs: list[dict[str, Any]], findings: list[dict[str, Any]]) -> RunTables:
    """Return all tables of a run with these documents and findings."""
    rows = {
        "documents": docs,
        "findings": findings,
        "themes": _themes(findings),
        "assignments": _assignments(findings),
        "theme_year": _series(docs, findings, ("year",)),
        "theme_year_source": _series(docs, findings, ("year", "source_type")),
        "coverage": _coverage(docs, findings),
        "files": [_file(doc) for doc in docs],
        "rejects": [
            {
                "source_path": "report/torn.pdf",
                "item": "",
                "stage": "ingest",
                "reason": "damaged",
                "message": "The file ends in the middle of a page; fetch it again",
            }
        ],
        "emergent_themes": _emergent(findings),
        "speaker_themes": [],
    }
    return RunTables(**{name: _arrow(name, listed).to_pandas() for name, listed in rows.items()})


def save(tables: RunTables, directory: Path) -> None:
    """Write the tables where a run writes them."""
    (directory / "stages").mkdir(parents=True)
    for name in TABLES:
        data = getattr(tables, name, None)
        if data is not None:
            table = pa.Table.from_pandas(data, schema=TABLES[name].schema, preserve_index=False)
            pq.write_table(table, directory / "stages" / f"{name}.parquet")


def _arrow(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    return sort(TABLES[name], from_rows(TABLES[name], rows))


def _file(doc: dict[str, Any]) -> dict[str, Any]:
    return {
        "source_path": doc["source_path"],
        "bytes": 1000,
        "sha256": "0" * 64,
        "announced": None,
        "documents": 1,
        "read_with": "",
        "rejects": 0,
    }


def _themes(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    entries = [(key, label, "codebook", terms) for key, (label, terms) in THEMES.items()]
    entries.append((EMERGENT[0], EMERGENT[1], "emergent", EMERGENT[2]))
    return [
        {
            "theme_id": key,
            "theme_label": label,
            "definition": f"Statements about {label.lower()}",
            "origin": origin,
            "terms": ";".join(terms),
            "findings": sum(key in f["themes"].split(";") for f in findings),
        }
        for key, label, origin, terms in entries
    ]


def _assignments(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for finding in findings:
        for theme in filter(None, finding["themes"].split(";")):
            at = max((finding["text"].find(term) for term in THEMES[theme][1]), default=-1)
            word = next((t for t in THEMES[theme][1] if t in finding["text"]), "")
            rows.append(
                {
                    "statement_id": finding["statement_id"],
                    "theme_id": theme,
                    "probability": finding["kind_probability"],
                    "method": "lexicon",
                    "evidence_start": finding["start"] + at if word else None,
                    "evidence_end": finding["start"] + at + len(word) if word else None,
                }
            )
        if not finding["themes"] and finding["statement_no"] % 2:
            rows.append(
                {
                    "statement_id": finding["statement_id"],
                    "theme_id": EMERGENT[0],
                    "probability": 0.6,
                    "method": "emergent",
                    "evidence_start": None,
                    "evidence_end": None,
                }
            )
    return rows


def _years(docs: list[dict[str, Any]]) -> list[str]:
    known = [int(d["year"]) for d in docs if d["year"]]
    return [*map(str, range(min(known), max(known) + 1)), "undated"] if known else ["undated"]


def _wilson(k: int, n: int) -> tuple[float | None, float | None]:
    if n == 0:
        return None, None
    ends = binomtest(k, n).proportion_ci(method="wilson")
    return float(ends.low), float(ends.high)


def _series(docs: list[dict[str, Any]], findings: list[dict[str, Any]], by: tuple[str, ...]) -> list[dict[str, Any]]:
    def head(row: dict[str, Any]) -> tuple[str, ...]:
        return tuple(row[name] or "undated" for name in by)

    docs_of, all_of, theme_of = defaultdict(set), defaultdict(list), defaultdict(list)
    for doc in docs:
        docs_of[head(doc)].add(doc["doc_id"])
    for finding in findings:
        all_of[head(finding)].append(finding)
        for theme in filter(None, finding["themes"].split(";")):
            theme_of[(*head(finding), theme)].append(finding)
    heads = [(y,) for y in _years(docs)]
    if len(by) == 2:
        heads = [(y, s) for (y,) in heads for s in sorted({d["source_type"] for d in docs})]
    return [
        dict(zip(by, h, strict=True)) | _cell(t, theme_of[(*h, t)], len(all_of[h]), len(docs_of[h]))
        for h in heads
        for t in THEMES
    ]


def _cell(theme: str, found: list[dict[str, Any]], total: int, documents_total: int) -> dict[str, Any]:
    documents = len({f["doc_id"] for f in found})
    low, high = _wilson(len(found), total)
    doc_low, doc_high = _wilson(documents, documents_total)
    few = ["no_findings"] if total == 0 else ["few_documents"] if documents_total < 3 else []
    return {
        "theme_id": theme,
        "theme_label": THEMES[theme][0],
        "findings": len(found),
        "concerns": sum(f["kind"] == "concern" for f in found),
        "strengths": sum(f["kind"] == "strength" for f in found),
        "recommendations": sum(f["kind"] == "recommendation" for f in found),
        "documents": documents,
        "findings_total": total,
        "documents_total": documents_total,
        "share_of_findings": len(found) / total if total else None,
        "share_of_findings_low": low,
        "share_of_findings_high": high,
        "share_of_documents": documents / documents_total if documents_total else None,
        "share_of_documents_low": doc_low,
        "share_of_documents_high": doc_high,
        "distinct_findings": len(found),
        "corrected_share": None,
        "corrected_low": None,
        "corrected_high": None,
        "coded_sample": 0,
        "status": ";".join(["uncorrected", *few]),
    }


def _coverage(docs: list[dict[str, Any]], findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for year in _years(docs):
        here = [d for d in docs if (d["year"] or "undated") == year]
        found = [f for f in findings if (f["year"] or "undated") == year]
        assigned = sum(bool(f["themes"]) for f in found)
        rows.append(
            {
                "year": year,
                "documents": len(here),
                "words": sum(d["words"] for d in here),
                "statements": 2 * len(found),
                "findings": len(found),
                "assigned": assigned,
                "unassigned": len(found) - assigned,
                "duplicates": sum(bool(d["duplicate_of"]) for d in here),
            }
        )
    return rows


def _emergent(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    loose = [f for f in findings if not f["themes"]]
    years: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for finding in loose:
        years[finding["year"] or "undated"].append(finding)
    rows = []
    for year, found in sorted(years.items()):
        own = [f for f in found if f["statement_no"] % 2]
        rows.append(
            {
                "theme_id": EMERGENT[0],
                "theme_label": EMERGENT[1],
                "terms": ";".join(EMERGENT[2]),
                "year": year,
                "findings": len(own),
                "unassigned_total": len(found),
                "share_of_unassigned": len(own) / len(found) if found else None,
                "documents": len({f["doc_id"] for f in own}),
                "stability": 0.7,
                "central_statement_id": loose[0]["statement_id"],
                "central_text": loose[0]["text"],
            }
        )
    return rows

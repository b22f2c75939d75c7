"""Cuts uncoded text into rough rows for the teacher: PDFs, paragraphs of coded rows, recommendations, news.

    python uncoded.py OUT.jsonl

Each row: text, section, before, group (authority, or `other:NAME`), so that held-out groups stay held out.
Seeds are never read.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
from data import MATERIAL, reports

from pipeline.themes.rows import CONTEXT_WIDTH, plain

_CUT = re.compile(r"(?<=[.!?;:])[”’\"')\]]*\s+(?=[“‘\"'(\[]?[A-Z0-9•◼■▪–])")
_TAG = re.compile(r"(?s)<(script|style).*?</\1>|<[^>]+>")


def pdf_lines(path: Path) -> list[str]:
    try:
        pdf = pdfium.PdfDocument(path)
    except pdfium.PdfiumError:
        return []
    out: list[str] = []
    for page in pdf:
        out += page.get_textpage().get_text_range().replace("\ufffe", "-").splitlines()
        out.append("")
    return out


def paragraphs(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield (heading, paragraph): a short line without a full stop after a full stop is taken for a heading."""
    heading, held = "", []
    for line in [*lines, ""]:
        line = line.strip()
        bullet = re.match(r"^[•◼■▪\uf0b7\uf0a7–]\s*|^\d{1,3}(\.\d{1,2})?\.?\s+(?=[A-Z])", line)
        ended = held and held[-1][-1:] in ".!?:;"
        title = ended and 3 < len(line) < 70 and line[:1].isupper() and line[-1] not in ".,;:!?" and not bullet
        if title or (bullet and held and (ended or len(held[-1]) < 60)) or (not line and ended):
            yield heading, " ".join(held)
            held = []
        if title:
            heading = line
        elif line:
            held.append(line[bullet.end() :] if bullet else line)
    if held:
        yield heading, " ".join(held)


def rows(heading: str, paragraph: str, group: str) -> Iterator[dict]:
    paragraph = " ".join(paragraph.split())
    at = 0
    for cut in [*(m.end() for m in _CUT.finditer(paragraph)), len(paragraph)]:
        text = plain(paragraph[at:cut].strip())
        if 20 <= len(text) <= 700 and sum(c.isalpha() for c in text) > 0.6 * len(text):
            yield {
                "text": text,
                "section": heading,
                "before": paragraph[max(0, at - CONTEXT_WIDTH) : at].strip(),
                "group": group,
            }
        at = cut


def ofsted() -> Iterator[dict]:
    with (MATERIAL / "ofsted/index.csv").open(encoding="utf-8-sig", newline="") as f:
        listed = {r["file"]: r["local_authority"] for r in csv.DictReader(f)}
    for path in sorted((MATERIAL / "ofsted").glob("*.pdf")):
        for heading, paragraph in paragraphs(pdf_lines(path)):
            yield from rows(heading, paragraph, listed.get(path.name, "unknown"))


def coded_paragraphs() -> Iterator[dict]:
    for line in (MATERIAL / "gold/ofsted_statements.jsonl").read_text("utf-8").splitlines():
        r = json.loads(line)
        yield from rows(r["heading"] or "", r["paragraph"], r["authority"])


def others() -> Iterator[dict]:
    for folder in ("inquiry_pdf", "oig_pdf", "un_pdf"):
        for path in sorted((MATERIAL / "formats" / folder).glob("*.pdf")):
            for heading, paragraph in paragraphs(pdf_lines(path)):
                yield from rows(heading, paragraph, f"other:{folder}")
    for path in sorted((MATERIAL / "formats/news_exports").iterdir()):
        if path.suffix.lower() in {".txt", ".html", ".xml"}:
            text = _TAG.sub("\n", path.read_text("utf-8", errors="replace"))
            for _, paragraph in paragraphs(text.splitlines()):
                yield from rows("", paragraph, "other:news_exports")
    with next((MATERIAL / "upr").glob("*.csv")).open(encoding="utf-8-sig", newline="") as f:
        for r in csv.DictReader(f):
            yield from rows("", r["text"], "other:upr")


def main() -> None:
    seen: set[str] = set()
    counts: dict[str, int] = {}
    with Path(sys.argv[1]).open("w", encoding="utf-8") as f:
        for source in (ofsted, coded_paragraphs, others):
            for row in source():
                key = re.sub(r"\W+", " ", row["text"].lower())
                if key not in seen:
                    seen.add(key)
                    f.write(json.dumps(row, ensure_ascii=False) + "\n")
                    counts[source.__name__] = counts.get(source.__name__, 0) + 1
    print(counts, len(reports()))


if __name__ == "__main__":
    main()

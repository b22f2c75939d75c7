"""Build the sample corpus: `python -m corpus.typeset` writes it, `--check` says which files would change."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from corpus.typeset.gold import gold_csv
from corpus.typeset.pdf import to_pdf
from corpus.typeset.plain import to_mail, to_markdown, to_text
from corpus.typeset.sheet import to_csv, to_xlsx
from corpus.typeset.source import Source, read_sources
from corpus.typeset.web import to_error_page, to_html
from corpus.typeset.word import to_docx, to_odt, to_rtf

CORPUS = Path(__file__).resolve().parents[1]
LAYOUTS: dict[str, Callable[[Source], bytes]] = {
    "one-column": to_pdf,
    "two-column": to_pdf,
    "word": to_docx,
    "odt": to_odt,
    "rtf": to_rtf,
    "web": to_html,
    "error-page": to_error_page,
    "text": to_text,
    "markdown": to_markdown,
    "mail": to_mail,
    "csv": to_csv,
    "xlsx": to_xlsx,
}


def build() -> dict[str, bytes]:
    """Return every built file: its path under corpus/ and its bytes."""
    sources = read_sources(CORPUS / "text")
    built = {f"sample/{source.get('file')}": typeset(source) for source in sources}
    return built | {"sample_gold.csv": gold_csv(sources)}


def typeset(source: Source) -> bytes:
    """Return the bytes of one file; `keep: 0.6` in the front matter cuts it off there, as a broken download does."""
    data = LAYOUTS[source.get("layout")](source)
    return data[: int(len(data) * float(source.get("keep") or 1))]


def main(arguments: list[str]) -> int:
    """Write the files, or with --check only compare them; return 1 where the files in place differ."""
    changed = [(CORPUS / name, data) for name, data in sorted(build().items()) if not _same(CORPUS / name, data)]
    for path, data in changed:
        print(path.relative_to(CORPUS))
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return int(bool(changed) and "--check" in arguments)


def _same(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

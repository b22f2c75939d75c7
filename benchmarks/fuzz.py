"""Feed every reader damaged and hostile files, for as long as asked.

    python -m benchmarks fuzz [--seconds N] [--seed N] [--only NAME ...] [--keep FOLDER] [FILE_OR_FOLDER ...]

Mutates the given files, or small ones of each format (those in the project), by flipped bits, cut and doubled pieces,
pieces of other files and hostile words; also the members of archives, and PDFs with their streams unpacked. A reader
may refuse; it may not die, take longer than its limits, or return text that cannot be written. Each input runs in the
reading process of a run, `--seconds` for each family of readers (`--only pdf word`: these families). An input that does
more is written to `--keep` at once; so is one of each kind of exception that the wall around the readers caught. Prints
one JSON object a family; ends with 1 where any was found.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf

from pipeline.readers.dispatch import read
from pipeline.readers.parsed import Parsed
from pipeline.readers.sandbox import Isolated, Limits, Outcome

ROOT = Path(__file__).resolve().parents[1]
LIMITS = Limits(memory_mb=4096, cpu_s=20.0, wall_s=60.0)
MOST_BYTES = 400_000
FILES_OF_A_READER = 4
CAUGHT = "the reader failed: "  # how a reject begins whose reader raised what it did not foresee
NASTY = (
    b"\0" * 9,
    b"\xff\xfe",
    b"<!ENTITY a '&a;'>",
    b"9" * 40,
    b"(" * 999,
    b"\r\x85\x0c",
    b"\xed\xa0\x80",
    b"<a " * 99,
)
FAMILIES = {
    "pdf": {"pdf"},
    "word": {"docx", "odt", "rtf", "doc"},
    "web": {"web", "warc"},
    "text": {"text", "markdown"},
    "mail": {"eml", "msg"},
    "news": {
        "nexis_docx",
        "nexis_text",
        "nexis_html",
        "factiva_html",
        "factiva_xml",
        "europresse",
        "proquest",
        "zotero",
    },
    "sheet": {"table"},
}
Seed = tuple[bytes, str]


def mutate(data: bytes, others: list[bytes], draw: random.Random) -> bytes:
    """Return the bytes with a few faults; those of an archive mostly in one of its members."""
    if data.startswith(b"PK\x03\x04") and draw.random() < 0.7:
        return _mutate_member(data, others, draw)
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        at, end = sorted(draw.randrange(len(out) + 1) for _ in range(2))
        end = min(end, at + draw.choice((1, 8, 300, 20_000)))
        fault = draw.randrange(6)
        if fault == 0 and out:
            out[min(at, len(out) - 1)] ^= 1 << draw.randrange(8)
        elif fault == 1:
            del out[at:end]
        elif fault == 2:
            out[at:at] = out[at:end] * draw.choice((1, 2, 50))
        elif fault == 3:
            other = draw.choice(others)
            start = draw.randrange(len(other) + 1)
            out[at:end] = other[start : start + draw.choice((4, 64, 4000))]
        elif fault == 4:
            out[at:at] = draw.choice(NASTY)
        else:
            del out[end:]
    return bytes(out[:MOST_BYTES])


def _mutate_member(data: bytes, others: list[bytes], draw: random.Random) -> bytes:
    """Return an archive with faults in one of its members, so that its checksums hold."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        names = source.namelist()
        struck = draw.choice(names)
        for name in names:
            member = source.read(name)
            archive.writestr(name, mutate(member, others, draw) if name == struck else member)
    return sink.getvalue()


def attempt(item: Seed) -> tuple[str, str]:
    """Read one input; return what came of it, and what more is to be said."""
    result = read(*item)
    if fault := next(filter(None, map(fault_of, result.documents)), ""):
        return "invalid", fault
    caught = next((reject.message for reject in result.rejects if reject.message.startswith(CAUGHT)), "")
    if caught:
        return "caught", caught.removeprefix(CAUGHT).partition(":")[0]
    return ("read" if result.documents else "refused"), ""


def fault_of(document: Parsed) -> str:
    """Return what a document has that it may not have, blank where it is sound."""
    for text in (document.title, document.publisher, document.item, *(block.text for block in document.blocks)):
        try:
            text.encode()
        except UnicodeEncodeError:
            return "text that UTF-8 cannot hold"
        if "\0" in text:
            return "text with a zero byte"
    for block in document.blocks:
        if (block.page is not None and block.page < 1) or block.level < 0:
            return "a page or a level below the first"
        if any(not 0 <= at <= len(block.text) or origin < 0 for at, origin in block.source):
            return "a map to the source that leaves the text"
    return ""


def seeds(paths: Sequence[Path]) -> list[Seed]:
    """Return some small files of each format among `paths`."""
    files = sorted((p for p in paths if p.is_file() and p.stat().st_size <= MOST_BYTES), key=lambda p: p.stat().st_size)
    by_format: dict[str, list[Path]] = {}
    for path in files:
        by_format.setdefault(path.suffix.lower(), []).append(path)
    return [(path.read_bytes(), path.name) for group in by_format.values() for path in group[:3]]


def by_family(paths: Sequence[Path]) -> dict[str, list[Seed]]:
    """Return small files of each family of readers, by the reader that reads them, and what is made of them."""
    found: dict[str, list[Seed]] = {}
    files = sorted((p for p in paths if p.is_file() and p.stat().st_size <= MOST_BYTES), key=lambda p: p.stat().st_size)
    with Isolated(_reader_of, limits=LIMITS) as child:
        for path in files:
            item = path.read_bytes(), path.name
            reader = child.run(item)
            if isinstance(reader, str) and len(found.get(reader, ())) < FILES_OF_A_READER:
                found.setdefault(reader, []).append(item)
    for reader, items in list(found.items()):
        found[reader] = [*items, *(more for item in items for more in _made_of(item))]
    return {
        family: items
        for family, readers in FAMILIES.items()
        if (items := [item for reader in sorted(readers) for item in found.get(reader, ())])
    }


def _reader_of(item: Seed) -> str:
    result = read(*item)
    return result.documents[0].reader if result.documents else ""


def _made_of(item: Seed) -> Iterator[Seed]:
    """Yield the same content in other forms: a PDF unpacked, a table as lines of JSON, a page in a web archive."""
    data, name = item
    if data.startswith(b"%PDF"):
        sink = io.BytesIO()
        with contextlib.suppress(pikepdf.PdfError), pikepdf.open(io.BytesIO(data)) as pdf:
            pdf.save(sink, qdf=True, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
            yield sink.getvalue(), name
    elif name.endswith(".csv"):
        rows = [line.split(",") for line in data.decode("utf-8", "replace").splitlines()]
        lines = (json.dumps(dict(zip(rows[0], row, strict=False))) for row in rows[1:])
        yield "\n".join(lines).encode(), f"{name}.jsonl"
    elif name.endswith(".html"):
        page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + data
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nContent-Length: {len(page)}\r\n"
        )
        yield f"{head}{len(page)}\r\n\r\n".encode() + page + b"\r\n\r\n", f"{name}.warc"


@dataclass
class Seen:
    """What became of the inputs of a family."""

    outcomes: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    slowest_s: float = 0.0


def fuzz(start: list[Seed], seconds: float, seed: int, keep: Path) -> Seen:
    """Return what became of the inputs; those with which a reader did what it may not are written to `keep`."""
    draw, seen = random.Random(seed), Seen()
    others = [other for other, _ in start]
    end = time.monotonic() + seconds
    with Isolated(attempt, limits=LIMITS) as child:
        while time.monotonic() < end:
            data, name = draw.choice(start)
            item = mutate(data, others, draw), name
            begun = time.monotonic()
            try:
                outcome = child.run(item)
            except Exception as error:
                outcome = Outcome("crash", f"raised {type(error).__name__}")
            seen.slowest_s = max(seen.slowest_s, round(time.monotonic() - begun, 1))
            _note(seen, item, outcome, keep)
    return seen


def _note(seen: Seen, item: Seed, outcome: Outcome | tuple[str, str], keep: Path) -> None:
    kind, said = (outcome.reason, outcome.message) if isinstance(outcome, Outcome) else outcome
    suffix = Path(item[1]).suffix
    seen.outcomes[f"{suffix}: {kind}"] += 1
    bad = kind not in {"read", "refused", "caught"}
    new = kind == "caught" and not seen.caught[said]
    if kind == "caught":
        seen.caught[said] += 1
    if bad or new:
        keep.mkdir(parents=True, exist_ok=True)
        path = keep / f"{kind}-{seen.outcomes.total()}{suffix}"
        path.write_bytes(item[0])
        print(f"{path}: {said}", file=sys.stderr, flush=True)
    if bad:
        seen.found.append(f"{path}: {said}")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=list(FAMILIES), default=list(FAMILIES))
    parser.add_argument("--keep", type=Path, default=Path("fuzz"))
    asked = parser.parse_args()
    given = asked.files or [ROOT / "corpus", ROOT / "tests" / "golden"]
    files = [path for start in given for path in (sorted(start.rglob("*.*")) if start.is_dir() else [start])]
    starts = by_family(files)
    bad = 0
    for family in asked.only:
        if family in starts:
            seen = fuzz(starts[family], asked.seconds, asked.seed, asked.keep / family)
            bad += len(seen.found)
            report = {
                "family": family,
                "files": len(starts[family]),
                "inputs": seen.outcomes.total(),
                "outcomes": dict(sorted(seen.outcomes.items())),
                "caught": dict(seen.caught.most_common()),
                "slowest_s": seen.slowest_s,
                "found": seen.found,
            }
            print(json.dumps(report), flush=True)
        else:
            print(f"{family}: none of the files given is read by it, so nothing was tried", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

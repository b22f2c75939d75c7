"""Pages a second of reading PDF: our reader, pdftotext (where it is on the machine) and PDFium's raw text.

    python benchmarks/pdf.py FOLDER [--repeat N]

All read the same files in the same run, in turn; each figure is the best of N rounds, by processor time (of child
processes too), so that other work on the machine disturbs little. Figures of different machines or runs do not compare,
their ratios do. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.readers.pdf import PdfOptions, read

Files = list[tuple[Path, bytes]]


def ours(files: Files) -> int:
    """Read blocks as the pipeline does, without recognition; return the number of pages."""
    options = PdfOptions(ocr=False)
    return sum(d.pages or 0 for path, data in files for d in read(data, path.name, options).documents)


def raw_text(files: Files) -> int:
    """Read each page's characters as PDFium gives them; return the number of pages."""
    pages = 0
    for _, data in files:
        document = pypdfium2.PdfDocument(data)
        for i in range(len(document)):
            page = pdfium.FPDF_LoadPage(document.raw, i)
            text = pdfium.FPDFText_LoadPage(page)
            count = pdfium.FPDFText_CountChars(text)
            pdfium.FPDFText_GetText(text, 0, count, (ctypes.c_ushort * (count + 1))())
            pdfium.FPDFText_ClosePage(text)
            pdfium.FPDF_ClosePage(page)
        pages += len(document)
        document.close()
    return pages


def pdftotext(files: Files) -> int:
    """Let poppler's pdftotext write each file's text, one process a file; return the number of pages."""
    for path, _ in files:
        subprocess.run(["pdftotext", str(path), "-"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return sum(len(pypdfium2.PdfDocument(data)) for _, data in files)


def readable(folder: Path) -> Files:
    """Return the folder's PDFs that our reader makes a document of, with their bytes."""
    files = [(path, path.read_bytes()) for path in sorted(folder.rglob("*.pdf"))]
    return [(path, data) for path, data in files if read(data, path.name, PdfOptions(ocr=False)).documents]


def pages_per_second(task: Callable[[Files], int], files: Files, repeat: int) -> float:
    """Return the best of some rounds, by user and system time of this process and its children."""
    best = 0.0
    for _ in range(repeat):
        begun = sum(os.times()[:4])
        pages = task(files)
        best = max(best, pages / (sum(os.times()[:4]) - begun))
    return best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    files = readable(asked.folder)
    if not files:
        parser.error(f"{asked.folder} holds no PDF that can be read")
    tasks: dict[str, Callable[[Files], int]] = {"ours": ours, "pdfium_raw_text": raw_text}
    if shutil.which("pdftotext"):
        tasks["pdftotext"] = pdftotext
    speed = {name: pages_per_second(task, files, asked.repeat) for name, task in tasks.items()}
    report: dict[str, object] = {"files": len(files), "pages": sum(len(pypdfium2.PdfDocument(d)) for _, d in files)}
    report["pages_per_second"] = {name: round(value, 1) for name, value in speed.items()}
    report["ours_to"] = {name: round(speed["ours"] / value, 3) for name, value in speed.items() if name != "ours"}
    if "pdftotext" not in tasks:
        report["note"] = "pdftotext is not on this machine"
    print(json.dumps(report))


if __name__ == "__main__":
    main()

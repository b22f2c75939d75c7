"""How large the report is and how quick, with made-up findings: one JSON line.

    python -m benchmarks report [FINDINGS]      default 100000

Needs Chromium and its driver (apt-get install chromium chromium-driver) and selenium; without them only the making is
measured. Times depend on what else the machine does. `pack_ratio` tells how far the made-up text is from real text,
whose statements pack to about a third.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "report"))
from made_up import run_tables

from pipeline.report import RunTables, report_html

ADDRESSES = {
    "theme": "#theme=thresholds",
    "cell": "#theme=thresholds&year=2012",
    "words": "#q=northmere",
    "surest": "#kind=concern&sort=surest",
}
READY = "return document.documentElement.dataset.ready === 'yes'"


def made_up(findings: int) -> RunTables:
    """Return tables whose statements are as hard to pack as real ones: a dozen random words of a large vocabulary."""
    tables = run_tables(documents=max(1, findings // 25), per_document=25)
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghilmnoprstuv", k=rng.randint(3, 9))) for _ in range(8000)]
    tables.findings["text"] = [f"{text} {' '.join(rng.choices(words, k=12))}." for text in tables.findings["text"]]
    return tables


def in_browser(page: Path) -> dict[str, Any]:
    """Return seconds until the page is ready, milliseconds of each filter, and megabytes of memory."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"):
        options.add_argument(argument)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        clock = time.perf_counter()
        browser.get(page.as_uri())
        while not browser.execute_script(READY):
            time.sleep(0.05)
        ready = time.perf_counter() - clock
        timed = "const t = performance.now(); show(stateOf(arguments[0])); return performance.now() - t"
        milliseconds = {name: round(browser.execute_script(timed, hash_)) for name, hash_ in ADDRESSES.items()}
        heap = browser.execute_script("return performance.memory.usedJSHeapSize") / 1e6
    finally:
        browser.quit()
    return {"ready_seconds": round(ready, 2), "filter_milliseconds": milliseconds, "browser_mb": round(heap)}


def main() -> None:
    """Measure and print."""
    findings = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    tables = made_up(findings)
    clock = time.process_time()
    html = report_html(tables, {})
    said: dict[str, Any] = {
        "findings": len(tables.findings),
        "made_cpu_seconds": round(time.process_time() - clock, 1),
        "file_mb": round(len(html.encode()) / 1e6, 1),
        "pack_ratio": round(len(html.encode()) / tables.findings["text"].str.len().sum(), 2),
    }
    if shutil.which("chromium") and shutil.which("chromedriver"):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "report.html"
            page.write_text(html, encoding="utf-8")
            said |= in_browser(page)
    print(json.dumps(said))


if __name__ == "__main__":
    main()

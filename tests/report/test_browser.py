"""The report in a real browser: marks open their statements, filters filter, nothing runs, nothing is fetched."""

from __future__ import annotations

import csv
import io
import os
import shutil
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from made_up import document, run_tables, statement, tables_of

from pipeline.report import report_html

webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium: pip install 'findings[dev]'")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs Chromium and its driver: apt-get install chromium chromium-driver"
)
CSS = "css selector"
HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script> \u202ereversed"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    found.set_script_timeout(180)  # axe looks at every element; a machine may be busy
    yield found
    found.quit()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_html(run_tables(), {"version": "0.1.0"}), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(browser: Any, page: str) -> Callable[..., Any]:
    def go(address: str = "", uri: str = page) -> Any:
        browser.get("about:blank")
        browser.get(uri + address)
        wait(browser, "return document.documentElement.dataset.ready === 'yes'")
        return browser

    return go


def wait(browser: Any, condition: str, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not browser.execute_script(condition):
        assert time.monotonic() < until, f"never true: {condition}"
        time.sleep(0.05)


def rows(browser: Any) -> list[str]:
    return [
        str(r) for r in browser.execute_script("return [...document.querySelectorAll('.row')].map(r => r.innerText)")
    ]


def count(browser: Any) -> str:
    return str(browser.execute_script("return document.getElementById('count').textContent"))


def modal(browser: Any) -> bool:
    return bool(browser.execute_script("return document.getElementById('statements').matches(':modal')"))


def test_a_mark_opens_its_statements(opened: Callable[..., Any]) -> None:
    browser = opened()
    mark = browser.find_element(CSS, ".scroll.wide svg a[href*='year=2012'][href*='thresholds']")
    name = mark.get_attribute("aria-label")
    mark.click()
    wait(browser, "return document.getElementById('statements').matches(':modal')")
    assert "2012" in browser.find_element("id", "statements-title").text
    assert name.startswith("Thresholds, 2012")
    shown = rows(browser)
    assert shown
    assert all("2012-" in row and "concern" in row and "page" in row for row in shown)
    assert browser.find_elements(CSS, ".row mark")


def test_every_mark_has_a_name_and_leads_to_statements(opened: Callable[..., Any]) -> None:
    browser = opened()
    marks = browser.execute_script(
        "const said = (a, name) => a.getAttribute(name);"
        "return [...document.querySelectorAll('svg a')].map(a => [said(a, 'href'), said(a, 'aria-label')])"
    )
    assert len(marks) > 100
    assert all(href.startswith("#") and "=" in href and name for href, name in marks)


def test_count_in_the_cell_is_the_count_of_rows(opened: Callable[..., Any]) -> None:
    browser = opened()
    cells = browser.execute_script(
        "const cells = [...document.querySelectorAll('table.dense td a')].slice(0, 12);"
        "return cells.map(a => [a.getAttribute('href'), a.textContent])"
    )
    for href, figure in cells:
        browser.execute_script("location.hash = arguments[0]", href)
        wait(browser, f"return document.getElementById('count').textContent.startsWith('{figure} finding')")


def test_keyboard_alone(opened: Callable[..., Any]) -> None:
    browser = opened()
    browser.execute_script("document.querySelector('.scroll.wide svg a').focus()")
    keys = import_module("selenium.webdriver").Keys
    first = browser.switch_to.active_element.get_attribute("aria-label")
    browser.switch_to.active_element.send_keys(keys.ARROW_RIGHT)
    second = browser.switch_to.active_element.get_attribute("aria-label")
    assert first != second
    assert not browser.execute_script("return document.getElementById('tip').hidden")
    browser.switch_to.active_element.send_keys(keys.ENTER)
    wait(browser, "return document.getElementById('statements').matches(':modal')")
    browser.switch_to.active_element.send_keys(keys.ESCAPE)
    wait(browser, "return !document.getElementById('statements').matches(':modal')")
    assert browser.find_element("id", "statements").is_displayed()
    assert browser.switch_to.active_element.get_attribute("aria-label") == second


def test_filters_and_deep_link(opened: Callable[..., Any]) -> None:
    browser = opened("#theme=thresholds&kind=concern&source=news")
    assert modal(browser)
    assert all("concern" in row and "news" in row for row in rows(browser))
    browser.execute_script(
        "const q = document.getElementById('f-q'); q.value = 'northmere';"
        "q.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    wait(browser, "return location.hash.includes('q=northmere')")
    assert all("Northmere" in row for row in rows(browser))
    found = count(browser)
    address = browser.execute_script("return location.hash")
    assert count(opened(address)) == found


def test_one_statement_has_an_address(opened: Callable[..., Any]) -> None:
    browser = opened("#statement=d00003-0002")
    assert len(rows(browser)) == 1
    assert "d00003-0002" in browser.find_element(CSS, ".row").get_attribute("data-statement")


def test_rows_as_csv(opened: Callable[..., Any]) -> None:
    browser = opened("#theme=thresholds&year=2012")
    text = browser.execute_script("return csv(app.data, app.rows)")
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert count(browser).startswith(f"{len(lines)} finding")
    assert {line["year"] for line in lines} == {"2012"}


def test_hostile_documents_stay_text(opened: Callable[..., Any], tmp_path: Path) -> None:
    doc = document(1, "2010", title=HOSTILE, source_path=HOSTILE)
    said = statement(doc, 0, "concern", ["thresholds"], f"=1+1 {HOSTILE}", speaker=HOSTILE, stem=HOSTILE)
    tables = tables_of([doc], [said])
    tables.rejects["message"] = HOSTILE
    tables.themes["theme_label"] = HOSTILE
    path = tmp_path / "hostile.html"
    path.write_text(report_html(tables, {"title": HOSTILE}), encoding="utf-8")
    browser = opened("#kind=concern&q=" + "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", path.as_uri())
    assert browser.title != "owned"
    browser = opened("#kind=concern", path.as_uri())
    assert not browser.find_elements(CSS, "img")
    assert HOSTILE.split(" \u202e")[0] in browser.find_element(CSS, ".said").text
    assert "'=1+1" in browser.execute_script("return csv(app.data, app.rows)")
    assert complaints(browser) == []


def complaints(browser: Any) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


def test_no_error_and_no_request(opened: Callable[..., Any]) -> None:
    browser = opened("#theme=thresholds")
    browser.get_log("performance")
    browser = opened("#theme=thresholds")
    sent = [
        entry["message"] for entry in browser.get_log("performance") if "Network.requestWillBeSent" in entry["message"]
    ]
    assert not [message for message in sent if '"url":"http' in message or '"url":"ws' in message]
    assert complaints(browser) == []


def test_print_as_pdf(opened: Callable[..., Any]) -> None:
    browser = opened()
    pdf = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    assert len(pdf) > 50_000


def test_hundred_thousand_findings_do_not_freeze(opened: Callable[..., Any], tmp_path: Path) -> None:
    small = run_tables(documents=200, per_document=20)
    html = report_html(small, {}, max_statements=1000)
    path = tmp_path / "sample.html"
    path.write_text(html, encoding="utf-8")
    browser = opened("", path.as_uri())
    assert count(browser).startswith("1,000 findings")
    assert "3,000 more findings" in browser.find_element(CSS, ".statements .note").text
    assert len(rows(browser)) == 25


def axe() -> Path | None:
    """Return axe-core's file: FINDINGS_AXE names it, or it comes with axe-core-python."""
    if named := os.environ.get("FINDINGS_AXE"):
        return Path(named)
    found = find_spec("axe_core_python")
    places = [Path(folder) / "axe.min.js" for folder in (found.submodule_search_locations or ())] if found else []
    return next((place for place in places if place.is_file()), None)


@pytest.mark.skipif(
    axe() is None, reason="needs axe-core: pip install axe-core-python, or FINDINGS_AXE=path/to/axe.min.js"
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["", "#theme=thresholds"])
def test_accessibility_rules(opened: Callable[..., Any], scheme: str, address: str) -> None:
    browser = opened()
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    browser = opened(address)
    found = axe()
    assert found is not None
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": found.read_text(encoding="utf-8")})
    faults = browser.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        ".then(r => done(r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 120)).slice(0, 3)}`)))"
    )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert faults == []

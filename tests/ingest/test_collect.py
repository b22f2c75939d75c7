"""Collecting: polite, resumable, and not to be led astray by any server."""

from __future__ import annotations

import csv
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from unruly_server import PAGE, PDF, Unruly, unruly

from pipeline.errors import ConfigError
from pipeline.ingest import find_files, read_manifests
from pipeline.ingest.collect import Collected, CollectSettings, FetchLimits, collect, read_sources
from pipeline.ingest.collect.addresses import is_public
from pipeline.ingest.collect.fetch import retry_after
from pipeline.ingest.collect.robots import parse_robots

LIMITS = FetchLimits(max_mb=1, total_s=20.0, silent_s=10.0, redirects=4, tries=3, longest_wait_s=100)
HASTY = replace(LIMITS, total_s=0.8, silent_s=0.4, tries=2)


@pytest.fixture(scope="module")
def running() -> Iterator[Unruly]:
    with unruly() as server:
        yield server


@pytest.fixture
def server(running: Unruly) -> Unruly:
    running.asked.clear()
    return running


def listed(folder: Path, *urls: str, more: str = "") -> Path:
    path = folder / "sources.csv"
    path.write_text("url,publisher,source_type,title,published,place\n" + "".join(f"{u},{more}\n" for u in urls))
    return path


class Fetcher:
    """Collects addresses of a server into a folder, and notes how long it would have slept."""

    def __init__(self, server: Unruly, folder: Path) -> None:
        self.server, self.folder, self.slept = server, folder, []

    def __call__(self, *paths: str, **settings: object) -> dict[str, Collected]:
        sources = read_sources(listed(self.folder, *(p if "://" in p else self.server.url + p for p in paths)))
        given = CollectSettings(**{"delay_s": 0.0, "private": True, "limits": LIMITS, **settings})  # type: ignore[arg-type]
        records = collect(sources, self.folder / "got", given, sleep=self.slept.append)
        return dict(zip(paths, records, strict=True))


@pytest.fixture
def fetch(server: Unruly, tmp_path: Path) -> Fetcher:
    return Fetcher(server, tmp_path)


@pytest.mark.parametrize(
    ("path", "reason", "words", "asked"),
    [
        ("/missing.pdf", "http_error", "404", 1),
        ("/broken.pdf", "busy", "500", 3),
        ("/later.pdf", "busy", "503", 1),  # a day is more waiting than is allowed
        ("/truncated.pdf", "truncated", "incomplete", 3),
        ("/empty.pdf", "truncated", "empty", 3),
        ("/huge.pdf", "too_large", "announced", 1),
        ("/endless.pdf", "too_large", "more than 1 MB", 1),
        ("/bomb.html", "too_large", "more than 1 MB", 1),
        ("/loop.pdf", "redirect_loop", "redirects", 1),
        ("/far/1", "redirect_loop", "redirects", 1),
        ("/away.pdf", "bad_address", "file:///etc/passwd", 1),
        ("/kept-out/a.pdf", "robots", "robots.txt", 0),
    ],
)
def test_a_document_that_does_not_come_is_a_typed_failure(
    fetch: Fetcher, server: Unruly, path: str, reason: str, words: str, asked: int
) -> None:
    found = fetch(path, "/good.pdf")
    assert (found[path].outcome, found[path].reason, found[path].file) == ("failed", reason, "")
    assert words in found[path].message
    assert server.asked[path] == asked
    assert found["/good.pdf"].outcome == "fetched"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/slow.pdf", "not done after 0.8 seconds"),
        ("/slow-headers.pdf", "not done after 0.8 seconds"),
        ("/silent.pdf", "nothing came for 0.4 seconds"),
    ],
)
def test_no_server_holds_the_collector_up(fetch: Fetcher, server: Unruly, path: str, words: str) -> None:
    record = fetch(path, limits=HASTY)[path]
    assert (record.outcome, record.reason, words in record.message) == ("failed", "timeout", True)
    assert server.asked[path] == 2


def test_what_comes_is_kept_with_its_record(fetch: Fetcher, tmp_path: Path) -> None:
    found = fetch("/good.pdf", "/packed.html", "/moved.pdf", "/kept-out/but-this.pdf")
    for path, body in (("/good.pdf", PDF), ("/packed.html", PAGE), ("/moved.pdf", PDF)):
        record = found[path]
        assert (tmp_path / "got" / record.file).read_bytes() == body
        assert record.bytes == len(body)
        assert record.warnings == ()
    assert found["/moved.pdf"].redirects[0].endswith("/moved.pdf")
    assert found["/moved.pdf"].final_url.endswith("/good.pdf")
    assert found["/kept-out/but-this.pdf"].outcome == "fetched"
    records = [json.loads(p.read_text()) for p in (tmp_path / "got" / ".collected").iterdir()]
    assert {r["url"]: r["sha256"] for r in records} == {r.url: r.sha256 for r in found.values()}


@pytest.mark.parametrize(
    ("path", "suffix", "words"),
    [("/wrong-type.pdf", ".html", "the address promises .pdf"), ("/no-end.pdf", ".pdf", "perhaps truncated")],
)
def test_what_is_not_what_it_seems_is_flagged(fetch: Fetcher, path: str, suffix: str, words: str) -> None:
    record = fetch(path)[path]
    assert record.outcome == "fetched"
    assert record.file.endswith(suffix)
    assert any(words in warning for warning in record.warnings)


def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(fetch: Fetcher, server: Unruly) -> None:
    record = fetch("/busy.pdf")["/busy.pdf"]
    assert (record.outcome, record.tries, record.message) == ("fetched", 3, "")
    assert fetch.slept == [7.0, 7.0]


def test_a_second_run_asks_for_what_is_missing_only(fetch: Fetcher, server: Unruly, tmp_path: Path) -> None:
    first = fetch("/good.pdf", "/page.html")
    server.asked.clear()
    assert {r.outcome for r in fetch("/good.pdf", "/page.html").values()} == {"unchanged"}
    assert not server.asked
    (tmp_path / "got" / first["/page.html"].file).write_bytes(b"damaged")
    again = fetch("/good.pdf", "/page.html")
    assert (again["/good.pdf"].outcome, again["/page.html"].outcome) == ("unchanged", "fetched")


def test_an_update_asks_whether_anything_changed(fetch: Fetcher, server: Unruly) -> None:
    fetch("/good.pdf")
    record = fetch("/good.pdf", update=True)["/good.pdf"]
    assert record.outcome == "unchanged"
    assert server.headers_of["/good.pdf"]["If-None-Match"] == '"v1"'
    assert server.headers_of["/good.pdf"]["If-Modified-Since"] == "Mon, 05 Jan 2015 10:00:00 GMT"


def test_a_failed_update_keeps_what_there_was(fetch: Fetcher, server: Unruly, tmp_path: Path) -> None:
    record = fetch("/page.html")["/page.html"]
    server.robots = b"User-agent: *\nDisallow: /\n"
    try:
        failed = fetch("/page.html", update=True)["/page.html"]
    finally:
        server.robots = b"User-agent: *\nDisallow: /kept-out\nAllow: /kept-out/but-this\n"
    assert (failed.outcome, failed.file) == ("failed", record.file)
    assert (tmp_path / "got" / record.file).exists()


def test_the_folder_is_a_corpus_with_the_dates_of_the_list(server: Unruly, tmp_path: Path) -> None:
    path = listed(tmp_path, f"{server.url}/page.html", more='Fernbridge Star,news,"Late, again",2015-02-03,Fernbridge')
    (record,) = collect(read_sources(path), tmp_path / "got", CollectSettings(0.0, private=True, limits=LIMITS))
    files = find_files(tmp_path / "got")
    assert [file.source_path for file in files] == [record.file]
    known = read_manifests(tmp_path / "got").find(record.file, "")
    assert (known.published, known.publisher, known.source_type, known.title) == (
        "2015-02-03", "Fernbridge Star", "news", "Late, again",
    )  # fmt: skip


def test_rows_of_the_manifest_that_others_wrote_stay(fetch: Fetcher, tmp_path: Path) -> None:
    fetch("/good.pdf")
    path = tmp_path / "got" / "manifest.csv"
    path.write_text(path.read_text() + "mine.txt,2001,Mine,,,,\n")
    record = fetch("/page.html", "/good.pdf")["/page.html"]
    rows = list(csv.DictReader(path.open()))
    assert {"mine.txt", record.file} < {row["source_path"] for row in rows}
    assert len(rows) == 3


def test_private_addresses_are_refused_unless_allowed(fetch: Fetcher, server: Unruly) -> None:
    record = fetch("/good.pdf", private=False)["/good.pdf"]
    assert (record.outcome, record.reason) == ("failed", "private_address")
    assert not server.asked


def test_a_name_that_leads_to_a_private_address_is_refused(
    fetch: Fetcher, server: Unruly, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = server.server_address[1]
    asked: list[str] = []

    def resolve(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    record = fetch(f"http://reports.example:{port}/good.pdf", private=False).popitem()[1]
    assert (record.reason, asked) == ("private_address", ["reports.example"])
    assert not server.asked


def test_a_redirect_to_a_private_address_is_refused(
    fetch: Fetcher, server: Unruly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.ingest.collect.fetch.is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(server, "elsewhere", f"http://127.0.0.2:{server.server_address[1]}/good.pdf")
    record = fetch("/away.pdf", private=False)["/away.pdf"]
    assert (record.reason, server.asked["/good.pdf"]) == ("private_address", 0)


def test_a_host_that_fails_and_fails_is_left_alone(fetch: Fetcher, server: Unruly) -> None:
    found = fetch(*(f"/broken.pdf?{n}" for n in range(8)))
    assert {r.outcome for r in found.values()} == {"failed"}
    assert [r.tries for r in found.values()] == [3] * 5 + [0] * 3


def test_hosts_take_turns_and_each_is_left_in_peace(fetch: Fetcher, server: Unruly) -> None:
    server.robots = b"User-agent: Findings\nCrawl-delay: 5\n\nUser-agent: *\nDisallow: /\n"
    try:
        assert fetch("/good.pdf?1", "/good.pdf?2", delay_s=2.0)["/good.pdf?2"].outcome == "fetched"
    finally:
        server.robots = b"User-agent: *\nDisallow: /kept-out\nAllow: /kept-out/but-this\n"
    assert [round(seconds) for seconds in fetch.slept] == [2, 7]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("10.1.2.3", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:192.168.1.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) == public


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /a*b*c", "/axxbyyc/d", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: findings\nDisallow: /no", "/a", True),
        ("User-agent: other\nUser-agent: Findings # us\nDisallow: /no", "/no/a", False),
        ("User-agent: other\nDisallow: /\n\nSitemap: x", "/a", True),
        ("<html>Not a list</html>", "/a", True),
    ],
)
def test_rules_for_robots(rules: str, path: str, allowed: bool) -> None:
    assert parse_robots(rules.encode(), "findings").allows(path) == allowed


def test_a_hostile_pattern_for_robots_takes_no_time() -> None:
    rules = parse_robots(b"User-agent: *\nDisallow: /" + b"a*" * 5000 + b"b$", "findings")
    assert rules.allows("/" + "a" * 20_000)


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120), ("Thu, 01 Jan 1970 00:02:00 GMT", 60), ("soon", 0), ("", 0)]
)
def test_how_long_a_server_wants_to_be_left_alone(value: str, seconds: float) -> None:
    assert retry_after({"retry-after": value}, 60.0) == seconds


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("ftp://example.org/a,,,,,", "line 2: 'ftp://example.org/a' is no address"),
        ("https://ada:secret@example.org/,,,,,", "name or password"),
        ("https://example.org/,,poem,,,", "no source type"),
        ("https://example.org/,,,,1/2/2003,", "no date"),
        ("https://[1::/,,,,,", "no address"),
    ],
)
def test_a_fault_in_the_list_is_said_with_its_line(tmp_path: Path, row: str, words: str) -> None:
    path = tmp_path / "sources.csv"
    path.write_text(f"url,publisher,source_type,title,published,place\n{row}\n")
    with pytest.raises(ConfigError, match=words.replace("[", r"\[")):
        read_sources(path)


def test_an_address_that_is_listed_twice_is_fetched_once(tmp_path: Path) -> None:
    path = tmp_path / "sources.csv"
    path.write_text("url\nhttps://Example.org/a b#top\nhttps://example.org/a%20b\n")
    assert [source.url for source in read_sources(path)] == ["https://example.org/a%20b"]


def test_the_lists_that_come_with_the_project_are_whole(root: Path) -> None:
    for path in (root / "corpus" / "sources").glob("*.csv"):
        assert len(read_sources(path)) > 10


def test_the_command_fetches_and_says_what_it_did(server: Unruly, tmp_path: Path) -> None:
    path = listed(tmp_path, f"{server.url}/good.pdf", f"{server.url}/missing.pdf")
    command = [sys.executable, "-m", "pipeline", "collect", str(path), "--to", str(tmp_path / "got")]
    done = subprocess.run(
        [*command, "--delay", "0", "--allow-private", "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == ["fetched", "failed"]
    assert "1 fetched, 0 there, 1 failed" in done.stderr
    assert "http_error: the server answers 404" in done.stderr

"""The collecting itself: one source after another, each host left in peace between two requests."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pipeline
from pipeline.ingest.collect.fetch import Answer, Client, FetchError, check_status, next_address
from pipeline.ingest.collect.folder import Collected, Folder
from pipeline.ingest.collect.kinds import oddities, suffix_of
from pipeline.ingest.collect.limits import FetchLimits
from pipeline.ingest.collect.robots import CLOSED, Robots, parse_robots
from pipeline.ingest.collect.sources import Source
from pipeline.ingest.files import file_digest

AGENT = "findings"
_ROBOTS_HOPS = 5
_GIVE_UP = 5  # documents of a host that fail one after the other before the rest is left for another day


@dataclass(frozen=True, slots=True)
class CollectSettings:
    """How documents are fetched.

    `delay_s`: seconds between two requests to a host, more where its robots.txt asks for more. `contact`: an address
    for people whose servers are visited. `private`: also fetch from private networks. `update`: ask again for what is
    there, in case it has changed.
    """

    delay_s: float = 1.0
    contact: str = ""
    private: bool = False
    update: bool = False
    limits: FetchLimits = field(default_factory=FetchLimits)

    @property
    def agent(self) -> str:
        """Return the name that servers see."""
        return f"{AGENT}/{pipeline.__version__}" + (f" (+{self.contact})" if self.contact else "")


class Tell(Protocol):
    """Is told what became of each source."""

    def __call__(self, record: Collected, /) -> None: ...


def collect(
    sources: Sequence[Source],
    to: Path,
    settings: CollectSettings,
    tell: Tell = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Collected]:
    """Fetch the sources that are not there yet into `to`, write its manifest, and return a record of each source."""
    folder = Folder(to)
    collector = _Collector(folder, settings, sleep)
    done: dict[str, Collected] = {}
    try:
        for source in _in_turn(sources):
            record = done[source.url] = collector.get(source)
            tell(record)
    finally:
        have = [(source, done[source.url]) for source in sources if source.url in done and done[source.url].file]
        if have:
            folder.write_manifest(have)
    return [done[source.url] for source in sources]


def _in_turn(sources: Sequence[Source]) -> Iterator[Source]:
    """Yield the sources host by host in turn, so that one host's pause is another's turn."""
    queues: dict[str, list[Source]] = {}
    for source in sources:
        queues.setdefault(source.host, []).append(source)
    for turn in range(max(map(len, queues.values()), default=0)):
        yield from (queue[turn] for queue in queues.values() if turn < len(queue))


class _Collector:
    """What is known of the hosts while a list is worked through."""

    def __init__(self, folder: Folder, settings: CollectSettings, sleep: Callable[[float], None]) -> None:
        self._folder, self._settings, self._sleep = folder, settings, sleep
        self._client = Client(settings.agent, settings.limits, settings.private)
        self._robots: dict[str, Robots] = {}
        self._free_at: dict[str, float] = {}
        self._silent: Counter[str] = Counter()  # failures in a row, by host

    def get(self, source: Source) -> Collected:
        """Return what became of a source, after it is safely on disk."""
        known = self._folder.known(source)
        if known and not self._settings.update:
            return replace(known, outcome="unchanged")
        if self._silent[source.host] >= _GIVE_UP:
            error = FetchError("unreachable", f"{source.host} failed {_GIVE_UP} times in a row and was left alone")
            return self._failed(source, error, known, 0)
        limits = self._settings.limits
        for tries in count(1):
            try:
                record = self._kept(source, self._follow(source.url, known.conditions() if known else {}), known, tries)
            except FetchError as error:
                wait = max(error.wait_s, 2.0 ** (tries - 1))
                if error.passes and tries < limits.tries and wait <= limits.longest_wait_s:
                    self._sleep(wait)
                    continue
                self._silent[source.host] += error.passes
                return self._failed(source, error, known, tries)
            self._silent[source.host] = 0
            return record
        raise AssertionError("a try ends the loop")  # pragma: no cover

    def _follow(self, url: str, conditions: dict[str, str]) -> Answer:
        """Return the answer at the end of the redirects; each step keeps to its host's rules."""
        passed: list[str] = []
        while True:
            robots = self._rules(url)
            parts = urlsplit(url)
            if not robots.allows(parts.path + (f"?{parts.query}" if parts.query else "")):
                raise FetchError("robots", f"the site's robots.txt keeps robots out of {parts.path[:200]}")
            self._wait_for(parts.netloc, robots.delay_s)
            answer = self._client.hop(url, conditions)
            following = next_address(answer)
            if not following:
                check_status(answer)
                return replace(answer, redirects=tuple(passed))
            passed.append(url)
            if following in passed or len(passed) > self._settings.limits.redirects:
                raise FetchError("redirect_loop", f"it leads on and on, by {len(passed)} redirects")
            url = following

    def _rules(self, url: str) -> Robots:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            self._robots[site] = self._fetch_rules(f"{site}/robots.txt")
        return self._robots[site]

    def _fetch_rules(self, url: str) -> Robots:
        """Return a site's rules: none where it has no robots.txt, all closed where it cannot say (RFC 9309, 2.3.1)."""
        for _ in range(_ROBOTS_HOPS):
            self._wait_for(urlsplit(url).netloc, 0.0)
            answer = self._client.hop(url)
            if not (following := next_address(answer)):
                break
            url = following
        if answer.status == 200:
            return parse_robots(answer.body, AGENT)
        return CLOSED if answer.status == 429 or answer.status >= 500 else Robots()

    def _wait_for(self, host: str, asked_s: float) -> None:
        delay = max(self._settings.delay_s, asked_s)
        now = time.monotonic()
        free = self._free_at.get(host, now)
        if free > now:
            self._sleep(free - now)
        self._free_at[host] = max(free, now) + delay

    def _kept(self, source: Source, answer: Answer, known: Collected | None, tries: int) -> Collected:
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        if answer.status == 304 and known:
            record = replace(known, outcome="unchanged", fetched=now, tries=tries, reason="", message="")
            self._folder.keep(source, record)
            return record
        if not answer.body:
            raise FetchError("truncated", "the document is empty")
        content_type = answer.headers.get("content-type", "")
        suffix = suffix_of(answer.body, content_type, source.suffix)
        record = Collected(
            url=source.url,
            outcome="fetched",
            fetched=now,
            file=source.file_name(suffix),
            bytes=len(answer.body),
            sha256=file_digest(answer.body),
            final_url=answer.url,
            redirects=answer.redirects,
            status=answer.status,
            content_type=content_type,
            etag=answer.headers.get("etag", ""),
            last_modified=answer.headers.get("last-modified", ""),
            tries=tries,
            warnings=oddities(answer.body, suffix, content_type, source.suffix),
        )
        self._folder.keep(source, record, answer.body)
        if known and known.file != record.file:
            self._folder.drop(known.file)
        return record

    def _failed(self, source: Source, error: FetchError, known: Collected | None, tries: int) -> Collected:
        """Record a failure; a document that came before stays."""
        record = replace(
            known or Collected(source.url, "failed"),
            outcome="failed",
            reason=error.reason,
            message=str(error),
            tries=tries,
            status=error.status,
        )
        self._folder.keep(source, record)
        return record

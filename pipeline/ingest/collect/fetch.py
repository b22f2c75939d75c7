"""One document over HTTP, within limits: redirects followed by hand, bodies counted, every failure typed."""

from __future__ import annotations

import datetime as dt
import email.utils
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import (
    DecodeError,
    HTTPError,
    IncompleteRead,
    InvalidChunkLength,
    LocationValueError,
    ProtocolError,
    SSLError,
)

from pipeline.errors import ConfigError
from pipeline.ingest.collect.addresses import Opened, PrivateAddressError, any_address, guarded_pool, is_public
from pipeline.ingest.collect.limits import FetchLimits
from pipeline.ingest.collect.sources import checked_url

Reason = Literal[
    "robots",  # the site's rules keep robots out of it
    "private_address",
    "bad_address",
    "http_error",  # an answer that says no: 404, 410 ...
    "busy",  # 429 or 503, and more waiting than is allowed
    "unreachable",
    "tls",
    "timeout",
    "truncated",  # less came than was announced
    "too_large",
    "redirect_loop",
]
_PASSING: frozenset[Reason] = frozenset({"busy", "unreachable", "timeout", "truncated"})
_PIECE = 2**16


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server gave. `status` 304: nothing new since the last time."""

    url: str  # after redirects
    status: int
    headers: Mapping[str, str]  # names in small letters
    body: bytes
    redirects: tuple[str, ...] = ()


class FetchError(Exception):
    """A document that did not come, and why; `wait_s` is how long the server asks to be left alone."""

    def __init__(self, reason: Reason, message: str, wait_s: float = 0.0, status: int = 0) -> None:
        super().__init__(message)
        self.reason, self.wait_s, self.status = reason, wait_s, status

    @property
    def passes(self) -> bool:
        """Say whether another try may help."""
        return self.reason in _PASSING


@dataclass(slots=True)
class Client:
    """Asks servers. `private`: also those in private networks. Made for one thread."""

    agent: str
    limits: FetchLimits = field(default_factory=FetchLimits)
    private: bool = False
    _opened: Opened = field(default_factory=Opened)
    _pool: urllib3.PoolManager | None = None

    def hop(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Return one answer, a redirect or a body; FetchError where there is none. Redirects are not followed."""
        if self._pool is None:
            self._pool = guarded_pool(any_address if self.private else is_public, self._opened)
        with self._clock() as has_rung, _typed(has_rung, self.limits):
            answer = self._pool.request(
                "GET",
                url,
                headers={"User-Agent": self.agent, "Accept-Encoding": "gzip", "Connection": "close", **(headers or {})},
                timeout=urllib3.Timeout(connect=min(10.0, self.limits.silent_s), read=self.limits.silent_s),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                return Answer(url, answer.status, {k.lower(): v for k, v in answer.headers.items()}, self._body(answer))
            finally:
                answer.close()
                self._pool.clear()  # a kept connection may be closed from the other side just when it is used again
        raise AssertionError("every fault is raised")  # pragma: no cover

    def _body(self, answer: urllib3.BaseHTTPResponse) -> bytes:
        most = self.limits.max_mb * 1e6
        announced = answer.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > most:
            raise FetchError("too_large", f"{int(announced) / 1e6:.0f} MB are announced, {most / 1e6:g} allowed")
        body = bytearray()
        for piece in answer.stream(_PIECE, decode_content=True):
            body += piece
            if len(body) > most:
                raise FetchError("too_large", f"more than {most / 1e6:g} MB came")
        return bytes(body)

    @contextmanager
    def _clock(self) -> Iterator[threading.Event]:
        """Shut the connection when the time for a document is over, however slowly its bytes drip."""
        rung = threading.Event()

        def ring() -> None:
            rung.set()
            self._opened.shut()

        timer = threading.Timer(self.limits.total_s, ring)
        timer.daemon = True
        timer.start()
        try:
            yield rung
        finally:
            timer.cancel()
            self._opened.forget()


@contextmanager
def _typed(has_rung: threading.Event, limits: FetchLimits) -> Iterator[None]:
    """Turn what goes wrong on the line into a FetchError."""
    late = FetchError("timeout", f"not done after {limits.total_s:g} seconds")
    try:
        yield
    except PrivateAddressError as error:
        raise FetchError("private_address", f"{error}; allow it with --allow-private") from error
    except (urllib3.exceptions.TimeoutError, TimeoutError) as error:
        raise FetchError("timeout", f"nothing came for {limits.silent_s:g} seconds") from error
    except (SSLError, LocationValueError, DecodeError, HTTPError, OSError) as error:
        raise (late if has_rung.is_set() else _fault(error)) from error
    if has_rung.is_set():  # a connection that is shut looks like one that has ended
        raise late


def _fault(error: Exception) -> FetchError:
    inner = [error, *error.args]
    if isinstance(error, SSLError):
        return FetchError("tls", f"the server cannot prove who it is: {error}"[:300])
    if isinstance(error, LocationValueError):
        return FetchError("bad_address", str(error))
    if isinstance(error, DecodeError) or any(isinstance(e, IncompleteRead | InvalidChunkLength) for e in inner):
        return FetchError("truncated", f"the document is incomplete: {error}"[:300])
    if isinstance(error, ProtocolError):
        return FetchError("truncated", f"the connection broke: {error}"[:300])
    return FetchError("unreachable", str(error)[:300])


def next_address(answer: Answer) -> str:
    """Return where a redirect leads, an empty string where the answer is none; FetchError where it leads nowhere."""
    if answer.status not in (301, 302, 303, 307, 308):
        return ""
    given = answer.headers.get("location", "")
    if not given:
        raise FetchError("http_error", f"status {answer.status} without an address", status=answer.status)
    try:
        return checked_url(urljoin(answer.url, given), answer.url)
    except (ConfigError, ValueError) as error:
        raise FetchError("bad_address", f"leads to '{given[:200]}', which is not fetched") from error


def check_status(answer: Answer) -> None:
    """Raise FetchError where the answer is neither a document nor "not modified"."""
    if answer.status in (200, 203, 304):
        return
    if answer.status in (408, 429) or answer.status >= 500:
        wait = retry_after(answer.headers, time.time())
        raise FetchError("busy", f"the server answers {answer.status}", wait, answer.status)
    raise FetchError("http_error", f"the server answers {answer.status}", status=answer.status)


def retry_after(headers: Mapping[str, str], now: float) -> float:
    """Return the seconds for which a server asks to be left alone: a number or a date (RFC 9110, 10.2.3); 0 if none."""
    given = headers.get("retry-after", "").strip()
    if given.isdecimal():
        return float(given)
    try:
        until = email.utils.parsedate_to_datetime(given)
    except (TypeError, ValueError, IndexError):
        return 0.0
    return max(0.0, (until if until.tzinfo else until.replace(tzinfo=dt.UTC)).timestamp() - now)

"""A server on this machine that misbehaves in every way that a collector meets."""

from __future__ import annotations

import gzip
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PDF = b"%PDF-1.4\n" + b"x" * 400 + b"\n%%EOF\n"
PAGE = b"<!doctype html><html><body><p>The harbour school in Marrow Bay was visited.</p></body></html>"
BOMB = gzip.compress(b" " * 5_000_000)
ROBOTS = b"User-agent: *\nDisallow: /kept-out\nAllow: /kept-out/but-this\n"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Unruly

    def log_message(self, format: str, *args: object) -> None:
        """Keep silent."""

    def do_GET(self) -> None:
        path = self.path
        self.server.asked[path] += 1
        self.server.headers_of[path] = dict(self.headers)
        name = path.lstrip("/").split("/")[0].split(".")[0].replace("-", "_")
        getattr(self, f"at_{name}", self.at_missing)()

    def answer(self, status: int, body: bytes = b"", kind: str = "application/pdf", **headers: str) -> None:
        self.send_response(status)
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        for key, value in ({"Content-Type": kind, "Content-Length": str(len(body))} | given).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def at_missing(self) -> None:
        self.answer(404, b"no")

    def at_robots(self) -> None:
        self.answer(200, self.server.robots, "text/plain")

    def at_good(self) -> None:
        if self.headers.get("If-None-Match") == '"v1"':
            self.answer(304, b"", ETag='"v1"')
        else:
            self.answer(200, PDF, ETag='"v1"', Last_Modified="Mon, 05 Jan 2015 10:00:00 GMT")

    def at_page(self) -> None:
        self.answer(200, PAGE, "text/html; charset=utf-8")

    at_kept_out = at_good
    at_wrong_type = at_page

    def at_packed(self) -> None:
        self.answer(200, gzip.compress(PAGE), "text/html", Content_Encoding="gzip")

    def at_bomb(self) -> None:
        self.answer(200, BOMB, "text/html", Content_Encoding="gzip")

    def at_busy(self) -> None:
        if self.server.asked[self.path] < 3:
            self.answer(429, b"wait", Retry_After="7")
        else:
            self.answer(200, PDF)

    def at_broken(self) -> None:
        self.answer(500, b"oh")

    def at_later(self) -> None:
        self.answer(503, b"later", Retry_After="86400")

    def at_truncated(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(PDF)
        self.close_connection = True

    def at_no_end(self) -> None:
        self.answer(200, PDF[:200])

    def at_huge(self) -> None:
        self.answer(200, b"", Content_Length="99999999999")

    def at_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.drip(b"x" * 65536, 0.0)

    def at_slow(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.drip(b"x", 0.1)

    def at_slow_headers(self) -> None:
        self.drip(b"HTTP/1.1 200 OK\r\n", 0.0, once=True)
        self.drip(b"X: y\r\n", 0.1)

    def drip(self, piece: bytes, pause: float, once: bool = False) -> None:
        self.close_connection = True
        try:
            for _ in range(1 if once else 2000):
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:
            return

    def at_silent(self) -> None:
        time.sleep(3)
        self.close_connection = True

    def at_loop(self) -> None:
        self.answer(302, b"", Location="/loop")

    def at_far(self) -> None:
        step = int(self.path.rpartition("/")[2])
        self.answer(302, b"", Location=f"/far/{step + 1}")

    def at_moved(self) -> None:
        self.answer(301, b"", Location="/good.pdf")

    def at_away(self) -> None:
        self.answer(302, b"", Location=self.server.elsewhere)

    def at_empty(self) -> None:
        self.answer(200, b"")


class Unruly(ThreadingHTTPServer):
    """The server: counts what it was asked, and remembers the headers of each path's last request."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: Counter[str] = Counter()
        self.headers_of: dict[str, dict[str, str]] = {}
        self.robots = ROBOTS
        self.elsewhere = "file:///etc/passwd"

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep silent about clients that hang up."""

    @property
    def url(self) -> str:
        """Return the address of its root."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def unruly() -> Iterator[Unruly]:
    """Serve while the context is open."""
    server = Unruly()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()

"""What a site lets robots fetch, read as RFC 9309 says: the group for us, the longest rule that fits."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(r"^\s*([A-Za-z-]+)\s*:\s*([^#\r\n]*)")
_MOST = 500 * 1024  # bytes that are looked at
_LONGEST_DELAY = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Robots:
    """A site's rules for us: (allowed, pattern) each, and the seconds that it asks for between two requests."""

    rules: tuple[tuple[bool, str], ...] = ()
    delay_s: float = 0.0

    def allows(self, path: str) -> bool:
        """Say whether the path (with its query) may be fetched: the longest rule decides, of equals the allowing."""
        fitting = [(len(pattern), allowed) for allowed, pattern in self.rules if _fits(pattern, path)]
        return max(fitting)[1] if fitting else True


CLOSED = Robots(((False, "/"),))


def parse_robots(data: bytes, agent: str) -> Robots:
    """Return the rules in a robots.txt for the agent's name (a prefix of ours will do), else those for all."""
    groups: list[tuple[list[str], list[tuple[str, str]]]] = []
    open_names = False
    for line in data[:_MOST].decode("utf-8", errors="replace").splitlines():
        found = _LINE.match(line.lstrip("\ufeff"))
        if not found:
            continue
        field, value = found.group(1).lower(), found.group(2).strip()
        if field == "user-agent":
            if not open_names:
                groups.append(([], []))
            groups[-1][0].append(value.lower())
            open_names = True
        elif field in ("allow", "disallow", "crawl-delay"):
            open_names = False
            if groups:
                groups[-1][1].append((field, value))
    mine = [lines for names, lines in groups if any(n != "*" and n and agent.lower().startswith(n) for n in names)]
    chosen = mine or [lines for names, lines in groups if "*" in names]
    return _rules([line for lines in chosen for line in lines])


def _rules(lines: list[tuple[str, str]]) -> Robots:
    rules = tuple((field == "allow", value) for field, value in lines if field != "crawl-delay" and value)
    delays = [float(v) for field, v in lines if field == "crawl-delay" and re.fullmatch(r"\d{1,6}(\.\d+)?", v)]
    return Robots(rules, min(max(delays, default=0.0), _LONGEST_DELAY))


def _fits(pattern: str, path: str) -> bool:
    """Match a rule piece by piece, so that no pattern takes long: "*" is anything, a "$" at the end the path's end."""
    whole = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for piece in rest:
        place = path.find(piece, at)
        if place < 0:
            return False
        at = place + len(piece)
    if not whole:
        return True
    return path.endswith(rest[-1]) and len(path) >= at if rest else at == len(path)

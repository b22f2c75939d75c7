"""What stands before a list item or a numbered paragraph: bullets, dashes, numbers, letters."""

from __future__ import annotations

import re
import unicodedata

_DASHES = "–—−⁃̶-"
_BULLETS = "•‣·●∙*"
_TIGHT_BULLETS = "•●▪■◼"  # bullets even where no space follows
_NO_BULLETS = "©®°№℗™"
_NUMBER = re.compile(
    r"(?:\(?\d{1,3}(?:\.\d{1,3})*[.)]|\d{1,2}(?:\.\d{1,3}){1,3}|\(?[a-zA-Z][)]|[a-zA-Z]\.|\(?[ivx]{1,5}[).]|[IVXL]{1,6}\.)"
    r"\s+(?=\S)|\d{1,3}\.(?=[A-Z‘“])"
)
_BARE_NUMBER = re.compile(r"\d{1,3}\s+(?=\S)")
_LONE = re.compile(r"o|\(?\d{1,3}(?:\.\d{1,3}){0,3}[.)]?|\(?[a-zA-Z][).]|\(?[ivx]{1,5}[).]|[IVXL]{1,6}\.")
_SYMBOL_DASHES = "\uf02d\uf0be"


def marker_end(text: str, symbol: bool = False) -> int:
    """Return the offset of the text behind the marker that a line seems to begin with, 0 where there is none.

    `symbol`: the line's first character is in a symbol font, so that any single character is a bullet.
    """
    spaced = text[1:2].isspace()
    if (spaced and (symbol or text[0] == "o" or _is_bullet_sign(text[0]))) or text[0] in _TIGHT_BULLETS:
        end = len(text) - len(text[1:].lstrip())
        return end if end < len(text) else 0
    match = _NUMBER.match(text) or _BARE_NUMBER.match(text)
    return match.end() if match else 0


def _is_bullet_sign(char: str) -> bool:
    """Say whether a character is a bullet, a dash, or a sign of the kind that fonts offer as bullets."""
    if char in _BULLETS or char in _DASHES:
        return True
    if "\u2190" <= char <= "\u2bff":  # arrows, geometric shapes, dingbats
        return True
    return char > "\x7f" and unicodedata.category(char) in ("So", "Co") and char not in _NO_BULLETS


def is_lone_marker(text: str, symbol: bool = False) -> bool:
    """Say whether a whole run of text is nothing but a marker."""
    return bool(_LONE.fullmatch(text)) or (len(text) == 1 and (symbol or _is_bullet_sign(text)))


def is_bullet(marker: str) -> bool:
    """Say whether a marker is a bullet or a dash, not a number or letter."""
    return bool(marker) and (len(marker) == 1 and not marker.isalnum())


def shown(marker: str) -> str:
    """Return a marker as it looks on the page: symbol-font codes become a bullet or a dash."""
    if len(marker) == 1 and (marker in _SYMBOL_DASHES or marker in _DASHES):
        return "–"
    if len(marker) == 1 and not (marker.isalpha() and marker != "o") and not marker.isdigit():
        return "•"
    return "•" if marker == "o" else marker


def number_of(marker: str) -> int | None:
    """Return the last number of a marker such as "12." or "3.4", None where it has none."""
    found = re.findall(r"\d+", marker)
    return int(found[-1]) if found else None

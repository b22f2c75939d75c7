"""Charts into pictures: Vega draws them, links and names are made fit for keyboard and screen reader."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any
from xml.etree import ElementTree

import altair as alt
import pandas as pd
from altair.utils import schemapi

from pipeline.report.look import PAPER, config

_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_LONG_NUMBER = re.compile(r"(\d+\.\d{2})\d+")
_ID = re.compile(r'\bid="([A-Za-z_]+\d*)"')
_DROPPED = ("role", "aria-roledescription", "aria-hidden", "style")


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures drawn before: `find` gives the bytes kept under a key, or None; `used` are those of now."""

    find: Callable[[str], bytes | None]
    used: dict[str, bytes] = field(default_factory=dict)


_kept: ContextVar[Pictures | None] = ContextVar("kept", default=None)


@contextmanager
def remembering(pictures: Pictures) -> Iterator[None]:
    """Draw only what is not among the pictures drawn before: those of the same chart by the same library."""
    token = _kept.set(pictures)
    try:
        yield
    finally:
        _kept.reset(token)


def unchecked() -> AbstractContextManager[None]:
    """Draw without having every part of a chart checked against Vega-Lite's schema, which the tests have done."""
    checked: AbstractContextManager[None] = schemapi.debug_mode(False)
    return checked


def svg(chart: alt.TopLevelMixin, *, paper: bool = False) -> str:
    """Return the chart as an SVG file: `paper` gives it a white ground and leaves the links out."""
    return _tidy(_drawn(_spec(chart, paper)), links=not paper)


def svgs(chart: alt.TopLevelMixin, frames: Iterable[pd.DataFrame]) -> list[str]:
    """Return the same chart as an SVG a frame: described once, which is what takes most of the time.

    All parts of `chart` must draw the one frame that it was made with; `frames` have its columns.
    """
    spec = _spec(chart, paper=False)
    (name,) = spec["datasets"]
    drawn = []
    for frame in frames:
        spec["datasets"] = {name: json.loads(frame.to_json(orient="records", double_precision=15))}
        drawn.append(_tidy(_drawn(spec), links=True))
    return drawn


def png(chart: alt.TopLevelMixin) -> bytes:
    """Return the chart as PNG on white, 3 pixels to a point."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(_spec(chart, paper=True), scale=3, allowed_base_urls=[]))


def _drawn(spec: dict[str, Any]) -> str:
    """Return the library's SVG of a chart, from among the pictures drawn before where it is there."""
    pictures = _kept.get()
    if pictures is None:
        return _draw(spec)
    said = json.dumps([version("vl-convert-python"), spec], sort_keys=True)
    key = "picture " + hashlib.sha256(said.encode()).hexdigest()
    if key not in pictures.used:
        pictures.used[key] = pictures.find(key) or zlib.compress(_draw(spec).encode())
    return zlib.decompress(pictures.used[key]).decode()


def _draw(spec: dict[str, Any]) -> str:
    import vl_convert  # starts an engine of its own, which only a new picture needs

    return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


def _spec(chart: alt.TopLevelMixin, paper: bool) -> dict[str, Any]:
    spec: dict[str, Any] = chart.to_dict(validate=False)
    settings = config()
    if paper:
        settings |= {"background": PAPER, "padding": 12}
    return spec | {"config": settings}


def _tidy(text: str, links: bool) -> str:
    """Return the SVG with one named link a mark, everything else silent, and coordinates of two decimals."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(text)
    for parent in list(root.iter()):
        for at, child in enumerate(list(parent)):
            if child.tag == f"{{{_SVG}}}a":
                parent[at] = _link(child) if links else child[0]
    for element in root.iter():
        _plain(element)
    root.set("focusable", "false")
    written = ElementTree.tostring(root, encoding="unicode")
    return _own_ids(_LONG_NUMBER.sub(r"\1", written))


def _own_ids(text: str) -> str:
    """Return the SVG with ids made from its content: the library counts on from picture to picture."""
    found = list(dict.fromkeys(_ID.findall(text)))
    for number, name in enumerate(found):
        text = re.sub(rf"\b{re.escape(name)}\b", f"@{number}@", text)
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return re.sub(r"@(\d+)@", rf"p{digest}-\1", text) if found else text


def _link(anchor: ElementTree.Element) -> ElementTree.Element:
    """Return a link to the place in this page that the mark stands for, with the mark's description as its name."""
    href = anchor.get(_HREF, "")
    link = ElementTree.Element(f"{{{_SVG}}}a", {"href": "#" + href.partition("#")[2]})
    for mark in anchor:
        link.set("aria-label", mark.get("aria-label", ""))
        link.append(mark)
    return link


def _plain(element: ElementTree.Element) -> None:
    is_link = element.tag == f"{{{_SVG}}}a"
    for name in _DROPPED:
        element.attrib.pop(name, None)
    if not is_link:
        element.attrib.pop("aria-label", None)

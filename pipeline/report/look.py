"""One look for every picture: colours that colour-blind readers can tell apart, one typeface, quiet axes."""

from __future__ import annotations

from typing import Any

# The style sheet re-colours these values by attribute selector in the dark, so each stands for one role only.
INK = "#1c2430"
MUTED = "#5a6472"
LINE = "#c9ced6"
PAPER = "#ffffff"
BLANK = "#f1f3f5"
ACCENT = "#1d5b79"
BAND = "#c5dbe6"
KIND_COLOURS = {"concern": "#b4451f", "strength": "#1f6fa3", "recommendation": "#b08200"}
SOURCE_COLOURS = {"report": "#1d5b7a", "news": "#b4461f", "other": "#7a6a9a"}
SOURCE_SHAPES = {"report": "circle", "news": "triangle-up", "other": "square"}
# Six steps of one hue (lightness falls evenly), the first for a true zero; text is dark on four, light on three.
STEPS = ("#eef1f4", "#d9e8ee", "#b3d1de", "#82b3c8", "#4a8cab", "#1f6488", "#0b3f5c")
CONCERN_STEPS = ("#f1eeec", "#f6ddd2", "#edbfab", "#e09a7c", "#cc6c47", "#a8421e", "#6f2709")
ON_LIGHT = "#1c2431"
ON_DARK = "#fefefe"

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


def config() -> dict[str, Any]:
    """Return the Vega-Lite configuration of every picture."""
    axis = {
        "labelColor": MUTED,
        "labelFontSize": 11,
        "titleColor": MUTED,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "domainColor": LINE,
        "tickColor": LINE,
        "gridColor": LINE,
        "gridOpacity": 0.5,
        "labelLimit": 260,
    }
    return {
        "font": FONT,
        "background": None,
        "padding": 4,
        "view": {"stroke": None},
        "axis": axis,
        "legend": {"labelColor": INK, "titleColor": MUTED, "titleFontWeight": "normal", "labelFontSize": 11},
        "title": {"color": INK, "fontSize": 12, "fontWeight": "bold", "anchor": "start"},
        "concat": {"spacing": 12},
    }

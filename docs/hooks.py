"""What the site does besides: pages of the contents that are not written yet are left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def on_config(config: Any) -> Any:
    """Leave entries of the contents out whose file is not there; an empty section goes with them."""
    config["nav"] = _there(config["nav"], Path(config["docs_dir"]))
    return config


def _there(entries: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    kept = []
    for entry in entries:
        ((title, target),) = entry.items()
        if isinstance(target, list):
            target = _there(target, folder)
        elif not (folder / target).is_file():
            continue
        if target:
            kept.append({title: target})
    return kept

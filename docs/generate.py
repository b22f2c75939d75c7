"""Write docs/reference from the code: `python -m docs.generate`; --check only says what is out of date.

`python -m docs.generate --images RUN PREFIX NAME...` draws pictures of a finished run as docs/images/PREFIX_NAME.svg.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from docs import api, commands, settings, tables

HERE = Path(__file__).resolve().parent
PAGES: dict[str, Callable[[], str]] = {
    "commands": commands.page,
    "tables": tables.page,
    "settings": settings.page,
    "api": api.page,
}
NOTE = "<!-- Written from the code by `make reference`; change it there. -->\n\n"


def pages() -> dict[Path, str]:
    """Return the text of every page of the reference by its path."""
    return {HERE / "reference" / f"{name}.md": NOTE + page() for name, page in PAGES.items()}


def outdated() -> list[str]:
    """Return the names of the pages that are not what the code says now."""
    return [
        path.name for path, text in pages().items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def draw(run_folder: Path, prefix: str, names: list[str]) -> None:
    """Write pictures of a finished run into docs/images; UsageError where there is none of a name."""
    from pipeline import load_run, plot_run

    run = load_run(run_folder)
    for name in names:
        plot_run(run, name).save(HERE / "images" / f"{prefix}_{name}.svg")


def main(words: list[str]) -> int:
    """Do what the command line says; return the exit code."""
    if words[:1] == ["--check"]:
        stale = outdated()
        print(f"out of date: {', '.join(stale)} (make reference)" if stale else "up to date")
        return bool(stale)
    if words[:1] == ["--images"]:
        draw(Path(words[1]), words[2], words[3:])
        return 0
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The reference is what the code says, and leaves nothing out; the pages' links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from docs import commands, generate, settings
from pipeline.tables import TABLES


def test_the_reference_is_up_to_date() -> None:
    assert generate.outdated() == [], "run 'make reference'"


def test_every_setting_has_a_meaning_and_its_default_stands_in_the_configuration(root: Path) -> None:
    listed = list(settings.listed())
    assert [s.name for s in listed if not s.meaning] == [], "write a comment in configs/pipeline.yml"
    written = yaml.safe_load((root / "configs" / "pipeline.yml").read_text(encoding="utf-8"))
    for setting in listed:
        value = written
        for key in setting.name.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            assert settings.said(value) == setting.default, setting.name


def test_every_column_has_a_description() -> None:
    silent = [f"{t.name}.{c.name}" for t in TABLES.values() for c in t.columns if len(c.description) < 4]
    assert silent == []


def test_every_command_and_option_is_on_the_page() -> None:
    page = commands.page()
    for path, command in commands.walked():
        assert f"## {path}\n" in page
        assert all(p.help for p in command.params), path


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs"])
def test_links_lead_to_files_that_are_there(root: Path, name: str) -> None:
    pages = [root / name] if (root / name).is_file() else sorted((root / name).rglob("*.md"))
    dead = [
        f"{page.relative_to(root)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if target.endswith((".md", ".py", ".yml", ".csv"))
        and "://" not in target
        and not (page.parent / target).exists()
    ]
    assert dead == []


def test_every_page_is_in_the_contents_of_the_site(root: Path) -> None:
    contents = (root / "mkdocs.yml").read_text(encoding="utf-8")
    pages = [path.relative_to(root / "docs").as_posix() for path in (root / "docs").rglob("*.md")]
    assert [page for page in pages if f": {page}\n" not in contents] == []

"""`findings init`: a folder that runs as it is, and never in anybody's way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.cli.init import init
from pipeline.codebook import load_codebook
from pipeline.errors import ConfigError, UsageError
from pipeline.stages import RunOptions, run


def test_a_new_project_runs_as_it_is(tmp_path: Path) -> None:
    project = tmp_path / "care homes"
    init(project, quiet=True)
    text = "Published: 4 March 2014\n\nThere are not enough staff on the evening shift.\n"
    (project / "corpus" / "a.txt").write_text(text, encoding="utf-8")
    out = project / "outputs" / "run"
    done = run(
        RunOptions(project / "corpus", out, project / "configs" / "pipeline.yml", engine="serial", until="tabulate")
    )
    assert done.said["rows"]["documents"] == 1
    assert done.said["codebook"]["name"] == "my_project"
    assert "2014,staffing,Staffing,1," in (out / "tables" / "theme_year.csv").read_text(encoding="utf-8")


def test_every_target_of_the_makefile_is_listed_and_explained(tmp_path: Path) -> None:
    init(tmp_path / "new", quiet=True)
    text = (tmp_path / "new" / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", text, re.M))
    assert targets == set(re.findall(r"^([a-z]+):.*## \w", text, re.M))
    assert targets == set(re.search(r"^\.PHONY: (.*)$", text, re.M)[1].split())
    assert "{" not in re.sub(r"\$\{|printf.*|awk.*", "", text)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        init(tmp_path, quiet=True)
    with pytest.raises(UsageError, match="is a file"):
        init(tmp_path / "notes.txt", quiet=True)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_a_codebook_to_begin_with_is_checked_first(root: Path, tmp_path: Path) -> None:
    init(tmp_path / "upr", codebook=root / "configs" / "codebooks" / "upr.yml", quiet=True)
    assert len(load_codebook(tmp_path / "upr" / "configs" / "codebook.yml").themes) == 54
    (tmp_path / "bad.yml").write_text("themes: [{id: A B}]\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        init(tmp_path / "bad", codebook=tmp_path / "bad.yml", quiet=True)
    assert not (tmp_path / "bad").exists()

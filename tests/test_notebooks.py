"""The notebooks run on a finished run, and are stored without outputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.stages import RunOptions, run

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")


def test_notebooks_run_and_hold_no_outputs(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text(
        "Published: 4 March 2004\n\nSocial workers do not share information.\n", encoding="utf-8"
    )
    run(RunOptions(corpus, tmp_path / "out", engine="serial", until="tabulate"))
    monkeypatch.setenv("FINDINGS_RUN", str(tmp_path / "out"))
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        book = nbformat.read(path, as_version=4)
        assert not any(cell.get("outputs") for cell in book.cells)
        nbclient.NotebookClient(book, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute()

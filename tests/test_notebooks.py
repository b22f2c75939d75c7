"""The notebooks run on a finished run, define nothing of their own, and are stored without outputs."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

NAMES = sorted(path.name for path in (Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NAMES)
def book(root: Path, request: pytest.FixtureRequest) -> Any:
    return nbformat.read(root / "notebooks" / request.param, as_version=4)


def test_a_notebook_holds_no_outputs_and_defines_no_logic(book: Any) -> None:
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    source = "\n".join(line for cell in code for line in cell.source.splitlines() if not line.startswith("!"))
    defined = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
    assert defined == []


def test_a_notebook_runs(book: Any, root: Path, sample_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINDINGS_RUN", str(sample_run))
    monkeypatch.setenv("PYTHONPATH", str(root))
    client = nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": str(root / "notebooks")}})
    client.execute()
    said = "".join(output.get("text", "") for cell in book.cells for output in cell.get("outputs", []))
    assert "error" not in said.lower(), said

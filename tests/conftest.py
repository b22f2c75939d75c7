"""What tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def material() -> Path:
    """Return the folder of real documents and gold; tests that need it say so and are skipped where it is not there."""
    folder = Path(os.environ.get("FINDINGS_MATERIAL", ROOT.parent / "shared"))
    if not (folder / "gold").is_dir():
        pytest.skip(f"needs real documents in {folder} (FINDINGS_MATERIAL names another folder)")
    return folder


@pytest.fixture(scope="session")
def sample_run(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of one whole run on the sample corpus, for all tests that only read it."""
    from pipeline.stages import RunOptions, run

    out = tmp_path_factory.mktemp("sample") / "outputs"
    run(RunOptions(root / "corpus" / "sample", out, engine="serial"))
    return out

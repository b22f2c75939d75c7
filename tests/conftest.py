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

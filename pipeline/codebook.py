"""The codebook: themes with definitions, terms and examples, checked when it is loaded."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.config import YamlFile, build, dump_yaml, load_yaml
from pipeline.errors import ConfigError

_ID = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme: what counts (`include`), what does not (`exclude`), the words that speak for it and against it.

    `valid_from` and `valid_to` are years, inclusive; None is unbounded.
    """

    id: str
    label: str
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    not_terms: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    valid_from: int | None = None
    valid_to: int | None = None
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Codebook:
    """All themes in their order, with the hash of what they say."""

    themes: tuple[Theme, ...]
    name: str = ""
    version: str = ""
    sha256: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the theme ids in order."""
        return tuple(theme.id for theme in self.themes)


@dataclass(frozen=True, slots=True)
class _CodebookFile:
    themes: tuple[Theme, ...]
    name: str = ""
    version: str = ""
    description: str = ""
    language: str = "en"


def load_codebook(path: Path) -> Codebook:
    """Read a codebook file; a ConfigError names the line of an empty term, a double id, an unknown parent."""
    source = load_yaml(path)
    if not isinstance(source.value, dict) or not source.value.get("themes"):
        raise source.error("has no themes", (), "A codebook is a list 'themes:' with at least an id and a label each")
    read = build(_CodebookFile, source)
    _check_ids(read, source)
    for i, theme in enumerate(read.themes):
        _check_theme(theme, i, read, source)
    return _with_hash(read)


def _with_hash(read: _CodebookFile) -> Codebook:
    said = json.dumps([asdict(theme) for theme in read.themes], ensure_ascii=False, sort_keys=True)
    return Codebook(read.themes, read.name, read.version, hashlib.sha256(said.encode()).hexdigest())


def _check_ids(read: _CodebookFile, source: YamlFile) -> None:
    first: dict[str, int] = {}
    for i, theme in enumerate(read.themes):
        at = ("themes", i, "id")
        if not _ID.match(theme.id):
            raise source.error(
                f"the theme id '{theme.id}' is not usable",
                at,
                "Use small letters, digits and _ only, beginning with a letter",
            )
        if theme.id in first:
            line = source.lines[("themes", first[theme.id], "id")]
            raise source.error(
                f"the theme id '{theme.id}' stands twice",
                at,
                f"It is first used in line {line}; give each theme its own id",
            )
        first[theme.id] = i


def _check_theme(theme: Theme, i: int, read: _CodebookFile, source: YamlFile) -> None:
    if not theme.label.strip():
        raise source.error(
            f"theme '{theme.id}' has an empty label", ("themes", i, "label"), "Give it a name for people"
        )
    for name in ("terms", "not_terms", "examples", "counter_examples"):
        for j, text in enumerate(getattr(theme, name)):
            if not text.strip(" *"):
                raise source.error(
                    f"theme '{theme.id}' has an empty entry in '{name}'",
                    ("themes", i, name, j),
                    "Fill it or take it out",
                )
    if theme.parent and theme.parent not in {t.id for t in read.themes}:
        raise source.error(
            f"theme '{theme.id}' has an unknown parent '{theme.parent}'",
            ("themes", i, "parent"),
            "Use the id of a theme of this codebook",
        )
    if theme.valid_from and theme.valid_to and theme.valid_from > theme.valid_to:
        raise source.error(
            f"theme '{theme.id}' ends before it begins", ("themes", i, "valid_to"), "Exchange valid_from and valid_to"
        )


def theme_ids(cell: str, codebook: Codebook, place: str) -> tuple[str, ...]:
    """Return the ids that a `;`-separated cell of ids or labels names, in codebook order; unknown: ConfigError."""
    known = {theme.id: theme.id for theme in codebook.themes} | {
        theme.label.casefold(): theme.id for theme in codebook.themes
    }
    found = set()
    for word in filter(None, (w.strip() for w in cell.split(";"))):
        if word not in known and word.casefold() not in known:
            raise ConfigError(
                f"'{word}' is no theme of the codebook", place=place, remedy="Use an id or a label of the codebook"
            )
        found.add(known.get(word) or known[word.casefold()])
    return tuple(i for i in codebook.ids if i in found)


def codebook_yaml(codebook: Codebook) -> str:
    """Return a codebook as YAML that `load_codebook` reads; empty entries are left out."""
    themes = []
    for theme in codebook.themes:
        said = {name: value for name, value in asdict(theme).items() if value not in ((), "", None)}
        themes.append({name: list(value) if isinstance(value, tuple) else value for name, value in said.items()})
    return dump_yaml({"name": codebook.name, "version": codebook.version, "themes": themes})

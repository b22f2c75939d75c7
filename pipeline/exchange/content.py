"""What a run has to say to other programs: documents with their text, a tree of codes, and who coded what."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from pipeline.codebook import Codebook, Theme
from pipeline.ingest.documents import normalised_text
from pipeline.readers.guard import NOT_XML
from pipeline.tables.schema import KINDS

MACHINE = "Findings"  # the pipeline's own coder, told from people by this name and its id
MACHINE_ID = "findings:"
KIND = "kind:"
NO_THEME = "no_theme"
SAMPLED = "inclusion probability"
KIND_GROUP = "Kind of statement"
EMERGENT_GROUP = "Themes found in the text"
_NAMESPACE = uuid.UUID("6d0c1f5e-2f0b-5d5e-9a54-1f5a2b0f7c11")
_COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#E69F00",
    "#7A5195",
    "#5B8C5A",
    "#8C564B",
    "#3B6FA0",
)


def guid(*parts: str) -> str:
    """Return the same identifier for the same parts, unique among all others: an upper-case UUID."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts))).upper()


def xml_text(text: str) -> str:
    """Return text as XML can hold it: a character that it cannot becomes U+FFFD, so that offsets stay."""
    return NOT_XML.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class Code:
    """A code of the tree: `id` is a theme_id, 'kind:concern' and the like, or a group's; groups are not codable."""

    id: str
    name: str
    description: str = ""
    codable: bool = True
    children: tuple[Code, ...] = ()

    @property
    def guid(self) -> str:
        """Return the code's identifier in other programs."""
        return guid("code", self.id)

    def walk(self, above: str = "") -> Iterator[tuple[Code, str]]:
        """Yield this code and those below it, each with the names above it joined by ' > '."""
        yield self, above
        for child in self.children:
            yield from child.walk(f"{above} > {self.name}" if above else self.name)


@dataclass(frozen=True, slots=True)
class Coding:
    """What a coder said of a statement: its kind (blank: nothing), its themes, and a note on how that is known.

    `inclusion_probability`: of the statement in the sample that the coder was given; None where there is none.
    """

    statement_id: str
    coder: str
    kind: str = ""
    themes: tuple[str, ...] = ()
    note: str = ""
    inclusion_probability: float | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the ids of the codes that say this; NO_THEME where nothing else would be said."""
        kind = (f"{KIND}{self.kind}",) if self.kind else ()
        return (*kind, *self.themes) or (NO_THEME,)


@dataclass(frozen=True)
class RunContent:
    """Tables of a run (documents, blocks, statements, assignments, themes as data frames), its codebook and its name.

    `finished` is the run's time stamp, ISO 8601. `people`: codings by people, to go along with the pipeline's own.
    """

    documents: pd.DataFrame
    blocks: pd.DataFrame
    statements: pd.DataFrame
    assignments: pd.DataFrame
    themes: pd.DataFrame
    version: str = ""
    finished: str = ""
    codebook: Codebook | None = None
    codebook_sha256: str = ""
    people: tuple[Coding, ...] = field(default_factory=tuple)

    @cached_property
    def names(self) -> dict[str, str]:
        """Return doc_id -> the document's name in other programs: path and item, unique."""
        rows = zip(self.documents["doc_id"], self.documents["source_path"], self.documents["item"], strict=True)
        return {doc_id: f"{path} [{item}]" if item else path for doc_id, path, item in rows}

    @cached_property
    def _block_rows(self) -> Mapping[str, Any]:
        return dict(self.blocks.groupby("doc_id", sort=False).indices)

    def text(self, doc_id: str) -> str:
        """Return the document's normalised text, which offsets count in."""
        if doc_id not in self._block_rows:
            return ""
        rows = self.blocks.iloc[self._block_rows[doc_id]]
        starts = (None if pd.isna(start) else int(start) for start in rows["start"])
        return xml_text(normalised_text(zip(rows["marker"], rows["text"], starts, strict=True)))

    @cached_property
    def statements_of(self) -> dict[str, pd.DataFrame]:
        """Return doc_id -> its statements in order."""
        return {str(doc_id): rows for doc_id, rows in self.statements.groupby("doc_id", sort=False)}

    @property
    def machine(self) -> str:
        """Return the name of the pipeline's own coder: tool and version."""
        return f"{MACHINE} {self.version}".strip()

    @property
    def coders(self) -> tuple[str, ...]:
        """Return the pipeline's name and those of the people, sorted."""
        return (self.machine, *sorted({coding.coder for coding in self.people}))

    def machine_codings(self) -> dict[str, Coding]:
        """Return statement_id -> what the pipeline says of each finding."""
        notes: dict[str, list[str]] = {}
        themes: dict[str, list[str]] = {}
        for row in self.assignments.itertuples():
            themes.setdefault(row.statement_id, []).append(row.theme_id)
            notes.setdefault(row.statement_id, []).append(f"{row.theme_id} {row.probability:.2f} ({row.method})")
        found = self.statements[self.statements["kind"] != "context"]
        return {
            row.statement_id: Coding(
                row.statement_id,
                self.machine,
                row.kind,
                tuple(themes.get(row.statement_id, ())),
                "; ".join([f"{row.kind} {row.kind_probability:.2f}", *notes.get(row.statement_id, ())]),
            )
            for row in found.itertuples()
        }

    def user_id(self, coder: str) -> str:
        """Return what identifies a coder; the pipeline's carries its version and the hash of its codebook."""
        return f"{MACHINE_ID}{self.version};codebook-sha256:{self.codebook_sha256}" if coder == self.machine else coder

    @cached_property
    def book(self) -> Codebook:
        """Return the run's codebook; what the table of themes says of it where the file is gone or has changed."""
        if self.codebook:
            return self.codebook
        rows = self.themes[self.themes["origin"] == "codebook"].itertuples()
        return Codebook(tuple(Theme(row.theme_id, row.theme_label, row.definition) for row in rows))

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """Return the tree of codes: kinds, themes of the codebook by parent, themes found in the text."""
        kinds = tuple(Code(f"{KIND}{kind}", kind) for kind in KINDS)
        none = Code(NO_THEME, "No theme", "Read, and no theme of the codebook applies")
        groups = [
            Code("group:kind", KIND_GROUP, "What a statement does", False, kinds),
            *_branch(self.book.themes, ""),
            none,
        ]
        emergent = self.themes[self.themes["origin"] == "emergent"]
        if len(emergent):
            children = tuple(Code(r.theme_id, r.theme_label, r.terms.replace(";", "; ")) for r in emergent.itertuples())
            groups.append(Code("group:emergent", EMERGENT_GROUP, "Not part of the codebook", False, children))
        return tuple(groups)


def _branch(themes: Iterable[Theme], parent: str) -> Iterator[Code]:
    listed = tuple(themes)
    for theme in listed:
        if theme.parent == parent:
            yield Code(theme.id, theme.label, _described(theme), True, tuple(_branch(listed, theme.id)))


def _described(theme: Theme) -> str:
    parts = [theme.definition]
    parts += [f"Include: {'; '.join(theme.include)}"] if theme.include else []
    parts += [f"Exclude: {'; '.join(theme.exclude)}"] if theme.exclude else []
    parts += [f"Example: {theme.examples[0]}"] if theme.examples else []
    return "\n".join(part for part in parts if part)


def colour(code: Code) -> str:
    """Return the code's colour, the same in every export."""
    return _COLOURS[int(hashlib.sha256(code.id.encode()).hexdigest(), 16) % len(_COLOURS)]

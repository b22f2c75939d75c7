"""The large coder: a fine-tuned sentence encoder through onnxruntime, for whom installs the extra `semantic`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ConfigError, UsageError
from pipeline.themes.rows import CONTEXT_WIDTH, KINDS, Row, nearest, plain
from pipeline.themes.student import SHIPPED, Calibration, read_card

Floats = NDArray[np.float32]
LENGTH = 128


class Teacher:
    """The encoder that the student learned from: better on new wording, much slower. Loaded by `load_teacher`."""

    def __init__(self, session: Any, tokenizer: Any, card: Mapping[str, Any]) -> None:
        self.name = "teacher"
        self.version: str = card["version"]
        self.theme_ids: tuple[str, ...] = tuple(card["theme_ids"])
        self.thresholds = np.array([card["thresholds"][t] for t in self.theme_ids], np.float32)
        self._calibration = Calibration.of(card, self.theme_ids)
        tokenizer.no_padding()
        tokenizer.enable_truncation(LENGTH, strategy="longest_first")
        self._session, self._tokenizer = session, tokenizer

    def probabilities(self, rows: Sequence[Row]) -> tuple[Floats, Floats]:
        """Return kinds (n, 4) and themes (n, T): calibrated, with four digits."""
        return self._calibration(*self.logits(rows))

    def logits(self, rows: Sequence[Row]) -> tuple[Floats, Floats]:
        """Return the uncalibrated kinds (n, 4) and themes (n, T).

        Rows go through one at a time: the activations' scale is a row's own, so that no answer depends on other rows.
        """
        kinds = np.zeros((len(rows), len(KINDS)), np.float32)
        themes = np.zeros((len(rows), len(self.theme_ids)), np.float32)
        for i, row in enumerate(rows):
            before = row.before[-CONTEXT_WIDTH:].strip()
            code = self._tokenizer.encode(first_segment(row), before or None)
            fed = {"ids": code.ids, "mask": code.attention_mask, "segment": segments(code)}
            out = self._session.run(["kinds", "themes"], {k: np.array([v], np.int64) for k, v in fed.items()})
            kinds[i], themes[i] = out[0][0], out[1][0]
        return kinds, themes


def segments(code: Any) -> list[int]:
    """Return for each token of an encoded pair whether it is of the text before (1) or of what is coded (0)."""
    own = [at for at, sequence in enumerate(code.sequence_ids) if sequence == 0]
    last = own[-1] + 1 if own else 0  # the mark that ends what is coded is still of it
    return [int(at > last) for at in range(len(code.ids))]


def first_segment(row: Row) -> str:
    """Return what is coded: the nearest heading, the lead-in and the statement."""
    return " ; ".join(part for part in (nearest(row.section), row.stem.strip(), plain(row.text)) if part)


def load_teacher(directory: Path | None = None) -> Teacher:
    """Return the teacher of a model folder; the shipped one by default.

    Raises UsageError without the extra `semantic`, ConfigError where a file is missing or its sha256 differs.
    """
    return _load((directory or SHIPPED).resolve())


@lru_cache(maxsize=2)
def _load(directory: Path) -> Teacher:
    _, tokenizers = _libraries()
    card, model = read_card(directory, "teacher")
    vocabulary = (directory / card["tokenizer"]["file"]).read_bytes()
    if hashlib.sha256(vocabulary).hexdigest() != card["tokenizer"]["sha256"]:
        raise ConfigError(f"{card['tokenizer']['file']} is not the file that model.json names", place=str(directory))
    return Teacher(open_session(model), tokenizers.Tokenizer.from_buffer(vocabulary), card)


def open_session(model: bytes) -> Any:
    """Return what runs an ONNX file's bytes, in one thread."""
    onnxruntime, _ = _libraries()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _libraries() -> tuple[Any, Any]:
    """Return onnxruntime and tokenizers; raise UsageError where the extra `semantic` is not installed."""
    try:
        import onnxruntime
        import tokenizers
    except ImportError as fault:
        remedy = "Install it with: pip install 'findings[semantic]'"
        raise UsageError(f"the large coder needs {fault.name}, of the extra `semantic`", remedy=remedy) from fault
    return onnxruntime, tokenizers

"""Lets an exported teacher code rows: writes its logits, and its reading in fewer figures, beside the rows' file.

python label.py --teacher DIR [--calibration HELD_OUT.npz] ROWS.jsonl [...]   (DIR holds teacher.onnx); writes ROWS.npz
"""

from __future__ import annotations

import argparse
import json
import time
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from ship import fitted
from tokenizers import Tokenizer

from pipeline.themes.rows import CONTEXT_WIDTH, Row
from pipeline.themes.semantic import LENGTH, first_segment, open_session, segments

SIZE = 8
MEANING = 96


@lru_cache
def mix(width: int) -> np.ndarray:
    """Return what draws a reading of some width down to MEANING figures: by chance, the same every time."""
    return np.random.default_rng(0).standard_normal((width, MEANING)).astype(np.float32) / MEANING**0.5


def label(
    session: onnxruntime.InferenceSession, tokenizer: Tokenizer, rows: list[Row]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return kind logits, theme logits and readings of the rows, taken in small batches of about the same length."""
    pairs = [(first_segment(r), r.before[-CONTEXT_WIDTH:].strip()) for r in rows]
    codes = tokenizer.encode_batch([p if p[1] else p[0] for p in pairs])
    order = sorted(range(len(rows)), key=lambda i: len(codes[i].ids))
    kinds, themes, meaning = (np.zeros((len(rows), width), np.float16) for width in (4, 20, MEANING))
    for at in range(0, len(order), SIZE):
        take = order[at : at + SIZE]
        width = max(len(codes[i].ids) for i in take)
        fed = {name: np.zeros((len(take), width), np.int64) for name in ("ids", "mask", "segment")}
        for n, i in enumerate(take):
            c = codes[i]
            size = len(c.ids)
            fed["ids"][n, :size], fed["mask"][n, :size], fed["segment"][n, :size] = c.ids, 1, segments(c)
        kinds[take], themes[take], pooled = session.run(["kinds", "themes", "pooled"], fed)
        meaning[take] = pooled @ mix(pooled.shape[1])
    return kinds, themes, meaning


def calibrated(held_out: Path, kinds: np.ndarray, themes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return logits that mean what they say on rows that the teacher has not seen."""
    fit, _, _ = fitted(held_out)
    scale, shift = (np.array(list(fit[name].values()), np.float32) for name in ("theme_scale", "theme_shift"))
    return kinds * np.float32(fit["kind_scale"]), themes * scale + shift


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--teacher", type=Path, required=True)
    p.add_argument("--calibration", type=Path, help="held_out.npz of a teacher of this recipe")
    p.add_argument("rows", type=Path, nargs="+")
    a = p.parse_args()
    session = open_session((a.teacher / "teacher.onnx").read_bytes())
    tokenizer = Tokenizer.from_file(str(a.teacher / "teacher_tokenizer.json"))
    tokenizer.enable_truncation(LENGTH, strategy="longest_first")
    for path in a.rows:
        begun = time.time()
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        rows = [Row(r["text"], r["stem"], r["section"], r["before"]) for r in lines]
        kinds, themes, meaning = label(session, tokenizer, rows)
        if a.calibration:
            kinds, themes = calibrated(a.calibration, kinds, themes)
        np.savez(path.with_suffix(".npz"), kinds=kinds, themes=themes, meaning=meaning)
        print(path.name, len(rows), "rows,", round(time.time() - begun), "s", flush=True)


if __name__ == "__main__":
    main()

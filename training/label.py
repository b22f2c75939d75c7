"""Lets an exported teacher code rows: writes its logits beside the rows' file.

python label.py --teacher DIR ROWS.jsonl [ROWS2.jsonl ...]      (DIR holds teacher.onnx); writes ROWS.npz
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from pipeline.themes.rows import CONTEXT_WIDTH, Row
from pipeline.themes.semantic import LENGTH, first_segment

SIZE = 8


def label(
    session: onnxruntime.InferenceSession, tokenizer: Tokenizer, rows: list[Row]
) -> tuple[np.ndarray, np.ndarray]:
    """Return kind and theme logits of the rows, read in small batches of about the same length."""
    pairs = [(first_segment(r), r.before[-CONTEXT_WIDTH:].strip()) for r in rows]
    codes = tokenizer.encode_batch([p if p[1] else p[0] for p in pairs])
    order = sorted(range(len(rows)), key=lambda i: len(codes[i].ids))
    kinds, themes = np.zeros((len(rows), 4), np.float16), np.zeros((len(rows), 20), np.float16)
    for at in range(0, len(order), SIZE):
        take = order[at : at + SIZE]
        width = max(len(codes[i].ids) for i in take)
        fed = {name: np.zeros((len(take), width), np.int64) for name in ("ids", "mask", "segment")}
        for n, i in enumerate(take):
            c = codes[i]
            size = len(c.ids)
            fed["ids"][n, :size], fed["mask"][n, :size], fed["segment"][n, :size] = c.ids, 1, c.type_ids
        kinds[take], themes[take] = session.run(["kinds", "themes"], fed)
    return kinds, themes


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--teacher", type=Path, required=True)
    p.add_argument("rows", type=Path, nargs="+")
    a = p.parse_args()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(a.teacher / "teacher.onnx", options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(a.teacher / "teacher_tokenizer.json"))
    tokenizer.enable_truncation(LENGTH, strategy="longest_first")
    for path in a.rows:
        begun = time.time()
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        rows = [Row(r["text"], r["stem"], r["section"], r["before"]) for r in lines]
        kinds, themes = label(session, tokenizer, rows)
        np.savez(path.with_suffix(".npz"), kinds=kinds, themes=themes)
        print(path.name, len(rows), "rows,", round(time.time() - begun), "s", flush=True)


if __name__ == "__main__":
    main()

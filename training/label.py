"""Lets trained teachers code rows: writes the mean of their logits beside the rows' file.

python label.py --base MODEL_DIR --teacher DIR/teacher.pt [DIR2/teacher.pt ...] ROWS.jsonl      writes ROWS.npz
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from data import Coded
from teacher import load, predict


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--base", type=Path, required=True)
    p.add_argument("--teacher", type=Path, nargs="+", required=True)
    p.add_argument("rows", type=Path)
    a = p.parse_args()
    lines = [json.loads(line) for line in a.rows.read_text("utf-8").splitlines()]
    rows = [Coded("", "", r["group"], r["text"], r["stem"], r["section"], r["before"], "context", ()) for r in lines]
    total: list[np.ndarray] = []
    for checkpoint in a.teacher:
        begun = time.time()
        out = predict(*load(a.base, checkpoint), rows)
        total = [x + y for x, y in zip(total, out, strict=True)] if total else list(out)
        print(checkpoint, len(rows), "rows,", round(time.time() - begun), "s", flush=True)
    kinds, themes = (x / len(a.teacher) for x in total)
    np.savez(a.rows.with_suffix(".npz"), kinds=kinds.astype(np.float16), themes=themes.astype(np.float16))


if __name__ == "__main__":
    main()

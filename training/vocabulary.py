"""Counts the word pieces of uncoded and coded text.

python vocabulary.py --base MODEL_DIR UNCODED.jsonl COUNTS.json
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from data import everything
from tokenizers import Tokenizer


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--base", type=Path, required=True)
    p.add_argument("uncoded", type=Path)
    p.add_argument("counts", type=Path)
    a = p.parse_args()
    tokenizer = Tokenizer.from_file(str(a.base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    rows = [json.loads(line) for line in a.uncoded.read_text("utf-8").splitlines()]
    texts = [f"{r['text']} {r['section']}" for r in rows]
    texts += [f"{r.text} {r.section} {r.before}" for r in everything()]
    counts: Counter[int] = Counter()
    for at in range(0, len(texts), 2000):
        for code in tokenizer.encode_batch(texts[at : at + 2000], add_special_tokens=False):
            counts.update(code.ids)
    a.counts.write_text(json.dumps({str(k): v for k, v in sorted(counts.items())}), "utf-8")


if __name__ == "__main__":
    main()

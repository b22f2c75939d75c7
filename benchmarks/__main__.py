"""Run the benchmarks: `python -m benchmarks` lists them, `python -m benchmarks NAME ARGS...` runs one."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))

if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("Name one, with what it needs (ARGS='pdf FOLDER'):", *NAMES, sep="\n  ")
    elif sys.argv[1] not in NAMES:
        sys.exit(f"'{sys.argv[1]}' is no benchmark; there are: {', '.join(NAMES)}")
    else:
        name, sys.argv = sys.argv[1], sys.argv[1:]
        runpy.run_path(str(HERE / f"{name}.py"), run_name="__main__")

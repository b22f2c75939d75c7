"""Look up known vulnerabilities of the locked dependencies.

    python -m benchmarks audit

Reads requirements.lock (what is installed for users) with pip-audit. Ends with 1 where a vulnerability is known;
without a network it says so and ends with 0, since a check that cannot be made is no fault of the code.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"


def main() -> int:
    """Print what is known and return the exit code."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--requirement",
        str(LOCK),
        "--no-deps",
        "--disable-pip",
        "-f",
        "json",
    ]
    done = subprocess.run([*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = done.stderr.strip().splitlines()[-1:] or ["no answer"]
        print(f"No audit was made: {reason[0]}", "Run 'make audit' again with a network.", sep="\n")
        return 0
    faults = [(one, fault) for one in found for fault in one.get("vulns", ())]
    print(f"{len(found)} locked dependencies, {len(faults)} known vulnerabilities")
    for one, fault in faults:
        fixed = ", ".join(fault["fix_versions"]) or "no version yet"
        print(f"  {one['name']} {one['version']}: {fault['id']}; fixed in {fixed}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""Asks the public list of known holes about every package of the lock, and never takes "could not look" for "none"."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

LOCK = Path(__file__).parents[1] / "requirements/run.txt"


class Verdict(NamedTuple):
    """``status``: 0 where no hole is known, 1 where one is, 2 where not every package was looked at."""

    status: int
    lines: tuple[str, ...]


def verdict(report: str, lock: str) -> Verdict:
    """What pip-audit found, as JSON, for the packages of a lock."""
    try:
        looked: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        return Verdict(2, ("It could not look: nothing is known about any package. Is there a network?",))
    asked = len(re.findall(r"^[\w.-]+==", lock, re.MULTILINE))
    seen = [one for one in looked if "skip_reason" not in one]
    holes = [line for one in seen for line in _holes(one)]
    lines = [*holes, f"{len(seen)} of {asked} packages were looked at, {len(holes)} holes are known."]
    if len(seen) < asked:
        lines.append("The others could not be looked at, and nothing is known about them. Is there a network?")
    return Verdict(1 if holes else 2 if len(seen) < asked else 0, tuple(lines))


def _holes(package: dict[str, Any]) -> Iterator[str]:
    for hole in package["vulns"]:
        mended = f", mended in {' and '.join(hole['fix_versions'])}" if hole["fix_versions"] else ""
        yield f"{package['name']} {package['version']} has {hole['id']}{mended}."


def main() -> int:
    asking = ["pip_audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip"]
    command = [sys.executable, "-m", *asking, "--progress-spinner", "off", "--format", "json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    found = verdict(done.stdout, LOCK.read_text(encoding="utf-8"))
    sys.stdout.write("".join(f"audit: {line}\n" for line in found.lines))
    return found.status


if __name__ == "__main__":
    sys.exit(main())

"""Other readers of times, asked for the same phrases: each in a process and an environment of its own.

Run by the interpreter of ``.venv-peers`` it is such a process: phrases come in as JSON, and what each means goes out.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
VENV = HERE.parent / ".venv-peers"

Phrase = tuple[str, str]
Answers = list[str | None]


def ask(peer: str, phrases: Sequence[Phrase], now: datetime) -> Answers | None:
    """What ``peer`` takes each phrase for, as ``tests/data/words`` writes it; None where it is not installed."""
    command = {
        "chrono-node": [shutil.which("node") or "node", str(HERE / "_chrono.cjs")],
    }.get(peer, [str(VENV / "bin/python"), str(Path(__file__)), peer])
    if not Path(command[0]).exists() or (peer == "chrono-node" and not (VENV / "node_modules" / peer).exists()):
        return None
    asked = {"now": now.isoformat(), "phrases": list(phrases)}
    around = {**os.environ, "NODE_PATH": str(VENV / "node_modules"), "TZ": str(now.tzinfo)}
    done = subprocess.run(command, input=json.dumps(asked), env=around, capture_output=True, text=True, check=True)
    answers: Answers = json.loads(done.stdout)
    return answers


def _dateparser(now: datetime) -> Callable[[str], datetime | None]:
    library: Any = importlib.import_module("dateparser")
    settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future"}

    def read(phrase: str) -> datetime | None:
        found: datetime | None = library.parse(phrase, languages=["en"], settings=settings)
        return found

    return read


def _parsedatetime(now: datetime) -> Callable[[str], datetime | None]:
    calendar: Any = importlib.import_module("parsedatetime").Calendar()

    def read(phrase: str) -> datetime | None:
        found, what = calendar.parseDT(phrase, sourceTime=now)
        return found if what else None

    return read


READERS = {"dateparser": _dateparser, "parsedatetime": _parsedatetime}
PEERS = (*READERS, "chrono-node")


def _answers(peer: str, asked: dict[str, Any]) -> Answers:
    now = datetime.fromisoformat(asked["now"]).replace(tzinfo=None)
    read = READERS[peer](now)
    forms = [(kind, f"in {phrase}" if kind == "durations" else phrase) for kind, phrase in asked["phrases"]]
    return [_written(kind, read(form), now) for kind, form in forms]


def _written(kind: str, found: datetime | None, now: datetime) -> str | None:
    if found is None:
        return None
    if kind == "durations":
        return f"{(found.replace(tzinfo=None) - now) / timedelta(minutes=1):g}"
    return f"{found:%H:%M}" if kind == "times" else f"{found:%Y-%m-%dT%H:%M}"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_answers(sys.argv[1], json.load(sys.stdin))))

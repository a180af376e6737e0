"""What root can try as somebody else: a Python and a checkout that every user of this computer can use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bot.hosting.owner import closed_to
from tests.beds.process import ROOT, environment
from tests.hosting.broken import Place

KITH, OTHER = 1, 65534
"""Two users that every Linux has: daemon and nobody."""


def is_closed() -> bool:
    """Whether this Python, or this checkout, is one that others cannot use."""
    paths = (Path(sys.executable).resolve(), ROOT / "bot")
    return any(closed_to(user, path) for user in (KITH, OTHER) for path in paths)


def systems_python() -> str:
    """The system's own of the same version; empty where there is none."""
    return shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin") or ""


def why_not() -> str:
    """Why nobody can be somebody else here; empty where root can."""
    if os.geteuid() != 0:
        return "only root can be somebody else"
    return (
        "this Python is closed to others, and the system has none of its version"
        if is_closed() and not systems_python()
        else ""
    )


class Everybodys(NamedTuple):
    """A Python and a checkout that every user can use, as a host has them."""

    python: str
    path: str

    def types(self, place: Place, words: Sequence[str], user: int = 0) -> subprocess.CompletedProcess[str]:
        """The command as this user types it."""
        line = [word.format(place) for word in words]
        command = [self.python, "-B", "-m", "bot.cli", *line, "--config", str(place.config)]
        env = environment() | {"PYTHONPATH": self.path}
        return subprocess.run(
            command,
            cwd="/",
            env=env,
            capture_output=True,
            text=True,
            check=False,
            user=user,
            group=user,
            extra_groups=[],
        )

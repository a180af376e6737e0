"""A real Litestream that keeps a replica in a folder: from PyPI, in an environment of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from storage.database import replica

ROOT = Path(__file__).parents[2]

CONFIG = """\
dbs:
  - path: {database}
    snapshot:
      interval: 24h
      retention: 168h
    replica:
      type: file
      path: {replica}
      sync-interval: 1s
"""
"""As in docs/replica.md, but for where the replica is."""


def program() -> Path:
    """``$KITH_LITESTREAM``, or where `scripts/setup replica` puts it."""
    return Path(os.environ.get("KITH_LITESTREAM") or ROOT / ".venv-replica" / "bin" / "litestream")


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


class Litestream:
    """One database and its replica."""

    def __init__(self, database: Path, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self._config = folder.with_suffix(".yml")
        self._config.write_text(CONFIG.format(database=database, replica=folder), encoding="utf-8")

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [program(), "replicate", "-config", self._config],
            umask=0o077,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def restore(self, target: Path) -> None:
        done = subprocess.run(
            [program(), "restore", "-config", self._config, "-o", target, self.database],
            umask=0o077,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode())

    def taken(self) -> list[Path]:
        """What has arrived in the replica, oldest first."""
        return sorted(self.folder.glob("ltx/0/*.ltx"))

    def has_all_before(self) -> float:
        """Whatever was committed before this instant is in the replica: the newest piece was begun after it."""
        pieces = self.taken()
        return pieces[-2].stat().st_mtime if len(pieces) > 1 else 0.0

    def keeps_a_folder(self) -> bool:
        return replica.beside(self.database)

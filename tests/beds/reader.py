"""Another program that reads the database and does not let go, as a replica or a forgotten shell does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_READS = """
import fcntl, os, sqlite3, sys
if len(sys.argv) > 2:
    fcntl.flock(os.open(sys.argv[2], os.O_RDWR | os.O_CREAT, 0o600), fcntl.LOCK_EX)
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN")
connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
print(flush=True)
sys.stdin.read()
"""


@contextmanager
def reading(path: Path, locking: Path | None = None) -> Iterator[int]:
    """Within the block a process, whose number this is, has a transaction open; and holds a lock, as Kith does."""
    with subprocess.Popen(
        [sys.executable, "-c", _READS, str(path), *([str(locking)] if locking else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.stdin.close()

"""Reads a whole file in a process of its own, as slowly as the computer likes: `python -m storage.upkeep.whole FILE`.

Whoever reads keeps the write-ahead log from being emptied, and it grows by what is written meanwhile. So where much is
written the reading ends, and is tried again another time.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path

from bot.errors import StorageError
from storage.database import schema

WELL, DAMAGED, NOT_NOW = 0, 3, 75
"""What the process ends with; 75 is EX_TEMPFAIL, and 1 is any Python that could not be started."""

LONGEST_LOG = 48 << 20
"""Bytes of log at which the reading ends: half of what it may grow to."""

LOOK_EVERY = 0.2
"""Seconds between two looks at the log."""


def main(path: Path) -> int:
    """One of the three above; what is wrong goes to standard output."""
    os.nice(19)  # every other process of the computer comes first
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        ) as connection:
            done = threading.Event()
            watching = threading.Thread(target=_watch, args=(path, connection, done))
            watching.start()
            try:
                schema.check(connection, path)
            finally:
                done.set()
                watching.join()
    except StorageError as error:
        sys.stdout.write(f"{error}\n")
        return DAMAGED
    except sqlite3.OperationalError:
        return NOT_NOW
    return WELL


def _watch(path: Path, connection: sqlite3.Connection, done: threading.Event) -> None:
    log = path.with_name(f"{path.name}-wal")
    while not done.wait(LOOK_EVERY):
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            connection.interrupt()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

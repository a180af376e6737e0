"""What the host is told of the clock, and the host's own word that it is right. Both may be asked while Kith runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from bot.clocks.clock import Machine
from bot.errors import FatalError, StorageError
from bot.hosting.clock import trusted
from bot.hosting.clock.trusted import refuse, shown
from bot.hosting.installation import DATABASE
from storage.database import sureness
from storage.database.sureness import Sure

PATIENCE = 5.0
"""Seconds to wait for whoever is writing."""


def look(folder: Path, machine: Machine) -> str:
    """Whether the clock can be believed after what Kith has seen. Raises WrongClock."""
    try:
        with _opened(folder, "ro") as connection:
            sure = sureness.last(connection) if connection is not None else None
            confirmed = sureness.confirmed(connection) if connection is not None else None
    except StorageError:  # the database is looked at by itself
        return f"it shows {shown(machine.wall())}; what Kith has seen before cannot be read"
    return finding(sure, confirmed, machine)


def now(folder: Path, machine: Machine) -> datetime:
    """What the clock shows, for a command that keeps or gives up anything by it. Raises WrongClock."""
    look(folder, machine)
    return machine.wall()


def finding(sure: Sure | None, confirmed: datetime | None, machine: Machine) -> str:
    """The sentence about a clock, given the last instant that was sure, and the host's word. Raises WrongClock."""
    wall = machine.wall()
    if sure is None:
        return f"it shows {shown(wall)}; Kith has not run before"
    if trusted.holds(confirmed, wall):
        return f"it shows {shown(wall)}, and you have said that it is right"
    refuse(sure.at, wall)
    counted = trusted.counted_on(sure, machine)
    if counted is not None and counted.parted is not None:
        raise trusted.parted(wall, counted.now())
    return f"it shows {shown(wall)}, and Kith was last sure of it at {shown(sure.at)}"


def confirm(folder: Path, machine: Machine) -> str:
    """Write down that the clock is right. Raises FatalError and StorageError."""
    with _opened(folder, "rw") as connection:
        if connection is None:
            raise FatalError(f"There is no database in {folder} yet, so every clock is believed.")
        wall = machine.wall()
        with connection:
            sureness.confirm(connection, wall)
    return f"Noted: it is {shown(wall)}. Kith goes by that within a few seconds, or when it is started in this hour."


@contextmanager
def _opened(folder: Path, mode: str) -> Iterator[sqlite3.Connection | None]:
    """The database as it is, whatever its version; None where there is none."""
    path = folder / DATABASE
    if not path.exists():
        yield None
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", PATIENCE, uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise StorageError(f"{path} cannot be read: {error}") from error

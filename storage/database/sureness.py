"""The last instant at which Kith was sure of the time, and the host's word that the clock is right."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection
from typing import NamedTuple

from storage.database import platforms
from storage.database.instants import instant, seconds

NAME = ("kith", "clock")
CONFIRMED = ("kith", "clock confirmed")
TAKEN = "taken"


class Sure(NamedTuple):
    """``at``, and how long the machine had run by then, ``elapsed`` seconds since its start ``boot``."""

    at: datetime
    elapsed: float
    boot: str


def last(connection: Connection) -> Sure | None:
    """None before the first start, and after a backup was put back: what is in that says nothing of today."""
    found = platforms.state(connection, *NAME)
    if found is None:
        return None
    at, elapsed, boot = found.split(" ", 2)
    return Sure(instant(int(at)), float(elapsed), boot)


def record(connection: Connection, sure: Sure) -> None:
    platforms.set_state(connection, *NAME, f"{seconds(sure.at)} {sure.elapsed:.3f} {sure.boot}")


def confirm(connection: Connection, now: datetime) -> None:
    """The host says that the clock is right: it shows ``now``."""
    platforms.set_state(connection, *CONFIRMED, str(seconds(now)))


def confirmed(connection: Connection) -> datetime | None:
    found = platforms.state(connection, *CONFIRMED)
    return None if found is None or found == TAKEN else instant(int(found))


def take(connection: Connection) -> None:
    """The host's word was believed: it says nothing of the clock as it is later, but overrules the platforms'."""
    platforms.set_state(connection, *CONFIRMED, TAKEN)


def is_overruled(connection: Connection) -> bool:
    """The host said that the clock is right, and no platform has said the same since."""
    return platforms.state(connection, *CONFIRMED) == TAKEN


def agreed(connection: Connection) -> None:
    """A platform says what the host said."""
    connection.execute("DELETE FROM adapter_state WHERE (platform, name, value) = (?, ?, ?)", (*CONFIRMED, TAKEN))

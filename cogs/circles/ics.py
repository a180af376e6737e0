"""Dates of circles as a calendar file (RFC 5545): one event for each date, at its instant in UTC.

``UID`` stays the same for a date whatever becomes of it, and ``SEQUENCE`` grows, so a calendar that takes the file in
again moves or drops what it knows.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

PRODUCT = "-//Kith//circles//EN"


class Entry(NamedTuple):
    """One date as it stands in the file."""

    uid: str
    title: str
    about: str
    spot: str
    starts: datetime
    ends: datetime
    version: int
    cancelled: bool


def write(entries: Sequence[Entry], now: datetime) -> bytes:
    """The file. ``now`` stands in it as the time it was made."""
    from icalendar import Calendar, Event  # a fifth of all that starting would load, for a file few ask for

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", now)
        event.add("dtstart", entry.starts)
        event.add("dtend", entry.ends)
        event.add("sequence", entry.version - 1)
        event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
        event.add("summary", entry.title)
        if entry.about:
            event.add("description", entry.about)
        if entry.spot:
            event.add("location", entry.spot)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def uid(key: bytes, circle: int, nominal: str) -> str:
    """Names a date for good, and says nothing about it."""
    return hmac.digest(key, f"{circle}:{nominal}".encode(), "sha256").hex()[:32] + "@kith"

"""Whether the rules of time zones in use are the newest there are, as far as that can be told without a network."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

PUBLISHED = {
    "2025a": date(2025, 1, 15),
    "2025b": date(2025, 3, 22),
    "2025c": date(2025, 12, 10),
    "2026a": date(2026, 4, 3),
    "2026b": date(2026, 4, 24),
    "2026c": date(2026, 7, 10),
    "2026d": date(2026, 9, 12),
    "2026e": date(2026, 9, 30),
    "2026f": date(2026, 10, 28),
}
"""Releases that were known when this was written. Of a later one it is known when it was first used here."""

OLD = timedelta(days=60)
"""Several releases come out in a year, some of them days before clocks change by them."""


class Stand(NamedTuple):
    """``says`` is what is true, ``do`` what to do about it; empty where it is well."""

    state: Literal["ok", "restart", "old"]
    says: str
    do: str = ""


def look(in_use: str, installed: str, since: datetime | None, now: datetime) -> Stand:
    """``in_use``: the release Kith works by, ``since`` it first did; ``installed``: the newest on this machine."""
    if installed > in_use:
        says = f"Kith works by the time zone rules of {in_use}, and those of {installed} are installed."
        return Stand(
            "restart",
            says,
            "Restart Kith (`sudo systemctl restart kith`): what was promised at a wall time follows them then.",
        )
    if now - _published(in_use, since, now) > OLD:
        says = f"The time zone rules here, {in_use}, are more than {OLD.days} days old."
        do = (
            "Take newer ones if there are any, and restart Kith: `.venv/bin/pip install --upgrade tzdata`, or"
            " `sudo apt-get install --only-upgrade tzdata` on Debian and Ubuntu."
        )
        return Stand("old", says, do)
    return Stand("ok", f"time zones are there, by the rules of {in_use}")


def _published(release: str, since: datetime | None, now: datetime) -> datetime:
    """When it came out, as far as is known: at the latest when it was first used, or at the end of its year."""
    if known := PUBLISHED.get(release):
        return datetime(known.year, known.month, known.day, tzinfo=UTC)
    if release[:4].isdecimal() and release < min(PUBLISHED):
        return datetime(int(release[:4]), 12, 31, tzinfo=UTC)
    return since or now

"""Fixed offsets from UTC, as people write them: ``UTC+2``, ``gmt -5``, ``+05:30``. They know nothing of summer time."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.clocks.places.spelling import folded

Offset = timedelta
_WRITTEN = r"(etc/|)(?:utc|gmt|z|)(?: time)? ?([+-]) ?([0-9]{1,2})(?:[:.]?([0-5][0-9]))?(?: ?(?:h|hrs|hours))?"
_UNSIGNED = "(?:utc|gmt) ?([0-9]{1,2})(?::?00)?"
_MOST_BOTH_WAYS = timedelta(hours=12)
_WEST, _EAST = timedelta(hours=-12), timedelta(hours=14)
_BETWEEN = {
    timedelta(hours=-9, minutes=-30): "Pacific/Marquesas",
    timedelta(hours=3, minutes=30): "Asia/Tehran",
    timedelta(hours=4, minutes=30): "Asia/Kabul",
    timedelta(hours=5, minutes=30): "Asia/Kolkata",
    timedelta(hours=5, minutes=45): "Asia/Kathmandu",
    timedelta(hours=6, minutes=30): "Asia/Yangon",
    timedelta(hours=8, minutes=45): "Australia/Eucla",
    timedelta(hours=9, minutes=30): "Australia/Darwin",
}
"""Where clocks keep an offset of no whole hours all year."""


def read(text: str) -> Offset | None:
    """The offset that somebody wrote; None for anything else."""
    plain = folded(text.replace("−", "-").replace("–", "-").replace("±", "+"))
    plain = plain.replace(" plus ", "+").replace(" minus ", "-")
    found = re.fullmatch(_WRITTEN, plain.strip("()").removesuffix(" time"))
    if not found:
        return None
    written = timedelta(hours=int(found[3]), minutes=int(found[4] or 0))
    east = (found[2] == "+") != bool(found[1])  # in ``Etc/GMT+5`` the sign says how far UTC is ahead
    return written if east else -written


def without_a_sign(text: str) -> tuple[str, ...]:
    """``UTC 5``, ahead or behind: both."""
    found = re.fullmatch(_UNSIGNED, folded(text))
    hours = int(found[1]) if found else 0
    return (f"UTC+{hours}", f"UTC-{hours}") if hours and timedelta(hours=hours) <= _MOST_BOTH_WAYS else ()


def zone(offset: Offset) -> str:
    """The key of the zone that shows this offset all year; empty where there is none."""
    if offset in _BETWEEN:
        return _BETWEEN[offset]
    hours, rest = divmod(offset, timedelta(hours=1))
    if rest or not _WEST <= offset <= _EAST:
        return ""
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"

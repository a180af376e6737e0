"""How each kind of value in the configuration is read: the function returns it, or raises ValueError saying what it is.

The ValueError completes "`host.name` ...", and never quotes the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.clocks import zones
from bot.errors import UserError


def text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")
    if not value.strip() or not value.isprintable():
        raise ValueError("must be one line of text that is not empty")
    return value.strip()


def path(value: object) -> Path:
    return Path(text(value))


def token(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]+", value):
        raise ValueError("must be the token alone, without spaces or line breaks")
    return value


def password(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be text in quotes, and not empty")
    return value


def url(*schemes: str) -> Callable[[object], str]:
    """A web address of one of these schemes, with nothing behind its path; a final slash is dropped."""
    wanted = " or ".join(f"{scheme}://" for scheme in schemes)

    def read(value: object) -> str:
        problem = ValueError(f"must be an address that starts with {wanted}")
        address = text(value)
        try:
            parts = urlsplit(address)
            odd = parts.username or parts.query or parts.fragment or parts.port == 0 or " " in address
        except ValueError:
            raise problem from None
        if parts.scheme not in schemes or not parts.hostname or odd:
            raise problem
        return address.rstrip("/")

    return read


def prefix(value: object) -> str:
    prefix = text(value)
    if len(prefix) > 20 or re.search(r"\s", prefix):
        raise ValueError("must be one word of at most 20 characters")
    return prefix


def zone(value: object) -> ZoneInfo:
    name = text(value)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # what zoneinfo raises for a missing zone, an odd name, a folder's name
        raise ValueError(f'must be a time zone, such as "{_zone_of(name)}"') from None


def _zone_of(name: str) -> str:
    """The zone of a place, for who wrote its name."""
    try:
        return zones.find(name).key
    except UserError:
        return "Europe/Paris"


def clock_time(value: object) -> time:
    """TOML's own times have seconds (21:00:00); people write "21:00", so both are taken."""
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    match = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('must be a time, such as "21:00"')
    return time(int(match[1]), int(match[2]))


def whole_number(least: int, most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, without quotes")
        return value

    return read


def one_of(*names: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value.lower() not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return value.lower()

    return read


def switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false, without quotes")
    return value

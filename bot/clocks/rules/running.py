"""Which rules of time zones this process keeps: the newest there are here when it starts, the same ones until it ends.

zoneinfo keeps eight zones and forgets the others, so it reads them again from files that an upgrade may have replaced
meanwhile (docs/decisions/0007-one-set-of-rules.md). What is held here is what it finds instead.
"""

from __future__ import annotations

import hashlib
import zoneinfo
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SOME_ZONE = Path("Europe", "Berlin")
LOOK_AHEAD, STEP = timedelta(days=731), timedelta(days=7)


class Rules(NamedTuple):
    """One release as a process keeps it. ``prints`` tells, for each zone, these rules from any others."""

    version: str
    prints: Mapping[str, str]


_held: dict[str, ZoneInfo] = {}
_running: list[Rules] = []
_SYSTEM = zoneinfo.TZPATH
"""Where the system keeps its zones: as it stood before anything was chosen."""


def hold() -> Rules:
    """Keep every zone as zoneinfo reads it now, for as long as the process runs."""
    prints: dict[str, str] = {}
    for key in sorted(_names(_source()) | _names(_package())):
        try:
            _held[key] = ZoneInfo(key)
            prints[key] = hashlib.sha256(_bytes(key)).hexdigest()[:16]
        except (ZoneInfoNotFoundError, ValueError, OSError):  # named by a release, and not installed: nobody uses it
            continue
    _running.append(Rules(tzdata_version(), prints))
    return _running[-1]


def in_use() -> str:
    """The release this process works by, whatever has been installed under it since; empty before ``hold``."""
    return _running[-1].version if _running else ""


def use_newest_tzdata() -> str:
    """Let zoneinfo read the newer of the system's data and the installed package's. Returns ``tzdata_version()``.

    Called once, before any zone is loaded. Without it zoneinfo prefers the system's however old it is, and rules change
    several times a year.
    """
    if _system_version() < _version_of(_package()):
        zoneinfo.reset_tzpath(to=())
    return tzdata_version()


def tzdata_version() -> str:
    """The release that zoneinfo reads, like ``2026b``. Where it has changed, stored instants are computed anew."""
    return _system_version() or _version_of(_package())


def newest_installed() -> str:
    """The newest release on this machine, whatever this process keeps: what the next start would choose."""
    return max([*(_version_of(folder) for folder in _folders(_SYSTEM)), _version_of(_package())])


def still_change(zone: ZoneInfo, now: datetime) -> bool:
    """Whether clocks there are put forward or back in the next two years."""
    first = now.astimezone(zone).utcoffset()
    steps = range(1, LOOK_AHEAD // STEP)
    return any((now + number * STEP).astimezone(zone).utcoffset() != first for number in steps)


def _system_version() -> str:
    """Empty if there are no zones where zoneinfo looks, or they do not say which release they are."""
    return next((_version_of(folder) for folder in _folders(zoneinfo.TZPATH)), "")


def _folders(path: tuple[str, ...]) -> Iterator[Path]:
    return (folder for folder in map(Path, path) if (folder / SOME_ZONE).is_file())


def _source() -> Traversable:
    """Where zoneinfo reads."""
    return next(_folders(zoneinfo.TZPATH), None) or _package()


def _names(source: Traversable) -> set[str]:
    """Every zone and link that a release names."""
    listed = source / "tzdata.zi"
    if not listed.is_file():
        return set()
    with listed.open(encoding="utf-8") as lines:
        rows = [line.split() for line in lines if line.startswith(("Z ", "L "))]
    return {row[1] if row[0] == "Z" else row[2] for row in rows}


def _bytes(key: str) -> bytes:
    """A zone's file, where zoneinfo finds it."""
    for folder in map(Path, zoneinfo.TZPATH):
        if (folder / key).is_file():
            return (folder / key).read_bytes()
    return _package().joinpath(*key.split("/")).read_bytes()


def _version_of(folder: Traversable) -> str:
    source = folder / "tzdata.zi"
    if not source.is_file():
        return ""
    with source.open(encoding="utf-8") as lines:
        first = lines.readline()
    return first.removeprefix("# version ").strip()


def _package() -> Traversable:
    return resources.files("tzdata") / "zoneinfo"

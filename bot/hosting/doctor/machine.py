"""The computer: its time zones, its clock, its disk, its ports."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.clocks.clock import Machine
from bot.clocks.rules import published
from bot.clocks.rules import running as rules
from bot.hosting.clock import confirming
from bot.hosting.config import Config
from bot.hosting.doctor.findings import Finding, State
from bot.hosting.running.listening import Wanted
from storage.upkeep.examination import Examined

SOME_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")


def zones(kept: list[Examined], now: datetime) -> Iterator[Finding]:
    """``kept``: what the database says, where there is one: by which rules the last start worked among it."""
    try:
        for name in SOME_ZONES:
            ZoneInfo(name)
    except ZoneInfoNotFoundError:
        yield Finding("zones", "wrong", "There are no time zones here.", "Run scripts/setup again: it installs tzdata.")
        return
    used = kept[0].rules if kept else None
    installed = rules.newest_installed()
    stand = published.look((used and used.version) or installed, installed, used.since if used else None, now)
    yield Finding("zones", STANDS[stand.state], stand.says, stand.do)


STANDS: Mapping[str, State] = {"ok": "ok", "restart": "wrong", "old": "note"}
"""What is wrong with the rules of time zones -> what that is to a host."""


def clock(config: Config) -> Iterator[Finding]:
    """Raises FatalError where the computer's clock is not believed."""
    yield Finding("clock", "ok", confirming.look(config.data, Machine.here()))


ROOM = 200_000_000
"""Bytes that Kith wants free beside its database (docs/hosting.md)."""
FILES = 1000


def disk(config: Config) -> Iterator[Finding]:
    folder = next(one for one in (config.data, *config.data.parents) if one.exists())
    found = os.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    if free < ROOM:
        says = f"{free // 1_000_000} MB are free on the disk of {folder}; Kith wants {ROOM // 1_000_000}."
        yield Finding("disk", "wrong", says, "Make room: old logs, `data/replaced-*`, backups that are elsewhere too.")
    elif found.f_files and found.f_favail < FILES:  # some file systems count none
        says = f"The disk of {folder} takes only {found.f_favail} more files."
        yield Finding("disk", "wrong", says, "Delete what nobody needs: `df -i` shows which disk it is.")
    else:
        yield Finding("disk", "ok", f"{free // 1_000_000} MB are free on the disk of {folder}")


def port(name: str, wanted: Wanted | None, *, running: bool) -> Iterator[Finding]:
    """The port of a section: somebody else's, or nobody's while Kith runs. ``wanted`` is None where there is none."""
    if wanted is None:
        return
    where = (wanted.listen, wanted.port)
    try:
        family = socket.getaddrinfo(*where, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
        is_free = True
    except OSError as error:
        if not isinstance(error, socket.gaierror) and error.errno == errno.EADDRINUSE:
            is_free = False
        else:
            says = f"This computer can't listen at {where[0]}, port {where[1]}: {error.strerror}."
            yield Finding(name, "wrong", says, f"Set `{name}.listen` to 127.0.0.1, and a port above 1023.")
            return
    if is_free == running:
        says = (
            f"Nobody listens at {where[0]}, port {where[1]}." if running else f"Port {where[1]} is another program's."
        )
        yield Finding(name, "wrong", says, f"Set `{name}.port` to a free one, here and in {ASKS[name]}.")
    else:
        yield Finding(name, "ok", f"port {where[1]} is {'in use' if running else 'free'}")


ASKS = {"calendar": "your web server", "metrics": "your monitoring"}
"""A section that opens a port -> who asks there."""

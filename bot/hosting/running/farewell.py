"""`kith farewell`: the host says on which day Kith stops here, and may take it back.

It may run beside the bot: it writes one value of Kith's own, and the bot tells everybody who agreed to be written to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from sqlite3 import Connection
from typing import Concatenate, ParamSpec

from bot.clocks.times import local_day
from bot.errors import FatalError
from bot.hosting.config import Config
from bot.hosting.installation import DATABASE, open_database
from storage.members import farewell

NOTICE = timedelta(days=7)
"""Who reads a message once a week has to be able to take what is theirs along."""

P = ParamSpec("P")


async def announce(config: Config, day: str, now: datetime) -> str:
    """Kith stops at the end of this day. Returns what the host reads. Raises FatalError where that is too soon."""
    last = _read(day)
    zone = config.default_zone
    earliest = local_day(now, zone) + NOTICE
    if last < earliest:
        raise FatalError(f"People need a week to take along what is theirs: {earliest} is the first day that can be.")
    if not await _write(config, farewell.announce, last, zone.key):
        return f"That is said already: Kith stops at the end of {last}."
    return (
        f"Kith stops at the end of {last}, as clocks in {zone.key} show it. Everybody who agreed to be written to hears"
        " it once, while Kith runs. `kith farewell --cancel` takes it back."
    )


async def take_back(config: Config) -> str:
    """Kith stays. Raises FatalError where nothing else was said."""
    if not await _write(config, farewell.take_back):
        raise FatalError("No farewell stands, so there is none to take back.")
    return "Taken back. Whoever was told hears that Kith stays."


def _read(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise FatalError(f"I can't read {day!r} as a day. Write it like 2027-06-30.") from error


async def _write(
    config: Config, function: Callable[Concatenate[Connection, P], bool], *args: P.args, **kwargs: P.kwargs
) -> bool:
    if not (config.data / DATABASE).exists():
        raise FatalError(f"There is no database in {config.data} yet. `kith run` makes it.")
    async with await open_database(config.data, upgrade=False) as database:
        return await database.write(function, *args, **kwargs)

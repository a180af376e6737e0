"""Every check in turn, changing nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeAlias

from bot.errors import FatalError
from bot.hosting import config as configuration
from bot.hosting import owner
from bot.hosting.config import Config
from bot.hosting.doctor import community, database, files, keys, machine, running
from bot.hosting.doctor.findings import Finding, Questions, told
from bot.hosting.installation import DATABASE
from storage.upkeep.examination import Examined, waiting

Reached: TypeAlias = Callable[[Config], str]
"""The platform on which the host's contact is an account that can be written to; empty where there is none."""


def look_over(
    path: Path, env: Mapping[str, str], questions: Questions, reached: Reached, now: datetime, *, online: bool
) -> Iterator[Finding]:
    """Without a readable configuration there is only the first finding. Only the platforms need a token."""
    try:
        config = configuration.load(path, env, tokens=False)
    except FatalError as error:
        yield Finding("config", "wrong", str(error))
        return
    yield Finding("config", "ok", str(path))
    tokens = list(_tokens(path, env))
    yield from (one for one in tokens if isinstance(one, Finding))
    for check, look in _grounds(path, config, now).items():
        found = list(told(check, look))
        yield from found
        if check == "user" and found and os.geteuid() == owner.ROOT:
            return  # whatever root looks at in there may leave a file of root's
    yield from told("host", partial(community.host, reached(config)))
    whole = next((one for one in tokens if isinstance(one, Config)), None)
    for platform, ask in questions(whole or config).items():
        if online and whole is not None:
            yield from told(platform, ask)
        elif whole is not None:
            yield Finding(platform, "not asked", "configured; `kith doctor --online` asks whether it lets Kith in")


def _grounds(path: Path, config: Config, now: datetime) -> Mapping[str, Callable[[], Iterable[Finding]]]:
    """What is looked at on this computer, by name and in order."""
    kept: list[Examined] = []
    looks: dict[str, Callable[[], Iterable[Finding]]] = {
        "files": partial(files.readable, config, path),
        "user": partial(_user, config),
        "data": partial(files.data, config),
        "each-file": partial(files.each, config),
        "disk": partial(machine.disk, config),
        "database": partial(database.whole, config, kept),
        "zones": partial(machine.zones, kept, now),
        "wal": partial(database.log, config, kept),
        "clock": partial(machine.clock, config),
        "key": partial(keys.fit, config, kept),
        "aside": partial(files.put_aside, config),
        "kith": partial(running.kith, config),
        "backup": partial(running.backup, config, now),
        "logfile": partial(files.log, config),
        "calendar": lambda: machine.port("calendar", config.calendar, running=running.is_up(config)),
        "metrics": lambda: machine.port("metrics", config.metrics, running=running.is_up(config)),
    }
    return looks | {"waiting": lambda: _waiting(config, now) if kept else ()}


def _waiting(config: Config, now: datetime) -> Iterator[Finding]:
    found = waiting(config.data / DATABASE, now)
    yield from community.undelivered(found)
    yield from community.reports(found)
    yield from community.lines(found, now.date())


def _user(config: Config) -> Iterator[Finding]:
    """Root becomes the owner here, so that looking leaves nothing of root's behind."""
    owner.become(config.data)
    return iter(())


def _tokens(path: Path, env: Mapping[str, str]) -> Iterator[Finding | Config]:
    """The configuration with what opens the platforms, or what is wrong with that."""
    try:
        yield configuration.load(path, env)
    except FatalError as error:
        yield Finding("token", "wrong", str(error))

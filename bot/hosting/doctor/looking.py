"""Every check in turn, changing nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeAlias

from bot.errors import FatalError
from bot.hosting import config as configuration
from bot.hosting.config import Config
from bot.hosting.doctor import community, database, files, keys, machine
from bot.hosting.doctor.findings import Finding, Questions, told
from storage.upkeep.examination import Examined

Reached: TypeAlias = Callable[[Config], str]
"""The platform on which the host's contact is an account that can be written to; empty where there is none."""


def look_over(
    path: Path, env: Mapping[str, str], questions: Questions, reached: Reached, *, online: bool
) -> Iterator[Finding]:
    """Without a readable configuration there is only the first finding."""
    try:
        config = configuration.load(path, env)
    except FatalError as error:
        yield Finding("config", "wrong", str(error))
        return
    yield Finding("config", "ok", str(path))
    yield from told("data", partial(files.data, config))
    kept: list[Examined] = []
    yield from told("database", partial(database.whole, config, kept))
    yield from told("clock", partial(machine.clock, config))
    yield from told("key", partial(keys.fit, config, kept))
    yield from told("zones", machine.zones)
    yield from told("host", partial(community.host, reached(config)))
    for platform, ask in questions(config).items():
        if online:
            yield from told(platform, ask)
        else:
            yield Finding(platform, "not asked", "configured; `kith doctor --online` asks whether it lets Kith in")

"""Looks an installation over before it is started, or while it runs: what is well, and what to do about what is not."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import FatalError, StorageError
from bot.hosting import config as configuration
from bot.hosting.config import Config
from bot.hosting.installation import DATABASE, refuse_other_keys
from bot.keys.crypto import Keyring
from storage.upkeep.examination import Examined, examine

Questions: TypeAlias = Callable[[Config], Mapping[str, Callable[[], str]]]
"""For each platform the host configured, what asks it: returns what it says, or raises FatalError with what to do."""

Reached: TypeAlias = Callable[[Config], str]
"""The platform on which the host's contact is an account that can be written to; empty where there is none."""

SOME_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")


@dataclass(frozen=True)
class Finding:
    """What one check found. ``says`` is a fact where it is well, and what to do where it is not."""

    check: str
    state: Literal["ok", "wrong", "not asked"]
    says: str

    def __str__(self) -> str:
        mark = {"ok": "ok", "wrong": "WRONG", "not asked": "-"}[self.state]
        return f"{mark:<6} {self.check:<9} {self.says}"


def look_over(
    path: Path, env: Mapping[str, str], questions: Questions, reached: Reached, *, online: bool
) -> Iterator[Finding]:
    """Every check in turn, changing nothing. Without a readable configuration there is only the first."""
    try:
        config = configuration.load(path, env)
    except FatalError as error:
        yield Finding("config", "wrong", str(error))
        return
    yield Finding("config", "ok", str(path))
    yield _finding("data", lambda: _data(config))
    kept: list[Examined] = []
    yield _finding("database", lambda: _database(config, kept))
    yield _finding("key", lambda: _key(config, kept[0] if kept else None))
    yield _finding("zones", _zones)
    yield _host(reached(config))
    for platform, ask in questions(config).items():
        if online:
            yield _finding(platform, ask)
        else:
            yield Finding(platform, "not asked", "configured; `kith doctor --online` asks whether it lets Kith in")


def _host(platform: str) -> Finding:
    """Whether what only the host may know reaches them: ``platform`` is where their contact is an account."""
    if platform:
        return Finding("host", "ok", f"reports that only you may see are told to your account on {platform.title()}")
    return Finding(
        "host",
        "not asked",
        "nobody would hear of a report that only you may see: `host.contact` is no account on a platform used here."
        " Look into `kith cases` now and again, or put such an account there",
    )


def _finding(check: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(check, "ok", look())
    except (FatalError, StorageError) as error:
        return Finding(check, "wrong", str(error))


def _data(config: Config) -> str:
    if not config.data.exists():
        return f"{config.data} will be made on the first start"
    mode = config.data.stat().st_mode
    if not stat.S_ISDIR(mode):
        raise FatalError(f"{config.data} is not a folder. Move it away, or set `data` to a folder.")
    if mode & 0o077:
        raise FatalError(f"Other users of this computer may look into {config.data}. Run: chmod 700 {config.data}")
    return f"{config.data} is closed to other users"


def _database(config: Config, kept: list[Examined]) -> str:
    path = config.data / DATABASE
    if not path.exists():
        return f"{path} will be made on the first start"
    kept.append(examine(path))
    [examined] = kept
    open_rows = sum(examined.deliveries.get(state, 0) for state in ("pending", "sending"))
    return f"{path} is whole (schema {examined.version}, {open_rows} messages planned)"


def _key(config: Config, examined: Examined | None) -> str:
    in_use = examined is not None and examined.keys.in_use
    if config.key.given is None and not config.key.file.exists() and not in_use:
        return f"{config.key.file} will be made on the first start"
    keyring = Keyring.load(config.key.file, config.key.given, create=False)
    if examined is not None:
        refuse_other_keys(config.key, keyring, examined.keys)
    return "the key fits; keep a copy of it apart from the backups" if in_use else "there is a key"


def _zones() -> str:
    try:
        for name in SOME_ZONES:
            ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        raise FatalError("There are no time zones here. Run scripts/setup again: it installs tzdata.") from error
    return "time zones are there"

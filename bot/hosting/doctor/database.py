"""The database: whether it is whole, and what waits in it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.hosting import log_kept
from bot.hosting.config import Config
from bot.hosting.doctor.findings import Finding
from bot.hosting.installation import DATABASE, refuse_emptied
from storage.upkeep.examination import Examined, examine


def whole(config: Config, kept: list[Examined]) -> Iterator[Finding]:
    """``kept`` gets what the file says of itself, for the checks behind this one."""
    path = config.data / DATABASE
    refuse_emptied(config.data, config.key, new=False)
    if not path.exists():
        yield Finding("database", "ok", f"{path} will be made on the first start")
        return
    kept.append(examine(path))
    [examined] = kept
    open_rows = sum(examined.deliveries.get(state, 0) for state in ("pending", "sending"))
    yield Finding("database", "ok", f"{path} is whole (schema {examined.version}, {open_rows} messages planned)")


def log(config: Config, kept: list[Examined]) -> Iterator[Finding]:
    """Raises FatalError where somebody holds the log, and with it what was deleted."""
    if kept:
        yield Finding("wal", "ok", log_kept.look(config.data))

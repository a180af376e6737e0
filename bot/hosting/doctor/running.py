"""Whether Kith runs, how its last run ended, and when the newest backup was made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.hosting.config import Config
from bot.hosting.doctor.findings import Finding
from bot.hosting.installation import DATABASE, LAST, LOCK, is_held, was_cut_short

OLD = timedelta(days=8)
"""A backup each night and one a week are both fine."""


def kith(config: Config) -> Iterator[Finding]:
    lock = config.data / LOCK
    if not lock.exists():
        return
    if is_held(lock):
        yield Finding("kith", "ok", "Kith is running")
        return
    yield Finding(
        "kith",
        "note",
        "Kith is not running.",
        "Start it: `sudo systemctl start kith`, or `kith run --config config.toml`.",
    )
    if was_cut_short(lock):
        yield Finding(
            "last-run",
            "note",
            "The last run was cut short: it was killed, or the computer lost its power. What was on its way is safe.",
            "If you did not do that, look into the log: `journalctl -u kith`, or the file in `log.file`.",
        )


def is_up(config: Config) -> bool:
    lock = config.data / LOCK
    return lock.exists() and os.access(lock, os.R_OK) and is_held(lock)


def backup(config: Config, now: datetime) -> Iterator[Finding]:
    if not (config.data / DATABASE).exists():
        return
    try:
        made, _, file = (config.data / LAST).read_text().strip().partition(" ")
        age = now - datetime.fromisoformat(made)
    except (FileNotFoundError, ValueError):
        yield Finding(
            "backup",
            "note",
            "No backup was made yet.",
            "`kith backup FILE --config config.toml` makes one; `kith init` one each night.",
        )
        return
    if age > OLD:
        says = f"The newest backup is {age.days} days old."
        yield Finding(
            "backup",
            "wrong",
            says,
            "Make one with `kith backup FILE --config config.toml`, and look at `systemctl status kith-backup`.",
        )
    elif Path(file).parent.is_dir() and os.access(Path(file).parent, os.X_OK) and not Path(file).exists():
        yield Finding(
            "backup",
            "note",
            f"The newest backup is not in {file} any more.",
            "If you moved it, all is well; if not: `kith backup FILE --config config.toml`.",
        )
    else:
        yield Finding("backup", "ok", f"the newest backup is of {made[:10]}: {file}")

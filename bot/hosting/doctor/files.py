"""The folder of an installation and every file in it: whose they are, and who else may open them."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.hosting.config import Config
from bot.hosting.doctor.findings import Finding
from bot.hosting.owner import ROOT, closed_to
from bot.keys.secret import name_of
from storage.upkeep import aside

SHOWN = 3
"""Files of one kind that are named; the command behind them mends all."""


def data(config: Config) -> Iterator[Finding]:
    if not config.data.exists():
        above = next(folder for folder in config.data.parents if folder.exists())
        if os.access(above, os.W_OK | os.X_OK):
            yield Finding("data", "ok", f"{config.data} will be made on the first start")
        else:
            yield Finding("data", "wrong", f"{config.data} can't be made: {above} is closed to you.", _take(above))
        return
    mode = config.data.stat().st_mode
    if not stat.S_ISDIR(mode):
        yield Finding("data", "wrong", f"{config.data} is not a folder.", "Move it away, or set `data` to a folder.")
    elif mode & 0o077:
        says = f"Other users of this computer may look into {config.data}."
        yield Finding("data", "wrong", says, f"Run: chmod 700 {shlex.quote(str(config.data))}")
    elif not mode & stat.S_IWUSR:
        says = f"Nobody may write into {config.data}."
        yield Finding("data", "wrong", says, f"Run: chmod 700 {shlex.quote(str(config.data))}")
    else:
        yield Finding("data", "ok", f"{config.data} is closed to other users")


def _take(path: Path) -> str:
    return f"Run: sudo chown {name_of(os.geteuid())} {shlex.quote(str(path))}"


def each(config: Config) -> Iterator[Finding]:
    """Every file in the data folder: its owner's, and nobody else's."""
    if not config.data.is_dir():
        return
    mine = config.data.stat().st_uid
    paths = [path for path in config.data.rglob("*") if not path.is_symlink()]
    strange = [path for path in paths if path.stat().st_uid != mine]
    opened = [path for path in paths if path.stat().st_mode & 0o077]
    folder = shlex.quote(str(config.data))
    if strange:
        says = f"Kith runs as {name_of(mine)}, and somebody else owns {_named(strange)}."
        yield Finding("files", "wrong", says, f"Run: sudo chown -R {_chown(mine)} {folder}")
    if opened:
        says = f"Other users of this computer may open {_named(opened)}."
        yield Finding("files", "wrong", says, f"Run: chmod -R go= {folder}")
    if not strange and not opened:
        yield Finding("files", "ok", f"everything in it is {name_of(mine)}'s alone")


def _named(paths: list[Path]) -> str:
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return ", ".join(map(str, sorted(paths)[:SHOWN])) + more


def _chown(user: int) -> str:
    return name_of(user).removeprefix("#")


def readable(config: Config, path: Path) -> Iterator[Finding]:
    """What Kith reads at its start must be readable by whom the data belongs to."""
    mine = config.data.stat().st_uid if config.data.is_dir() else os.geteuid()
    for one in (path, config.key.file):
        if one.exists() and mine != ROOT and not _reads(mine, one):
            says = f"Kith runs as {name_of(mine)}, who may not read {one}."
            yield Finding("files", "wrong", says, f"Run: sudo chown {_chown(mine)} {shlex.quote(str(one))}")
    python = Path(sys.executable)
    if mine != ROOT and (closed := closed_to(mine, python.resolve())):
        says = f"Kith runs as {name_of(mine)}, who can't start {python}: {closed} is closed to them."
        do = "Install Python for everybody, remove .venv, and run scripts/setup as that user."
        yield Finding("python", "wrong", says, do)


def _reads(user: int, path: Path) -> bool:
    found = path.stat()
    return bool(found.st_mode & (stat.S_IRUSR if found.st_uid == user else stat.S_IROTH | stat.S_IRGRP))


def put_aside(config: Config) -> Iterator[Finding]:
    """What holds people who left since, until it goes."""
    for says in aside.named(config.data):
        yield Finding("aside", "ok", says)


def log(config: Config) -> Iterator[Finding]:
    if config.log.file is None:
        return
    folder = config.log.file.parent
    above = next(one for one in (folder, *folder.parents) if one.exists())
    if config.log.file.is_dir():
        yield Finding("logfile", "wrong", f"{config.log.file} is a folder.", "Name a file in `log.file`.")
    elif not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        says = f"The log can't be written: {above} is closed to you."
        yield Finding("logfile", "wrong", says, "Name another file in `log.file`, or take the line away.")
    elif config.log.file.exists() and not os.access(config.log.file, os.W_OK):
        yield Finding("logfile", "wrong", f"{config.log.file} is not yours to write.", _take(config.log.file))
    else:
        yield Finding("logfile", "ok", f"Kith logs to {config.log.file}")

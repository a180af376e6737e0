"""Whoever types a command: what it leaves behind belongs to the user that Kith runs as, or it says how."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from bot.errors import FatalError
from bot.hosting import config as configuration
from bot.hosting.config import Config
from bot.keys.secret import again_as, name_of

ROOT = 0


def settings_of(path: Path) -> Config:
    """What the host decided, for a command that needs no token and works as the owner of the data."""
    config = configuration.load(path, os.environ, tokens=False)
    become(config.data)
    return config


def become(folder: Path) -> None:
    """Root becomes the one that the data folder belongs to; anybody else is told how. Raises FatalError.

    Files of root's in the middle of the folder would stop Kith at its next start.
    """
    try:
        owner = folder.stat()
    except FileNotFoundError:
        return  # whoever starts Kith makes it
    except PermissionError as error:
        raise FatalError(
            f"{name_of(os.geteuid())} may not look into {folder}. Type it as the user that Kith runs as."
        ) from error
    if owner.st_uid == os.geteuid():
        return
    if os.geteuid() != ROOT:
        raise FatalError(
            f"{folder} belongs to {name_of(owner.st_uid)}, and you are {name_of(os.geteuid())}."
            f" {again_as(owner.st_uid)}"
        )
    if not _reaches(owner.st_uid, owner.st_gid, folder):
        raise FatalError(
            f"{folder} belongs to a user that only the service manager lets in. "
            "Run the same command through it: docs/hosting.md says how, under `DynamicUser`."
        )
    if (closed := closed_to(owner.st_uid, Path(sys.executable).resolve())) is not None:
        raise FatalError(
            f"{folder} belongs to {name_of(owner.st_uid)}, who can't start {sys.executable}: {closed} is closed to"
            " them. Type the same with the `scripts/kith` that Kith itself is started from."
        )
    os.setgroups([owner.st_gid])
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)


def _reaches(user: int, group: int, folder: Path) -> bool:
    """Whether they could use the folder: the ones above it may be closed to them."""
    os.setegid(group)
    os.seteuid(user)
    try:
        return os.access(folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=True)
    finally:
        os.seteuid(ROOT)
        os.setegid(ROOT)


def closed_to(user: int, path: Path) -> Path | None:
    """The outermost folder above it that is closed to this user, if there is one."""
    for folder in reversed(path.parents):
        found = folder.stat()
        if not found.st_mode & (stat.S_IXUSR if found.st_uid == user else stat.S_IXOTH | stat.S_IXGRP):
            return folder
    return None

"""The folder of an installation and every file in it: whose they are, and who else may open them."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from bot.hosting.config import Config
from bot.hosting.doctor.findings import Finding


def data(config: Config) -> Iterator[Finding]:
    if not config.data.exists():
        yield Finding("data", "ok", f"{config.data} will be made on the first start")
        return
    mode = config.data.stat().st_mode
    if not stat.S_ISDIR(mode):
        yield Finding("data", "wrong", f"{config.data} is not a folder.", "Move it away, or set `data` to a folder.")
    elif mode & 0o077:
        yield Finding(
            "data",
            "wrong",
            f"Other users of this computer may look into {config.data}.",
            f"Run: chmod 700 {config.data}",
        )
    else:
        yield Finding("data", "ok", f"{config.data} is closed to other users")

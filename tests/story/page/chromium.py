"""Which Chromium there is to look at the playground's page with, if any: nobody downloads one."""

from __future__ import annotations

import shutil

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""It is to show what it is given, and to ask nobody for anything."""

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Where it is; empty where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), "")


def why_not() -> str:
    return "" if chromium() else f"no Chromium is here ({', '.join(NAMES)}; on Debian and Ubuntu: apt install chromium)"

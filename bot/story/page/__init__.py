"""The playground as a page on the loopback: several members side by side, and a clock that anybody can turn."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from pathlib import Path
from typing import TextIO

from bot.story.page.server import Server
from bot.story.page.world import World

LOOPBACK = "127.0.0.1"
PORT = 5484
"""KITH on a telephone's keys."""


async def show(folder: Path, out: TextIO, *, listen: str = LOOPBACK, port: int | None = None) -> None:
    """Serve the page until cancelled. Raises FatalError where the port cannot be had."""
    async with World.open(folder) as world:
        server = Server(world, listen, PORT if port is None else port, or_any=port is None)
        async with server.serving():
            print(f"Kith's playground is at {server.address}\nCtrl-C ends it.", file=out, flush=True)
            if has_browser(out):
                await asyncio.to_thread(webbrowser.open, server.address)
            await asyncio.Event().wait()


def has_browser(out: TextIO) -> bool:
    """Whether somebody sits at a screen here. A browser that would take the terminal's place is none."""
    if not out.isatty():
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))

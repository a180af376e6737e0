"""Tells systemd that Kith is ready, how it is, and that it is still alive (``Type=notify``, ``WatchdogSec=``).

The protocol is a line to a datagram socket (``sd_notify(3)``); without ``NOTIFY_SOCKET`` nothing is sent anywhere.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress


class Systemd:
    """Whoever supervises the process, if there is somebody. Nothing here raises: Kith serves members without it."""

    def __init__(self, env: Mapping[str, str]) -> None:
        address = env.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        microseconds = env.get("WATCHDOG_USEC", "")
        is_ours = env.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.patience = int(microseconds) / 1e6 if microseconds.isdecimal() and is_ours else 0.0
        """Seconds after which a process that says nothing is killed; 0 where nobody watches."""

    def ready(self, status: str) -> None:
        self._say("READY=1", f"STATUS={status}")

    def status(self, status: str) -> None:
        self._say(f"STATUS={status}")

    def stopping(self) -> None:
        self._say("STOPPING=1", "STATUS=finishing what is under way")

    async def watchdog(self, is_well: Callable[[], bool]) -> None:
        """Say that Kith lives, for as long as ``is_well``, three times in each ``patience``."""
        while True:
            if is_well():
                self._say("WATCHDOG=1")
            await asyncio.sleep(self.patience / 3)

    def _say(self, *lines: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
            door.setblocking(False)
            door.sendto("\n".join(lines).encode(), self._address)

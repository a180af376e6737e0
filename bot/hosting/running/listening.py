"""A port that Kith listens on because the host asked for it, and one sentence where it cannot be had."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from bot.errors import FatalError

if TYPE_CHECKING:
    from aiohttp import web


class Wanted(Protocol):
    """A section of the configuration that names an address and a port; 0 takes any."""

    @property
    def listen(self) -> str: ...
    @property
    def port(self) -> int: ...


class Listener:
    """Plain HTTP, GET only, nothing of a request logged. ``section`` is the configuration's, for the sentence."""

    def __init__(self, wanted: Wanted, section: str) -> None:
        self._wanted = wanted
        self._section = section
        self.port = wanted.port
        """The port it has, once it is ``listening``."""
        self.listening = asyncio.Event()

    async def serve(self, answers: Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]) -> None:
        """Answer each path until cancelled. Raises FatalError where the port cannot be had: the host can mend that."""
        from aiohttp import web  # only where somebody asked for it

        application = web.Application(client_max_size=1024)
        for path, answer in answers.items():
            application.router.add_get(path, answer)
        runner = web.AppRunner(application, access_log=None, keepalive_timeout=15, shutdown_timeout=1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self._wanted.listen, self._wanted.port)
            try:
                await site.start()
            except OSError as error:
                where = f"{self._wanted.listen}, port {self._wanted.port}"
                raise FatalError(
                    f"I can't listen on {where}. Set `{self._section}.port` to a free one, or"
                    f" `{self._section}.listen` to 127.0.0.1."
                ) from error
            self.port = runner.addresses[0][1]
            self.listening.set()
            await asyncio.Event().wait()
        finally:
            with suppress(Exception):
                await runner.cleanup()

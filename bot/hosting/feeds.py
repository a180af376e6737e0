"""A port that Kith opens only where the host asks for it: members' own calendars at private addresses.

Behind an address stands what a cog gives for it (``Cog.feed``). Whatever else is asked for is not found; nothing of a
request is logged, as the address is the secret.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from typing import TYPE_CHECKING

from bot.errors import StorageError
from bot.hosting.config import CalendarConfig
from bot.hosting.running.listening import Listener
from bot.registry import Registry

if TYPE_CHECKING:
    from aiohttp import web

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Requests that are worked on at a time: the bot has other things to do."""

FRESH = 900
"""Seconds for which a calendar may keep what it read."""

HEADERS = {
    "Cache-Control": f"private, max-age={FRESH}",
    "Referrer-Policy": "no-referrer",
    "Server": "kith",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
STAMP = b"DTSTAMP"


class Feeds:
    """``serve`` answers until it is cancelled."""

    def __init__(self, registry: Registry, config: CalendarConfig) -> None:
        self._registry = registry
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.listener = Listener(config, "calendar")

    async def serve(self) -> None:
        """Raises FatalError where the port cannot be had: only the host can mend that."""
        await self.listener.serve({"/{path:.*}": self._answer})

    async def _answer(self, request: web.Request) -> web.Response:
        from aiohttp import web

        name = request.path.rpartition("/")[2]
        try:
            async with self._turns:
                content = await self._find(name.removesuffix(".ics")) if name.endswith(".ics") else None
        except StorageError:
            log.exception("the database did not answer")
            return web.Response(status=503, headers=HEADERS | {"Retry-After": str(FRESH)})
        if content is None:
            return web.Response(status=404, headers=HEADERS)
        tag = _tag(content)
        headers = HEADERS | {"ETag": tag}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=content, headers=headers, content_type="text/calendar", charset="utf-8")

    async def _find(self, code: str) -> bytes | None:
        for cog in self._registry.cogs:
            if (content := await cog.feed(code)) is not None:
                return content
        return None


def _tag(content: bytes) -> str:
    """The same as long as nothing has changed but the hour at which it was asked for."""
    lines = [line for line in content.split(b"\r\n") if not line.startswith(STAMP)]
    return f'"{hashlib.sha256(b"".join(lines)).hexdigest()[:32]}"'

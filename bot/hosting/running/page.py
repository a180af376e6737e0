"""A page for the monitoring of a host who asks for one: `/health` for what restarts, `/metrics` for Prometheus.

It says nothing about people, and listens on the loopback unless the host says otherwise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.hosting.config import MetricsConfig
from bot.hosting.running.listening import Listener
from bot.hosting.running.metrics import CONTENT_TYPE, Metrics
from bot.hosting.running.seen import Seen, health

if TYPE_CHECKING:
    from aiohttp import web

HEADERS = {"Cache-Control": "no-store", "Server": "kith", "X-Content-Type-Options": "nosniff"}


class Page:
    """``serve`` answers until it is cancelled; ``look`` says how Kith is at that moment."""

    def __init__(self, config: MetricsConfig, look: Callable[[], Awaitable[Seen]]) -> None:
        self._look = look
        self._metrics = Metrics()
        self.listener = Listener(config, "metrics")

    async def serve(self) -> None:
        """Raises FatalError where the port cannot be had: only the host can mend that."""
        await self.listener.serve({"/health": self._health, "/metrics": self._numbers})

    async def _health(self, _request: web.Request) -> web.Response:
        from aiohttp import web

        said = health(await self._look())
        return web.json_response(said, status=200 if said["well"] else 503, headers=HEADERS)

    async def _numbers(self, _request: web.Request) -> web.Response:
        from aiohttp import web

        content = self._metrics.text(await self._look())
        return web.Response(body=content, headers=HEADERS | {"Content-Type": CONTENT_TYPE})

"""Hands the page out and keeps a line open to it, to nobody but pages of its own, and to each what it has a secret for.

A name that is not ours in ``Host`` is another site's that points here (DNS rebinding), another ``Origin`` is another
site's page: both are refused before anything is looked at.
"""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

from aiohttp import WSMsgType, web

from bot.adapters.page.lines import Line
from bot.errors import FatalError
from bot.story.page.seats import Seats
from bot.story.page.visit import Visit
from bot.story.page.world import World
from bot.story.tour.guide import Guide

FILES: Final = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
    "/tour.js": ("tour.js", "text/javascript"),
    "/live.js": ("live.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "kith",
    "X-Content-Type-Options": "nosniff",
}
LARGEST = 32 * 1024
"""Bytes that a page sends at once."""


class Server:
    """``async with server.serving()``: until then there is no ``address``."""

    def __init__(self, world: World, listen: str, port: int, *, or_any: bool = False) -> None:
        self._world = world
        self._listen, self._port, self._or_any = listen, port, or_any
        self._files = {path: (content_of(name), kind) for path, (name, kind) in FILES.items()}
        self._visits: set[Visit] = set()
        at = _address(listen)
        self.is_open = not at.is_loopback
        """Whether other computers reach it: then the whole page needs its secret too."""
        self._host = socket.gethostname() if at.is_unspecified else f"[{at}]" if at.version == 6 else str(at)
        self.seats = Seats(world.folder, world.people)
        self.guide = Guide(world)
        self.guide.changed = self._guided
        world.is_watched = lambda: bool(self._visits)
        world.turned = self._turned
        world.heard = self._heard
        world.moved = self._moved

    @property
    def address(self) -> str:
        return f"http://{self._host}:{self._port}/" + (f"#{self.seats.page}" if self.is_open else "")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        application = web.Application(client_max_size=LARGEST)
        for path in self._files:
            application.router.add_get(path, self._file)
        application.router.add_get("/live", self._live)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await self.guide.open()
        try:
            await self._bind(runner)
            yield
        finally:
            for visit in list(self._visits):
                await visit.close()
            await runner.cleanup()

    async def _bind(self, runner: web.AppRunner) -> None:
        for port in (self._port, 0) if self._or_any else (self._port,):
            try:
                await web.TCPSite(runner, self._listen, port).start()
            except (OSError, OverflowError) as error:
                failed: Exception = error
            else:
                self._port = runner.addresses[0][1]
                return
        raise FatalError(f"I can't listen on {self._listen}, port {self._port}. Try another `--port`.") from failed

    # -- requests -----------------------------------------------------------------------------------------------------

    def _is_ours(self, request: web.Request) -> bool:
        if self.is_open:
            return True  # it has names that we can't know, and whoever comes by a wrong one has no secret
        return request.host in {f"{host}:{self._port}" for host in ("127.0.0.1", "localhost", "[::1]", self._host)}

    async def _file(self, request: web.Request) -> web.Response:
        if not self._is_ours(request):
            return web.Response(status=421, headers=HEADERS)
        content, kind = self._files[request.path]
        return web.Response(body=content, content_type=kind, charset="utf-8", headers=HEADERS)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if not self._is_ours(request) or request.headers.get("Origin") != f"http://{request.host}":
            return web.Response(status=403, headers=HEADERS)
        line = web.WebSocketResponse(heartbeat=30, max_msg_size=LARGEST, compress=False)
        await line.prepare(request)
        visit = Visit(self._world, self.seats, self.guide, line.send_str, line.close)
        self._visits.add(visit)
        try:
            async with visit.going_on():
                async for message in line:
                    if message.type is WSMsgType.TEXT:
                        await visit.take(_read(message.data), may_enter=self._may_enter)
        finally:
            self._visits.discard(visit)
        return line

    def _may_enter(self, token: object) -> bool:
        given = token.encode("utf-8", "replace") if isinstance(token, str) else b""
        return not self.is_open or secrets.compare_digest(given, self.seats.page.encode())

    # -- what happens -------------------------------------------------------------------------------------------------

    def _turned(self) -> None:
        for visit in self._visits:
            visit.tell_clock()

    def _guided(self) -> None:
        for visit in self._visits:
            visit.tell_tour()

    def _heard(self, line: Line) -> None:
        for visit in self._visits:
            visit.tell_line(line)

    def _moved(self) -> None:
        for visit in self._visits:
            visit.tell_places()


def _address(listen: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(listen)
    except ValueError as error:
        raise FatalError(
            f"I can't listen on {listen}. Give an address of this computer, or 0.0.0.0 for all."
        ) from error


def _read(sent: str) -> dict[str, object]:
    try:
        frame = json.loads(sent)
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}


def content_of(name: str) -> bytes:
    """One of the files a page is made of."""
    return (Path(__file__).parent / "files" / name).read_bytes()

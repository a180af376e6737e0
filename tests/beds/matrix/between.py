"""What may stand between Kith and its homeserver: a proxy that passes everything on, or answers in its place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, web

HOP = frozenset({"transfer-encoding", "content-encoding", "content-length", "connection"})


class Between:
    """``pages``: what part of a path is answered with (status, content type, page), as long as it stands here."""

    def __init__(self, target: str) -> None:
        self._target = target
        self.pages: dict[str, tuple[int, str, str]] = {}
        self.struck = 0
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        for part, (status, kind, page) in self.pages.items():
            if part in request.path:
                self.struck += 1
                return web.Response(status=status, text=page, content_type=kind)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in {*HOP, "host"}}
        async with ClientSession(auto_decompress=True) as session:
            body, url = await request.read(), f"{self._target}{request.raw_path}"
            async with session.request(request.method, url, headers=headers, data=body) as answer:
                kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP}
                return web.Response(status=answer.status, body=await answer.read(), headers=kept)


@asynccontextmanager
async def between(target: str) -> AsyncIterator[Between]:
    proxy = Between(target)
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", proxy.answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    [(host, port)] = [address[:2] for address in runner.addresses]
    proxy.url = f"http://{host}:{port}"
    try:
        yield proxy
    finally:
        await runner.cleanup()

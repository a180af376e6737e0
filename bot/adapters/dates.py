"""Asks each platform what time it is, by the `Date` of an answer that needs no token."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from functools import partial

from bot.hosting.clock.trusted import Voice
from bot.hosting.clock.watch import Ask
from bot.hosting.config import Config

PATIENCE = 5.0
"""Seconds a platform may take: half of them are how wrong its answer may be."""


def asking(config: Config) -> Ask:
    """What asks every configured platform at once."""
    urls = []
    if config.discord is not None:
        urls.append(f"{config.discord.api}/gateway")
    if config.matrix is not None:
        urls.append(f"{config.matrix.homeserver}/_matrix/client/versions")
    return partial(_ask_all, urls)


async def _ask_all(urls: Sequence[str]) -> Sequence[Voice]:
    found = await asyncio.gather(*map(ask, urls))
    return [voice for voice in found if voice is not None]


async def ask(url: str) -> Voice | None:
    """What time it is there; None where nobody answers, or not with a date."""
    import aiohttp  # with the adapters, and not before them

    try:
        async with (
            asyncio.timeout(PATIENCE),
            aiohttp.ClientSession(headers={"User-Agent": "Kith", "Cache-Control": "no-cache"}) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            kept = timedelta(seconds=int(answer.headers.get("Age", "0")))  # by a cache on the way
            at = parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC) + kept
            own = await _is_here(answer.url.host or "", answer.url.port or 443)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, OverflowError):
        return None
    return Voice(at, own)


async def _is_here(host: str, port: int) -> bool:
    """Is it on this very computer, and goes by the same clock?"""
    for family, *_kind, address in await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)  # which sends nothing: it only chooses the way
            if probe.getsockname()[0] == address[0]:
                return True
    return False

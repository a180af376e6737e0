"""What Discord's refusals mean for a delivery. By code: servers that speak its protocol differ in the HTTP status."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import discord

from bot.errors import CannotReach, DeliveryError, FatalError, RetryAfter

DEADLINE = 30.0
"""Seconds for one request, waiting for the rate limit included."""

UNKNOWN_MESSAGE = 10008
UNKNOWN_INTERACTION = 10062
ALREADY_ACKNOWLEDGED = 40060
DMS_TOO_FAST = 40003
NOT_REACHABLE = frozenset({
    10003,  # unknown channel
    10004,  # unknown guild
    10007,  # unknown member
    10013,  # unknown user
    50001,  # missing access
    50007,  # direct messages closed, or the bot is blocked
    50013,  # missing permissions
    50033,  # invalid recipient
    50083,  # thread is archived
    50278,  # no mutual guilds
})  # fmt: skip
BREATHER = timedelta(minutes=10)
"""After "you are opening direct messages too fast": going on would get the bot quarantined."""

REFUSED_TOKEN = "Discord refuses the bot's token. Copy the current one from the developer portal."


@contextlib.asynccontextmanager
async def reaching() -> AsyncIterator[None]:
    """Round every request: a deadline, and errors in our own words."""
    try:
        async with asyncio.timeout(DEADLINE):
            yield
    except discord.RateLimited as error:
        raise RetryAfter(timedelta(seconds=error.retry_after)) from error
    except discord.HTTPException as error:
        raise _meaning(error) from error
    except (TimeoutError, OSError, aiohttp.ClientError) as error:
        raise DeliveryError(f"Discord did not answer: {type(error).__name__}") from error


def _meaning(error: discord.HTTPException) -> Exception:
    if error.code in NOT_REACHABLE:
        return CannotReach(f"Discord refuses with code {error.code}")
    if error.code == DMS_TOO_FAST:
        return RetryAfter(BREATHER)
    if error.status == 401:
        return FatalError(REFUSED_TOKEN)
    if error.status in (403, 404):
        return CannotReach(f"Discord refuses with status {error.status}, code {error.code}")
    if error.status == 429 or error.status >= 500:
        return DeliveryError(f"Discord answers with status {error.status}")
    return error  # a malformed request is our own fault, and no second try mends it

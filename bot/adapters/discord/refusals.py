"""What Discord's refusals mean. By its own code alone: servers that speak its protocol differ in the HTTP status, and
whatever stands in between (a proxy, a block, a page) has a status too and no code. Without one nobody knows anything.

| asked about | gone, by code |
| --- | --- |
| a member of a server | 10007, 10013; the server itself: 10004, 50001 (the bot is not in it) |
| a server | 10004, 50001 |
| a channel or thread | 10003; somebody's place in a thread: 10007, 10013 |
| a date in the calendar | 10070; its server: 10004 |
| an account, for direct messages | 10013, 50007, 50033, 50278 |

| it says | and means | what becomes of it |
| --- | --- | --- |
| 160005 | the thread is locked | given up; what goes on there is somebody's who may open it |
| 50083 | the thread is archived | opened for what is done in it, where the bot may |
| 30033 | the thread is full | whoever is to come in is tried again each hour, as others leave |
| 40004 | Discord has sending switched off for a while | all of it waits ten minutes |
| 20016, 20028 | a channel's slow mode, or its limit of writing | that message is tried again, no other waits |
| 200000, 240000 | AutoMod, or Discord's filter of links, holds it back | given up; moderators hear of three in a row |
| 40333, a page, no code | something on the way | nobody has said anything: tried again |
"""

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

UNKNOWN_CHANNEL = 10003
UNKNOWN_GUILD = 10004
UNKNOWN_MEMBER = 10007
UNKNOWN_MESSAGE = 10008
UNKNOWN_USER = 10013
UNKNOWN_EVENT = 10070
MISSING_ACCESS = 50001
MISSING_PERMISSIONS = 50013
ARCHIVED = 50083
LOCKED = 160005
THREAD_FULL = 30033
SENDING_DISABLED = 40004
SLOW_MODE, WRITTEN_TOO_OFTEN = 20016, 20028
AUTOMOD, HARMFUL_LINK = 200000, 240000
ALREADY_ACKNOWLEDGED = 40060
DMS_TOO_FAST = 40003
NOT_REACHABLE = frozenset({
    UNKNOWN_CHANNEL,
    UNKNOWN_GUILD,
    UNKNOWN_MEMBER,
    UNKNOWN_MESSAGE,
    UNKNOWN_USER,
    UNKNOWN_EVENT,
    MISSING_ACCESS,
    50005,  # somebody else's message
    50007,  # direct messages closed, or the bot is blocked
    MISSING_PERMISSIONS,
    50033,  # invalid recipient
    ARCHIVED,
    50278,  # no mutual guilds
    LOCKED,
    THREAD_FULL,
    AUTOMOD,
    HARMFUL_LINK,
})  # fmt: skip
"""Whatever else comes with 403 or 404 is no word of Discord's about anybody: code 0, 40333 (blocked on the way)."""
NO_SERVER = frozenset({UNKNOWN_GUILD, MISSING_ACCESS})
NO_MEMBER = frozenset({UNKNOWN_MEMBER, UNKNOWN_USER})
NO_EVENT = frozenset({UNKNOWN_EVENT, UNKNOWN_GUILD})
BREATHERS = frozenset({DMS_TOO_FAST, SENDING_DISABLED})
BREATHER = timedelta(minutes=10)
"""After "you are opening direct messages too fast": going on would get the bot quarantined."""
LATER = frozenset({SLOW_MODE, WRITTEN_TOO_OFTEN})

UNAUTHORIZED = "401: Unauthorized"
"""Discord's own words, which have no code."""
REFUSED_TOKEN = (
    "Discord refuses the bot's token. Make a new one at https://discord.com/developers/applications (your bot, Bot,"
    " Reset Token), and put it into `discord.token`."
)


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
    if error.code in BREATHERS:
        return RetryAfter(BREATHER)
    if error.status == 401 and error.text.startswith(UNAUTHORIZED):
        return FatalError(REFUSED_TOKEN)
    if error.code in LATER or error.code == 0 or error.status in (401, 403, 404, 429) or error.status >= 500:
        return DeliveryError(f"Discord answers with status {error.status}, code {error.code}")
    return error  # a malformed request is our own fault, and no second try mends it


def says(error: CannotReach, codes: frozenset[int]) -> bool:
    """Is it Discord's own word, and one of these?"""
    cause = error.__cause__
    return isinstance(cause, discord.HTTPException) and cause.code in codes

"""The connection to Discord: discord.py, logged in and kept connected whatever the network or Discord does."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import aiohttp
import discord

from bot.adapters.discord.refusals import REFUSED_TOKEN
from bot.errors import FatalError
from bot.hosting.config import DiscordConfig

log = logging.getLogger(__name__)

GUILDS_SETTLED = 0.2
"""Seconds without a new guild after which the list of guilds counts as complete."""
LONGEST_WAIT = 60.0
STEADY = 60.0
"""A connection that lasted this many seconds was a good one: the next attempt comes at once."""
BAD_TOKEN = 4004
SESSION_EVENTS = {"READY", "RESUMED"}
"""Without these there is no session; if they cannot be read, a new connection is the only way."""
SWEPT_EVERY = 60.0
LONGEST_RATE_LIMIT = 30.0
"""Seconds the library may wait for a rate limit by itself; above that the outbox plans anew."""

Payload = dict[str, Any]


class Heard(Protocol):
    """Whoever is told of what people do in a direct conversation."""

    async def said(self, message: discord.Message) -> None: ...
    async def changed(self, message: discord.Message) -> None: ...
    async def deleted(self, event: discord.RawMessageDeleteEvent) -> None: ...
    async def reacted(self, event: discord.RawReactionActionEvent) -> None: ...


class Client(discord.Client):
    """Hands over what people do: interactions, and what they do in a direct conversation.

    It never asks for the content of messages: words in servers do not reach it (not even those of its own private
    threads). Of the privileged intents it takes Server Members where the host has switched that on, to hear who leaves.
    """

    def __init__(
        self,
        config: DiscordConfig,
        on_interaction: Callable[[discord.Interaction[discord.Client]], Awaitable[None]],
    ) -> None:
        # The library keeps its two addresses in its classes.
        discord.http.Route.BASE = config.api.rstrip("/")
        socket = discord.gateway.DiscordWebSocket
        socket.DEFAULT_GATEWAY = type(socket.DEFAULT_GATEWAY)(config.gateway)
        super().__init__(
            intents=discord.Intents(guilds=True, dm_messages=True, dm_reactions=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            guild_ready_timeout=GUILDS_SETTLED,
            max_ratelimit_timeout=LONGEST_RATE_LIMIT,
        )
        _sweep_seldom(self.http)
        # An event the library cannot read would end its connection, and with it lose what came after it.
        parsers = self._connection.parsers
        for name in parsers.keys() - SESSION_EVENTS:
            parsers[name] = _surviving(name, parsers[name])
        self._heard_interaction = on_interaction
        self.direct: Heard | None = None
        self._lost = False

    def hear_who_leaves(self) -> None:
        """Ask for members' goings if this application has leave to: asking without would end the connection."""
        assert self.application is not None
        flags = self.application.flags
        self._connection._intents.members = flags.gateway_guild_members or flags.gateway_guild_members_limited

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """What the library tells of itself; a listener of its own would be one task more, also while it closes."""
        if self._lost and event in ("ready", "resumed"):
            log.info("Discord answers again")
        self._lost = event == "disconnect" or (self._lost and event not in ("ready", "resumed"))
        super().dispatch(event, *args, **kwargs)

    async def on_interaction(self, interaction: discord.Interaction[discord.Client]) -> None:
        await self._heard_interaction(interaction)

    async def on_message(self, message: discord.Message) -> None:
        if self.direct and message.guild is None and not message.author.bot:
            await self.direct.said(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        if self.direct and event.guild_id is None and not event.message.author.bot:
            await self.direct.changed(event.message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        if self.direct and event.guild_id is None:
            await self.direct.deleted(event)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        if self.direct and event.guild_id is None:
            await self.direct.reacted(event)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """The library would log the event itself, and with it what people wrote."""
        log.exception("%s failed", event_method)


def _sweep_seldom(http: discord.http.HTTPClient) -> None:
    """The library looks through all the limits it knows whenever it meets a new channel: with thousands of direct
    conversations that costs far more than the messages. Once a minute is enough.
    """
    sweep, swept = http._try_clear_expired_ratelimits, time.monotonic()

    def seldom() -> None:
        nonlocal swept
        if time.monotonic() - swept > SWEPT_EVERY:
            swept = time.monotonic()
            sweep()

    http._try_clear_expired_ratelimits = seldom  # type: ignore[method-assign]  # it offers no setting for it


class Connection:
    """Logs the client in and keeps it connected until it is stopped, or until only the host can help."""

    def __init__(self, client: Client, token: str, commands: list[Payload]) -> None:
        self._client = client
        self._token = token
        self._commands = commands
        self._staying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when connected. Raises FatalError where only the host can mend it."""
        await self._login()
        self._staying = asyncio.create_task(self._stay())
        ready = asyncio.create_task(self._client.wait_until_ready())
        await asyncio.wait({ready, self._staying}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            await self._staying

    async def serve(self) -> None:
        """Return when stopped. Raises FatalError where only the host can mend it."""
        if self._staying is not None:
            await asyncio.wait({self._staying})
            if not self._staying.cancelled():
                self._staying.result()

    async def stop(self) -> None:
        await self._client.close()
        if self._staying is not None:
            self._staying.cancel()
            await asyncio.gather(self._staying, return_exceptions=True)

    async def _login(self) -> None:
        """Log in and register the commands, waiting for Discord for as long as it takes."""
        wait = 1.0
        while True:
            try:
                await self._client.login(self._token)
                self._client.hear_who_leaves()
                assert self._client.application_id is not None
                await self._client.http.bulk_upsert_global_commands(self._client.application_id, self._commands)
            except discord.LoginFailure as error:
                await self._client.close()
                raise FatalError(REFUSED_TOKEN) from error
            except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError) as error:
                if isinstance(error, discord.HTTPException) and _is_meant(error):
                    await self._client.close()
                    raise FatalError(f"Discord refuses the bot's commands (code {error.code}).") from error
                log.warning("Discord cannot be reached (%s); trying again in %.0f s", type(error), wait)
                await self._client.http.close()
                self._client.http.connector = discord.utils.MISSING  # closed too; the next login makes its own
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                return

    async def _stay(self) -> None:
        """The library reconnects and resumes by itself, but a frame it cannot read ends it: begin again."""
        wait = 1.0
        while True:
            began = time.monotonic()
            try:
                await self._client.connect()
            except discord.ConnectionClosed as error:
                raise FatalError(_closed(error.code)) from error
            except discord.PrivilegedIntentsRequired as error:
                raise FatalError(_closed(4014)) from error
            except Exception as error:
                if self._client.is_closed():
                    return
                log.warning("the connection to Discord broke (%s); connecting again", type(error))
            if self._client.is_closed():
                return
            with contextlib.suppress(Exception):  # what is left of a broken connection may break once more
                await self._client.ws.close()
            wait = 1.0 if time.monotonic() - began > STEADY else min(wait * 2, LONGEST_WAIT)
            await asyncio.sleep(wait / 2)


def _is_meant(error: discord.HTTPException) -> bool:
    """Whether it is Discord that refuses: what stands in between answers 403 and 404 too, with a page and no code."""
    return 400 <= error.status < 500 and error.status != 429 and (error.code != 0 or error.status not in (403, 404))


def _surviving(name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """The library's own reader of an event, which can no longer fail."""

    def read(data: Any) -> None:
        try:
            parse(data)
        except Exception as error:
            log.warning("an event %s could not be read (%s)", name, type(error))

    return read


def _closed(code: int) -> str:
    if code == BAD_TOKEN:
        return REFUSED_TOKEN
    return f"Discord closed the connection for good (code {code}). Check the bot's settings in the developer portal."

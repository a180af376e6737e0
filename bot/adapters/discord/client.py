"""The connection to Discord: discord.py, logged in and kept connected whatever the network or Discord does."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Protocol

import aiohttp
import discord

from bot.adapters.discord.refusals import REFUSED_TOKEN
from bot.errors import FatalError
from bot.hosting.config import DiscordConfig
from bot.log import Word

log = logging.getLogger(__name__)

GUILDS_SETTLED = 0.2
"""Seconds without a new guild after which the list of guilds counts as complete."""
LONGEST_WAIT = 60.0
STEADY = 60.0
"""A connection that lasted this many seconds was a good one: the next attempt comes at once."""
BAD_TOKEN = 4004
MORE_SHARDS = {4010, 4011}
"""The bot is in more servers than its connections may carry: begun anew, Discord says how many it wants."""
IDENTIFIED_EVERY = 5.0
"""Seconds between two connections that begin (source: https://docs.discord.com/developers/events/gateway#sharding)."""
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


PASSING = (
    discord.gateway.ReconnectWebSocket,
    discord.gateway.WebSocketClosure,
    discord.ClientException,
    OSError,
    aiohttp.ClientError,
    TimeoutError,
)
"""How the library tells itself that a connection is lost; it knows what to do then."""


class Unreadable(aiohttp.ClientError):
    """A frame that is none of the protocol: for the library one more way of losing the connection."""


class Client(discord.AutoShardedClient):
    """Hands over what people do: interactions, and what they do in a direct conversation.

    As many connections as Discord asks for at the start: one, for a bot in fewer than 1,000 servers or so.

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
        self.address = config.api
        super().__init__(
            intents=discord.Intents(guilds=True, dm_messages=True, dm_reactions=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            guild_ready_timeout=GUILDS_SETTLED,
            max_ratelimit_timeout=LONGEST_RATE_LIMIT,
        )
        _sweep_seldom(self.http)
        _survive_frames(socket)
        # An event the library cannot read would end its connection, and with it lose what came after it.
        parsers = self._connection.parsers
        for name in parsers.keys() - SESSION_EVENTS:
            parsers[name] = _surviving(name, parsers[name])
        self._heard_interaction = on_interaction
        self.direct: Heard | None = None
        self._lost = False
        self._at_once = 1
        self._identified: dict[int, float] = {}

    async def launch_shards(self) -> None:
        """The gateway is the one that is configured, whichever Discord names; how many connections is its to say."""
        try:
            self.shard_count, _address, limits = await self.http.get_bot_gateway()
            self._at_once = int(limits.get("max_concurrency") or 1)
        except discord.GatewayNotFound as error:
            if not isinstance(error.__cause__, discord.NotFound):
                raise
            self.shard_count = 1  # a server of another make, which has no shards
        await super().launch_shards()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """As many may begin together as Discord says; each of these lanes waits for itself."""
        lane = (shard_id or 0) % self._at_once
        now = time.monotonic()
        begins = max(now, self._identified.get(lane, now - IDENTIFIED_EVERY) + IDENTIFIED_EVERY)
        self._identified[lane] = begins
        await asyncio.sleep(begins - now)

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


def _survive_frames(socket: type[discord.gateway.DiscordWebSocket]) -> None:
    """A frame the library cannot read would end the client: the connection is lost and begun anew, after a while."""
    receive = socket.received_message
    if hasattr(receive, "__wrapped__"):  # the library's class is one for the whole process
        return

    @wraps(receive)
    async def received(self: discord.gateway.DiscordWebSocket, message: Any, /) -> None:
        try:
            await receive(self, message)
        except PASSING:
            raise
        except Exception as error:
            await self.close(4000)
            raise Unreadable(type(error).__name__) from None

    socket.received_message = received  # type: ignore[method-assign]  # it offers no setting for it


class Connection:
    """Logs the client in and keeps it connected until it is stopped, or until only the host can help."""

    def __init__(
        self,
        client: Client,
        token: str,
        commands: list[Payload],
        registered: Callable[[Iterable[Mapping[str, Any]]], None],
    ) -> None:
        self._client = client
        self._token = token
        self._commands = commands
        self._registered = registered
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
                upsert = self._client.http.bulk_upsert_global_commands
                self._registered(await upsert(self._client.application_id, self._commands))
            except discord.LoginFailure as error:
                await self._client.close()
                raise FatalError(REFUSED_TOKEN) from error
            except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError) as error:
                if isinstance(error, discord.HTTPException) and _is_meant(error):
                    await self._client.close()
                    raise FatalError(_refused(error, self._client.address)) from error
                _tell(error, Word(self._client.address), wait)
                await self._client.http.close()
                self._client.http.connector = discord.utils.MISSING  # closed too; the next login makes its own
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                return

    async def _stay(self) -> None:
        """The library reconnects and resumes by itself; what it cannot is begun again, here or by whoever serves."""
        wait = 1.0
        while True:
            began = time.monotonic()
            try:
                await self._client.connect()
            except discord.ConnectionClosed as error:
                if error.code in MORE_SHARDS:
                    log.warning("Discord wants more connections: beginning anew")
                    return
                raise FatalError(_closed(error.code)) from error
            except discord.PrivilegedIntentsRequired as error:
                raise FatalError(_closed(4014)) from error
            except Exception as error:
                if self._client.is_closed():
                    return
                log.warning("the connection to Discord broke (%s); connecting again", type(error))
            if self._client.is_closed():
                return
            wait = 1.0 if time.monotonic() - began > STEADY else min(wait * 2, LONGEST_WAIT)
            await asyncio.sleep(wait / 2)


def _is_meant(error: discord.HTTPException) -> bool:
    """Whether it is Discord that refuses: what stands in between answers 403 and 404 too, with a page and no code."""
    return 400 <= error.status < 500 and error.status != 429 and (error.code != 0 or error.status not in (403, 404))


def _refused(error: discord.HTTPException, address: str) -> str:
    if error.code == 0:  # whoever answers there may not be Discord's interface
        said = f"{address} refuses the bot's commands with status {error.status}, and not in Discord's words."
        return (
            said + " If that is not the address of Discord's interface, correct `discord.api`, or take that line away."
        )
    return f"Discord refuses the bot's commands (code {error.code})."


def _tell(error: Exception, address: Word, wait: float) -> None:
    """Where nobody speaks for Discord, the address may be wrong."""
    status = error.status if isinstance(error, discord.HTTPException) else 0
    log.warning("Discord cannot be reached at %s (%s); trying again in %.0f s", address, type(error), wait)
    if status in (403, 404):
        log.warning("%s answers with status %d; if it stays so, correct `discord.api`", address, status)


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

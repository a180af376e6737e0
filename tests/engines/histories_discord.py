"""Discord without a socket, for ``histories``: the fake's own answers, handed to the library where it reads them."""

from __future__ import annotations

import asyncio
import json
import random
from types import SimpleNamespace
from typing import Any

import discord

from bot.adapters.discord import DiscordAdapter
from bot.bot import Bot
from bot.messages import Channel, Member, Place
from tests.adapters.discord_world import config
from tests.beds.discord import FakeDiscord, Guild
from tests.beds.discord.gateway import Intent, Session
from tests.beds.discord.rest import ROUTES, Call
from tests.beds.discord.rules import Refusal
from tests.beds.discord.things import Kind, Payload
from tests.engines.histories import NAMES, History, Land
from tests.engines.virtual_clock import VirtualClock

PAGES: dict[str, tuple[int, Any]] = {
    "html 403": (403, "<html><title>Attention Required</title></html>"),
    "html 404": (404, "<html><h1>Not Found</h1></html>"),
    "html 500": (502, "<html>bad gateway</html>"),
    "code 0": (404, {"message": "404: Not Found", "code": 0}),
    "no code": (403, {"error": "denied"}),
    "blocked": (403, {"message": "internal network error", "code": 40333}),
    "empty": (401, ""),
    "something else": (404, {"message": "Unknown Message", "code": 10008}),
}
ERRORS = {403: discord.Forbidden, 404: discord.NotFound}
MEMBER = "/guilds/{guild_id}/members/{user_id}"


class InMemory(FakeDiscord):
    """Its events go to the library's own readers."""

    client: discord.Client

    def hear(self, name: str, data: Payload) -> None:
        self.client._connection.parsers[name](json.loads(json.dumps(data)))


class DiscordLand(Land):
    name = "discord"

    def __init__(self, clock: VirtualClock, bot: Bot) -> None:
        super().__init__(clock, bot)
        self.fake = InMemory()
        self.fake.port, self.fake.rest_url, self.fake.gateway_url = (
            1,
            "http://discord.test/api/v10",
            "ws://discord.test",
        )
        self.adapter = DiscordAdapter(bot, config(self.fake))
        bot.adapters[self.adapter.name] = self.adapter
        self._client = self.fake.client = self.adapter._client
        self._guilds: dict[str, Guild] = {}
        self._deaf = False

    async def connect(self) -> None:
        client, fake = self._client, self.fake
        await client._async_setup_hook()
        client._connection._intents.members = True
        client.http.request = self._request  # type: ignore[method-assign]  # the library's own way to the network
        fake.gateway.tell = self._tell  # type: ignore[method-assign]  # and from it
        session = Session("session", Intent.GUILDS | Intent.GUILD_MEMBERS)
        fake.hear("READY", fake.gateway._ready_payload(session, []))
        await asyncio.sleep(1)

    async def close(self) -> None:
        await self.adapter.stop()

    # -- the wire -----------------------------------------------------------------------------------------------------

    def _tell(self, name: str, data: Payload, intent: Intent = Intent.NONE) -> None:
        if not self._deaf:
            self.fake.hear(name, data)

    async def _request(self, route: discord.http.Route, **how: Any) -> Any:
        await asyncio.sleep(0)
        path = route.url.removeprefix(self.fake.rest_url).partition("?")[0]
        found = self.fake.spec.find(route.method, path)
        assert found is not None, path
        operation, ids = found
        call = Call(operation, path, ids, how.get("json") or {}, {}, dict(how.get("params") or {}))
        place = self._place_of(ids)
        if place in self.pages:
            await self._page(self.pages[place])
        try:
            handler = ROUTES[str(operation)]
            answer = handler(self.fake, call)
        except Refusal as refusal:
            self._own_word(operation.template, ids, refusal.code)
            raise _error(refusal.status, {"message": refusal.message, "code": refusal.code}) from None
        self._own_word(operation.template, ids, None)
        return json.loads(json.dumps(answer))

    def _place_of(self, ids: dict[str, str]) -> str:
        channel = self.fake.world.channels.get(ids.get("channel_id", ""))
        return ids.get("guild_id") or (channel.guild.id if channel and channel.guild else "")

    async def _page(self, page: str) -> None:
        if page == "reset":
            raise ConnectionResetError
        if page == "timeout":
            await asyncio.sleep(3600)
        raise _error(*PAGES[page])

    def _own_word(self, template: str, ids: dict[str, str], code: int | None) -> None:
        """Discord has answered: about a member of a server, or about the server."""
        at = self.histories.get(ids.get("guild_id", ""))
        if at is None:
            return
        if template == MEMBER and code in (None, 10007, 10013):
            self.answered(at.place.id, ids["user_id"], code is None)
        elif code in (10004, 50001):
            if template == MEMBER:
                self.answered(at.place.id, ids["user_id"], False)
            elif not at.has_bot:
                at.lost_bot = True

    # -- what happens -------------------------------------------------------------------------------------------------

    async def found(self, number: int) -> History:
        guild = self.fake.world.add_guild(f"Guild {number}")
        people = {name: self.fake.world.add_user(f"{name}{number}") for name in NAMES}
        for user in people.values():
            self.fake.world.add_member(guild, user)
        self._tell("GUILD_CREATE", guild.create_payload(self.fake.world.bot, all_members=True))
        self._guilds[guild.id] = guild
        accounts = {name: Member("discord", user.id, user.name) for name, user in people.items()}
        return History(Place("discord", guild.id, guild.name), accounts)

    async def go(self, at: History, who: str, how: str, *, heard: bool) -> None:
        guild, user = self._guilds[at.place.id], self.fake.world.users[at.members[who].id]
        self._deaf = not heard
        self.fake.remove_member(guild, user)
        self._deaf = False
        for channel in guild.channels:
            channel.members.pop(user.id, None)

    async def come(self, at: History, who: str) -> None:
        guild, user = self._guilds[at.place.id], self.fake.world.users[at.members[who].id]
        self.fake.world.add_member(guild, user)
        self.fake.gateway.tell_guild("GUILD_MEMBER_ADD", guild, guild.member_payload(user), Intent.GUILD_MEMBERS)

    async def wrong(self, at: History, chance: random.Random) -> None:
        guild, who = at.place.id, self.fake.world.users[at.members[chance.choice(NAMES)].id].payload()
        odd: tuple[tuple[str, Payload], ...] = (
            ("GUILD_MEMBER_REMOVE", {"guild_id": guild}),
            ("GUILD_MEMBER_REMOVE", {"user": who}),
            ("GUILD_MEMBER_REMOVE", {"guild_id": "1", "user": who}),
            ("GUILD_MEMBER_REMOVE", {"guild_id": guild, "user": {"id": None}}),
            ("GUILD_MEMBER_REMOVE", {"guild_id": guild, "user": {"id": "99"}}),
            ("GUILD_MEMBER_REMOVE", {"guild_id": None, "user": who}),
            ("GUILD_DELETE", {"id": guild, "unavailable": True}),
            ("GUILD_DELETE", {"id": "77"}),
            ("GUILD_DELETE", {}),
            ("CHANNEL_DELETE", {"id": "5", "guild_id": guild, "type": 0}),
            ("THREAD_DELETE", {"id": "6", "guild_id": guild, "parent_id": "5", "type": 12}),
            ("THREAD_DELETE", {"guild_id": guild}),
            ("GUILD_MEMBER_UPDATE", {"guild_id": guild, "user": who}),
        )
        name, data = chance.choice(odd)
        at.did.append(f"{name} {[*data]}")
        self._tell(name, data)
        await self.settle()
        if name == "GUILD_DELETE":
            self._tell("GUILD_CREATE", self._guilds[guild].create_payload(self.fake.world.bot, all_members=True))

    async def change(self, at: History, what: str, channel: Channel | None, chance: random.Random) -> None:
        thread = self.fake.world.channels.get(channel.id) if channel else None
        if thread is None:
            return
        match what:
            case "archive":
                thread.archived = True
            case "lock":
                thread.locked = True
            case "word":
                writer = chance.choice([*thread.members])
                if not thread.locked and writer != self.fake.world.bot.id:
                    thread.archived = False
            case "place gone":
                self.fake.remove_channel(thread)
                return
        self.fake.gateway.tell_channel("THREAD_UPDATE", thread)

    async def take_out(self, at: History, *, really: bool) -> None:
        guild = self._guilds[at.place.id]
        if really:
            self.fake.remove_member(guild, self.fake.world.bot)
        else:
            self._tell("GUILD_DELETE", {"id": guild.id})
            await self.settle()
            self._tell("GUILD_CREATE", guild.create_payload(self.fake.world.bot, all_members=True))

    async def bring_back(self, at: History) -> None:
        guild = self._guilds[at.place.id]
        self.fake.world.add_member(guild, self.fake.world.bot, guild.roles[1])
        self._tell("GUILD_CREATE", guild.create_payload(self.fake.world.bot, all_members=True))

    def together(self, at: History) -> bool:
        two = {at.members["alice"].id, at.members["bob"].id}
        kiths = [one for one in self._guilds[at.place.id].channels if one.kind is Kind.PRIVATE_THREAD]
        return any(two <= {*one.members} and not one.locked for one in kiths)

    async def settle(self) -> None:
        await asyncio.sleep(0.01)  # everything that is ready goes first


def _error(status: int, said: Any) -> discord.HTTPException:
    """As the library makes it of an answer."""
    kind = ERRORS.get(status, discord.DiscordServerError if status >= 500 else discord.HTTPException)
    return kind(SimpleNamespace(status=status, reason=""), said)  # all it reads of an answer

"""A small bot on the unmodified discord.py, for the tests of the fake Discord itself."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.beds.discord import FakeDiscord
from tests.beds.eventually import PATIENCE

Asking = discord.Interaction[Any]
QUIET = discord.AllowedMentions.none()


class Library(discord.Client):
    """Commands, a persistent view and a dynamic button; ``seen`` is what reached it."""

    def __init__(self, *, mentions: discord.AllowedMentions | None = QUIET, members: bool = True) -> None:
        intents = discord.Intents.default()
        intents.members = members
        super().__init__(intents=intents, allowed_mentions=mentions, guild_ready_timeout=0.05)
        self.seen: list[tuple[str, ...]] = []
        self.tree = app_commands.CommandTree(self)
        for name, callback in (("ping", _ping), ("slow", _slow), ("form", _form), ("mute", _mute)):
            self.tree.add_command(app_commands.Command(name=name, description=name, callback=callback))
        self.tree.add_command(_group())

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Numbered)
        self.add_view(Lasting())

    async def on_ready(self) -> None:
        self.seen.append(("ready",))

    async def on_resumed(self) -> None:
        self.seen.append(("resumed",))

    async def on_member_join(self, member: discord.Member) -> None:
        self.seen.append(("join", member.name))

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.seen.append(("said", message.content))

    def channel(self, channel_id: str) -> discord.TextChannel:
        found = self.get_channel(int(channel_id))
        assert isinstance(found, discord.TextChannel)
        return found


async def _ping(asking: Asking, text: str) -> None:
    """Answers at once."""
    await asking.response.send_message(f"pong {text}", ephemeral=True)


async def _slow(asking: Asking) -> None:
    """Asks for time, and answers later."""
    await asking.response.defer(ephemeral=True)
    await asking.edit_original_response(content="final")


async def _form(asking: Asking) -> None:
    """Answers with a form."""
    await asking.response.send_modal(Form())


async def _mute(asking: Asking) -> None:
    """Never answers."""


async def _greet(asking: Asking, person: discord.User, times: int, aloud: bool = False) -> None:
    """Takes typed options."""
    await asking.response.send_message(f"hello {person.global_name} {times} {aloud}", ephemeral=not aloud)


async def _greetings(asking: Asking, typed: str) -> list[app_commands.Choice[int]]:
    return [app_commands.Choice(name=typed + str(n), value=n) for n in (1, 2)]


def _group() -> app_commands.Group:
    group = app_commands.Group(
        name="say", description="say", default_permissions=discord.Permissions(manage_guild=True)
    )
    greet: app_commands.Command[Any, ..., None] = app_commands.Command(
        name="hello", description="hello", callback=_greet
    )
    greet.autocomplete("times")(_greetings)
    group.add_command(greet)
    return group


class Form(discord.ui.Modal, title="Tell me"):
    words: discord.ui.TextInput[Form] = discord.ui.TextInput(label="Words", custom_id="words", max_length=20)

    async def on_submit(self, asking: Asking) -> None:
        await asking.response.send_message(f"you wrote {self.words.value}", ephemeral=True)


class Lasting(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Yes", custom_id="test:yes")
    async def yes(self, asking: Asking, button: discord.ui.Button[Lasting]) -> None:
        await asking.response.edit_message(content="thanks", view=None)


class Numbered(discord.ui.DynamicItem["discord.ui.Button[Any]"], template=r"test:n:(?P<number>\d+)"):
    def __init__(self, number: int) -> None:
        super().__init__(discord.ui.Button(label="In", custom_id=f"test:n:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(cls, asking: Asking, item: discord.ui.Item[Any], match: re.Match[str], /) -> Numbered:
        return cls(int(match["number"]))

    async def callback(self, asking: Asking) -> None:
        await asking.response.send_message(f"noted {self.number}", ephemeral=True)


def numbered(number: int) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(Numbered(number))
    return view


@contextlib.asynccontextmanager
async def connected(fake: FakeDiscord, bot: Library | None = None) -> AsyncIterator[Library]:
    """The library, logged in and ready, with its commands registered."""
    fake.serve_discord_py()
    bot = bot or Library()
    await bot.login(fake.token)
    running = asyncio.create_task(bot.connect())
    try:
        await asyncio.wait_for(bot.wait_until_ready(), PATIENCE)
        await bot.tree.sync()
        yield bot
    finally:
        await bot.close()
        await asyncio.wait([running])


async def refused(what: Awaitable[object], code: int) -> None:
    with pytest.raises(discord.HTTPException) as error:
        await what
    assert error.value.code == code


async def raw(bot: Library, method: str, path: str, body: dict[str, Any]) -> object:
    """One request past the library's own classes."""
    return await bot.http.request(discord.http.Route(method, path), json=body)

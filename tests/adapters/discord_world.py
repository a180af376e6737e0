"""Kith on the fake Discord: the real adapter, core and database, with the sample cog and a cast of three."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.adapters.discord import DiscordAdapter
from bot.bot import Bot
from bot.hosting.config import DiscordConfig
from bot.hosting.installation import DATABASE
from bot.keys.crypto import Keyring
from bot.keys.secret import Secret
from storage.database.database import Database
from tests.adapters.samples import Samples
from tests.beds.discord import FakeDiscord, Guild, Permission, Person
from tests.prepared import prepared


@dataclass
class Kith:
    """Everything a test needs: the fake, a guild, the people, the bot and its adapter."""

    fake: FakeDiscord
    guild: Guild
    alice: Person
    bob: Person
    mo: Person
    path: Path
    keyring: Keyring = field(default_factory=Keyring.new)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[DiscordAdapter]:
        """The bot from start to stop; entering again is a restart."""
        async with await Database.open(prepared(self.path) / DATABASE) as database:
            bot = Bot(database, self.keyring, [Samples])
            self.bot = bot
            adapter = DiscordAdapter(bot, config(self.fake))
            bot.adapters[adapter.name] = adapter
            await adapter.start()
            try:
                yield adapter
            finally:
                await adapter.stop()

    @property
    def samples(self) -> Samples:
        [cog] = self.bot.registry.cogs
        assert isinstance(cog, Samples)
        return cog


def config(fake: FakeDiscord, token: str | None = None) -> DiscordConfig:
    return DiscordConfig(token=Secret(token or fake.token), api=fake.rest_url, gateway=fake.gateway_url)


@contextlib.asynccontextmanager
async def discord_world(path: Path) -> AsyncIterator[Kith]:
    """The fake with its cast: Alice, Bob, and Mo the moderator in one guild. Nothing of the bot runs yet."""
    async with FakeDiscord() as fake:
        guild = fake.add_guild()
        alice, bob = fake.add_person("Alice", guild), fake.add_person("Bob", guild)
        mo = fake.add_person("Mo", guild, permissions=Permission.MANAGE_GUILD)
        yield Kith(fake, guild, alice, bob, mo, path)

"""Kith on a real Synapse: the real adapter, core and database, and a small cog that shows every way to answer."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Self

from bot.adapters.matrix import MatrixAdapter
from bot.adapters.matrix.homeserver import Homeserver
from bot.bot import Bot
from bot.cog import Cog, Settings
from bot.hosting.config import MatrixConfig
from bot.hosting.installation import DATABASE
from bot.keys.crypto import Keyring
from bot.keys.secret import Secret
from bot.messages import Member
from storage.database.database import Database
from tests.adapters.samples import Samples
from tests.beds.matrix.member import PATIENCE, MatrixMember
from tests.beds.matrix.synapse import Synapse
from tests.beds.noon import Noon
from tests.prepared import prepared

_serial = itertools.count(1)


class World:
    """One installation of Kith, an account of its own on the homeserver, and the members it meets."""

    database: Database
    bot: Bot
    samples: Samples
    adapter: MatrixAdapter

    def __init__(self, synapse: Synapse, folder: Path, cogs: Sequence[type[Cog]] = (Samples,)) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.cogs = cogs
        self.synapse = synapse
        self.folder = folder
        self.keyring = Keyring.new()
        self.now = Noon()
        self.account = synapse.register(f"kith-{next(_serial)}")
        self.members: list[MatrixMember] = []
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.database = await Database.open(prepared(self.folder) / DATABASE)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await asyncio.gather(*(member.leave() for member in self.members))
        await self.stop()
        await self.database.close()

    @property
    def id(self) -> str:
        return self.account.user_id

    @property
    def keys(self) -> Path:
        return self.folder / "matrix"

    def config(self, *, password: bool = True, token: str = "") -> MatrixConfig:
        return MatrixConfig(
            homeserver=self.synapse.url,
            user=self.id,
            password=Secret(self.account.password) if password else None,
            access_token=Secret(token) if token else None,
        )

    async def start(self, config: MatrixConfig | None = None) -> MatrixAdapter:
        """Kith starts, as after a restart: nothing is left but its files and its database."""
        self.bot = Bot(self.database, self.keyring, self.cogs, Settings(volunteer_days=0), self.now)
        for cog in self.bot.registry.cogs:
            if isinstance(cog, Samples):
                self.samples = cog
        self.adapter = self.bot.adapters["matrix"] = MatrixAdapter(self.bot, config or self.config(), self.keys)
        await self.adapter.start()
        self.follow_sync()
        return self.adapter

    def follow_sync(self) -> None:
        self._serving = asyncio.create_task(self.adapter.serve())

    async def lose_sync(self) -> None:
        """From now on Kith hears nothing, but can speak."""
        assert self._serving is not None
        self._serving.cancel()
        await asyncio.wait([self._serving])
        self._serving = None

    async def stop(self) -> None:
        if self._serving is not None:
            serving, self._serving = self._serving, None
            await self.adapter.stop()
            await serving

    async def serving(self) -> None:
        """Wait for the end of ``serve``, which raises why."""
        assert self._serving is not None
        serving, self._serving = self._serving, None
        try:
            await asyncio.wait_for(serving, PATIENCE)
        finally:
            await self.adapter.stop()

    async def restart(self) -> MatrixAdapter:
        await self.stop()
        return await self.start()

    async def member(self, name: str, *, strict: bool = False) -> MatrixMember:
        member = await MatrixMember.arrive(self.synapse, name, strict=strict)
        self.members.append(member)
        return member

    async def in_direct(self, name: str, *, strict: bool = False) -> MatrixMember:
        """A member who has opened an encrypted direct room with Kith."""
        member = await self.member(name, strict=strict)
        await self.open_direct(member)
        return member

    async def open_direct(self, member: MatrixMember) -> str:
        room = await member.open_direct(self.id)
        await self.until(lambda: self.adapter._rooms.is_direct(room))
        return room

    def users_of(self, room: str) -> Iterable[str]:
        """Who is in a room, as far as Kith knows."""
        known = self.client.rooms.get(room)
        return known.users if known else ()

    async def token(self) -> str | None:
        """The place in the stream that would survive a crash now."""
        return await self.adapter._memory.recall("sync token")

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            # What is waited for has no event of its own.
            while not is_so():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def until_token_differs(self, before: str | None) -> None:
        async with asyncio.timeout(PATIENCE):
            # The same.
            while await self.token() == before:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    def given(self) -> dict[str, str]:
        """What another process needs to be this installation."""
        return {
            "url": self.synapse.url,
            "folder": str(self.folder),
            "user": self.id,
            "password": self.account.password,
            "keys": self.keyring.serialise(),
        }

    @property
    def client(self) -> Homeserver:
        """The adapter's own connection, to look into and to break."""
        return self.adapter._client


def known_as(member: MatrixMember) -> Member:
    return Member("matrix", member.id)

"""An installation that people live in, is started as `kith run` starts it, and whose files somebody puts back."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from bench._installed import config as installation
from bot.app import App
from bot.bot import Bot
from bot.clocks.clock import Machine
from bot.hosting.config import Config
from bot.hosting.installation import DATABASE
from bot.keys.crypto import Keyring
from bot.messages import Member
from storage.database import keyed, schema
from storage.members import members
from tests.cast import UNGREETED, Playground, button
from tests.prepared import at_home, prepared

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class House(NamedTuple):
    config: Config

    @property
    def database(self) -> Path:
        return self.config.data / DATABASE

    @asynccontextmanager
    async def started(self, now: datetime = NOON, *, new: bool = False) -> AsyncIterator[Bot]:
        """As far as `kith run` goes before it connects."""
        async with App.open(self.config, lambda _config, _bot: {}, Machine.believing(lambda: now), new=new) as app:
            yield app.bot

    async def start(self, now: datetime = NOON, *, new: bool = False) -> None:
        async with self.started(now, new=new):
            pass

    @asynccontextmanager
    async def living(self, now: datetime = NOON) -> AsyncIterator[Playground]:
        """People are there, and time passes for them."""
        async with at_home(self.config.data, now, UNGREETED) as playground:
            yield playground

    async def is_here(self, member: Member, now: datetime = NOON) -> bool:
        async with self.started(now) as bot:
            return await bot.database.read(members.person_of, member) is not None

    def copied(self, to: Path) -> Path:
        """As a copied disk or a replica has it."""
        with closing(sqlite3.connect(self.database)) as connection:
            to.unlink(missing_ok=True)
            connection.execute("VACUUM INTO ?", (str(to),))
        return to

    def put_back(self, copy: Path) -> None:
        for left in self.config.data.glob(f"{DATABASE}-*"):
            left.unlink()
        shutil.copy(copy, self.database)

    def state(self, state: str) -> int:
        """How many messages are in it."""
        with closing(sqlite3.connect(self.database)) as connection:
            [found] = connection.execute("SELECT count(*) FROM deliveries WHERE state = ?", (state,)).fetchone()
        return int(found)


def tomorrow(folder: Path, patch: pytest.MonkeyPatch) -> int:
    """From now on it is a Kith whose schema is one further. Returns that version's number."""
    known = folder / "migrations-of-tomorrow"
    shutil.copytree(schema.FOLDER, known)
    found = schema.migrations()
    (known / f"{len(found) + 1:04d}_tomorrow.sql").write_text("CREATE TABLE tomorrow (x INTEGER) STRICT;\n")
    later = schema.migrations(known)
    patch.setattr(schema, "migrations", lambda _folder=None: later)
    return len(later)


def house(folder: Path) -> House:
    """Empty, with its key apart from the data."""
    return House(installation(folder / "data"))


def built(folder: Path) -> House:
    """With a database that nobody has written to."""
    found = house(folder)
    prepared(found.config.data)
    return found


def installed(folder: Path) -> Path:
    """An installation that has been used: a database with something encrypted in it. Returns its database."""
    (folder / "data").mkdir(mode=0o700)
    path = folder / "data/kith.db"
    schema.prepare(path)
    keyring = Keyring.new()
    keyring.save(folder / "kith.key", replace=False)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO conversations (chat, state, updated) VALUES (x'01', x'02', 0)")
        mark = keyring.derive("mark").hex()
        connection.execute("INSERT INTO adapter_state VALUES ('kith', 'keys', ?)", (mark,))
        keyed.set_proofs(connection, {1: keyring.prove(1)})
    return path


async def wants_check_ins(world: Playground, *people: Member) -> None:
    for member in people:
        answer = await world.chat.say(member, "checkin on 19:00 berlin")
        await world.chat.press(member, button(answer, "Yes"))


async def leaves(world: Playground, member: Member) -> None:
    await world.chat.press(member, button(await world.chat.say(member, "forget-me"), "Delete everything"))


async def prompted(world: Playground, duration: timedelta) -> list[str]:
    """Who is sent something while time passes."""
    world.unread()
    return [said.to.id async for step in world.wait(duration) for said in step]

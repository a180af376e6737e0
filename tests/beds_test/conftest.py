"""The beds, fresh for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.beds.discord import FakeDiscord, Guild, Person
from tests.beds_test.library import Library, connected


@pytest.fixture
async def fake(sockets: None) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as running:
        yield running


@pytest.fixture
def guild(fake: FakeDiscord) -> Guild:
    return fake.add_guild()


@pytest.fixture
def alice(fake: FakeDiscord, guild: Guild) -> Person:
    return fake.add_person("Alice", guild)


@pytest.fixture
async def bot(fake: FakeDiscord, guild: Guild, alice: Person) -> AsyncIterator[Library]:
    async with connected(fake) as library:
        yield library

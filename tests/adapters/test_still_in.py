"""Whoever is to be kept out of a place, and could not be: it is tried again, until the platform says that it is so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from storage.database.instants import seconds
from tests.engines.besieged import Siege, besieged

CLOSE = "PATCH /channels/{channel_id}"
OUT = "DELETE /channels/{channel_id}/thread-members/{user_id}"
NO = {"taken out of the server": 50001, "not allowed": 50013, "it speaks of something else": 10008}


@pytest.fixture
async def siege(tmp_path: Path, sockets: None) -> AsyncIterator[Siege]:
    async with besieged(tmp_path) as found:
        yield found


async def later(siege: Siege, hours: int) -> None:
    await siege.bed.bot.tick(siege.bed.bot.now() + timedelta(hours=hours))


@pytest.mark.sockets
@pytest.mark.parametrize("code", NO.values(), ids=NO)
async def test_a_place_of_two_who_are_apart_is_closed_once_that_can_be_done(siege: Siege, code: int) -> None:
    thread = siege.threads["together"]
    siege.fake.faults.error(CLOSE, 403, code=code, times=1 + (code == 50013))  # without leave it is tried unlocked too
    await siege.say(siege.alice, f"buddy avoid <@{siege.chandra.id}>")
    await siege.press(siege.alice, siege.seen["Avoid them"], siege.alice.dm)
    for hours, is_closed in ((0, False), (2, True)):
        await later(siege, hours)
        assert (thread.locked, thread.archived) == (is_closed, is_closed)


@pytest.mark.sockets
@pytest.mark.parametrize("code", NO.values(), ids=NO)
async def test_who_left_a_circle_is_taken_out_of_its_place_once_that_can_be_done(siege: Siege, code: int) -> None:
    thread = siege.threads["together"]
    values = ("discord", siege.chandra.id, thread.id, seconds(siege.bed.bot.now()))

    def leaves(connection: Connection) -> None:
        connection.execute("INSERT INTO circle_exits (platform, platform_id, channel, due) VALUES (?, ?, ?, ?)", values)

    await siege.bed.bot.database.write(leaves)
    siege.fake.faults.error(OUT, 403, code=code)
    await later(siege, 0)
    assert siege.chandra.id in thread.members
    await later(siege, 2)
    assert siege.chandra.id not in thread.members

"""Holds private places to being opened once for each key, whatever happened to the attempts before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.context import Group
from bot.errors import CannotReach, DeliveryError, RetryAfter
from bot.messages import Member, Place, Text
from bot.platform import groups
from bot.platform.groups import SETTLED, Groups
from tests.cast import ALICE, BOB, ROOM
from tests.outbox_bed import Odd, Outbox, outbox_bed

TITLE = Text("A room for two")
PAIR = "buddies.pair:12"


class Rooms(Odd):
    """The platform in memory, where every request for a room makes another one, as on real platforms.

    ``requests`` are those that reached it; ``faults`` go wrong before a room is made, ``losses`` after it.
    """

    requests = 0
    unseen = False

    async def open_group(self, place: Place | None, members: Sequence[Member], title: Text, key: str) -> Group:
        found = await self.find_group(place, key)
        if found is not None:
            return found
        await self.gate.wait()
        self._give_up_on(self.before)
        self.requests += 1
        group = await super().open_group(place, members, title, key)
        self._give_up_on(self.after)
        return group

    async def find_group(self, place: Place | None, key: str) -> Group | None:
        return None if self.unseen else await super().find_group(place, key)


@pytest.fixture
async def bed(tmp_path: Path) -> AsyncIterator[Outbox]:
    async with outbox_bed(tmp_path) as opened:
        opened.chat = Rooms(opened.bot)
        yield opened


@pytest.fixture
def rooms(bed: Outbox) -> Rooms:
    assert isinstance(bed.chat, Rooms)
    return bed.chat


async def open_room(bed: Outbox, key: str = PAIR) -> Group:
    return await bed.bot.core.groups.open(key, ROOM, [ALICE, BOB], TITLE)


def again(bed: Outbox) -> None:
    """The bot ended and is started again; the platform is as it was."""
    bed.bot.core.groups = Groups(bed.database, bed.bot.adapters, bed.keyring.nonce_key(), lambda: bed.now)


async def test_a_room_is_opened_with_its_members(bed: Outbox, rooms: Rooms) -> None:
    group = await open_room(bed)
    assert rooms.groups[group.channel.id] == {ALICE.id, BOB.id}
    assert group.visible_to


async def test_the_same_key_is_the_same_room(bed: Outbox, rooms: Rooms) -> None:
    first = await open_room(bed)
    again(bed)
    assert (await open_room(bed)).channel == first.channel
    assert rooms.requests == 1


async def test_another_key_is_another_room_and_the_platform_learns_neither(bed: Outbox, rooms: Rooms) -> None:
    await open_room(bed)
    await open_room(bed, "buddies.pair:13")
    assert rooms.requests == len(rooms.groups) == 2
    assert not any("buddies" in key for key in rooms.groups)


async def test_two_at_the_same_time_open_one_room(bed: Outbox, rooms: Rooms) -> None:
    rooms.gate.clear()
    opening = [asyncio.create_task(open_room(bed)) for _ in range(5)]
    await asyncio.sleep(0.05)
    rooms.gate.set()
    channels = {(await task).channel for task in opening}
    assert (len(channels), rooms.requests) == (1, 1)


@pytest.mark.parametrize("fault", [DeliveryError("no answer"), asyncio.CancelledError()], ids=repr)
async def test_after_a_lost_answer_the_room_is_found(bed: Outbox, rooms: Rooms, fault: Exception) -> None:
    rooms.after = [fault]
    with pytest.raises(type(fault)):
        await open_room(bed)
    again(bed)
    bed.now += SETTLED
    await open_room(bed)
    assert rooms.requests == 1


async def test_the_platform_may_still_be_making_it(bed: Outbox, rooms: Rooms) -> None:
    """Right after an attempt without an answer, a room that is not there yet proves nothing."""
    rooms.after, rooms.unseen = [DeliveryError("no answer")], True
    with pytest.raises(DeliveryError):
        await open_room(bed)
    bed.now += SETTLED - timedelta(seconds=10)
    with pytest.raises(RetryAfter) as patience:
        await open_room(bed)
    assert timedelta() < patience.value.delay <= timedelta(seconds=11)
    rooms.unseen = False
    bed.now += timedelta(seconds=11)
    await open_room(bed)
    assert rooms.requests == 1


async def test_a_clock_that_was_set_back_makes_nobody_wait_for_long(bed: Outbox, rooms: Rooms) -> None:
    rooms.before = [DeliveryError("no answer")]
    with pytest.raises(DeliveryError):
        await open_room(bed)
    bed.now -= timedelta(days=1)
    with pytest.raises(RetryAfter) as patience:
        await open_room(bed)
    assert patience.value.delay <= SETTLED
    bed.now += patience.value.delay
    await open_room(bed)
    assert rooms.requests == 1


async def test_what_was_never_made_is_made_at_last(bed: Outbox, rooms: Rooms) -> None:
    rooms.before = [DeliveryError("no answer"), CannotReach("not allowed")]
    for error in (DeliveryError, CannotReach):
        with pytest.raises(error):
            await open_room(bed)
        bed.now += SETTLED
    await open_room(bed)
    assert rooms.requests == 1


async def test_a_platform_that_hangs_counts_as_no_answer(
    bed: Outbox, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "DEADLINE", 0.05)
    rooms.gate.clear()
    with pytest.raises(DeliveryError, match="in time"):
        await open_room(bed)


async def test_a_room_that_cannot_be_found_any_more_is_still_the_room(bed: Outbox, rooms: Rooms) -> None:
    """A thread that fell asleep is in no list."""
    first = await open_room(bed)
    rooms.unseen = True
    assert (await open_room(bed)).channel == first.channel
    assert rooms.requests == 1


async def test_members_come_and_go_and_the_room_ends(bed: Outbox, rooms: Rooms) -> None:
    channel = (await open_room(bed)).channel
    await bed.bot.core.groups.remove(channel, BOB)
    assert rooms.groups[channel.id] == {ALICE.id}
    await bed.bot.core.groups.add(channel, BOB)
    assert rooms.groups[channel.id] == {ALICE.id, BOB.id}
    await bed.bot.core.groups.leave(channel)
    await bed.bot.core.groups.close(channel)
    await bed.bot.core.groups.close(channel)
    assert rooms.groups == {}
    await open_room(bed)
    assert rooms.requests == 2, "what is closed is over: the next one is new"

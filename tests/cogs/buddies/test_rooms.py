"""A whole round on every platform: in memory, on the fake Discord, and on a real homeserver with two members."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from mautrix.types import RoomID

from bot.messages import Channel
from storage.buddies import pairs
from storage.members import members
from tests.adapters.beds import beds
from tests.adapters.contract import Actor, Bed, Seen
from tests.adapters.matrix_bed import MatrixBed, matrix_bed
from tests.beds.eventually import PATIENCE

ASKED = "They're not on your list of people to avoid."
NAMES = ("alice", "bob")


@pytest.fixture(params=beds())
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bed]:
    async with request.param(tmp_path / "bed") as opened:
        yield opened


def soon(bed: Bed) -> datetime:
    """A noon after the first round is due, when it is quiet for nobody."""
    return (bed.bot.now() + timedelta(days=4)).replace(hour=12, minute=0, second=0, microsecond=0)


async def sign_up(actor: Actor) -> None:
    seen = await actor.say("buddy find")
    for label in ("Weekday evenings", "Text", "Company", "Looks right", "Yes", "Yes"):
        seen = await actor.press(seen, label)
    assert "Noted." in seen.text


async def run(bed: Bed, now: datetime) -> None:
    await bed.bot.run_jobs("hour", now)
    await bed.bot.tick(now)


async def the_place(bed: Bed) -> Channel:
    """Where the pair is, as soon as it is open."""
    async with asyncio.timeout(PATIENCE):
        while True:
            person = await bed.bot.database.read(members.person_of, bed.actor("alice").member)
            assert person is not None
            for pair in await bed.bot.database.read(pairs.of, person):
                if pair.channel is not None:
                    return pair.channel
            await asyncio.sleep(0.05)


async def asked(bed: Bed, name: str) -> Seen:
    """The question without a name, which comes by itself."""
    seen = await bed.actor(name).next()
    assert ASKED in seen.text
    assert not any(other in seen.text.casefold() for other in NAMES)
    return seen


async def both_say_yes(bed: Bed, now: datetime) -> Channel:
    for name in NAMES:
        await sign_up(bed.actor(name))
    await run(bed, now)
    for name in NAMES:
        question = await asked(bed, name)
        assert "Noted." in (await bed.actor(name).press(question, "Yes")).text
    await bed.bot.tick(now)
    channel = await the_place(bed)
    await bed.bot.tick(now)
    return channel


async def test_two_members_are_introduced_in_a_place_of_their_own(bed: Bed) -> None:
    now = soon(bed)
    channel = await both_say_yes(bed, now)
    assert [await bed.actor(name).in_group(channel.id) for name in (*NAMES, "eve")] == [True, True, False]
    for name in NAMES:
        assert await bed.delivered(name, "Your place is open") == 1
    assert not any(ASKED in text or "Your place" in text for text in await bed.actor("alice").room_texts())


async def test_a_restart_between_two_yeses_loses_nothing(bed: Bed) -> None:
    now = soon(bed)
    for name in NAMES:
        await sign_up(bed.actor(name))
    await run(bed, now)
    questions = [await asked(bed, name) for name in NAMES]
    await bed.actor("alice").press(questions[0], "Yes")
    await bed.restart()
    await run(bed, now + timedelta(hours=1))
    await bed.actor("bob").press(questions[1], "Yes")
    await bed.bot.tick(now + timedelta(hours=1))
    channel = await the_place(bed)
    assert await bed.actor("alice").in_group(channel.id)
    assert await bed.actor("bob").in_group(channel.id)


async def test_with_closed_messages_the_question_waits_in_the_inbox(bed: Bed) -> None:
    now = soon(bed)
    alice, bob = bed.actor("alice"), bed.actor("bob")
    for actor in (alice, bob):
        await sign_up(actor)
    await bed.close_messages("alice")
    await run(bed, now)
    question = await asked(bed, "bob")
    await bob.press(question, "Yes")
    if isinstance(bed, MatrixBed):
        alice.direct = ""  # type: ignore[attr-defined]  # the room that was left; the next answer opens another
    waiting = await alice.say_in_room("inbox")
    assert ASKED in waiting.text
    assert "Noted." in (await alice.press(waiting, "Yes")).text
    await bed.bot.tick(now)
    channel = await the_place(bed)
    assert await alice.in_group(channel.id)
    assert await bob.in_group(channel.id)
    assert not any(ASKED in text or "Your place" in text for text in await bob.room_texts())


@pytest.mark.sockets
async def test_the_bot_leaves_the_place_to_its_people(tmp_path: Path) -> None:
    async with matrix_bed(tmp_path / "bed") as bed:
        now = soon(bed)
        channel = await both_say_yes(bed, now)
        await bed.bot.tick(now + timedelta(minutes=10))
        assert bed.world.id in bed.world.users_of(channel.id), "nobody has come in yet"
        alice, bob = bed.actor("alice").person, bed.actor("bob").person
        for name in NAMES:
            assert await bed.actor(name).in_group(channel.id)
        await bed.world.until(lambda: {alice.id, bob.id} <= set(bed.world.users_of(channel.id)))
        for hours in (1, 2, 3):
            await bed.bot.tick(now + timedelta(hours=hours))
        there = await alice.client.get_joined_members(RoomID(channel.id))
        assert set(there) == {alice.id, bob.id}
        intro = [heard for heard in alice.log if heard.room == channel.id and "you both said yes" in heard.text]
        assert len(intro) == 1
        assert intro[0].encrypted
        assert "Nobody else can read what is said here." in intro[0].text
        await bob.say("Only you read this.", channel.id)
        person = await bed.bot.database.read(members.person_of, bed.actor("alice").member)
        assert person is not None
        [pair] = await bed.bot.database.read(pairs.of, person)
        assert pair.state == "active"
        assert pair.todo is None

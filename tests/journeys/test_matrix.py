"""A first day over a real homeserver, with an independent encrypted client, while the bot is killed at every step.

Alice's client shares keys with everybody. Bob's shares them only with cross-signed devices and shows nothing of
others, as the apps have announced. Both must understand the bot and be understood.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.adapters.matrix.content import BUTTONS
from tests.beds.matrix.member import Heard, MatrixMember
from tests.beds.matrix.synapse import Synapse
from tests.beds.process import configure
from tests.journeys.hosted import Hosted, next_minute

pytestmark = pytest.mark.sockets


class Diary:
    """What one member says, and everything the bot said to them, in order."""

    def __init__(self, member: MatrixMember, room: str) -> None:
        self.member = member
        self.room = room

    async def say(self, line: str) -> Heard:
        await self.member.say(line, self.room)
        return await self.member.next()

    def heard(self) -> list[Heard]:
        return [one for one in self.member.log if one.type == "m.room.message" and "file" not in one.content]


async def set_up(diary: Diary, at: str) -> None:
    hello = await diary.say("start")
    assert "Hi, I'm Kith, a bot." in hello.text
    asked = await diary.say(f"checkin on {at} utc")
    assert f"A check-in at {at} every day, UTC, seen by nobody." in asked.text


async def test_a_first_day_with_the_bot_killed_between_its_steps(tmp_path: Path, synapse: Synapse) -> None:
    account = synapse.register("kith-by-day")
    alice = await MatrixMember.arrive(synapse, "alice")
    bob = await MatrixMember.arrive(synapse, "bob", strict=True)
    async with Hosted(configure(tmp_path, matrix=(synapse, account))) as kith:
        diaries = [Diary(member, await member.open_direct(account.user_id)) for member in (alice, bob)]
        at = f"{next_minute():%H:%M}"
        await asyncio.gather(*(set_up(diary, at) for diary in diaries))
        for diary in diaries:
            assert f"I'll check in at {at} every day, UTC." in (await diary.say("yes")).text
        await kith.kill()

        for diary in diaries:
            prompt = await diary.member.next(150)
            assert [label for label, _id in prompt.content[BUTTONS]][-3:] == ["Skip", "More...", "Help now"]
        await kith.kill()

        for diary in diaries:
            assert "you checked in" in (await diary.say("the tram was late, and that was fine")).text
        await kith.kill()

        for diary in diaries:
            question = await diary.say("checkin now")
            assert "Skip" in question.text
        await kith.kill()

        for diary in diaries:
            assert f"Skipped. See you tomorrow at {at}." in (await diary.say("skip")).text
            await kept_is_shown(diary, at)
        assert (await kith.stop()).status == 0

    for diary in diaries:
        said = [one.event_id for one in diary.heard()]
        assert len(said) == len(set(said)) == 8, [one.text[:60] for one in diary.heard()]
        assert all(one.encrypted for one in diary.heard())
        assert not diary.member.refused
        await diary.member.leave()


async def kept_is_shown(diary: Diary, at: str) -> None:
    said = await diary.say("my-data")
    assert "This is everything I keep about you" in said.text
    files = [await diary.member.next() for _file in range(2)]
    [data] = [one for one in files if one.content["filename"].endswith(".json")]
    kept = json.loads(await diary.member.open_file(data))
    assert at in json.dumps(kept)
    assert "tram" not in json.dumps(kept)


async def test_what_was_written_while_the_bot_was_stopped_is_answered_later(tmp_path: Path, synapse: Synapse) -> None:
    account = synapse.register("kith-by-night")
    alice = await MatrixMember.arrive(synapse, "alice")
    async with Hosted(configure(tmp_path, matrix=(synapse, account))) as kith:
        diary = Diary(alice, await alice.open_direct(account.user_id))
        await diary.say("start")
        assert (await kith.stop()).status == 0
        await alice.say("help", diary.room)
        assert await alice.nothing(1.5)
        await kith.start()
        assert "In danger right now?" in (await alice.next(40)).text
    await alice.leave()

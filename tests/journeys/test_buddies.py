"""A round of buddies on both platforms, with the bot killed after every step of either: everything is told once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.messages import Channel, Member
from storage.buddies import pairs
from storage.members import members
from tests.journeys.cast import agree, eventually
from tests.journeys.killed import KILLED, TRIED, KilledActor, KilledBed

pytestmark = pytest.mark.sockets

DAY = timedelta(days=1)
ASKED = "They're not on your list of people to avoid."
OPEN = "Your place is open"
NAMES = ("alice", "bob")


@pytest.fixture(params=TRIED)
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[KilledBed]:
    async with KILLED[request.param](tmp_path / "kith") as opened:
        yield opened


async def sign_up(actor: KilledActor) -> None:
    seen = await actor.say("buddy find")
    for label in ("Weekday evenings", "Text", "Company", "Looks right"):
        seen = await actor.press(seen, label)
    assert "Noted." in (await agree(actor, seen)).text


async def place_of(bed: KilledBed, member: Member) -> list[Channel]:
    """The open places of this member's pairs."""
    person = await bed.bot.database.read(members.person_of, member)
    there = await bed.bot.database.read(pairs.of, person) if person else []
    return [pair.channel for pair in there if pair.state == "active" and pair.channel is not None]


async def introduced(bed: KilledBed) -> Channel:
    """Both sign up, are asked without a name in the first round, and say yes."""
    for name in NAMES:
        await sign_up(bed.actor(name))
    await bed.forward(3 * DAY)
    for name in NAMES:
        await eventually(partial(bed.delivered, name, ASKED), 1)  # they are matched in a process of its own
        question = await bed.actor(name).hear(ASKED)
        assert not any(other in question.text.casefold() for other in NAMES)
        assert "Noted." in (await bed.actor(name).press(question, "Yes")).text
    for name in NAMES:
        await eventually(partial(bed.delivered, name, OPEN), 1)
        await bed.actor(name).hear(OPEN)
    [channel] = await place_of(bed, bed.actor("alice").member)
    return channel


async def test_from_a_sign_up_to_a_gentle_end_everything_is_told_once(bed: KilledBed) -> None:
    channel = await introduced(bed)
    alice, bob = bed.actor("alice"), bed.actor("bob")
    assert [await actor.in_group(channel.id) for actor in (alice, bob, bed.actor("eve"))] == [True, True, False]
    for name in NAMES:
        assert await bed.delivered(name, ASKED) == await bed.delivered(name, OPEN) == 1
    await alice.say("another")
    assert "in turns:" in (await bob.hear("in turns:")).text
    await bed.forward(24 * DAY + timedelta(hours=5))
    for actor in (alice, bob):
        await actor.press(await actor.hear("This round is ending."), "the same buddy")
    await bed.forward(3 * DAY)
    for actor in (alice, bob):
        await actor.hear("You both chose to stay together.")
    assert await place_of(bed, alice.member) == [channel]
    ended = await alice.press(await alice.say("buddy end"), "End it")
    assert "needs no reason" in ended.text
    await bob.hear("This round has ended early.")
    for name in NAMES:
        assert await bed.delivered(name, "You both chose to stay together.") == 1
        assert not [text for text in await bed.actor(name).room_texts() if "buddy" in text.casefold()]
    assert await bed.delivered("bob", "This round has ended early.") == 1


async def test_whoever_takes_no_messages_finds_the_question_in_the_inbox(bed: KilledBed) -> None:
    for name in NAMES:
        await sign_up(bed.actor(name))
    alice, bob = bed.actor("alice"), bed.actor("bob")
    await bed.close_messages("alice")
    await bed.forward(3 * DAY)
    await eventually(partial(bed.delivered, "bob", ASKED), 1)
    await bob.press(await bob.hear(ASKED), "Yes")
    if alice.member.platform == "matrix":
        alice.inner.direct = ""  # type: ignore[attr-defined]  # the room that was left; the next answer opens another
    waiting = await alice.say_in_room("inbox")
    assert ASKED in waiting.text
    assert "Noted." in (await alice.press(waiting, "Yes")).text
    await bob.hear(OPEN)
    [channel] = await place_of(bed, bob.member)
    await eventually(lambda: alice.in_group(channel.id), True)
    assert not [text for text in await bob.room_texts() if ASKED in text or OPEN in text]

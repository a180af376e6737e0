"""Somebody who is over may join two who stay together: all three are asked, and the two are never taken apart."""

from __future__ import annotations

import pytest

from bot.messages import Channel, Member
from bot.story.playground import Playground
from cogs.buddies.choices import Choices
from storage.buddies import buddies, pairs
from storage.buddies.pairs import Pair
from storage.members import members
from tests.cast import ALICE, BOB, CHANDRA, DANA, button
from tests.cogs.buddies.world import NO_NAME, days, last, met, press_last, rooms, sign_up, told

ASKED = "might join the two of you. You stay a pair unless all three say yes."
STAYS = "Nobody joins you this time. The two of you go on as you are."
LOOKING = "I'm looking again now."


async def pair_of(world: Playground, member: Member) -> Pair:
    person = await world.bot.database.read(members.person_of, member)
    assert person is not None
    [pair] = await world.bot.database.read(pairs.of, person)
    return pair


async def stay(world: Playground, *others: Member) -> None:
    """Alice and Bob are a pair and choose to stay it, and the others come in the last days of the first round."""
    await met(world, ALICE, BOB)
    await to_the_second_round(world, *others)


async def to_the_second_round(world: Playground, *others: Member) -> None:
    await days(world, 24)
    for member in (ALICE, BOB):
        await press_last(world, member, "This round is ending.", "the same buddy")
    await days(world, 1)
    await sign_up(world, *others)
    await days(world, 3)


async def staying(world: Playground) -> Channel:
    """Alice and Bob stay together, and Chandra is the only other one in the second round. Returns their place."""
    await stay(world, CHANDRA)
    channel = (await pair_of(world, ALICE)).channel
    assert channel is not None
    return channel


async def settle(world: Playground) -> None:
    for _time in range(3):
        await world.bot.tick(world.now)


async def test_all_three_are_asked_without_a_name_and_move_to_a_place_for_three(world: Playground) -> None:
    before = await staying(world)
    for member in (ALICE, BOB):
        question = last(world, member, ASKED)
        assert str(question.text).startswith("Someone free on weekday evenings, prefers text, about weekly.")
        assert "handra" not in question.text
    assert "Two people free on weekday evenings" in last(world, CHANDRA, NO_NAME).text
    for member in (ALICE, CHANDRA, BOB):
        assert (await pair_of(world, ALICE)).channel == before, "until all three have said yes"
        await press_last(world, member, NO_NAME, "Yes")
    await settle(world)
    [(there, [intro])] = [(who, said) for who, said in rooms(world).items() if len(who) == 3]
    assert there == {"alice", "bob", "chandra"}
    assert "Alice, Bob and Chandra: you all said yes." in intro
    assert list(rooms(world)) == [there], "their old place is closed"
    assert {(await pair_of(world, member)).id for member in (ALICE, BOB, CHANDRA)} == {(await pair_of(world, BOB)).id}
    assert told(world, ALICE, "ended") == told(world, BOB, "ended") == 0
    assert told(world, CHANDRA, "Alice and Bob said yes") == told(world, ALICE, "Bob and Chandra said yes") == 1


async def test_their_goals_come_along(world: Playground) -> None:
    await staying(world)
    await world.chat.say(ALICE, "buddy goal")
    await world.chat.say(ALICE, "it rains")
    preview = await world.chat.say(ALICE, "I will read.")
    await world.chat.press(ALICE, button(preview, "Send"))
    for member in (ALICE, BOB, CHANDRA):
        await press_last(world, member, NO_NAME, "Yes")
    await settle(world)
    assert "Alice: When it rains, I will read." in (await world.chat.say(CHANDRA, "buddy find")).text


@pytest.mark.parametrize("who", [ALICE, BOB, CHANDRA], ids=lambda member: member.id)
async def test_one_pass_of_anybody_leaves_the_two_as_they_are(world: Playground, who: Member) -> None:
    before = await staying(world)
    yes = [member for member in (ALICE, BOB, CHANDRA) if member != who]
    await press_last(world, yes[0], NO_NAME, "Yes")
    said = await press_last(world, who, NO_NAME, "Pass")
    assert ("go on as you are" in said.text) == (who != CHANDRA)
    await settle(world)
    assert (await pair_of(world, ALICE)).channel == (await pair_of(world, BOB)).channel == before
    heard = {member: told(world, member, STAYS) for member in (ALICE, BOB)}
    assert heard == {member: member != who for member in (ALICE, BOB)}, "each of the others, in the same words"
    assert told(world, CHANDRA, LOOKING) == 1
    await days(world, 10)
    assert told(world, ALICE, ASKED) == told(world, BOB, ASKED) == 1, "once in a round"
    assert told(world, CHANDRA, "Nobody fits yet.") == 1
    assert told(world, ALICE, LOOKING) == told(world, BOB, LOOKING) == 0


async def test_silence_of_one_leaves_the_two_as_they_are_and_counts_against_nobody(world: Playground) -> None:
    before = await staying(world)
    for member in (ALICE, CHANDRA):
        await press_last(world, member, NO_NAME, "Yes")
    await days(world, 3)
    assert (await pair_of(world, BOB)).channel == before
    assert told(world, ALICE, STAYS) == 1
    assert told(world, CHANDRA, LOOKING) == 1
    assert "go on as you are" in (await press_last(world, BOB, NO_NAME, "Yes")).text


async def test_two_others_are_a_pair_rather_than_a_third_for_two_who_stay(world: Playground) -> None:
    await stay(world, CHANDRA, DANA)
    assert told(world, ALICE, ASKED) == told(world, BOB, ASKED) == 0
    assert told(world, CHANDRA, "Someone free") == told(world, DANA, "Someone free") == 1


async def test_who_wants_no_trio_is_not_asked(world: Playground) -> None:
    await met(world, ALICE, BOB)
    person = await world.bot.database.read(members.person_of, BOB)
    assert person is not None
    here = (await pair_of(world, BOB)).community
    await world.bot.database.write(buddies.sign_up, here, person, None, Choices(trio=False).code, world.now)
    await to_the_second_round(world, CHANDRA)
    assert told(world, ALICE, ASKED) == told(world, BOB, ASKED) == 0
    assert told(world, CHANDRA, "Nobody fits yet.") == 1


@pytest.mark.parametrize("who", [ALICE, CHANDRA], ids=lambda member: member.id)
async def test_whoever_goes_while_all_are_asked_takes_nobody_elses_pair_along(world: Playground, who: Member) -> None:
    before = await staying(world)
    await press_last(world, BOB, NO_NAME, "Yes")
    asked = await world.chat.press(who, button(await world.chat.say(who, "settings"), "A buddy: on"))
    await world.chat.press(who, button(asked, "Switch it off"))
    await settle(world)
    if who == CHANDRA:
        assert (await pair_of(world, BOB)).channel == before
        assert told(world, BOB, STAYS) == 1
    else:
        assert told(world, BOB, "This round has ended early.") == 1
        assert told(world, CHANDRA, LOOKING) == 1
    assert not any(len(there) == 3 for there in rooms(world))

"""Twelve weeks beside somebody who volunteered, in the community's word for it; either ends it, both go on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Member
from bot.story.playground import Playground
from storage.buddies import buddies, pairs
from storage.members import community_settings, members
from tests.cast import ALICE, BOB, CHANDRA, ROOM, button, labels
from tests.cogs.buddies.world import days, last, press_last, rooms, sign_up, told
from tests.cogs.settled import settle

EARLY = "This round has ended early. That's allowed and needs no reason."


async def ask(world: Playground, member: Member = ALICE) -> str:
    asked = await world.chat.say(member, "buddy mentor", ROOM)
    while "Yes" in labels(asked):
        asked = await world.chat.press(member, button(asked, "Yes"), ROOM)
    await world.bot.tick(world.now)
    return str(asked.text)


async def walking(world: Playground) -> None:
    """Bob is a mentor, and Alice's from now on."""
    await settle(world, BOB, "mentor", "adult")
    assert "I'm asking." in await ask(world)
    await press_last(world, BOB, "for twelve weeks", "Yes")
    for _minute in range(3):
        await world.bot.tick(world.now)
        world.now += timedelta(minutes=1)


async def call_it(world: Playground, preset: str) -> None:
    community = await world.bot.database.read(members.community_of, ROOM)
    assert community is not None
    settings = await world.bot.database.read(community_settings.get, community)
    await world.bot.database.write(community_settings.save, community, settings._replace(preset=preset))


@pytest.mark.parametrize(
    ("preset", "word"), [("general", "mentor"), ("recovery", "sponsor"), ("support", "walk-alongside")]
)
async def test_the_communitys_word_stands_wherever_a_mentor_is_spoken_of(
    world: Playground, preset: str, word: str
) -> None:
    await settle(world, ALICE)
    await call_it(world, preset)
    assert f"No {word} is free here right now." in await ask(world)
    await walking(world)
    assert told(world, BOB, f"Someone would like to walk with a {word} for twelve weeks.") == 1
    stands = await world.chat.say(ALICE, "buddy find", ROOM)
    assert f"Your {word}: Bob, until" in stands.text
    asked = await world.chat.press(ALICE, button(stands, "A buddy too"), ROOM)
    assert "When are you usually free?" in asked.text
    await days(world, 29)
    assert told(world, ALICE, f"You and your {word} are at week four. Who else is around for you here?") == 1
    assert told(world, BOB, "week four") == 0


async def test_one_tap_ends_it_for_either_and_what_the_other_hears_stands_beside_it(world: Playground) -> None:
    await walking(world)
    opened = last(world, ALICE, "Your place is open")
    assert f"`End it` ends it at once. Bob hears this: {EARLY}" in opened.text
    ended = await world.chat.press(ALICE, button(opened, "End it"))
    assert str(ended.text) == "It has ended. That's allowed and needs no reason."
    assert labels(ended) == ["Not with them again", "Ask for another one"]
    await world.bot.tick(world.now)
    heard = last(world, BOB, EARLY)
    assert str(heard.text) == EARLY
    assert labels(heard) == ["Not with them again"]
    assert rooms(world) == {}


@pytest.mark.parametrize(("alice", "bob"), [("Yes", "Yes"), ("Yes", "Let it end"), ("Let it end", "Yes"), ("Yes", "")])
async def test_after_twelve_weeks_it_goes_on_by_two_yeses_only(world: Playground, alice: str, bob: str) -> None:
    await walking(world)
    await days(world, 82)
    asked = last(world, ALICE, "Twelve more weeks?")
    assert "The time with your mentor ends" in asked.text
    assert "somebody as their mentor ends" in last(world, BOB, "Twelve more weeks?").text
    await world.chat.press(ALICE, button(asked, alice))
    if bob:
        await press_last(world, BOB, "Twelve more weeks?", bob)
    await days(world, 4)
    goes_on = alice == bob == "Yes"
    assert told(world, ALICE, "You both chose to stay together.") == told(world, BOB, "stay together.") == goes_on
    ended = told(world, ALICE, "This round has ended. Thank you both.")
    assert ended == told(world, BOB, "This round has ended. Thank you both.") == (not goes_on)
    if ended:
        assert str(last(world, ALICE, "Thank you both.").text) == "This round has ended. Thank you both."


async def test_who_has_a_mentor_and_looks_for_a_buddy_sees_both(world: Playground) -> None:
    await sign_up(world, ALICE)
    await walking(world)
    stands = await world.chat.say(ALICE, "buddy find", ROOM)
    assert "I'm looking for somebody; the next time" in stands.text
    assert "Your mentor: Bob, until" in stands.text
    assert labels(stands)[:2] == ["Change", "Rest"]
    await sign_up(world, CHANDRA)
    await days(world, 3)
    stands = await world.chat.say(ALICE, "buddy find", ROOM)
    assert "They're not on your list of people to avoid." in stands.text
    assert "Noted." in (await world.chat.press(ALICE, button(stands, "Yes"), ROOM)).text


async def test_an_end_with_a_mentor_leaves_introductions_as_they_were(world: Playground) -> None:
    await sign_up(world, ALICE)
    await walking(world)
    await days(world, 90)
    alice = await world.bot.database.read(members.person_of, ALICE)
    community = await world.bot.database.read(members.community_of, ROOM)
    assert alice is not None
    assert community is not None
    signup = await world.bot.database.read(buddies.get, community, alice)
    assert signup is not None
    assert (signup.resting, signup.unanswered) == (False, 0)
    assert await world.bot.database.read(pairs.of, alice) == []


async def test_after_a_pass_the_next_is_asked_and_after_two_weeks_there_is_an_honest_word(world: Playground) -> None:
    await settle(world, BOB, "mentor", "adult")
    await settle(world, CHANDRA, "mentor", "adult")
    await ask(world)
    first, second = (BOB, CHANDRA) if told(world, BOB, "for twelve weeks") else (CHANDRA, BOB)
    await press_last(world, first, "for twelve weeks", "Pass")
    await days(world, 1)
    assert told(world, ALICE, "I'm asking somebody else. If nobody is free within two weeks, I'll tell you.") == 1
    assert told(world, second, "for twelve weeks") == 1
    await press_last(world, second, "for twelve weeks", "Pass")
    await days(world, 15)
    assert told(world, ALICE, "No mentor is free here right now. `buddy mentor` asks again at any time.") == 1
    assert told(world, first, "for twelve weeks") == 1

"""Questions that moderators switch off: nobody here is asked one, and there is always another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import Community, Message
from bot.words import prompts
from cogs.circles import practice
from cogs.moderation import questions
from storage.checkins import dials, prompts_off
from tests.cast import ALICE, BOB, MO, Playground, button, labels
from tests.cogs.buddies.test_being_buddies import pair_of
from tests.cogs.buddies.world import met
from tests.cogs.moderated import person, populate, press, say

LIGHT = [one for one in prompts.shipped() if one.kind == "checkin" and prompts.suits_everybody(one)]
TENDER = [one for one in prompts.shipped() if one.kind == "checkin" and one.depth == "tender"]


@pytest.fixture
async def porch(world: Playground) -> Community:
    return await populate(world)


async def opened(world: Playground, label: str) -> Message:
    return await press(world, MO, await say(world, MO, "kith-mod prompts"), label)


async def asked(world: Playground, times: int) -> set[str]:
    """The questions that Alice gets when she asks for so many."""
    return {str((await world.chat.say(ALICE, "checkin now")).text) for _ in range(times)}


async def test_every_question_that_is_chosen_can_be_read(world: Playground, porch: Community) -> None:
    screen, read = await opened(world, "Check-ins"), ""
    for _ in range(sum(prompt.kind == "checkin" for prompt in prompts.shipped()) // questions.PAGE + 1):
        read += str(screen.text)
        screen = await press(world, MO, screen, "More")
    for prompt in prompts.shipped():
        assert (f"{prompt.text} ({prompt.depth})" in read) == (prompt.kind == "checkin"), prompt.id
    assert labels(await press(world, MO, screen, "Back"))[:3] == [
        "Check-ins",
        "Questions for pairs",
        "Listening practice",
    ]


async def test_what_is_switched_off_is_not_asked_until_it_is_on_again(world: Playground, porch: Community) -> None:
    first = next(one for one in prompts.shipped() if one.kind == "checkin")
    screen = await press(world, MO, await opened(world, "Check-ins"), "1 off")
    assert f"1. off: {first.text}" in screen.text
    assert first.text not in await asked(world, 90)
    screen = await press(world, MO, screen, "1 on")
    assert f"1. {first.text}" in screen.text
    assert first.text in await asked(world, 90)
    said = (await say(world, ALICE, "audit")).text
    assert "switched a question off" in said
    assert "switched a question on" in said


async def test_enough_light_ones_always_stay(world: Playground, porch: Community) -> None:
    fewest = questions.FEWEST["checkin"]
    for prompt in LIGHT[fewest:]:
        await world.bot.database.write(prompts_off.switch, porch, prompt.id, on=False)
    screen = await opened(world, "Check-ins")
    place = next(n for n, one in enumerate(prompts.shipped(), start=1) if one.id == LIGHT[0].id)
    assert place <= questions.PAGE
    refused = await press(world, MO, screen, f"{place} off")
    assert f"At least {fewest} light ones stay on" in refused.text


async def test_tender_ones_go_off_at_once_and_on_after_what_is_to_be_read(world: Playground, porch: Community) -> None:
    screen = await opened(world, "Switch tender ones off")
    assert "Tender ones are off, whatever a member chose." in screen.text
    note = await press(world, MO, screen, "Switch tender ones on")
    assert "read your platform's policy on sensitive information first" in note.text
    assert "Tender ones are off" in (await press(world, MO, note, "Back")).text, "looking changes nothing"
    assert "Tender ones are on" in (await press(world, MO, note, "I have read it, switch them on")).text


async def test_who_chooses_tender_hears_where_those_are_off(world: Playground, porch: Community) -> None:
    await world.bot.database.write(prompts_off.ask_tender, porch, on=False)
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")
    screen = await press(world, ALICE, await say(world, ALICE, "checkin change"), "How personal: light")
    screen = await press(world, ALICE, screen, "How personal: personal")
    assert "tender questions are off at the moment, so none comes yet." in screen.text


async def test_who_chose_tender_gets_none_where_they_are_off(world: Playground, porch: Community) -> None:
    alice = await person(world, ALICE)
    await world.bot.database.write(dials.set_personal, alice, "tender")
    world.now += timedelta(days=8)
    tender = {one.text for one in TENDER}
    assert await asked(world, 100) & tender
    await world.bot.database.write(prompts_off.ask_tender, porch, on=False)
    assert not await asked(world, 100) & tender


async def test_where_a_platform_keeps_them_back_they_are_off_from_the_start(
    world: Playground, porch: Community
) -> None:
    world.bot.core.settings = replace(world.bot.core.settings, without_tender=frozenset({"local"}))
    assert "Tender ones are off" in (await say(world, MO, "kith-mod prompts")).text


@pytest.mark.parametrize("value", ["", "checkin", "checkin 0", "checkin 99999 nothing", "goal 0 go-01", "x y z"])
async def test_a_forged_place_opens_nothing_else(world: Playground, porch: Community, value: str) -> None:
    screen = await opened(world, "Check-ins")
    forged = replace(button(screen, "1 off"), value=value)
    await world.bot.run_action(world.chat.incoming(MO), forged.id)
    assert await world.bot.database.read(prompts_off.here, porch, ()) == prompts_off.Asked(frozenset(), True)


async def test_members_read_no_list(world: Playground, porch: Community) -> None:
    assert "Only moderators" in (await say(world, ALICE, "kith-mod prompts")).text


async def test_pairs_get_none_of_them_either(world: Playground) -> None:
    await met(world, ALICE, BOB)
    light = [one for one in prompts.shipped() if one.kind == "starter" and one.depth == "light"]
    pair = await pair_of(world)
    for one in light[1:]:
        await world.bot.database.write(prompts_off.switch, pair.community, one.id, on=False)
    assert light[0].text in (await world.chat.say(ALICE, "another")).text


async def test_nor_does_a_listening_practice(world: Playground, porch: Community) -> None:
    listening = [one.id for one in prompts.shipped() if one.kind == "listen"]
    alice, bob = await person(world, ALICE), await person(world, BOB)
    for left, one in enumerate(one.id for one in prompts.shipped() if one.kind == "listen" and one.depth == "light"):
        for off in listening:
            await world.bot.database.write(prompts_off.switch, porch, off, on=off == one)
        await world.bot.database.write(practice.begin, porch, str(left), (alice, bob), world.now)
        [chosen] = await world.bot.database.read(
            lambda connection: connection.execute("SELECT prompt FROM practices").fetchone()
        )
        assert chosen == one
        await world.bot.database.write(lambda connection: connection.execute("DELETE FROM practices").close())


# -- the rule ----------------------------------------------------------------------------------------------------------


def test_what_is_off_is_off_and_the_rest_is_on() -> None:
    off = frozenset({LIGHT[0].id})
    on = prompts.switched_on(prompts.shipped(), off, tender=True)
    assert {one.id for one in prompts.shipped()} - {one.id for one in on} == off
    light = prompts.switched_on(prompts.shipped(), (), tender=False)
    assert {one.depth for one in prompts.shipped() if one not in light} == {"tender"}


def test_between_two_communities_that_leave_out_everything_the_light_ones_stay() -> None:
    everything = {one.id for one in prompts.shipped() if one.kind == "checkin"}
    left = [one for one in prompts.switched_on(prompts.shipped(), everything, tender=False) if one.kind == "checkin"]
    assert left == LIGHT


@pytest.mark.parametrize("kind", questions.KINDS)
def test_so_many_stay_that_there_is_a_choice(kind: prompts.Kind) -> None:
    there = [one for one in prompts.shipped() if one.kind == kind and prompts.suits_everybody(one)]
    assert len(there) >= questions.FEWEST[kind]

"""The waitlist of a full date: first come, first offered, each offer for its time, and never one seat too many."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.local import NAME
from bot.messages import Member, Message
from tests.cast import ALICE, BOB, CHANDRA, DANA, EVE, MO, ROOM, Playground, button, labels
from tests.cogs.circles.cast import agree, card, join, pass_time, press, published, rows, tick, told
from tests.cogs.settled import settle

THURSDAY = datetime(2026, 4, 2, 17, tzinfo=UTC)
"""19:00 in Berlin: the first date of a circle "thursday 19:00"."""
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


async def full(world: Playground, *waiting: Member) -> None:
    """Three seats with Chandra, Dana and Mo in, and these members waiting in this order."""
    await published(world, seats="3")
    world.chat.join(EVE, ROOM)
    for member in (CHANDRA, DANA, MO):
        assert "You're in" in (await join(world, member)).text
    for member in waiting:
        assert "You're on the waitlist" in (await join(world, member)).text


async def gives_up(world: Playground, *people: Member) -> None:
    for member in people:
        await press(world, member, await card(world, member), "Can't")
    await tick(world)


def offers(world: Playground, member: Member) -> list[Message]:
    return told(world, member, "A seat is free")


async def said(world: Playground, answer: str) -> list[str]:
    """Who has this answer to the first date, in the order they asked."""
    found = await rows(
        world,
        "SELECT platform_id FROM circle_answers JOIN accounts USING (person) JOIN gatherings ON gatherings.id ="
        " gathering WHERE answer = ? AND nominal = '2026-04-02' ORDER BY circle_answers.id",
        answer,
    )
    return [name for (name,) in found]


# -- in their order ---------------------------------------------------------------------------------------------------


async def test_a_seat_that_nobody_takes_goes_down_the_line_two_hours_each(world: Playground) -> None:
    await full(world, EVE, ALICE, BOB)
    await gives_up(world, MO)
    for member, following in ((EVE, ALICE), (ALICE, BOB)):
        assert len(offers(world, member)) == 1
        await pass_time(world, 110 * MINUTE)
        assert not offers(world, following)
        await pass_time(world, 11 * MINUTE)
    assert len(offers(world, BOB)) == 1
    assert "You're in" in (await press(world, BOB, offers(world, BOB)[0], "I'm in")).text
    assert await said(world, "in") == ["chandra", "dana", "bob"]
    await pass_time(world, 3 * HOUR)
    assert [len(offers(world, member)) for member in (EVE, ALICE, BOB)] == [1, 1, 1]


async def test_two_seats_that_come_free_are_offered_to_the_first_two(world: Playground) -> None:
    await full(world, EVE, ALICE, BOB)
    await gives_up(world, MO, DANA)
    assert [len(offers(world, member)) for member in (EVE, ALICE, BOB)] == [1, 1, 0]
    await press(world, ALICE, offers(world, ALICE)[0], "Not this time")
    await tick(world)
    assert len(offers(world, BOB)) == 1
    assert await said(world, "offered") == ["eve", "bob"]


async def test_whoever_would_rather_listen_keeps_their_place_and_is_offered_that(world: Playground) -> None:
    await full(world, EVE, ALICE)
    assert "You're on the waitlist" in (await join(world, EVE, "Listening only")).text
    await gives_up(world, MO)
    [offer] = offers(world, EVE)
    assert labels(offer) == ["Listening only", "Not this time"]
    assert "listening only" in (await press(world, EVE, offer, "Listening only")).text
    assert not offers(world, ALICE)


@pytest.mark.parametrize("label", ["Maybe", "Can't"])
async def test_whoever_stops_waiting_is_passed_over_and_stands_at_the_end_when_they_come_back(
    world: Playground, label: str
) -> None:
    await full(world, EVE, ALICE)
    await press(world, EVE, await card(world, EVE), label)
    await join(world, EVE)
    assert await said(world, "waiting") == ["alice", "eve"]
    await gives_up(world, MO)
    assert not offers(world, EVE)
    assert offers(world, ALICE)


async def test_each_date_has_a_line_of_its_own(world: Playground) -> None:
    await full(world, EVE)
    await pass_time(world, THURSDAY - 2 * HOUR - world.now)
    await gives_up(world, MO)
    await pass_time(world, 4 * HOUR)
    assert "You're in" in (await join(world, EVE)).text, "nobody waits for the next Thursday"
    assert "8 seats" not in (await card(world, EVE)).text
    assert "2 seats are free" in (await card(world, EVE)).text


async def test_who_comes_every_time_is_seated_in_the_order_they_joined_and_the_rest_wait(world: Playground) -> None:
    await full(world, EVE)
    for member in (CHANDRA, DANA, MO):
        screen = await press(world, member, await card(world, member), "I'm in")
        await press(world, member, screen, "I come every time")
    await gives_up(world, MO)
    screen = await press(world, EVE, offers(world, EVE)[0], "I'm in")
    await press(world, EVE, screen, "I come every time")
    later = await rows(
        world,
        "SELECT platform_id, answer FROM circle_answers JOIN accounts USING (person)"
        " WHERE gathering = 2 ORDER BY circle_answers.id",
    )
    assert later == [("chandra", "in"), ("dana", "in"), ("mo", "in"), ("eve", "waiting")]
    await press(world, DANA, await world.chat.say(DANA, "circle leave"), "Evening circle")
    await tick(world)
    assert len(offers(world, EVE)) == 2, "now for the Thursday after"


# -- for how long -----------------------------------------------------------------------------------------------------


async def test_under_three_hours_before_an_offer_holds_for_half_an_hour(world: Playground) -> None:
    await full(world, EVE, ALICE)
    world.now = THURSDAY - 2 * HOUR
    await gives_up(world, MO)
    assert offers(world, EVE)
    await pass_time(world, 29 * MINUTE)
    assert not offers(world, ALICE)
    await pass_time(world, 2 * MINUTE)
    assert offers(world, ALICE)


async def test_an_offer_ends_when_the_circle_begins_and_none_is_made_after_that(world: Playground) -> None:
    await full(world, EVE, ALICE)
    world.now = THURSDAY - 10 * MINUTE
    await gives_up(world, MO)
    assert offers(world, EVE)
    await pass_time(world, 11 * MINUTE)
    await gives_up(world, DANA)
    await pass_time(world, 40 * MINUTE)
    assert not offers(world, ALICE)
    assert await said(world, "waiting") == ["alice"], "nothing that she never heard of has lapsed"


async def test_after_an_outage_the_next_one_has_the_full_time(world: Playground) -> None:
    await full(world, EVE, ALICE, BOB)
    await gives_up(world, MO)
    world.now += 9 * HOUR
    await tick(world)
    assert offers(world, ALICE)
    await pass_time(world, 2 * HOUR - MINUTE)
    assert not offers(world, BOB)
    assert "You're in" in (await press(world, ALICE, offers(world, ALICE)[0], "I'm in")).text


async def test_an_offer_says_until_when_and_a_late_yes_is_told_the_truth(world: Playground) -> None:
    await full(world, EVE, ALICE)
    await gives_up(world, MO)
    [offer] = offers(world, EVE)
    assert "After that it goes to the next one." in offer.text
    await pass_time(world, 2 * HOUR + MINUTE)
    assert "You're on the waitlist" in (await press(world, EVE, offer, "I'm in")).text
    assert await said(world, "in") == ["chandra", "dana"]
    assert await said(world, "offered") == ["alice"]


async def test_an_offer_that_cannot_be_heard_is_passed_on_like_any_other(world: Playground) -> None:
    await full(world, EVE, ALICE)
    await world.chat.say(EVE, "pause")
    await gives_up(world, MO)
    assert not offers(world, EVE)
    await pass_time(world, 2 * HOUR + MINUTE)
    assert offers(world, ALICE)


# -- pressed twice, late, or by somebody else -------------------------------------------------------------------------


async def test_taken_twice_it_is_one_seat(world: Playground) -> None:
    await full(world, EVE, ALICE)
    await gives_up(world, MO)
    for _time in range(2):
        assert "You're in" in (await press(world, EVE, offers(world, EVE)[0], "I'm in")).text
    assert await said(world, "in") == ["chandra", "dana", "eve"]


async def test_somebody_elses_offer_is_of_no_use(world: Playground) -> None:
    await full(world, EVE, ALICE)
    await gives_up(world, MO)
    await world.chat.press(ALICE, button(offers(world, EVE)[0], "I'm in"))
    assert await said(world, "in") == ["chandra", "dana"]
    assert await said(world, "offered") == ["eve"]


async def test_an_offer_for_a_date_that_is_called_off_ends_with_it(world: Playground) -> None:
    await full(world, EVE, ALICE)
    await gives_up(world, MO)
    screen = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    await press(world, ALICE, await press(world, ALICE, screen, "Cancel 1"), "Call it off")
    await tick(world)
    for member in (EVE, ALICE):
        assert len(told(world, member, "does not take place")) == 1, "whoever waits or was offered a seat is told"
    assert "called off" in (await press(world, EVE, offers(world, EVE)[0], "I'm in")).text
    await pass_time(world, 3 * HOUR)
    assert not offers(world, ALICE)


async def test_the_line_stays_in_its_order_when_the_date_moves(world: Playground) -> None:
    await full(world, EVE, ALICE)
    screen = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    await press(world, ALICE, screen, "Move 1")
    await press(world, ALICE, await world.chat.say(ALICE, "saturday 15:00"), "Move it")
    await tick(world)
    [notice] = told(world, EVE, "has moved")
    assert "I'm in" in labels(notice)
    assert await said(world, "waiting") == ["eve", "alice"]
    await press(world, MO, told(world, MO, "has moved")[0], "Can't")
    await tick(world)
    assert offers(world, EVE)
    assert not offers(world, ALICE)


async def test_a_dozen_press_at_once_and_three_have_seats(world: Playground) -> None:
    await published(world, seats="3")
    crowd = [Member(NAME, f"m{number}", f"M{number}") for number in range(12)]
    for member in crowd:
        world.chat.join(member, ROOM)
        await settle(world, member, "events")
    cards = [await card(world, member) for member in crowd]
    pressed = zip(crowd, cards, strict=True)
    heard = await asyncio.gather(*(press(world, member, shown, "I'm in") for member, shown in pressed))
    seated = [member.id for member, one in zip(crowd, heard, strict=True) if "You're in" in one.text]
    assert len(seated) == 3
    assert sorted(await said(world, "in")) == sorted(seated)
    assert len(await said(world, "waiting")) == 9


# -- going ------------------------------------------------------------------------------------------------------------


async def test_who_leaves_while_waiting_is_not_offered_anything(world: Playground) -> None:
    await full(world, EVE, ALICE)
    await press(world, EVE, await world.chat.say(EVE, "circle leave"), "Evening circle")
    await gives_up(world, MO)
    assert not offers(world, EVE)
    assert offers(world, ALICE)


async def test_who_leaves_the_community_frees_their_seat(world: Playground) -> None:
    await full(world, EVE)
    await press(world, DANA, await world.chat.say(DANA, "leave"), "Yes, leave")
    await tick(world)
    assert offers(world, EVE)
    assert await said(world, "in") == ["chandra", "mo"]


async def test_nobody_is_shown_who_waits(world: Playground) -> None:
    await full(world)
    zoe = Member(NAME, "zoe", "Zoe")
    world.chat.join(zoe, ROOM)
    await settle(world, zoe, "events")
    assert "You're on the waitlist" in (await join(world, zoe)).text
    shown = await card(world, CHANDRA)
    assert "Every seat is taken; there is a waitlist." in shown.text
    screen = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    assert "Chandra" in screen.text, "a host sees who comes"
    listed = await agree(world, MO, await world.chat.say(MO, "kith-mod circles"))
    for one in (shown, screen, listed):
        assert "Zoe" not in one.text

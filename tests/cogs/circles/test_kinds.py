"""The kinds of circle as hosts and members meet them: how many hosts and seats each has, and what its card says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Button, Community, Message, Text
from storage.circles.circles import Kind
from storage.moderation import holds
from tests.cast import ALICE, BOB, CHANDRA, DANA, EVE, Playground, labels
from tests.cogs.circles.cast import agree, card, draft, join, pass_time, press, rows, tick, told, would_host
from tests.cogs.settled import settle

NAMED: dict[Kind, str] = {
    "circle": "circle",
    "story": "story round",
    "skill": "skill practice",
    "hosts": "hosts' circle",
    "social": "social",
    "cowork": "quiet company",
    "service": "a task to join",
    "alumni": "alumni",
    "notice": "notice",
}
OPENING_UP = ("circle", "story", "skill", "hosts")
LIGHTER = ("social", "cowork", "service", "alumni")
"""Where people meet and one host is enough. A notice has one too, and nobody meets."""
MANY = ("social", "service")
TITLE = "Picnic"


async def chosen(world: Playground, kind: Kind) -> Message:
    """Alice's draft, of this kind."""
    screen = await draft(world, title=TITLE)
    choices = await press(world, ALICE, screen, "Kind")
    return await world.chat.press(ALICE, next(one for one in choices.buttons if str(one.label) == NAMED[kind]))


async def co_hosted(world: Playground, screen: Message) -> None:
    """Alice presses "Co-host" and names Bob, who says yes."""
    await press(world, ALICE, screen, "Co-host")
    await world.chat.say(ALICE, "@Bob")
    await tick(world)
    await press(world, BOB, told(world, BOB, "Would you host this")[-1], "I'll host")


async def listed(world: Playground) -> bool:
    return TITLE in (await world.chat.say(CHANDRA, "circle list")).text


# -- hosts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", OPENING_UP)
async def test_where_people_open_up_nobody_sees_it_before_two_have_said_yes(world: Playground, kind: Kind) -> None:
    await would_host(world, BOB)
    screen = await chosen(world, kind)
    assert "It needs a co-host before it can be published." in screen.text
    screen = await press(world, ALICE, screen, "Publish")
    assert "It is published as soon as a co-host has said yes." in screen.text
    assert not await listed(world)
    await co_hosted(world, screen)
    assert await listed(world)
    shown = await card(world, CHANDRA, TITLE)
    assert "Host and co-host: Alice and Bob. Bob steps aside with anyone who needs a break." in shown.text
    assert f"({NAMED[kind]})" in shown.text


@pytest.mark.parametrize("kind", LIGHTER)
async def test_where_one_host_is_enough_the_card_says_that_there_is_one(world: Playground, kind: Kind) -> None:
    screen = await chosen(world, kind)
    assert "Co-host" not in labels(screen)
    assert "Published." in (await press(world, ALICE, screen, "Publish")).text
    shown = await card(world, CHANDRA, TITLE)
    assert "One host: Alice." in shown.text
    assert "A second is being looked for." not in shown.text
    assert f"({NAMED[kind]})" in shown.text


async def test_asked_is_not_yet_hosting(world: Playground) -> None:
    await would_host(world, BOB)
    screen = await press(world, ALICE, await chosen(world, "story"), "Co-host")
    screen = await world.chat.say(ALICE, "@Bob")
    screen = await press(world, ALICE, screen, "Publish")
    assert "It is published as soon as Bob says yes." in screen.text
    assert not await listed(world)
    await tick(world)
    await press(world, BOB, told(world, BOB, "Would you host this")[-1], "Not now")
    assert not await listed(world)


async def test_a_hosts_circle_left_with_one_says_on_its_card_that_a_second_is_looked_for(world: Playground) -> None:
    await would_host(world, BOB)
    screen = await press(world, ALICE, await chosen(world, "hosts"), "Publish")
    await co_hosted(world, screen)
    shown = await press(world, BOB, await world.chat.say(BOB, "circle mine"), TITLE)
    await press(world, BOB, await press(world, BOB, shown, "I can't host any more"), "Step back")
    assert "One host: Alice. A second is being looked for." in (await card(world, CHANDRA, TITLE)).text


# -- seats ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [*OPENING_UP, *LIGHTER])
async def test_seats_are_few_where_each_has_a_turn_and_many_where_people_mingle(world: Playground, kind: Kind) -> None:
    seats = labels(await press(world, ALICE, await chosen(world, kind), "Spots" if kind == "service" else "Seats"))
    assert seats == ["3", "4", "5", "6", "7", "8", *(["12", "20", "50"] if kind in MANY else []), "Back"]


async def test_a_picnic_for_fifty_that_becomes_a_circle_has_eight_seats(world: Playground) -> None:
    screen = await chosen(world, "social")
    screen = await press(world, ALICE, await press(world, ALICE, screen, "Seats"), "50")
    assert "Seats: 50" in labels(screen)
    choices = await press(world, ALICE, screen, "Kind")
    screen = await world.chat.press(ALICE, next(one for one in choices.buttons if str(one.label) == "circle"))
    assert "Seats: 8" in labels(screen)


@pytest.mark.parametrize(("kind", "length"), [("circle", "1 hour"), ("service", "2 hours"), ("social", "1 hour 30")])
async def test_each_kind_begins_with_its_usual_length(world: Playground, kind: Kind, length: str) -> None:
    screen = await chosen(world, kind)
    await press(world, ALICE, screen, "When, how long")
    await world.chat.say(ALICE, "thursday 19:00")
    asked = await world.chat.say(ALICE, "Berlin")
    assert length in asked.text


# -- what is said of each ---------------------------------------------------------------------------------------------


async def test_only_a_social_one_says_that_nobody_drinks_or_uses_until_its_host_says_otherwise(
    world: Playground,
) -> None:
    screen = await chosen(world, "social")
    assert "Nobody drinks or uses anything there." in screen.text
    screen = await press(world, ALICE, screen, "Nobody drinks or uses: yes")
    assert "Nobody drinks or uses: no" in labels(screen)
    assert "Nobody drinks or uses anything there." not in screen.text


@pytest.mark.parametrize("kind", [kind for kind in NAMED if kind != "social"])
async def test_no_other_kind_makes_that_promise(world: Playground, kind: Kind) -> None:
    screen = await chosen(world, "social")
    choices = await press(world, ALICE, screen, "Kind")
    screen = await world.chat.press(ALICE, next(one for one in choices.buttons if str(one.label) == NAMED[kind]))
    assert not [label for label in labels(screen) if label.startswith("Nobody drinks")]
    assert "Nobody drinks or uses anything there." not in screen.text


@pytest.mark.parametrize("kind", ["circle", "story"])
async def test_the_line_about_age_stands_before_a_circle_and_a_story_round(world: Playground, kind: Kind) -> None:
    await would_host(world, BOB)
    await co_hosted(world, await press(world, ALICE, await chosen(world, kind), "Publish"))
    shown = await card(world, CHANDRA, TITLE)
    asked = await world.chat.press(CHANDRA, shown.buttons[0])
    assert "Are you 18 or over?" in asked.text
    await press(world, CHANDRA, asked, "No")
    assert await rows(world, "SELECT count(*) FROM circle_answers") == [(0,)]


@pytest.mark.parametrize("kind", LIGHTER)
async def test_nobody_is_asked_their_age_for_an_open_one(world: Playground, kind: Kind) -> None:
    await press(world, ALICE, await chosen(world, kind), "Publish")
    asked = await press(world, CHANDRA, await card(world, CHANDRA, TITLE), "I'm in")
    assert "18" not in asked.text
    assert f"You're in: {TITLE}" in (await agree(world, CHANDRA, asked)).text


async def test_a_notice_says_until_when_and_who_posted_it_and_nobody_signs_up(world: Playground) -> None:
    await press(world, ALICE, await chosen(world, "notice"), "Publish")
    assert "(notice), until" in (await world.chat.say(CHANDRA, "circle list")).text
    shown = await card(world, CHANDRA, TITLE)
    assert "Posted by Alice. Whoever is interested writes to them." in shown.text
    assert labels(shown) == []
    await settle(world, CHANDRA, "events")
    await world.chat.press(CHANDRA, Button(Text("x"), "circles.answer", "1|in", row="-"))
    assert await rows(world, "SELECT count(*) FROM circle_answers") == [(0,)]


async def test_nobody_is_asked_about_a_meeting_that_a_notice_is_not(world: Playground) -> None:
    await press(world, ALICE, await chosen(world, "notice"), "Publish")
    await tick(world)
    before = len(told(world, ALICE, TITLE))
    await pass_time(world, timedelta(days=8))
    assert len(told(world, ALICE, TITLE)) == before
    assert not world.chat.groups
    assert "No circle yet." in (await world.chat.say(CHANDRA, "circle list")).text, "it has run out"


async def test_in_a_story_round_one_tells_and_everybody_may_listen(world: Playground) -> None:
    await would_host(world, BOB)
    await co_hosted(world, await press(world, ALICE, await chosen(world, "story"), "Publish"))
    shown = await card(world, CHANDRA, TITLE)
    assert labels(shown) == ["I'd like to tell", "Listening only", "Maybe", "Can't"]
    assert "everybody else listens. Nobody comments." in shown.text
    await agree(world, CHANDRA, await press(world, CHANDRA, shown, "Listening only"))
    await join(world, DANA, "I'd like to tell", TITLE)
    assert "6 seats are free" in (await card(world, CHANDRA, TITLE)).text, "who listens has a seat too"


# -- whose circle it is -----------------------------------------------------------------------------------------------


async def test_somebody_in_another_community_neither_sees_nor_opens_it(world: Playground) -> None:
    await press(world, ALICE, await chosen(world, "social"), "Publish")
    shown = await card(world, CHANDRA, TITLE)
    for one in shown.buttons:
        said = await world.chat.press(EVE, one)
        assert "community we don't share" in said.text, one.label
        assert TITLE not in said.text
    assert await rows(world, "SELECT count(*) FROM circle_answers") == [(0,)]


async def test_who_may_not_be_introduced_now_starts_no_circle_but_may_come(world: Playground) -> None:
    await press(world, ALICE, await chosen(world, "social"), "Publish")
    dana = await settle(world, DANA, "host", "events")
    await world.bot.database.write(holds.hold, Community(1, "The Porch"), dana, None, world.now)
    said = await world.chat.say(DANA, "circle new friday 19:00 Another")
    assert "Introductions are paused for you" in said.text
    assert await rows(world, "SELECT count(*) FROM circles") == [(1,)]
    assert f"You're in: {TITLE}" in (await join(world, DANA, title=TITLE)).text

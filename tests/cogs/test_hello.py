"""First hellos by a standing yes, and the welcome by a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Member, Message
from storage.members import blocks
from tests.cast import ALICE, BOB, CHANDRA, DANA, Playground, button, labels
from tests.cogs.settled import pass_time, settle, tick, unasked

APPRECIATE = "People usually appreciate a hello more than we expect."
DAY = timedelta(days=1)


@pytest.fixture
async def alice(world: Playground) -> Playground:
    """Alice has the standing yes; Bob helps."""
    await settle(world, ALICE, "hello")
    await settle(world, BOB, "helper")
    await settle(world, CHANDRA, "helper")
    await wish(world)
    return world


async def wish(world: Playground) -> Message:
    return await world.chat.say(ALICE, "settings who may say hello")


def offers(world: Playground, *members: Member) -> list[Message]:
    return [said for one in members for said in unasked(world, one) if "welcomes a hello" in said.text]


async def test_it_takes_one_yes_that_says_how_often_and_from_whom(world: Playground) -> None:
    await settle(world, ALICE)
    asked = await world.chat.say(ALICE, "settings hellos")
    assert "You may say hello to me: at most once a week, from helpers" in asked.text
    screen = await world.chat.press(ALICE, button(asked, "Yes"))
    assert str(screen.text) == "You may be greeted: at most once a week, from: Helpers."
    assert labels(screen) == ["Helpers: on"], "nobody is in a circle, so circle members are not offered"
    assert "from: nobody." in (await world.chat.press(ALICE, button(screen, "Helpers: on"))).text


async def test_one_name_goes_to_one_willing_person(alice: Playground) -> None:
    await tick(alice)
    [offer] = offers(alice, BOB, CHANDRA)
    assert str(offer.text) == (
        "Alice welcomes a hello this week. They see your name if you send one, and nobody else does. " + APPRECIATE
    )
    assert labels(offer) == ["Say hello", "Not now"]


async def test_never_twice_in_seven_days(alice: Playground) -> None:
    await pass_time(alice, timedelta(days=6, hours=23))
    assert len(offers(alice, BOB, CHANDRA)) == 1
    await pass_time(alice, DAY)
    assert len(offers(alice, BOB, CHANDRA)) == 2


async def test_switching_off_and_on_does_not_shorten_the_week(alice: Playground) -> None:
    await tick(alice)
    for _time in range(2):
        screen = await wish(alice)
        await alice.chat.press(ALICE, next(one for one in screen.buttons if "Helpers" in one.label))
    await pass_time(alice, DAY)
    assert len(offers(alice, BOB, CHANDRA)) == 1


async def say_hello(world: Playground) -> None:
    await tick(world)
    sender = BOB if offers(world, BOB) else CHANDRA
    await world.chat.press(sender, button(offers(world, sender)[0], "Say hello"))
    await tick(world)


async def test_a_hello_arrives_with_a_name_and_may_be_answered_once(alice: Playground) -> None:
    await say_hello(alice)
    said = next(one for one in unasked(alice, ALICE) if "says hello" in one.text)
    assert "says hello, as you allowed. No answer needed." in said.text
    sender = BOB if "Bob" in said.text else CHANDRA
    for _twice in range(2):
        await alice.chat.press(ALICE, button(said, "Say hello back"))
    await tick(alice)
    assert [str(one.text) for one in unasked(alice, sender) if "back" in one.text] == ["Alice says hello back."]


async def test_a_no_is_told_to_nobody_and_that_name_does_not_come_again(alice: Playground) -> None:
    await tick(alice)
    sender, other = (BOB, CHANDRA) if offers(alice, BOB) else (CHANDRA, BOB)
    answer = await alice.chat.press(sender, button(offers(alice, sender)[0], "Not now"))
    assert str(answer.text) == "That's fine. Nobody is told."
    await pass_time(alice, 8 * DAY)
    assert len(offers(alice, sender)) == 1
    assert len(offers(alice, other)) == 1
    assert not [one for one in unasked(alice, ALICE) if "hello" in one.text]


async def test_after_a_decline_the_encouraging_sentence_is_left_out(world: Playground) -> None:
    for member in (ALICE, DANA):
        await settle(world, member, "hello")
    await settle(world, BOB, "helper")
    await wish(world)
    await tick(world)
    await world.chat.press(BOB, button(offers(world, BOB)[0], "Not now"))
    await world.chat.say(DANA, "settings who may say hello")
    await pass_time(world, 8 * DAY)
    _first, second = offers(world, BOB)
    assert "Dana welcomes a hello" in second.text
    assert APPRECIATE not in second.text


async def test_no_name_goes_to_somebody_to_avoid(alice: Playground) -> None:
    person = await settle(alice, ALICE)
    for other in (BOB, CHANDRA):
        await alice.bot.database.write(blocks.add, await settle(alice, other), person, alice.now)
    await pass_time(alice, DAY)
    assert not offers(alice, BOB, CHANDRA)


async def test_an_avoidance_after_the_offer_stops_the_hello(alice: Playground) -> None:
    await tick(alice)
    sender = BOB if offers(alice, BOB) else CHANDRA
    await alice.bot.database.write(blocks.add, await settle(alice, ALICE), await settle(alice, sender), alice.now)
    said = await alice.chat.press(sender, button(offers(alice, sender)[0], "Say hello"))
    assert str(said.text) == "That one is over."
    await tick(alice)
    assert not [one for one in unasked(alice, ALICE) if "says hello" in one.text]


async def test_withdrawn_means_no_name_goes_out_any_more(alice: Playground) -> None:
    await alice.chat.say(ALICE, "settings hellos")
    await pass_time(alice, 2 * DAY)
    assert not offers(alice, BOB, CHANDRA)


async def test_an_offer_that_waited_two_days_is_over(alice: Playground) -> None:
    await tick(alice)
    sender = BOB if offers(alice, BOB) else CHANDRA
    offer = offers(alice, sender)[0]
    alice.now += timedelta(hours=49)
    assert str((await alice.chat.press(sender, button(offer, "Say hello"))).text) == "That one is over."


# -- welcome ----------------------------------------------------------------------------------------------------------


async def arrive(world: Playground) -> None:
    """Dana says her first yes, in a direct chat."""
    await world.chat.say(DANA, "checkin on 08:00 berlin")
    await world.chat.say(DANA, "yes")


async def test_a_newcomer_gets_a_welcomers_name_within_hours(world: Playground) -> None:
    await settle(world, BOB, "welcomer")
    await arrive(world)
    await pass_time(world, timedelta(hours=3))
    welcome = next(one for one in unasked(world, DANA) if "welcomes new people here" in one.text)
    assert "Bob" in welcome.text
    assert labels(welcome)[0] == "Say hello"
    assert not unasked(world, BOB) or not [one for one in unasked(world, BOB) if "Dana" in one.text]


async def test_the_newcomers_name_goes_only_by_their_own_press_and_they_are_adults(world: Playground) -> None:
    await settle(world, BOB, "welcomer")
    await arrive(world)
    await pass_time(world, timedelta(hours=3))
    welcome = next(one for one in unasked(world, DANA) if "welcomes new people here" in one.text)
    adult = await world.chat.press(DANA, button(welcome, "Say hello"))
    assert "Are you 18 or over?" in adult.text
    sent = await world.chat.press(DANA, button(adult, "Yes"))
    assert "They get it tomorrow at" in sent.text, "the welcomer's hours are quiet: it has not been sent"
    await pass_time(world, 15 * timedelta(hours=1))
    assert "Dana is new here and says hello." in str([str(one.text) for one in unasked(world, BOB)])


async def test_where_nobody_is_free_nothing_is_said_of_it(world: Playground) -> None:
    await arrive(world)
    await pass_time(world, 2 * DAY)
    assert not [one for one in unasked(world, DANA) if "welcome" in one.text]


async def test_welcomers_share_it_out(world: Playground) -> None:
    welcomers = [await settle(world, member, "welcomer") for member in (BOB, CHANDRA)]
    for member in (ALICE, DANA):
        await settle(world, member, new=True)
    await pass_time(world, timedelta(hours=2))
    named = await world.bot.database.read(lambda one: one.execute("SELECT welcomer FROM welcomes").fetchall())
    assert sorted(who for (who,) in named) == sorted(person.id for person in welcomers)

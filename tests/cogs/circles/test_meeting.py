"""While a circle meets and after it: turns, the timer, the private question, and words to the hosts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.local import NAME, Posted
from bot.context import Incoming
from bot.messages import Channel, Member, Message, Place
from tests.cast import ALICE, BOB, CHANDRA, DANA, MO, ROOM, Playground, button, labels
from tests.cogs.circles.cast import agree, join, pass_time, press, published, rows, tick, told
from tests.legible import legible

THURSDAY = datetime(2026, 4, 2, 17, tzinfo=UTC)


async def begun(world: Playground, *members: Member) -> Place:
    """The circle has just begun, with these members in. Returns its own place."""
    await published(world)
    for member in members:
        await join(world, member)
    await pass_time(world, THURSDAY - world.now + timedelta(seconds=1))
    [(channel,)] = await rows(world, "SELECT channel FROM circles")
    return Place(NAME, str(channel))


def said_in(world: Playground, place: Place) -> list[Posted]:
    return [one for one in world.chat.posted if not isinstance(one.to, Member) and one.to.id == place.id]


async def speak(world: Playground, member: Member, line: str, place: Place) -> Message:
    """What the bot says in the place upon it."""
    return await heard(world, lambda: world.bot.run_text(inside(member, place), line))


def inside(member: Member, place: Place) -> Incoming:
    """Somebody in a circle's own place, which lies in the community."""
    return Incoming(member, Channel(NAME, place.id), ROOM)


async def heard(world: Playground, act: Callable[[], Awaitable[None]]) -> Message:
    before = len(world.chat.posted)
    await act()
    return world.chat.posted[before].message


async def tap(world: Playground, member: Member, message: Message, label: str, place: Place) -> Message:
    return await heard(world, lambda: world.bot.run_action(inside(member, place), button(message, label).id))


async def here(world: Playground, member: Member, place: Place) -> Message:
    opening = said_in(world, place)[-1].message
    return await tap(world, member, opening, "I'm here", place)


async def test_the_place_is_open_to_hosts_and_members_only(world: Playground) -> None:
    place = await begun(world, CHANDRA)
    assert world.chat.groups[place.id] == {"alice", "bob", "chandra"}
    assert ". Nobody else can open this place." in said_in(world, place)[0].message.text


async def test_who_leaves_the_circle_leaves_its_place(world: Playground) -> None:
    place = await begun(world, CHANDRA)
    await press(world, CHANDRA, await world.chat.say(CHANDRA, "circle leave"), "Evening circle")
    await tick(world)
    assert world.chat.groups[place.id] == {"alice", "bob"}


async def test_the_opening_card_names_hosts_and_agreements(world: Playground) -> None:
    opening = said_in(world, await begun(world, CHANDRA))[-1].message
    assert "begins." in opening.text
    assert "No recording or screenshots." in opening.text
    assert "Hosts go first." in opening.text


async def test_hosts_have_the_talking_piece_first_then_everybody_in_turn(world: Playground) -> None:
    place = await begun(world, CHANDRA, DANA)
    for member in (CHANDRA, DANA, BOB):
        assert "`pass` is always fine" in (await here(world, member, place)).text
    order = [str((await speak(world, ALICE, "next", place)).text).partition(" has")[0] for _turn in range(3)]
    assert order == ["Bob", "Chandra", "Dana"]
    assert "Everybody had a turn." in (await speak(world, DANA, "pass", place)).text
    assert "Bob has" in (await speak(world, BOB, "next", place)).text


async def test_who_only_listens_is_never_asked_to_speak(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA, "Listening only")
    await pass_time(world, THURSDAY - world.now + timedelta(seconds=1))
    [(channel,)] = await rows(world, "SELECT channel FROM circles")
    place = Place(NAME, str(channel))
    assert "nobody asks you to speak" in (await here(world, CHANDRA, place)).text
    assert "Everybody had a turn." in (await speak(world, ALICE, "next", place)).text


async def test_nobody_takes_the_piece_from_another(world: Playground) -> None:
    place = await begun(world, CHANDRA, DANA)
    await here(world, CHANDRA, place)
    await speak(world, ALICE, "next", place)
    assert "hands it on" in (await speak(world, DANA, "next", place)).text


@pytest.mark.parametrize("line", ["next", "pass"])
async def test_turns_belong_in_the_place_of_the_circle(world: Playground, line: str) -> None:
    await begun(world, CHANDRA)
    assert "belongs in the place of your circle" in (await world.chat.say(CHANDRA, line)).text


async def test_outside_of_its_time_there_are_no_turns(world: Playground) -> None:
    place = await begun(world, CHANDRA)
    await pass_time(world, timedelta(hours=2))
    assert "does not meet now" in (await speak(world, ALICE, "next", place)).text


async def test_listening_practice_keeps_time_over_a_restart(world: Playground) -> None:
    place = await begun(world, CHANDRA)
    await speak(world, CHANDRA, "practice", place)
    assert "running here already" in (await speak(world, ALICE, "practice", place)).text
    await tick(world)
    assert "First turn: 2 minutes" in said_in(world, place)[-1].message.text
    await pass_time(world, timedelta(seconds=119))
    assert "First turn" in said_in(world, place)[-1].message.text
    await pass_time(world, timedelta(seconds=2))
    assert "Swap" in said_in(world, place)[-1].message.text
    await pass_time(world, timedelta(seconds=121))
    assert "That was the second turn." in said_in(world, place)[-1].message.text
    await pass_time(world, timedelta(minutes=10))
    assert len([one for one in said_in(world, place) if "turn" in str(one.message.text)]) <= 4
    assert await rows(world, "SELECT count(*) FROM practices") == [(0,)]


async def test_after_an_outage_the_next_turn_has_its_full_two_minutes(world: Playground) -> None:
    place = await begun(world, CHANDRA)
    await speak(world, CHANDRA, "practice", place)
    await tick(world)
    world.now += timedelta(minutes=5)
    await tick(world)
    assert "Swap" in said_in(world, place)[-1].message.text
    await pass_time(world, timedelta(seconds=119))
    assert "Swap" in said_in(world, place)[-1].message.text


# -- afterwards -------------------------------------------------------------------------------------------------------


async def asked(world: Playground, member: Member) -> Message:
    """The private question, from the circle's own place: quiet hours or not."""
    [(channel,)] = await rows(world, "SELECT channel FROM circles")
    place = Place(NAME, str(channel))
    closing = said_in(world, place)[-1].message
    return await tap(world, member, closing, "A question for me alone", place)


async def test_a_question_afterwards_is_asked_and_kept_as_a_number(world: Playground) -> None:
    await begun(world, CHANDRA)
    await pass_time(world, timedelta(hours=1))
    first = await asked(world, CHANDRA)
    assert labels(first) == ["yes", "mostly", "not really", "Skip", "Help now"]
    second = await press(world, CHANDRA, first, "yes")
    assert "How are you leaving" in second.text
    last = await press(world, CHANDRA, second, "lighter")
    assert "Is there anything you want the hosts to know?" in last.text
    assert await rows(world, "SELECT prompt, answer, answers FROM circle_reflections ORDER BY prompt") == [
        ("re-01", 0, 1),
        ("re-02", 0, 1),
    ]
    await press(world, CHANDRA, first, "yes")
    assert await rows(world, "SELECT sum(answers) FROM circle_reflections") == [(2,)], "twice pressed is once answered"


async def test_stirred_up_tells_nobody_but_by_ones_own_tap(world: Playground) -> None:
    await begun(world, CHANDRA)
    await pass_time(world, timedelta(hours=1))
    second = await press(world, CHANDRA, await asked(world, CHANDRA), "mostly")
    room = await press(world, CHANDRA, second, "stirred up")
    assert "Nobody is told, unless you press" in room.text
    assert "Help now" in labels(room)
    await tick(world)
    assert not told(world, BOB, "stirred up")
    assert "not a crisis worker" in (await press(world, CHANDRA, room, "Tell the co-host")).text
    await tick(world)
    assert len(told(world, BOB, "is stirred up after Evening circle")) == 1
    assert not told(world, ALICE, "stirred up"), "the co-host, nobody else"


async def test_words_to_the_hosts_are_shown_before_they_go(world: Playground) -> None:
    await begun(world, CHANDRA)
    await pass_time(world, timedelta(hours=1))
    second = await press(world, CHANDRA, await asked(world, CHANDRA), "yes")
    last = await press(world, CHANDRA, second, "the same")
    await press(world, CHANDRA, last, "Write something")
    preview = await world.chat.say(CHANDRA, "the candle was a fine idea")
    assert "will see your name and exactly this:" in preview.text
    dump = await world.bot.database.read(legible)
    assert "candle" not in dump
    await press(world, CHANDRA, preview, "Send")
    await tick(world)
    assert told(world, ALICE, "the candle was a fine idea")
    assert told(world, BOB, "the candle was a fine idea")


async def test_hosts_hear_of_thanks_but_no_numbers_below_five(world: Playground) -> None:
    await begun(world, CHANDRA)
    await pass_time(world, timedelta(hours=1))
    second = await press(world, CHANDRA, await asked(world, CHANDRA), "yes")
    last = await press(world, CHANDRA, second, "the same")
    await press(world, CHANDRA, last, "Thank the hosts")
    await pass_time(world, timedelta(hours=20))
    [thanks] = told(world, ALICE, "some thanks arrived")
    assert "Chandra" not in thanks.text


async def test_the_host_hears_of_two_missed_only_from_whoever_asked_for_it(world: Playground) -> None:
    await published(world)
    for member in (CHANDRA, DANA, MO):
        said = await join(world, member)
        if member != DANA:
            await agree(world, member, await press(world, member, said, "If I don't come"))
        await press(world, member, said, "I come every time")
    for _week in range(2):
        await pass_time(world, timedelta(days=1))
        while not await rows(
            world, "SELECT 1 FROM gatherings WHERE starts <= ? AND ends > ?", *2 * [int(world.now.timestamp())]
        ):
            await pass_time(world, timedelta(minutes=30))
        [(channel,)] = await rows(world, "SELECT channel FROM circles")
        await here(world, MO, Place(NAME, str(channel)))
    await pass_time(world, timedelta(days=1))
    assert len(told(world, ALICE, "asked that you say hello if they missed two")) == 1
    [hello] = told(world, ALICE, "asked that you say hello")
    assert "Chandra" in hello.text

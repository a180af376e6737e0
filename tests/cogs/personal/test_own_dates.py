"""Own dates: named that morning, counted never, and told to nobody but by a press."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from sqlite3 import Connection

import pytest

from bot.messages import Channel, Message, Person
from bot.registry import Listener, Work
from cogs.personal.own_dates import OwnDates
from storage.personal.own_dates import in_year
from tests.cast import ALICE, BOB, CHANDRA, Playground, button, labels
from tests.cogs.circles.cast import join, press, published
from tests.cogs.settled import dump, pass_time, settle, unasked

DAY = timedelta(days=1)


@pytest.fixture
async def alice(world: Playground) -> Playground:
    await settle(world, ALICE, "dates")
    return world


async def keep(world: Playground, label: str = "the lake day", day: str = "31 march") -> None:
    listed = await world.chat.say(ALICE, "my-dates")
    await world.chat.press(ALICE, button(listed, "Add one"))
    await world.chat.say(ALICE, label)
    assert "I'll name it that morning." in (await world.chat.say(ALICE, day)).text


async def test_what_is_kept_is_said_back(alice: Playground) -> None:
    await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "my-dates"), "Add one"))
    await alice.chat.say(ALICE, " the lake day ")
    kept = await alice.chat.say(ALICE, "31 march")
    assert str(kept.text) == "Kept: 31 March, “the lake day”. I'll name it that morning."


async def test_a_date_comes_that_morning_in_its_members_time(alice: Playground) -> None:
    await keep(alice)
    await pass_time(alice, timedelta(days=2, hours=13, minutes=59))  # Tuesday, 08:59 in Berlin: the clocks went forward
    assert not unasked(alice, ALICE)
    await pass_time(alice, timedelta(minutes=1))
    [today] = unasked(alice, ALICE)
    assert str(today.text) == "Today is the date you called “the lake day”."
    assert labels(today) == ["Keep it to myself"]
    assert str((await alice.chat.press(ALICE, button(today, "Keep it to myself"))).text) == "It stays with you."


async def test_it_comes_again_in_a_year_and_counts_nothing(alice: Playground) -> None:
    await keep(alice)
    for days in (3, 365):
        alice.now += days * DAY
        await pass_time(alice, timedelta(seconds=1))
    said = [str(one.text) for one in unasked(alice, ALICE) if "date you called" in one.text]
    assert said == ["Today is the date you called “the lake day”."] * 2


@pytest.mark.parametrize(
    ("day", "year", "expected"),
    [("02-29", 2027, date(2027, 2, 28)), ("02-29", 2028, date(2028, 2, 29)), ("03-31", 2027, date(2027, 3, 31))],
)
def test_a_leap_day_has_a_place_in_every_year(day: str, year: int, expected: date) -> None:
    assert in_year(day, year) == expected


async def test_the_name_is_encrypted(alice: Playground) -> None:
    await keep(alice)
    assert "lake" not in await dump(alice)


async def test_moving_one_gets_no_comment_and_leaves_no_trace(alice: Playground) -> None:
    await keep(alice)
    listed = await alice.chat.say(ALICE, "my-dates")
    assert "1. 31 March: the lake day" in listed.text
    await alice.chat.press(ALICE, button(listed, "Move 1"))
    moved = await alice.chat.say(ALICE, "5 april")
    assert str(moved.text) == "Your dates, for your eyes only:\n1. 5 April: the lake day"
    await pass_time(alice, 5 * DAY)
    assert not [one for one in unasked(alice, ALICE) if "date you called" in one.text]
    await pass_time(alice, 4 * DAY)
    assert len([one for one in unasked(alice, ALICE) if "date you called" in one.text]) == 1


async def test_five_and_no_more(alice: Playground) -> None:
    for number in range(5):
        await keep(alice, f"day {number}")
    assert "Add one" not in labels(await alice.chat.say(ALICE, "my-dates"))


async def test_deleted_is_gone(alice: Playground) -> None:
    await keep(alice)
    listed = await alice.chat.say(ALICE, "my-dates")
    assert "no dates" in (await alice.chat.press(ALICE, button(listed, "Delete 1"))).text
    await pass_time(alice, 4 * DAY)
    assert not [one for one in unasked(alice, ALICE) if "date you called" in one.text]


async def test_who_has_moved_to_another_zone_has_the_morning_there(alice: Playground) -> None:
    await keep(alice)
    await alice.chat.say(ALICE, "settings time zone")
    await alice.chat.say(ALICE, "new york")
    await pass_time(alice, timedelta(days=2, hours=19, minutes=59))
    assert not [one for one in unasked(alice, ALICE) if "date you called" in one.text]
    await pass_time(alice, timedelta(minutes=2))
    assert len([one for one in unasked(alice, ALICE) if "date you called" in one.text]) == 1


async def test_somebody_connected_may_be_told_after_the_words_were_shown(
    alice: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await settle(alice, BOB, "buddy")

    def listeners(_cog: OwnDates, person: Person) -> Work[Sequence[Listener]]:
        def work(_connection: Connection) -> Sequence[Listener]:
            return () if person == bob else (Listener(bob, "buddy"),)

        return work

    monkeypatch.setattr(OwnDates, "listeners", listeners)
    await keep(alice)
    await pass_time(alice, 3 * DAY)
    today = next(one for one in unasked(alice, ALICE) if "date you called" in one.text)
    preview = await alice.chat.press(ALICE, button(today, "Tell my buddy"))
    assert str(preview.text) == "Bob will see exactly this:\nToday is a date I call “the lake day”."
    assert not unasked(alice, BOB)
    for _twice in range(2):
        await alice.chat.press(ALICE, button(preview, "Send"))
    await pass_time(alice, timedelta(minutes=1))
    [told] = [one for one in unasked(alice, BOB) if "lake" in one.text]
    assert str(told.text) == "Alice: Today is a date I call “the lake day”. A short hello is plenty."
    assert "lake" not in await dump(alice)


# -- in a circle ------------------------------------------------------------------------------------------------------


async def in_a_circle(world: Playground, *titles: str) -> Message:
    """Chandra comes to circles that Alice and Bob host, and it is the morning of a date of hers."""
    for title in titles:
        await published(world, title=title)
        await join(world, CHANDRA, title=title)
    await settle(world, CHANDRA, "dates")
    await press(world, CHANDRA, await world.chat.say(CHANDRA, "my-dates"), "Add one")
    await world.chat.say(CHANDRA, "the lake day @everyone")
    await world.chat.say(CHANDRA, "31 march")
    await pass_time(world, 3 * DAY)
    return next(one for one in unasked(world, CHANDRA) if "date you called" in one.text)


def posted(world: Playground) -> list[str]:
    said = [one for one in world.chat.posted if isinstance(one.to, Channel) and one.key]
    return [str(one.message.text) for one in said if "lake" in one.message.text]


async def test_a_circle_hears_of_it_after_the_words_were_shown(ungreeted: Playground) -> None:
    world = ungreeted
    today = await in_a_circle(world, "Evening circle")
    assert labels(today) == ["Keep it to myself", "Share in a circle"]
    preview = await world.chat.press(CHANDRA, button(today, "Share in a circle"))
    assert str(preview.text) == (
        "Everybody who can open the place of Evening circle will see exactly this, with your name:\n"
        "Today is a date I call “the lake day @everyone”."
    )
    assert not posted(world)
    for _twice in range(2):
        await world.chat.press(CHANDRA, button(preview, "Send"))
    await pass_time(world, timedelta(minutes=1))
    assert posted(world) == ["Chandra: Today is a date I call “the lake day @everyone”."]
    assert "lake" not in await dump(world)
    assert not [one for member in (ALICE, BOB) for one in unasked(world, member) if "lake" in one.text]


async def test_of_several_circles_one_is_chosen(ungreeted: Playground) -> None:
    world = ungreeted
    today = await in_a_circle(world, "Evening circle", "Morning circle")
    which = await world.chat.press(CHANDRA, button(today, "Share in a circle"))
    assert labels(which) == ["Evening circle", "Morning circle", "Keep it to myself"]
    preview = await world.chat.press(CHANDRA, button(which, "Morning circle"))
    assert "the place of Morning circle" in preview.text
    assert "stays with you" in (await world.chat.press(CHANDRA, button(preview, "Not this time"))).text
    await pass_time(world, DAY)
    assert not posted(world)


async def test_whoever_has_left_the_circle_shares_nothing_there(ungreeted: Playground) -> None:
    world = ungreeted
    today = await in_a_circle(world, "Evening circle")
    preview = await world.chat.press(CHANDRA, button(today, "Share in a circle"))
    await world.bot.database.write(lambda one: one.execute("DELETE FROM circle_members").rowcount)
    said = await world.chat.press(CHANDRA, button(preview, "Send"))
    assert str(said.text) == "There is no circle to share it in at the moment. It stays with you."
    await pass_time(world, timedelta(minutes=1))
    assert not posted(world)


async def test_everything_is_shown_and_forgotten(alice: Playground) -> None:
    await keep(alice)
    files = {file.name: file.content.decode() for file in (await alice.chat.say(ALICE, "my-data")).files}
    assert "the lake day" in files["my-data.txt"]
    await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "forget-me"), "Delete everything"))
    left = await alice.bot.database.read(lambda connection: connection.execute("SELECT * FROM own_dates").fetchall())
    assert left == []


async def test_a_newcomer_is_asked_first(world: Playground) -> None:
    asked = await world.chat.say(BOB, "my-dates")
    assert "Nobody else sees them." in asked.text
    assert "Add one" in labels(await world.chat.press(BOB, button(asked, "Yes")))

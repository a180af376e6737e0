"""Seats, the waitlist and reminders, as members meet them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.messages import Button, Text
from cogs.circles.seats import offer_lasts
from tests.cast import ALICE, BOB, CHANDRA, DANA, EVE, MO, Playground, labels
from tests.cogs.circles.cast import card, join, pass_time, press, published, rows, tick, told

THURSDAY = datetime(2026, 4, 2, 17, tzinfo=UTC)
"""19:00 in Berlin: the first date of a circle "thursday 19:00"."""


async def full(world: Playground) -> None:
    """A circle of three seats, with Chandra, Dana and Mo in."""
    await published(world, seats="3")
    for member in (CHANDRA, DANA, MO):
        await join(world, member)


@pytest.mark.parametrize(("hours_to_go", "minutes"), [(48, 120), (3, 120), (2.99, 30), (1, 30), (0.25, 15)])
def test_how_long_a_freed_seat_is_kept(hours_to_go: float, minutes: float) -> None:
    now = THURSDAY - timedelta(hours=hours_to_go)
    assert offer_lasts(now, THURSDAY) == timedelta(minutes=minutes)


async def test_who_finds_no_seat_waits_and_is_offered_the_next_one_within_a_minute(world: Playground) -> None:
    await full(world)
    assert "You're on the waitlist" in (await join(world, BOB)).text
    await press(world, DANA, await card(world, DANA), "Can't")
    await pass_time(world, timedelta(minutes=1))
    [offer] = told(world, BOB, "A seat is free")
    assert "You're in" in (await press(world, BOB, offer, "I'm in")).text


async def test_an_offer_that_lapses_passes_on_and_counts_against_nobody(world: Playground) -> None:
    await full(world)
    await join(world, BOB)
    await join(world, ALICE, "Listening only")
    await press(world, MO, await card(world, MO), "Can't")
    await pass_time(world, timedelta(minutes=119))
    assert not told(world, ALICE, "A seat is free"), "it is still Bob's"
    await pass_time(world, timedelta(minutes=2))
    [offer] = told(world, ALICE, "A seat is free")
    assert labels(offer) == ["Listening only", "Not this time"]
    late = await press(world, BOB, told(world, BOB, "A seat is free")[0], "I'm in")
    assert "You're on the waitlist" in late.text


async def test_a_no_to_an_offer_passes_it_on_at_once(world: Playground) -> None:
    await full(world)
    await join(world, BOB)
    await join(world, ALICE)
    await press(world, MO, await card(world, MO), "Can't")
    await tick(world)
    await press(world, BOB, told(world, BOB, "A seat is free")[0], "Not this time")
    await tick(world)
    assert told(world, ALICE, "A seat is free")


async def test_nobody_overtakes_those_who_wait(world: Playground) -> None:
    await full(world)
    await join(world, BOB)
    await press(world, MO, await card(world, MO), "Can't")
    assert "You're on the waitlist" in (await join(world, ALICE)).text, "the free seat is Bob's to take"


async def test_only_those_who_are_in_are_reminded_an_hour_before(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    await join(world, DANA, "Maybe")
    world.now = THURSDAY - timedelta(hours=1, seconds=1)
    await tick(world)
    assert not told(world, CHANDRA, "Evening circle is")
    await pass_time(world, timedelta(seconds=2))
    await pass_time(world, timedelta(hours=2))
    assert len(told(world, CHANDRA, "Evening circle is")) == 1
    assert not told(world, DANA, "Evening circle is")


async def test_a_day_before_and_now_are_ticks(world: Playground) -> None:
    await published(world)
    said = await press(world, CHANDRA, await join(world, CHANDRA), "Reminders")
    said = await press(world, CHANDRA, said, "A day before: off")
    said = await press(world, CHANDRA, said, "When it starts: off")
    said = await press(world, CHANDRA, said, "1 hour before: on")
    assert "a day before and when it starts" in said.text
    await pass_time(world, THURSDAY - world.now + timedelta(minutes=1))
    assert len(told(world, CHANDRA, "Evening circle is")) == 1, "the day before"
    assert len(told(world, CHANDRA, "Evening circle starts now")) == 1


async def test_the_reminders_of_a_social_one_say_that_nobody_drinks_and_of_no_other(world: Playground) -> None:
    await published(world, title="Board games", kind="social")
    await published(world)
    for title in ("Board games", "Evening circle"):
        said = await press(world, CHANDRA, await join(world, CHANDRA, title=title), "Reminders")
        await press(world, CHANDRA, said, "When it starts: off")
    world.now = THURSDAY - timedelta(hours=1)
    await tick(world)
    world.now = THURSDAY
    await tick(world)
    for words in ("is", "starts now"):
        [social] = told(world, CHANDRA, f"Board games {words}")
        [circle] = told(world, CHANDRA, f"Evening circle {words}")
        assert "Nobody drinks or uses anything there." in social.text
        assert "Nobody drinks" not in circle.text


async def test_who_comes_late_to_the_list_gets_no_reminder_for_a_window_that_has_passed(world: Playground) -> None:
    await published(world)
    world.now = THURSDAY - timedelta(minutes=40)
    await join(world, CHANDRA)
    await pass_time(world, timedelta(hours=1))
    assert not told(world, CHANDRA, "Evening circle is")


@pytest.mark.parametrize(("late", "arrives"), [(14, 1), (16, 0)])
async def test_a_reminder_more_than_a_quarter_of_an_hour_late_is_dropped(
    world: Playground, late: int, arrives: int
) -> None:
    await published(world)
    await join(world, CHANDRA)
    world.now = THURSDAY - timedelta(hours=1) + timedelta(minutes=late)
    await tick(world)
    assert len(told(world, CHANDRA, "Evening circle is")) == arrives


@pytest.mark.parametrize(("late", "arrives"), [(9, 1), (11, 0)])
async def test_now_is_dropped_after_ten_minutes(world: Playground, late: int, arrives: int) -> None:
    await published(world)
    said = await press(world, CHANDRA, await join(world, CHANDRA), "Reminders")
    await press(world, CHANDRA, said, "When it starts: off")
    world.now = THURSDAY + timedelta(minutes=late)
    await tick(world)
    assert len(told(world, CHANDRA, "starts now")) == arrives


async def test_a_seat_given_up_after_planning_sends_no_reminder(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    world.now = THURSDAY - timedelta(hours=1)
    await world.bot.run_jobs("tick", world.now)
    await press(world, CHANDRA, await card(world, CHANDRA), "Can't")
    await world.bot.dispatcher.run(world.now)
    assert not told(world, CHANDRA, "Evening circle is")


async def test_every_time_means_a_seat_at_each_date_without_asking(world: Playground) -> None:
    await published(world)
    said = await join(world, CHANDRA)
    await press(world, CHANDRA, said, "I come every time")
    await pass_time(world, timedelta(days=22))
    assert len(told(world, CHANDRA, "Evening circle is")) == 3
    assert not told(world, CHANDRA, "Evening circle meets"), "nobody asks who said every time"


async def test_members_of_a_circle_are_asked_once_about_the_next_date(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    await pass_time(world, timedelta(days=12))
    [asked] = told(world, CHANDRA, "Evening circle meets")
    assert labels(asked) == ["I'm in", "Listening only", "Maybe", "Can't"]
    assert "You're in" in (await press(world, CHANDRA, asked, "I'm in")).text


async def test_a_wish_is_answered_once(world: Playground) -> None:
    empty = await world.chat.say(DANA, "circle list")
    assert labels(empty) == ["Yes", "No"]
    asked = await press(world, DANA, empty, "Yes")
    assert "I'll tell you once" in (await press(world, DANA, asked, "Yes")).text
    await published(world)
    await published(world, title="Another circle", when="friday 19:00")
    assert len(told(world, DANA, "A circle starts. You asked me to tell you.")) == 1
    assert await rows(world, "SELECT count(*) FROM circle_wishes") == [(0,)]


async def test_who_leaves_frees_their_seats(world: Playground) -> None:
    await full(world)
    await join(world, BOB)
    which = await world.chat.say(DANA, "circle leave")
    assert "your seats are free" in (await press(world, DANA, which, "Evening circle")).text
    await tick(world)
    assert told(world, BOB, "A seat is free")
    assert await rows(world, "SELECT count(*) FROM circle_members WHERE circle = 1") == [(3,)]


async def test_forgetting_frees_the_seat_and_leaves_nothing(world: Playground) -> None:
    await full(world)
    await join(world, BOB)
    await world.chat.say(MO, "forget-me")
    await world.chat.say(MO, "delete everything")
    await tick(world)
    assert told(world, BOB, "A seat is free")
    for table in ("circle_answers", "circle_members", "circle_hosts", "circle_wishes", "circle_turns"):
        assert await rows(world, f"SELECT count(*) FROM {table} LEFT JOIN persons ON persons.id = person"
                                 " WHERE persons.id IS NULL") == [(0,)]  # fmt: skip


async def test_my_data_says_what_circles_keep(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    files = {file.name: file.content.decode() for file in (await world.chat.say(CHANDRA, "my-data")).files}
    assert "Evening circle" in files["my-data.txt"]


async def test_a_stranger_to_the_community_cannot_answer_by_id(world: Playground) -> None:
    await published(world)
    said = await world.chat.press(EVE, Button(Text("x"), "circles.answer", "1|in", row="-"))
    assert "community we don't share" in said.text
    said = await world.chat.press(EVE, Button(Text("x"), "circles.card", "1", row="-"))
    assert "community we don't share" in said.text


@pytest.mark.parametrize("value", ["", "x|in", "1|", "1|offered", "99|in", "1|in|in", "-1|in", "9" * 40 + "|in"])
async def test_an_invented_answer_changes_nothing(world: Playground, value: str) -> None:
    await published(world)
    before = await rows(world, "SELECT count(*) FROM circle_answers")
    await world.chat.press(CHANDRA, Button(Text("x"), "circles.answer", value, row="-"))
    assert await rows(world, "SELECT count(*) FROM circle_answers") == before

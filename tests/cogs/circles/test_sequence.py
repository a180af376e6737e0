"""SEQUENCE grows with every change of a date, and never falls: a calendar keeps what has the higher one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from sqlite3 import Connection

import icalendar

from bot.clocks.rules.running import Rules
from bot.delivery import new_rules
from tests.cast import ALICE, CHANDRA, DAY, Playground
from tests.cogs.circles.cast import join, pass_time, press, published, tick, told

THURSDAY = datetime(2026, 4, 2, 17, tzinfo=UTC)
"""The first date: 19:00 in Berlin."""
WEEK = timedelta(days=7)


async def standing(world: Playground) -> dict[str, tuple[int, str, datetime]]:
    """Each date in Chandra's calendar by its name: SEQUENCE, STATUS and when it starts."""
    [file] = (await world.chat.say(CHANDRA, "circle calendar")).files
    events = icalendar.Calendar.from_ical(file.content).walk("VEVENT")
    return {str(one["UID"]): (int(str(one["SEQUENCE"])), str(one["STATUS"]), one.decoded("dtstart")) for one in events}


async def host_moves(world: Playground, when: str, number: int = 1) -> None:
    screen = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    await press(world, ALICE, screen, f"Move {number}")
    await press(world, ALICE, await world.chat.say(ALICE, when), "Move it")
    await tick(world)


def at(found: dict[str, tuple[int, str, datetime]], starts: datetime) -> list[tuple[int, str]]:
    return [(sequence, status) for sequence, status, start in found.values() if start == starts]


async def test_a_date_moved_to_an_earlier_day_does_not_come_back_when_it_is_over(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    name = next(uid for uid, one in (await standing(world)).items() if one[2] == THURSDAY)
    await host_moves(world, "tuesday 15:00")
    assert (await standing(world))[name] == (1, "CONFIRMED", datetime(2026, 3, 31, 13, tzinfo=UTC))
    await pass_time(world, datetime(2026, 3, 31, 20, tzinfo=UTC) - world.now)
    found = await standing(world)
    assert name not in found
    assert at(found, THURSDAY) == []
    assert min(start for _sequence, _status, start in found.values()) == THURSDAY + WEEK


async def test_a_last_date_that_was_moved_to_an_earlier_day_is_the_last(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    await pass_time(world, THURSDAY + 7 * WEEK - 4 * DAY - world.now)
    await host_moves(world, "tuesday 15:00")
    await pass_time(world, 3 * DAY)
    assert len(told(world, CHANDRA, "Evening circle has met for the last time.")) == 1
    await pass_time(world, WEEK)
    assert len(told(world, CHANDRA, "Evening circle has met for the last time.")) == 1


async def test_no_sequence_ever_falls_whatever_the_host_does(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    highest: dict[str, tuple[int, datetime]] = {}
    moves = {1: "wednesday 15:00", 6: "sunday 15:00", 9: "thursday 20:00", 15: "tuesday 11:00"}
    for day in range(28):
        if day in moves:
            await host_moves(world, moves[day])
        for name, (sequence, _status, start) in (await standing(world)).items():
            before, was = highest.get(name, (-1, start))
            assert sequence >= before
            assert sequence > before or start == was, "another time has a higher number"
            highest[name] = sequence, start
        await pass_time(world, DAY)
    assert len(highest) == 8


def an_hour_off(connection: Connection) -> None:
    """As the rules before would have left what is open."""
    connection.execute("UPDATE gatherings SET starts = starts - 3600, ends = ends - 3600, due = due - 3600")


async def follow(world: Playground, rules: str) -> None:
    prints = Rules(rules, {"Europe/Berlin": rules})
    await new_rules.follow(world.bot.database, world.bot.registry.cogs, prints, "UTC", world.now)


async def test_new_rules_of_its_zone_are_a_change_of_every_date(world: Playground) -> None:
    """Also of those that no row stands for yet, and of those that are opened afterwards."""
    await published(world)
    await join(world, CHANDRA)
    await follow(world, "first")
    before = await standing(world)
    assert {sequence for sequence, _status, _start in before.values()} == {0}
    await world.bot.database.write(an_hour_off)
    await follow(world, "second")
    after = await standing(world)
    assert {name: (sequence, start) for name, (sequence, _status, start) in after.items()} == {
        name: (1, start) for name, (_sequence, _status, start) in before.items()
    }
    await pass_time(world, 3 * WEEK)
    assert {sequence for sequence, _status, _start in (await standing(world)).values()} == {1}
    assert len(told(world, CHANDRA, "Evening circle stays at 19:00, Berlin time")) == 1
    assert len(told(world, ALICE, "Evening circle stays at 19:00, Berlin time")) == 1


async def test_a_date_that_was_moved_stays_at_the_time_it_was_moved_to(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    await host_moves(world, "saturday 15:00")
    await follow(world, "first")
    await world.bot.database.write(an_hour_off)
    await follow(world, "second")
    saturday = datetime(2026, 4, 4, 13, tzinfo=UTC)
    assert at(await standing(world), saturday) == [(2, "CONFIRMED")]
    await pass_time(world, timedelta(hours=1))
    assert saturday in [event.starts for event in world.chat.events.values()], "the platform's calendar follows"


async def test_what_waits_to_be_told_of_a_date_is_told_after_new_rules_too(world: Playground) -> None:
    """An hour before it, as it was chosen: the reminder is of the same date, whatever its number."""
    await published(world)
    await join(world, CHANDRA)
    await follow(world, "first")
    await world.bot.database.write(an_hour_off)
    await follow(world, "second")
    await pass_time(world, THURSDAY - timedelta(minutes=30) - world.now)
    assert len(told(world, CHANDRA, "Evening circle is ")) == 1

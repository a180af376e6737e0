"""When the rules of a zone change, what was derived by the old ones is derived anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection

from bot.clocks.rules.running import Rules
from bot.delivery import new_rules
from storage.members import zones
from tests.cast import ALICE, Playground, button

HOUR = 3600
OTHERS = Rules("2099z", {"Europe/Berlin": "others", "Europe/Lisbon": "others"})


def due(connection: Connection) -> tuple[int, str]:
    row: tuple[int, str] = connection.execute("SELECT due, zone FROM checkin_schedules").fetchone()
    return row


def shift(connection: Connection, by: int) -> None:
    """As older rules, an hour off, would have left it."""
    connection.execute("UPDATE checkin_schedules SET due = due + ?", (by,))


def rename(connection: Connection, zone: str) -> None:
    connection.execute("UPDATE checkin_schedules SET zone = ?", (zone,))
    connection.execute("UPDATE persons SET zone = ?", (zone,))


def outbox(connection: Connection) -> Sequence[object]:
    return connection.execute("SELECT * FROM deliveries ORDER BY id").fetchall()


async def alice_wants_a_check_in(world: Playground) -> tuple[int, str]:
    answer = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(answer, "Yes"))
    return await world.bot.database.read(due)


async def follow(world: Playground, fallback: str = "UTC", now: datetime | None = None, rules: Rules = OTHERS) -> None:
    await new_rules.follow(world.bot.database, world.bot.registry.cogs, rules, fallback, now or world.now)


async def test_alice_is_asked_at_her_hour_by_the_new_rules(world: Playground) -> None:
    right = await alice_wants_a_check_in(world)
    await world.bot.database.write(shift, HOUR)
    before = await world.bot.database.read(outbox)
    await follow(world)
    assert await world.bot.database.read(due) == right
    assert await world.bot.database.read(outbox) == before, "she is asked when she said, and needs to hear nothing"


async def test_the_same_rules_are_adopted_once(world: Playground) -> None:
    await alice_wants_a_check_in(world)
    for _start in range(2):
        await follow(world)
    before = await world.bot.database.read(due)
    await world.bot.database.write(shift, HOUR)  # nobody looks: these rules were followed
    await follow(world)
    assert await world.bot.database.read(due) == (before[0] + HOUR, before[1])
    assert await world.bot.database.read(zones.times) == 1


async def test_what_is_due_already_is_not_moved(world: Playground) -> None:
    instant, zone = await alice_wants_a_check_in(world)
    await world.bot.database.write(shift, HOUR)
    later = datetime.fromtimestamp(instant + HOUR, UTC) + timedelta(minutes=1)
    await follow(world, now=later)
    assert await world.bot.database.read(due) == (instant + HOUR, zone)


async def test_rules_of_other_zones_move_nothing(world: Playground) -> None:
    instant, zone = await alice_wants_a_check_in(world)
    await world.bot.database.write(shift, HOUR)
    await follow(world, rules=Rules("2099z", {"America/Havana": "others"}))
    assert await world.bot.database.read(due) == (instant + HOUR, zone)


async def test_a_zone_that_is_no_more_becomes_the_hosts_own(world: Playground) -> None:
    await alice_wants_a_check_in(world)
    await world.bot.database.write(rename, "Atlantis/Poseidonis")
    await follow(world, "Europe/Lisbon", rules=Rules("2099z", {"Europe/Berlin": "others"}))
    instant, zone = await world.bot.database.read(due)
    assert zone == "Europe/Lisbon"
    assert datetime.fromtimestamp(instant, UTC).hour == 19  # Lisbon keeps UTC until the clocks change that night

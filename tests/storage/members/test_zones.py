"""When the rules of a zone change, what was derived by the old ones is derived anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from sqlite3 import Connection

from bot.clocks.zones import tzdata_version
from storage.database import platforms
from storage.members import zones
from tests.cast import ALICE, Playground, button

HOUR = 3600


def due(connection: Connection) -> tuple[int, str]:
    row: tuple[int, str] = connection.execute("SELECT due, zone FROM checkin_schedules").fetchone()
    return row


def shift(connection: Connection, by: int) -> None:
    """As older rules, an hour off, would have left it."""
    connection.execute("UPDATE checkin_schedules SET due = due + ?", (by,))
    platforms.set_state(connection, *zones.NAME, "1999a")


def rename(connection: Connection, zone: str) -> None:
    connection.execute("UPDATE checkin_schedules SET zone = ?", (zone,))
    connection.execute("UPDATE persons SET zone = ?", (zone,))


async def alice_wants_a_check_in(world: Playground) -> tuple[int, str]:
    answer = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(answer, "Yes"))
    return await world.bot.database.read(due)


async def test_alice_is_asked_at_her_hour_by_the_new_rules(world: Playground) -> None:
    right = await alice_wants_a_check_in(world)
    await world.bot.database.write(shift, HOUR)
    moved = await world.bot.database.write(zones.adopt, tzdata_version(), "UTC", world.now)
    assert (moved, await world.bot.database.read(due)) == (1, right)


async def test_the_same_rules_are_adopted_once(world: Playground) -> None:
    await alice_wants_a_check_in(world)
    for _start in range(2):
        await world.bot.database.write(zones.adopt, tzdata_version(), "UTC", world.now)
    before = await world.bot.database.read(due)
    assert await world.bot.database.write(zones.adopt, tzdata_version(), "UTC", world.now) == 0
    assert await world.bot.database.read(due) == before


async def test_what_is_due_already_is_not_moved(world: Playground) -> None:
    instant, _zone = await alice_wants_a_check_in(world)
    await world.bot.database.write(shift, 0)
    later = datetime.fromtimestamp(instant, UTC) + timedelta(minutes=1)
    assert await world.bot.database.write(zones.adopt, "2099z", "UTC", later) == 0


async def test_a_zone_that_is_no_more_becomes_the_hosts_own(world: Playground) -> None:
    await alice_wants_a_check_in(world)
    await world.bot.database.write(rename, "Atlantis/Poseidonis")
    await world.bot.database.write(zones.adopt, "2099z", "Europe/Lisbon", world.now)
    instant, zone = await world.bot.database.read(due)
    assert zone == "Europe/Lisbon"
    assert datetime.fromtimestamp(instant, UTC).hour == 19  # Lisbon keeps UTC until the clocks change that night

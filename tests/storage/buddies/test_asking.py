"""Who is asked for company answers for themselves: one word at a time, two for a request, and nobody hears of a no."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

import pytest

from bot.messages import Community, Person
from storage.buddies import asking
from storage.company import company, helping
from storage.company.company import ASKED, OVER, SOMEONE
from storage.members import blocks
from storage.moderation import holds
from tests.storage.company.test_helping import ROUTING, settle
from tests.storage.conftest import HOUR, MINUTE, NOW, SECOND, person


@pytest.fixture
def asker(connection: Connection, alice: Person, porch: Community) -> Person:
    return settle(connection, alice, porch, helping.COMPANY)


def helpers(connection: Connection, porch: Community, count: int) -> list[Person]:
    """So many who help at any hour."""
    found = [settle(connection, person(connection, f"helper{number}"), porch) for number in range(count)]
    for one in found:
        helping.set_hours(connection, one, "UTC", "00:00", "00:00", helping.EVERY_DAY)
    return found


def open_request(connection: Connection, who: Person, where: Community, now: datetime = NOW) -> int:
    row = company.draft(connection, who, where, frozenset({"helpers"}), now)
    assert company.send(connection, who, row, now) is not None
    return row


def look(connection: Connection, now: datetime = NOW) -> None:
    asking.look(connection, now, ROUTING, 100)


def due(connection: Connection, row: int) -> datetime | None:
    [at] = connection.execute("SELECT due FROM company_requests WHERE id = ?", (row,)).fetchone()
    return datetime.fromtimestamp(at, NOW.tzinfo) if at else None


def asked(connection: Connection, state: str = "asked") -> list[tuple[int, Person]]:
    rows = connection.execute("SELECT id, person FROM company_asks WHERE state = ? ORDER BY id", (state,))
    return [(row, Person(who)) for row, who in rows]


def told(connection: Connection, kind: str) -> list[Person]:
    rows = connection.execute("SELECT person FROM deliveries WHERE kind = ? ORDER BY id", (kind,))
    return [Person(who) for (who,) in rows]


def test_i_can_is_told_to_the_one_who_asked_and_counted_once(
    connection: Connection, asker: Person, mo: Person, porch: Community
) -> None:
    [helper] = helpers(connection, porch, 1)
    row = open_request(connection, asker, porch)
    look(connection)
    [(ask, _who)] = asked(connection)
    assert asking.can(connection, mo, ask, NOW) == asking.can(connection, helper, ask + 1, NOW) == "closed"
    for _time in range(2):
        assert asking.can(connection, helper, ask, NOW + MINUTE) == "can"
    assert told(connection, SOMEONE) == [asker]
    assert connection.execute("SELECT person FROM company_gave").fetchall() == [(helper.id,)]
    assert company.of_request(connection, row, "can")[0].answered == NOW + MINUTE


def test_an_offer_waits_an_hour_or_until_the_request_closes(
    connection: Connection, asker: Person, porch: Community
) -> None:
    people = helpers(connection, porch, 2)
    open_request(connection, asker, porch)
    look(connection)
    for who, (ask, _), after in zip(people, asked(connection), (HOUR - SECOND, HOUR + SECOND), strict=True):
        asking.can(connection, who, ask, NOW + after)
    expires = connection.execute("SELECT expires FROM deliveries WHERE kind = ? ORDER BY id", (SOMEONE,)).fetchall()
    assert expires == [((NOW + 2 * HOUR - SECOND).timestamp(),), ((NOW + 2 * HOUR).timestamp(),)]


def test_a_third_is_too_many_until_one_takes_it_back(connection: Connection, asker: Person, porch: Community) -> None:
    people = helpers(connection, porch, 3)
    open_request(connection, asker, porch)
    look(connection)
    asks = [row for row, _who in asked(connection)]
    assert [asking.can(connection, *two, NOW) for two in zip(people, asks, strict=True)] == ["can", "can", "closed"]
    asking.cannot(connection, people[0], asks[0], NOW)
    assert asking.can(connection, people[2], asks[2], NOW) == "can"


def test_nobody_gives_their_word_to_two(connection: Connection, asker: Person, mo: Person, porch: Community) -> None:
    [helper] = helpers(connection, porch, 1)
    settle(connection, mo, porch, helping.COMPANY)
    open_request(connection, asker, porch)
    open_request(connection, mo, porch)
    look(connection)
    look(connection, NOW + asking.WAVE_EVERY)
    (first, _), (second, _) = asked(connection)
    later = NOW + asking.WAVE_EVERY
    assert asking.can(connection, helper, first, later) == "can"
    assert asking.can(connection, helper, second, later) == "busy"
    asking.cannot(connection, helper, first, later)
    assert asking.can(connection, helper, second, later) == "can"


@pytest.mark.parametrize("turned", [False, True])
def test_who_avoids_the_other_cannot(connection: Connection, asker: Person, porch: Community, turned: bool) -> None:
    [helper] = helpers(connection, porch, 1)
    open_request(connection, asker, porch)
    look(connection)
    blocks.add(connection, *((asker, helper) if turned else (helper, asker)), NOW)
    [(ask, _)] = asked(connection)
    assert asking.can(connection, helper, ask, NOW) == "closed"
    assert told(connection, SOMEONE) == []


@pytest.mark.parametrize("helps", [False, True])
def test_who_is_held_is_introduced_to_nobody_on_either_side(
    connection: Connection, asker: Person, porch: Community, helps: bool
) -> None:
    [helper] = helpers(connection, porch, 1)
    held = helper if helps else asker
    open_request(connection, asker, porch)
    look(connection)
    [(ask, _)] = asked(connection)
    holds.hold(connection, porch, held, None, NOW)
    assert asking.can(connection, helper, ask, NOW) == "closed"
    holds.end(connection, porch, held, NOW)
    assert asking.can(connection, helper, ask, NOW) == "can"
    holds.hold(connection, porch, held, None, NOW)
    assert company.accept(connection, asker, ask, NOW) is None
    assert told(connection, company.NAMES) == []
    assert told(connection, company.OVER) == [helper], "in the usual words"


def test_at_the_last_second_somebody_can_and_then_nobody(
    connection: Connection, asker: Person, porch: Community
) -> None:
    people = helpers(connection, porch, 2)
    open_request(connection, asker, porch)
    look(connection)
    (first, _), (second, _) = asked(connection)
    assert asking.can(connection, people[0], first, NOW + 2 * HOUR - SECOND) == "can"
    assert asking.can(connection, people[1], second, NOW + 2 * HOUR) == "closed"


def test_after_the_end_nobody_can(connection: Connection, asker: Person, porch: Community) -> None:
    people = helpers(connection, porch, 2)
    open_request(connection, asker, porch)
    look(connection)
    first, second = (row for row, _who in asked(connection))
    asking.cannot(connection, people[0], first, NOW)
    company.withdraw(connection, asker, NOW)
    assert asking.can(connection, people[0], first, NOW) == asking.can(connection, people[1], second, NOW) == "closed"


def test_not_now_is_told_to_nobody_and_may_be_thought_over(
    connection: Connection, asker: Person, mo: Person, porch: Community
) -> None:
    [helper] = helpers(connection, porch, 1)
    row = open_request(connection, asker, porch)
    look(connection)
    [(ask, _)] = asked(connection)
    before = connection.execute("SELECT count(*) FROM deliveries").fetchone()
    asking.cannot(connection, mo, ask, NOW)
    assert asked(connection) == [(ask, helper)], "Mo says nothing for somebody else"
    asking.cannot(connection, helper, ask, NOW + MINUTE)
    assert asked(connection, "no") == [(ask, helper)]
    assert due(connection, row) == NOW + MINUTE, "the next are asked"
    assert connection.execute("SELECT count(*) FROM deliveries").fetchone() == before
    assert asking.can(connection, helper, ask, NOW + MINUTE) == "can"


def test_two_who_must_not_meet_hear_of_no_end_but_the_usual_one(
    connection: Connection, asker: Person, mo: Person, porch: Community
) -> None:
    first, second, third = helpers(connection, porch, 3)
    row = open_request(connection, asker, porch)
    look(connection)
    asks = [ask for ask, _who in asked(connection)]
    for who, ask in ((first, asks[0]), (third, asks[2])):
        asking.can(connection, who, ask, NOW)
    asking.separate(connection, first, asker, NOW + MINUTE)
    asking.separate(connection, asker, second, NOW + MINUTE)
    asking.separate(connection, mo, third, NOW + MINUTE)
    assert asked(connection, "ended") == [(asks[0], first), (asks[1], second)]
    assert asked(connection, "can") == [(asks[2], third)], "Mo has nothing to do with it"
    assert told(connection, OVER) == [first]
    assert told(connection, ASKED) == [first, third], "the question was on its way"
    keys = connection.execute("SELECT nominal_key FROM deliveries WHERE kind = ?", (SOMEONE,)).fetchall()
    assert keys == [(f"{SOMEONE}:{asks[2]}",)]
    assert due(connection, row) == NOW + MINUTE

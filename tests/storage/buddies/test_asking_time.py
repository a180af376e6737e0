"""What time does to a request: the next are asked, a claim ends, half time is told, and every request is closed."""

from __future__ import annotations

from collections.abc import Mapping
from sqlite3 import Connection

import pytest

from bot.messages import Community, Person
from cogs.company.hours import choose
from storage.buddies import asking
from storage.company import company, helping
from storage.company.company import ASKED, CLOSED, HALF, OVER, Request
from storage.company.helping import Routing
from storage.members import members
from storage.moderation import holds
from tests.storage.buddies.test_asking import asked, due, helpers, look, open_request, told
from tests.storage.company.test_helping import ROUTING, settle
from tests.storage.conftest import HOUR, MINUTE, NOW, SECOND

CLOSES = NOW + 2 * HOUR


@pytest.fixture
def asker(connection: Connection, alice: Person, porch: Community) -> Person:
    return settle(connection, alice, porch, helping.COMPANY)


def request(connection: Connection, row: int) -> Request:
    found = company.get(connection, row)
    assert found is not None
    return found


def how(connection: Connection, outcome: str) -> int:
    rows = connection.execute("SELECT requests FROM company_totals WHERE outcome = ?", (outcome,)).fetchall()
    return sum(count for (count,) in rows)


def test_the_next_three_are_asked_after_ten_minutes_to_the_second(
    connection: Connection, asker: Person, porch: Community
) -> None:
    people = helpers(connection, porch, 5)
    row = open_request(connection, asker, porch)
    for after, count in ((0 * SECOND, 3), (asking.WAVE_EVERY - SECOND, 3), (asking.WAVE_EVERY, 5), (HOUR, 5)):
        company.look_again_by(connection, row, NOW + after)
        look(connection, NOW + after)
        assert [who for _ask, who in asked(connection)] == people[:count]
    assert told(connection, ASKED) == people, "and nobody twice"


def test_a_question_waits_as_long_as_the_request_or_the_helpers_hours(
    connection: Connection, asker: Person, porch: Community
) -> None:
    early, _late = helpers(connection, porch, 2)
    helping.set_hours(connection, early, "UTC", "12:00", "12:30", helping.EVERY_DAY)
    open_request(connection, asker, porch)
    look(connection)
    expires = connection.execute("SELECT expires FROM deliveries WHERE kind = ? ORDER BY id", (ASKED,)).fetchall()
    assert expires == [((NOW + 30 * MINUTE).timestamp(),), (CLOSES.timestamp(),)]


def test_who_was_asked_something_else_is_let_be_for_ten_minutes(
    connection: Connection, asker: Person, mo: Person, porch: Community
) -> None:
    helpers(connection, porch, 1)
    settle(connection, mo, porch, helping.COMPANY)
    open_request(connection, asker, porch)
    look(connection)
    row = open_request(connection, mo, porch)
    for after, count in ((0 * SECOND, 1), (asking.WAVE_EVERY - SECOND, 1), (asking.WAVE_EVERY, 2)):
        company.look_again_by(connection, row, NOW + after)
        look(connection, NOW + after)
        assert len(asked(connection)) == count


def test_who_is_with_somebody_is_not_asked(connection: Connection, asker: Person, mo: Person, porch: Community) -> None:
    [helper] = helpers(connection, porch, 1)
    settle(connection, mo, porch, helping.COMPANY)
    open_request(connection, asker, porch)
    look(connection)
    [(ask, _)] = asked(connection)
    asking.can(connection, helper, ask, NOW)
    company.accept(connection, asker, ask, NOW)
    row = open_request(connection, mo, porch)
    for after in (SECOND, 2 * HOUR - SECOND):
        company.look_again_by(connection, row, NOW + after)
        look(connection, NOW + after)
        assert asked(connection) == []


def test_only_those_whom_the_one_who_asks_chose_are_asked(
    connection: Connection, asker: Person, bob: Person, porch: Community
) -> None:
    settle(connection, bob, porch, helping.COMPANY)

    def near(_connection: Connection, _person: Person, _community: Community) -> Mapping[str, frozenset[Person]]:
        return {"buddy": frozenset({bob})}

    row = open_request(connection, asker, porch)
    asking.look(connection, NOW, Routing(choose, near), 100)
    assert asked(connection) == []
    company.widen(connection, asker, row, frozenset({"buddy"}), NOW)
    asking.look(connection, NOW, Routing(choose, near), 100)
    assert [who for _ask, who in asked(connection)] == [bob]
    assert connection.execute("SELECT purpose FROM deliveries").fetchall() == [(helping.COMPANY,)]


def test_while_somebody_can_nobody_else_is_asked_for_an_hour_to_the_second(
    connection: Connection, asker: Person, porch: Community
) -> None:
    people = helpers(connection, porch, 4)
    row = open_request(connection, asker, porch)
    look(connection)
    [(ask, helper), *_rest] = asked(connection)
    asking.can(connection, helper, ask, NOW)
    for after in (asking.WAVE_EVERY, company.CLAIM - SECOND):
        company.look_again_by(connection, row, NOW + after)
        look(connection, NOW + after)
        assert len(asked(connection)) == 2
        assert asked(connection, "can") == [(ask, helper)]
    assert due(connection, row) == NOW + company.CLAIM
    look(connection, NOW + company.CLAIM)
    assert asked(connection, "ended") == [(ask, helper)]
    assert told(connection, OVER) == [helper]
    assert asking.can(connection, helper, ask, NOW + company.CLAIM) == "closed"
    assert [who for _ask, who in asked(connection)] == people[1:]


def test_at_half_time_an_unanswered_request_is_told_once(
    connection: Connection, asker: Person, porch: Community
) -> None:
    row = open_request(connection, asker, porch)
    for after, count in ((HOUR - SECOND, 0), (HOUR, 1), (HOUR + MINUTE, 1)):
        company.look_again_by(connection, row, NOW + after)
        look(connection, NOW + after)
        assert told(connection, HALF) == [asker] * count


def test_who_offered_makes_half_time_silent_and_the_end_another_one(
    connection: Connection, asker: Person, mo: Person, porch: Community
) -> None:
    [helper] = helpers(connection, porch, 1)
    open_request(connection, asker, porch)
    look(connection)
    [(ask, _)] = asked(connection)
    asking.can(connection, helper, ask, NOW)
    open_request(connection, settle(connection, mo, porch, helping.COMPANY), porch)
    for now in (NOW + HOUR, CLOSES - SECOND, CLOSES):
        look(connection, now)
    assert told(connection, HALF) == [mo]
    assert (how(connection, "not today"), how(connection, "unanswered")) == (1, 1), "Mo was offered nothing"


def test_it_closes_when_its_time_is_over_to_the_second(connection: Connection, asker: Person, porch: Community) -> None:
    [helper] = helpers(connection, porch, 1)
    row = open_request(connection, asker, porch)
    look(connection)
    [(ask, _)] = asked(connection)
    asking.cannot(connection, helper, ask, NOW)
    for after, state, count in ((2 * HOUR - SECOND, "open", 0), (2 * HOUR, "closed", 1), (3 * HOUR, "closed", 1)):
        company.look_again_by(connection, row, NOW + after)
        look(connection, NOW + after)
        assert request(connection, row).state == state
        assert told(connection, CLOSED) == [asker] * count
    assert how(connection, "unanswered") == 1, "a no is no offer"
    assert due(connection, row) is None


def test_it_is_looked_at_again_at_the_next_moment_that_counts(
    connection: Connection, asker: Person, porch: Community
) -> None:
    row = open_request(connection, asker, porch)
    for after, again in ((0, 10), (55, 60), (60, 70), (115, 120)):
        company.look_again_by(connection, row, NOW + after * MINUTE)
        look(connection, NOW + after * MINUTE)
        assert due(connection, row) == NOW + again * MINUTE


def test_whom_moderators_hold_asks_nobody(connection: Connection, asker: Person, porch: Community) -> None:
    helpers(connection, porch, 1)
    row = open_request(connection, asker, porch)
    holds.hold(connection, porch, asker, None, NOW)
    look(connection)
    assert asked(connection) == []
    assert request(connection, row).state == "closed"
    assert (told(connection, CLOSED), how(connection, "held")) == ([asker], 1)


def test_two_hours_after_they_met_it_is_asked_how_it_went_once(
    connection: Connection, asker: Person, porch: Community
) -> None:
    [helper] = helpers(connection, porch, 1)
    row = open_request(connection, asker, porch)
    look(connection)
    [(ask, _)] = asked(connection)
    asking.can(connection, helper, ask, NOW)
    company.accept(connection, asker, ask, NOW)
    for after, state, count in ((2 * HOUR - SECOND, "met", 0), (2 * HOUR, "closed", 1), (3 * HOUR, "closed", 1)):
        look(connection, NOW + after)
        assert request(connection, row).state == state
        assert told(connection, company.AFTER) == [asker] * count
    assert not helping.is_busy(connection, helper)
    told_after = connection.execute("SELECT expires - due, purpose FROM deliveries WHERE kind = ?", (company.AFTER,))
    assert told_after.fetchall() == [(asking.AFTER_KEPT.total_seconds(), helping.COMPANY)]


def test_it_says_whether_there_may_be_more(connection: Connection, asker: Person, mo: Person, porch: Community) -> None:
    settle(connection, mo, porch, helping.COMPANY)
    open_request(connection, mo, porch, NOW - SECOND)
    first = open_request(connection, asker, porch)
    assert asking.look(connection, NOW, ROUTING, 1)
    assert due(connection, first) == NOW, "whoever waits longest comes first"
    assert not asking.look(connection, NOW, ROUTING, 2)
    assert due(connection, first) != NOW


def test_a_pause_closes_what_was_asked_to_the_second(
    connection: Connection, asker: Person, mo: Person, porch: Community
) -> None:
    settle(connection, mo, porch, helping.COMPANY)
    rows = [open_request(connection, who, porch) for who in (asker, mo)]
    for until, state in ((NOW, "open"), (NOW + SECOND, "closed")):
        members.pause(connection, asker, NOW - HOUR, until)
        asking.heed_pauses(connection, NOW)
        assert [request(connection, row).state for row in rows] == [state, "open"]
    members.pause(connection, mo, NOW, None)
    for _time in range(2):
        asking.heed_pauses(connection, NOW)
    assert (told(connection, CLOSED), how(connection, "paused")) == ([asker, mo], 2)


def test_a_pause_frees_a_claim_and_the_next_are_asked(connection: Connection, asker: Person, porch: Community) -> None:
    first, second = helpers(connection, porch, 2)
    row = open_request(connection, asker, porch)
    look(connection)
    asks = [ask for ask, _who in asked(connection)]
    for who, ask in zip((first, second), asks, strict=True):
        asking.can(connection, who, ask, NOW)
    members.pause(connection, first, NOW, None)
    asking.heed_pauses(connection, NOW + MINUTE)
    assert asked(connection, "no") == [(asks[0], first)]
    assert asked(connection, "can") == [(asks[1], second)]
    assert due(connection, row) == NOW + MINUTE

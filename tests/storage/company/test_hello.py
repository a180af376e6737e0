"""One name to one willing person, once a week; both must want it, nobody hears of a no, and nobody held is named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from sqlite3 import Connection

import pytest

from bot.messages import Community, Person
from cogs.company.hours import choose
from storage.company import hello, helping
from storage.company.helping import Routing
from storage.members import blocks, consents, members
from storage.moderation import holds
from tests.storage.buddies.test_asking import told
from tests.storage.company.test_helping import ROUTING, settle
from tests.storage.conftest import DAY, HOUR, MINUTE, NOW, SECOND, person, rows_in, tables_naming

BOTH, HELPERS = frozenset({"circles", "helpers"}), frozenset({"helpers"})


@pytest.fixture
def newcomer(connection: Connection, alice: Person, porch: Community) -> Person:
    """Alice, who welcomes a hello from helpers on the porch."""
    settle(connection, alice, porch, hello.HELLO)
    hello.wish(connection, alice, porch, HELPERS, NOW)
    return alice


@pytest.fixture
def helper(connection: Connection, bob: Person, porch: Community) -> Person:
    return willing(connection, bob, porch)


def willing(connection: Connection, who: Person, where: Community) -> Person:
    """Somebody who helps there at any hour."""
    helping.set_hours(connection, settle(connection, who, where), "UTC", "00:00", "00:00", helping.EVERY_DAY)
    return who


def look(connection: Connection, now: datetime = NOW, routing: Routing = ROUTING) -> None:
    hello.offer_due(connection, now, routing, 100)


def named(connection: Connection) -> list[tuple[Person, Person]]:
    """Every name that went out, and to whom."""
    rows = connection.execute('SELECT person, "to" FROM hello_offers ORDER BY id')
    return [(Person(who), Person(to)) for who, to in rows]


def only_offer(connection: Connection) -> int:
    [[row]] = connection.execute("SELECT id FROM hello_offers").fetchall()
    return int(row)


# -- the standing yes --------------------------------------------------------------------------------------------------


def test_a_wish_is_of_one_person_in_one_community_and_the_last_counts(
    connection: Connection, alice: Person, bob: Person, porch: Community, garden: Community
) -> None:
    for audiences in (HELPERS, BOTH):
        hello.wish(connection, alice, porch, audiences, NOW)
    assert hello.wished(connection, alice, porch) == BOTH
    assert hello.wished(connection, alice, garden) == hello.wished(connection, bob, porch) == frozenset()
    hello.wish(connection, alice, garden, HELPERS, NOW)
    hello.wish(connection, bob, porch, HELPERS, NOW)
    hello.wish(connection, alice, porch, frozenset(), NOW)
    assert hello.wished(connection, alice, porch) == frozenset()
    assert rows_in(connection, "hello_wishes") == 2, "from nobody is no wish"
    hello.stop(connection, alice)
    assert connection.execute("SELECT person FROM hello_wishes").fetchall() == [(bob.id,)]


def test_one_name_goes_to_one_person_once_a_week_to_the_second(
    connection: Connection, newcomer: Person, helper: Person, mo: Person, porch: Community
) -> None:
    willing(connection, mo, porch)
    for after, count in ((0 * SECOND, 1), (hello.WEEK - SECOND, 1), (hello.WEEK, 2)):
        look(connection, NOW + after)
        assert len(named(connection)) == len(told(connection, hello.OFFER)) == count
    assert {who for who, _to in named(connection)} == {newcomer}


def test_what_is_told_counts_towards_the_days_cap_and_waits_two_days(
    connection: Connection, newcomer: Person, helper: Person, porch: Community
) -> None:
    look(connection)
    assert connection.execute(
        "SELECT person, community, purpose, capped, expires - due FROM deliveries"
    ).fetchall() == [(helper.id, porch.id, "helper", 1, hello.OPEN.total_seconds())]


def test_off_and_on_again_or_in_another_community_the_week_goes_on(
    connection: Connection, newcomer: Person, helper: Person, porch: Community, garden: Community
) -> None:
    look(connection)
    settle(connection, newcomer, garden, hello.HELLO)
    willing(connection, person(connection, "dana"), garden)
    hello.stop(connection, newcomer)
    for where in (porch, garden):
        hello.wish(connection, newcomer, where, HELPERS, NOW + DAY)
    look(connection, NOW + hello.WEEK - SECOND)
    assert len(named(connection)) == 1
    look(connection, NOW + hello.WEEK)
    assert len(named(connection)) == 2, "one of the two communities"


def test_nobody_hears_two_names_in_a_week(
    connection: Connection, newcomer: Person, helper: Person, mo: Person, porch: Community
) -> None:
    look(connection)
    settle(connection, mo, porch, hello.HELLO)
    hello.wish(connection, mo, porch, HELPERS, NOW)
    for after, count in ((HOUR, 1), (hello.WEEK - SECOND, 1), (hello.WEEK, 2)):
        connection.execute("UPDATE hello_wishes SET due = ? WHERE person = ?", (0, mo.id))
        look(connection, NOW + after)
        assert len(named(connection)) == count
    assert named(connection)[1] == (mo, helper), "whoever was never named comes first"


def test_ones_week_is_ones_own(
    connection: Connection, newcomer: Person, helper: Person, mo: Person, porch: Community
) -> None:
    hello.stop(connection, newcomer)
    settle(connection, mo, porch, hello.HELLO)
    hello.wish(connection, mo, porch, HELPERS, NOW)
    look(connection)
    hello.wish(connection, newcomer, porch, HELPERS, NOW)
    dana = willing(connection, person(connection, "dana"), porch)
    look(connection)
    assert named(connection) == [(mo, helper), (newcomer, dana)]


def test_only_so_many_are_looked_at_and_those_named_longest_ago_first(
    connection: Connection, newcomer: Person, helper: Person, mo: Person, porch: Community
) -> None:
    willing(connection, mo, porch)
    look(connection)
    settle(connection, person(connection, "dana"), porch, hello.HELLO)
    hello.wish(connection, person(connection, "dana"), porch, HELPERS, NOW + hello.WEEK)
    assert hello.offer_due(connection, NOW + hello.WEEK, ROUTING, 1)
    assert named(connection)[1][0] == person(connection, "dana")
    assert not hello.offer_due(connection, NOW + hello.WEEK, ROUTING, 2)


def test_where_nobody_is_there_it_is_looked_again_on_the_hour(
    connection: Connection, newcomer: Person, helper: Person
) -> None:
    helping.set_hours(connection, helper, "UTC", "12:30", "14:00", helping.EVERY_DAY)
    look(connection, NOW + MINUTE)
    for after, count in ((HOUR - SECOND, 0), (HOUR, 1)):
        look(connection, NOW + after)
        assert len(named(connection)) == count


def test_a_hello_comes_only_from_those_it_is_welcome_from(
    connection: Connection, newcomer: Person, helper: Person, mo: Person, porch: Community
) -> None:
    settle(connection, mo, porch, helping.COMPANY)

    def near(_connection: Connection, _person: Person, _community: Community) -> Mapping[str, frozenset[Person]]:
        return {"buddy": frozenset({mo}), "circles": frozenset({mo})}

    look(connection, routing=Routing(choose, near))
    assert named(connection) == [(newcomer, helper)]
    hello.wish(connection, newcomer, porch, BOTH, NOW)
    look(connection, NOW + hello.WEEK, Routing(choose, near))
    assert named(connection)[1] == (newcomer, mo), "circles come first"
    assert connection.execute("SELECT purpose FROM deliveries WHERE person = ?", (mo.id,)).fetchall() == [("company",)]


@pytest.mark.parametrize("what", ["dm", "adult", "hello", "paused", "held", "quiet", "blocked", "avoided", "left"])
def test_whoever_cannot_be_named_is_not(
    connection: Connection, newcomer: Person, helper: Person, mo: Person, porch: Community, what: str
) -> None:
    match what:
        case "paused":
            members.pause(connection, newcomer, NOW, NOW + SECOND)
        case "held":
            holds.hold(connection, porch, newcomer, None, NOW)
        case "quiet":
            holds.quiet(connection, porch, newcomer, mo, NOW)
        case "blocked":
            blocks.add(connection, newcomer, helper, NOW)
        case "avoided":
            blocks.add(connection, helper, newcomer, NOW)
        case "left":
            members.leave(connection, helper, porch, NOW)
        case _:
            consents.withdraw(connection, newcomer, what)
    look(connection)
    assert rows_in(connection, "hello_offers") == rows_in(connection, "deliveries") == 0


def test_a_pause_that_is_over_stands_in_nobodys_way(connection: Connection, newcomer: Person, helper: Person) -> None:
    members.pause(connection, newcomer, NOW - HOUR, NOW)
    look(connection)
    assert named(connection) == [(newcomer, helper)]


# -- hello, and hello back ---------------------------------------------------------------------------------------------


def test_a_hello_is_said_once_and_answered_once_by_the_two_alone(
    connection: Connection, newcomer: Person, helper: Person, mo: Person
) -> None:
    look(connection)
    row = only_offer(connection)
    assert not hello.say_back(connection, newcomer, row, NOW), "nobody has said hello yet"
    assert [hello.say(connection, who, row, NOW) for who in (mo, newcomer, helper, helper)] == [
        False,
        False,
        True,
        False,
    ]
    assert told(connection, hello.SAID) == [newcomer]
    hello.decline(connection, helper, row)
    assert [hello.say_back(connection, who, row, NOW) for who in (mo, helper, newcomer, newcomer)] == [
        *(False, False, True, False)
    ]
    assert told(connection, hello.BACK) == [helper]
    assert not hello.say(connection, helper, row + 1, NOW)


@pytest.mark.parametrize(("late", "said"), [(timedelta(0), True), (SECOND, False)])
def test_an_offer_waits_two_days_to_the_second(
    connection: Connection, newcomer: Person, helper: Person, late: timedelta, said: bool
) -> None:
    look(connection)
    assert hello.say(connection, helper, only_offer(connection), NOW + hello.OPEN + late) is said
    assert told(connection, hello.SAID) == [newcomer] * said


def test_what_was_withdrawn_or_avoided_meanwhile_is_over(
    connection: Connection, newcomer: Person, helper: Person
) -> None:
    look(connection)
    row = only_offer(connection)
    blocks.add(connection, newcomer, helper, NOW)
    assert not hello.say(connection, helper, row, NOW)
    blocks.lift(connection, newcomer, helper)
    consents.withdraw(connection, newcomer, hello.HELLO)
    assert not hello.say(connection, helper, row, NOW)
    consents.give(connection, newcomer, [hello.HELLO], "Yes.", NOW)
    assert hello.say(connection, helper, row, NOW)
    blocks.add(connection, helper, newcomer, NOW)
    assert not hello.say_back(connection, newcomer, row, NOW)
    assert told(connection, hello.BACK) == []


@pytest.mark.parametrize("greets", [False, True])
def test_who_is_held_meanwhile_is_introduced_to_nobody(
    connection: Connection, newcomer: Person, helper: Person, porch: Community, greets: bool
) -> None:
    held = helper if greets else newcomer
    look(connection)
    row = only_offer(connection)
    holds.hold(connection, porch, held, None, NOW)
    assert not hello.say(connection, helper, row, NOW)
    holds.end(connection, porch, held, NOW)
    consents.withdraw(connection, newcomer, "adult")
    assert not hello.say(connection, helper, row, NOW)
    consents.give(connection, newcomer, ["adult"], "Yes.", NOW)
    assert hello.say(connection, helper, row, NOW)
    holds.hold(connection, porch, held, None, NOW)
    assert not hello.say_back(connection, newcomer, row, NOW)


def test_after_a_no_that_name_does_not_come_again_and_another_one_does(
    connection: Connection, newcomer: Person, helper: Person, mo: Person, porch: Community
) -> None:
    look(connection)
    row = only_offer(connection)
    hello.decline(connection, mo, row)
    first = hello.get(connection, row)
    assert first == hello.Offer(row, porch, newcomer, helper, NOW, None)
    assert not hello.declined_before(connection, first)
    hello.decline(connection, helper, row)
    assert not hello.say(connection, helper, row, NOW)
    look(connection, NOW + hello.WEEK)
    assert len(named(connection)) == 1
    settle(connection, mo, porch, hello.HELLO)
    hello.wish(connection, mo, porch, HELPERS, NOW + hello.WEEK)
    look(connection, NOW + hello.WEEK)
    [*_, (row,)] = connection.execute("SELECT id FROM hello_offers ORDER BY id")
    second = hello.get(connection, row)
    assert second == hello.Offer(row, porch, mo, helper, NOW + hello.WEEK, None)
    assert hello.declined_before(connection, second)


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_an_offer_is_kept_for_90_days_to_the_second(connection: Connection, newcomer: Person, helper: Person) -> None:
    look(connection)
    for after, count in ((hello.KEPT - SECOND, 1), (hello.KEPT, 0)):
        hello.sweep(connection, NOW + after)
        assert rows_in(connection, "hello_offers") == count
    assert rows_in(connection, "hello_wishes") == 1


def test_an_export_shows_each_side_its_own_part_and_no_name(
    connection: Connection, newcomer: Person, helper: Person, mo: Person
) -> None:
    look(connection)
    kept = {"when you were asked to say hello": [{"when": NOW.isoformat(), "answer": "none"}]}
    assert hello.export(connection, newcomer) == {
        "who may say hello to you": [{"where": "The Porch", "from": "helpers"}]
    }
    assert hello.export(connection, helper) == kept
    assert hello.export(connection, mo) == {}
    hello.decline(connection, helper, only_offer(connection))
    kept["when you were asked to say hello"][0]["answer"] = "declined"
    assert hello.export(connection, helper) == kept


@pytest.mark.parametrize("side", [0, 1])
def test_leaving_takes_what_is_of_that_community_and_forgetting_everything(
    connection: Connection, newcomer: Person, helper: Person, mo: Person, porch: Community, garden: Community, side: int
) -> None:
    hello.wish(connection, mo, porch, HELPERS, NOW)
    look(connection)
    who = (newcomer, helper)[side]
    hello.wish(connection, who, garden, HELPERS, NOW)
    hello.forget(connection, who, garden)
    assert hello.wished(connection, who, garden) == frozenset()
    assert rows_in(connection, "hello_offers") == 1
    assert hello.wished(connection, newcomer, porch) == HELPERS
    hello.forget(connection, mo, None)
    assert rows_in(connection, "hello_offers") == 1
    hello.forget(connection, who, None)
    assert not {"hello_offers", "hello_wishes"} & tables_naming(connection, who)

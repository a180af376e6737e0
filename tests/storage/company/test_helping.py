"""Who may be asked for company: a yes, membership, nobody to avoid, nobody who pauses; and a word when somebody is."""

from __future__ import annotations

from collections.abc import Mapping
from sqlite3 import Connection

import pytest

from bot.messages import Community, Person
from cogs.company.hours import choose
from storage.company import helping
from storage.company.helping import Candidate, Routing
from storage.members import blocks, consents, members, volunteers
from storage.moderation import holds
from tests.storage.conftest import DAY, HOUR, NOW, SECOND, person, rows_in, tables_naming


def nobody_near(_connection: Connection, _person: Person, _community: Community) -> Mapping[str, frozenset[Person]]:
    return {}


ROUTING = Routing(choose, nobody_near)


def settle(connection: Connection, who: Person, where: Community, purpose: str = helping.HELPER) -> Person:
    """Somebody who is there, an adult, and said yes to this."""
    members.join(connection, who, where, NOW)
    consents.give(connection, who, ("dm", "adult", purpose), "Yes.", NOW)
    return who


@pytest.fixture
def helper(connection: Connection, bob: Person, porch: Community) -> Person:
    """Bob, who helps on the porch at any hour."""
    helping.set_hours(connection, settle(connection, bob, porch), "UTC", "00:00", "00:00", helping.EVERY_DAY)
    return bob


def may_ask(
    connection: Connection, where: Community, asker: Person | None, among: list[Person] | None = None
) -> list[Person]:
    return [one.person for one in helping.candidates(connection, where, asker, "helpers", among, NOW)]


def asks(connection: Connection, who: Person, where: Community, state: str) -> int:
    """A question to this person, from Mo. Returns when they were asked."""
    mo = person(connection, "mo")
    request = connection.execute(
        "INSERT INTO company_requests (community, person, kind, viewers, hours, state, created)"
        " VALUES (?, ?, 'chat', 'helpers', 2, 'open', 0)",
        (where.id, mo.id),
    ).lastrowid
    at = int(NOW.timestamp()) + rows_in(connection, "company_asks")
    connection.execute(
        "INSERT INTO company_asks (request, person, state, asked) VALUES (?, ?, ?, ?)", (request, who.id, state, at)
    )
    return at


# -- hours -------------------------------------------------------------------------------------------------------------


def test_hours_are_the_last_that_were_named_and_ones_own(connection: Connection, alice: Person, bob: Person) -> None:
    assert helping.hours_of(connection, alice) is None
    helping.set_hours(connection, bob, "UTC", "00:00", "00:00", "1")
    for days in ("12", "67"):
        helping.set_hours(connection, alice, "Europe/Berlin", "19:00", "23:00", days)
    assert helping.hours_of(connection, alice) == ("Europe/Berlin", "19:00", "23:00", "67")
    assert helping.hours_of(connection, bob) == ("UTC", "00:00", "00:00", "1")


def test_whoever_named_no_hours_is_there_when_it_is_not_quiet(
    connection: Connection, alice: Person, bob: Person, porch: Community
) -> None:
    settle(connection, bob, porch)
    assert helping.candidates(connection, porch, alice, "helpers", None, NOW) == [
        Candidate(bob, "Europe/Berlin", "09:00", "21:00", "1234567", 0, 0)
    ]
    helping.set_hours(connection, bob, "UTC", "22:00", "23:00", "7")
    assert helping.candidates(connection, porch, alice, "helpers", None, NOW) == [
        Candidate(bob, "UTC", "22:00", "23:00", "7", 0, 0)
    ]


def test_helper_hours_are_for_helpers(connection: Connection, alice: Person, bob: Person, porch: Community) -> None:
    settle(connection, bob, porch, helping.COMPANY)
    helping.set_hours(connection, bob, "UTC", "22:00", "23:00", "7")
    assert helping.candidates(connection, porch, alice, "circles", [bob], NOW) == [
        Candidate(bob, "Europe/Berlin", "09:00", "21:00", "1234567", 0, 0)
    ]


# -- who may be asked --------------------------------------------------------------------------------------------------


def test_whoever_said_yes_may_be_asked_where_they_are(
    connection: Connection, alice: Person, helper: Person, porch: Community, garden: Community
) -> None:
    assert may_ask(connection, porch, alice) == may_ask(connection, porch, None) == [helper]
    assert may_ask(connection, garden, alice) == []
    assert may_ask(connection, porch, helper) == [], "nobody is asked to keep themselves company"
    members.leave(connection, helper, porch, NOW)
    assert may_ask(connection, porch, alice) == []


@pytest.mark.parametrize("missing", ["dm", "adult", "helper"])
def test_each_yes_is_needed_and_another_does_not_stand_for_it(
    connection: Connection, alice: Person, helper: Person, porch: Community, missing: str
) -> None:
    consents.give(connection, helper, ["company", "buddy"], "Yes.", NOW)
    consents.withdraw(connection, helper, missing)
    assert may_ask(connection, porch, alice) == []


def test_a_yes_to_older_words_is_none(connection: Connection, alice: Person, helper: Person, porch: Community) -> None:
    connection.execute("UPDATE consents SET version = 0 WHERE purpose = 'helper'")
    assert may_ask(connection, porch, alice) == []


@pytest.mark.parametrize("turned", [False, True])
def test_whoever_avoids_whom_neither_is_asked_and_others_are(
    connection: Connection, alice: Person, mo: Person, helper: Person, porch: Community, turned: bool
) -> None:
    blocks.add(connection, *((helper, alice) if turned else (alice, helper)), NOW)
    assert may_ask(connection, porch, alice) == []
    assert may_ask(connection, porch, mo) == [helper]


def test_who_pauses_is_not_asked_to_the_second(
    connection: Connection, alice: Person, helper: Person, porch: Community
) -> None:
    for until, found in ((None, []), (NOW + SECOND, []), (NOW, [helper])):
        members.pause(connection, helper, NOW - HOUR, until)
        assert may_ask(connection, porch, alice) == found


@pytest.mark.parametrize("what", ["held", "quiet"])
def test_whom_moderators_hold_is_not_asked_there(
    connection: Connection, alice: Person, mo: Person, helper: Person, porch: Community, garden: Community, what: str
) -> None:
    settle(connection, helper, garden)
    assert volunteers.answer(connection, garden, helper, "helper", NOW, yes=True), "new there, so looked at once"
    if what == "held":
        holds.hold(connection, porch, helper, None, NOW)
    else:
        holds.quiet(connection, porch, helper, mo, NOW)
    assert may_ask(connection, porch, alice) == []
    assert may_ask(connection, garden, alice) == [helper]


def test_among_some_only_these_are_found(
    connection: Connection, alice: Person, mo: Person, helper: Person, porch: Community
) -> None:
    assert may_ask(connection, porch, alice, [mo, helper]) == [helper]
    assert may_ask(connection, porch, alice, [mo]) == may_ask(connection, porch, alice, []) == []


def test_what_somebody_gave_counts_for_four_weeks_to_the_second(
    connection: Connection, alice: Person, mo: Person, helper: Person, porch: Community
) -> None:
    for before in (helping.LATELY, helping.LATELY - SECOND):
        helping.gave(connection, helper, NOW - before)
    helping.gave(connection, mo, NOW)
    last = [asks(connection, helper, porch, "no") for _time in range(2)][-1]
    [one] = helping.candidates(connection, porch, alice, "helpers", None, NOW)
    assert (one.gave, one.asked) == (1, last)


@pytest.mark.parametrize(
    ("state", "busy"), [("asked", False), ("can", True), ("chosen", True), ("no", False), ("ended", False)]
)
def test_only_a_word_that_was_given_keeps_somebody_busy(
    connection: Connection, alice: Person, bob: Person, porch: Community, state: str, busy: bool
) -> None:
    asks(connection, bob, porch, state)
    assert helping.is_busy(connection, bob) is busy
    assert not helping.is_busy(connection, alice)


def test_an_audience_is_there_if_somebody_in_it_is(
    connection: Connection, alice: Person, bob: Person, mo: Person, porch: Community
) -> None:
    def near(_connection: Connection, who: Person, where: Community) -> Mapping[str, frozenset[Person]]:
        return {"buddy": frozenset({bob}), "circles": frozenset({mo})} if (who, where) == (alice, porch) else {}

    assert helping.audiences(connection, porch, alice, near, NOW) == {}
    settle(connection, bob, porch, helping.COMPANY)
    settle(connection, mo, porch)
    found = helping.audiences(connection, porch, alice, near, NOW)
    assert {name: [one.person for one in people] for name, people in found.items()} == {"helpers": [mo], "buddy": [bob]}
    assert set(helping.audiences(connection, porch, None, near, NOW)) == {"helpers"}, "nobody is near a stranger"


# -- waiting for somebody to have hours --------------------------------------------------------------------------------


def told(connection: Connection) -> list[tuple[int, int, int, int]]:
    return connection.execute("SELECT person, community, due, expires FROM deliveries ORDER BY id").fetchall()


def test_a_wish_is_told_once_when_somebody_is_there(
    connection: Connection, alice: Person, helper: Person, porch: Community, garden: Community
) -> None:
    for where in (porch, garden):
        helping.wish(connection, alice, where, NOW)
    for _time in range(2):
        helping.fulfil_wishes(connection, NOW, ROUTING, 10)
    at = int(NOW.timestamp())
    assert told(connection) == [(alice.id, porch.id, at, at + 3600)]
    assert connection.execute("SELECT community FROM company_wishes").fetchall() == [(garden.id,)]
    helping.wish(connection, alice, porch, NOW + DAY)
    helping.fulfil_wishes(connection, NOW + DAY, ROUTING, 10)
    assert len(told(connection)) == 2, "they asked again"


def test_while_nobody_is_there_it_is_looked_every_five_minutes(
    connection: Connection, alice: Person, helper: Person, porch: Community
) -> None:
    helping.wish(connection, alice, porch, NOW)
    helping.set_hours(connection, helper, "UTC", "12:01", "13:00", helping.EVERY_DAY)
    for after in (0 * SECOND, helping.WISH_EVERY - SECOND):
        helping.fulfil_wishes(connection, NOW + after, ROUTING, 10)
        assert told(connection) == []
    helping.fulfil_wishes(connection, NOW + helping.WISH_EVERY, ROUTING, 10)
    assert len(told(connection)) == 1


def test_a_wish_is_not_fulfilled_by_somebody_to_avoid(
    connection: Connection, alice: Person, helper: Person, porch: Community
) -> None:
    helping.wish(connection, alice, porch, NOW)
    blocks.add(connection, helper, alice, NOW)
    helping.fulfil_wishes(connection, NOW, ROUTING, 10)
    assert told(connection) == []
    assert rows_in(connection, "company_wishes") == 1


def test_only_so_many_wishes_at_a_time_and_the_oldest_first(
    connection: Connection, alice: Person, mo: Person, helper: Person, porch: Community
) -> None:
    helping.wish(connection, mo, porch, NOW + SECOND)
    helping.wish(connection, alice, porch, NOW)
    helping.fulfil_wishes(connection, NOW + SECOND, ROUTING, 1)
    assert [who for who, *_rest in told(connection)] == [alice.id]


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_each_is_kept_for_as_long_as_was_said(connection: Connection, alice: Person, porch: Community) -> None:
    helping.gave(connection, alice, NOW)
    helping.wish(connection, alice, porch, NOW)
    for table, kept in (("company_wishes", helping.WISH_KEPT), ("company_gave", helping.LATELY)):
        helping.sweep(connection, NOW + kept - SECOND)
        assert rows_in(connection, table) == 1
        helping.sweep(connection, NOW + kept)
        assert rows_in(connection, table) == 0


def test_looking_again_and_again_makes_no_wish_younger(connection: Connection, alice: Person, porch: Community) -> None:
    helping.wish(connection, alice, porch, NOW)
    for days in (5, 6):
        helping.fulfil_wishes(connection, NOW + days * DAY, ROUTING, 10)
    helping.sweep(connection, NOW + helping.WISH_KEPT)
    assert rows_in(connection, "company_wishes") == 0


def test_an_export_shows_all_of_one_person(
    connection: Connection, alice: Person, bob: Person, porch: Community
) -> None:
    helping.set_hours(connection, alice, "Europe/Berlin", "19:00", "23:00", "67")
    helping.gave(connection, alice, NOW + HOUR)
    helping.gave(connection, alice, NOW)
    helping.wish(connection, alice, porch, NOW)
    assert helping.export(connection, bob) == {}
    assert helping.export(connection, alice) == {
        "helper hours": {"zone": "Europe/Berlin", "from": "19:00", "until": "23:00", "days (Monday is 1)": "67"},
        "when you said you could keep somebody company, last 28 days": [
            NOW.isoformat(),
            (NOW + HOUR).isoformat(),
        ],
        "when you asked to be told of helper hours": [NOW.isoformat()],
    }


def test_leaving_takes_the_wish_of_that_community_and_forgetting_everything(
    connection: Connection, alice: Person, bob: Person, porch: Community, garden: Community
) -> None:
    for who in (alice, bob):
        helping.set_hours(connection, who, "UTC", "00:00", "00:00", "1")
        helping.gave(connection, who, NOW)
        for where in (porch, garden):
            helping.wish(connection, who, where, NOW)
    helping.forget(connection, alice, garden)
    assert helping.hours_of(connection, alice) is not None
    assert connection.execute("SELECT community FROM company_wishes WHERE person = ?", (alice.id,)).fetchall() == [
        (porch.id,)
    ]
    helping.forget(connection, alice, None)
    assert tables_naming(connection, alice) == {"accounts"}
    assert [rows_in(connection, table) for table in ("helper_hours", "company_gave", "company_wishes")] == [1, 1, 2]

"""Quiet alerts: what counts as contact, as reached and as lost; and one person takes an alert up, that one alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Connection

import pytest

from bot.context import Delivery
from bot.messages import (
    Community,
    Person,
)
from storage.delivery import deliveries
from storage.members import consents, in_touch
from storage.quiet import quiet
from storage.quiet.quiet import Lived
from tests.storage.conftest import DAY, HOUR, NOW, SECOND, tables_naming


@dataclass(frozen=True)
class Alert:
    """A member's alert that is open, with its number."""

    person: Person
    number: int


@pytest.fixture
def watched(connection: Connection, alice: Person) -> Person:
    consents.give(connection, alice, ("dm", quiet.PURPOSE), "Yes.", NOW)
    quiet.begin(connection, alice, NOW, NOW + DAY, NOW)
    return alice


@pytest.fixture
def alert(connection: Connection, watched: Person) -> Alert:
    found = quiet.setup(connection, watched)
    assert found is not None
    quiet.save(connection, found._replace(step="me", number=4, since=NOW), NOW + DAY)
    return Alert(watched, 4)


def message(connection: Connection, to: Person, key: str, state: deliveries.State, at: datetime, purpose: str) -> None:
    row = deliveries.plan(connection, Delivery(to=to, kind="notes.note", key=key, due=NOW, purpose=purpose))
    assert row is not None
    deliveries.settle(connection, row, state, at)


# -- on and off --------------------------------------------------------------------------------------------------------


def test_it_is_on_only_with_both_the_list_and_the_yes(connection: Connection, watched: Person, bob: Person) -> None:
    assert quiet.is_on(connection, watched)
    quiet.begin(connection, bob, NOW, NOW + DAY, NOW)
    assert not quiet.is_on(connection, bob), "a list without a yes tells nobody"
    consents.withdraw(connection, watched, quiet.PURPOSE)
    assert not quiet.is_on(connection, watched)


def test_beginning_again_changes_nothing_that_was_written_down(connection: Connection, watched: Person) -> None:
    quiet.set_days(connection, watched, 5)
    quiet.set_gap(connection, watched, timedelta(hours=36))
    quiet.begin(connection, watched, NOW + 9 * DAY, NOW + 10 * DAY, NOW)
    found = quiet.setup(connection, watched)
    assert found is not None
    assert (found.after, found.gap, found.looked) == (5, timedelta(hours=36), NOW)


def test_the_end_leaves_nothing(connection: Connection, watched: Person) -> None:
    quiet.end(connection, watched)
    assert quiet.setup(connection, watched) is None
    assert not tables_naming(connection, watched) & {"quiet_alerts", "quiet_contacts"}


def test_those_who_are_due_come_longest_waiting_first(connection: Connection, watched: Person, bob: Person) -> None:
    quiet.begin(connection, bob, NOW, NOW + HOUR, NOW)
    assert quiet.due(connection, NOW + HOUR - SECOND, 9) == []
    assert quiet.due(connection, NOW + DAY, 9) == [bob, watched]
    assert quiet.due(connection, NOW + DAY, 1) == [bob]


# -- what happened -----------------------------------------------------------------------------------------------------


def test_contact_counts_from_the_first_second_to_before_the_last(
    connection: Connection, watched: Person, bob: Person
) -> None:
    in_touch.record(connection, watched, NOW)
    in_touch.record(connection, bob, NOW + HOUR)
    assert quiet.lived(connection, watched, NOW, NOW + DAY).contact
    assert not quiet.lived(connection, watched, NOW + SECOND, NOW + DAY).contact, "somebody else's contact is not hers"
    assert not quiet.lived(connection, watched, NOW - DAY, NOW).contact


@pytest.mark.parametrize(
    ("state", "purpose", "expected"),
    [
        ("sent", "checkin", Lived(False, True, False)),
        ("sent", "", Lived(False, False, False)),
        ("dead", "checkin", Lived(False, False, True)),
        ("unknown", "checkin", Lived(False, False, True)),
        ("inbox", "checkin", Lived(False, False, True)),
        ("skipped", "checkin", Lived(False, False, False)),
    ],
)
def test_only_what_the_bot_began_and_what_arrived_asks_for_an_answer(
    connection: Connection, watched: Person, bob: Person, state: deliveries.State, purpose: str, expected: Lived
) -> None:
    message(connection, watched, "hers", state, NOW + HOUR, purpose)
    assert quiet.lived(connection, watched, NOW, NOW + DAY) == expected
    assert quiet.lived(connection, bob, NOW, NOW + DAY) == Lived(False, False, False)


# -- who takes it up ---------------------------------------------------------------------------------------------------


def test_one_takes_it_up_and_nobody_after_them(connection: Connection, alert: Alert) -> None:
    assert quiet.claim(connection, alert.person, alert.number, NOW)
    assert not quiet.claim(connection, alert.person, alert.number, NOW)


def test_an_old_alert_is_not_taken_up_nor_open(connection: Connection, alert: Alert, bob: Person) -> None:
    assert quiet.is_open(connection, alert.person, alert.number)
    for person, number in ((alert.person, alert.number - 1), (bob, alert.number)):
        assert not quiet.is_open(connection, person, number)
        assert not quiet.claim(connection, person, number, NOW)


def test_what_is_over_is_not_taken_up(connection: Connection, alert: Alert) -> None:
    found = quiet.setup(connection, alert.person)
    assert found is not None
    quiet.save(connection, found._replace(step="waiting"), NOW + DAY)
    assert not quiet.is_open(connection, alert.person, alert.number)
    assert not quiet.claim(connection, alert.person, alert.number, NOW)


def test_only_messages_of_this_alert_count_as_told(connection: Connection, alert: Alert, bob: Person) -> None:
    person, number = alert.person.id, alert.number
    message(connection, bob, f"{quiet.TELL}:{person}:{number}:contact:1", "sent", NOW, "contact")
    message(connection, bob, f"{quiet.TELL}:{person}:{number}1:contact:1", "sent", NOW, "contact")
    message(connection, bob, f"{quiet.TELL}:{person}1:{number}:contact:1", "sent", NOW, "contact")
    [told] = quiet.told(connection, alert.person, number)
    assert (told.to, told.step, told.state) == (bob, "contact", "sent")


def test_leaving_a_community_takes_only_its_people_off_the_list(
    connection: Connection, watched: Person, porch: Community, garden: Community
) -> None:
    quiet.set_helpers(connection, watched, porch)
    quiet.set_moderators(connection, watched, garden)
    quiet.leave(connection, watched, porch)
    found = quiet.setup(connection, watched)
    assert found is not None
    assert (found.helpers, found.moderators) == (None, garden)


def test_my_data_says_what_is_written_down_and_names_nobody(
    connection: Connection, watched: Person, bob: Person, porch: Community
) -> None:
    quiet.set_helpers(connection, watched, porch)
    kept = quiet.export(connection, watched, "Please call my sister.")["quiet alert"]
    assert (kept["words"], kept["helpers of"], kept["open"]) == ("Please call my sister.", "The Porch", False)
    assert quiet.export(connection, bob, None) == {}

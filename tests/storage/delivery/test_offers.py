"""A press is honoured for its owner, in time, as it was offered, and once where once is all it holds."""

from __future__ import annotations

from sqlite3 import Connection

import pytest

from bot.context import Delivery
from bot.messages import (
    Button,
    Channel,
    Community,
    Member,
    Person,
    Text,
)
from storage.delivery import deliveries, offers
from storage.delivery.offers import Verdict
from storage.members import members
from tests.storage.conftest import DAY, HOSTILE, HOUR, NOW, SECOND, rows_in

GONE, STRANGER, ANSWERED, FINE = Verdict("gone"), Verdict("stranger"), Verdict("answered"), Verdict(None)


def button(action: str = "notes.ok", value: str = "1") -> Button:
    return Button(Text(), action, value)


def offer(connection: Connection, person: Person, community: Community | None = None) -> int:
    return offers.add(connection, person, community, [("notes.ok", "1"), ("notes.no", HOSTILE)], NOW)


def press(connection: Connection, row: int, person: Person | None, pressed: Button, once: bool = False) -> Verdict:
    return offers.press(connection, row, person, pressed, once, NOW)


# -- a reply's buttons -------------------------------------------------------------------------------------------------


def test_what_was_never_offered_is_gone(connection: Connection, alice: Person) -> None:
    assert press(connection, 7, alice, button()) == GONE


@pytest.mark.parametrize("huge", [-1, 0, 2**63 - 1])
def test_a_number_nobody_gave_is_gone(connection: Connection, alice: Person, huge: int) -> None:
    offer(connection, alice)
    assert press(connection, huge, alice, button()) == GONE


def test_its_owner_may_press_it(connection: Connection, alice: Person, porch: Community) -> None:
    assert press(connection, offer(connection, alice), alice, button()) == FINE
    assert press(connection, offer(connection, alice, porch), alice, button()) == Verdict(None, porch)


def test_nobody_else_may_not_even_whoever_said_yes_to_nothing(
    connection: Connection, alice: Person, bob: Person, porch: Community
) -> None:
    row = offer(connection, alice, porch)
    assert press(connection, row, bob, button()) == STRANGER, "and does not hear which community it is of"
    assert press(connection, row, None, button()) == STRANGER


def test_a_stranger_uses_nothing_up(connection: Connection, alice: Person, bob: Person) -> None:
    row = offer(connection, alice)
    press(connection, row, bob, button(), once=True)
    assert press(connection, row, alice, button(), once=True) == FINE


@pytest.mark.parametrize(
    "forged", [button("notes.delete"), button(value="2"), button(value=""), button("notes.no", "1"), button("", "")]
)
def test_what_was_not_offered_cannot_be_pressed(connection: Connection, alice: Person, forged: Button) -> None:
    row = offer(connection, alice)
    assert press(connection, row, alice, forged, once=True) == GONE
    assert press(connection, row, alice, button(), once=True) == FINE, "a forged press uses nothing up"


def test_a_value_is_compared_as_it_is(connection: Connection, alice: Person) -> None:
    assert press(connection, offer(connection, alice), alice, button("notes.no", HOSTILE)) == FINE


def test_a_button_works_for_a_day_to_the_second(connection: Connection, alice: Person) -> None:
    row = offer(connection, alice)
    assert offers.press(connection, row, alice, button(), False, NOW + offers.LIFE - SECOND) == FINE
    assert offers.press(connection, row, alice, button(), False, NOW + offers.LIFE) == GONE


def test_a_button_may_have_a_shorter_life(connection: Connection, alice: Person) -> None:
    row = offers.add(connection, alice, None, [("notes.ok", "1")], NOW, HOUR)
    assert offers.press(connection, row, alice, button(), False, NOW + HOUR) == GONE


def test_one_that_holds_once_answers_the_second_press_otherwise(connection: Connection, alice: Person) -> None:
    row = offer(connection, alice)
    assert press(connection, row, alice, button(), once=True) == FINE
    assert press(connection, row, alice, button(), once=True) == ANSWERED
    assert press(connection, row, alice, button("notes.no", HOSTILE), once=True) == ANSWERED, "nor another of its kind"


def test_one_that_holds_more_than_once_uses_nothing_up(connection: Connection, alice: Person) -> None:
    row = offer(connection, alice)
    for _ in range(3):
        assert press(connection, row, alice, button()) == FINE
    assert press(connection, row, alice, button(), once=True) == FINE


def test_what_is_used_up_for_once_is_not_for_the_rest(connection: Connection, alice: Person) -> None:
    row = offer(connection, alice)
    press(connection, row, alice, button(), once=True)
    assert press(connection, row, alice, button()) == FINE


def test_two_offers_are_used_up_apart(connection: Connection, alice: Person) -> None:
    first, second = offer(connection, alice), offer(connection, alice)
    press(connection, first, alice, button(), once=True)
    assert press(connection, second, alice, button(), once=True) == FINE


def test_words_are_kept_with_one_offer(connection: Connection, alice: Person) -> None:
    first, second = offer(connection, alice), offer(connection, alice)
    offers.keep(connection, first, b"sealed")
    assert offers.kept(connection, first) == b"sealed"
    assert offers.kept(connection, second) is None
    assert offers.kept(connection, 99) is None


def test_an_old_offer_is_erased_with_its_words(connection: Connection, alice: Person) -> None:
    row = offer(connection, alice)
    offers.keep(connection, row, b"sealed")
    end = NOW + offers.LIFE + offers.KEPT
    offers.sweep(connection, end - SECOND)
    assert rows_in(connection, "offers") == 1
    offers.sweep(connection, end)
    assert rows_in(connection, "offers") == 0


def test_nothing_is_left_of_somebody_forgotten(connection: Connection, alice: Person, bob: Person) -> None:
    row, other = offer(connection, alice), offer(connection, bob)
    offers.keep(connection, row, b"sealed")
    members.forget(connection, alice)
    assert offers.kept(connection, row) is None
    assert press(connection, row, alice, button()) == GONE
    assert press(connection, other, bob, button()) == FINE


# -- a delivery's buttons ----------------------------------------------------------------------------------------------


def delivery(connection: Connection, to: Person | Channel, community: Community | None = None) -> int:
    row = deliveries.plan(connection, Delivery(to=to, kind="notes.note", key="note", due=NOW, community=community))
    assert row is not None
    return row


def test_a_message_to_somebody_is_theirs_alone(
    connection: Connection, alice: Person, bob: Person, porch: Community
) -> None:
    row = delivery(connection, alice, porch)
    assert offers.press_delivery(connection, row, alice, ["notes.note"]) == Verdict(None, porch)
    assert offers.press_delivery(connection, row, bob, ["notes.note"]) == STRANGER
    assert offers.press_delivery(connection, row, None, ["notes.note"]) == STRANGER


def test_a_message_in_a_shared_place_is_everybodys(connection: Connection, alice: Person) -> None:
    row = delivery(connection, Channel("local", "lobby"))
    assert offers.press_delivery(connection, row, alice, ["notes.note"]) == FINE
    assert offers.press_delivery(connection, row, None, ["notes.note"]) == FINE


def test_a_message_has_only_the_buttons_of_its_kind(connection: Connection, alice: Person) -> None:
    row = delivery(connection, alice)
    assert offers.press_delivery(connection, row, alice, ["other.kind"]) == GONE
    assert offers.press_delivery(connection, row, alice, []) == GONE
    assert offers.press_delivery(connection, row + 1, alice, ["notes.note"]) == GONE


def test_a_press_long_after_is_still_its_owners(connection: Connection, alice: Person) -> None:
    row = delivery(connection, alice)
    offers.sweep(connection, NOW + 100 * DAY)
    assert offers.press_delivery(connection, row, alice, ["notes.note"]) == FINE


@pytest.mark.parametrize("name", ["alice", HOSTILE, "@\u00fcmit:example.org", 'a"b'])
def test_what_names_a_forgotten_account_is_taken_back_from_everybody(
    connection: Connection, alice: Person, name: str
) -> None:
    about = offers.add(connection, alice, None, [("buddies.avoid_now", f"local|{name}")], NOW)
    other = offers.add(connection, alice, None, [("buddies.avoid_now", "local|somebody-else")], NOW)
    offers.forget(connection, Member("local", name))
    assert press(connection, about, alice, button("buddies.avoid_now", f"local|{name}")) == GONE
    assert press(connection, other, alice, button("buddies.avoid_now", "local|somebody-else")) == FINE

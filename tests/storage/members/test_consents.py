"""A yes is to one purpose, in words that were shown; it can be taken back, and no longer counts when they change."""

from __future__ import annotations

from sqlite3 import Connection

import pytest

from bot.messages import Person
from storage.members import consents, members
from tests.storage.conftest import DAY, HOSTILE, NOW, person, rows_in

WORDS = "May I write to you once a day?"


def test_without_a_yes_nothing_is_allowed(connection: Connection, alice: Person) -> None:
    assert consents.given(connection, alice) == frozenset()
    assert not consents.allows(connection, alice, "checkin")
    assert not consents.withdraw(connection, alice, "checkin")


@pytest.mark.parametrize("purposes", [["dm"], ["checkin"], ["dm", "buddy"]])
def test_a_message_needs_the_first_yes_and_its_own(connection: Connection, alice: Person, purposes: list[str]) -> None:
    consents.give(connection, alice, purposes, WORDS, NOW)
    assert not consents.allows(connection, alice, "checkin")
    consents.give(connection, alice, ["dm", "checkin"], WORDS, NOW)
    assert consents.allows(connection, alice, "checkin")


def test_a_yes_is_that_of_one_person(connection: Connection, alice: Person, bob: Person) -> None:
    consents.give(connection, alice, ["dm", "checkin"], WORDS, NOW)
    assert consents.given(connection, bob) == frozenset()
    consents.give(connection, bob, ["dm"], WORDS, NOW)
    consents.withdraw_all(connection, bob)
    assert consents.given(connection, alice) == {"dm", "checkin"}


def test_yes_twice_is_one_yes_with_the_words_seen_last(connection: Connection, alice: Person) -> None:
    consents.give(connection, alice, ["dm"], WORDS, NOW)
    consents.give(connection, alice, ["dm"], "May I write?", NOW + DAY)
    assert consents.export(connection, alice)["what you said yes to"] == [
        {"purpose": "dm", "when": (NOW + DAY).isoformat(), "the words you saw": "May I write?"}
    ]


def test_taking_one_back_leaves_the_others(connection: Connection, alice: Person) -> None:
    consents.give(connection, alice, ["dm", "checkin", "buddy"], WORDS, NOW)
    assert consents.withdraw(connection, alice, "checkin")
    assert not consents.withdraw(connection, alice, "checkin"), "it is taken back already"
    assert consents.given(connection, alice) == {"dm", "buddy"}


def test_without_the_first_yes_no_other_counts(connection: Connection, alice: Person) -> None:
    consents.give(connection, alice, ["dm", "checkin"], WORDS, NOW)
    consents.withdraw(connection, alice, consents.FIRST)
    assert not consents.allows(connection, alice, "checkin")


def test_taking_all_back_leaves_none(connection: Connection, alice: Person) -> None:
    consents.give(connection, alice, ["dm", "checkin"], WORDS, NOW)
    consents.withdraw_all(connection, alice)
    assert consents.given(connection, alice) == frozenset()


def test_a_yes_to_words_that_mean_more_now_counts_no_longer(
    connection: Connection, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    consents.give(connection, alice, ["dm", "checkin"], WORDS, NOW)
    monkeypatch.setattr(consents, "VERSIONS", {"checkin": 2})
    assert consents.given(connection, alice) == {"dm"}
    assert consents.outdated(connection, alice) == {"checkin"}
    assert not consents.allows(connection, alice, "checkin")
    consents.give(connection, alice, ["checkin"], "May I write to you twice a day?", NOW)
    assert consents.outdated(connection, alice) == frozenset()
    assert consents.allows(connection, alice, "checkin")


@pytest.mark.parametrize("words", [HOSTILE, "", "x" * 5000])
def test_whatever_the_words_are_they_are_shown_as_they_were(connection: Connection, alice: Person, words: str) -> None:
    consents.give(connection, alice, ["dm"], words, NOW)
    [kept] = consents.export(connection, alice)["what you said yes to"]
    assert kept["the words you saw"] == words


def test_the_same_words_are_kept_once(connection: Connection, alice: Person, bob: Person) -> None:
    for who in (alice, bob):
        consents.give(connection, who, ["dm", "checkin"], WORDS, NOW)
    assert rows_in(connection, "consent_texts") == 1


def test_words_are_kept_as_long_as_anybodys_yes_stands_under_them(
    connection: Connection, alice: Person, bob: Person
) -> None:
    for who in (alice, bob):
        consents.give(connection, who, ["dm"], WORDS, NOW)
    members.forget(connection, alice)
    consents.sweep(connection, NOW)
    assert rows_in(connection, "consent_texts") == 1
    consents.withdraw(connection, bob, "dm")
    consents.sweep(connection, NOW)
    assert rows_in(connection, "consent_texts") == 0


def test_an_export_is_in_order_and_of_one_person(connection: Connection, alice: Person, bob: Person) -> None:
    consents.give(connection, alice, ["dm", "buddy"], WORDS, NOW)
    consents.give(connection, bob, ["core"], WORDS, NOW)
    shown = consents.export(connection, alice)["what you said yes to"]
    assert [one["purpose"] for one in shown] == ["buddy", "dm"]
    assert consents.export(connection, person(connection, "eve")) == {"what you said yes to": []}

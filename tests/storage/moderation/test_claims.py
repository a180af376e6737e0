"""What the gate is told of a delivery at the moment of sending: each fact, for this person and nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any

import pytest

from bot.context import Delivery
from bot.messages import (
    Channel,
    Community,
    Person,
)
from storage.delivery import deliveries
from storage.members import consents, members
from storage.moderation import claims, holds
from storage.moderation.claims import Facts, Verdict
from tests.storage.conftest import DAY, HOUR, NOW, SECOND

PURPOSE = "checkin"


def note(to: Person | Channel, **what: Any) -> Delivery:
    given = {"to": to, "kind": "notes.note", "key": "note", "due": NOW, "purpose": PURPOSE, **what}
    return Delivery(**given)


def planned(connection: Connection, delivery: Delivery) -> Delivery:
    row = deliveries.plan(connection, delivery)
    assert row is not None
    found = deliveries.get(connection, row)
    assert found is not None
    return found


def facts(connection: Connection, delivery: Delivery, now: datetime = NOW) -> Facts:
    return claims.facts(connection, planned(connection, delivery), now)


# -- consent -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "consented"),
    [((), False), (("dm",), False), ((PURPOSE,), False), (("dm", PURPOSE), True), (("dm", "buddy"), False)],
)
def test_it_takes_a_yes_to_the_purpose_and_to_being_written_to(
    connection: Connection, alice: Person, bob: Person, given: tuple[str, ...], consented: bool
) -> None:
    consents.give(connection, alice, given, "Yes.", NOW)
    consents.give(connection, bob, ("dm", PURPOSE), "Yes.", NOW)
    assert facts(connection, note(alice)).consented is consented


def test_a_yes_to_other_words_is_no_yes(connection: Connection, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    consents.give(connection, alice, ("dm", PURPOSE), "Yes.", NOW)
    monkeypatch.setattr(consents, "VERSIONS", {PURPOSE: 2})
    assert not facts(connection, note(alice)).consented


def test_a_withdrawal_after_planning_counts(connection: Connection, alice: Person) -> None:
    consents.give(connection, alice, ("dm", PURPOSE), "Yes.", NOW)
    delivery = planned(connection, note(alice))
    consents.withdraw(connection, alice, PURPOSE)
    assert not claims.facts(connection, delivery, NOW).consented


# -- pause, leaving, a closed door -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("later", "paused"), [(timedelta(), True), (HOUR - SECOND, True), (HOUR, False)])
def test_a_pause_ends_at_its_instant_even_if_nobody_ended_it(
    connection: Connection, alice: Person, later: timedelta, paused: bool
) -> None:
    members.pause(connection, alice, NOW, NOW + HOUR)
    assert facts(connection, note(alice), NOW + later).paused is paused


def test_a_pause_without_an_end_lasts(connection: Connection, alice: Person, bob: Person) -> None:
    members.pause(connection, alice, NOW, None)
    assert facts(connection, note(alice), NOW + 1000 * DAY).paused
    assert not facts(connection, note(bob, key="bobs")).paused


def test_who_left_one_community_is_still_written_to_from_another(
    connection: Connection, alice: Person, porch: Community, garden: Community
) -> None:
    for community in (porch, garden):
        members.join(connection, alice, community, NOW)
    members.leave(connection, alice, porch, NOW)
    assert facts(connection, note(alice, key="1", community=porch)).left
    assert not facts(connection, note(alice, key="2", community=garden)).left
    assert not facts(connection, note(alice, key="3")).left


def test_who_came_back_has_not_left(connection: Connection, alice: Person, porch: Community) -> None:
    members.join(connection, alice, porch, NOW)
    members.leave(connection, alice, porch, NOW)
    members.join(connection, alice, porch, NOW + HOUR)
    assert not facts(connection, note(alice, community=porch)).left


def test_a_closed_door_is_tried_again_after_a_day(connection: Connection, alice: Person) -> None:
    delivery = planned(connection, note(alice))
    deliveries.refused(connection, delivery.id, NOW)
    assert claims.facts(connection, delivery, NOW + claims.CLOSED_FOR - SECOND).closed
    assert not claims.facts(connection, delivery, NOW + claims.CLOSED_FOR).closed


# -- quiet everything, and the cap -------------------------------------------------------------------------------------


@pytest.mark.parametrize("about", ["alice", "bob"])
def test_quiet_everything_holds_for_the_reader_and_for_whom_it_is_about(
    connection: Connection, alice: Person, bob: Person, mo: Person, porch: Community, garden: Community, about: str
) -> None:
    who = {"alice": alice, "bob": bob}[about]
    holds.quiet(connection, porch, who, mo, NOW)
    to_alice = note(alice, community=porch, args={"about": bob.id})
    assert facts(connection, to_alice).quiet
    elsewhere = note(alice, key="elsewhere", community=garden, args={"about": bob.id})
    assert not facts(connection, elsewhere).quiet, "another community has moderators of its own"


def test_only_what_counts_is_counted_and_only_for_a_day(connection: Connection, alice: Person, bob: Person) -> None:
    def send(_delivery: Delivery, _facts: Facts, _now: datetime) -> Verdict:
        return Verdict("send")

    for number, (to, capped) in enumerate([(alice, True), (alice, True), (alice, False), (bob, True)]):
        planned(connection, note(to, key=f"sent {number}", capped=capped))
        for _turn in range(2):
            claims.claim(connection, "local", NOW, send, room=9, openings=9)
    assert facts(connection, note(alice, key="next", capped=True)).capped_today == 2
    assert facts(connection, note(alice, key="later", capped=True), NOW + DAY).capped_today == 0
    assert facts(connection, note(alice, key="free")).capped_today == 0, "nobody counts for what is never held"


# -- what claiming does with the answer --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "state", "reason"),
    [
        (Verdict("skip", "no consent"), "skipped", "no consent"),
        (Verdict("inbox", "cannot be reached"), "inbox", "cannot be reached"),
        (Verdict("hold", until=NOW + HOUR), "pending", None),
        (Verdict("send"), "sending", None),
    ],
)
def test_each_answer_is_written_in_the_transaction_that_asked(
    connection: Connection, alice: Person, verdict: Verdict, state: str, reason: str | None
) -> None:
    delivery = planned(connection, note(alice))
    claimed = claims.claim(connection, "local", NOW, lambda *_asked: verdict, room=9, openings=9)
    assert [one.id for one in claimed.going] == ([delivery.id] if state == "sending" else [])
    [row] = connection.execute("SELECT state, reason, next_try FROM deliveries").fetchall()
    assert row[0] == state
    assert not reason or row[1] == reason
    if verdict.until is not None:
        assert row[2] == int(verdict.until.timestamp())
        assert not claims.claim(connection, "local", NOW, lambda *_asked: verdict, room=9, openings=9).found


def test_nobody_is_asked_about_another_platform(connection: Connection, alice: Person) -> None:
    planned(connection, note(alice))
    assert not claims.claim(connection, "far", NOW, lambda *_asked: Verdict("send"), room=9, openings=9).found

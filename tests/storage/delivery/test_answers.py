"""Answers on their way: kept with the event they answer, in order, for a day."""

from __future__ import annotations

from sqlite3 import Connection

from storage.database import platforms
from storage.delivery import answers
from tests.storage.conftest import DAY, NOW, SECOND

ALICE, BOB = b"alice", b"bob"


def keep(connection: Connection, who: bytes, event: str) -> int:
    return answers.keep(connection, "matrix", who, event, lambda row: f"sealed for {row}".encode(), NOW)


def test_an_answer_is_kept_with_the_event_it_answers(connection: Connection) -> None:
    row = keep(connection, ALICE, "$1")
    assert platforms.is_known(connection, "matrix", "$1"), "whoever is killed now does not run it again"
    assert answers.words(connection, row, NOW) == f"sealed for {row}".encode()
    answers.said(connection, row)
    assert answers.words(connection, row, NOW) is None
    assert answers.waiting(connection, "matrix", NOW) == []


def test_what_waits_is_taken_up_in_order(connection: Connection) -> None:
    rows = [keep(connection, who, f"${number}") for number, who in enumerate((BOB, ALICE, BOB))]
    assert answers.waiting(connection, "matrix", NOW) == list(zip(rows, (BOB, ALICE, BOB), strict=True))
    assert answers.waiting(connection, "discord", NOW) == []


def test_an_answer_waits_for_a_day_and_no_longer(connection: Connection) -> None:
    row = keep(connection, ALICE, "$1")
    answers.sweep(connection, NOW + DAY - SECOND)
    assert answers.words(connection, row, NOW + DAY - SECOND) is not None
    assert answers.words(connection, row, NOW + DAY) is None
    assert answers.waiting(connection, "matrix", NOW + DAY) == []
    answers.sweep(connection, NOW + DAY)
    assert answers.words(connection, row, NOW) is None


def test_whoever_wants_to_be_forgotten_gets_none(connection: Connection) -> None:
    keep(connection, ALICE, "$1")
    row = keep(connection, BOB, "$2")
    answers.forget(connection, ALICE)
    assert answers.waiting(connection, "matrix", NOW) == [(row, BOB)]

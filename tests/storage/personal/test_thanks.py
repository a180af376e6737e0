"""Thanks reach whoever accepts them, three a day at most, and never somebody who avoids the writer."""

from __future__ import annotations

from sqlite3 import Connection

import pytest

from bot.messages import Community, Person
from storage.members import blocks, consents, members
from storage.moderation import holds
from storage.personal import thanks
from tests.storage.conftest import DAY, HOUR, NOW, SECOND, rows_in, tables_naming


def seal(row: int) -> bytes:
    return f"sealed {row}".encode()


@pytest.fixture
def reader(connection: Connection, bob: Person, porch: Community) -> Person:
    """Bob, who is on the porch and accepts thanks."""
    members.join(connection, bob, porch, NOW)
    consents.give(connection, bob, [consents.FIRST, thanks.PURPOSE], "May I pass on thanks?", NOW)
    return bob


def draft(connection: Connection, porch: Community, alice: Person, to: Person) -> int:
    return thanks.draft(connection, porch, alice, to, seal, NOW)


def test_who_accepts_thanks_in_this_community_can_be_thanked(
    connection: Connection, alice: Person, reader: Person, porch: Community, garden: Community
) -> None:
    assert thanks.may_thank(connection, porch, alice, reader, NOW)
    assert not thanks.may_thank(connection, garden, alice, reader, NOW)
    assert not thanks.may_thank(connection, porch, reader, reader, NOW), "nor oneself"
    consents.withdraw(connection, reader, thanks.PURPOSE)
    assert not thanks.may_thank(connection, porch, alice, reader, NOW)


def test_who_avoids_the_writer_or_left_is_not_thanked(
    connection: Connection, alice: Person, reader: Person, porch: Community
) -> None:
    blocks.add(connection, reader, alice, NOW)
    assert not thanks.may_thank(connection, porch, alice, reader, NOW)
    blocks.lift(connection, reader, alice)
    members.leave(connection, reader, porch, NOW)
    assert not thanks.may_thank(connection, porch, alice, reader, NOW)


def test_words_go_once_to_the_one_they_were_written_for(
    connection: Connection, alice: Person, reader: Person, mo: Person, porch: Community
) -> None:
    row = draft(connection, porch, alice, reader)
    assert thanks.received(connection, reader, 9) == [], "a draft is the writer's"
    assert thanks.send(connection, mo, row, NOW) == "gone"
    assert thanks.send(connection, alice, row, NOW) == "sent"
    assert thanks.send(connection, alice, row, NOW) == "gone"
    assert [one.words for one in thanks.received(connection, reader, 9)] == [seal(row)]
    assert connection.execute("SELECT person FROM deliveries").fetchall() == [(reader.id,)]


def test_a_writer_has_one_draft(connection: Connection, alice: Person, reader: Person, porch: Community) -> None:
    first, second = draft(connection, porch, alice, reader), draft(connection, porch, alice, reader)
    assert thanks.send(connection, alice, first, NOW) == "gone"
    assert thanks.send(connection, alice, second, NOW) == "sent"


def test_three_a_day_to_the_second(connection: Connection, alice: Person, reader: Person, porch: Community) -> None:
    for _ in range(thanks.A_DAY):
        assert thanks.send(connection, alice, draft(connection, porch, alice, reader), NOW) == "sent"
    fourth = draft(connection, porch, alice, reader)
    assert thanks.send(connection, alice, fourth, NOW + DAY - SECOND) == "enough"
    assert thanks.send(connection, alice, fourth, NOW + DAY) == "sent"


def test_it_is_asked_again_at_the_moment_of_sending(
    connection: Connection, alice: Person, reader: Person, porch: Community
) -> None:
    row = draft(connection, porch, alice, reader)
    holds.hold(connection, porch, alice, None, NOW)
    assert thanks.send(connection, alice, row, NOW) == "sent", "the writer is told the same"
    assert rows_in(connection, "thanks") == rows_in(connection, "deliveries") == 0


def test_only_the_writer_drops_a_draft(connection: Connection, alice: Person, reader: Person, porch: Community) -> None:
    row = draft(connection, porch, alice, reader)
    thanks.drop(connection, reader, row)
    assert thanks.get(connection, row) is not None
    thanks.drop(connection, alice, row)
    assert thanks.get(connection, row) is None


def test_what_was_noted_is_told_apart_and_for_a_month(connection: Connection, alice: Person, bob: Person) -> None:
    assert thanks.balance(connection, alice, NOW) == (0, 0)
    for person, what in ((alice, "helped"), (alice, "hosted"), (alice, "received"), (bob, "helped")):
        thanks.note(connection, person, what, NOW)  # type: ignore[arg-type]  # mypy widens literals in a tuple
    assert thanks.balance(connection, alice, NOW + thanks.MONTH - SECOND) == (2, 1)
    assert thanks.balance(connection, alice, NOW + thanks.MONTH) == (0, 0)


def test_it_is_kept_for_as_long_as_was_said(
    connection: Connection, alice: Person, reader: Person, porch: Community
) -> None:
    thanks.send(connection, alice, draft(connection, porch, alice, reader), NOW)
    draft(connection, porch, alice, reader)
    for end, left in ((thanks.DRAFT_KEPT, 1), (thanks.KEPT, 0)):
        thanks.sweep(connection, NOW + end - SECOND)
        assert rows_in(connection, "thanks") == left + 1
        thanks.sweep(connection, NOW + end)
        assert rows_in(connection, "thanks") == left
    assert rows_in(connection, "given_received") == 0


def test_an_export_shows_no_draft_to_its_reader(
    connection: Connection, alice: Person, reader: Person, porch: Community
) -> None:
    row = draft(connection, porch, alice, reader)
    assert thanks.export(connection, reader, lambda one: "words") == {}
    thanks.send(connection, alice, row, NOW + HOUR)
    assert thanks.export(connection, reader, lambda one: "words") == {
        "thanks": [{"thanks": "you received", "words": "words"}]
    }
    assert thanks.export(connection, alice, lambda one: "words") == {
        "given and received": [{"what": "thanked", "when": (NOW + HOUR).isoformat()}],
        "thanks": [{"thanks": "you wrote", "words": "words"}],
    }


def test_leaving_takes_the_thanks_of_that_community_and_forgetting_everything(
    connection: Connection, alice: Person, reader: Person, porch: Community, garden: Community
) -> None:
    thanks.send(connection, alice, draft(connection, porch, alice, reader), NOW)
    thanks.forget(connection, alice, garden)
    assert rows_in(connection, "thanks") == 1
    thanks.forget(connection, alice, porch)
    assert rows_in(connection, "thanks") == 0
    assert rows_in(connection, "given_received") == 1
    thanks.forget(connection, alice, None)
    assert tables_naming(connection, alice) == {"accounts"}

"""Letters to the people who run a place: with a name or with nothing that tells whose they are."""

from __future__ import annotations

from sqlite3 import Connection

from bot.messages import Community, Person
from storage.delivery import offers
from storage.members import members
from storage.moderation import letters
from storage.moderation.letters import Kind, Letter
from tests.storage.conftest import DAY, HOUR, NOW, SECOND, rows_in, tables_naming


def again(words: bytes) -> bytes:
    return b"again " + words


def sent(
    connection: Connection, row: int, community: Community, person: Person, kind: Kind = "feedback", day: int = 0
) -> None:
    letters.draft(connection, row, community, person, b"words", NOW + day * DAY)
    assert letters.send(connection, person, row, kind, NOW + day * DAY)


def ids(connection: Connection, community: Community) -> list[int]:
    return [letter.id for letter in letters.of_community(connection, community, 10)]


# -- with a name -------------------------------------------------------------------------------------------------------


def test_a_draft_is_read_by_nobody(connection: Connection, porch: Community, alice: Person) -> None:
    letters.draft(connection, 1, porch, alice, b"words", NOW)
    assert letters.of_community(connection, porch, 10) == []
    assert letters.get(connection, porch, 1) is None


def test_a_letter_goes_once_and_stays_as_it_was_written(
    connection: Connection, porch: Community, alice: Person
) -> None:
    letters.draft(connection, 1, porch, alice, b"words", NOW)
    assert letters.send(connection, alice, 1, "question", NOW + HOUR)
    assert not letters.send(connection, alice, 1, "feedback", NOW + 2 * HOUR)
    assert letters.get(connection, porch, 1) == Letter(1, "question", alice, b"words", NOW + HOUR, False)


def test_nobody_sends_or_drops_somebody_elses_draft(
    connection: Connection, porch: Community, alice: Person, bob: Person
) -> None:
    letters.draft(connection, 1, porch, alice, b"words", NOW)
    assert not letters.send(connection, bob, 1, "feedback", NOW)
    assert not letters.send_unnamed(connection, bob, 1, 0, 77, again, NOW)
    letters.drop(connection, bob, 1)
    assert letters.send(connection, alice, 1, "feedback", NOW)


def test_a_draft_that_was_dropped_does_not_go(connection: Connection, porch: Community, alice: Person) -> None:
    letters.draft(connection, 1, porch, alice, b"words", NOW)
    letters.drop(connection, alice, 1)
    assert not letters.send(connection, alice, 1, "feedback", NOW)
    assert not letters.send_unnamed(connection, alice, 1, 0, 77, again, NOW)


def test_what_was_sent_is_not_dropped(connection: Connection, porch: Community, alice: Person) -> None:
    sent(connection, 1, porch, alice)
    letters.drop(connection, alice, 1)
    assert ids(connection, porch) == [1]


def test_another_community_reads_none_of_it(
    connection: Connection, porch: Community, garden: Community, alice: Person
) -> None:
    sent(connection, 1, porch, alice)
    assert ids(connection, garden) == []
    assert letters.get(connection, garden, 1) is None


def test_questions_that_wait_come_first_and_then_the_newest(
    connection: Connection, porch: Community, alice: Person
) -> None:
    sent(connection, 1, porch, alice, "question", day=0)
    sent(connection, 2, porch, alice, "question", day=1)
    sent(connection, 3, porch, alice, "feedback", day=2)
    assert ids(connection, porch) == [2, 1, 3]
    letters.answered(connection, porch, 2, NOW + 3 * DAY)
    assert ids(connection, porch) == [1, 3, 2]
    assert [letter.id for letter in letters.of_community(connection, porch, 1)] == [1]


def test_a_question_is_answered_by_whoever_is_first(
    connection: Connection, porch: Community, garden: Community, alice: Person
) -> None:
    sent(connection, 1, porch, alice, "question")
    sent(connection, 2, porch, alice, "feedback")
    assert not letters.answered(connection, garden, 1, NOW), "moderators of another community"
    assert letters.answered(connection, porch, 1, NOW)
    assert not letters.answered(connection, porch, 1, NOW + HOUR)
    assert not letters.answered(connection, porch, 2, NOW), "nobody asked anything there"
    assert not letters.answered(connection, porch, 99, NOW)


def test_a_writer_is_told_by_the_account_used_last(connection: Connection, alice: Person, bob: Person) -> None:
    connection.execute(
        "INSERT INTO accounts (platform, platform_id, person, last_seen) VALUES ('far', '9', ?, 9999999999)",
        (alice.id,),
    )
    assert letters.author(connection, alice) == "9"
    assert letters.author(connection, bob) == "bob"
    assert letters.author(connection, Person(99)) is None


# -- without a name ----------------------------------------------------------------------------------------------------


def test_nothing_tells_whose_a_letter_without_a_name_is(
    connection: Connection, porch: Community, alice: Person
) -> None:
    offer = offers.add(connection, alice, porch, [("feedback.send", "1")], NOW)
    letters.draft(connection, 1, porch, alice, b"words", NOW)
    assert letters.send_unnamed(connection, alice, 1, offer, 77, again, NOW + HOUR)
    midnight = NOW.replace(hour=0)
    assert letters.of_community(connection, porch, 10) == [
        Letter(77, "feedback", None, b"again words", midnight, False)
    ], "another number, other bytes, and no hour"
    assert tables_naming(connection, alice) == {"accounts"}
    assert letters.export(connection, alice, lambda letter: "words") == {}


def test_only_ones_own_buttons_go_with_it(connection: Connection, porch: Community, alice: Person, bob: Person) -> None:
    offer = offers.add(connection, bob, porch, [("feedback.send", "1")], NOW)
    letters.draft(connection, 1, porch, alice, b"words", NOW)
    letters.send_unnamed(connection, alice, 1, offer, 77, again, NOW)
    assert rows_in(connection, "offers") == 1


def test_it_stays_when_its_writer_is_forgotten(connection: Connection, porch: Community, alice: Person) -> None:
    letters.draft(connection, 1, porch, alice, b"words", NOW)
    letters.send_unnamed(connection, alice, 1, 0, 77, again, NOW)
    members.forget(connection, alice)
    assert ids(connection, porch) == [77]


# -- kept, shown, forgotten --------------------------------------------------------------------------------------------


def test_a_draft_waits_for_a_day_to_the_second(connection: Connection, porch: Community, alice: Person) -> None:
    letters.draft(connection, 1, porch, alice, b"words", NOW)
    letters.sweep(connection, NOW + letters.DRAFT_KEPT - SECOND)
    assert rows_in(connection, "letters") == 1
    letters.sweep(connection, NOW + letters.DRAFT_KEPT)
    assert rows_in(connection, "letters") == 0


def test_a_letter_is_kept_for_90_days_to_the_second(connection: Connection, porch: Community, alice: Person) -> None:
    sent(connection, 1, porch, alice)
    letters.sweep(connection, NOW + letters.KEPT - SECOND)
    assert ids(connection, porch) == [1]
    letters.sweep(connection, NOW + letters.KEPT)
    assert ids(connection, porch) == []


def test_an_export_shows_ones_own_letters_and_drafts(
    connection: Connection, porch: Community, garden: Community, alice: Person, bob: Person
) -> None:
    sent(connection, 1, porch, alice)
    letters.draft(connection, 2, garden, alice, b"more", NOW + DAY)
    sent(connection, 3, porch, bob)
    assert letters.export(connection, alice, lambda letter: letter.words.decode()) == {
        "what you told the people who run a community": [
            {"when": NOW.isoformat(), "words": "words"},
            {"when": (NOW + DAY).isoformat(), "words": "more"},
        ]
    }


def test_leaving_one_community_takes_what_was_written_there(
    connection: Connection, porch: Community, garden: Community, alice: Person, bob: Person
) -> None:
    sent(connection, 1, porch, alice)
    sent(connection, 2, garden, alice)
    sent(connection, 3, porch, bob)
    letters.forget(connection, alice, porch)
    assert (ids(connection, porch), ids(connection, garden)) == ([3], [2])
    letters.forget(connection, alice, None)
    assert (ids(connection, porch), ids(connection, garden)) == ([3], [])


def test_letters_go_with_their_writer_and_with_their_community(
    connection: Connection, porch: Community, garden: Community, alice: Person, bob: Person
) -> None:
    for row, community, who in ((1, porch, alice), (2, garden, bob), (3, porch, bob)):
        sent(connection, row, community, who)
    members.forget(connection, alice)
    connection.execute("DELETE FROM communities WHERE id = ?", (garden.id,))
    assert connection.execute("SELECT id FROM letters").fetchall() == [(3,)]

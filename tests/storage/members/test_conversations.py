"""Where a chat stands is kept for a day, and goes when its account asks to be forgotten, wherever it talked."""

from __future__ import annotations

from datetime import timedelta
from sqlite3 import Connection

from storage.members import conversations
from tests.storage.conftest import HOUR, NOW, SECOND, rows_in

CHAT, OTHER_CHAT, ALICE, BOB = b"chat", b"other chat", b"alice", b"bob"


def test_a_chat_nobody_had_stands_nowhere(connection: Connection) -> None:
    assert conversations.recall(connection, CHAT, NOW) is None
    conversations.drop(connection, CHAT)


def test_the_last_word_stands_and_in_its_own_chat(connection: Connection) -> None:
    conversations.remember(connection, CHAT, ALICE, b"1", NOW, NOW + HOUR)
    conversations.remember(connection, CHAT, ALICE, b"2", NOW, NOW + HOUR)
    conversations.remember(connection, OTHER_CHAT, ALICE, b"3", NOW, NOW + HOUR)
    assert conversations.recall(connection, CHAT, NOW) == b"2"
    conversations.drop(connection, CHAT)
    assert conversations.recall(connection, CHAT, NOW) is None
    assert conversations.recall(connection, OTHER_CHAT, NOW) == b"3"


def test_forgetting_reaches_every_chat_of_one_account(connection: Connection) -> None:
    for chat, who in ((CHAT, ALICE), (OTHER_CHAT, ALICE), (b"third", BOB)):
        conversations.remember(connection, chat, who, b"state", NOW, NOW + HOUR)
    conversations.forget(connection, ALICE)
    assert connection.execute("SELECT chat FROM conversations").fetchall() == [(b"third",)]


def test_a_chat_is_kept_until_its_last_question_stands_no_more_to_the_second(connection: Connection) -> None:
    conversations.remember(connection, CHAT, ALICE, b"1", NOW, NOW + HOUR)
    conversations.remember(connection, CHAT, ALICE, b"2", NOW, NOW + 2 * HOUR)
    conversations.sweep(connection, NOW + 2 * HOUR - SECOND)
    assert conversations.recall(connection, CHAT, NOW + 2 * HOUR - SECOND) == b"2"
    assert conversations.recall(connection, CHAT, NOW + 2 * HOUR) is None, "also before it is swept"
    conversations.sweep(connection, NOW + 2 * HOUR)
    assert rows_in(connection, "conversations") == 0


def test_no_question_keeps_a_chat_longer_than_a_week(connection: Connection) -> None:
    conversations.remember(connection, CHAT, ALICE, b"1", NOW, NOW + timedelta(days=30))
    conversations.sweep(connection, NOW + timedelta(days=7) - SECOND)
    assert rows_in(connection, "conversations") == 1
    conversations.sweep(connection, NOW + timedelta(days=7))
    assert rows_in(connection, "conversations") == 0


def test_what_is_noted_meanwhile_is_not_lost(connection: Connection) -> None:
    for _letter in range(2):
        conversations.change(connection, CHAT, ALICE, lambda was: ((was or b"") + b"a", NOW + HOUR), NOW)
    assert conversations.recall(connection, CHAT, NOW) == b"aa"
    conversations.change(connection, CHAT, ALICE, lambda _was: None, NOW)
    assert conversations.recall(connection, CHAT, NOW) is None

"""Where a chat stands is kept for a day, and goes when its account asks to be forgotten, wherever it talked."""

from __future__ import annotations

from sqlite3 import Connection

from storage.members import conversations
from tests.storage.conftest import HOUR, NOW, SECOND, rows_in

CHAT, OTHER_CHAT, ALICE, BOB = b"chat", b"other chat", b"alice", b"bob"


def test_a_chat_nobody_had_stands_nowhere(connection: Connection) -> None:
    assert conversations.recall(connection, CHAT) is None
    conversations.drop(connection, CHAT)


def test_the_last_word_stands_and_in_its_own_chat(connection: Connection) -> None:
    conversations.remember(connection, CHAT, ALICE, b"1", NOW)
    conversations.remember(connection, CHAT, ALICE, b"2", NOW)
    conversations.remember(connection, OTHER_CHAT, ALICE, b"3", NOW)
    assert conversations.recall(connection, CHAT) == b"2"
    conversations.drop(connection, CHAT)
    assert conversations.recall(connection, CHAT) is None
    assert conversations.recall(connection, OTHER_CHAT) == b"3"


def test_forgetting_reaches_every_chat_of_one_account(connection: Connection) -> None:
    for chat, who in ((CHAT, ALICE), (OTHER_CHAT, ALICE), (b"third", BOB)):
        conversations.remember(connection, chat, who, b"state", NOW)
    conversations.forget(connection, ALICE)
    assert connection.execute("SELECT chat FROM conversations").fetchall() == [(b"third",)]


def test_a_chat_is_kept_for_a_day_from_its_last_word_to_the_second(connection: Connection) -> None:
    conversations.remember(connection, CHAT, ALICE, b"1", NOW)
    conversations.remember(connection, CHAT, ALICE, b"2", NOW + HOUR)
    conversations.sweep(connection, NOW + HOUR + conversations.KEPT - SECOND)
    assert rows_in(connection, "conversations") == 1
    conversations.sweep(connection, NOW + HOUR + conversations.KEPT)
    assert rows_in(connection, "conversations") == 0

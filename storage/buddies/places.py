"""What becomes of the places of pairs: lost and opened anew, refused and tried again."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

from bot.messages import Channel, Community
from storage.database.instants import seconds
from storage.delivery import intents


def lost_place(connection: Connection, channel: Channel, now: datetime) -> None:
    """A place is gone that the bot had not left to its people: another is opened."""
    done_ = connection.execute(
        "UPDATE buddy_pairs SET platform = NULL, channel = NULL, thread = NULL, todo = 'open', due = ?, tries = 0"
        " WHERE platform = ? AND channel = ? AND thread IS ? AND state = 'active' AND NOT handed",
        (seconds(now), channel.platform, channel.id, channel.thread),
    )
    if done_.rowcount:
        intents.closed(connection, channel)


def try_again(connection: Connection, community: Community, now: datetime) -> None:
    """What a platform refused it does again: the places that wait to be opened or locked are due."""
    connection.execute(
        "UPDATE buddy_pairs SET due = ?1 WHERE community = ?2 AND todo IN ('open', 'close') AND due > ?1",
        (seconds(now), community.id),
    )

"""What waits because the bot lacks a permission: its moderators hear of it, and whoever waits for it. Each once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Connection
from typing import Literal

from bot.messages import Community, Person
from storage.delivery import deliveries
from storage.members import community_settings, consents

What = Literal["open", "let in", "take out", "close"]
LACKING, WAITS = "moderation.lacking", "moderation.waits"
"""To the moderators; to whoever asked for it."""


def note(
    connection: Connection, community: Community, what: What, about: str, asked: Iterable[Person], now: datetime
) -> None:
    """``about`` names the one thing that waits: those who asked for it hear of it once.

    That no place can be opened is a trouble, which moderators hear of by itself (``storage.moderation.troubles``).
    """
    args = {"what": what}
    reports = community_settings.get(connection, community).reports
    if reports is not None and what != "open":
        deliveries.tell(connection, reports, LACKING, f"{community.id}:{what}", now, None, "", community, args)
    for person in asked:
        deliveries.tell(connection, person, WAITS, f"{about}:{what}:{person.id}", now, None, consents.FIRST, args=args)

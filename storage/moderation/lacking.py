"""What somebody waits for because the bot lacks a permission: they hear of it once, and again if it happens anew.

Moderators, who can give it, hear of it as of any trouble (``storage.moderation.troubles``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Connection

from bot.messages import Community, Person
from storage.delivery import deliveries
from storage.members import consents
from storage.moderation import troubles
from storage.moderation.troubles import Trouble

WAITS = "moderation.waits"


def note(
    connection: Connection, community: Community, trouble: Trouble, about: str, asked: Iterable[Person], now: datetime
) -> None:
    """``about`` names the one thing that waits: those who asked for it hear of it once while the trouble lasts."""
    what = "open" if trouble.cause == troubles.PLACE else trouble.detail
    began = troubles.since(connection, community, trouble)
    for person in asked:
        key = f"{about}:{what}:{person.id}:{began}"
        deliveries.tell(connection, person, WAITS, key, now, None, consents.FIRST, args={"what": what})

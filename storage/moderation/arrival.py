"""The first word where the bot was let in: once for each place, whatever is started again meanwhile."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

from bot.messages import Channel, Place
from storage.delivery import deliveries
from storage.members import members

ARRIVED = "moderation.arrived"


def arrived(connection: Connection, place: Place, where: Channel, now: datetime) -> None:
    """The bot is in a place. Where nobody has met it there yet, it says so in this channel."""
    if members.community_of(connection, place) is None:
        community = members.found(connection, place, now)
        deliveries.tell(connection, where, ARRIVED, community.id, now, None, "", community)

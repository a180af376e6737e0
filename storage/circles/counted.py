"""Circles as totals for moderators: (part, whole) of the dates of a community, never shown as they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.messages import Community
from storage.circles.circles import TWO_HOSTS
from storage.database.instants import seconds

QUARTER = timedelta(days=90)


def with_two_hosts(connection: Connection, community: Community, now: datetime) -> tuple[int, int]:
    """M9: dates held with two hosts, of those of the last three months of the kinds that need two.

    What has one host an hour before is held only where that host decides so; anything else is called off.
    """
    kinds = ", ".join("?" * len(TWO_HOSTS))
    two, held = connection.execute(
        "SELECT count(*) - ifnull(sum(alone), 0), count(*) FROM gatherings JOIN circles ON circles.id = circle"
        f" WHERE community = ? AND kind IN ({kinds}) AND gatherings.state <> 'cancelled' AND ends > ? AND ends <= ?",
        (community.id, *sorted(TWO_HOSTS), seconds(now - QUARTER), seconds(now)),
    ).fetchone()
    return int(two), int(held)

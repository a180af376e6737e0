"""The open check-in post: where moderators want one, and when the next one comes. Once a day at most."""

from __future__ import annotations

from datetime import date, datetime, time
from sqlite3 import Connection
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clocks.times import Schedule, instant_at
from bot.context import NewRules
from bot.messages import Channel, Community
from storage.database import walls
from storage.database.instants import instant, seconds
from storage.delivery import deliveries

POST = "checkins.post"


class Post(NamedTuple):
    """Where a community's post goes, and when."""

    channel: Channel
    schedule: Schedule
    due: datetime


def set_post(
    connection: Connection, community: Community, channel: Channel, schedule: Schedule, now: datetime
) -> datetime:
    """Post here at this time from now on, in place of an earlier one. Returns when the first one comes."""
    first = schedule.next_after(now)
    connection.execute(
        "INSERT OR REPLACE INTO checkin_posts (community, platform, channel, thread, at, zone, due, nominal)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            community.id,
            channel.platform,
            channel.id,
            channel.thread,
            schedule.at.isoformat("minutes"),
            schedule.zone.key,
            seconds(first.instant),
            first.nominal.isoformat(),
        ),
    )
    return first.instant


def get(connection: Connection, community: Community) -> Post | None:
    row = connection.execute(
        "SELECT platform, channel, thread, at, zone, due FROM checkin_posts WHERE community = ?", (community.id,)
    ).fetchone()
    if row is None:
        return None
    platform, channel, thread, at, zone, due = row
    return Post(Channel(platform, channel, thread), _schedule(at, zone), instant(due))


def remove(connection: Connection, community: Community) -> bool:
    """No more of them. False if there was none."""
    return connection.execute("DELETE FROM checkin_posts WHERE community = ?", (community.id,)).rowcount > 0


def gone(connection: Connection, channel: Channel) -> None:
    """The channel is no more, and so is its post."""
    connection.execute(
        "DELETE FROM checkin_posts WHERE platform = ? AND channel = ? AND (? IS NULL OR thread = ?)",
        (channel.platform, channel.id, channel.thread, channel.thread),
    )


def plan_due(connection: Connection, now: datetime) -> None:
    """Today's post of every community whose time has come; of days in which the bot was away, the last one alone."""
    rows = connection.execute(
        "SELECT community, platform, channel, thread, at, zone, due, nominal FROM checkin_posts WHERE due <= ?",
        (seconds(now),),
    ).fetchall()
    for community, platform, channel, thread, at, zone, due, nominal in rows:
        schedule = _schedule(at, zone)
        following = schedule.next_after(now)
        to, what = Channel(platform, channel, thread), f"{community}:{nominal}"  # a changed hour makes no second post
        when = (instant(due), following.instant)
        deliveries.tell(connection, to, POST, what, *when, "", Community(community))
        connection.execute(
            "UPDATE checkin_posts SET due = ?, nominal = ? WHERE community = ?",
            (seconds(following.instant), following.nominal.isoformat(), community),
        )


def derive_anew(connection: Connection, now: datetime) -> None:
    """A post comes on the next of its days, however far a clock that was ahead has moved it on."""
    rows = connection.execute(
        "SELECT community, at, zone, due FROM checkin_posts WHERE due > ?", (seconds(now),)
    ).fetchall()
    for community, at, zone, due in rows:
        following = _schedule(at, zone).next_after(now)
        if due > seconds(following.instant):
            connection.execute(
                "UPDATE checkin_posts SET due = ?, nominal = ? WHERE community = ?",
                (seconds(following.instant), following.nominal.isoformat(), community),
            )


def follow(connection: Connection, rules: NewRules, after: int) -> int | None:
    """Posts in zones with new rules. One that is due already stays."""
    rows = connection.execute(
        "SELECT community, at, zone, nominal, due FROM checkin_posts WHERE community > ? AND due > ?"
        " AND zone IN (SELECT value FROM json_each(?)) ORDER BY community LIMIT ?",
        (after, seconds(rules.now), rules.names, walls.PORTION),
    ).fetchall()
    for community, at, zone, nominal, due in rows:
        fresh = seconds(instant_at(date.fromisoformat(nominal), time.fromisoformat(at), ZoneInfo(zone)))
        if fresh != due:
            connection.execute("UPDATE checkin_posts SET due = ? WHERE community = ?", (fresh, community))
    return walls.last(row for row, *_rest in rows)


def _schedule(at: str, zone: str) -> Schedule:
    return Schedule(time.fromisoformat(at), ZoneInfo(zone))

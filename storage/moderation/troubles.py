"""What does not work in a community: its moderators hear of it once for each cause, and once more when it is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal, NamedTuple, get_args

from bot.context import Delivery
from bot.messages import Channel, Community
from storage.database import sql
from storage.database.instants import seconds
from storage.delivery import deliveries
from storage.members import community_settings

TOLD = "community.trouble"
POSTS, PLACE, EVENTS, LACK = "posts", "place", "events", "lack"
"""Posts that die in one channel, places that cannot be opened, dates that cannot be shown, a missing permission."""
IN_A_ROW = 3
"""Posts that die before it is said: one may be an accident."""
KEPT = timedelta(days=90)
Act = Literal["let in", "take out", "close"]
"""What may be missing in a place that the bot made."""


class Trouble(NamedTuple):
    """``what`` is the channel or the platform it is about; ``detail`` says what did not work there."""

    cause: str
    what: str
    detail: str


def may_not(act: Act, place: Channel) -> Trouble:
    """What ends somebody's waiting is refused in this place; where it is refused elsewhere too, that is one cause."""
    return Trouble(f"{LACK} {act}", _named(place), act)


def met(
    connection: Connection,
    community: Community,
    trouble: Trouble,
    now: datetime,
    *,
    after: int = 1,
) -> None:
    """It has happened. Moderators hear of it the ``after``th time in a row, and then not again."""
    times, told = connection.execute(
        "INSERT INTO troubles (community, cause, what, detail, times, since) VALUES (?, ?, ?, ?, 1, ?)"
        " ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times, told",
        (community.id, *trouble, seconds(now)),
    ).fetchone()
    if times < after or told is not None:
        return
    connection.execute(
        "UPDATE troubles SET told = ? WHERE community = ? AND cause = ? AND what = ?",
        (seconds(now), community.id, trouble.cause, trouble.what),
    )
    if not _stands_elsewhere(connection, community, trouble):
        _tell(connection, community, trouble, now, over=False)


def over(connection: Connection, community: Community, cause: str, what: str, now: datetime) -> bool:
    """It works. True where moderators had heard that it does not; they hear this too, once it works everywhere."""
    row = connection.execute(
        "DELETE FROM troubles WHERE community = ? AND cause = ? AND what = ? RETURNING detail, told",
        (community.id, cause, what),
    ).fetchone()
    if row is None or row[1] is None:
        return False
    trouble = Trouble(cause, what, row[0])
    if not _stands_elsewhere(connection, community, trouble):
        _tell(connection, community, trouble, now, over=True)
    return True


def _stands_elsewhere(connection: Connection, community: Community, trouble: Trouble) -> bool:
    """Have moderators heard of this already, from another place that the bot made?"""
    if trouble.detail not in get_args(Act):
        return False
    found = connection.execute(
        "SELECT 1 FROM troubles WHERE community = ? AND cause = ? AND what <> ? AND told IS NOT NULL",
        (community.id, trouble.cause, trouble.what),
    )
    return found.fetchone() is not None


def since(connection: Connection, community: Community, trouble: Trouble) -> int:
    """When it began, in seconds: 0 where it is over, or was never met."""
    row = connection.execute(
        "SELECT since FROM troubles WHERE community = ? AND cause = ? AND what = ?",
        (community.id, trouble.cause, trouble.what),
    ).fetchone()
    return row[0] if row else 0


def of_post(connection: Connection, delivery: Delivery, state: deliveries.State, reason: str, now: datetime) -> None:
    """What became of something said in a shared place. That we have a bug is no trouble of the place."""
    if not isinstance(delivery.to, Channel) or delivery.community is None:
        return
    if state == "dead" and reason != "failed":
        trouble = Trouble(POSTS, _named(delivery.to), delivery.kind)
        met(connection, delivery.community, trouble, now, after=IN_A_ROW)
    elif state == "sent":
        over(connection, delivery.community, POSTS, _named(delivery.to), now)


def told_of(connection: Connection, community: Community) -> list[Trouble]:
    """What moderators were told of and is not over."""
    rows = connection.execute(
        "SELECT cause, what, detail FROM troubles WHERE community = ? AND told IS NOT NULL ORDER BY since, cause, what",
        (community.id,),
    )
    return [Trouble(*row) for row in rows.fetchall()]


def is_silent(connection: Connection, community: Community, channel: Channel) -> bool:
    """Does what is said in this channel not get through?"""
    found = told_of(connection, community)
    return any(one.cause == POSTS and one.what == _named(channel) for one in found)


def watched(connection: Connection) -> list[Community]:
    """The communities whose moderators can be told."""
    rows = connection.execute(
        "SELECT communities.id, name FROM communities JOIN community_settings ON community = communities.id"
        " WHERE reports_channel IS NOT NULL ORDER BY communities.id"
    )
    return [Community(*row) for row in rows.fetchall()]


def channel_gone(connection: Connection, channel: Channel) -> None:
    connection.execute("DELETE FROM troubles WHERE what = ?", (_named(channel),))


def sweep(connection: Connection, now: datetime) -> bool:
    return sql.erase(connection, "troubles", "since <= ?", seconds(now - KEPT))


def _tell(connection: Connection, community: Community, trouble: Trouble, now: datetime, *, over: bool) -> None:
    """Where reports are announced; not in the very channel in which nothing gets through."""
    where = community_settings.get(connection, community).reports
    if where is None or (trouble.cause == POSTS and trouble.what == _named(where) and not over):
        return
    about: dict[str, int | str] = {
        "cause": trouble.cause,
        "what": trouble.what,
        "detail": trouble.detail,
        "over": int(over),
    }
    what = f"{community.id}:{trouble.cause}:{trouble.what}:{int(over)}:{seconds(now)}"
    deliveries.tell(connection, where, TOLD, what, now, None, "", community, about)


def _named(channel: Channel) -> str:
    return f"{channel.platform} {channel.id} {channel.thread or ''}".rstrip()

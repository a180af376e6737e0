"""Communities put where they belong: two that are one room's become one, and people whom another took come back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from sqlite3 import Connection

from bot.context import Delivery
from bot.messages import Channel, Community, Person, Place
from storage.database.instants import seconds
from storage.delivery import deliveries
from storage.members import community_settings, members

SEPARATED = "community.separated"
"""What moderators hear when their room was taken for a part of another place, and is not any more."""

WHOLE = {
    "cases": 'id IN (SELECT "case" FROM case_people WHERE person IN (SELECT value FROM json_each(:persons)))',
    "circles": "id IN (SELECT circle FROM circle_hosts) AND id NOT IN"
    " (SELECT circle FROM circle_hosts WHERE person NOT IN (SELECT value FROM json_each(:persons)))",
    "buddy_pairs": "id IN (SELECT pair FROM buddy_members) AND id NOT IN"
    " (SELECT pair FROM buddy_members WHERE person NOT IN (SELECT value FROM json_each(:persons)))",
}
"""Which of what has no person of its own goes with people: what names them, what they host, what they are both in."""


def reunite(connection: Connection, old: Place, new: Place) -> None:
    """One room took the other's place, and a community lives in each: they become the older one. Nothing is lost but
    what both have.
    """
    both = [community for place in (old, new) if (community := _lives_in(connection, place)) is not None]
    if len(set(both)) < 2:
        return
    kept, other = sorted(both)
    for table, column in _references(connection, "communities"):
        connection.execute(
            # The names stand in the schema.
            f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE "{column}" = ?',
            (kept, other),
        )
    connection.execute("DELETE FROM places WHERE platform = ? AND platform_id = ?", (old.platform, old.id))
    connection.execute("DELETE FROM communities WHERE id = ?", (other,))


def separate(connection: Connection, room: Place, taken_by: Community, people: Iterable[Person], now: datetime) -> None:
    """These people belong to the room's own community: what they have in the one that took them goes there with them,
    and what was reported by them or about them. Its moderators hear of it.
    """
    own = members.found(connection, room, now)
    persons = [person.id for person in people]
    values = {"own": own.id, "other": taken_by.id, "persons": f"[{', '.join(map(str, persons))}]"}
    theirs = {table: columns for table, columns in _by_table(connection, "persons") if table not in WHOLE}
    for table, column in _references(connection, "communities"):
        if table in theirs:
            which = " AND ".join(
                f'ifnull("{person}" IN (SELECT value FROM json_each(:persons)), 1)' for person in theirs[table]
            )
        elif table in WHOLE:
            which = WHOLE[table]
        else:
            continue
        connection.execute(
            # The names stand in the schema.
            f'UPDATE OR IGNORE "{table}" SET "{column}" = :own WHERE "{column}" = :other AND {which}',
            values,
        )
    where = community_settings.get(connection, own).reports or Channel(room.platform, room.id)
    key = f"{SEPARATED}:{own.id}:{taken_by.id}:{seconds(now)}"
    deliveries.plan(connection, Delivery(where, SEPARATED, key, now, community=own))


def _lives_in(connection: Connection, place: Place) -> int | None:
    row = connection.execute(
        "SELECT community FROM places WHERE platform = ? AND platform_id = ?", (place.platform, place.id)
    ).fetchone()
    return row[0] if row else None


def _references(connection: Connection, to: str) -> list[tuple[str, str]]:
    """The columns that point to a table, each with its own table."""
    rows = connection.execute(
        'SELECT tables.name, keys."from" FROM sqlite_master AS tables, pragma_foreign_key_list(tables.name) AS keys'
        " WHERE tables.type = 'table' AND keys.\"table\" = ? ORDER BY 1, 2",
        (to,),
    )
    return [(table, column) for table, column in rows]


def _by_table(connection: Connection, to: str) -> Iterator[tuple[str, list[str]]]:
    for table, columns in groupby(_references(connection, to), key=lambda found: found[0]):
        yield table, [column for _table, column in columns]

"""What is kept of pairs and for how long: shown to its owner, and gone when they say or when its time is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any

from bot.messages import Community, Person
from storage.database import sql
from storage.database.instants import instant, seconds

KEPT, GOAL_KEPT = timedelta(days=90), timedelta(days=14)


def sweep(connection: Connection, now: datetime) -> bool:
    """Goals 14 days after the end of a pair, the rest after 90."""
    over = "pair IN (SELECT id FROM buddy_pairs WHERE ended <= ?)"
    return sql.erase(connection, "buddy_goals", over, seconds(now - GOAL_KEPT)) or sql.erase(
        connection, "buddy_pairs", "ended <= ? AND todo IS NULL", seconds(now - KEPT)
    )


def export(connection: Connection, person: Person) -> dict[str, Any]:
    rows = connection.execute(
        "SELECT name, kind, opened, ended, wish FROM buddy_members JOIN buddy_pairs ON buddy_pairs.id = pair"
        " JOIN communities ON communities.id = community WHERE person = ? ORDER BY pair",
        (person.id,),
    )
    pairs_ = [
        {
            "community": name,
            "kind": kind,
            "since": instant(began).isoformat() if began else "being opened",
            "ended": instant(ended).isoformat() if ended else "not yet",
            "what you would like next": chosen or "you have not said",
        }
        for name, kind, began, ended, chosen in rows
    ]
    talks = connection.execute(
        "SELECT day, answer FROM buddy_weeks WHERE person = ? ORDER BY pair, day", (person.id,)
    ).fetchall()
    kept: dict[str, Any] = {"your pairs": pairs_} if pairs_ else {}
    if talks:
        kept["did you get to talk"] = [{"day of the pair": day, "you said": said} for day, said in talks]
    return kept


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    """The person's own rows in the pairs of one community, or (None) everywhere; they have left them before."""
    here = (person.id, community.id if community else None)
    mine = "person = ?1 AND pair IN (SELECT id FROM buddy_pairs WHERE community = ifnull(?2, community))"
    for table in ("buddy_weeks", "buddy_goals", "buddy_members"):
        connection.execute(f"DELETE FROM {table} WHERE {mine}", here)
    connection.execute(
        "DELETE FROM buddy_marks WHERE person = ?1 AND question IN (SELECT buddy_questions.id FROM buddy_questions"
        " JOIN buddy_pairs ON buddy_pairs.id = pair WHERE community = ifnull(?2, community))",
        here,
    )

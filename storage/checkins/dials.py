"""How each member likes to be asked: how personal, which themes, what to leave out, and whom answers may go to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.messages import Person
from storage.database import sql
from storage.database.instants import instant, seconds

Personal = Literal["light", "personal", "tender"]
Audience = Literal["nobody", "listeners", "thread"]


class Dials(NamedTuple):
    """No themes means all of them. ``questioned``: when the member was last asked whether to go on."""

    personal: Personal = "light"
    themes: frozenset[str] = frozenset()
    leave_out: frozenset[str] = frozenset()
    audience: Audience = "nobody"
    questioned: datetime | None = None


def get(connection: Connection, person: Person) -> Dials:
    row = connection.execute(
        "SELECT personal, themes, leave_out, audience, questioned FROM checkin_dials WHERE person = ?", (person.id,)
    ).fetchone()
    if row is None:
        return Dials()
    personal, themes, leave_out, audience, questioned = row
    return Dials(personal, frozenset(themes.split()), frozenset(leave_out.split()), audience, instant(questioned))


def set_personal(connection: Connection, person: Person, personal: Personal) -> None:
    _set(connection, person, "personal", personal)


def set_themes(connection: Connection, person: Person, themes: Collection[str]) -> None:
    _set(connection, person, "themes", " ".join(sorted(themes)))


def set_leave_out(connection: Connection, person: Person, topics: Collection[str]) -> None:
    _set(connection, person, "leave_out", " ".join(sorted(topics)))


def set_audience(connection: Connection, person: Person, audience: Audience) -> None:
    _set(connection, person, "audience", audience)


def set_questioned(connection: Connection, person: Person, now: datetime) -> None:
    _set(connection, person, "questioned", seconds(now))


def not_questioned(connection: Connection, person: Person) -> None:
    """They set times anew: what they were asked about the old ones is no answer to these."""
    connection.execute("UPDATE checkin_dials SET questioned = NULL WHERE person = ?", (person.id,))


def export(connection: Connection, person: Person) -> dict[str, Any]:
    dials = get(connection, person)
    return {
        "how you like to be asked": {
            "how personal": dials.personal,
            "themes": sorted(dials.themes) or "all",
            "left out": sorted(dials.leave_out),
            "who answers may go to": dials.audience,
            "last asked whether to go on": dials.questioned.isoformat() if dials.questioned else "never",
        }
    }


def forget(connection: Connection, person: Person) -> None:
    sql.forget(connection, person, "checkin_dials")


def _set(connection: Connection, person: Person, column: str, value: str | int) -> None:
    connection.execute(  # a name of our own schema, not of anybody outside
        f"INSERT INTO checkin_dials (person, {column}) VALUES (?, ?)"
        f" ON CONFLICT (person) DO UPDATE SET {column} = excluded.{column}",
        (person.id, value),
    )

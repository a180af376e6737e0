"""What happens at a date: whose turn it is, timers for listening practice, and answers afterwards, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import NamedTuple

from bot.messages import Channel, Community, Person
from storage.database.instants import instant, seconds


class Practice(NamedTuple):
    """A timer that runs: in a place, or for two people by direct message. ``step`` is the next one to announce."""

    id: int
    community: Community
    prompt: str
    where: Channel | tuple[Person, Person]
    step: int
    due: datetime


# -- turns ------------------------------------------------------------------------------------------------------------


def join_turns(connection: Connection, gathering: int, person: Person, *, first: bool) -> None:
    """The person speaks too: hosts before everybody else, the rest in the order they came."""
    connection.execute(
        "INSERT INTO circle_turns (gathering, person, position) VALUES (?1, ?2,"
        " (SELECT count(*) + CASE WHEN ?3 THEN -1000 ELSE 0 END FROM circle_turns WHERE gathering = ?1))"
        " ON CONFLICT DO NOTHING",
        (gathering, person.id, first),
    )


def speaker(connection: Connection, gathering: int) -> Person | None:
    """Who has the talking piece now."""
    row = connection.execute(
        "SELECT person FROM circle_turns WHERE gathering = ? AND state = 'speaks'", (gathering,)
    ).fetchone()
    return Person(row[0]) if row else None


def pass_piece(connection: Connection, gathering: int) -> Person | None:
    """The talking piece goes on. None when everybody had it; then the next round begins with the hosts again."""
    connection.execute("UPDATE circle_turns SET state = 'done' WHERE gathering = ? AND state = 'speaks'", (gathering,))
    row = connection.execute(
        "SELECT person FROM circle_turns WHERE gathering = ? AND state = 'to come' ORDER BY position LIMIT 1",
        (gathering,),
    ).fetchone()
    if row is None:
        connection.execute("UPDATE circle_turns SET state = 'to come' WHERE gathering = ?", (gathering,))
        return None
    speaks = (gathering, row[0])
    connection.execute("UPDATE circle_turns SET state = 'speaks' WHERE gathering = ? AND person = ?", speaks)
    return Person(row[0])


# -- listening practice -----------------------------------------------------------------------------------------------


def begin_practice(
    connection: Connection, community: Community, prompt: str, where: Channel | tuple[Person, Person], now: datetime
) -> bool:
    """Start the timer. False if one runs there already."""
    if isinstance(where, Channel):
        place, pair = (where.platform, where.id, where.thread), (None, None)
        running = connection.execute(
            "SELECT 1 FROM practices WHERE platform = ? AND channel = ? AND thread IS ? AND due IS NOT NULL", place
        ).fetchone()
    else:
        place, pair = (None, None, None), (where[0].id, where[1].id)  # type: ignore[assignment]  # two shapes
        running = connection.execute(
            "SELECT 1 FROM practices WHERE due IS NOT NULL AND (first IN (?1, ?2) OR second IN (?1, ?2))", pair
        ).fetchone()
    if running is not None:
        return False
    connection.execute(
        "INSERT INTO practices (community, prompt, platform, channel, thread, first, second, due)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (community.id, prompt, *place, *pair, seconds(now)),
    )
    return True


def due_practices(connection: Connection, now: datetime, limit: int) -> list[Practice]:
    rows = connection.execute(
        "SELECT practices.id, communities.id, name, prompt, platform, channel, thread, first, second, step, due"
        " FROM practices JOIN communities ON communities.id = community WHERE due <= ? ORDER BY due LIMIT ?",
        (seconds(now), limit),
    )
    found = []
    for id_, community, name, prompt, platform, channel, thread, first, second, step, due in rows:
        where = Channel(platform, channel, thread) if channel is not None else (Person(first), Person(second))
        found.append(Practice(id_, Community(community, name), prompt, where, step, instant(due)))
    return found


def practised(connection: Connection, practice: int, step: int, due: datetime | None) -> None:
    """On to the next step, or (None) the end: then nothing of it stays."""
    if due is None:
        connection.execute("DELETE FROM practices WHERE id = ?", (practice,))
        return
    connection.execute("UPDATE practices SET step = ?, due = ? WHERE id = ?", (step, seconds(due), practice))


# -- afterwards -------------------------------------------------------------------------------------------------------


def reflect(connection: Connection, gathering: int, person: Person, prompt: str, answer: int) -> bool:
    """Count an answer, once for each person and question. False if they had answered it."""
    row = connection.execute(
        "SELECT reflected FROM circle_answers WHERE gathering = ? AND person = ? AND answer IN ('in', 'listening')",
        (gathering, person.id),
    ).fetchone()
    if row is None or prompt in row[0].split():
        return False
    connection.execute(
        "UPDATE circle_answers SET reflected = ? WHERE gathering = ? AND person = ?",
        (f"{row[0]} {prompt}".strip(), gathering, person.id),
    )
    connection.execute(
        "INSERT INTO circle_reflections (gathering, prompt, answer, answers) VALUES (?, ?, ?, 1)"
        " ON CONFLICT DO UPDATE SET answers = answers + 1",
        (gathering, prompt, answer),
    )
    return True


def reflections(connection: Connection, gathering: int, prompt: str) -> Sequence[tuple[int, int]]:
    """(answer, how many) of one question."""
    return connection.execute(
        "SELECT answer, answers FROM circle_reflections WHERE gathering = ? AND prompt = ? ORDER BY answer",
        (gathering, prompt),
    ).fetchall()

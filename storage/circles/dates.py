"""The dates of a circle: opened ahead, moved or cancelled one by one, and what was done about each so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.messages import Person
from storage.database import walls
from storage.database.instants import instant, seconds

ONE_DAY = timedelta(days=1)


class Gathering(NamedTuple):
    """One date of a circle. ``nominal`` is its date on the host's calendar, whatever it was moved to."""

    id: int
    circle: int
    nominal: date
    starts: datetime
    ends: datetime
    version: int
    state: Literal["planned", "cancelled", "over"]
    step: int
    due: datetime | None
    alone: bool


_GATHERING = "SELECT id, circle, nominal, starts, ends, version, state, step, due, alone FROM gatherings"


def add(
    connection: Connection, circle: int, nominal: date, starts: datetime, ends: datetime, due: datetime
) -> int | None:
    """Open a date. None if it was opened before, whatever became of it."""
    done = connection.execute(
        "INSERT INTO gatherings (circle, nominal, starts, ends, due, shown_due, wall, version)"
        " SELECT id, ?2, ?3, ?4, ?5, ?5, ?2 || ' ' || substr(recurrence, 12, 5) || ':00', version FROM circles"
        " WHERE id = ?1 ON CONFLICT DO NOTHING",
        (circle, nominal.isoformat(), seconds(starts), seconds(ends), seconds(due)),
    )
    return done.lastrowid if done.rowcount else None


def get(connection: Connection, gathering: int) -> Gathering | None:
    return next(_find(connection, "id = ?", gathering), None)


def coming(connection: Connection, circle: int, now: datetime) -> list[Gathering]:
    """The planned dates that have not ended, in order."""
    return [*_find(connection, "circle = ? AND state = 'planned' AND ends > ? ORDER BY starts", circle, seconds(now))]


def known(connection: Connection, circle: int, now: datetime) -> list[Gathering]:
    """The dates that have not ended, also those that were called off, in order."""
    return [*_find(connection, "circle = ? AND ends > ? ORDER BY starts", circle, seconds(now))]


def opened(connection: Connection, circle: int, now: datetime) -> dict[date, bool]:
    """The dates from about now on, by the host's calendar, that were opened, wherever they were moved to. True for
    those that are still to come: the others were called off, or were moved to a time that has passed.
    """
    rows = connection.execute(
        "SELECT nominal, state = 'planned' AND ends > ? FROM gatherings WHERE circle = ? AND nominal >= ?",
        (seconds(now), circle, (now - ONE_DAY).date().isoformat()),
    )
    return {date.fromisoformat(nominal): bool(coming) for nominal, coming in rows}


def under_way(connection: Connection, circle: int, since: datetime, until: datetime) -> Gathering | None:
    """The date that has begun by ``until`` and had not ended at ``since``."""
    begun = "circle = ? AND state <> 'cancelled' AND starts <= ? AND ends > ? ORDER BY starts LIMIT 1"
    return next(_find(connection, begun, circle, seconds(until), seconds(since)), None)


def move(
    connection: Connection,
    gathering: int,
    starts: datetime,
    ends: datetime,
    step: int,
    due: datetime | None,
    now: datetime,
) -> None:
    """Another time for one date. Its version grows, so that nothing planned for the old one is true any more."""
    [zone] = connection.execute(
        "SELECT substr(recurrence, 18, instr(substr(recurrence, 18), ' ') - 1) FROM circles"
        " WHERE id = (SELECT circle FROM gatherings WHERE gatherings.id = ?)",
        (gathering,),
    ).fetchone()
    connection.execute(
        "UPDATE gatherings SET starts = ?, ends = ?, version = version + 1, step = ?, due = ?, alone = 0,"
        " shown_due = ?, wall = ? WHERE id = ? AND state = 'planned'",
        (
            *(seconds(starts), seconds(ends), step, seconds(due) if due else None, seconds(now)),
            *(walls.wall(starts, zone), gathering),
        ),
    )


def cancel(connection: Connection, gathering: int, step: int, due: datetime, now: datetime) -> bool:
    """Call one date off; what is left to do about it begins with this step. False if it was not planned."""
    done = connection.execute(
        "UPDATE gatherings SET state = 'cancelled', version = version + 1, step = ?, due = ?, shown_due = ?"
        " WHERE id = ? AND state = 'planned'",
        (step, seconds(due), seconds(now), gathering),
    )
    return done.rowcount > 0


def hold_alone(connection: Connection, gathering: int) -> bool:
    """It is held with one host, who decided so. False if that was decided already."""
    done = connection.execute("UPDATE gatherings SET alone = 1 WHERE id = ? AND NOT alone", (gathering,))
    return done.rowcount > 0


def due(connection: Connection, now: datetime, limit: int) -> list[Gathering]:
    """The dates about which something is to be done now, the longest waiting first."""
    return [*_find(connection, "due <= ? ORDER BY due, id LIMIT ?", seconds(now), limit)]


def done(connection: Connection, gathering: int, step: int, following: datetime | None) -> None:
    connection.execute(
        "UPDATE gatherings SET step = ?, due = ? WHERE id = ?",
        (step, seconds(following) if following else None, gathering),
    )


def close(connection: Connection, gathering: int) -> None:
    """It is over: who said what becomes a number, and goes."""
    connection.execute(
        "UPDATE gatherings SET state = CASE state WHEN 'planned' THEN 'over' ELSE state END, due = NULL, seated ="
        " (SELECT count(*) FROM circle_answers WHERE gathering = gatherings.id AND answer IN ('in', 'listening'))"
        " WHERE id = ?",
        (gathering,),
    )
    connection.execute("DELETE FROM circle_answers WHERE gathering = ?", (gathering,))
    connection.execute("DELETE FROM circle_turns WHERE gathering = ?", (gathering,))


def wanting_dates(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Circles whose next date has to be opened now."""
    rows = connection.execute(
        "SELECT id FROM circles WHERE state = 'published' AND due <= ? ORDER BY due LIMIT ?", (seconds(now), limit)
    )
    return [circle for (circle,) in rows]


def open_next_at(connection: Connection, circle: int, at: datetime | None) -> None:
    connection.execute("UPDATE circles SET due = ? WHERE id = ?", (seconds(at) if at else None, circle))


# -- what was asked there, and who has held how many -------------------------------------------------------------------


def asked(connection: Connection, circle: int) -> dict[str, datetime]:
    """Every question of its rounds so far, and when its date began."""
    rows = connection.execute("SELECT asked, starts FROM gatherings WHERE circle = ? ORDER BY starts", (circle,))
    return {prompt: instant(starts) for prompts, starts in rows for prompt in prompts.split()}


def add_asked(connection: Connection, gathering: int, prompt: str) -> None:
    connection.execute("UPDATE gatherings SET asked = trim(asked || ' ' || ?) WHERE id = ?", (prompt, gathering))


def held(connection: Connection, circle: int, since: datetime, until: datetime) -> int:
    """How many dates of the circle began since then and have ended by then, and were not called off."""
    [count] = connection.execute(
        "SELECT count(*) FROM gatherings WHERE circle = ? AND state <> 'cancelled' AND starts >= ? AND ends <= ?",
        (circle, seconds(since), seconds(until)),
    ).fetchone()
    return int(count)


def held_by(connection: Connection, community: int, person: Person, since: datetime, until: datetime) -> int:
    """How many dates in this community began since then and ended before then, of circles the person hosts."""
    [count] = connection.execute(
        "SELECT count(*) FROM gatherings JOIN circles ON circles.id = gatherings.circle"
        " JOIN circle_hosts ON circle_hosts.circle = circles.id AND person = ? AND accepted <= starts"
        " WHERE community = ? AND gatherings.state <> 'cancelled' AND kind <> 'notice' AND starts >= ? AND ends < ?",
        (person.id, community, seconds(since), seconds(until)),
    ).fetchone()
    return int(count)


# -- what a platform's own calendar shows ------------------------------------------------------------------------------


class Showing(NamedTuple):
    """A date that a platform's calendar has to show, change or drop. ``shown`` is its id there, if it has one."""

    gathering: Gathering
    shown: str | None


def to_show(connection: Connection, now: datetime, limit: int) -> list[Showing]:
    """Dates that changed since the platform's calendar was told."""
    rows = connection.execute(
        f"{_GATHERING.replace(' FROM', ', shown FROM')} WHERE shown_due <= ? ORDER BY shown_due, id LIMIT ?",
        (seconds(now), limit),
    )
    return [Showing(_read(row[:-1]), row[-1]) for row in rows]


def showed(connection: Connection, gathering: int, version: int, shown: str | None, again: datetime | None) -> None:
    """The calendar stands as this version says. Where it has changed meanwhile, it is told once more."""
    connection.execute("UPDATE gatherings SET shown = ? WHERE id = ?", (shown, gathering))
    connection.execute(
        "UPDATE gatherings SET shown_due = ? WHERE id = ? AND version = ?",
        (seconds(again) if again else None, gathering, version),
    )


def _find(connection: Connection, condition: str, *values: object) -> Iterator[Gathering]:
    return map(_read, connection.execute(f"{_GATHERING} WHERE {condition}", values))


def _read(row: Sequence[Any]) -> Gathering:
    id_, circle, nominal, starts, ends, version, state, step, due_, alone = row
    return Gathering(
        id_,
        circle,
        date.fromisoformat(nominal),
        instant(starts),
        instant(ends),
        version,
        state,
        step,
        instant(due_),
        bool(alone),
    )

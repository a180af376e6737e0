"""Who belongs to a circle, and what each said to one date. The schema refuses one seat too many."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.messages import Channel, Community, Member, Person
from storage.database.instants import instant, seconds

Seat = Literal["in", "listening"]
Answer = Literal["in", "listening", "maybe", "cant", "waiting", "offered"]

SEATED: tuple[Answer, ...] = ("in", "listening")


class Said(NamedTuple):
    """One member's answer to one date."""

    id: int
    person: Person
    answer: Answer
    wants: Seat | None
    due: datetime | None
    came: bool
    reflected: frozenset[str]


class Membership(NamedTuple):
    """How somebody belongs to a circle. ``missed`` is None unless they asked for a hello when they miss two."""

    person: Person
    usual: Seat | None
    reminders: frozenset[str]
    missed: int | None
    inside: bool
    since: datetime


_SAID = "SELECT id, person, answer, wants, due, came, reflected FROM circle_answers"
_MEMBER = "SELECT person, usual, reminders, missed, inside, since FROM circle_members"


# -- answers to one date ----------------------------------------------------------------------------------------------


def free(connection: Connection, gathering: int) -> int:
    """How many seats nobody has or was offered."""
    [seats, taken] = connection.execute(
        "SELECT seats, (SELECT count(*) FROM circle_answers"
        " WHERE gathering = gatherings.id AND answer IN ('in', 'listening', 'offered'))"
        " FROM gatherings JOIN circles ON circles.id = circle WHERE gatherings.id = ?",
        (gathering,),
    ).fetchone()
    return max(0, int(seats) - int(taken))


def said(connection: Connection, gathering: int, person: Person) -> Said | None:
    row = connection.execute(f"{_SAID} WHERE gathering = ? AND person = ?", (gathering, person.id)).fetchone()
    return _read(row) if row else None


def all_said(connection: Connection, gathering: int, *answers: Answer) -> list[Said]:
    """Everybody with one of these answers (all, where none is named), in the order they asked."""
    rows = [_read(row) for row in connection.execute(f"{_SAID} WHERE gathering = ? ORDER BY id", (gathering,))]
    return [one for one in rows if not answers or one.answer in answers]


def put(
    connection: Connection,
    gathering: int,
    person: Person,
    answer: Answer,
    wants: Seat | None = None,
    due: datetime | None = None,
) -> None:
    """What the member says now. Whoever begins to wait stands at the end; whoever goes on waiting keeps their place."""
    before = said(connection, gathering, person)
    values = (answer, wants, seconds(due) if due else None)
    if before is not None and not (answer == "waiting" and before.answer not in ("waiting", "offered")):
        connection.execute(
            "UPDATE circle_answers SET answer = ?, wants = ?, due = ? WHERE id = ?", (*values, before.id)
        )
        return
    connection.execute("DELETE FROM circle_answers WHERE gathering = ? AND person = ?", (gathering, person.id))
    connection.execute(
        "INSERT INTO circle_answers (gathering, person, answer, wants, due) VALUES (?, ?, ?, ?, ?)",
        (gathering, person.id, *values),
    )


def remove(connection: Connection, gathering: int, person: Person) -> None:
    connection.execute("DELETE FROM circle_answers WHERE gathering = ? AND person = ?", (gathering, person.id))


def first_waiting(connection: Connection, gathering: int) -> Said | None:
    row = connection.execute(
        f"{_SAID} WHERE gathering = ? AND answer = 'waiting' ORDER BY id LIMIT 1", (gathering,)
    ).fetchone()
    return _read(row) if row else None


def lapsed(connection: Connection, now: datetime, limit: int) -> list[tuple[int, Person]]:
    """(gathering, person) of offers that nobody took in time."""
    rows = connection.execute(
        "SELECT gathering, person FROM circle_answers WHERE due <= ? ORDER BY due LIMIT ?", (seconds(now), limit)
    )
    return [(gathering, Person(person)) for gathering, person in rows]


def came(connection: Connection, gathering: int, person: Person) -> None:
    connection.execute("UPDATE circle_answers SET came = 1 WHERE gathering = ? AND person = ?", (gathering, person.id))


# -- who belongs to the circle ----------------------------------------------------------------------------------------


def belong(connection: Connection, circle: int, person: Person, now: datetime) -> bool:
    """The person is a member of the circle from now on. False if they were one."""
    done = connection.execute(
        "INSERT INTO circle_members (circle, person, since, due) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (circle, person.id, seconds(now), seconds(now)),
    )
    return done.rowcount > 0


def membership(connection: Connection, circle: int, person: Person) -> Membership | None:
    row = connection.execute(f"{_MEMBER} WHERE circle = ? AND person = ?", (circle, person.id)).fetchone()
    return _member(row) if row else None


def members_of(connection: Connection, circle: int) -> list[Membership]:
    """Everybody who belongs to the circle, in the order they came."""
    rows = connection.execute(f"{_MEMBER} WHERE circle = ? ORDER BY since, person", (circle,))
    return [_member(row) for row in rows]


def circles_of(connection: Connection, person: Person) -> list[int]:
    rows = connection.execute("SELECT circle FROM circle_members WHERE person = ? ORDER BY circle", (person.id,))
    return [circle for (circle,) in rows]


def together(connection: Connection, person: Person, community: Community) -> frozenset[Person]:
    """Everybody who comes to or hosts a circle of this community that the person comes to or hosts too."""
    rows = connection.execute(
        "WITH everybody (circle, person) AS (SELECT circle, person FROM circle_members"
        " UNION SELECT circle, person FROM circle_hosts WHERE accepted IS NOT NULL)"
        " SELECT DISTINCT other.person FROM everybody AS mine JOIN everybody AS other USING (circle)"
        " JOIN circles ON circles.id = circle"
        " WHERE mine.person = ?1 AND other.person <> ?1 AND community = ?2 AND state = 'published'",
        (person.id, community.id),
    )
    return frozenset(Person(other) for (other,) in rows)


def set_usual(connection: Connection, circle: int, person: Person, usual: Seat | None) -> None:
    connection.execute(
        "UPDATE circle_members SET usual = ? WHERE circle = ? AND person = ?", (usual, circle, person.id)
    )


def set_reminders(connection: Connection, circle: int, person: Person, reminders: frozenset[str]) -> None:
    connection.execute(
        "UPDATE circle_members SET reminders = ? WHERE circle = ? AND person = ?",
        (" ".join(sorted(reminders)), circle, person.id),
    )


def set_missed(connection: Connection, circle: int, person: Person, missed: int | None) -> None:
    connection.execute(
        "UPDATE circle_members SET missed = ? WHERE circle = ? AND person = ?", (missed, circle, person.id)
    )


def stop_counting(connection: Connection, person: Person) -> None:
    """No host hears of this person any more."""
    connection.execute("UPDATE circle_members SET missed = NULL WHERE person = ?", (person.id,))


def leave(connection: Connection, circle: int, person: Person) -> bool:
    """The person belongs to the circle no more. Their seats have been given up before. False if they did not."""
    done = connection.execute("DELETE FROM circle_members WHERE circle = ? AND person = ?", (circle, person.id))
    return done.rowcount > 0


# -- the circle's own place -------------------------------------------------------------------------------------------


def to_let_in(connection: Connection, now: datetime, limit: int) -> list[tuple[int, Person, Channel]]:
    """(circle, person, place) of members who have to be let into a place that is open."""
    rows = connection.execute(
        "SELECT circle, person, platform, channel, thread FROM circle_members JOIN circles ON circles.id = circle"
        " WHERE inside = 0 AND circle_members.due <= ? AND channel IS NOT NULL ORDER BY circle_members.due LIMIT ?",
        (seconds(now), limit),
    ).fetchall()
    return [(circle, Person(person), Channel(*place)) for circle, person, *place in rows]


def let_in(connection: Connection, circle: int, person: Person, inside: bool, again: datetime | None) -> None:
    connection.execute(
        "UPDATE circle_members SET inside = ?, due = ? WHERE circle = ? AND person = ?",
        (inside, seconds(again) if again else None, circle, person.id),
    )


def plan_exit(connection: Connection, account: Member, channel: Channel, now: datetime) -> None:
    """This account has to be taken out of the circle's own place."""
    connection.execute(
        "INSERT INTO circle_exits (platform, platform_id, channel, thread, due) VALUES (?, ?, ?, ?, ?)",
        (account.platform, account.id, channel.id, channel.thread, seconds(now)),
    )


def exits(connection: Connection, now: datetime, limit: int) -> list[tuple[int, Member, Channel]]:
    rows = connection.execute(
        "SELECT id, platform, platform_id, channel, thread FROM circle_exits WHERE due <= ? ORDER BY due LIMIT ?",
        (seconds(now), limit),
    ).fetchall()
    return [
        (row, Member(platform, account), Channel(platform, channel, thread))
        for row, platform, account, channel, thread in rows
    ]


def postpone_exit(connection: Connection, row: int, until: datetime) -> None:
    connection.execute("UPDATE circle_exits SET due = ? WHERE id = ?", (seconds(until), row))


def exited(connection: Connection, row: int) -> None:
    connection.execute("DELETE FROM circle_exits WHERE id = ?", (row,))


def _read(row: Any) -> Said:
    id_, person, answer, wants, due, came_, reflected = row
    return Said(id_, Person(person), answer, wants, instant(due), bool(came_), frozenset(reflected.split()))


def _member(row: Any) -> Membership:
    person, usual, reminders, missed, inside, since = row
    return Membership(Person(person), usual, frozenset(reminders.split()), missed, bool(inside), instant(since))

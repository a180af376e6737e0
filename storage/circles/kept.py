"""What circles keep about one person: to show it to them, and to forget it."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import Connection
from typing import Any

from bot.messages import Community, Person
from storage.circles import circles, feeds, hosts, requests
from storage.circles.circles import Circle
from storage.database.instants import instant

Decrypt = Callable[[bytes, str, str, int | str], str]


def everywhere(connection: Connection, person: Person) -> list[Circle]:
    """Every circle the person has any part in."""
    rows = connection.execute(
        "SELECT circle FROM circle_hosts WHERE person = ?1 UNION SELECT circle FROM circle_members WHERE person = ?1"
        " UNION SELECT circle FROM circle_requests WHERE person = ?1"
        " UNION SELECT circle FROM circle_answers JOIN gatherings ON gatherings.id = gathering WHERE person = ?1",
        (person.id,),
    ).fetchall()
    found = (circles.get(connection, circle) for (circle,) in rows)
    return [circle for circle in found if circle is not None]


def export(connection: Connection, person: Person, decrypt: Decrypt) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    if mine := [_circle(connection, circle, person, decrypt) for circle in everywhere(connection, person)]:
        kept["circles"] = mine
    rows = connection.execute(
        "SELECT name FROM circle_wishes JOIN communities ON communities.id = community WHERE person = ? ORDER BY name",
        (person.id,),
    ).fetchall()
    if rows:
        kept["told when a circle starts"] = [name for (name,) in rows]
    if feeds.of(connection, person) is not None:
        kept["a private address of your calendar"] = True
    return kept


def _circle(connection: Connection, circle: Circle, person: Person, decrypt: Decrypt) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "title": decrypt(circle.title, "circles", "title", circle.id),
        "community": circle.community.name,
        "kind": circle.kind,
    }
    host = hosts.of(connection, circle.id, person)
    if host is not None:
        shown["your part"] = host.part if host.accepted or host.part == "stand-in" else f"asked to be {host.part}"
        for column, words in (("about", circle.about), ("spot", circle.spot)):
            if words is not None:
                shown[column] = decrypt(words, "circles", column, circle.id)
    member = connection.execute(
        "SELECT since, usual, reminders, missed FROM circle_members WHERE circle = ? AND person = ?",
        (circle.id, person.id),
    ).fetchone()
    if member is not None:
        since, usual, reminders, missed = member
        shown |= {"member since": instant(since).isoformat(), "reminders": reminders.split()}
        if usual is not None:
            shown["every time"] = usual
        if missed is not None:
            shown["a host may say hello if you missed two"] = True
    if (wants := requests.asked(connection, circle.id, person)) is not None:
        shown["you asked to join"] = wants
    answers = connection.execute(
        "SELECT nominal, answer FROM circle_answers JOIN gatherings ON gatherings.id = gathering"
        " WHERE circle = ? AND person = ? ORDER BY starts",
        (circle.id, person.id),
    )
    shown["your answers"] = dict(answers.fetchall())
    return shown


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    """Every row that is left about the person, in one community or everywhere."""
    here = "SELECT id FROM circles WHERE ?2 IS NULL OR community = ?2"
    dates = f"SELECT id FROM gatherings WHERE circle IN ({here})"
    where = (person.id, community.id if community else None)
    for table in ("circle_hosts", "circle_members", "circle_requests"):
        connection.execute(f"DELETE FROM {table} WHERE person = ?1 AND circle IN ({here})", where)
    for table in ("circle_answers", "circle_turns"):
        connection.execute(f"DELETE FROM {table} WHERE person = ?1 AND gathering IN ({dates})", where)
    connection.execute("DELETE FROM circle_wishes WHERE person = ?1 AND (?2 IS NULL OR community = ?2)", where)
    connection.execute("DELETE FROM practices WHERE ?1 IN (first, second) AND (?2 IS NULL OR community = ?2)", where)

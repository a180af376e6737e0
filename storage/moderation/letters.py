"""What members tell the people who run their community, with their name or without. The words are encrypted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.messages import Community, Person
from storage.database import sql
from storage.database.instants import instant, seconds

KEPT = timedelta(days=90)
DRAFT_KEPT = timedelta(hours=24)

Kind = Literal["draft", "feedback", "question"]


class Letter(NamedTuple):
    """``person`` is None where it was sent without a name: nothing tells whose it is."""

    id: int
    kind: Kind
    person: Person | None
    words: bytes
    created: datetime
    answered: bool


def draft(connection: Connection, row: int, community: Community, person: Person, words: bytes, now: datetime) -> None:
    """Keep the encrypted words of a letter until the person has decided whether it goes."""
    connection.execute(
        "INSERT INTO letters (id, community, person, kind, words, created) VALUES (?, ?, ?, 'draft', ?, ?)",
        (row, community.id, person.id, words, seconds(now)),
    )


def send(connection: Connection, person: Person, row: int, kind: Kind, now: datetime) -> bool:
    """The person's draft becomes a letter with their name. False if it is gone."""
    done = connection.execute(
        "UPDATE letters SET kind = ?, created = ? WHERE id = ? AND person = ? AND kind = 'draft'",
        (kind, seconds(now), row, person.id),
    )
    return done.rowcount > 0


def send_unnamed(
    connection: Connection,
    person: Person,
    row: int,
    offer: int,
    letter: int,
    again: Callable[[bytes], bytes],
    now: datetime,
) -> bool:
    """The person's draft becomes a letter that nothing ties to them. False if it is gone.

    It gets a number drawn at random (``letter``) and no time but the day; the draft and the buttons it was sent with
    (``offer``) go. ``again`` encrypts the words for their new row.
    """
    found = connection.execute(
        "SELECT community, words FROM letters WHERE id = ? AND person = ? AND kind = 'draft'", (row, person.id)
    ).fetchone()
    if found is None:
        return False
    drop(connection, person, row)
    connection.execute("DELETE FROM offers WHERE id = ? AND person = ?", (offer, person.id))
    connection.execute(
        "INSERT INTO letters (id, community, kind, words, created) VALUES (?, ?, 'feedback', ?, ?)",
        (letter, found[0], again(found[1]), seconds(now) - seconds(now) % 86400),
    )
    return True


def drop(connection: Connection, person: Person, row: int) -> None:
    connection.execute("DELETE FROM letters WHERE id = ? AND person = ? AND kind = 'draft'", (row, person.id))


def of_community(connection: Connection, community: Community, limit: int = sql.ALL) -> list[Letter]:
    """The newest letters, questions that wait for an answer first."""
    rows = connection.execute(
        f"{_SELECT} WHERE community = ? AND kind <> 'draft'"
        " ORDER BY kind = 'question' AND answered IS NULL DESC, created DESC, id DESC LIMIT ?",
        (community.id, limit),
    )
    return [_letter(row) for row in rows]


def get(connection: Connection, community: Community, row: int) -> Letter | None:
    found = connection.execute(
        f"{_SELECT} WHERE community = ? AND id = ? AND kind <> 'draft'", (community.id, row)
    ).fetchone()
    return _letter(found) if found else None


def author(connection: Connection, person: Person) -> str | None:
    """How a moderator can tell who wrote: the account the person used last."""
    row = connection.execute(
        "SELECT platform_id FROM accounts WHERE person = ? ORDER BY last_seen DESC LIMIT 1", (person.id,)
    ).fetchone()
    return row[0] if row else None


def answered(connection: Connection, community: Community, row: int, now: datetime) -> bool:
    """A moderator answers a question of their community. False if somebody else was quicker."""
    done = connection.execute(
        "UPDATE letters SET answered = ? WHERE id = ? AND community = ? AND kind = 'question' AND answered IS NULL",
        (seconds(now), row, community.id),
    )
    return done.rowcount > 0


def sweep(connection: Connection, now: datetime) -> bool:
    old = "created <= ? OR (kind = 'draft' AND created <= ?)"
    return sql.erase(connection, "letters", old, seconds(now - KEPT), seconds(now - DRAFT_KEPT))


def export(connection: Connection, person: Person, words: Callable[[Letter], str]) -> dict[str, Any]:
    rows = connection.execute(f"{_SELECT} WHERE person = ? ORDER BY created, id", (person.id,))
    written = [{"when": letter.created.isoformat(), "words": words(letter)} for letter in map(_letter, rows)]
    return {"what you told the people who run a community": written} if written else {}


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    connection.execute(
        "DELETE FROM letters WHERE person = :person AND ifnull(:community, community) = community",
        {"person": person.id, "community": community.id if community else None},
    )


_SELECT = "SELECT id, kind, person, words, created, answered FROM letters"


def _letter(row: tuple[Any, ...]) -> Letter:
    id_, kind, person, words, created, done = row
    return Letter(id_, kind, Person(person) if person is not None else None, words, instant(created), done is not None)

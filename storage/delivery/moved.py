"""Who is told that the rules of a zone have changed, and that what stands at a wall time there stays at it: once.

The row is planned in the transaction that moves the first such thing of theirs, and takes in what is moved after it.
"""

from __future__ import annotations

import json
from datetime import timedelta
from sqlite3 import Connection
from typing import Literal

from bot.context import NewRules
from bot.messages import Person
from storage.database import walls
from storage.database.instants import seconds
from storage.delivery import deliveries

KIND = "clocks.moved"
PURPOSE = "core"
What = Literal["circles", "reminders", "pause"]


def note(connection: Connection, person: Person, what: What, which: object, rules: NewRules) -> None:
    """This of theirs was moved: circles and reminders by their rows, a pause by when it ends, and in which zone."""
    found = _waiting(connection, person)
    if found is None:
        row = deliveries.tell(
            *(connection, person, KIND, f"{rules.number}:{person.id}", rules.now, None, PURPOSE),
            args={what: str(which)},
            capped=True,
            unasked=True,
        )
        _after_a_pause(connection, person, row)
        return
    row, args = found
    known = [] if what == "pause" else args.get(what, "").split()
    args[what] = " ".join(dict.fromkeys([*known, str(which)]))
    connection.execute("UPDATE deliveries SET args = ? WHERE id = ?", (json.dumps(args), row))
    _after_a_pause(connection, person, row)


def pause_is_over(connection: Connection, person: Person) -> None:
    """The member ended it sooner, or named another end: nothing is said of the one before."""
    connection.execute(
        "UPDATE deliveries SET args = json_remove(args, '$.pause'), next_try = due"
        " WHERE person = ? AND kind = ? AND state = 'pending' AND first_try IS NULL",
        (person.id, KIND),
    )


def of_date(connection: Connection, gathering: int, was: int, version: int, by: timedelta) -> None:
    """What waits to be told about a date is as true of it now as it was before."""
    connection.execute(
        "UPDATE deliveries SET args = json_set(args, '$.version', ?), expires = expires + ? WHERE state = 'pending'"
        " AND json_extract(args, '$.gathering') = ? AND json_extract(args, '$.version') = ?",
        (version, int(by.total_seconds()), gathering, was),
    )


def _after_a_pause(connection: Connection, person: Person, row: int | None) -> None:
    """Nothing comes in a pause: it waits for its end."""
    connection.execute(
        "UPDATE deliveries SET next_try = max(due, (SELECT paused_until FROM persons WHERE persons.id = ?1))"
        " WHERE id = ?2 AND EXISTS (SELECT 1 FROM persons WHERE persons.id = ?1 AND paused_until IS NOT NULL)",
        (person.id, row),
    )


def _waiting(connection: Connection, person: Person) -> tuple[int, dict[str, str]] | None:
    row = connection.execute(
        "SELECT id, args FROM deliveries WHERE person = ? AND kind = ? AND state = 'pending' AND first_try IS NULL",
        (person.id, KIND),
    ).fetchone()
    return (row[0], json.loads(row[1])) if row else None


# -- the outbox itself ------------------------------------------------------------------------------------------------

OUTBOX = walls.Kept("deliveries", beside=("next_try", "expires"), only="state = 'pending' AND first_try IS NULL")


def follow(connection: Connection, rules: NewRules, after: int) -> int | None:
    """What waits for a wall time follows it. What quiet hours hold is asked about again: they end otherwise now."""
    connection.execute(
        "UPDATE deliveries SET next_try = due WHERE state = 'pending' AND held = 1 AND next_try > ?"
        " AND person IN (SELECT id FROM persons WHERE zone IN (SELECT value FROM json_each(?)))",
        (seconds(rules.now), rules.names),
    )
    _moved, last = walls.portion(connection, OUTBOX, rules, after)
    return last

"""Communities as nobody would think them up, row by row, for whatever counts them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection, connect
from typing import Any

from bot.hosting.installation import DATABASE
from tests.prepared import prepared

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
AT, DAY, HERE = int(NOW.timestamp()), 86_400, 1


def insert(connection: Connection, table: str, **row: object) -> int:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    return int(connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*row.values()]).lastrowid or 0)


def fill(connection: Connection, chance: random.Random, people: int = 60) -> None:
    """Two communities as nobody would think them up."""

    def ago(most: int) -> int:
        return AT - chance.randrange(most * DAY)

    def maybe(share: float, value: Callable[[], Any]) -> Any:
        return value() if chance.random() < share else None

    for number in (1, 2):
        insert(connection, "communities", id=number, name=f"c{number}", created=0)
        for round_ in (1, 2, 3):
            when = AT - (4 - round_) * 28 * DAY
            insert(
                connection, "buddy_rounds", community=number, number=round_, seed=1, began=when, ends=when + 28 * DAY
            )
    insert(connection, "consent_texts", hash="h", version=1, text="Yes.")
    for person in range(1, people + 1):
        paused = maybe(0.15, lambda: ago(20))
        insert(connection, "persons", id=person, zone="UTC", paused_at=paused, created=0)
        for purpose in ("core", "buddy", "events"):
            if purpose == "core" or chance.random() < 0.5:
                insert(connection, "consents", person=person, purpose=purpose, version=1, text_hash="h", given=0)
        for number in (1, 2):
            if number == 1 or chance.random() < 0.3:
                left = maybe(0.1, lambda: ago(20))
                insert(connection, "memberships", community=number, person=person, since=ago(100), left_at=left)
            if chance.random() < 0.7:
                insert(
                    connection,
                    "buddy_signups",
                    community=number,
                    person=person,
                    choices="",
                    resting=chance.random() < 0.2,
                    since=ago(110),
                    left_out_round=maybe(0.4, lambda: chance.choice((2, 3))),
                )
        if chance.random() < 0.3:
            week = {"at": "09:00", "zone": "UTC", "days": "1", "due": AT, "nominal": "2026-06-02", "created": 0}
            insert(connection, "checkin_schedules", person=person, **week)
        for _time in range(chance.choice((0, 0, 1, 3, 9))):
            insert(connection, "company_gave", person=person, at=ago(40))
    for _pair in range(people + 10):
        opened = ago(100)
        days = chance.choice((7, 28))
        end = min(AT - 1, opened + chance.choice((3 * DAY, days * DAY, 2 * days * DAY)))
        over = end if chance.random() < 0.6 else None
        pair = insert(
            connection,
            "buddy_pairs",
            community=chance.choice((1, 1, 2)),
            round=chance.choice((1, 2, 3)),
            kind=chance.choice(("buddy", "buddy", "mentor")),
            state="ended" if over else "active",
            days=days,
            opened=opened,
            ends=opened + chance.choice((1, 2)) * days * DAY,
            ended=over,
        )
        for person in chance.sample(range(1, people + 1), chance.choice((1, 2, 2, 2, 3))):
            insert(connection, "buddy_members", pair=pair, person=person, role="buddy", reasons="")
            for day in (7, 14, 21):
                if opened + day * DAY < AT and chance.random() < 0.7:
                    said = chance.choice(("yes", "yes", "little", "no"))
                    insert(connection, "buddy_weeks", pair=pair, day=day, person=person, answer=said)
    for days in range(0, 60, 3):
        date = datetime.fromtimestamp(AT - days * DAY, UTC).date().isoformat()
        for outcome in ("met", "unanswered", "withdrawn"):
            insert(connection, "company_totals", community=1, day=date, outcome=outcome, requests=chance.randrange(5))
    for person in range(1, people + 1):
        if chance.random() < 0.8:
            for purpose in ("dm", "adult"):
                insert(connection, "consents", person=person, purpose=purpose, version=1, text_hash="h", given=0)
    for _proposal in range(people // 6):
        round_ = chance.choice((2, 3))
        asked = {"community": 1, "round": round_, "kind": "buddy", "state": "fallen", "days": 28, "made": ago(40)}
        proposal = insert(connection, "buddy_proposals", **asked)
        for person in chance.sample(range(1, people + 1), 2):
            insert(connection, "buddy_answers", proposal=proposal, person=person, role="buddy", reasons="")
    _meet(connection, chance)
    _report(connection, chance, people)


def _meet(connection: Connection, chance: random.Random) -> None:
    for _circle in range(16):
        circle = insert(
            connection,
            "circles",
            community=chance.choice((1, 1, 1, 2)),
            kind=chance.choice(("circle", "story", "skill", "hosts", "social")),
            state="draft",
            title=b"",
            recurrence="",
            minutes=60,
            seats=8,
            platform="local",
            created=0,
        )
        for week in range(chance.randrange(20)):
            starts = AT + (3 - week) * 7 * DAY - chance.randrange(DAY)
            state = "planned" if starts > AT else chance.choice(("planned", "over", "over", "cancelled"))
            date = {"nominal": str(week), "starts": starts, "ends": starts + 3600, "state": state}
            insert(connection, "gatherings", circle=circle, **date, alone=chance.random() < 0.4)


def _report(connection: Connection, chance: random.Random, people: int) -> None:
    """Reports of which some name the first member. An account's hash is its number."""
    for _case in range(people):
        opened = AT - chance.randrange(120 * DAY)
        seen = min(AT, opened + chance.randrange(4 * DAY)) if chance.random() < 0.8 else None
        case = insert(
            connection,
            "cases",
            community=chance.choice((1, 1, 2)),
            viewers=chance.choice(("moderators", "moderators", "moderators", "host")),
            words=b"",
            opened=opened,
            first_seen=seen,
            closed=seen if chance.random() < 0.6 else None,
        )
        named = chance.sample(range(1, people + 1), 2)
        for part, person in zip(("reporter", "reported"), named, strict=True):
            code = b"%d" % (1 if chance.random() < 0.1 else person)
            insert(connection, "case_people", case=case, part=part, person=person, code=code)


def opened(folder: Path, chance: random.Random) -> Connection:
    folder.mkdir()
    connection = connect(prepared(folder) / DATABASE, isolation_level=None)
    fill(connection, chance, chance.choice((8, 12, 20, 40, 60)))
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def come_and_go(connection: Connection, chance: random.Random, members: int) -> None:
    """One member goes with all that is theirs, or comes with a yes to everything."""
    for _one in range(members):
        if chance.random() < 0.5:
            everybody = [person for (person,) in connection.execute("SELECT id FROM persons ORDER BY id")]
            connection.execute("DELETE FROM persons WHERE id = ?", (chance.choice(everybody or [0]),))
            continue
        at = int(NOW.timestamp())
        [person] = connection.execute("INSERT INTO persons (zone, created) VALUES ('UTC', 0) RETURNING id").fetchone()
        since = at - chance.randrange(100) * 86_400
        connection.execute("INSERT INTO memberships (community, person, since) VALUES (1, ?, ?)", (person, since))
        for purpose in ("buddy", "dm", "adult"):
            connection.execute("INSERT INTO consents VALUES (?, ?, 1, 'h', 0)", (person, purpose))
        signed = "INSERT INTO buddy_signups (community, person, choices, since) VALUES (1, ?, '', ?)"
        connection.execute(signed, (person, since))
        for _time in range(chance.randrange(12)):
            connection.execute("INSERT INTO company_gave (person, at) VALUES (?, ?)", (person, at - 1))


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """What is done within is taken back."""
    connection.execute("BEGIN")
    yield
    connection.execute("ROLLBACK")

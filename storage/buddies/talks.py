"""What happens within a pair, as far as it is kept: whether they talked, which questions they had, goals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.messages import Person
from storage.buddies import pairs
from storage.database import sql
from storage.database.instants import instant, seconds

Talked = Literal["yes", "little", "no"]

STALE = timedelta(days=3)
"""A question somebody leaves open for longer stands in nobody's way."""


# -- did you get to talk ----------------------------------------------------------------------------------------------


def note_week(connection: Connection, pair: int, day: int, person: Person, answer: Talked) -> None:
    """Whether they talked, as one of them says. Nobody sees what another said."""
    connection.execute("INSERT OR REPLACE INTO buddy_weeks VALUES (?, ?, ?, ?)", (pair, day, person.id, answer))


def have_talked(connection: Connection, pair: int) -> bool:
    """Has everybody in the pair said yes for the same week?"""
    found = connection.execute(
        "SELECT 1 FROM buddy_weeks WHERE pair = ? AND answer = 'yes' GROUP BY day HAVING count(*) = ?",
        (pair, len(pairs.parts(connection, pair))),
    ).fetchone()
    return found is not None


def anybody_talked(connection: Connection, pair: int) -> bool:
    """Has anybody said that they talked, even a little?"""
    found = connection.execute("SELECT 1 FROM buddy_weeks WHERE pair = ? AND answer <> 'no'", (pair,)).fetchone()
    return found is not None


# -- questions --------------------------------------------------------------------------------------------------------


class Question(NamedTuple):
    """The question a pair was given last: who begins, and who is not through with it."""

    id: int
    prompt: str
    first: Person | None
    asked: datetime
    waiting: tuple[Person, ...]


def question(connection: Connection, pair: int) -> Question | None:
    row = connection.execute(
        "SELECT id, prompt, first, asked FROM buddy_questions WHERE pair = ? ORDER BY asked DESC, id DESC LIMIT 1",
        (pair,),
    ).fetchone()
    if row is None:
        return None
    id_, prompt, first, asked = row
    through = {person for (person,) in connection.execute("SELECT person FROM buddy_marks WHERE question = ?", (id_,))}
    waiting = [part.person for part in pairs.parts(connection, pair) if part.person.id not in through]
    return Question(id_, prompt, Person(first) if first else None, instant(asked), tuple(waiting))


def get_question(connection: Connection, row: int) -> tuple[int, str, Person | None] | None:
    """(pair, prompt, who begins)"""
    found = connection.execute("SELECT pair, prompt, first FROM buddy_questions WHERE id = ?", (row,)).fetchone()
    return (found[0], found[1], Person(found[2]) if found[2] else None) if found else None


Choose = Callable[[dict[str, datetime], str | None], str]
"""The id of the next prompt, given which were seen when by anybody in the pair, and the last one."""


def next_question(connection: Connection, pair: int, choose: Choose, now: datetime) -> tuple[Question, bool]:
    """The question that is open, or a new one. The second value says whether it is new."""
    open_ = question(connection, pair)
    if open_ is not None and open_.waiting and now - open_.asked < STALE:
        return open_, False
    prompt = choose(_seen(connection, pair), open_.prompt if open_ else None)
    [number] = connection.execute("SELECT count(*) FROM buddy_questions WHERE pair = ?", (pair,)).fetchone()
    people = [part.person for part in pairs.parts(connection, pair)]
    connection.execute(
        "INSERT INTO buddy_questions (pair, prompt, first, asked) VALUES (?, ?, ?, ?)",
        (pair, prompt, people[number % len(people)].id, seconds(now)),
    )
    found = question(connection, pair)
    assert found is not None
    return found, True


def _seen(connection: Connection, pair: int) -> dict[str, datetime]:
    """When anybody of the pair was last given each question, with whomever."""
    rows = connection.execute(
        "SELECT prompt, max(asked) FROM buddy_questions WHERE pair IN (SELECT others.pair FROM buddy_members AS others"
        " JOIN buddy_members AS mine ON mine.person = others.person WHERE mine.pair = ?) GROUP BY prompt",
        (pair,),
    )
    return {prompt: instant(asked) for prompt, asked in rows}


def through(connection: Connection, question_: int, person: Person) -> None:
    """``We did this`` or ``Pass``: which of them is not kept."""
    connection.execute("INSERT OR IGNORE INTO buddy_marks VALUES (?, ?)", (question_, person.id))


def stay_light(connection: Connection, pair: int, person: Person) -> None:
    connection.execute("UPDATE buddy_members SET light = 1 WHERE pair = ? AND person = ?", (pair, person.id))


def choices(connection: Connection, pair: int) -> list[tuple[str, bool]]:
    """The sign-up of each in the pair (empty where there is none any more), and whether they asked to stay light."""
    rows = connection.execute(
        "SELECT ifnull(choices, ''), light FROM buddy_members JOIN buddy_pairs ON buddy_pairs.id = pair"
        " LEFT JOIN buddy_signups ON buddy_signups.person = buddy_members.person"
        " AND buddy_signups.community = buddy_pairs.community WHERE pair = ? AND gone IS NULL",
        (pair,),
    )
    return [(code, bool(light)) for code, light in rows]


# -- goals ------------------------------------------------------------------------------------------------------------


class Goal(NamedTuple):
    id: int
    pair: int
    person: Person
    words: bytes
    answered: bool


def set_goal(connection: Connection, pair: int, person: Person, seal: sql.Seal, now: datetime) -> int:
    """The person's goal in this pair; ``seal`` encrypts its words for the row. An earlier one is erased."""
    connection.execute("DELETE FROM buddy_goals WHERE pair = ? AND person = ?", (pair, person.id))
    values = {"pair": pair, "person": person.id, "made": seconds(now)}
    return sql.insert_sealed(connection, "buddy_goals", "words", seal, **values)


def goal(connection: Connection, row: int) -> Goal | None:
    found = connection.execute(
        "SELECT id, pair, person, words, answered FROM buddy_goals WHERE id = ?", (row,)
    ).fetchone()
    return Goal(found[0], found[1], Person(found[2]), found[3], found[4] is not None) if found else None


def goals(connection: Connection, pair: int) -> list[Goal]:
    rows = connection.execute("SELECT id FROM buddy_goals WHERE pair = ? ORDER BY id", (pair,)).fetchall()
    return [found for (row,) in rows if (found := goal(connection, row)) is not None]


def goal_answered(connection: Connection, row: int, now: datetime) -> None:
    """That the person said how it went. What they said is not kept."""
    connection.execute("UPDATE buddy_goals SET answered = ? WHERE id = ?", (seconds(now), row))


def export_goals(connection: Connection, person: Person) -> list[tuple[int, bytes]]:
    return connection.execute("SELECT id, words FROM buddy_goals WHERE person = ? ORDER BY id", (person.id,)).fetchall()


def export(connection: Connection, person: Person) -> dict[str, Any]:
    rows = connection.execute(
        "SELECT prompt, asked FROM buddy_questions JOIN buddy_members ON buddy_members.pair = buddy_questions.pair"
        " WHERE person = ? ORDER BY asked",
        (person.id,),
    )
    given = [{"question": prompt, "when": instant(asked).isoformat()} for prompt, asked in rows]
    return {"questions you and your buddies were given": given} if given else {}

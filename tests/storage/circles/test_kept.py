"""What circles keep about one person: shown to them in full and to nobody else, and gone when they are forgotten."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import Connection
from typing import Any

import pytest

from bot.messages import Community, Person
from storage.circles import answers, circles, hosts, kept, meetings, requests
from storage.circles.circles import Circle
from storage.circles.hosts import Part
from storage.members import members
from tests.storage.circles.cast import a_circle, a_date, kept_about, people
from tests.storage.conftest import DAY, NOW, rows_in


def legible(blob: bytes, table: str, column: str, row: int | str) -> str:
    """Stands for the key: these tests write words that anybody could read."""
    assert table == "circles"
    assert isinstance(row, int)
    return f"{column}: {blob.decode()}"


@pytest.fixture
def circle(connection: Connection, porch: Community, alice: Person) -> int:
    row = a_circle(connection, porch, alice)
    circles.write_words(connection, row, "about", b"for quiet evenings")
    circles.write_words(connection, row, "spot", b"the kitchen")
    return row


def titles(found: list[Circle]) -> list[str]:
    return [circle.title.decode() for circle in found]


def mine(connection: Connection, person: Person) -> dict[str, Any]:
    """What ``my-data`` shows of the one circle this person has a part in."""
    [shown] = kept.export(connection, person, legible)["circles"]
    assert isinstance(shown, dict)
    return shown


# -- shown ------------------------------------------------------------------------------------------------------------


def test_nothing_is_kept_about_somebody_who_never_came_near(connection: Connection, circle: int, bob: Person) -> None:
    a_date(connection, circle)
    assert kept.export(connection, bob, legible) == {}
    assert kept.everywhere(connection, bob) == []


def test_a_host_is_shown_their_own_words(connection: Connection, circle: int, alice: Person) -> None:
    assert mine(connection, alice) == {
        "title": "title: Evening circle",
        "community": "The Porch",
        "kind": "social",
        "your part": "host",
        "about": "about: for quiet evenings",
        "spot": "spot: the kitchen",
        "your answers": {},
    }


@pytest.mark.parametrize(
    ("part", "yes", "shown"),
    [
        ("co-host", True, "co-host"),
        ("co-host", False, "asked to be co-host"),
        ("stand-in", False, "stand-in"),
    ],
)
def test_whoever_was_asked_is_told_so_and_no_more(
    connection: Connection, circle: int, bob: Person, part: Part, yes: bool, shown: str
) -> None:
    hosts.add(connection, circle, bob, part, NOW)
    if yes:
        hosts.accept(connection, circle, bob, NOW)
    assert mine(connection, bob)["your part"] == shown


def test_a_member_is_shown_what_they_said_and_chose(connection: Connection, circle: int, bob: Person) -> None:
    answers.belong(connection, circle, bob, NOW)
    answers.set_usual(connection, circle, bob, "listening")
    answers.set_reminders(connection, circle, bob, frozenset({"hour", "day"}))
    answers.set_missed(connection, circle, bob, 1)
    answers.put(connection, a_date(connection, circle), bob, "listening")
    answers.put(connection, a_date(connection, circle, weeks=1), bob, "cant")
    assert mine(connection, bob) == {
        "title": "title: Evening circle",
        "community": "The Porch",
        "kind": "social",
        "member since": NOW.isoformat(),
        "reminders": ["day", "hour"],
        "every time": "listening",
        "a host may say hello if you missed two": True,
        "your answers": {"2026-03-05": "listening", "2026-03-12": "cant"},
    }


def test_what_somebody_did_not_ask_for_is_not_listed(connection: Connection, circle: int, bob: Person) -> None:
    answers.belong(connection, circle, bob, NOW)
    shown = mine(connection, bob)
    assert "every time" not in shown
    assert "a host may say hello if you missed two" not in shown


def test_nothing_of_anybody_else_is_shown(connection: Connection, circle: int, bob: Person) -> None:
    thursday = a_date(connection, circle)
    chandra, dana = people(connection, "chandra", "dana")
    answers.put(connection, thursday, bob, "maybe")
    answers.put(connection, thursday, chandra, "in")
    answers.put(connection, thursday, dana, "waiting", "in")
    assert mine(connection, bob)["your answers"] == {"2026-03-05": "maybe"}


def test_a_circle_is_shown_once_however_many_parts_somebody_has(
    connection: Connection, circle: int, alice: Person
) -> None:
    answers.belong(connection, circle, alice, NOW)
    for weeks in range(3):
        answers.put(connection, a_date(connection, circle, weeks), alice, "in")
    assert titles(kept.everywhere(connection, alice)) == ["Evening circle"]


def test_a_maybe_alone_is_shown_too(connection: Connection, circle: int, bob: Person) -> None:
    answers.put(connection, a_date(connection, circle), bob, "maybe")
    assert mine(connection, bob)["your answers"] == {"2026-03-05": "maybe"}


def test_a_request_to_join_is_shown_while_it_waits(connection: Connection, circle: int, bob: Person) -> None:
    requests.ask(connection, circle, bob, "listening", NOW)
    assert mine(connection, bob)["you asked to join"] == "listening"
    requests.decline(connection, circle, bob, NOW)
    assert "you asked to join" not in mine(connection, bob), "a no is told to nobody"


def test_wishes_are_shown_by_community(
    connection: Connection, porch: Community, garden: Community, bob: Person, mo: Person
) -> None:
    for community in (porch, garden):
        circles.wish(connection, community, bob, NOW)
        circles.wish(connection, community, bob, NOW + DAY)
    assert kept.export(connection, bob, legible) == {"told when a circle starts": ["The Garden", "The Porch"]}
    assert kept.export(connection, mo, legible) == {}
    assert circles.take_wishes(connection, porch) == [bob], "wished twice, told once"
    assert circles.take_wishes(connection, porch) == []
    assert kept.export(connection, bob, legible) == {"told when a circle starts": ["The Garden"]}


# -- forgotten --------------------------------------------------------------------------------------------------------

Trace = Callable[[Connection, Community, int, Person], None]

TRACES: dict[str, Trace] = {
    "circle_hosts": lambda c, _porch, circle, who: hosts.add(c, circle, who, "stand-in", NOW),
    "circle_members": lambda c, _porch, circle, who: _belong(c, circle, who),
    "circle_requests": lambda c, _porch, circle, who: _ask_to_join(c, circle, who),
    "circle_answers": lambda c, _porch, circle, who: answers.put(c, _first(c, circle), who, "waiting", "in"),
    "circle_turns": lambda c, _porch, circle, who: meetings.join_turns(c, _first(c, circle), who, first=False),
    "circle_wishes": lambda c, porch, _circle, who: circles.wish(c, porch, who, NOW),
}


def _belong(connection: Connection, circle: int, who: Person) -> None:
    answers.belong(connection, circle, who, NOW)


def _ask_to_join(connection: Connection, circle: int, who: Person) -> None:
    requests.ask(connection, circle, who, "listening", NOW)


def _first(connection: Connection, circle: int) -> int:
    """The first date of the circle, opened by whoever needs it first."""
    [row] = connection.execute("SELECT min(id) FROM gatherings WHERE circle = ?", (circle,)).fetchone()
    return int(row) if row is not None else a_date(connection, circle)


def test_no_table_about_people_and_circles_is_missing_below(connection: Connection) -> None:
    """Whoever adds a table that ties a person to a circle has it forgotten, and adds its trace."""
    found = connection.execute(
        "SELECT tables.name FROM sqlite_schema AS tables JOIN pragma_foreign_key_list(tables.name) AS keys"
        " WHERE tables.type = 'table' GROUP BY tables.name HAVING max(keys.\"table\" = 'persons')"
        " AND max(keys.\"table\" IN ('circles', 'gatherings'))"
    ).fetchall()
    assert {name for (name,) in found} <= set(TRACES)
    assert len(found) > 4


@pytest.mark.parametrize("table", TRACES)
def test_every_trace_of_whoever_is_forgotten_goes_and_nobody_elses(
    connection: Connection, porch: Community, circle: int, bob: Person, mo: Person, table: str
) -> None:
    for who in (bob, mo):
        TRACES[table](connection, porch, circle, who)
        assert kept_about(connection, who) == {table}
    kept.forget(connection, bob, None)
    assert kept_about(connection, bob) == set()
    assert kept_about(connection, mo) == {table}


@pytest.mark.parametrize("table", TRACES)
def test_forgotten_in_one_community_is_kept_in_the_other(
    connection: Connection, porch: Community, garden: Community, alice: Person, bob: Person, table: str
) -> None:
    for community in (porch, garden):
        TRACES[table](connection, community, a_circle(connection, community, alice), bob)
    before = rows_in(connection, table)
    kept.forget(connection, bob, porch)
    assert rows_in(connection, table) == before - 1
    assert kept_about(connection, bob) == {table}
    kept.forget(connection, bob, garden)
    assert kept_about(connection, bob) == set()


def test_a_practice_of_two_goes_with_either_of_them(connection: Connection, porch: Community) -> None:
    bob, chandra, dana, eve = people(connection, "bob", "chandra", "dana", "eve")
    for pair in ((bob, chandra), (dana, eve)):
        meetings.begin_practice(connection, porch, "li-01", pair, NOW)
    kept.forget(connection, chandra, None)
    assert kept_about(connection, bob) == kept_about(connection, chandra) == set()
    assert kept_about(connection, dana) == kept_about(connection, eve) == {"practices"}


def test_the_circle_itself_stays_for_the_others(connection: Connection, circle: int, alice: Person) -> None:
    kept.forget(connection, alice, None)
    found = circles.get(connection, circle)
    assert found is not None
    assert hosts.accepted(connection, circle) == []
    assert members.accounts(connection, alice), "the account itself is not for circles to forget"


def test_forgetting_twice_is_forgetting_once(connection: Connection, circle: int, bob: Person, alice: Person) -> None:
    _belong(connection, circle, bob)
    for _time in range(2):
        kept.forget(connection, bob, None)
    assert kept_about(connection, alice) == {"circle_hosts"}

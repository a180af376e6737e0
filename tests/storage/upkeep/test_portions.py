"""What is old is erased in portions, found by an index, so that nobody who writes waits for all of it."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.messages import Person
from storage.checkins import checkins
from storage.database import sql
from storage.database.instants import seconds
from storage.delivery import deliveries, offers
from storage.members import in_touch
from tests.storage.conftest import DAY, NOW

STORAGE = Path(sql.__file__).parents[1]
OLD = seconds(NOW - 500 * DAY)
MANY = 10
Sweep = Callable[[Connection, datetime], bool]


def erasing() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of the storage that erases what is old in a job, by the name it has."""
    for file in sorted(STORAGE.rglob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            takes = node.args.args[0].arg if isinstance(node, ast.FunctionDef) and node.args.args else ""
            if takes == "connection" and isinstance(node, ast.FunctionDef) and node.name in NAMES:
                module = ".".join(file.relative_to(STORAGE.parent).with_suffix("").parts)
                yield f"{module}.{node.name}", node


NAMES = ("sweep", "erase_words", "erase_sent")


@pytest.mark.parametrize(("name", "function"), [*erasing()], ids=lambda given: given if isinstance(given, str) else "")
def test_no_job_erases_all_at_once(name: str, function: ast.FunctionDef) -> None:
    """A statement of its own has no end: a month's outage makes it hold the writer for as long as it takes."""
    said = [node.value for node in ast.walk(function) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [words for words in said if words.startswith(("DELETE", "UPDATE"))]
    module, _dot, own = name.rpartition(".")
    assert getattr(importlib.import_module(module), own).__annotations__["return"] == "bool"


@pytest.fixture
def portions(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sql, "PORTION", 3)
    return 3


def settle(connection: Connection, alice: Person, state: str, body: bytes | None = None) -> None:
    for number in range(MANY):
        sql.insert(
            connection,
            "deliveries",
            nominal_key=f"{state}:{body!r}:{number}",
            person=alice.id,
            platform="local",
            target="alice",
            purpose="core",
            kind="a",
            args="{}",
            body=body,
            picked=0,
            capped=0,
            due=OLD,
            state=state,
            next_try=OLD,
            settled=None if state == "pending" else OLD,
        )


def old_deliveries(connection: Connection, alice: Person) -> None:
    settle(connection, alice, "sent")
    settle(connection, alice, "inbox", b"words")
    settle(connection, alice, "pending", b"words")


def old_checkins(connection: Connection, alice: Person) -> None:
    settle(connection, alice, "sent")
    for (row,) in connection.execute("SELECT id FROM deliveries").fetchall():
        connection.execute(
            "INSERT INTO checkins (delivery, person, prompt, asked) VALUES (?, ?, 'a', ?)", (row, alice.id, OLD)
        )
        connection.execute("INSERT INTO contacts (person, at) VALUES (?, ?)", (alice.id, OLD - row))
        connection.execute("INSERT INTO prompts_seen (person, prompt, at) VALUES (?, ?, ?)", (alice.id, str(row), OLD))


def old_offers(connection: Connection, alice: Person) -> None:
    for _number in range(MANY):
        offers.add(connection, alice, None, [("a.b", "")], NOW - 500 * DAY)


BY_PERSON: tuple[tuple[Sweep, Callable[[Connection, Person], None], dict[str, int]], ...] = (
    (
        deliveries.sweep,
        old_deliveries,
        {"deliveries WHERE state <> 'pending'": 0, "deliveries WHERE body IS NOT NULL": 0},
    ),
    (checkins.sweep, old_checkins, {"checkins": 0, "contacts": 0, "prompts_seen": 0}),
    (in_touch.sweep, old_checkins, {"contacts": 0, "prompts_seen": MANY}),
    (offers.sweep, old_offers, {"offers": 0}),
)


@pytest.mark.parametrize(("sweep", "fill", "left"), BY_PERSON, ids=["deliveries", "checkins", "contacts", "offers"])
def test_however_much_is_old_one_transaction_erases_a_portion_of_it(
    connection: Connection,
    alice: Person,
    portions: int,
    sweep: Sweep,
    fill: Callable[[Connection, Person], None],
    left: dict[str, int],
) -> None:
    fill(connection, alice)
    times, more = 0, True
    while more:
        before = connection.total_changes
        more = sweep(connection, NOW)
        changed = connection.total_changes - before
        assert changed <= 3 * portions, "a portion of one kind, and what was left of those before it"
        times += 1
    assert times >= MANY // portions
    for rows, count in left.items():
        assert connection.execute(f"SELECT count(*) FROM {rows}").fetchone() == (count,), rows
    assert sweep(connection, NOW) is False


@pytest.mark.parametrize(
    "work",
    [deliveries.sweep, checkins.sweep, offers.sweep, lambda connection, _now: deliveries.take_up(connection)],
    ids=["deliveries", "checkins", "offers", "what was left sending"],
)
def test_what_is_old_is_found_without_reading_what_is_not(connection: Connection, work: Sweep) -> None:
    said = list[str]()
    connection.set_trace_callback(said.append)
    work(connection, NOW)
    connection.set_trace_callback(None)
    changing = [statement for statement in said if statement.startswith(("DELETE", "UPDATE"))]
    assert changing
    for statement in changing:
        for *_numbers, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall():
            by_index = "USING INDEX" in step or "USING COVERING INDEX" in step
            assert not step.startswith("SCAN") or by_index, f"{step}: {statement}"

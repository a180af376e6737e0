"""What is kept for a time has an end that something sees to: every table with one is swept, by the house or a cog."""

from __future__ import annotations

import ast
import inspect
import re
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection

import pytest

import storage
from bot.context import Delivery
from bot.messages import (
    Community,
    Member,
    Person,
)
from storage.database import platforms
from storage.delivery import deliveries, offers
from storage.members import linking
from storage.moderation import letters
from storage.upkeep import retention
from tests.storage.conftest import DAY, NOW, rows_in

SOURCE = Path(storage.__file__).parent


def fill(connection: Connection, person: Person, community: Community) -> None:
    """One row of everything that the house sweeps, from one moment."""
    row = deliveries.plan(connection, Delivery(to=person, kind="notes.note", key="note", due=NOW))
    assert row is not None
    deliveries.settle(connection, row, "sent", NOW)
    offers.add(connection, person, community, [("a.b", "")], NOW)
    linking.show(connection, Member("local", "alice"), None, b"c" * 32, NOW)
    letters.draft(connection, 1, community, person, b"sealed", NOW)
    platforms.first_time(connection, "local", "$event", NOW)


def left(connection: Connection) -> dict[str, int]:
    return {table: rows_in(connection, table) for table in ("deliveries", "offers", "links", "letters", "events")}


def sweep(connection: Connection, now: datetime) -> None:
    for one in retention.SWEEPS:
        one(connection, now)


def test_what_is_fresh_stays(connection: Connection, alice: Person, porch: Community) -> None:
    fill(connection, alice, porch)
    sweep(connection, NOW)
    assert set(left(connection).values()) == {1}


def test_in_two_months_all_of_it_is_gone(connection: Connection, alice: Person, porch: Community) -> None:
    fill(connection, alice, porch)
    sweep(connection, NOW + 60 * DAY)
    assert left(connection) == dict.fromkeys(left(connection), 0)


def test_sweeping_again_and_again_takes_nothing_more(connection: Connection, alice: Person, porch: Community) -> None:
    fill(connection, alice, porch)
    for _time in range(3):
        sweep(connection, NOW + DAY)
    assert left(connection)["deliveries"] == 1


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_whoever_has_a_sweep_is_swept(path: Path) -> None:
    """A sweep that nobody calls keeps everything for ever."""
    functions = {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}
    if "sweep" not in functions:
        return
    module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
    in_the_house = module in {sweep.__module__ for sweep in retention.SWEEPS}
    cogs = (other.read_text() for house in ("bot", "cogs") for other in (SOURCE.parent / house).rglob("*.py"))
    others = (other.read_text() for other in SOURCE.rglob("*.py") if other != path)
    call = re.compile(rf"\b{path.stem}\.sweep\b")
    by_itself = re.search(r"^ +sweep\(", path.read_text(), re.MULTILINE)
    assert in_the_house or by_itself or any(call.search(text) for text in (*cogs, *others)), path.stem


def test_a_sweep_is_given_the_time() -> None:
    """Nobody reads the clock in the storage."""
    assert {tuple(inspect.signature(sweep).parameters) for sweep in retention.SWEEPS} == {("connection", "now")}

"""How each member likes to be asked: gentle until they say otherwise, one dial at a time, and theirs alone."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import Connection, IntegrityError

import pytest

from bot.messages import Person
from storage.checkins import dials
from storage.checkins.dials import Dials
from storage.members import members
from tests.storage.conftest import NOW, rows_in


def test_at_first_it_is_light_and_for_nobody_else(connection: Connection, alice: Person) -> None:
    assert dials.get(connection, alice) == Dials("light", frozenset(), frozenset(), "nobody", None)
    assert rows_in(connection, "checkin_dials") == 0, "looking keeps nothing"


def test_turning_one_dial_leaves_the_others(connection: Connection, alice: Person) -> None:
    dials.set_themes(connection, alice, ["sleep", "body"])
    dials.set_leave_out(connection, alice, {"work"})
    dials.set_audience(connection, alice, "listeners")
    dials.set_questioned(connection, alice, NOW)
    dials.set_personal(connection, alice, "tender")
    kept = Dials("tender", frozenset({"sleep", "body"}), frozenset({"work"}), "listeners", NOW)
    assert dials.get(connection, alice) == kept


def test_a_dial_is_turned_back(connection: Connection, alice: Person) -> None:
    dials.set_themes(connection, alice, ["sleep"])
    dials.set_themes(connection, alice, [])
    dials.set_personal(connection, alice, "personal")
    dials.set_personal(connection, alice, "light")
    assert dials.get(connection, alice) == Dials()


def test_a_dial_is_that_of_one_person(connection: Connection, alice: Person, bob: Person) -> None:
    dials.set_audience(connection, alice, "thread")
    dials.set_personal(connection, bob, "tender")
    assert dials.get(connection, alice) == Dials(audience="thread")
    assert dials.get(connection, bob) == Dials(personal="tender")


@pytest.mark.parametrize("column", ["personal", "audience"])
def test_nothing_but_what_can_be_chosen_is_kept(connection: Connection, alice: Person, column: str) -> None:
    dials.set_personal(connection, alice, "light")
    with pytest.raises(IntegrityError):
        connection.execute(f"UPDATE checkin_dials SET {column} = 'everybody'")


def test_an_export_shows_every_choice(connection: Connection, alice: Person) -> None:
    dials.set_themes(connection, alice, ["sleep", "body"])
    dials.set_leave_out(connection, alice, ["work", "family"])
    dials.set_questioned(connection, alice, NOW)
    assert dials.export(connection, alice) == {
        "how you like to be asked": {
            "how personal": "light",
            "themes": ["body", "sleep"],
            "left out": ["family", "work"],
            "who answers may go to": "nobody",
            "last asked whether to go on": NOW.isoformat(),
        }
    }


def test_no_themes_are_shown_as_all(connection: Connection, alice: Person) -> None:
    assert dials.export(connection, alice)["how you like to be asked"]["themes"] == "all"


@pytest.mark.parametrize("forget", [dials.forget, members.forget])
def test_nothing_is_left_of_whoever_is_forgotten(
    connection: Connection, alice: Person, bob: Person, forget: Callable[[Connection, Person], None]
) -> None:
    for who in (alice, bob):
        dials.set_personal(connection, who, "tender")
    forget(connection, alice)
    assert connection.execute("SELECT person FROM checkin_dials").fetchall() == [(bob.id,)]

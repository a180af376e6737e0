"""Notes: kept for as long as their writer said, for their eyes alone, and erased when it is switched off."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import Connection

import pytest

from bot.messages import Person
from storage.members import consents, members
from storage.personal import notebook
from tests.storage.conftest import DAY, HOUR, NOW, SECOND, rows_in


def seal(row: int) -> bytes:
    return f"sealed {row}".encode()


@pytest.fixture
def writer(connection: Connection, alice: Person) -> Person:
    """Alice, whose notebook is open for 30 days."""
    consents.give(connection, alice, [notebook.PURPOSE], "May I keep it?", NOW)
    notebook.set_days(connection, alice, 30)
    return alice


def test_a_notebook_that_was_never_opened_keeps_nothing(connection: Connection, alice: Person) -> None:
    assert notebook.days(connection, alice) is None
    assert notebook.add(connection, alice, seal, NOW) is None
    assert notebook.of_person(connection, alice) == []
    assert notebook.export(connection, alice, lambda note: "words") == {}


def test_a_note_is_sealed_for_its_row_and_the_newest_comes_first(connection: Connection, writer: Person) -> None:
    rows = [notebook.add(connection, writer, seal, NOW + hours * HOUR) for hours in (0, 1, 1)]
    notes = notebook.of_person(connection, writer)
    assert [note.id for note in notes] == rows[::-1]
    assert [note.words for note in notes] == [seal(row or 0) for row in rows[::-1]]
    assert [note.id for note in notebook.of_person(connection, writer, 1, 1)] == [rows[1]]


def test_a_full_notebook_takes_no_more(connection: Connection, writer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "MOST", 2)
    rows = [notebook.add(connection, writer, seal, NOW) for _ in range(3)]
    assert rows[2] is None
    assert rows_in(connection, "notes") == 2
    notebook.remove(connection, writer, rows[0] or 0)
    assert notebook.add(connection, writer, seal, NOW) is not None


def test_a_note_is_erased_to_the_second(connection: Connection, writer: Person) -> None:
    notebook.add(connection, writer, seal, NOW)
    notebook.sweep(connection, NOW + 30 * DAY - SECOND)
    assert rows_in(connection, "notes") == 1
    notebook.sweep(connection, NOW + 30 * DAY)
    assert rows_in(connection, "notes") == 0


def test_a_new_term_holds_for_what_is_there(connection: Connection, writer: Person, bob: Person) -> None:
    notebook.add(connection, writer, seal, NOW)
    notebook.set_days(connection, writer, 90)
    notebook.sweep(connection, NOW + 90 * DAY - SECOND)
    assert rows_in(connection, "notes") == 1
    notebook.set_days(connection, bob, 30)
    notebook.sweep(connection, NOW + 90 * DAY - SECOND)
    assert rows_in(connection, "notes") == 1, "another's term is another's"
    notebook.sweep(connection, NOW + 90 * DAY)
    assert rows_in(connection, "notes") == 0


def test_until_i_delete_them_is_for_good(connection: Connection, writer: Person) -> None:
    notebook.add(connection, writer, seal, NOW)
    notebook.set_days(connection, writer, 0)
    notebook.add(connection, writer, seal, NOW)
    notebook.sweep(connection, NOW + 3650 * DAY)
    assert rows_in(connection, "notes") == 2


def test_a_notebook_switched_off_ends_after_a_day(connection: Connection, writer: Person) -> None:
    notebook.set_days(connection, writer, 0)
    notebook.add(connection, writer, seal, NOW)
    consents.withdraw(connection, writer, notebook.PURPOSE)
    notebook.sweep(connection, NOW)
    notebook.sweep(connection, NOW + HOUR)
    notebook.sweep(connection, NOW + notebook.SECOND_THOUGHTS - SECOND)
    assert rows_in(connection, "notes") == 1
    notebook.sweep(connection, NOW + notebook.SECOND_THOUGHTS)
    assert rows_in(connection, "notes") == 0, "looking at it in between wins no time"


def test_switched_on_again_in_time_it_keeps_its_notes(connection: Connection, writer: Person) -> None:
    notebook.add(connection, writer, seal, NOW)
    consents.withdraw(connection, writer, notebook.PURPOSE)
    notebook.sweep(connection, NOW)
    consents.give(connection, writer, [notebook.PURPOSE], "May I keep it?", NOW + HOUR)
    notebook.set_days(connection, writer, 30)
    notebook.sweep(connection, NOW + 2 * DAY)
    assert rows_in(connection, "notes") == 1


def test_nobody_removes_somebody_elses(connection: Connection, writer: Person, bob: Person) -> None:
    row = notebook.add(connection, writer, seal, NOW) or 0
    assert not notebook.remove(connection, bob, row)
    assert notebook.of_person(connection, bob) == []
    assert notebook.remove(connection, writer, row)
    assert not notebook.remove(connection, writer, row)


def test_an_export_shows_every_note(connection: Connection, writer: Person) -> None:
    row = notebook.add(connection, writer, seal, NOW)
    assert notebook.export(connection, writer, lambda note: note.words.decode()) == {
        "your notebook": [{"when": NOW.isoformat(), "words": f"sealed {row}"}]
    }


@pytest.mark.parametrize("forget", [notebook.forget, members.forget])
def test_nothing_is_left_of_whoever_is_forgotten(
    connection: Connection, writer: Person, bob: Person, forget: Callable[[Connection, Person], None]
) -> None:
    notebook.set_days(connection, bob, 30)
    for who in (writer, bob):
        notebook.add(connection, who, seal, NOW)
    forget(connection, writer)
    for table in ("notes", "notebooks"):
        assert connection.execute(f"SELECT person FROM {table}").fetchall() == [(bob.id,)]

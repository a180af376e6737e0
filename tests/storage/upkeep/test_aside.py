"""The copy before an upgrade and what a restore replaced: named, and gone when their time has come, not before."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from storage.upkeep import aside
from tests.storage.conftest import DAY, NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Upgraded and restored just now, beside a database and what else is there."""
    found = tmp_path / "data"
    found.mkdir()
    for name in ("kith.db", "kith.key", "kith.db.before-upgrade-19.draft", "replaced-by-hand"):
        (found / name).write_text("")
    copy(found, "kith.db.before-upgrade-19", NOW)
    replaced(found, NOW)
    return found


def copy(folder: Path, name: str, at: datetime) -> None:
    (folder / name).write_text("everybody")
    os.utime(folder / name, (at.timestamp(), at.timestamp()))


def replaced(folder: Path, at: datetime) -> None:
    (folder / aside.replaced_at(at)).mkdir()
    (folder / aside.replaced_at(at) / "kith.db").write_text("everybody")


def let_go(folder: Path, hours: int, now: datetime) -> list[str]:
    return [path.name for path in aside.let_go(folder, hours, now)]


def test_a_copy_lives_14_days_and_until_the_new_version_was_ready_for_a_day(folder: Path) -> None:
    assert let_go(folder, 999, NOW + 14 * DAY - HOUR) == []
    assert let_go(folder, 23, NOW + 20 * DAY) == []
    assert let_go(folder, 24, NOW + 14 * DAY) == ["kith.db.before-upgrade-19"]
    assert let_go(folder, 24, NOW + 14 * DAY) == []


def test_of_several_copies_each_has_its_own_time(folder: Path) -> None:
    copy(folder, "kith.db.before-upgrade", NOW - DAY)  # as it was called before
    copy(folder, "kith.db.before-upgrade-20", NOW + 3 * DAY)
    assert let_go(folder, 24, NOW + 14 * DAY) == ["kith.db.before-upgrade", "kith.db.before-upgrade-19"]
    assert [one.path.name for one in aside.copies(folder)] == ["kith.db.before-upgrade-20"]


def test_what_a_restore_replaced_goes_after_30_days_and_nothing_else_does(folder: Path) -> None:
    assert let_go(folder, 0, NOW + 30 * DAY - HOUR) == []
    assert let_go(folder, 0, NOW + 30 * DAY) == [aside.replaced_at(NOW)]
    assert {path.name for path in folder.iterdir()} == {
        *("kith.db", "kith.key", "kith.db.before-upgrade-19", "kith.db.before-upgrade-19.draft", "replaced-by-hand")
    }


def test_a_link_in_its_place_is_not_followed(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / aside.replaced_at(NOW - DAY)).symlink_to(elsewhere)
    let_go(folder, 0, NOW + 99 * DAY)
    assert elsewhere.exists()


def test_each_is_named_with_the_day_it_goes(folder: Path) -> None:
    said = list(aside.named(folder))
    assert [name in line for name, line in zip(("before-upgrade-19", "replaced-"), said, strict=True)] == [True, True]
    assert f"{NOW + 14 * DAY:%Y-%m-%d} at the earliest" in said[0]
    assert f"on {NOW + 30 * DAY:%Y-%m-%d}; delete it before that" in said[1]


# -- how long a version has been ready ---------------------------------------------------------------------------------


def test_hours_count_that_have_passed_also_over_restarts(connection: Connection) -> None:
    times = [NOW + 6 * n * timedelta(minutes=1) for n in range(11)]  # it ends and starts again every six minutes
    assert [aside.ready_for_another_hour(connection, now) for now in times] == [0] * 9 + [1] * 2
    assert aside.ready_for_another_hour(connection, NOW + 2 * HOUR) == 2


def test_a_new_schema_begins_anew(connection: Connection) -> None:
    for hours in range(5):
        aside.ready_for_another_hour(connection, NOW + hours * HOUR)
    connection.execute("PRAGMA user_version = 9999")
    assert aside.ready_for_another_hour(connection, NOW + 9 * HOUR) == 0


def test_a_clock_that_was_wrong_counts_one_hour_at_most(connection: Connection) -> None:
    aside.ready_for_another_hour(connection, NOW)
    assert aside.ready_for_another_hour(connection, NOW + 1000 * DAY) == 1
    assert aside.ready_for_another_hour(connection, NOW + HOUR) == 2

"""The short form of `scripts/soak upgrades`, and that it would find something."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from bench.soak import upgrades
from bench.soak.upgrades import Kill, Upgrades
from storage.database import schema


def test_here_and_there_in_the_last_upgrades() -> None:
    newest = len(schema.migrations())
    found = upgrades.main(["--since", str(newest - 2), "--every", "13"])
    assert {name: found[name] for name in upgrades.WRONG} == dict.fromkeys(upgrades.WRONG, 0)
    assert found["kills"] > 10
    assert found["programs"] >= 2, "each version's own, by its migrations at least"


def test_from_every_version_up_and_not_down_again(tmp_path: Path) -> None:
    """A first start that fails, two more, and the programs of before by their migrations."""
    trial, tally = Upgrades(tmp_path, 0), Counter[str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upgrades, "_programs", dict[int, str])  # as they really were: in `scripts/soak upgrades`
        for version in trial.versions:
            trial.go_and_go_back(version, tally)
    assert {name: tally[name] for name in upgrades.WRONG} == dict.fromkeys(upgrades.WRONG, 0)
    assert tally["programs"] == trial.newest - 1
    assert trial.rows > 3000


def test_a_copy_that_is_not_made_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trial, tally = Upgrades(tmp_path, len(schema.migrations()) - 1), Counter[str]()
    monkeypatch.setattr(schema, "_keep_copy", lambda *_given: None)
    trial.go_and_go_back(trial.newest - 1, tally)
    assert tally["uncopied"] == 3


def test_a_program_of_before_that_goes_on_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trial, tally = Upgrades(tmp_path, len(schema.migrations()) - 1), Counter[str]()
    monkeypatch.setattr(schema, "_version", lambda connection, _path, _newest: schema.version(connection))
    monkeypatch.setattr(upgrades, "_programs", dict[int, str])
    trial.go_and_go_back(trial.newest - 1, tally)
    assert tally["opened"] == 1


def test_nearly_every_table_has_rows(tmp_path: Path) -> None:
    schema.prepare(tmp_path / "kith.db")
    with closing(sqlite3.connect(tmp_path / "kith.db")) as connection:
        upgrades.fill(connection)
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        empty = [name for name in tables if not connection.execute(f'SELECT 1 FROM "{name}"').fetchone()]
    assert len(empty) < len(tables) / 10, empty


def test_an_upgrade_that_stops_halfway_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If each statement were its own transaction."""

    def one_by_one(connection: sqlite3.Connection, path: Path, known: tuple[schema.Migration, ...]) -> None:
        [version] = connection.execute("PRAGMA user_version").fetchone()
        for migration in known[version:]:
            for statement in migration.statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {migration.number}")

    before = max(migration.number for migration in schema.migrations() if len(migration.statements) > 1) - 1
    trial, tally = Upgrades(tmp_path, before), Counter[str]()
    monkeypatch.setattr(schema, "_migrate", one_by_one)
    with pytest.raises(sqlite3.OperationalError, match=r"already exists|duplicate"):
        survive_from_the_last(trial, before, tally)
    assert tally["half"] == 1


def survive_from_the_last(trial: Upgrades, version: int, tally: Counter[str]) -> None:
    """The last statements may be of a kind that can be made twice."""
    for statement in sorted((kill.statement for kill in trial.kills() if not kill.halfway), reverse=True):
        tally.clear()
        trial.survive(Kill(version, statement), tally)

"""Kith is killed with SIGKILL at every statement of every upgrade of its file: is everything there at the next start?

From each schema version there ever was, with rows in every table, to the newest: killed before each statement and in
the middle of it. The file must then be of one whole version, and the next start must bring it to where an undisturbed
upgrade would have.

And from each version: a first start that fails, a second one, a third; and then the program of that version again, by
its migrations, and as it really was where the repository's history is here.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time as stopwatch
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from bench.report import progress
from bot.errors import StorageError
from storage.database import schema
from tests.engines import processes

NEEDS = "run"
ROOT = Path(__file__).parents[2]

ROWS = 3
"""In each table, as far as its rules let them be made without knowing what they mean."""
WRONG = ("half", "lost", "uncopied", "opened")
BROKEN = "INSERT INTO nowhere VALUES (1);\n"
"""The end of an upgrade that fails."""
PROGRAM = """
import importlib.util, sys
from pathlib import Path
name = "storage.schema" if Path("storage/schema.py").exists() else "storage.database.schema"
importlib.import_module(name).prepare(Path(sys.argv[1]))
"""


class Kill(NamedTuple):
    """The file of this version is upgraded until this statement. 0: it is only counted."""

    version: int
    statement: int
    halfway: bool = False


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """``half`` (of no version), ``lost`` (other than undisturbed), ``uncopied`` and ``opened`` (by a program that does
    not know each rule of safety) must be 0.
    """
    parser = argparse.ArgumentParser(prog="scripts/soak upgrades", description=__doc__)
    parser.add_argument("--since", type=int, default=0, help="only files of this version and later ones")
    parser.add_argument("--every", type=int, default=1, help="only each so-many-th statement")
    options = parser.parse_args(argv)
    since, tally = stopwatch.perf_counter(), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="kith-upgrades-") as name:
        upgrades = Upgrades(Path(name), options.since)
        for version in upgrades.versions:
            upgrades.go_and_go_back(version, tally)
        kills = [*upgrades.kills()][:: options.every]
        for kill in progress(kills, len(kills)):
            upgrades.survive(kill, tally)
    return {
        "versions": upgrades.newest - options.since,
        "rows": upgrades.rows,
        "kills": tally["kills"],
        "programs": tally["programs"],
        **{name: tally[name] for name in WRONG},
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }


class Upgrades:
    """The files of each version, and what an undisturbed upgrade makes of them."""

    def __init__(self, folder: Path, since: int) -> None:
        self._folder = folder
        scripts = sorted(schema.FOLDER.glob("*.sql"))
        self.newest = len(scripts)
        self.versions = range(since, self.newest)
        self.rows = 0
        self._expected: dict[tuple[int, int], str] = {}
        for version in range(self.newest + 1):
            known = self._known(version)
            known.mkdir()
            for script in scripts[:version]:
                shutil.copy(script, known)
        for version in self.versions:
            self._found(version)

    def _known(self, version: int) -> Path:
        return self._folder / f"migrations-{version}"

    def _file(self, version: int) -> Path:
        return self._folder / f"{version}.db"

    def _found(self, version: int) -> None:
        schema.prepare(self._file(version), self._known(version))
        with closing(sqlite3.connect(self._file(version))) as connection, connection:
            self.rows += fill(connection)
        for until in range(version, self.newest + 1):
            path = self._copy(version)
            schema.prepare(path, self._known(until))
            self._expected[version, until] = content(path)

    def _copy(self, version: int) -> Path:
        path = self._folder / "trial.db"
        for left in self._folder.glob("trial.db*"):
            left.unlink()
        shutil.copy(self._file(version), path)
        return path

    def kills(self) -> Iterator[Kill]:
        for version in self.versions:
            processes.run(partial(_upgrade, self._copy(version), Kill(version, 0)))
            count = int((self._folder / "trial.db-statements").read_text())
            for statement in range(1, count + 1):
                yield Kill(version, statement)
                yield Kill(version, statement, halfway=True)

    def go_and_go_back(self, version: int, tally: Counter[str]) -> None:
        """Upgrade a file of this version: the first start fails. Then let programs of before it try."""
        path, broken = self._copy(version), self._folder / "migrations-broken"
        shutil.copytree(self._known(self.newest), broken)
        (broken / f"{self.newest + 1:04d}_broken.sql").write_text(BROKEN)
        for start in range(3):
            with suppress(sqlite3.OperationalError):
                schema.prepare(path, broken if start == 0 else self._known(self.newest))
            tally["lost"] += content(path) != self._expected[version, self.newest]
            copied = schema.copy_of(path, version)
            uncopied = not copied.exists() or content(copied) != self._expected[version, version]
            tally["uncopied"] += uncopied and version > 0
        shutil.rmtree(broken)
        may_open = compatible(path) <= version
        for refused in self._programs_of(version, path):
            tally["programs"] += 1
            tally["opened"] += refused == may_open or content(path) != self._expected[version, self.newest]

    def _programs_of(self, version: int, path: Path) -> Iterator[bool]:
        """By its migrations alone, and as it really was. Yields whether it refused the file."""
        if version == 0:
            return
        try:
            schema.prepare(path, self._known(version))
        except StorageError as error:
            yield "newer Kith" in str(error)
        else:
            yield False
        commit = _programs().get(version)
        if commit is not None:
            yield _refuses(_extracted(commit, self._folder / f"program-{version}"), path)

    def survive(self, kill: Kill, tally: Counter[str]) -> None:
        path = self._copy(kill.version)
        tally["kills"] += not processes.run(partial(_upgrade, path, kill))
        with closing(sqlite3.connect(path)) as connection:
            [reached] = connection.execute("PRAGMA user_version").fetchone()
        tally["half"] += content(path) != self._expected.get((kill.version, reached))
        schema.prepare(path)
        tally["lost"] += content(path) != self._expected[kill.version, self.newest]
        if kill.version > 0 and reached < self.newest:
            copied = schema.copy_of(path, kill.version)
            tally["uncopied"] += not copied.exists() or content(copied) != self._expected[kill.version, kill.version]


@cache
def _programs() -> dict[int, str]:
    """The last commit with each number of migrations. None where there is no history."""
    log = ["git", "log", "--format=%H", "--", "storage/migrations"]
    commits = subprocess.run(log, cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    found: dict[int, str] = {}
    for commit in commits:
        tree = ["git", "ls-tree", "--name-only", commit, "storage/migrations/"]
        files = subprocess.run(tree, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
        numbers = [int(Path(file).name[:4]) for file in files if file.endswith(".sql")]
        if sorted(numbers) == list(range(1, len(numbers) + 1)):  # or that commit's program cannot open any file
            found.setdefault(len(numbers), commit)
    return found


def _extracted(commit: str, folder: Path) -> Path:
    packed = subprocess.run(["git", "archive", commit, "bot", "storage"], cwd=ROOT, capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def _refuses(program: Path, path: Path) -> bool:
    run = [sys.executable, "-P", "-c", PROGRAM, str(path)]
    ended = subprocess.run(
        run, cwd=program, env={**os.environ, "PYTHONPATH": str(program)}, capture_output=True, text=True, check=False
    )
    return ended.returncode != 0 and "newer Kith" in ended.stderr


async def _upgrade(path: Path, kill: Kill) -> None:
    """In a process of its own, which dies on the way."""
    count = 0

    class Deadly(sqlite3.Connection):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            nonlocal count
            count += 1
            if count == kill.statement:
                if not kill.halfway:
                    _die()
                self.set_progress_handler(_die, 1)
            return super().execute(*arguments)

    connect = sqlite3.connect
    sqlite3.connect = lambda to, **how: connect(to, factory=Deadly if to == path else sqlite3.Connection, **how)  # type: ignore[assignment]  # in this process only
    schema.prepare(path)
    path.with_name(f"{path.name}-statements").write_text(str(count))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fill(connection: sqlite3.Connection) -> int:
    """Rows of numbers and letters for every table. Those that break one of its rules are left out."""
    made = 0
    tables = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'meta'"
    ).fetchall()
    for table, sql in tables:
        columns = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
        marks = ", ".join("?" * len(columns))
        for number in range(1, ROWS + 1):
            with suppress(sqlite3.IntegrityError):
                row = [_value(sql, column, kind, number) for column, kind in columns]
                connection.execute(f'INSERT INTO "{table}" VALUES ({marks})', row)
                made += 1
    return made


def _value(sql: str, column: str, kind: str, number: int) -> int | str | bytes:
    allowed = re.search(rf"\b{column} IN \(([^)]*)\)", sql)
    if allowed:
        return allowed[1].split(",")[0].strip().strip("'")
    if kind == "TEXT":
        return f"{column} {number}"
    return number if kind == "INTEGER" else column.encode() + bytes([number])


def compatible(path: Path) -> int:
    """The oldest version that may write the file: no later migration brings a rule of safety."""
    with closing(sqlite3.connect(path)) as connection:
        [found] = connection.execute("SELECT compatible FROM meta").fetchone()
    return int(found)


def content(path: Path) -> str:
    """Everything in the file, tables and rows, but for what a copy alone knows: the last line of the journal then."""
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(sorted(line for line in connection.iterdump() if "VALUES('kith','journal'," not in line))

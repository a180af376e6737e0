"""One row about a person in every table that can hold any, made out of the schema itself.

A table that is added later is filled as well, with nobody having to think of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from sqlite3 import Connection, IntegrityError
from typing import Any

from bot.messages import Community, Member, Person
from storage.database.instants import seconds

KNOWN: dict[str, Any] = {
    "platform": "local",
    "zone": "UTC",
    "at": "09:00",
    "start": "09:00",
    "end": "10:00",
    "days": 127,
    "actions": "[]",
    "args": "{}",
    "choices": "{}",
    "recurrence": "once",
}
"""What stands in columns that are not free; everything else is made up."""


class Filler:
    """``everything()``: a row in every table with a column for persons, naming ``person`` in that column."""

    def __init__(self, connection: Connection, person: Person, other: Person, at: datetime, **what: Any) -> None:
        self._connection = connection
        self._person, self._other, self._at = person, other, seconds(at)
        self._account: Member = what["account"]
        self._community: Community = what["community"]
        self._words: str = what["words"]
        self._number = 1000

    def everything(self) -> list[tuple[str, str]]:
        """Fill, and say what: (table, column)."""
        found = list(person_columns(self._connection))
        for table, column in found:
            if not self._names(table, column):
                self.row(table, column)
        return found

    def _names(self, table: str, column: str) -> bool:
        query = f'SELECT 1 FROM "{table}" WHERE "{column}" = ?'
        return self._connection.execute(query, (self._person.id,)).fetchone() is not None

    def row(self, table: str, about: str = "") -> Any:
        """One new row; in column ``about`` stands the person, in other columns for persons somebody else."""
        [sql] = self._connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        parents = {
            key[3]: (key[2], key[4] or "id")
            for key in self._connection.execute(f'SELECT * FROM pragma_foreign_key_list("{table}")').fetchall()
        }
        columns = self._connection.execute(f'SELECT * FROM pragma_table_info("{table}")').fetchall()
        keys = [column[1] for column in columns if column[5]]
        people = [name for name, (parent, _column) in parents.items() if parent == "persons"]
        for wanted in ([about], people, [column[1] for column in columns]):  # what may stay empty, and does not
            values = {}
            for _place, name, kind, needed, default, key in columns:
                is_rowid = keys == [name] and kind == "INTEGER" and name not in parents
                if name in wanted or ((needed or key) and default is None and not is_rowid):
                    values[name] = self._value(table, name, kind, sql, parents.get(name), about)
            try:
                return self._insert(table, values)
            except IntegrityError as error:
                trouble = error
        raise AssertionError(f"{table} cannot be filled: {trouble}")

    def _insert(self, table: str, values: dict[str, Any]) -> Any:
        names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
        made = self._connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', [*values.values()])
        return made.lastrowid

    def _value(self, table: str, name: str, kind: str, sql: str, parent: tuple[str, str] | None, about: str) -> Any:
        if name == about:
            return self._person.id
        if parent is not None:
            return self._parent(*parent)
        if name in ("platform_id", "target", "other_id"):
            return self._account.id if about else "somebody-else"
        if kind == "BLOB":
            return self._words.encode() if about else b"somebody else's"
        if kind == "TEXT" and (allowed := re.search(rf"\b{name}\b[^,]*?\bIN \(('[^)]*)\)", sql)):
            return allowed[1].split(",")[0].strip().strip("'")
        if (name in KNOWN and kind == "TEXT") or (name in KNOWN and isinstance(KNOWN[name], int) and kind == "INTEGER"):
            return KNOWN[name]
        if smallest := re.search(rf"\b{name} BETWEEN (\d+)", sql):
            return int(smallest[1])
        self._number += 1
        return f"x{self._number}" if kind == "TEXT" else 1

    def _parent(self, table: str, column: str) -> Any:
        if table == "persons":
            return self._other.id
        if table == "communities":
            return self._community.id
        found = self._connection.execute(f'SELECT "{column}" FROM "{table}" ORDER BY 1 DESC').fetchone()
        if found is None:
            self.row(table)
            found = self._connection.execute(f'SELECT "{column}" FROM "{table}"').fetchone()
        return found[0]


def person_columns(connection: Connection) -> Iterator[tuple[str, str]]:
    """(table, column) of everything that hangs on a person."""
    yield from sorted(
        connection.execute(
            'SELECT tables.name, keys."from" FROM sqlite_schema AS tables'
            " JOIN pragma_foreign_key_list(tables.name) AS keys"
            " WHERE tables.type = 'table' AND keys.\"table\" = 'persons'"
        ).fetchall()
    )

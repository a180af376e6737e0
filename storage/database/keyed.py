"""What in the database hangs on the installation's keys: whether anything does, on which keys, and what proves them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from sqlite3 import Connection
from types import MappingProxyType
from typing import NamedTuple

from storage.database import platforms, sealed
from storage.database.sealed import Under

NAME = ("kith", "keys")
"""Where the mark of the keys is kept, among the other small values that outlive the process."""


_PROOF = "key "
_LOST = "lost key "
_NO_PROOFS: Mapping[int, bytes] = MappingProxyType({})
_NO_TEXTS: Mapping[int, Under] = MappingProxyType({})


class Use(NamedTuple):
    """Whether anything hangs on the keys, the mark of those the database was last opened with, and for each number of a
    data key what its bytes are proven by.

    ``lost`` are the numbers that the host has given up; ``texts`` those under each number, where they were looked for
    (``use_in_full``).
    """

    in_use: bool
    mark: str | None
    proofs: Mapping[int, bytes] = _NO_PROOFS
    lost: frozenset[int] = frozenset()
    texts: Mapping[int, Under] = _NO_TEXTS


def use(connection: Connection) -> Use:
    values = platforms.states(connection, NAME[0])
    proofs = {int(name.removeprefix(_PROOF)): bytes.fromhex(v) for name, v in values.items() if name.startswith(_PROOF)}
    lost = frozenset(int(name.removeprefix(_LOST)) for name in values if name.startswith(_LOST))
    return Use(_is_in_use(connection), values.get(NAME[1]), proofs, lost)


def use_in_full(connection: Connection) -> Use:
    """``use``, and which texts are under which key: that reads every row."""
    return use(connection)._replace(texts=sealed.by_key(connection))


def is_ours(name: str) -> bool:
    """Whether a value of this name, among Kith's own, says something of the keys."""
    return name == NAME[1] or name.startswith((_PROOF, _LOST))


def set_mark(connection: Connection, mark: str) -> None:
    platforms.set_state(connection, *NAME, mark)


def set_proofs(connection: Connection, proofs: Mapping[int, bytes]) -> None:
    """These are the data keys that texts may be under from now on, and what proves each. A lost one that is among them
    has been found.
    """
    known = use(connection)
    for number in known.proofs:
        platforms.drop_state(connection, NAME[0], f"{_PROOF}{number}")
    for number, proof in proofs.items():
        platforms.set_state(connection, NAME[0], f"{_PROOF}{number}", proof.hex())
        platforms.drop_state(connection, NAME[0], f"{_LOST}{number}")


def give_up(connection: Connection, numbers: Collection[int]) -> None:
    """The data keys with these numbers are lost: texts under them stay closed, and are asked about no more."""
    for number in numbers:
        platforms.drop_state(connection, NAME[0], f"{_PROOF}{number}")
        platforms.set_state(connection, NAME[0], f"{_LOST}{number}", "")


def _is_in_use(connection: Connection) -> bool:
    """Is anything encrypted or hashed with the keys? All of that is in columns of type BLOB, in whatever table."""
    columns = connection.execute(
        "SELECT tables.name, columns.name"
        " FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns"
        " WHERE tables.type = 'table' AND columns.type = 'BLOB'"
    ).fetchall()
    for table, column in columns:  # names of our own schema, not of anybody outside
        if connection.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" IS NOT NULL LIMIT 1').fetchone():
            return True
    # The nonce of a message on its way is a keyed hash too, though no column holds it.
    return connection.execute("SELECT 1 FROM deliveries WHERE state = 'sending' LIMIT 1").fetchone() is not None

"""After `forget-me`, nothing of a person is left anywhere: whatever there was, in whichever table and file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

from bot.messages import Member, Person
from storage import members
from tests.cast import BOB, ROOM, Playground, button
from tests.cogs.settled import settle
from tests.engines.filled import Filler, person_columns

ODD = Member("local", "zq-account-4711-id", "Zqname")
"""An account that cannot be in a file by chance."""
WORDS = "zq my sister is called Ottilie"


def rows_of(connection: Connection, person: Person) -> set[tuple[str, str]]:
    """Where a person stands: (table, column)."""
    return {
        (table, column)
        for table, column in person_columns(connection)
        if connection.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" = ?', (person.id,)).fetchone()
    }


def places_with(folder: Path, *words: str) -> list[str]:
    """Every file of the installation, free pages and write-ahead log included, that holds one of these words."""
    found = []
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        for word in words:
            for encoding in ("utf-8", "utf-16-le"):
                if word.encode(encoding) in content:
                    found.append(f"{path.name}: {word}")
    return found


async def test_a_row_in_every_table_that_can_hold_one_is_gone(world: Playground, tmp_path: Path) -> None:
    odd, bob = await settle(world, ODD), await settle(world, BOB)
    database = world.bot.database
    community = await database.read(members.community_of, ROOM)

    def fill(connection: Connection) -> list[tuple[str, str]]:
        return Filler(connection, odd, bob, world.now, account=ODD, community=community, words=WORDS).everything()

    filled = await database.write(fill)
    assert await database.read(rows_of, odd) == set(filled), "every table with a person in it had a row"
    assert places_with(tmp_path, ODD.id), "the scan finds what is there"
    assert places_with(tmp_path, WORDS), "and words that nobody encrypted"

    screen = await world.chat.say(ODD, "forget-me")
    assert str((await world.chat.press(ODD, button(screen, "Forget me"))).text).startswith("Done.")
    assert await database.read(rows_of, odd) == set()
    assert await database.read(members.person_of, BOB) == bob
    with closing(sqlite3.connect(tmp_path / "world" / "kith.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "backup.db"),))
    assert places_with(tmp_path, ODD.id, WORDS) == []

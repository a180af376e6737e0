"""Holds `my-data` to the schema: whatever is kept about a person, in whichever table, changes what they are shown."""

from __future__ import annotations

import json
from contextlib import suppress
from sqlite3 import Connection
from typing import Any

from bot.keys.crypto import DecryptionError
from bot.messages import Community, Person
from storage.members import members
from tests.cast import ALICE, BOB, ROOM, Playground
from tests.cogs.settled import settle
from tests.engines.filled import Filler, person_columns

NOBODY_IS_TOLD = {("blocks", "other"), ("buddy_passes", "one"), ("buddy_passes", "other")}
"""Somebody else's wish not to meet them, which `my-data` would tell them of."""
THERE_ALREADY = {"accounts", "consents", "memberships"}
"""What everybody has who is shown anything."""
OTHERWISE = {"checkin_dials": "personal = 'tender'", "quiet_contacts": "accepted = 1", "thanks": "sent = 1"}
"""What a made-up row has to say for it to be of any interest."""
BEGUN = {"quiet_contacts": "quiet_alerts"}
"""What a row is shown with."""


class _Undone(Exception):
    pass


def _exported(world: Playground, connection: Connection, person: Person) -> str:
    shown: dict[str, Any] = {}
    for cog in world.bot.registry.cogs:
        shown |= cog.export(person)(connection)
    return json.dumps(shown, default=str)


def _changes(world: Playground, connection: Connection, table: str, column: str, community: Community) -> bool:
    """Does one row about Alice in this column change what she is shown? Words nobody encrypted show by failing."""
    alice, bob = (members.person_of(connection, member) for member in (ALICE, BOB))
    assert alice is not None
    assert bob is not None
    filler = Filler(connection, alice, bob, world.now, account=ALICE, community=community, words="words")
    if table in BEGUN:
        filler.row(BEGUN[table], "person")
    before = _exported(world, connection, alice)
    filler.row(table, column)
    if table in OTHERWISE:
        connection.execute(f'UPDATE "{table}" SET {OTHERWISE[table]}')
    try:
        return _exported(world, connection, alice) != before
    except (DecryptionError, ValueError):
        return True


async def test_whatever_is_kept_of_a_person_changes_what_they_are_shown(world: Playground) -> None:
    for member in (ALICE, BOB):
        await settle(world, member)
    community = await world.bot.database.read(members.community_of, ROOM)
    assert community is not None
    columns = await world.bot.database.read(lambda connection: [*person_columns(connection)])
    silent = set()
    for table, column in columns:
        if table in THERE_ALREADY:
            continue

        def look(connection: Connection, table: str, column: str, community: Community) -> None:
            if not _changes(world, connection, table, column, community):
                silent.add((table, column))
            raise _Undone

        with suppress(_Undone):
            await world.bot.database.write(look, table, column, community)
    assert silent == NOBODY_IS_TOLD


async def test_what_everybody_has_is_shown(world: Playground) -> None:
    alice = await settle(world, ALICE)
    shown = await world.bot.database.read(lambda connection: _exported(world, connection, alice))
    for kept in ("local: alice", ROOM.name, '"purpose": "core"', "Europe/Berlin"):
        assert kept in shown

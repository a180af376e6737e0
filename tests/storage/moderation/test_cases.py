"""Cases and holds below the commands: keyed hashes alone keep a case from whom it names, and one is never two."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.hosting.installation import DATABASE
from bot.messages import Community, Member, Person, Place
from storage.database.database import Database
from storage.members import members
from storage.moderation import cases, holds
from storage.moderation.cases import Named, Viewer
from tests.prepared import prepared

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CODE, OTHER_CODE = b"c" * 32, b"o" * 32


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(prepared(tmp_path) / DATABASE) as opened:
        yield opened


async def person(database: Database, name: str) -> Person:
    return await database.write(members.create, Member("local", name), "UTC", "en", NOW)


async def place(database: Database) -> Community:
    return await database.write(members.found, Place("local", "porch", "The Porch"), NOW)


async def about(database: Database, porch: Community, reported: Named, reporter: Person) -> int:
    def seal(row: int, column: str) -> bytes:
        return f"{column} of {row}".encode()

    named = Named(b"r" * 32, reporter)
    return await database.write(cases.open_case, porch, "moderators", seal, named, reported, NOW)


async def test_the_hash_of_any_account_hides_a_case_after_the_person_is_gone(database: Database) -> None:
    porch, mo, alice = await place(database), await person(database, "mo"), await person(database, "alice")
    case = await about(database, porch, Named(CODE, mo), alice)
    await database.write(cases.outlive, mo, [CODE, OTHER_CODE])
    await database.write(members.forget, mo)
    for code in (CODE, OTHER_CODE):
        again = Viewer(await person(database, f"mo-{code[:1]!r}"), frozenset({code}))
        assert await database.read(cases.open_cases, porch, again) == []
        assert await database.read(cases.get, porch, case, again) is None
    stranger = Viewer(await person(database, "anna"), frozenset({b"x" * 32}))
    [seen] = await database.read(cases.open_cases, porch, stranger)
    assert seen.about is None, "whom it was about is gone with them"
    assert seen.reported is None


async def test_the_person_hides_it_whatever_their_accounts(database: Database) -> None:
    porch, mo, alice = await place(database), await person(database, "mo"), await person(database, "alice")
    await about(database, porch, Named(CODE, mo), alice)
    assert await database.read(cases.open_cases, porch, Viewer(mo, frozenset())) == []
    assert await database.read(cases.open_cases, porch, Viewer(alice, frozenset())) == [], "the reporter's own too"


async def test_a_closed_case_names_nobody_anew(database: Database) -> None:
    porch, bob, alice = await place(database), await person(database, "bob"), await person(database, "alice")
    case = await about(database, porch, Named(CODE, bob), alice)
    await database.write(cases.outlive, bob, [CODE])
    found = await database.read(cases.get, porch, case, Viewer(None, frozenset()))
    assert found is not None
    await database.write(cases.decide, found, None, False, NOW)
    again = await person(database, "bob-again")
    await database.write(cases.recognise, again, CODE, NOW)
    assert not await database.read(holds.is_held, porch, again)


async def test_one_moderator_twice_is_still_one(database: Database) -> None:
    porch, bob, mo, anna = await place(database), *[await person(database, name) for name in ("bob", "mo", "anna")]
    for _time in range(2):
        quiet = await database.write(holds.quiet, porch, bob, mo, NOW)
        assert quiet.ends == NOW + timedelta(hours=72)
    assert (await database.write(holds.quiet, porch, bob, anna, NOW)).ends is None
    assert (await database.write(holds.quiet, porch, bob, mo, NOW)).ends is None


async def test_what_a_forgotten_moderator_began_does_not_stay_by_one(database: Database) -> None:
    porch, bob, mo, anna = await place(database), *[await person(database, name) for name in ("bob", "mo", "anna")]
    await database.write(holds.quiet, porch, bob, mo, NOW)
    await database.write(members.forget, mo)
    assert (await database.write(holds.quiet, porch, bob, anna, NOW)).ends == NOW + timedelta(hours=72)
    assert not await database.read(holds.is_quiet, bob, porch, NOW + timedelta(hours=72))

"""Seeing what is kept, being forgotten, and time doing the same."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.context import Delivery
from bot.messages import (
    Member,
    Message,
    Person,
)
from storage.delivery import deliveries
from storage.members import blocks, members
from storage.upkeep import retention
from tests.cast import ALICE, BOB, CHANDRA, EVE, ROOM, Playground, button, labels, pass_time

SECRET = "the-name-of-my-sister-is-ottilie"
ODD = Member("local", "alice-4711-account-id", "Alice")
"""An account id that cannot be in a file by chance."""


async def join(world: Playground, member: Member) -> None:
    world.chat.join(member, ROOM)
    await world.chat.say(member, "checkin on 19:00 berlin", ROOM)
    await world.chat.say(member, "yes", ROOM)


async def person(world: Playground, member: Member) -> Person:
    found = await world.bot.database.read(members.person_of, member)
    assert found is not None
    return found


async def count(world: Playground, rows: str) -> int:
    return await world.bot.database.read(
        lambda connection: connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0]
    )


async def forget(world: Playground, member: Member) -> Message:
    return await world.chat.press(member, button(await world.chat.say(member, "forget-me"), "Delete everything"))


def files_with(folder: Path, *words: str) -> Iterator[str]:
    """Every place in every file of the installation that holds one of these words, in UTF-8 or UTF-16."""
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        for word in words:
            for encoding in ("utf-8", "utf-16-le"):
                if word.encode(encoding) in content:
                    yield f"{path.name}: {word}"


# -- my-data ----------------------------------------------------------------------------------------------------------


async def test_nothing_is_kept_of_whoever_has_not_said_yes(world: Playground) -> None:
    assert "I keep nothing about you." in (await world.chat.say(EVE, "my-data")).text
    assert "nothing to delete" in (await world.chat.say(EVE, "forget-me")).text


async def test_all_of_it_comes_as_words_and_as_data_in_private_files(world: Playground) -> None:
    await join(world, ALICE)
    answer = await world.chat.say(ALICE, "my-data")
    assert answer.private
    files = {file.name: file.content.decode() for file in answer.files}
    kept = json.loads(files["my-data.json"])
    assert kept["accounts"] == ["local: alice"]
    assert kept["communities"] == ["The Porch"]
    assert {one["purpose"] for one in kept["what you said yes to"]} == {"core", "dm", "checkin"}
    assert "what you said yes to:" in files["my-data.txt"]
    assert "{" not in files["my-data.txt"].split("what you said yes to")[0]


async def test_half_a_surrogate_pair_spoils_nothing(world: Playground) -> None:
    await join(world, ALICE)
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "people"), "Add one"))
    for line in ("half a \ud800 pair", "animal", "laughing", "at \udfff home"):
        await world.chat.say(ALICE, line)
    text, data = (await world.chat.say(ALICE, "my-data")).files
    assert b"half a ? pair" in text.content
    assert b"at ? home" in data.content


async def test_it_names_whom_one_avoids_and_what_was_sent(world: Playground) -> None:
    await join(world, ALICE)
    await join(world, BOB)
    alice, bob = await person(world, ALICE), await person(world, BOB)
    await world.bot.database.write(blocks.add, alice, bob, world.now)
    await pass_time(world, timedelta(days=1))
    kept = json.loads((await world.chat.say(ALICE, "my-data")).files[1].content)
    assert kept["people you avoid"] == ["local: bob"]
    assert ("checkins.prompt", "sent") in [(one["what"], one["state"]) for one in kept["messages to you"]]
    bobs = json.loads((await world.chat.say(BOB, "my-data")).files[1].content)
    assert "people you avoid" not in bobs
    assert "alice" not in json.dumps(bobs), "nobody is told that they are avoided"


# -- forget-me --------------------------------------------------------------------------------------------------------


async def test_the_screen_says_what_stays_and_asks(world: Playground) -> None:
    await join(world, ALICE)
    screen = await world.chat.say(ALICE, "forget-me")
    assert "Two things stay as a code I can't read back" in screen.text
    assert labels(screen) == ["Delete everything", "Keep everything", "See it first"]
    assert "Everything stays" in (await world.chat.press(ALICE, button(screen, "Keep everything"))).text
    assert await world.bot.database.read(members.person_of, ALICE) is not None


async def test_afterwards_no_file_holds_the_account_or_a_word(world: Playground, tmp_path: Path) -> None:
    for member in (ODD, BOB):
        await join(world, member)
    await world.chat.say(ODD, f"feedback {SECRET}", ROOM)
    await world.chat.say(ODD, "1", ROOM)
    await world.chat.say(ODD, "checkin now", ROOM)
    await world.chat.say(ODD, SECRET, ROOM)
    await pass_time(world, timedelta(days=2))
    assert set(files_with(tmp_path, ODD.id)), "the scan finds what is there"
    done = await forget(world, ODD)
    assert str(done.text).startswith("Done. Everything of yours is deleted.")
    assert list(files_with(tmp_path, ODD.id, SECRET)) == []
    with closing(sqlite3.connect(tmp_path / "world" / "kith.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "backup.db"),))
    assert list(files_with(tmp_path, ODD.id, SECRET)) == []
    assert await world.bot.database.read(members.person_of, BOB) is not None
    assert "keep nothing" in (await world.chat.say(ODD, "my-data")).text


async def test_nothing_that_was_planned_reaches_somebody_who_was_forgotten(world: Playground) -> None:
    await join(world, ALICE)
    await pass_time(world, timedelta(minutes=30))
    await forget(world, ALICE)
    before = len(world.chat.read(ALICE))
    await pass_time(world, timedelta(days=3))
    assert len(world.chat.read(ALICE)) == before


async def test_chats_in_every_room_are_forgotten(world: Playground) -> None:
    await join(world, ALICE)
    await world.chat.say(ALICE, "pause")
    await world.chat.say(ALICE, "settings", ROOM)
    await forget(world, ALICE)
    rows = await count(world, "conversations")
    assert rows <= 1, "the farewell itself may stand there, of nobody known"


async def test_a_second_press_finds_nothing_to_forget(world: Playground) -> None:
    await join(world, ALICE)
    screen = await world.chat.say(ALICE, "forget-me")
    await world.chat.press(ALICE, button(screen, "Delete everything"))
    again = await world.chat.press(ALICE, button(screen, "Delete everything"))
    assert "expired" in again.text or "somebody else" in again.text


async def test_if_one_feature_cannot_forget_nothing_is_forgotten(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    await join(world, ALICE)

    def broken(_connection: object) -> None:
        raise RuntimeError("the dog ate it")

    monkeypatch.setattr(type(world.bot.registry.cogs[-1]), "forget", lambda *_arguments: broken)
    assert "Something went wrong" in (await forget(world, ALICE)).text
    assert await world.bot.database.read(members.person_of, ALICE) is not None
    kept = json.loads((await world.chat.say(ALICE, "my-data")).files[1].content)
    assert "check-in" in kept


# -- blocks outlive forgetting ----------------------------------------------------------------------------------------


async def test_a_block_holds_when_the_other_is_forgotten_and_comes_back(world: Playground, tmp_path: Path) -> None:
    await join(world, ALICE)
    await join(world, EVE)
    alice, eve = await person(world, ALICE), await person(world, EVE)
    await world.bot.database.write(blocks.add, alice, eve, world.now)
    await forget(world, EVE)
    assert await world.bot.database.read(blocks.avoided, alice) == frozenset()
    await join(world, EVE)
    back = await person(world, EVE)
    assert back != eve
    assert await world.bot.database.read(blocks.between, alice, back)


async def test_the_blockers_own_forgetting_lifts_the_block(world: Playground) -> None:
    await join(world, ALICE)
    await join(world, EVE)
    alice, eve = await person(world, ALICE), await person(world, EVE)
    await world.bot.database.write(blocks.add, alice, eve, world.now)
    await forget(world, ALICE)
    assert await world.bot.database.read(blocks.avoided, eve) == frozenset()


async def test_somebody_who_never_said_yes_can_be_avoided_too(world: Playground) -> None:
    await join(world, ALICE)
    alice = await person(world, ALICE)
    code = world.bot.core.keyring.pseudonym(EVE.platform, EVE.id)
    for _twice in range(2):
        await world.bot.database.write(blocks.add_unknown, alice, code, world.now)
    await join(world, EVE)
    assert await world.bot.database.read(blocks.avoided, alice) == {(await person(world, EVE)).id}
    assert await world.bot.database.write(blocks.lift, alice, await person(world, EVE))
    await world.bot.database.write(blocks.add_unknown, alice, b"x" * 32, world.now)
    assert await world.bot.database.write(blocks.lift_unknown, alice, b"x" * 32)
    assert not await world.bot.database.write(blocks.lift_unknown, alice, b"x" * 32)


# -- time -------------------------------------------------------------------------------------------------------------


async def test_each_thing_is_kept_as_long_as_members_were_told(world: Playground) -> None:
    await join(world, ALICE)
    await pass_time(world, timedelta(days=40))

    def oldest(connection: sqlite3.Connection) -> dict[str, datetime]:
        ages = {
            "deliveries": "SELECT min(settled) FROM deliveries",
            "offers": "SELECT min(expires) FROM offers",
            "conversations": "SELECT min(updated) FROM conversations",
        }
        return {
            table: datetime.fromtimestamp(at, world.now.tzinfo)
            for table, query in ages.items()
            if (at := connection.execute(query).fetchone()[0]) is not None
        }

    found = await world.bot.database.read(oldest)
    assert found["deliveries"] > world.now - deliveries.KEPT - timedelta(hours=1)
    assert found.get("offers", world.now) > world.now - timedelta(days=35, hours=1)
    assert found.get("conversations", world.now) > world.now - timedelta(days=1, hours=1)


async def test_one_table_that_cannot_be_swept_stops_none_of_the_others(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: list[str] = []

    def broken(_connection: sqlite3.Connection, _now: datetime) -> None:
        raise sqlite3.OperationalError("no such table")

    def fine(_connection: sqlite3.Connection, _now: datetime) -> None:
        swept.append("fine")

    monkeypatch.setattr(retention, "SWEEPS", (broken, fine))
    await world.bot.run_jobs("hour", world.now)
    assert swept == ["fine"]


async def test_words_on_their_way_are_erased_after_a_day(world: Playground) -> None:
    await join(world, ALICE)
    alice = await person(world, ALICE)
    far = Delivery(to=alice, kind="feedback.answer", key="k", due=world.now, body=b"sealed", community=None)
    world.chat.closed.add(ALICE.id)
    await world.bot.database.write(deliveries.plan, far)
    await pass_time(world, timedelta(hours=26))
    assert await count(world, "deliveries WHERE body IS NOT NULL AND state <> 'inbox'") == 0


async def test_words_of_a_question_nobody_stands_under_any_more_go(world: Playground) -> None:
    await join(world, CHANDRA)
    await forget(world, CHANDRA)
    await world.bot.run_jobs("hour", world.now)
    assert await count(world, "consent_texts") == 0

"""What a member types is in no log: a canary through every command, button and form, with every logger at DEBUG.

``KITH_CANARY=1000000`` goes on until so many lines were written; by default it is one round.
"""

from __future__ import annotations

import io
import logging
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import config, log
from bot.config import ERRORS_ONLY, LogConfig
from bot.errors import FatalError, StorageError
from bot.messages import Member
from storage import members
from tests.cast import ALICE, BOB, EVE, MO, ROOM, Playground

LINES = int(os.environ.get("KITH_CANARY", "0"))
CANARY = "zqcanary7391"
LOUD = ("discord", "nio", "aiohttp", "aiosqlite", "asyncio", "apscheduler", "mautrix")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a host would find in the log of a bot that says everything."""
    root, stream = logging.getLogger(), io.StringIO()
    changed = [root, *map(logging.getLogger, (*log.OURS, *ERRORS_ONLY, *LOUD))]
    levels, handlers, raises = [one.level for one in changed], list(root.handlers), logging.raiseExceptions
    log.setup(LogConfig(level="debug"), stream)
    for one in changed:
        one.setLevel(logging.DEBUG)
    yield stream
    root.handlers[:] = handlers
    for one, level in zip(changed, levels, strict=True):
        one.setLevel(level)
    logging.raiseExceptions = raises


async def arrive(world: Playground, *people: Member) -> None:
    for member in people:
        world.chat.join(member, ROOM)
        await world.chat.say(member, "checkin on 19:00 berlin", ROOM)
        await world.chat.say(member, "yes", ROOM)


async def say_everything(world: Playground, chance: random.Random) -> None:
    """Every command with the canary as its words, typed by members and by a moderator; then every button and form."""
    for name in sorted(world.bot.commands):
        for member, place in ((ALICE, None), (BOB, ROOM), (MO, ROOM), (EVE, None)):
            await world.chat.say(member, f"{name} {CANARY}", place)
            await world.chat.say(member, CANARY, place)
            await world.chat.say(member, "cancel", place)
    for name in sorted(world.bot.actions):
        for row in ("-", "o1", "d1"):
            member = chance.choice((ALICE, BOB, MO, EVE))
            answers = dict.fromkeys(("words", "at", "zone", "days", "note", "text", "who", "name"), CANARY)
            incoming = world.chat.incoming(member, chance.choice((None, ROOM)))
            await world.bot.run_action(incoming, f"kith:1:{name}:{row}:{CANARY}", answers)


async def test_no_word_of_a_member_is_logged(world: Playground, written: io.StringIO) -> None:
    chance = random.Random(3)
    eve = Member(EVE.platform, f"{CANARY}-id", f"Eve {CANARY}")
    await arrive(world, ALICE, BOB, MO, eve)
    await say_everything(world, chance)
    while written.getvalue().count("\n") < LINES:
        await say_everything(world, chance)
    await world.bot.tick(world.bot.now())
    assert CANARY not in written.getvalue()


async def test_no_word_is_logged_with_a_traceback(
    world: Playground, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feature that breaks with the words in its exception, and a database that does."""
    await arrive(world, ALICE)

    def broken(*_given: object) -> None:
        raise ValueError(f"cannot read {CANARY}") from KeyError(CANARY)

    monkeypatch.setattr(members, "profile", broken)
    for line in (CANARY, f"notes add {CANARY}", f"report {CANARY}", f"feedback {CANARY}", "settings"):
        await world.chat.say(ALICE, line)
    monkeypatch.undo()

    async def closed(*_given: object) -> None:
        raise StorageError(CANARY)

    monkeypatch.setattr(type(world.bot.database), "write", closed)
    await world.chat.say(ALICE, f"feedback {CANARY}")
    assert "ValueError" in written.getvalue()
    assert "StorageError" in written.getvalue()
    assert CANARY not in written.getvalue()


async def test_forgetting_leaves_nothing_of_a_person_in_the_log(world: Playground, written: io.StringIO) -> None:
    somebody = Member(ALICE.platform, f"{CANARY}-id", f"Name {CANARY}")
    await arrive(world, somebody)
    await world.chat.say(somebody, f"feedback {CANARY}")
    await world.bot.tick(world.bot.now())
    screen = await world.chat.say(somebody, "forget-me")
    await world.chat.press(somebody, screen.buttons[0])
    await world.bot.tick(world.bot.now())
    person = await world.bot.database.read(members.person_of, somebody)
    assert person is None
    assert CANARY not in written.getvalue()


async def test_the_canary_is_found_where_it_is(written: io.StringIO) -> None:
    """The test above can fail: what a line of ours calls harmless is written."""
    logging.getLogger("bot.test").warning("%s was logged", log.Word(CANARY))
    assert CANARY in written.getvalue()


def test_a_config_file_is_not_quoted_in_an_error(tmp_path: Path, written: io.StringIO) -> None:
    file = tmp_path / "kith.toml"
    for content in (f"{CANARY}", f'[discord]\ntoken = "{CANARY}" x', f'[discord]\ntoken = 5\nx = "{CANARY}"'):
        file.write_text(content)
        with pytest.raises(FatalError) as error:
            config.load(file, {})
        logging.getLogger("bot.app").exception("failed", exc_info=error.value)
    assert "FatalError" in written.getvalue()
    assert CANARY not in written.getvalue()

"""However a database is put back, nobody who left is back, nobody who came again is gone, and nothing is sent twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.bot import Bot
from bot.errors import FatalError
from bot.hosting.installation import JOURNAL, STARTS
from storage.checkins import checkins
from storage.database import journal, platforms, schema, starts
from storage.members import consents, members
from tests.cast import ALICE, BOB
from tests.hosting.house import DAY, HOUR, NOON, House, built, leaves, prompted, tomorrow, wants_check_ins

SEVEN = NOON + 5 * HOUR
"""In Berlin, where they are asked."""


@pytest.fixture
async def home(tmp_path: Path) -> House:
    """Alice and Bob are asked at seven; Kith has been started before."""
    found = built(tmp_path)
    await found.start()
    async with found.living() as world:
        await wants_check_ins(world, ALICE, BOB)
    return found


# -- who left ----------------------------------------------------------------------------------------------------------


async def test_a_replica_put_back_in_the_same_run_brings_nobody_back(home: House, tmp_path: Path) -> None:
    copy = home.copied(tmp_path / "replica.db")
    async with home.living() as world:
        await leaves(world, ALICE)
    home.put_back(copy)
    assert [await home.is_here(who) for who in (ALICE, BOB)] == [False, True]


async def test_a_copied_disk_of_weeks_ago_brings_nobody_back(home: House, tmp_path: Path) -> None:
    copy = home.copied(tmp_path / "disk.db")
    for day in range(3):
        await home.start(NOON + day * DAY)
    async with home.living(NOON + 3 * DAY) as world:
        await leaves(world, ALICE)
    await home.start(NOON + 20 * DAY)
    home.put_back(copy)
    assert [await home.is_here(who, NOON + 20 * DAY) for who in (ALICE, BOB)] == [False, True]


async def test_on_a_new_machine_the_replica_and_the_journal_are_enough(home: House, tmp_path: Path) -> None:
    copy = home.copied(tmp_path / "replica.db")
    async with home.living() as world:
        await leaves(world, ALICE)
    home.put_back(copy)
    (home.config.data / STARTS).unlink()
    assert [await home.is_here(who) for who in (ALICE, BOB)] == [False, True]


async def test_a_consent_that_was_taken_back_stays_taken_back(home: House, tmp_path: Path) -> None:
    copy = home.copied(tmp_path / "replica.db")
    async with home.living() as world:
        await world.chat.say(ALICE, "checkin off")
    home.put_back(copy)
    async with home.started() as bot:
        alice = await bot.database.read(members.person_of, ALICE)
        assert alice is not None
        assert checkins.PURPOSE not in await bot.database.read(consents.given, alice)
    async with home.living() as world:
        assert await prompted(world, 2 * DAY) == ["bob", "bob"]


async def test_killed_between_the_journal_and_the_database_whoever_left_is_gone(home: House) -> None:
    """They were not told so, but they asked for it. Nothing else changes: this was an outage."""
    async with home.living() as world:
        noted = list(journal.read(home.config.data / JOURNAL))
        code = journal.Entry(1, NOON, "left", world.bot.core.keyring.pseudonym("local", "alice").hex(), "-")
    journal.keep(home.config.data / JOURNAL, [*noted, code])
    async with home.started(SEVEN) as bot:
        assert await bot.database.read(members.person_of, ALICE) is None
    assert home.state("unknown") == 0


async def test_the_copy_before_an_upgrade_brings_nobody_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host went back to it, and then upgraded again. It is from before starts were counted."""
    found = built(tmp_path)
    async with found.living() as world:
        await wants_check_ins(world, ALICE, BOB)
    newest = tomorrow(tmp_path, monkeypatch)
    await found.start()
    async with found.living() as world:
        await leaves(world, ALICE)
    found.put_back(schema.copy_of(found.database, newest - 1))
    assert [await found.is_here(who) for who in (ALICE, BOB)] == [False, True]


# -- who came again ----------------------------------------------------------------------------------------------------


async def test_who_left_and_came_again_is_there_after_every_start(home: House) -> None:
    async with home.living() as world:
        await leaves(world, ALICE)
        await wants_check_ins(world, ALICE)
    for day in range(3):
        assert await home.is_here(ALICE, NOON + day * DAY)


async def test_who_left_and_came_again_before_the_copy_is_there(home: House, tmp_path: Path) -> None:
    async with home.living() as world:
        await leaves(world, ALICE)
        await wants_check_ins(world, ALICE)
        copy = home.copied(tmp_path / "replica.db")
        await leaves(world, BOB)
    home.put_back(copy)
    (home.config.data / STARTS).unlink()
    assert [await home.is_here(who) for who in (ALICE, BOB)] == [True, False]


async def test_who_came_again_while_an_older_program_ran_is_there(home: House) -> None:
    """It wrote lines, and their numbers into no database: the day of each tells."""
    async with home.living(NOON + HOUR) as world:
        await leaves(world, ALICE)
        world.now += HOUR
        await wants_check_ins(world, ALICE)
    with closing(sqlite3.connect(home.database)) as connection, connection:
        for name in ("starts", "journal"):
            platforms.drop_state(connection, "kith", name)
    assert await home.is_here(ALICE, NOON + DAY)


# -- what was due ------------------------------------------------------------------------------------------------------


async def test_what_was_due_since_is_not_sent_again(home: House, tmp_path: Path) -> None:
    copy = home.copied(tmp_path / "disk.db")
    await home.start()
    async with home.living() as world:
        assert sorted(await prompted(world, 6 * HOUR)) == ["alice", "bob"]
    home.put_back(copy)
    await home.start(NOON + 6 * HOUR)
    assert home.state("unknown") == 2
    async with home.living(NOON + 6 * HOUR) as world:
        assert await prompted(world, 6 * HOUR) == []
        assert sorted(await prompted(world, DAY)) == ["alice", "bob"]


async def test_what_a_replica_had_not_taken_yet_is_not_sent_again(home: House, tmp_path: Path) -> None:
    """Killed together within one start, and nobody has left: only what was sent tells that the replica is behind."""
    copy = home.copied(tmp_path / "replica.db")
    async with home.living() as world:
        assert sorted(await prompted(world, 6 * HOUR)) == ["alice", "bob"]
    home.put_back(copy)
    for _start in range(2):
        await home.start(NOON + 6 * HOUR)
        assert home.state("unknown") == 2
    async with home.living(NOON + 6 * HOUR) as world:
        assert await prompted(world, 6 * HOUR) == []
        assert sorted(await prompted(world, DAY)) == ["alice", "bob"]


async def test_what_was_sent_before_a_kill_is_counted_in_both_places(home: House) -> None:
    async with home.living() as world:
        assert sorted(await prompted(world, 6 * HOUR)) == ["alice", "bob"]
    with closing(sqlite3.connect(home.database)) as connection:
        inside = starts.inside(connection)
    assert starts.read(home.config.data / STARTS) == inside
    assert inside.sends
    await home.start(NOON + 6 * HOUR)
    assert home.state("unknown") == 0


async def test_an_ordinary_outage_changes_nothing(home: House) -> None:
    async with home.living() as world:
        await world.bot.run_jobs("tick", SEVEN)  # planned, and the power fails before it is sent
    for _start in range(2):
        await home.start(SEVEN + HOUR)
    assert (home.state("unknown"), home.state("pending")) == (0, 2)
    async with home.living(SEVEN + HOUR) as world:
        assert sorted(await prompted(world, HOUR)) == ["alice", "bob"]


async def test_killed_before_the_start_stands_beside_it_is_an_outage_too(home: House) -> None:
    kept = (home.config.data / STARTS).read_bytes()
    await home.start()
    (home.config.data / STARTS).write_bytes(kept)
    async with home.living() as world:
        await world.bot.run_jobs("tick", SEVEN)
    await home.start(SEVEN)
    assert (home.state("unknown"), home.state("pending")) == (0, 2)


async def test_a_database_without_its_count_was_moved_here(home: House) -> None:
    async with home.living() as world:
        await world.bot.run_jobs("tick", SEVEN)
    (home.config.data / STARTS).unlink()
    await home.start(SEVEN)
    assert (home.state("unknown"), home.state("pending")) == (2, 0)


async def test_the_first_start_with_a_count_gives_nothing_up(tmp_path: Path) -> None:
    found = built(tmp_path)
    async with found.living() as world:
        await wants_check_ins(world, ALICE, BOB)
        await leaves(world, BOB)
        await wants_check_ins(world, BOB)
        await world.bot.run_jobs("tick", SEVEN)
    with closing(sqlite3.connect(found.database)) as connection, connection:
        platforms.drop_state(connection, "kith", "journal")
    assert await found.is_here(BOB, SEVEN)
    assert (found.state("unknown"), found.state("pending")) == (0, 2)


async def test_killed_while_it_is_put_right_the_next_start_does_it_all(
    home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = home.copied(tmp_path / "disk.db")
    async with home.living() as world:
        await leaves(world, BOB)
        assert await prompted(world, 6 * HOUR) == ["alice"]
    home.put_back(copy)
    with monkeypatch.context() as patch:
        patch.setattr(Bot, "run_jobs", dies)
        with pytest.raises(KeyboardInterrupt):
            await home.start(NOON + 6 * HOUR)
    await home.start(NOON + 6 * HOUR)
    assert home.state("unknown") == 1
    assert not await home.is_here(BOB, NOON + 6 * HOUR)


async def dies(*_given: object) -> None:
    raise KeyboardInterrupt


async def test_platforms_are_not_read_from_where_the_copy_was(home: House, tmp_path: Path) -> None:
    async with home.started() as bot:
        await bot.database.write(platforms.set_state, "elsewhere", "place in the stream", "s12")
    await home.start()
    assert place(home) == "s12", "an ordinary start goes on from there"
    copy = home.copied(tmp_path / "disk.db")
    await home.start()
    home.put_back(copy)
    await home.start()
    assert place(home) is None


def place(home: House) -> str | None:
    with closing(sqlite3.connect(home.database)) as connection:
        return platforms.state(connection, "elsewhere", "place in the stream")


async def test_of_kiths_own_values_those_of_the_keys_and_the_file_stay(home: House, tmp_path: Path) -> None:
    async with home.started() as bot:
        await bot.database.write(platforms.set_state, "kith", "lost key 7", "")
        await bot.database.write(platforms.set_state, "kith", "clock confirmed", "0")
    copy = home.copied(tmp_path / "disk.db")
    await home.start()
    home.put_back(copy)
    await home.start()
    with closing(sqlite3.connect(home.database)) as connection:
        assert set(platforms.states(connection, "kith")) >= {"keys", "key 1", "lost key 7", "starts", "journal"}
        assert platforms.state(connection, "kith", "clock confirmed") is None, "it said nothing of today"


# -- what is not known any more ----------------------------------------------------------------------------------------


async def test_a_database_older_than_the_journal_goes_back_is_refused(home: House, tmp_path: Path) -> None:
    copy = home.copied(tmp_path / "disk.db")
    async with home.living() as world:
        await leaves(world, ALICE)
        await leaves(world, BOB)
    lines = journal.read(home.config.data / JOURNAL)
    journal.keep(home.config.data / JOURNAL, lines[-1:])
    home.put_back(copy)
    with pytest.raises(FatalError, match=r"kith\.db is older than .*kith\.journal goes back.*`kith restore`"):
        await home.start()


async def test_the_numbers_of_a_journal_that_was_lost_go_on(home: House, tmp_path: Path) -> None:
    async with home.living() as world:
        await leaves(world, ALICE)
    last = journal.last_number(home.config.data / JOURNAL)
    (home.config.data / JOURNAL).unlink()
    await home.start()
    copy = home.copied(tmp_path / "disk.db")
    async with home.living() as world:
        await leaves(world, BOB)
    assert journal.read(home.config.data / JOURNAL)[0].number == last + 1
    home.put_back(copy)
    assert not await home.is_here(BOB)

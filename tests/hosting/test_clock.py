"""Holds the bot to a clock that can be believed: what it does at a start, while running, and once it is right again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from zoneinfo import ZoneInfo

import pytest

from bot.bot import Bot
from bot.cli import main
from bot.clocks.clock import Machine, utc_now
from bot.clocks.times import Schedule
from bot.errors import FatalError, WrongClock
from bot.hosting.clock import confirming, righting, trusted
from bot.hosting.clock.trusted import TrustedClock, Voice
from bot.hosting.clock.watch import STEADY, ClockWatch
from bot.hosting.installation import DATABASE
from bot.keys.crypto import Keyring
from bot.messages import Member, Person, Place
from bot.registry import Every
from cogs import COGS
from storage.checkins import checkins
from storage.database import sureness
from storage.database.database import Database
from storage.database.sureness import Sure
from storage.delivery import deliveries
from storage.members import consents, in_touch, members
from storage.quiet import quiet, uptime
from tests.beds.process import configure
from tests.engines import grown_old as old
from tests.prepared import prepared

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


class Hand:
    """A computer whose clocks are moved by hand: ``passes`` is time, ``off`` how wrong its wall clock is."""

    def __init__(self) -> None:
        self.true, self.off = NOON, timedelta()
        self.booted, self.boot = NOON - DAY, "first"
        self.voices: list[Voice] = []
        self.asked = 0

    @property
    def machine(self) -> Machine:
        booted = self.booted
        return Machine(lambda: self.true + self.off, lambda: (self.true - booted).total_seconds(), self.boot)

    def passes(self, period: timedelta) -> None:
        self.true += period

    def starts_anew(self) -> None:
        self.booted, self.boot = self.true, "second"

    async def ask(self) -> list[Voice]:
        self.asked += 1
        return self.voices

    def says(self, *, own: bool = False) -> None:
        """From now on a platform says the true time, as it is at this moment."""
        self.voices = [Voice(self.true, own)]


class Diary:
    """What was done, and by which time."""

    def __init__(self) -> None:
        self.ticks: list[datetime] = []
        self.jobs: list[tuple[Every, datetime, bool]] = []

    async def tick(self, now: datetime) -> None:
        self.ticks.append(now)

    async def run_jobs(self, every: Every, now: datetime, *, erasing: bool = True) -> None:
        self.jobs.append((every, now, erasing))


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(prepared(tmp_path) / DATABASE) as database:
        yield database


async def begun(database: Database, hand: Hand) -> ClockWatch:
    watch = await ClockWatch.begin(database, hand.machine, hand.ask)
    await watch.hear()
    return watch


async def ran(database: Database, hand: Hand, diary: Diary) -> None:
    """Kith has run here, and was stopped a minute ago."""
    watch = await begun(database, hand)
    await watch.tick(diary.tick)
    diary.ticks.clear()
    hand.passes(MINUTE)


# -- while it runs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [MINUTE, -MINUTE, 29 * DAY, -29 * DAY, 40 * DAY, -40 * DAY, 20 * 365 * DAY, -7300 * DAY])
async def test_a_clock_that_is_set_while_kith_runs_is_not_followed(
    database: Database, hand: Hand, diary: Diary, by: timedelta
) -> None:
    watch = await begun(database, hand)
    await watch.tick(diary.tick)
    hand.off = by
    hand.passes(12 * SECOND)
    await watch.tick(diary.tick)
    assert watch.rests
    assert watch.now() == hand.true, "what members ask for meanwhile is reckoned from the true time"
    hand.off = timedelta()
    hand.passes(SECOND)
    await watch.tick(diary.tick)
    assert diary.ticks == [NOON, NOON + 13 * SECOND]
    assert await database.read(lambda connection: sureness.last(connection)) is not None


async def test_a_clock_that_is_put_right_in_small_steps_is_followed(
    database: Database, hand: Hand, diary: Diary
) -> None:
    watch = await begun(database, hand)
    for _step in range(20):
        hand.off += 4 * SECOND
        hand.passes(SECOND)
        await watch.tick(diary.tick)
    assert len(diary.ticks) == 20
    assert watch.now() == hand.true + 80 * SECOND


async def test_a_machine_that_slept_goes_on_by_its_counter(database: Database, hand: Hand, diary: Diary) -> None:
    watch = await begun(database, hand)
    hand.passes(50 * MINUTE)
    await watch.tick(diary.tick)
    assert diary.ticks == [NOON + 50 * MINUTE]


async def test_after_a_long_sleep_a_platform_is_asked_first(database: Database, hand: Hand, diary: Diary) -> None:
    watch = await begun(database, hand)
    await watch.tick(diary.tick)
    hand.passes(8 * HOUR)
    await watch.tick(diary.tick)
    assert watch.rests, "nobody answers"
    hand.passes(20 * SECOND)
    hand.says()
    await watch.tick(diary.tick)
    assert diary.ticks == [NOON, NOON + 8 * HOUR + 20 * SECOND]


async def test_a_correction_is_believed_when_a_platform_says_so(database: Database, hand: Hand, diary: Diary) -> None:
    hand.off = -2 * HOUR
    watch = await begun(database, hand)
    await watch.tick(diary.tick)
    hand.off = timedelta()
    hand.says()
    await watch.tick(diary.tick)
    hand.passes(5 * SECOND)
    await watch.tick(diary.tick)
    assert diary.ticks[-1] == hand.true
    assert not watch.rests


async def test_a_platform_on_the_same_computer_proves_nothing(database: Database, hand: Hand, diary: Diary) -> None:
    watch = await begun(database, hand)
    hand.off = 3 * HOUR
    hand.voices = [Voice(hand.true + hand.off, own=True)]
    for _minute in range(10):
        hand.passes(MINUTE)
        hand.voices = [Voice(hand.true + hand.off, own=True)]
        await watch.tick(diary.tick)
    assert diary.ticks == []


async def test_where_nobody_can_be_asked_a_clock_is_believed_after_as_long_as_it_was_set_by(
    database: Database, hand: Hand, diary: Diary
) -> None:
    watch = await begun(database, hand)
    hand.off = 20 * MINUTE
    for _minute in range(20):
        hand.passes(MINUTE)
        await watch.tick(diary.tick)
    assert diary.ticks == []
    hand.passes(MINUTE)
    await watch.tick(diary.tick)
    assert diary.ticks == [hand.true + hand.off]
    assert not watch.erases, "but nothing is erased by it for a day"


async def test_more_than_thirty_days_ahead_only_the_host_is_believed(
    database: Database, hand: Hand, diary: Diary
) -> None:
    watch = await begun(database, hand)
    hand.off = 31 * DAY
    hand.voices = [Voice(NOON + 31 * DAY)]
    await watch.tick(diary.tick)
    hand.passes(10 * SECOND)
    await watch.tick(diary.tick)
    assert diary.ticks == []
    await database.write(sureness.confirm, hand.machine.wall())
    hand.passes(6 * SECOND)
    await watch.tick(diary.tick)
    assert diary.ticks == [hand.true + 31 * DAY]


async def test_hourly_and_daily_jobs_of_a_wrong_time_are_done_once_it_is_right(
    database: Database, hand: Hand, diary: Diary
) -> None:
    watch = await begun(database, hand)
    hand.says()
    await watch.hear()
    hand.off = 40 * DAY
    await watch.look()
    waiting = asyncio.create_task(watch.run_jobs(diary.run_jobs, "day"))
    await asyncio.sleep(0)
    assert diary.jobs == []
    hand.off = timedelta()
    await watch.look()
    await waiting
    assert diary.jobs == [("day", NOON, True)]


async def test_the_host_hears_of_a_clock_that_stays_wrong_for_a_minute(
    database: Database, hand: Hand, diary: Diary
) -> None:
    told: list[datetime] = []
    watch = await begun(database, hand)

    async def tell() -> None:
        told.append(hand.true)

    watch.on_wrong = tell
    hand.off = 40 * DAY
    for _second in range(59):
        await watch.tick(diary.tick)
        hand.passes(SECOND)
    assert told == []
    hand.passes(SECOND)
    await watch.tick(diary.tick)
    assert told == [NOON + MINUTE]


async def test_a_moment_between_two_looks_at_the_clocks_is_no_jump(hand: Hand) -> None:
    """The process may stand still between reading one and the other."""
    counted = iter([0.0, 0.0, 60.0, 0.0])
    clock = TrustedClock(Machine(lambda: hand.true, lambda: next(counted)))
    assert clock.now() == NOON
    assert clock.parted is None


# -- at a start --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [-MINUTE - 6 * SECOND, -DAY, -7300 * DAY, 31 * DAY, 1095 * DAY, 7300 * DAY])
@pytest.mark.parametrize("anew", [False, True])
async def test_a_start_by_a_clock_that_cannot_be_right_is_one_sentence(
    database: Database, hand: Hand, diary: Diary, by: timedelta, anew: bool
) -> None:
    await ran(database, hand, diary)
    if anew:
        hand.starts_anew()
    hand.off = by
    with pytest.raises(
        WrongClock,
        match=r"Set the clock right \(.*\); if it is right, say so once with `kith clock --confirm"
        " --config config.toml`",
    ):
        await begun(database, hand)
    hand.off = timedelta()
    await (await begun(database, hand)).tick(diary.tick)


async def test_the_host_confirms_once_after_a_machine_was_off_for_forty_days(
    tmp_path: Path, database: Database, hand: Hand, diary: Diary
) -> None:
    await ran(database, hand, diary)
    hand.passes(40 * DAY)
    hand.starts_anew()
    with pytest.raises(WrongClock, match="40 days after Kith last ran"):
        await begun(database, hand)
    assert "Noted" in confirming.confirm(tmp_path, hand.machine)
    hand.passes(MINUTE)
    for _start in range(2):
        watch = await begun(database, hand)
        await watch.tick(diary.tick)
        assert watch.erases
    assert diary.ticks == [hand.true] * 2


async def test_the_hosts_word_counts_for_an_hour(tmp_path: Path, database: Database, hand: Hand, diary: Diary) -> None:
    await ran(database, hand, diary)
    confirming.confirm(tmp_path, hand.machine)
    hand.off = 40 * DAY
    with pytest.raises(WrongClock):
        await begun(database, hand)


@pytest.mark.parametrize("by", [2 * MINUTE, 29 * DAY])
async def test_a_clock_that_was_set_while_kith_was_stopped_is_noticed_where_the_machine_went_on(
    database: Database, hand: Hand, diary: Diary, by: timedelta
) -> None:
    await ran(database, hand, diary)
    hand.off = by
    watch = await begun(database, hand)
    await watch.tick(diary.tick)
    assert (watch.rests, watch.now(), diary.ticks) == (True, hand.true, [])
    hand.off = timedelta()
    hand.passes(12 * SECOND)
    await watch.tick(diary.tick)
    assert diary.ticks == [hand.true]


async def test_after_a_start_of_the_machine_a_platform_says_what_time_it_is(
    database: Database, hand: Hand, diary: Diary
) -> None:
    await ran(database, hand, diary)
    hand.passes(2 * MINUTE)
    hand.starts_anew()
    hand.off = 29 * DAY
    hand.says()
    watch = await begun(database, hand)
    await watch.tick(diary.tick)
    assert (watch.now(), diary.ticks) == (hand.true, [])
    hand.off = timedelta()
    hand.passes(12 * SECOND)
    await watch.tick(diary.tick)
    assert (diary.ticks, watch.erases) == ([hand.true], True)


async def test_where_nobody_answers_a_start_of_the_machine_waits_and_erases_nothing_for_a_day(
    database: Database, hand: Hand, diary: Diary
) -> None:
    await ran(database, hand, diary)
    hand.starts_anew()
    watch = await begun(database, hand)
    await watch.tick(diary.tick)
    assert diary.ticks == []
    hand.passes(timedelta(seconds=STEADY))
    await watch.tick(diary.tick)
    await watch.run_jobs(diary.run_jobs, "hour")
    for _half in range(48):
        hand.passes(HOUR / 2)
        await watch.tick(diary.tick)
    await watch.run_jobs(diary.run_jobs, "hour")
    assert diary.ticks[0] == NOON + MINUTE + timedelta(seconds=STEADY)
    assert [erasing for _every, _now, erasing in diary.jobs] == [False, True]


async def test_what_the_host_confirmed_is_not_doubted_because_a_platform_says_otherwise(
    tmp_path: Path, database: Database, hand: Hand, diary: Diary
) -> None:
    hand.voices = [Voice(NOON - DAY)]
    watch = await begun(database, hand)
    await watch.tick(diary.tick)
    assert (watch.rests, watch.now()) == (True, NOON - DAY)
    confirming.confirm(tmp_path, hand.machine)
    hand.passes(6 * SECOND)
    await watch.tick(diary.tick)
    again = await begun(database, hand)
    await again.tick(diary.tick)
    assert diary.ticks == [hand.true, hand.true]


async def test_a_first_start_asks_a_platform_too(database: Database, hand: Hand, diary: Diary) -> None:
    hand.says()
    hand.off = -20 * 365 * DAY
    watch = await begun(database, hand)
    await watch.tick(diary.tick)
    assert (watch.now(), diary.ticks) == (hand.true, [])


async def test_jobs_that_are_not_to_erase_take_away_nothing_however_old(database: Database) -> None:
    bot, everybody = Bot(database, Keyring.new(), COGS, now=lambda: NOON), [Member("local", "alice")]
    await database.write(_settled)
    await database.write(old.grow, everybody, Place("local", "garden", "Garden"), NOON)
    before, far = await database.read(old.count, NOON), NOON + 1095 * DAY
    await bot.run_jobs("hour", far, erasing=False)
    await bot.run_jobs("day", far, erasing=False)
    assert await database.read(old.count, NOON) == before
    await bot.run_jobs("hour", far)
    await bot.run_jobs("day", far)
    assert await database.read(old.count, NOON) < before - 3


@pytest.mark.parametrize("command", [("restore", "kith.backup"), ("cases", "--close", "1")])
def test_what_gives_up_or_keeps_by_the_clock_asks_first_whether_it_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    """A restore three years ahead would give up everything that is due until 2029."""
    config = configure(tmp_path)
    config.write_text(config.read_text() + '[discord]\ntoken = "bot.token"\n')
    path = prepared(tmp_path / "data") / DATABASE
    with closing(sqlite3.connect(path)) as connection, connection:
        sureness.record(connection, Sure(utc_now() + 3 * DAY, 0, ""))
    typed = [*command, "--config", str(config)]
    assert main(typed) == 78
    assert "and Kith has already seen" in capsys.readouterr().err
    assert main(["clock", "--confirm", "--config", str(config)]) == 0
    assert main(["clock", "--config", str(config)]) == 0
    assert "you have said that it is right" in capsys.readouterr().out
    assert main(typed) != 0
    assert "already seen" not in capsys.readouterr().err


# -- what was planned by a wrong clock ---------------------------------------------------------------------------------


async def test_what_three_years_ahead_for_twelve_seconds_have_left_is_planned_anew(
    database: Database, hand: Hand
) -> None:
    """An earlier version believed a clock 1,095 days ahead at a start: nobody was asked anything until 2029."""
    hand.says()
    bot = Bot(database, Keyring.new(), COGS, now=lambda: hand.true)
    person = await database.write(_settled)
    far = NOON + 1095 * DAY
    await bot.run_jobs("tick", far)
    await database.write(uptime.beat, ["local"], far, 2 * MINUTE)
    assert await database.read(_next_check_in, person) > far
    watch = await begun(database, hand)
    watch.on_right = partial(righting.derive_anew, database, bot.registry)
    await watch.look()
    assert await database.read(_next_check_in, person) == NOON + HOUR
    assert await database.read(uptime.down, person, NOON + DAY, NOON + 5 * DAY) == timedelta()
    found = await database.read(quiet.setup, person)
    assert found is not None
    assert found.looked <= NOON
    assert await database.read(in_touch.is_news, person, NOON)


async def test_who_was_asked_early_is_not_asked_again_for_that_day(database: Database, hand: Hand) -> None:
    hand.says()
    bot = Bot(database, Keyring.new(), COGS, now=lambda: hand.true)
    person = await database.write(_settled)
    await database.write(checkins.plan_due, NOON + 90 * MINUTE, 10)
    await database.write(_all_sent)
    await righting.derive_anew(database, bot.registry, NOON)
    assert await database.read(_next_check_in, person) == NOON + HOUR
    await database.write(checkins.plan_due, NOON + 2 * HOUR, 10)
    assert await database.read(deliveries.counts) == {"sent": 1}
    assert await database.read(_next_check_in, person) == NOON + DAY + HOUR


def test_an_outage_until_a_year_to_come_excuses_no_day(tmp_path: Path) -> None:
    with closing(sqlite3.connect(prepared(tmp_path) / DATABASE)) as connection:
        person = _settled(connection)
        uptime.beat(connection, ["local"], NOON + 900 * DAY, 2 * MINUTE)
        assert uptime.down(connection, person, NOON + DAY, NOON + 2 * DAY) == DAY
        uptime.derive_anew(connection, NOON + HOUR)
        assert uptime.down(connection, person, NOON + DAY, NOON + 2 * DAY) == timedelta()
        uptime.beat(connection, ["local"], NOON + 2 * HOUR, 2 * MINUTE)
        assert uptime.last_beat(connection, "local") == NOON + 2 * HOUR


def _settled(connection: Connection) -> Person:
    """Alice has a check-in at one in the afternoon and a quiet alert, and was in touch in 2029, by a wrong clock."""
    person = members.create(connection, Member("local", "alice"), "UTC", "en", NOON - DAY)
    consents.give(connection, person, ("core", "dm", "checkin", "quiet"), "Yes.", NOON - DAY)
    checkins.enable(connection, person, Schedule(time(13), ZoneInfo("UTC")), NOON)
    quiet.begin(connection, person, NOON - 12 * HOUR, NOON + 12 * HOUR, NOON)
    in_touch.record(connection, person, NOON + 1095 * DAY)
    uptime.beat(connection, ["local"], NOON, 2 * MINUTE)
    return person


def _next_check_in(connection: Connection, person: Person) -> datetime:
    found = checkins.week_of(connection, person)
    assert found is not None
    return found[1]


def _all_sent(connection: Connection) -> None:
    for (row,) in connection.execute("SELECT id FROM deliveries").fetchall():
        deliveries.settle(connection, row, "sent", NOON, message_id="1")


# -- the rules alone ---------------------------------------------------------------------------------------------------


def test_after_a_day_on_its_own_a_clock_may_have_drifted_by_some_seconds(hand: Hand) -> None:
    clock = TrustedClock(hand.machine)
    hand.off = 20 * SECOND
    assert clock.now() == NOON
    hand.passes(DAY)
    assert clock.now() == hand.true + 20 * SECOND


def test_one_platform_that_agrees_is_enough_and_the_farther_one_is_asked_first() -> None:
    right, wrong, home = Voice(NOON), Voice(NOON - DAY), Voice(NOON - HOUR, own=True)
    assert trusted.word([], NOON) is False
    assert trusted.word([wrong, right], NOON) is True
    assert trusted.word([home, wrong], NOON) == NOON - DAY
    assert trusted.word([home], NOON) == NOON - HOUR
    assert trusted.word([home], NOON - HOUR) is False


def test_the_doctor_says_what_is_wrong_with_the_clock(tmp_path: Path, hand: Hand) -> None:
    assert "has not run before" in confirming.look(tmp_path, hand.machine)
    with pytest.raises(FatalError, match="no database"):
        confirming.confirm(tmp_path, hand.machine)
    path = prepared(tmp_path) / DATABASE
    with closing(sqlite3.connect(path)) as connection, connection:
        sureness.record(connection, TrustedClock(hand.machine).sure())
    hand.passes(HOUR)
    assert "Kith was last sure of it at 2026-03-28 12:00:00 UTC" in confirming.look(tmp_path, hand.machine)
    hand.off = 2 * HOUR
    with pytest.raises(WrongClock, match=r"shows 2026-03-28 15:00:00 UTC where 2026-03-28 13:00:00 UTC is right"):
        confirming.look(tmp_path, hand.machine)

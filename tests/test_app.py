"""Holds starting and stopping to what a host relies on: one line when ready, one sentence when not, 5 seconds."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench._installed import config as installation
from bot.adapters.local import LocalAdapter
from bot.app import App, Build
from bot.bot import Bot
from bot.clocks.clock import Machine, monotonic, utc_now
from bot.clocks.quiet_hours import QuietHours
from bot.context import Delivery
from bot.errors import DeliveryError, FatalError
from bot.hosting import whole
from bot.hosting.config import CommunityDefaults, Config
from bot.keys.crypto import Keyring
from bot.messages import (
    Member,
    Message,
)
from storage.checkins import checkins
from storage.delivery import deliveries
from storage.members import members
from tests.beds.discord import FakeDiscord
from tests.beds.discord.interactions import Asked, ask
from tests.beds.eventually import PATIENCE, until
from tests.beds.matrix.synapse import Synapse
from tests.beds.process import configure, finished, started
from tests.engines.virtual_clock import VirtualClock, virtual_clock

ALICE = Member("local", "alice", "Alice")
DAY = timedelta(days=1)
STOPPED_WITHIN = 5.0
"""Seconds."""


# -- as a process ------------------------------------------------------------------------------------------------------


async def test_one_line_says_that_both_platforms_are_connected(
    tmp_path: Path, discord: FakeDiscord, synapse: Synapse
) -> None:
    config = configure(tmp_path, discord, (synapse, synapse.register("kith")))
    began = monotonic()
    async with started("run", "--config", config) as kith:
        assert await kith.line() == "ready: discord, matrix"
        since = monotonic()
        ended = await kith.end(signal.SIGTERM)
    assert monotonic() - since < max(STOPPED_WITHIN, since - began), "it starts in half of that on a quiet machine"
    assert (ended.status, ended.out) == (0, ""), ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stopped_kith_starts_again_where_it_was(
    tmp_path: Path, discord: FakeDiscord, number: signal.Signals
) -> None:
    config = configure(tmp_path, discord)
    for _start in range(2):
        async with started("run", "--config", config) as kith:
            assert await kith.line() == "ready: discord"
            ended = await kith.end(number)
        assert (ended.status, ended.out) == (0, ""), ended.err


async def test_callbacks_that_hang_do_not_keep_it_from_stopping(tmp_path: Path, discord: FakeDiscord) -> None:
    """It took 18 seconds: each was tried three times after it had been told to stop."""
    alice = discord.add_person("Alice", discord.add_guild())
    for _press in range(30):
        discord.faults.stall("POST /interactions/{interaction_id}/{interaction_token}/callback")
    async with started("run", "--config", configure(tmp_path, discord)) as kith:
        assert await kith.line() == "ready: discord"
        for _press in range(10):
            ask(discord, Asked.COMMAND, alice.user, alice.dm, {"id": "1", "name": "help-now", "type": 1})
        await until(lambda: len(discord.calls) > 10)
        since = monotonic()
        ended = await kith.end(signal.SIGTERM)
    assert monotonic() - since < STOPPED_WITHIN
    assert (ended.status, "Traceback" in ended.err) == (0, False), ended.err


async def test_a_killed_kith_leaves_nothing_that_keeps_it_from_starting(tmp_path: Path, discord: FakeDiscord) -> None:
    config = configure(tmp_path, discord)
    async with started("run", "--config", config) as kith:
        await kith.line()
        await kith.end(signal.SIGKILL)
    async with started("run", "--config", config) as kith:
        assert await kith.line() == "ready: discord"


async def test_all_that_is_kept_is_closed_to_other_users(tmp_path: Path, discord: FakeDiscord) -> None:
    config = configure(tmp_path, discord)
    async with started("run", "--config", config) as kith:
        await kith.line()
        kept = all_in(tmp_path) - {config}
        assert {path.name for path in kept} >= {"data", "kith.db", "kith.db-wal", "kith.lock", "kith.key"}
        assert [path.name for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def all_in(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


async def test_a_second_kith_on_the_same_folder_is_sent_away(tmp_path: Path, discord: FakeDiscord) -> None:
    config = configure(tmp_path, discord)
    async with started("run", "--config", config) as kith:
        await kith.line()
        second = await finished("run", "--config", config)
    folder = tmp_path / "data"
    sentence = (
        f"Kith is already running with the folder {folder}. Stop it first, by Ctrl-C or `sudo systemctl stop kith`: two"
        " would send everything twice."
    )
    assert second == (75, "", f"kith: {sentence}\n")


async def test_a_wrong_token_is_one_sentence(tmp_path: Path, discord: FakeDiscord) -> None:
    config = configure(tmp_path, discord)
    config.write_text(config.read_text().replace(discord.token, "another.token"))
    ended = await finished("run", "--config", config)
    assert (ended.status, ended.out) == (78, "")
    [sentence] = [line for line in ended.err.splitlines() if not line.startswith("20")]
    assert sentence.startswith("kith: ")
    assert "token" in sentence
    assert "another.token" not in ended.err


async def test_a_wrong_password_is_one_sentence_though_the_other_platform_connects(
    tmp_path: Path, discord: FakeDiscord, synapse: Synapse
) -> None:
    account = synapse.register("mistyped")
    config = configure(tmp_path, discord, (synapse, account))
    config.write_text(config.read_text().replace(account.password, "no such password"))
    ended = await finished("run", "--config", config)
    assert (ended.status, ended.out) == (78, "")
    [sentence] = [line for line in ended.err.splitlines() if not line.startswith("20")]
    assert sentence.startswith("kith: ")
    assert "password" in sentence


# -- the installation --------------------------------------------------------------------------------------------------


def config_in(folder: Path) -> Config:
    return installation(folder / "data", folder / "kith.key")


class Platform(LocalAdapter):
    """A platform of the test's own: ``serves`` is what happens each time it has connected."""

    def __init__(self, bot: Bot, serves: Callable[[int], Exception | None] = lambda _times: None) -> None:
        super().__init__(bot)
        self.serves = serves
        self.starts = self.stops = 0
        self._stopped = asyncio.Event()

    async def start(self) -> None:
        self.starts += 1
        self._stopped.clear()

    async def serve(self) -> None:
        if error := self.serves(self.starts):
            raise error
        await self._stopped.wait()

    async def stop(self) -> None:
        self.stops += 1
        self._stopped.set()


def only(make: Callable[[Bot], LocalAdapter]) -> Callable[[Config, Bot], dict[str, Build]]:
    """A host's choice of one platform, made once and used again each time it is started."""

    def platforms(_config: Config, bot: Bot) -> dict[str, Build]:
        adapter = make(bot)
        return {"local": lambda: adapter}

    return platforms


@asynccontextmanager
async def running(app: App) -> AsyncIterator[list[str]]:
    """The app at work, from ready to stopped, and the lines it told."""
    told: list[str] = []
    ready = asyncio.Event()

    def tell(line: str) -> None:
        told.append(line)
        ready.set()

    async with asyncio.timeout(PATIENCE):
        work = asyncio.create_task(app.run(tell))
        await asyncio.wait([work, asyncio.create_task(ready.wait())], return_when=asyncio.FIRST_COMPLETED)
        yield told
        app.stop()
        await work


async def opened_and_used(folder: Path) -> None:
    """An installation in which Alice has said something, so that something in it is encrypted."""
    async with App.open(config_in(folder), only(LocalAdapter)) as app:
        adapter = app.bot.adapters["local"]
        assert isinstance(adapter, LocalAdapter)
        await adapter.say(ALICE, "start")


async def refused(folder: Path) -> str:
    with pytest.raises(FatalError) as error:
        async with App.open(config_in(folder), only(LocalAdapter)):
            pass
    return str(error.value)


async def test_what_the_host_decided_for_communities_reaches_the_bot(tmp_path: Path) -> None:
    decided = CommunityDefaults(quiet_from=time(22), quiet_until=time(8), daily_cap=1)
    async with App.open(replace(config_in(tmp_path), community=decided), only(LocalAdapter)) as app:
        assert app.bot.core.settings.quiet == QuietHours(time(22), time(8))
        assert app.bot.core.settings.daily_cap == 1


async def test_a_key_is_made_on_the_first_start_and_kept(tmp_path: Path) -> None:
    await opened_and_used(tmp_path)
    key = (tmp_path / "kith.key").read_text()
    await opened_and_used(tmp_path)
    assert (tmp_path / "kith.key").read_text() == key


async def test_a_key_lost_before_anything_needed_it_is_replaced(tmp_path: Path) -> None:
    for _start in range(2):
        async with App.open(config_in(tmp_path), only(LocalAdapter)):
            (tmp_path / "kith.key").unlink()
    await opened_and_used(tmp_path)


async def test_a_key_that_something_is_encrypted_with_is_never_replaced(tmp_path: Path) -> None:
    await opened_and_used(tmp_path)
    (tmp_path / "kith.key").unlink()
    assert str(tmp_path / "kith.key") in await refused(tmp_path)
    assert not (tmp_path / "kith.key").exists()


async def test_another_installations_key_is_refused(tmp_path: Path) -> None:
    await opened_and_used(tmp_path)
    Keyring.new().save(tmp_path / "kith.key", replace=True)
    assert "is not the one this database was written with" in await refused(tmp_path)


async def test_a_rotated_key_still_fits(tmp_path: Path) -> None:
    await opened_and_used(tmp_path)
    keyring = Keyring.load(tmp_path / "kith.key", None, create=False)
    keyring.with_new_key().save(tmp_path / "kith.key", replace=True)
    await opened_and_used(tmp_path)


async def test_a_damaged_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    await opened_and_used(tmp_path)
    path = tmp_path / "data/kith.db"
    content = bytearray(path.read_bytes())
    content[4096:12288] = os.urandom(8192)
    path.write_bytes(content)
    assert "is damaged" in await refused(tmp_path)
    assert path.read_bytes() == content


async def test_a_database_of_a_newer_kith_is_refused(tmp_path: Path) -> None:
    await opened_and_used(tmp_path)
    with closing(sqlite3.connect(tmp_path / "data/kith.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 9999")
        connection.execute("UPDATE meta SET compatible = 9999")
    assert "was written by a newer Kith" in await refused(tmp_path)


async def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    sentence = f"I can't use the folder {tmp_path / 'data'}: File exists. "
    assert await refused(tmp_path) == sentence + "Move the file away that is in its place, or set `data` to a folder."


async def test_the_folder_is_free_again_after_a_failed_start(tmp_path: Path) -> None:
    await opened_and_used(tmp_path)
    (tmp_path / "kith.key").rename(tmp_path / "elsewhere")
    await refused(tmp_path)
    (tmp_path / "elsewhere").rename(tmp_path / "kith.key")
    await opened_and_used(tmp_path)


# -- platforms that break ----------------------------------------------------------------------------------------------


async def test_a_platform_that_breaks_is_started_again_and_ready_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.FIRST_PAUSE", 0.01)
    async with App.open(config_in(tmp_path), only(lambda bot: Platform(bot, breaks_twice))) as app:
        platform = app.bot.adapters["local"]
        assert isinstance(platform, Platform)
        async with running(app) as told:
            await until(lambda: platform.starts == 3)
            await until(lambda: app.bot.dispatcher.waiting_for == set())
    assert told == ["ready: local"]
    assert platform.stops == platform.starts == 3


def breaks_twice(starts: int) -> Exception | None:
    return ValueError("a bug, or an odd answer") if starts <= 2 else None


async def test_the_whole_file_is_read_once_somebody_can_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(whole, "FIRST", 0)
    with caplog.at_level(logging.INFO):
        async with App.open(config_in(tmp_path), only(Platform)) as app, running(app):
            await until(lambda: "the whole database was read, and it is well" in caplog.text)


async def test_what_only_the_host_can_mend_ends_everything(tmp_path: Path) -> None:
    signed_out = FatalError("The token is not good any more. Put a new one in.")
    async with App.open(config_in(tmp_path), only(lambda bot: Platform(bot, lambda _starts: signed_out))) as app:
        with pytest.raises(FatalError, match="The token is not good any more"):
            await app.run(lambda _line: None)


async def test_what_the_dispatcher_cannot_mend_ends_everything(tmp_path: Path) -> None:
    async with App.open(config_in(tmp_path), only(Unwelcome)) as app:
        await plan_for_alice(app.bot)
        with pytest.raises(FatalError, match="Signed out"):
            await app.run(lambda _line: None)


class Unwelcome(Platform):
    """It connects, and then refuses to take anything."""

    async def send(self, member: Member, message: Message, key: str) -> str:
        raise FatalError("Signed out.")


async def plan_for_alice(bot: Bot, due: datetime | None = None) -> None:
    """Alice's check-in is due: now, or then."""

    def plan(connection: sqlite3.Connection) -> None:
        now = due or utc_now()
        alice = members.create(connection, ALICE, "UTC", "en", now)
        deliveries.plan(connection, Delivery(alice, checkins.PROMPT, "alice:1", now, now + timedelta(hours=1)))

    await bot.database.write(plan)


async def test_a_platform_that_is_away_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.FIRST_PAUSE", 0.01)

    def platforms(_config: Config, bot: Bot) -> dict[str, Build]:
        near, far = Platform(bot), Far(bot)
        return {"near": lambda: near, "far": lambda: far}

    async with App.open(config_in(tmp_path), platforms) as app, asyncio.timeout(PATIENCE):
        told: list[str] = []
        work = asyncio.create_task(app.run(told.append))
        await until(lambda: app.bot.dispatcher.waiting_for == {"far"})
        assert told == []
        far = app.bot.adapters["far"]
        assert isinstance(far, Far)
        await until(lambda: far.starts > 2)
        far.is_back = True
        await until(lambda: told == ["ready: near, far"])
        app.stop()
        await work


class Far(Platform):
    """A platform that cannot be reached until ``is_back``."""

    is_back = False

    async def start(self) -> None:
        await super().start()
        if not self.is_back:
            raise DeliveryError("nobody answers")


# -- the clock -------------------------------------------------------------------------------------------------------


def test_what_is_due_by_a_wrong_clock_alone_is_not_sent(tmp_path: Path) -> None:
    async def sent(clock: VirtualClock) -> list[timedelta]:
        machine, begun = Machine(clock.now, asyncio.get_running_loop().time, "boot"), clock.now()
        async with App.open(config_in(tmp_path), only(Platform), machine=machine) as app, running(app):
            platform = app.bot.adapters["local"]
            assert isinstance(platform, Platform)
            await asyncio.sleep(3)
            await plan_for_alice(app.bot, begun + timedelta(seconds=20))
            for by in (40 * DAY, -40 * DAY, -3 * DAY, 3 * DAY):
                clock.set_by(by)
                await asyncio.sleep(4)
                assert platform.posted == []
            await until(lambda: bool(platform.posted))
            return [clock.now() - begun for _posted in platform.posted]

    with virtual_clock(datetime(2026, 3, 1, 12, tzinfo=UTC)) as clock:
        [after] = clock.run(sent(clock))
    assert timedelta(seconds=20) <= after < timedelta(seconds=23)


# -- stopping ----------------------------------------------------------------------------------------------------------


def test_stopping_while_connecting_takes_no_time(tmp_path: Path) -> None:
    class Endless(Platform):
        async def start(self) -> None:
            await asyncio.Event().wait()

    async def stopped() -> None:
        async with App.open(config_in(tmp_path), only(Endless)) as app, asyncio.timeout(1):
            work = asyncio.create_task(app.run(lambda _line: None))
            await asyncio.sleep(0.05)
            app.stop()
            await work

    in_virtual_time(stopped())


def test_a_platform_that_will_not_stop_is_given_up_in_time(tmp_path: Path) -> None:
    class Clinging(Platform):
        async def stop(self) -> None:
            await asyncio.Event().wait()

    async def given_up() -> None:
        async with App.open(config_in(tmp_path), only(Clinging)) as app, asyncio.timeout(STOPPED_WITHIN), running(app):
            pass

    in_virtual_time(given_up())


def in_virtual_time(what: Coroutine[Any, Any, None]) -> None:
    """Its seconds are those that the bot waits, however little of the processor it gets."""
    with virtual_clock(datetime(2026, 3, 1, 12, tzinfo=UTC)) as clock:
        clock.run(what)


async def test_a_message_under_way_is_finished_before_the_platform_is_left(tmp_path: Path) -> None:
    class Slow(Platform):
        sent = 0

        async def send(self, member: Member, message: Message, key: str) -> str:
            self.taken = True
            await asyncio.sleep(0.3)
            assert self.stops == 0
            self.sent += 1
            return await super().send(member, message, key)

        taken = False

    async with App.open(config_in(tmp_path), only(Slow)) as app:
        await plan_for_alice(app.bot)
        slow = app.bot.adapters["local"]
        assert isinstance(slow, Slow)
        async with running(app):
            await until(lambda: slow.taken)
        assert slow.sent == 1
        assert await app.bot.database.read(deliveries.counts) == {"sent": 1}

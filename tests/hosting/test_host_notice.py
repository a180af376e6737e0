"""What only the host can mend reaches the host: once, by a platform that is there, else in the log."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.adapters.local import LocalAdapter
from bot.bot import Bot
from bot.clocks.rules import running
from bot.errors import DeliveryError, StorageError
from bot.hosting import host_notice
from bot.hosting.host_notice import REPORT, RULES, WORDS, HostNotice
from bot.hosting.installation import DATABASE
from bot.keys.crypto import Keyring
from bot.messages import Member, Message
from cogs import COGS
from storage.database import platforms
from storage.database.database import Database
from storage.members import members, zones
from storage.moderation import cases
from storage.moderation.cases import Case, Named
from tests.cast import MO, ROOM
from tests.prepared import prepared

NOW = datetime(2026, 3, 28, 17, tzinfo=UTC)


class Away(LocalAdapter):
    """A platform that takes nothing."""

    async def send(self, member: Member, message: Message, key: str) -> str:
        raise DeliveryError("no answer")


@dataclass
class Installation:
    """Mo hosts it, and is an account of the local platform."""

    database: Database
    connected: set[str] = field(default_factory=lambda: {"local"})

    def __post_init__(self) -> None:
        self.bot = Bot(self.database, Keyring.new(), COGS)
        self.chat = LocalAdapter(self.bot)
        self.chat.join(MO, ROOM)
        self.notice = HostNotice(MO.id, self.database, self.bot.adapters, self.connected)

    @property
    def told(self) -> list[str]:
        return [str(message.text) for message in self.chat.read(MO)]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Installation]:
    async with await Database.open(prepared(tmp_path) / DATABASE) as database:
        yield Installation(database)


async def fill(database: Database) -> None:
    """No page is left, and something needs many."""
    [pages] = await database.write(lambda connection: connection.execute("PRAGMA page_count").fetchone())
    await database.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    with pytest.raises(StorageError):
        await database.write(platforms.set_state, "local", "huge", "x" * 100_000)
    await database.write(lambda connection: connection.execute("PRAGMA max_page_count = 1000000").fetchone())


async def test_a_full_disk_is_told_to_the_host_once(home: Installation) -> None:
    await home.notice.look()
    assert home.told == []
    for _time in range(3):
        await fill(home.database)
        await home.notice.look()
    assert home.told == [WORDS["full"]]


async def test_what_was_mended_and_breaks_again_is_told_again(
    home: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(host_notice, "monotonic", lambda: now)
    await home.notice.tell("full")
    now += host_notice.MENDED_AFTER - 1
    await home.notice.tell("full")
    now += host_notice.MENDED_AFTER + 1
    await home.notice.tell("full")
    assert home.told == [WORDS["full"]] * 2


async def test_each_trouble_has_a_notice_of_its_own(home: Installation) -> None:
    for cause in WORDS:
        await home.notice.tell(cause)
    assert home.told == list(WORDS.values())


@pytest.mark.parametrize("contact", ["robin@example.org", "https://example.org/contact"])
async def test_without_an_account_it_stands_in_the_log(
    home: Installation, contact: str, caplog: pytest.LogCaptureFixture
) -> None:
    notice = HostNotice(contact, home.database, home.bot.adapters, home.connected)
    await notice.tell("damaged")
    [line] = caplog.records
    assert line.levelno == logging.ERROR
    assert "put a backup back" in line.getMessage()
    assert home.told == []


async def test_a_platform_that_is_not_connected_is_not_asked(
    home: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    home.connected.clear()
    await home.notice.tell("full")
    assert home.told == []
    assert "the disk is full" in caplog.text


async def test_a_platform_that_takes_nothing_leaves_the_log(
    home: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    Away(home.bot).join(MO, ROOM)
    await home.notice.tell("full")
    assert "the disk is full" in caplog.text


async def test_a_file_damaged_while_kith_runs_is_noticed(home: Installation) -> None:
    def met(_connection: sqlite3.Connection) -> None:
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    with pytest.raises(StorageError):
        await home.database.read(met)
    await home.notice.look()
    assert home.told == [WORDS["damaged"]]


async def test_an_ordinary_mistake_is_nothing_for_the_host(home: Installation) -> None:
    with pytest.raises(StorageError):
        await home.database.read(lambda connection: connection.execute("SELECT * FROM nothing"))
    await home.notice.look()
    assert home.told == []


# -- reports that only the host may see --------------------------------------------------------------------------------


async def report(home: Installation, viewers: cases.Viewers = "host") -> list[Case]:
    """Somebody reports something. What waits for the host then."""

    def work(connection: Connection) -> list[Case]:
        community = members.found(connection, ROOM, NOW)
        cases.open_case(connection, community, viewers, lambda _row, _column: b"", Named(b"code", None), None, NOW)
        return cases.waiting_for_host(connection)

    return await home.database.write(work)


async def test_a_report_for_the_host_alone_is_told_to_the_host_once(home: Installation) -> None:
    await home.notice.look()
    assert home.told == []
    await report(home)
    for _time in range(3):
        await home.notice.look()
    assert home.told == [REPORT]
    again = HostNotice(MO.id, home.database, home.bot.adapters, home.connected)
    await again.look()
    assert home.told == [REPORT], "a restart tells nothing twice"
    await report(home)
    await again.look()
    assert home.told == [REPORT] * 2


async def test_what_moderators_see_is_not_told_to_the_host(home: Installation) -> None:
    await report(home, "moderators")
    await home.notice.look()
    assert home.told == []


async def test_a_report_that_was_closed_before_the_host_heard_is_told_no_more(home: Installation) -> None:
    home.connected.clear()
    [found] = await report(home)
    await home.notice.look()
    await home.database.write(cases.decide, found, None, False, NOW)
    home.connected.add("local")
    await home.notice.look()
    assert home.told == []


async def test_a_host_who_is_on_no_platform_finds_it_in_the_log_and_hears_later_where_they_are_on_one(
    home: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    home.notice = HostNotice("robin@example.org", home.database, home.bot.adapters, home.connected)
    await report(home)
    for _time in range(3):
        await home.notice.look()
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [
        "a report waits that only the host may see, and no message reaches the host: kith cases"
    ]
    await HostNotice(MO.id, home.database, home.bot.adapters, home.connected).look()
    assert home.told == [REPORT]


# -- the rules of time zones -------------------------------------------------------------------------------------------


@contextmanager
def works_by(version: str) -> Iterator[None]:
    """As after a start with this release. Its zones are not read: other tests of this process want theirs."""
    running._running.append(running.Rules(version, {}))
    try:
        yield
    finally:
        running._running.pop()


async def test_the_host_hears_once_that_newer_rules_are_installed(home: Installation) -> None:
    with works_by("2026a"):
        for _day in range(2):
            await home.notice.look_at_rules()
        assert home.told == [str(RULES["restart"])]
        again = HostNotice(MO.id, home.database, home.bot.adapters, home.connected)
        await again.look_at_rules()
    assert home.told == [str(RULES["restart"])], "also not after a restart that changed nothing"


async def test_the_host_hears_once_that_the_rules_are_old(home: Installation) -> None:
    newest = running.newest_installed()
    await home.database.write(zones.begun, newest, NOW)
    late = datetime(2046, 1, 1, tzinfo=UTC)
    notice = HostNotice(MO.id, home.database, home.bot.adapters, home.connected, lambda: late)
    with works_by(newest):
        for _day in range(2):
            await notice.look_at_rules()
    assert home.told == [str(RULES["old"])]


async def test_rules_that_are_new_enough_are_no_news(home: Installation) -> None:
    newest = running.newest_installed()
    notice = HostNotice(MO.id, home.database, home.bot.adapters, home.connected, lambda: NOW)
    with works_by(newest):
        await notice.look_at_rules()
    assert home.told == []


async def test_where_no_message_reaches_the_host_the_log_says_it_once(
    home: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    home.connected.clear()
    with works_by("2026a"):
        for _day in range(2):
            await home.notice.look_at_rules()
    assert [record.getMessage() for record in caplog.records if "rules of time zones" in record.getMessage()] == [
        "the rules of time zones want a look (restart): kith doctor says what to do"
    ]

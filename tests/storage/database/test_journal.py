"""The deletion journal is kept no longer than a backup, whether or not anybody else leaves."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.hosting.installation import DATABASE
from bot.messages import Member
from storage.database import journal
from storage.database.database import Database
from storage.members import members
from tests.prepared import prepared
from tests.storage.conftest import DAY, NOW


async def test_what_no_backup_needs_any_more_goes_without_another_deletion(tmp_path: Path) -> None:
    times = [NOW]

    def now() -> datetime:
        return times[-1]

    path = tmp_path / "kith.journal"
    async with await Database.open(prepared(tmp_path) / DATABASE) as database:
        await database.keep_journal(journal.Journal(path, lambda _platform, account: account.encode(), now))
        for name in ("alice", "bob"):
            person = await database.write(members.create, Member("local", name), "UTC", "en", NOW)
            await database.write(members.forget, person)
        assert [entry.number for entry in journal.read(path)] == [1, 2]
        times.append(NOW + journal.KEPT - DAY)
        await database.scrub()
        assert [entry.number for entry in journal.read(path)] == [1, 2]
        times.append(NOW + journal.KEPT)
        await database.scrub()
        assert [entry.number for entry in journal.read(path)] == [2], "the last number is not given again"

"""Each broken thing is told in one sentence by `kith doctor` or `kith run`, and what that sentence names mends it.

All rows: ``KITH_TEST_ALL=1 scripts/test tests/hosting/test_broken_things.py``; without it the same 25 of 75 each time.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from storage.database import sureness
from tests.beds.discord import FakeDiscord
from tests.hosting.broken import Broken, Place, mended
from tests.hosting.broken_copies import BACKUPS, COMMUNITY
from tests.hosting.broken_data import AS_ROOT, DATA, MACHINE
from tests.hosting.broken_things import CONFIGURATION, KEYS, SECRETS

TABLE = {**CONFIGURATION, **SECRETS, **KEYS, **DATA, **MACHINE, **BACKUPS, **COMMUNITY}
if os.geteuid() == 0:
    TABLE |= AS_ROOT
if not os.environ.get("KITH_TEST_ALL"):  # each row starts several processes: all of them are for a longer evening
    TABLE = {name: broken for at, (name, broken) in enumerate(TABLE.items()) if at % 3 == 0}


@pytest.mark.parametrize("broken", TABLE.values(), ids=TABLE)
async def test_its_sentence_mends_it(broken: Broken, tmp_path: Path, discord: FakeDiscord) -> None:
    place = Place(tmp_path, discord)
    await mended(place if broken.fresh else place.used(), broken)


async def test_a_clock_that_is_not_believed_is_confirmed(tmp_path: Path, discord: FakeDiscord) -> None:
    """As it is after years in a cupboard. That it can be set right too is held by ``test_clock_process``."""

    def rests_for_years(place: Place) -> None:
        with closing(sqlite3.connect(place.database, isolation_level=None)) as connection:
            sure = sureness.last(connection)
            assert sure is not None
            sureness.record(connection, sure._replace(at=sure.at - timedelta(days=1095), boot=""))

    says = " after Kith last ran: what members keep would be erased for its age."
    for line in ("doctor", "run"):
        await mended(Place(tmp_path, discord), Broken(rests_for_years, says, "clock --confirm", line, first="run"))


async def test_a_mark_that_an_editor_puts_in_front_breaks_nothing(tmp_path: Path, discord: FakeDiscord) -> None:
    place = Place(tmp_path, discord).used()
    place.config.write_bytes(b"\xef\xbb\xbf" + place.config.read_bytes())
    assert (await place.types("doctor")).status == 0, place.shown
    assert (await place.types("run")).status == 0, place.shown

"""Two real releases of the rules, 2026a and 2026f: whatever was promised in six zones stays at its wall time."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.hosting.installation import DATABASE
from tests.engines.promised import KILLED_AFTER, ZONES, who

DATA = Path(__file__).parents[1] / "data" / "rules"
OLD, NEW = "2026a", "2026f"
KILLED = "killed"
WALLS = (
    *(("reminders", "wall"), ("persons", "paused_wall"), ("gatherings", "wall")),
    *(("deliveries", "wall"), ("buddy_schedules", "wall")),
)


def process(rules: str, step: str, folder: Path, **env: str) -> Any:
    """What one process with these rules says."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.engines.promised", step, str(folder)],
        env={**os.environ, "PYTHONTZPATH": str(DATA / rules), **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in (0, -9), ran.stderr
    return json.loads(ran.stdout.splitlines()[-1]) if ran.returncode == 0 else KILLED


@pytest.fixture(scope="module")
def promised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the old rules, with everything that stands at a wall time."""
    folder = tmp_path_factory.mktemp("promised") / "data"
    process(OLD, "begin", folder)
    return folder


@pytest.fixture
def folder(promised: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-a", str(promised), str(tmp_path / "data")], check=True)
    return tmp_path / "data"


def test_every_promise_in_six_zones_stays_at_its_wall_time(folder: Path) -> None:
    was = process(OLD, "look", folder)
    assert {zone for _what, zone, _at in was} == {*ZONES}
    assert len(was) == 17 * len(ZONES)
    off = [one for one, other in zip(was, process(NEW, "look", folder), strict=True) if one != other]
    assert len(off) == len(was), "all of them are an hour off by the new rules, before a start has followed them"
    process(NEW, "start", folder)
    assert process(NEW, "look", folder) == was


@pytest.mark.parametrize("after", ["storage.delivery.moved", "storage.personal.reminders", "cogs.circles.clocks"])
def test_a_start_that_is_killed_is_followed_by_one_that_does_the_rest_and_all_are_told_once(
    folder: Path, after: str
) -> None:
    was = process(OLD, "look", folder)
    assert process(NEW, "start", folder, **{KILLED_AFTER: after}) == KILLED
    for _again in range(2):
        process(NEW, "start", folder)
    assert process(NEW, "look", folder) == was
    told = Counter(name for name, _words in process(NEW, "live", folder))
    parts = ("alone", "host", "co-host", "coming", "coming from Berlin")
    assert told == Counter(who(zone, part).id for zone in ZONES for part in parts)


def test_each_hears_what_stays_and_nothing_comes_in_a_pause(folder: Path) -> None:
    process(NEW, "start", folder)
    told = dict(process(NEW, "live", folder))
    assert told["Vancouver alone"] == "Your reminder stays at 09:00, Vancouver time; the clocks there no longer change."
    circle = "Evening circle stays at 18:00, Vancouver time; the clocks there no longer change."
    assert [told[f"Vancouver {part}"] for part in ("host", "co-host", "coming")] == [circle] * 3
    assert told["Vancouver coming from Berlin"] == f"{circle} For you that is 2026-12-16 01:00 UTC."
    assert told["Havana alone"] == "Your reminder stays at 09:00, Havana time; the clocks there change by new rules."
    assert not [name for name in told if name.endswith(("paused", "silent", "maybe"))]
    after = dict(process(NEW, "wake", folder))
    assert {name for name in after if name.endswith("paused")} == {
        f"{zone.rpartition('/')[2]} paused" for zone in ZONES
    }
    pause = "Your pause lasted until 08:30, Vancouver time, as you said; the clocks there no longer change."
    assert after["Vancouver paused"] == pause


def test_the_way_back_to_the_old_rules_is_followed_too(folder: Path) -> None:
    was = process(OLD, "look", folder)
    for rules in (NEW, OLD, NEW):
        process(rules, "start", folder)
        assert process(rules, "look", folder) == was
    assert {*Counter(name for name, _words in process(NEW, "live", folder)).values()} == {1}, "they wait in one message"


def test_what_an_earlier_version_kept_gets_its_wall_time_by_the_rules_of_the_first_start(folder: Path) -> None:
    """As the migration leaves it: a zone, and no wall time yet."""
    was = process(OLD, "look", folder)
    with closing(sqlite3.connect(folder / DATABASE)) as connection, connection:
        for table, wall in WALLS:
            connection.execute(f"UPDATE {table} SET {wall} = NULL")
        connection.execute("DELETE FROM zone_rules")
    for rules in (OLD, NEW):
        process(rules, "start", folder)
        assert process(rules, "look", folder) == was

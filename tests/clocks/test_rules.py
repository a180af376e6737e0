"""One set of rules in a process, whatever is installed under it; and what a host hears of newer and of old ones."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clocks.rules import published, running
from bot.clocks.rules.published import PUBLISHED, look

DATA = Path(__file__).parents[1] / "data" / "rules"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
REPLACED = """
import json, shutil, sys
from datetime import datetime
from zoneinfo import ZoneInfo
from bot.clocks.rules import running
held, live, newer = sys.argv[1] == "held", *sys.argv[2:]
before = running.hold() if held else None
def hours(zone):
    return datetime(2026, 12, 15, 18, tzinfo=ZoneInfo(zone)).utcoffset().total_seconds() / 3600
first = hours("America/Vancouver")
shutil.rmtree(live)
shutil.copytree(newer, live)
for name in ("Paris", "Rome", "Madrid", "Lisbon", "Oslo", "Vienna", "Athens", "Prague", "Sofia"):
    ZoneInfo("Europe/" + name)  # zoneinfo remembers eight
print(json.dumps([first, hours("America/Vancouver"), running.in_use(), running.tzdata_version()]))
"""


def replaced(tmp_path: Path, how: str) -> list[object]:
    """What a process reads of Vancouver, before and after the files it reads are those of the next release."""
    live = tmp_path / "live"
    shutil.copytree(DATA / "2026a", live)
    ran = subprocess.run(
        [sys.executable, "-c", REPLACED, how, str(live), str(DATA / "2026f")],
        env={**os.environ, "PYTHONTZPATH": str(live)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[object] = json.loads(ran.stdout)
    return found


def test_a_running_process_keeps_its_rules_when_the_files_are_replaced(tmp_path: Path) -> None:
    assert replaced(tmp_path, "held") == [-8, -8, "2026a", "2026f"]


def test_zoneinfo_alone_would_have_read_the_new_ones_in_the_middle(tmp_path: Path) -> None:
    assert replaced(tmp_path, "not held") == [-8, -7, "", "2026f"]


def test_every_zone_is_held_with_a_print_of_its_rules() -> None:
    rules = running.hold()
    assert len(rules.prints) > 590
    assert {"Europe/Berlin", "America/Havana", "UTC", "Asia/Calcutta"} <= rules.prints.keys()
    assert rules.prints["Asia/Kolkata"] == rules.prints["Asia/Calcutta"] != rules.prints["Europe/Berlin"]
    assert running.in_use() == rules.version == running.tzdata_version()
    assert running.newest_installed() >= rules.version


@pytest.mark.parametrize(
    ("zone", "changes"), [("Europe/Berlin", True), ("Asia/Kolkata", False), ("UTC", False), ("America/New_York", True)]
)
def test_whether_clocks_still_change_there(zone: str, changes: bool) -> None:
    assert running.still_change(ZoneInfo(zone), NOW) is changes


@pytest.mark.parametrize(
    ("in_use", "installed", "since", "state"),
    [
        ("2026f", "2026f", None, "ok"),
        ("2026a", "2026f", None, "restart"),
        ("2026e", "2026e", None, "old"),
        ("2026f", "2026f", NOW, "ok"),
        ("2024b", "2024b", NOW, "old"),
        ("2027a", "2027a", NOW - timedelta(days=59), "ok"),
        ("2027a", "2027a", NOW - timedelta(days=61), "old"),
        ("2027a", "2027a", None, "ok"),
        ("2027a", "2026f", NOW, "ok"),
        ("", "", None, "ok"),
    ],
)
def test_newer_rules_and_old_ones_are_told_with_what_to_do(
    in_use: str, installed: str, since: datetime | None, state: str
) -> None:
    found = look(in_use, installed, since, NOW)
    assert found.state == state
    assert bool(found.do) == (state != "ok")


def test_two_months_after_it_came_out_a_release_is_old() -> None:
    out = datetime.combine(PUBLISHED["2026f"], datetime.min.time(), UTC)
    assert look("2026f", "2026f", None, out + published.OLD).state == "ok"
    assert look("2026f", "2026f", None, out + published.OLD + timedelta(days=1)).state == "old"

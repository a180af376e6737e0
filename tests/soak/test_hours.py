"""What `scripts/soak hours` goes through; the trial itself is every test, once at each moment."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.soak import hours
from bench.soak._pytest import read
from bench.soak.hours import DAYS, HOURS, ZONES, Moment, moments

REPORT = """<testsuites><testsuite>
<testcase classname="a" name="holds"/><testcase classname="a" name="fails"><failure/></testcase>
<testcase classname="b" name="breaks"><error/></testcase></testsuite></testsuites>"""


def test_every_hour_day_and_zone_comes() -> None:
    chosen = moments()
    assert {one.at.date() for one in chosen} == {*DAYS}
    assert {one.at.time() for one in chosen} == {*HOURS}
    assert {one.zone for one in chosen} == {*ZONES}
    assert len({one.name for one in chosen}) == len(chosen)
    assert len(moments(every=True)) == len(DAYS) * len(HOURS) * len(ZONES)


@pytest.mark.parametrize("now", [datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)])
def test_a_moment_is_told_in_seconds_from_now(now: datetime) -> None:
    one = Moment(datetime(2026, 11, 30, 14, tzinfo=UTC), "Pacific/Kiritimati")
    assert now + timedelta(seconds=int(one.ahead(now))) == one.at
    assert one.ahead(now)[0] == ("+" if one.at > now else "-"), "without a sign it would be a date"


def test_what_failed_is_read_from_the_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert read(report) == (3, ["a::fails", "b::breaks"])


def test_it_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="apt-get install faketime"):
        hours.main(["tests/clocks/test_clock.py"])


def test_the_busy_processes_are_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, command: list[str]) -> None:
            super().__init__(command)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    with hours.busy(2):
        assert [one.poll() for one in started] == [None, None]
    assert None not in [one.poll() for one in started]

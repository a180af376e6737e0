"""Calendar files: strict, the same instants in two libraries that share no code, and the platform's own calendar."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clocks.recurrence import EveryWeeks, Recurrence, occurrences
from cogs.circles import ics
from tests.cast import ALICE, CHANDRA, Playground
from tests.cogs.circles.cast import join, press, published, tick

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINE = re.compile(r"[A-Z-]+(;[A-Z-]+=[^;:]+)*:.*")
CLOCKS = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago")


def entry(starts: datetime, *, title: str = "Evening circle", version: int = 1, cancelled: bool = False) -> ics.Entry:
    uid = ics.uid(b"key", 1, starts.date().isoformat())
    return ics.Entry(uid, title, "", "", starts, starts + timedelta(hours=1), version, cancelled)


def strictly(content: bytes) -> list[str]:
    """The lines of a file that RFC 5545 would have no quarrel with."""
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    folded = content.decode("utf-8").split("\r\n")[:-1]
    assert all(len(line.encode()) <= 75 for line in folded)
    lines = "\r\n".join(folded).replace("\r\n ", "").split("\r\n")
    assert all(LINE.fullmatch(line) for line in lines), lines
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert lines.count("VERSION:2.0") == 1
    assert sum(line.startswith("PRODID:") for line in lines) == 1
    events = lines.count("BEGIN:VEVENT")
    for name in ("UID:", "DTSTAMP:", "DTSTART:", "DTEND:", "SEQUENCE:", "STATUS:", "SUMMARY:"):
        assert sum(line.startswith(name) for line in lines) == events, name
    assert all(line.endswith("Z") for line in lines if line.startswith(("DTSTAMP", "DTSTART", "DTEND")))
    return lines


def in_both(content: bytes) -> list[tuple[datetime, datetime]]:
    """(start, end) of every event, as both libraries read them."""
    calendar = icalendar.Calendar.from_ical(content)
    one = [(event.decoded("dtstart"), event.decoded("dtend")) for event in calendar.walk("VEVENT")]
    other = [
        (event.dtstart.value, event.dtend.value)
        for event in getattr(vobject.readOne(content.decode("utf-8")), "vevent_list", [])
    ]
    assert [(a.astimezone(UTC), b.astimezone(UTC)) for a, b in one] == [
        (a.astimezone(UTC), b.astimezone(UTC)) for a, b in other
    ]
    return [(a.astimezone(UTC), b.astimezone(UTC)) for a, b in one]


@pytest.mark.parametrize("key", CLOCKS)
def test_a_year_of_a_weekly_circle_is_the_same_in_two_libraries(key: str) -> None:
    """Over every change of the clocks, at the hour the host's wall shows."""
    zone = ZoneInfo(key)
    rule = Recurrence(EveryWeeks(1, 6), date(2026, 3, 1), time(2, 15), zone, times=60)
    coming = [one.instant for one in occurrences(rule, NOW, 60)]
    content = ics.write([entry(instant) for instant in coming], NOW)
    strictly(content)
    assert [start for start, _end in in_both(content)] == coming
    if key != "Asia/Kolkata":
        assert len({instant.time() for instant in coming}) > 1, "the clocks did change"


@given(st.text(max_size=60), st.text(max_size=300), st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_words_break_the_file(title: str, about: str, spot: str) -> None:
    words = ics.Entry("uid@kith", title, about, spot, NOW, NOW + timedelta(hours=1), 1, False)
    content = ics.write([words], NOW)
    assert content.count(b"BEGIN:VEVENT") <= 1 + (title + about + spot).count("BEGIN:VEVENT")
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert len(events) == 1
    assert events[0].decoded("dtstart") == NOW


@pytest.mark.parametrize("title", ["a\r\nBEGIN:VEVENT", "a;b,c\\n", 'say "hello"', "ü" * 60, "😀" * 40, "a:b"])
def test_hostile_titles_stay_titles(title: str) -> None:
    content = ics.write([entry(NOW, title=title)], NOW)
    strictly(content)
    assert len(in_both(content)) == 1


def test_a_date_keeps_its_name_and_says_what_became_of_it() -> None:
    moved = strictly(ics.write([entry(NOW, version=3, cancelled=True)], NOW))
    assert {"SEQUENCE:2", "STATUS:CANCELLED"} <= set(moved)
    assert ics.uid(b"key", 1, "2026-03-01") == ics.uid(b"key", 1, "2026-03-01") != ics.uid(b"key", 2, "2026-03-01")
    assert ics.uid(b"key", 1, "2026-03-01") != ics.uid(b"other", 1, "2026-03-01"), "it says nothing to anybody else"


def test_an_empty_calendar_is_a_calendar() -> None:
    assert in_both(ics.write([], NOW)) == []


# -- as members get them ----------------------------------------------------------------------------------------------


async def test_one_date_as_a_file(world: Playground) -> None:
    await published(world)
    said = await press(world, CHANDRA, await join(world, CHANDRA), "Into my calendar")
    [file] = said.files
    assert file.name == "circle.ics"
    assert in_both(file.content) == [(datetime(2026, 4, 2, 17, tzinfo=UTC), datetime(2026, 4, 2, 18, tzinfo=UTC))]


async def test_all_of_my_circles_as_one_file_with_what_was_moved(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    screen = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    await press(world, ALICE, screen, "Move 1")
    await press(world, ALICE, await world.chat.say(ALICE, "saturday 15:00"), "Move it")
    [file] = (await world.chat.say(CHANDRA, "circle calendar")).files
    strictly(file.content)
    starts = sorted(start for start, _end in in_both(file.content))
    assert len(starts) == 8, "eight times, as the host decided"
    assert starts[0] == datetime(2026, 4, 4, 13, tzinfo=UTC)
    assert starts[1] == datetime(2026, 4, 9, 17, tzinfo=UTC)


async def test_whoever_belongs_to_nothing_gets_no_file(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    await press(world, CHANDRA, await world.chat.say(CHANDRA, "circle leave"), "Evening circle")
    assert "You belong to no circle" in (await world.chat.say(CHANDRA, "circle calendar")).text


async def test_the_platforms_calendar_is_kept_in_step(world: Playground) -> None:
    await published(world)
    assert [event.starts.isoformat() for event in world.chat.events.values()] == [
        "2026-04-02T17:00:00+00:00",
        "2026-04-09T17:00:00+00:00",
    ]
    screen = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    await press(world, ALICE, screen, "Move 1")
    await press(world, ALICE, await world.chat.say(ALICE, "saturday 15:00"), "Move it")
    await tick(world)
    assert sorted(event.starts.isoformat() for event in world.chat.events.values()) == [
        "2026-04-04T13:00:00+00:00",
        "2026-04-09T17:00:00+00:00",
    ]
    screen = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    asked = await press(world, ALICE, screen, "Cancel 2")
    await press(world, ALICE, asked, "Call it off")
    await tick(world)
    assert len(world.chat.events) == 1

"""The same words mean the same wherever a time is asked for: reminders, check-ins, a pause, circles, hours, posts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.clocks.phrases import read_days
from bot.clocks.times import dated_instant
from bot.messages import Message
from cogs.circles.wording import date_line
from tests.cast import ALICE, MO, ROOM, Playground, button
from tests.cogs.settled import settle

BERLIN = ZoneInfo("Europe/Berlin")

MOMENTS = [
    ("tomorrow 7pm", "2026-03-29 19:00"),
    ("in half an hour", "2026-03-28 18:30"),
    ("next friday at 6pm", "2026-04-03 18:00"),
    ("the 3rd at 5pm", "2026-04-03 17:00"),
    ("monday evening at 7", "2026-03-30 19:00"),
    ("tonight at 9", "2026-03-28 21:00"),
    ("in 3 days at 8pm", "2026-03-31 20:00"),
    ("9am new york time tomorrow", "2026-03-29 15:00"),
    ("tomorrow 3pm london time", "2026-03-29 16:00"),
    ("tomorrow morning", "2026-03-29 09:30"),
    ("next monday", "2026-03-30 09:30"),
]
"""Phrase, and when it is in Berlin. Where no hour is said it is asked for once, and answered with ``9:30``."""

Flow = Callable[[Playground, str], Awaitable[Message]]


async def say(world: Playground, line: str) -> Message:
    return await world.chat.say(ALICE, line)


async def remind_first(world: Playground, phrase: str) -> Message:
    return await say(world, f"remind me {phrase} to drink tea")


async def remind_last(world: Playground, phrase: str) -> Message:
    return await say(world, f"remind me to drink tea {phrase}")


async def remind_form(world: Playground, phrase: str) -> Message:
    await world.chat.press(ALICE, button(await say(world, "reminders"), "Another"))
    return await say(world, phrase)


async def pause(world: Playground, phrase: str) -> Message:
    return await say(world, f"pause {phrase}")


async def pause_until(world: Playground, phrase: str) -> Message:
    return await say(world, f"pause until {phrase}")


async def circle(world: Playground, phrase: str) -> Message:
    return await say(world, f"circle new {phrase} to drink tea")


async def circle_form(world: Playground, phrase: str) -> Message:
    await say(world, "circle new")
    return await say(world, phrase)


FLOWS: dict[str, Flow] = {
    flow.__name__: flow for flow in (remind_first, remind_last, remind_form, pause, pause_until, circle, circle_form)
}
IGNORED = {("next monday", "pause"), ("next monday", "pause_until")}
"""A pause until a day ends when the day begins."""


@pytest.fixture
async def members(world: Playground) -> Playground:
    for member in (ALICE, MO):
        await settle(world, member, "reminders", "host", "events", "helper", "checkin")
    return world


@pytest.mark.parametrize("name", FLOWS)
async def test_a_moment_is_the_same_in_every_flow(members: Playground, name: str) -> None:
    for phrase, local in MOMENTS:
        if (phrase, name) in IGNORED:
            continue
        said = await FLOWS[name](members, phrase)
        if "9:30" not in phrase and local.endswith("09:30"):
            assert "At what time?" in said.text, (phrase, str(said.text))
            said = await say(members, "9:30")
        if name.endswith("form"):
            assert "?" in said.text, (phrase, str(said.text))
            said = await say(members, "tea")
        meant = datetime.fromisoformat(local).replace(tzinfo=BERLIN)
        shown = date_line(meant, BERLIN) if "circle" in name else dated_instant(meant, members.now, BERLIN)
        assert shown in str(said.text), (phrase, str(said.text))
        if name.startswith("pause"):
            await say(members, "start")


async def test_a_pause_takes_lengths_and_days_as_well(members: Playground) -> None:
    for line, shown in (
        ("pause 2h", "today at 20:00 (Saturday 28 March), Berlin time"),
        ("pause for 3 days", "Tuesday at 19:00 (Tuesday 31 March), Berlin time"),
        ("pause in a month", "Tuesday 28 April at 00:00, Berlin time"),
        ("pause next monday", "Monday at 00:00 (Monday 30 March), Berlin time"),
    ):
        said = await say(members, line)
        assert f"Paused until {shown}." in said.text, (line, str(said.text))
        await say(members, "start")


DAYS = ["every day except sunday", "mon thru fri", "mon wed fri", "weekends", "mondays", "tue & thu", "every day"]


async def checkin_days_last(world: Playground, days: str) -> Message:
    return await say(world, f"checkin on 21:00 {days} Berlin")


async def checkin_days_first(world: Playground, days: str) -> Message:
    return await say(world, f"checkin on {days} at 9pm in Berlin")


async def checkin_form(world: Playground, days: str) -> Message:
    await say(world, "checkin on 20:00")
    screen = await say(world, "checkin change")
    await world.chat.press(ALICE, button(screen, "Change time or days"))
    for answer in ("9pm", "Berlin", days):
        said = await say(world, answer)
    return said


async def helper_hours(world: Playground, days: str) -> Message:
    await say(world, "settings helper hours")
    for answer in ("9pm", "11pm", days, "Berlin"):
        said = await say(world, answer)
    return said


async def remind_days(world: Playground, days: str) -> Message:
    return await say(world, f"remind me {days} at 9pm to drink tea")


async def remind_days_last(world: Playground, days: str) -> Message:
    return await say(world, f"remind me to drink tea at 9pm {days}")


@pytest.mark.parametrize(
    "flow", [checkin_days_last, checkin_days_first, checkin_form, helper_hours, remind_days, remind_days_last]
)
async def test_days_are_the_same_in_every_flow(members: Playground, flow: Flow) -> None:
    for days in DAYS:
        said = str((await flow(members, days)).text)
        assert str(read_days(days)) in said, (days, said)
        assert "21:00" in said, (days, said)
        assert "Berlin time" in said, (days, said)


@pytest.mark.parametrize("line", ["9am New York", "at 9am in New York", "New York 9am", "9am new york time"])
async def test_a_zone_beside_the_hour_is_the_zone_of_that_hour(members: Playground, line: str) -> None:
    assert "at 09:00 every day, New York time" in (await say(members, f"checkin on {line}")).text
    said = await members.chat.say(MO, f"kith-mod checkin {line}", ROOM)
    assert "An open check-in comes here tomorrow at 09:00" in said.text


@pytest.mark.parametrize("line", ["checkin on weekdays at 9", "remind me weekdays at 9 to drink tea"])
async def test_an_hour_that_is_two_is_asked_about_with_all_else_kept(members: Playground, line: str) -> None:
    assert "Is that 9am or 9pm?" in (await say(members, line)).text
    said = await say(members, "pm")
    assert "21:00" in said.text
    assert "on weekdays" in said.text


async def test_whoever_counts_hours_to_twelve_is_asked_and_answered_so(members: Playground) -> None:
    american = replace(members.chat.incoming(ALICE), locale="en-US")

    async def said(line: str) -> str:
        await members.bot.run_text(american, line)
        return str(members.chat.read(ALICE)[-1].text)

    assert "Is that 7:30am or 7:30pm?" in await said("checkin on 7:30")
    assert "at 7:30 PM every day, Berlin time" in await said("pm")
    assert "at 10:00 AM every day" in await said("checkin on 10am")
    await said("checkin change")
    assert "10:00 AM" in await said("Change time or days"), "what stands is offered so that it can be sent back"
    for answer in ("-", "-"):
        await said(answer)
    assert "at 10:00 AM on weekends" in await said("weekends")
    assert "at 10:00 on weekends" in (await say(members, "checkin change")).text, "elsewhere nobody is known to"


async def test_a_post_at_an_hour_that_is_two_is_asked_about(members: Playground) -> None:
    said = await members.chat.say(MO, "kith-mod checkin at 10", ROOM)
    assert "Is that 10am or 10pm?" in said.text

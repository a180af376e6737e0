"""Reminders that repeat: understood, said back before they count, sent each time, put off, changed and stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Message
from tests.cast import ALICE, BOB, Playground, button, labels
from tests.cogs.settled import dump, pass_time, settle, unasked

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def alice(world: Playground) -> Playground:
    await settle(world, ALICE, "reminders")
    return world


async def kept(world: Playground, line: str) -> Message:
    """Said, and agreed to."""
    return await world.chat.press(ALICE, button(await world.chat.say(ALICE, line), "Keep it"))


async def test_what_was_understood_is_said_with_day_date_hour_and_zone_before_it_counts(alice: Playground) -> None:
    asked = await alice.chat.say(ALICE, "remind me every monday at 7pm to call mum")
    assert str(asked.text) == (
        "I'd remind you every Monday at 19:00, Berlin time: “call mum”. The first comes Monday 30 March 2026 at 19:00,"
        " Berlin time. Is that right? Nothing is kept yet."
    )
    assert "Nothing waits." in (await alice.chat.say(ALICE, "reminders")).text
    said = await alice.chat.press(ALICE, button(asked, "Keep it"))
    assert str(said.text) == (
        "Kept: every Monday at 19:00, Berlin time, until you stop it: “call mum”. The first comes Monday 30 March 2026"
        " at 19:00, Berlin time. `reminders` changes or ends it."
    )
    assert str((await alice.chat.say(ALICE, "reminders")).text) == "1. every Monday at 19:00: call mum"


async def test_a_no_keeps_nothing(alice: Playground) -> None:
    asked = await alice.chat.say(ALICE, "remind me every monday at 7pm to call mum")
    assert str((await alice.chat.press(ALICE, button(asked, "No"))).text) == "Nothing is kept."
    assert "don't have those words" in (await alice.chat.press(ALICE, button(asked, "Keep it"))).text
    assert "Nothing waits." in (await alice.chat.say(ALICE, "reminders")).text


async def test_it_comes_each_day_at_its_hour_though_the_clocks_change(alice: Playground) -> None:
    await kept(alice, "remind me every day at 19:00 water the plants")
    await pass_time(alice, HOUR)
    [first] = unasked(alice, ALICE)
    assert (str(first.text), labels(first)) == ("You asked me to remind you: “water the plants”", ["Snooze", "Stop"])
    await pass_time(alice, timedelta(hours=22, minutes=59))
    assert len(unasked(alice, ALICE)) == 1
    await pass_time(alice, timedelta(minutes=1))
    assert len(unasked(alice, ALICE)) == 2


async def test_the_31st_says_what_happens_in_a_shorter_month(alice: Playground) -> None:
    asked = await alice.chat.say(ALICE, "remind me every 31st at 12:00 to check the books")
    assert "In a month without that day it comes on the last one." in asked.text
    asked = await alice.chat.say(ALICE, "remind me on the 1st of each month at 9:00 to pay rent")
    assert "without that day" not in asked.text
    assert "on day 1 of every month at 09:00, Berlin time: “pay rent”" in asked.text


async def test_a_question_in_between_is_answered_by_the_next_line(alice: Playground) -> None:
    assert "Is that 7am or 7pm?" in (await alice.chat.say(ALICE, "remind me every monday at 7 to call mum")).text
    assert "every Monday at 19:00, Berlin time: “call mum”" in (await alice.chat.say(ALICE, "pm")).text
    assert "At what time?" in (await alice.chat.say(ALICE, "remind me every other day to water the plants")).text
    assert "every second day at 18:00, Berlin time: “water the plants”" in (await alice.chat.say(ALICE, "6pm")).text


async def test_the_first_is_told_in_the_members_own_clock_where_another_zone_is_named(alice: Playground) -> None:
    asked = await alice.chat.say(ALICE, "remind me at 9am new york time every day to call jo")
    assert "every day at 09:00, New York time: “call jo”" in asked.text
    assert "The first comes Sunday 29 March 2026 at 15:00, Berlin time." in asked.text
    await alice.chat.press(ALICE, button(asked, "Keep it"))
    listed = await alice.chat.say(ALICE, "reminders")
    assert str(listed.text) == "1. every day at 09:00, New York time: call jo"


async def test_after_an_outage_one_comes_and_says_that_it_is_late(alice: Playground) -> None:
    await kept(alice, "remind me every day at 19:00 tea")
    alice.now += timedelta(days=3, hours=2)
    await pass_time(alice, timedelta(seconds=1))
    [late] = unasked(alice, ALICE)
    assert str(late.text) == "You asked me to remind you: “tea” This is late by 2 hours."


async def test_a_pause_leaves_out_what_falls_into_it(alice: Playground) -> None:
    await kept(alice, "remind me every day at 19:00 tea")
    await alice.chat.say(ALICE, "pause in 30 hours")
    await pass_time(alice, 31 * HOUR)
    assert not unasked(alice, ALICE)
    await pass_time(alice, DAY)
    assert [str(one.text) for one in unasked(alice, ALICE)] == ["You asked me to remind you: “tea”"]


async def test_where_messages_are_closed_only_the_newest_waits_in_the_inbox(alice: Playground) -> None:
    await kept(alice, "remind me every day at 19:00 tea")
    alice.chat.closed.add(ALICE.id)
    await pass_time(alice, timedelta(days=2, hours=2))
    shown = await alice.chat.say(ALICE, "inbox")
    assert "“tea”" in shown.text
    assert {"Snooze", "Stop", "I've read it"} <= set(labels(shown))


async def test_an_hour_later_it_comes_once_more_and_the_next_day_as_ever(alice: Playground) -> None:
    await kept(alice, "remind me every day at 19:00 tea")
    await pass_time(alice, HOUR)
    choices = await alice.chat.press(ALICE, button(unasked(alice, ALICE)[-1], "Snooze"))
    assert labels(choices) == ["In an hour", "Another time"]
    said = await alice.chat.say(ALICE, "in an hour")
    assert str(said.text) == "It comes once more in 1 hour: today at 20:00 (Saturday 28 March), Berlin time."
    listed = await alice.chat.say(ALICE, "reminders")
    assert str(listed.text) == "1. every day at 19:00, and once more today at 20:00: tea"
    await pass_time(alice, HOUR)
    assert labels(unasked(alice, ALICE)[-1]) == ["Snooze", "Stop"]
    assert len(unasked(alice, ALICE)) == 2
    await pass_time(alice, 22 * HOUR)
    assert len(unasked(alice, ALICE)) == 3


async def test_put_off_until_this_evening_tomorrow_or_any_time_somebody_types(alice: Playground) -> None:
    await pass_time(alice, 16 * HOUR)  # Sunday 11:00, after the clocks changed
    await kept(alice, "remind me every sunday at 12:00 tea")
    await pass_time(alice, HOUR)
    choices = await alice.chat.press(ALICE, button(unasked(alice, ALICE)[-1], "Snooze"))
    assert labels(choices) == ["In an hour", "This evening", "Tomorrow", "Another time"]
    said = await alice.chat.press(ALICE, button(choices, "Tomorrow"))
    assert "tomorrow at 12:00 (Monday 30 March), Berlin time" in said.text
    said = await alice.chat.press(ALICE, button(choices, "This evening"))
    assert str(said.text) == "It comes once more in 7 hours: today at 19:00 (Sunday 29 March), Berlin time."
    await alice.chat.press(ALICE, button(choices, "Another time"))
    assert "today at 13:30 (Sunday 29 March), Berlin time" in (await alice.chat.say(ALICE, "in 90 min")).text
    await pass_time(alice, timedelta(minutes=90))
    assert len(unasked(alice, ALICE)) == 2


async def test_stop_ends_it_and_erases_its_words(alice: Playground) -> None:
    await kept(alice, "remind me every day at 19:00 the heron")
    await pass_time(alice, HOUR)
    sent = unasked(alice, ALICE)[-1]
    said = await alice.chat.press(ALICE, button(sent, "Stop"))
    assert str(said.text) == "Stopped: “the heron” comes no more, and its words are erased."
    assert "gone already" in (await alice.chat.press(ALICE, button(sent, "Snooze"))).text
    await pass_time(alice, 2 * DAY)
    assert len(unasked(alice, ALICE)) == 1
    left = await alice.bot.database.read(
        lambda connection: connection.execute("SELECT count(*) FROM repeating_reminders").fetchall()
    )
    assert left == [(0,)]


async def test_the_list_changes_and_deletes(alice: Playground) -> None:
    await kept(alice, "remind me every day at 19:00 tea")
    await alice.chat.say(ALICE, "remind me in 2 hours soup")
    listed = await alice.chat.say(ALICE, "reminders")
    assert labels(listed) == ["Delete 1", "Delete 2", "Another", "Change", "Plain previews"]
    which = await alice.chat.press(ALICE, button(listed, "Change"))
    assert labels(which) == ["Change 1", "Change 2"]
    await alice.chat.press(ALICE, button(which, "Change 1"))
    asked = await alice.chat.say(ALICE, "mon wed fri 8:00")
    assert "on Mon, Wed and Fri at 08:00, Berlin time: “tea”" in asked.text
    await alice.chat.press(ALICE, button(asked, "Keep it"))
    listed = await alice.chat.say(ALICE, "reminders")
    assert str(listed.text) == "1. today at 20:00: soup\n2. on Mon, Wed and Fri at 08:00: tea"
    await alice.chat.press(ALICE, button(await alice.chat.press(ALICE, button(listed, "Change")), "Change 2"))
    assert (
        "tomorrow at 10:00 (Sunday 29 March), Berlin time: “tea”"
        in (await alice.chat.say(ALICE, "tomorrow 10:00")).text
    )
    listed = await alice.chat.say(ALICE, "reminders")
    assert str(listed.text) == "1. today at 20:00: soup\n2. tomorrow at 10:00: tea"
    await alice.chat.press(ALICE, button(listed, "Delete 2"))
    listed = await alice.chat.say(ALICE, "reminders")
    await alice.chat.press(ALICE, button(listed, "Change"))
    assert "today at 21:00 (Saturday 28 March), Berlin time: “soup”" in (await alice.chat.say(ALICE, "in 3 hours")).text


async def test_words_are_encrypted_and_leave_with_the_consent(alice: Playground) -> None:
    await kept(alice, "remind me every day at 19:00 the heron at the lake")
    assert "heron" not in await dump(alice)
    files = {file.name: file.content.decode() for file in (await alice.chat.say(ALICE, "my-data")).files}
    assert "every day at 19:00, Berlin time" in files["my-data.txt"]
    asked = await alice.chat.say(ALICE, "settings reminders")
    await alice.chat.press(ALICE, button(asked, "Switch it off"))
    await pass_time(alice, 2 * DAY)
    assert not unasked(alice, ALICE)


async def test_a_newcomers_line_survives_the_first_yes(world: Playground) -> None:
    asked = await world.chat.say(BOB, "remind me every day at 19:00 tea")
    again = await world.chat.press(BOB, button(asked, "Yes"))
    assert "every day at 19:00" in again.text
    assert "Kept:" in (await world.chat.press(BOB, button(again, "Keep it"))).text


async def test_nobody_puts_off_or_stops_anothers(alice: Playground) -> None:
    await settle(alice, BOB, "reminders")
    await kept(alice, "remind me every day at 19:00 tea")
    await pass_time(alice, HOUR)
    for label in ("Snooze", "Stop"):
        said = await alice.chat.press(BOB, button(unasked(alice, ALICE)[-1], label))
        assert "somebody else" in said.text
    assert "every day" in (await alice.chat.say(ALICE, "reminders")).text

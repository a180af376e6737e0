"""Holds the inbox to losing nothing: what could not be delivered waits, is named once, and is read one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.messages import Person
from storage.delivery import deliveries, inbox
from storage.members import members
from tests.cast import ALICE, BOB, Playground, button, labels

DAY = timedelta(days=1)


async def checkin_refused(ungreeted: Playground) -> Person:
    """Alice asked for a check-in, and then closed her direct messages."""
    reply = await ungreeted.chat.say(ALICE, "checkin on 19:00 berlin")
    await ungreeted.chat.press(ALICE, button(reply, "Yes"))
    ungreeted.chat.closed.add(ALICE.id)
    async for _said in ungreeted.wait(timedelta(hours=2)):
        pass
    ungreeted.chat.closed.clear()
    alice = await ungreeted.bot.database.read(members.person_of, ALICE)
    assert alice is not None
    return alice


async def test_the_next_answer_says_that_something_waits_and_says_so_once(ungreeted: Playground) -> None:
    await checkin_refused(ungreeted)
    reply = await ungreeted.chat.say(ALICE, "privacy")
    assert "1 message I couldn't deliver." in reply.text
    assert labels(reply)[-1] == "Show"
    assert "couldn't deliver" not in (await ungreeted.chat.say(ALICE, "privacy")).text


async def test_what_waits_is_shown_as_it_would_have_come_and_can_be_answered(ungreeted: Playground) -> None:
    await checkin_refused(ungreeted)
    reply = await ungreeted.chat.say(ALICE, "privacy")
    shown = await ungreeted.chat.press(ALICE, button(reply, "Show"))
    assert "This was for you today at 19:00:" in shown.text
    assert "Skip" in labels(shown)
    answer = await ungreeted.chat.press(ALICE, button(shown, "Skip"))
    assert "Skipped" in answer.text


async def test_it_waits_until_she_says_that_she_has_read_it(ungreeted: Playground) -> None:
    await checkin_refused(ungreeted)
    assert "This was for you" in (await ungreeted.chat.say(ALICE, "inbox")).text
    shown = await ungreeted.chat.say(ALICE, "inbox")
    done = await ungreeted.chat.press(ALICE, button(shown, "I've read it"))
    assert str(done.text) == "Nothing waits for you here."
    assert str((await ungreeted.chat.say(ALICE, "inbox")).text) == "Nothing waits for you here."


async def test_two_are_read_one_after_the_other(ungreeted: Playground) -> None:
    await checkin_refused(ungreeted)
    ungreeted.chat.closed.add(ALICE.id)
    async for _said in ungreeted.wait(timedelta(minutes=1)):
        pass
    alice = await ungreeted.bot.database.read(members.person_of, ALICE)
    assert alice is not None
    waiting = await ungreeted.bot.database.read(inbox.waiting, alice, ungreeted.now)
    assert len(waiting) == 1
    another = replace(waiting[0], key="another", due=ungreeted.now, picked=True)
    await ungreeted.bot.database.write(deliveries.plan, another)
    await ungreeted.bot.tick(ungreeted.now)
    ungreeted.chat.closed.clear()
    first = await ungreeted.chat.say(ALICE, "inbox")
    second = await ungreeted.chat.press(ALICE, button(first, "Next"))
    assert labels(second)[-1] == "I've read it"


async def test_a_prompt_whose_window_has_passed_is_not_shown(ungreeted: Playground) -> None:
    await checkin_refused(ungreeted)
    async for _said in ungreeted.wait(2 * DAY):
        pass
    reply = await ungreeted.chat.say(ALICE, "inbox")
    assert "today at 19:00" not in reply.text


async def test_nobody_can_read_what_waits_for_somebody_else(ungreeted: Playground) -> None:
    alice = await checkin_refused(ungreeted)
    shown = await ungreeted.chat.say(ALICE, "inbox")
    stolen = await ungreeted.chat.press(BOB, button(shown, "I've read it"))
    assert "couldn't deliver" not in stolen.text
    assert len(await ungreeted.bot.database.read(inbox.waiting, alice, ungreeted.now)) == 1


async def test_after_two_weeks_it_is_erased(ungreeted: Playground) -> None:
    alice = await checkin_refused(ungreeted)
    await ungreeted.bot.database.write(deliveries.sweep, ungreeted.now + 13 * DAY)
    assert await ungreeted.bot.database.read(inbox.news, alice, ungreeted.now) == 1
    await ungreeted.bot.database.write(deliveries.sweep, ungreeted.now + 14 * DAY)
    assert await ungreeted.bot.database.read(inbox.news, alice, ungreeted.now) == 0
    counts = await ungreeted.bot.database.read(deliveries.counts)
    assert counts == {"dead": 1}


async def test_it_is_in_the_export_and_gone_with_her(ungreeted: Playground) -> None:
    alice = await checkin_refused(ungreeted)
    [exported] = (await ungreeted.bot.database.read(inbox.export, alice)).values()
    assert exported == ["2026-03-28T18:00:00+00:00"]
    await ungreeted.bot.database.write(inbox.forget, alice, None)
    assert await ungreeted.bot.database.read(inbox.export, alice) == {}

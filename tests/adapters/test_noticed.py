"""Being noticed, on every platform: check-ins and quiet alerts as members live them, also with messages closed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.messages import Person
from storage.checkins import checkins
from storage.members import members
from tests.adapters.beds import beds
from tests.adapters.contract import Actor, Bed, Seen


@pytest.fixture(params=beds("discord", "local"))
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bed]:
    async with request.param(tmp_path / "kith") as opened:
        yield opened


async def agree(actor: Actor, line: str) -> Seen:
    """Say it, and yes to whatever is asked."""
    seen = await actor.say(line)
    while "Yes" in seen.buttons:
        seen = await actor.press(seen, "Yes")
    return seen


async def person(bed: Bed, name: str) -> Person:
    found = await bed.bot.database.read(members.person_of, bed.actor(name).member)
    assert found is not None
    return found


async def due_now(bed: Bed, name: str) -> None:
    """The member's next check-in has come round."""
    now = bed.bot.now()

    def hurry(connection: Connection) -> None:
        connection.execute("UPDATE checkin_schedules SET due = ? WHERE person = ?", (int(now.timestamp()) - 1, who.id))

    who = await person(bed, name)
    await bed.bot.database.write(hurry)
    await bed.bot.tick(now)


async def test_a_check_in_is_asked_and_answered_after_a_restart(bed: Bed) -> None:
    alice = bed.actor("alice")
    await agree(alice, "checkin on 19:00 berlin")
    await bed.restart()
    await due_now(bed, "alice")
    question = await alice.next()
    assert question.buttons[-3:] == ("Skip", "More...", "Help now")
    assert "Skipped. See you" in (await alice.press(question, "Skip")).text
    assert await bed.bot.database.read(checkins.answered) == 1


async def test_everything_about_a_check_in_is_changed_by_pressing(bed: Bed) -> None:
    alice = bed.actor("alice")
    await agree(alice, "checkin on 19:00 berlin")
    screen = await alice.say("checkin change")
    screen = await alice.press(screen, "How personal: light")
    if screen.questions:  # a form, where one is shown whole
        screen = await alice.fill(screen, "personal")
    assert "How personal: personal" in screen.buttons
    form = await alice.press(screen, "Another time on some days")
    changed = await alice.fill(form, "10:00", "weekends")
    assert "at 19:00 on weekdays and at 10:00 on weekends, Berlin time" in changed.text


async def test_somebody_agrees_to_be_told_and_shows_as_confirmed(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    await agree(bob, "checkin on 19:00 berlin")
    await agree(bob, "settings others may")
    await agree(alice, "quiet")
    for actor in (alice, bob):
        await actor.say_in_room("help-now")
    form = await alice.press(await alice.say("quiet"), "Add someone")
    assert "I've asked" in (await alice.fill(form, await alice.mention(bob.member))).text
    await bed.restart()
    await bed.bot.tick((bed.bot.now() + timedelta(days=1)).replace(hour=12))  # outside Bob's quiet hours
    seen = await bob.next()
    assert "asks you to be someone who'd be told if they go quiet." in seen.text
    seen = await bob.press(seen, "Accept")
    while "Yes" in seen.buttons:
        seen = await bob.press(seen, "Yes")
    assert "You'd be told if they go quiet." in seen.text
    assert ": confirmed" in (await alice.say("quiet")).text


async def test_with_messages_closed_the_question_waits_for_nobody_and_tells_nobody(bed: Bed) -> None:
    alice = bed.actor("alice")
    await agree(alice, "checkin on 19:00 berlin")
    await agree(alice, "quiet")
    await bed.close_messages("alice")
    await due_now(bed, "alice")
    states = await bed.bot.database.read(
        lambda connection: connection.execute("SELECT state FROM deliveries WHERE kind = 'checkins.prompt'").fetchall()
    )
    assert states == [("inbox",)]

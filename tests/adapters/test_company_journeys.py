"""Company and things of one's own, end to end on every platform: also across a restart and with closed messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.asking.consenting import ADULT, CORE
from bot.messages import Member, Place
from storage.company import helping
from storage.members import consents, members
from tests.adapters.beds import beds
from tests.adapters.contract import Actor, Bed, Seen


@pytest.fixture(params=beds())
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bed]:
    """Alice is set up to ask; Bob helps at any hour."""
    async with request.param(tmp_path / "kith") as opened:
        for name, purpose in (("alice", helping.COMPANY), ("bob", helping.HELPER)):
            actor = opened.actor(name)
            await actor.say("about")  # opens the direct conversation
            await opened.bot.database.write(settle, actor.member, opened.place, purpose, opened.bot.now())
        yield opened


def settle(connection: Connection, member: Member, place: Place, purpose: str, now: datetime) -> None:
    person = members.create(connection, member, "UTC", "en", now)
    members.join(connection, person, members.found(connection, place, now), now)
    consents.give(connection, person, (*CORE, ADULT, purpose, "reminders"), "Yes.", now)
    helping.set_hours(connection, person, "UTC", "00:00", "00:00", helping.EVERY_DAY)


async def hear(actor: Actor, words: str) -> Seen:
    """The next thing the bot says to them with these words in it, past what was said before."""
    for _message in range(8):
        seen = await actor.next()
        if words in seen.text:
            return seen
    raise AssertionError(f"never heard {words!r}")


async def tick(bed: Bed) -> None:
    await bed.bot.tick(bed.bot.now())


async def test_two_people_find_each_other(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    proposal = await alice.say("company")
    assert "Ask 1 helper now? Chat, next 2 hours, no note." in proposal.text
    assert "Asked, a few at a time." in (await alice.press(proposal, "Ask")).text
    await tick(bed)
    asked = await hear(bob, "Someone who allows it would like company for a chat (next 2 hours).")
    assert "I'm asking them now" in (await bob.press(asked, "I can")).text
    await tick(bed)
    someone = await hear(alice, "Someone can, for a chat, now.")
    assert "They have your name too" in (await alice.press(someone, "Yes")).text
    await tick(bed)
    await hear(bob, "They said yes. It's")
    assert not [text for text in await bob.room_texts() if "company" in text.casefold()]


async def test_a_restart_between_any_two_steps_changes_nothing(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    proposal = await alice.say("company")
    await bed.restart()
    await alice.press(proposal, "Ask")
    await bed.restart()
    await tick(bed)
    asked = await hear(bob, "Someone who allows it")
    await bed.restart()
    await bob.press(asked, "I can")
    await bed.restart()
    await tick(bed)
    someone = await hear(alice, "Someone can")
    await bed.restart()
    assert "They have your name too" in (await alice.press(someone, "Yes")).text
    await bed.restart()
    await tick(bed)
    await hear(bob, "They said yes.")
    assert await bed.delivered("bob", "Someone who allows it") == 1


async def test_a_note_is_typed_and_shown_before_it_goes(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    change = await alice.press(await alice.say("company"), "Change")
    preview = await alice.fill(await alice.press(change, "Note: none"), "by the lake, slowly")
    assert "with your note: “by the lake, slowly”" in preview.text
    await alice.press(preview, "Ask")
    await tick(bed)
    await hear(bob, "“by the lake, slowly”")


async def test_what_cannot_be_delivered_waits_and_nobody_else_is_told(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    await alice.press(await alice.say("company"), "Ask")
    await bed.close_messages("bob")
    await tick(bed)
    assert await bed.delivered("bob", "Someone who allows it") == 0
    waiting = await bed.bot.database.read(
        lambda connection: connection.execute("SELECT state FROM deliveries WHERE kind = 'company.asked'").fetchall()
    )
    assert waiting == [("inbox",)]
    assert not [text for text in await alice.room_texts() if "company" in text.casefold()]
    assert "Your request is open" in (await alice.say("company")).text
    assert bob.member != alice.member


async def test_a_reminder_is_understood_the_same_everywhere(bed: Bed) -> None:
    alice = bed.actor("alice")
    said = await alice.say("remind me in 2 hours I'm calling my sister")
    assert "“I'm calling my sister”" in said.text
    listed = await alice.say("reminders")
    assert "I'm calling my sister" in listed.text
    assert "Deleted." in (await alice.press(listed, "Delete 1")).text


async def test_the_people_map_is_filled_in_by_a_form(bed: Bed) -> None:
    alice = bed.actor("alice")
    form = await alice.press(await alice.say("people"), "Add one")
    kept = await alice.fill(form, "the dog", "animal", "laughing", "at home")
    assert "the dog" in kept.text
    assert "the dog (at home)" in (await alice.say("help-now")).text

"""Company, first hellos and the welcome on both platforms, with the bot killed after every step of everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.cast import agree, eventually, settle
from tests.journeys.killed import KILLED, TRIED, KilledBed

pytestmark = pytest.mark.sockets


@pytest.fixture(params=TRIED)
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[KilledBed]:
    async with KILLED[request.param](tmp_path / "kith") as opened:
        yield opened


async def test_two_people_find_each_other_and_it_ends_with_a_word(bed: KilledBed) -> None:
    await settle(bed, "alice", "company")
    await settle(bed, "bob", "helper")
    alice, bob = bed.actor("alice"), bed.actor("bob")
    proposal = await alice.say("company")
    assert "Ask 1 helper now? Chat, next 2 hours, no note." in proposal.text
    assert "Asked, a few at a time." in (await alice.press(proposal, "Ask")).text
    asked = await bob.hear("Someone who allows it would like company for a chat (next 2 hours).")
    assert "I'm asking them now" in (await bob.press(asked, "I can")).text
    someone = await alice.hear("Someone can, for a chat, now.")
    assert "They have your name too" in (await alice.press(someone, "Yes")).text
    await bob.hear("They said yes. It's")
    await bed.forward(timedelta(hours=2, minutes=1))
    after = await alice.hear("Did someone come?")
    assert "Noted. Only the number is kept." in (await alice.press(after, "Yes")).text
    assert await bed.delivered("bob", "Someone who allows it") == 1
    assert await bed.delivered("alice", "Did someone come?") == 1
    assert not [text for text in await bob.room_texts() if "company" in text.casefold()]


async def test_an_unanswered_request_is_told_at_half_time_and_closed_with_a_word(bed: KilledBed) -> None:
    """Bob takes no messages: what was meant for him waits, and nobody hears of it in public."""
    await settle(bed, "alice", "company")
    await settle(bed, "bob", "helper")
    alice = bed.actor("alice")
    await bed.close_messages("bob")
    await alice.press(await alice.say("company"), "Ask")
    await eventually(lambda: _state(bed, "company.asked"), [("inbox",)])
    await bed.forward(timedelta(hours=1, minutes=1))
    await alice.hear("Nobody has picked this up yet. It's about who is awake, not about you.")
    await bed.forward(timedelta(hours=1))
    await alice.hear("Your company request has ended; nobody was free this time.")
    assert await bed.delivered("bob", "Someone who allows it") == 0
    assert not [text for text in await alice.room_texts() if "company" in text.casefold()]


async def _state(bed: KilledBed, kind: str) -> list[Any]:
    return await bed.bot.database.read(
        lambda one: one.execute("SELECT state FROM deliveries WHERE kind = ?", (kind,)).fetchall()
    )


async def test_a_standing_yes_brings_one_hello_and_its_answer(bed: KilledBed) -> None:
    await settle(bed, "alice")
    await settle(bed, "bob", "helper")
    alice, bob = bed.actor("alice"), bed.actor("bob")
    screen = await agree(alice, await alice.say("settings hellos"))
    assert "You may be greeted: at most once a week, from: Helpers." in screen.text
    await bed.forward(timedelta(hours=1))
    offer = await bob.hear("welcomes a hello this week.")
    assert "Sent: your name" in (await bob.press(offer, "Say hello")).text
    said = await alice.hear("says hello, as you allowed. No answer needed.")
    assert "Sent." in (await alice.press(said, "Say hello back")).text
    await bob.hear("says hello back.")
    assert await bed.delivered("bob", "welcomes a hello") == 1


async def test_where_messages_are_closed_a_hello_waits_and_nobody_else_hears_of_it(bed: KilledBed) -> None:
    await settle(bed, "alice")
    await settle(bed, "bob", "helper")
    alice, bob = bed.actor("alice"), bed.actor("bob")
    await agree(alice, await alice.say("settings hellos"))
    await bed.close_messages("alice")
    await bed.forward(timedelta(hours=1))
    offer = await bob.hear("welcomes a hello this week.")
    assert "Sent: your name" in (await bob.press(offer, "Say hello")).text
    await eventually(lambda: _state(bed, "hello.said"), [("inbox",)])
    first = "Hello. I help people in a community"  # Kith's own, where it was let in
    told = [text for text in await bob.room_texts() if not text.startswith(first)]
    assert not [text for text in told if "hello" in text.casefold()]


async def test_where_messages_are_closed_a_welcome_waits_and_the_room_stays_still(bed: KilledBed) -> None:
    await settle(bed, "bob", "welcomer")
    alice = bed.actor("alice")
    await agree(alice, await alice.say("checkin on 23:00 utc"))
    await agree(alice, await alice.say_in_room("checkin change"))
    await bed.close_messages("alice")
    await bed.forward(timedelta(hours=2, minutes=30))
    await eventually(lambda: _state(bed, "welcome.named"), [("inbox",)])
    assert not [text for text in await bed.actor("bob").room_texts() if "welcomes new people" in text]


async def test_a_newcomer_is_welcomed_once_and_says_hello(bed: KilledBed) -> None:
    await settle(bed, "bob", "welcomer")
    alice, bob = bed.actor("alice"), bed.actor("bob")
    await agree(alice, await alice.say("checkin on 23:00 utc"))
    await agree(alice, await alice.say_in_room("checkin change"))
    await bed.forward(timedelta(hours=2, minutes=30))
    welcome = await alice.hear("welcomes new people here, and likes a hello.")
    assert welcome.buttons == ("Say hello", "Add one", "Nobody yet", "Later")
    assert "nothing is kept" in (await alice.press(welcome, "Nobody yet")).text
    assert "Sent: your name" in (await agree(alice, await alice.press(welcome, "Say hello"))).text
    await bob.hear("is new here and says hello.")
    await bed.forward(timedelta(hours=5))
    assert await bed.delivered("alice", "Who's around for you") == 1

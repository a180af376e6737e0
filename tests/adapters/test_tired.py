"""As somebody tired and new, on every platform: everything they have to say or press is counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.members import consents, members
from tests.adapters.beds import beds
from tests.adapters.contract import Actor, Bed, Seen
from tests.adapters.test_company_journeys import settle


@pytest.fixture(params=beds())
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bed]:
    async with request.param(tmp_path / "kith") as opened:
        yield opened


class Tired:
    """Says and presses as little as they can; ``steps`` is how much that was."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.steps: list[str] = []

    async def say(self, line: str) -> Seen:
        self.steps.append(line)
        return await self.actor.say(line)

    async def press(self, seen: Seen, label: str) -> Seen:
        self.steps.append(label)
        return await self.actor.press(seen, label)


async def test_a_check_in_from_nothing_takes_three_messages_and_no_question_about_age(bed: Bed) -> None:
    alice = Tired(bed.actor("alice"))
    hello = await alice.say("start")
    asked = await alice.press(hello, "a check-in")
    assert "18" not in asked.text
    assert "problem" not in hello.text
    assert "I'll check in at 19:00 every day" in (await alice.press(asked, "Yes")).text
    assert len(alice.steps) == 3, alice.steps
    person = await bed.bot.database.read(members.person_of, alice.actor.member)
    assert person is not None
    assert await bed.bot.database.read(consents.given, person) == {"core", "dm", "checkin"}


async def test_company_takes_two_messages_and_the_first_time_the_two_yeses_it_needs(bed: Bed) -> None:
    bob = bed.actor("bob")
    await bob.say("about")
    await bed.bot.database.write(settle, bob.member, bed.place, "helper", bed.bot.now())
    alice = Tired(bed.actor("alice"))
    seen = await alice.say("company")
    assert "18 or over" in seen.text
    while "Ask" not in seen.buttons:
        seen = await alice.press(seen, "Yes")
    assert alice.steps == ["company", "Yes", "Yes"]
    assert "Ask 1 helper now?" in seen.text, "who would see it, before anybody does"
    assert "Asked, a few at a time." in (await alice.press(seen, "Ask")).text
    await alice.press(await alice.actor.say("company"), "Close it")
    again = Tired(alice.actor)
    assert "Asked, a few at a time." in (await again.press(await again.say("company"), "Ask")).text
    assert again.steps == ["company", "Ask"]

"""The bed on which everything else here stands: the bot is killed after each step, and time passes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.words import prompts
from storage.members import members
from tests.journeys.killed import KILLED, MORNING

pytestmark = pytest.mark.sockets


@pytest.mark.parametrize("platform", sorted(KILLED))
async def test_a_check_in_is_set_up_asked_and_answered(platform: str, tmp_path: Path) -> None:
    async with KILLED[platform](tmp_path / "kith") as bed:
        alice = bed.actor("alice")
        await alice.say("start")
        asked = await alice.say("checkin on 19:00 utc")
        assert "I'll check in at 19:00" in (await alice.press(asked, "Yes")).text
        await bed.forward(timedelta(hours=9, minutes=25))
        first = [one.text for one in prompts.shipped() if prompts.is_gentlest(one)]
        assert sum([await bed.delivered("alice", text) for text in first]) == 0, "five minutes are left"
        await bed.forward(timedelta(minutes=6))
        prompt = await alice.next()
        assert "Skip" in prompt.buttons
        assert sum([await bed.delivered("alice", text) for text in first]) == 1
        assert "Skipped. See you tomorrow at 19:00" in (await alice.press(prompt, "Skip")).text
        person = await bed.bot.database.read(members.person_of, alice.member)
        assert person is not None
        assert bed.bot.now() - MORNING < timedelta(hours=10)

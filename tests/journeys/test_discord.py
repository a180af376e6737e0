"""A member's first day on Discord: slash commands, a form, and buttons pressed after the bot was killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.incoming.lines import choosing
from tests.beds.discord import FakeDiscord
from tests.beds.process import configure
from tests.journeys.hosted import Hosted, next_minute

pytestmark = pytest.mark.sockets


async def test_a_first_day_with_the_bot_killed_between_its_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.beds.discord.person.PATIENCE_SECONDS", 150)
    async with FakeDiscord() as discord:
        guild = discord.add_guild()
        alice = discord.add_person("Alice", guild)
        async with Hosted(configure(tmp_path, discord)) as kith:
            hello = await (await alice.slash("kith start", where=guild.general)).reply()
            assert "Hi, I'm Kith, a bot." in hello.text
            assert hello.only_for is alice.user, "a private answer"
            await kith.kill()

            asked = await (await alice.press(hello, "a check-in")).reply()
            form = await alice.press(asked, "Change time or days")
            await kith.kill()
            at = f"{next_minute():%H:%M}"
            changed = await (await alice.submit(form, at=at, zone="utc", days=choosing.CODES)).reply()
            assert f"A check-in at {at} every day, UTC, seen by nobody." in changed.text
            done = await (await alice.press(changed, "Yes")).reply()
            assert f"I'll check in at {at} every day, UTC." in done.text
            await kith.kill()

            prompt = await alice.next()
            assert [button.label for button in prompt.buttons][-3:] == ["Skip", "More...", "Help now"]
            await kith.kill()
            skipped = await (await alice.press(prompt, "Skip")).reply()
            assert f"Skipped. See you tomorrow at {at}." in skipped.text

            question = await (await alice.slash("checkin now", where=guild.general)).reply()
            while "Write something" not in [button.label for button in question.buttons]:  # one that is tapped
                question = await (await alice.slash("checkin now", where=guild.general)).reply()
            words = await alice.press(question, "Write something")
            noted = await (await alice.submit(words, words="the tram was late")).reply()
            assert "What you wrote reached nobody and I haven't saved it." in noted.text
            data = await (await alice.slash("kith my-data")).reply()
            assert set(data.files) == {"my-data.txt", "my-data.json"}
            assert (await kith.stop()).status == 0
        sent = [message for message in alice.sees() if message.only_for is None and message.author.bot]
        shown = [[button.label for button in (*message.buttons, *message.earlier)] for message in sent]
        assert len([labels for labels in shown if "Skip" in labels]) == 1

"""What the README's pictures show: a slow evening, said by the real core and sent by the real adapters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from storage.company import helping
from tests.adapters.discord_bed import DiscordBed
from tests.adapters.test_company_journeys import hear, settle
from tests.beds.discord import FakeDiscord
from tests.pictures import discord

ZONE = "Europe/Berlin"
EVENING = datetime(2026, 3, 22, 19, 28, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
"""A Sunday."""


def evening_clock(real: Callable[[], datetime]) -> Callable[[], datetime]:
    """It is that evening when the picture is begun, and goes on as the platform's clock does."""
    begun = real()
    return lambda: EVENING + (real() - begun)


async def an_evening_on_discord(out: Path) -> None:
    """Alice checks in, would like company after all, and it is Bob who can."""
    with TemporaryDirectory(prefix="kith-pictures-") as folder:
        async with FakeDiscord() as fake:
            bed = DiscordBed(Path(folder), fake)
            bed._now = evening_clock(fake.clock.now)  # type: ignore[assignment]  # another evening than the bed's noon
            await bed.open()
            try:
                messages = await _evening(bed, fake)
            finally:
                await bed.close()
    began = datetime.fromisoformat(messages[0]["timestamp"])
    for one in messages:
        one["timestamp"] = (
            EVENING + timedelta(days=1, minutes=2) + (datetime.fromisoformat(one["timestamp"]) - began)
        ).isoformat()
    discord.draw(messages, out, channel="Kith", zone=ZONE)


async def _evening(bed: DiscordBed, fake: FakeDiscord) -> list[dict[str, Any]]:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    await alice.say("about")
    await bob.say("about")
    await bed.bot.database.write(settle, bob.member, bed.place, helping.HELPER, bed.bot.now())
    await bed.bot.database.write(settle, alice.member, bed.place, helping.COMPANY, bed.bot.now())
    await alice.press(await alice.say("checkin on 19:30 Berlin every day"), "Yes")
    person = bed._people["alice"]

    async def later(minutes: float) -> None:
        fake.clock.skip(minutes * 60)
        await bed.bot.tick(bed.bot.now())

    await later(3)
    await hear(alice, "?")  # the first evening, after which Kith asks once who is around for her
    await alice.press(await alice.say("a walk"), "Later")
    await later(24 * 60 - 3)
    seen = {message.id for message in person.sees()}
    await later(3)
    await alice.next()
    await later(2)
    await alice.say("long day, but the tram driver waited for me")
    await later(41)
    proposal = await alice.say("company")
    await alice.press(proposal, "Ask")
    await later(1)
    asked = await hear(bob, "Someone who allows it")
    await later(3)
    await bob.press(asked, "I can")
    await later(0)
    someone = await hear(alice, "Someone can")
    await later(1)
    await alice.press(someone, "Yes")
    await later(0)
    return [message.payload() for message in person.sees() if message.id not in seen]

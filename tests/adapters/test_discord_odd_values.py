"""Odd values of a slash command on Discord: each is read, or asked about once more, and nothing is done meanwhile."""

from __future__ import annotations

from datetime import time

import pytest

from bot.adapters.discord import DiscordAdapter
from tests.adapters.discord_world import Kith

UNDERSTOOD = [
    (("half past nine in the evening", "berlin"), ("on", time(21, 30), "Europe/Berlin", "")),
    (("9 P.M.", "Berlin, Germany"), ("on", time(21), "Europe/Berlin", "")),
    (("noon please", "nyc"), ("on", time(12), "America/New_York", "")),
    (("21h30", "utc+2"), ("on", time(21, 30), "Etc/GMT-2", "")),
    (("７：３０ pm", "東京"), ("on", time(19, 30), "Asia/Tokyo", "")),
]
ASKED = [
    (("25:00", "berlin"), "25:00"),
    (("🕘", "berlin"), ""),
    (("whenever you like", "berlin"), "whenever"),
    (("9pm", "Change time or days"), "Change time or days"),
    (("9pm", "utc+25"), "utc+25"),
    (("9", "germny"), "9"),
    (("help", "berlin"), ""),
]


@pytest.mark.parametrize(("values", "seen"), UNDERSTOOD)
async def test_what_people_write_into_a_field_is_read(
    kith: Kith, adapter: DiscordAdapter, values: tuple[str, str], seen: tuple[object, ...]
) -> None:
    at, zone = values
    said = await (await kith.alice.slash("checkin on", where=kith.guild.general, at=at, zone=zone)).reply()
    assert said.text
    assert kith.samples.seen == [seen]


@pytest.mark.parametrize(("values", "named"), ASKED)
async def test_what_cannot_be_read_is_asked_about_and_nothing_is_done(
    kith: Kith, adapter: DiscordAdapter, values: tuple[str, str], named: str
) -> None:
    at, zone = values
    said = await (await kith.alice.slash("checkin on", where=kith.guild.general, at=at, zone=zone)).reply()
    assert named in said.text
    assert said.ephemeral
    assert said.buttons, "there is a way on"
    assert kith.samples.seen == []

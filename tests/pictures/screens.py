"""What the guides' pictures show: the first screens of a member and of a moderator on Discord, as wide as a phone."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.adapters.discord_bed import DiscordBed
from tests.beds.discord import FakeDiscord, Interaction
from tests.pictures import discord

PHONE = 420
Shown = dict[str, Any]


async def a_members_screens(out: Path) -> None:
    """The hello, the question behind a circle of one's own, its draft, and Help now."""
    await _drawn(
        out,
        "alice",
        ("kith start", {}),
        ("circle new", {"when": "tomorrow 19:00", "title": "Sunday tea"}),
        ("help-now", {}),
    )


async def a_moderators_screens(out: Path) -> None:
    """The question before anything is kept, and the first step of setting up."""
    await _drawn(out, "mo", ("kith-mod setup", {}))


async def _drawn(out: Path, name: str, *said: tuple[str, dict[str, str]]) -> None:
    shown: list[Shown] = []
    with TemporaryDirectory(prefix="kith-pictures-") as folder:
        async with FakeDiscord() as fake:
            bed = DiscordBed(Path(folder), fake)
            await bed.open()
            try:
                for command, options in said:
                    shown += await _screens(bed, name, command, options)
            finally:
                await bed.close()
    discord.draw(shown, out, channel="general", zone="Europe/Berlin", width=PHONE)


async def _screens(bed: DiscordBed, name: str, command: str, options: dict[str, Any]) -> list[Shown]:
    """What a command shows, and what comes in its place as long as a yes is asked for."""
    person = bed._people[name]

    async def seen(asked: Interaction) -> Shown:
        answer = await asked.reply()
        shown.append(answer.payload())
        return {button.label: answer for button in answer.buttons}

    shown: list[Shown] = []
    pressable = await seen(await person.slash(command, where=bed.guild.general, **options))
    while "Yes" in pressable:
        pressable = await seen(await person.press(pressable["Yes"], "Yes"))
    return [one for one in shown if "18 or over" not in one["content"]]

"""The first day over a real homeserver, as a new member and as a new moderator: docs/first-day.md is what was said.

``KITH_RECORD=1`` writes the page; without it the page must say what the homeserver's clients saw.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bot.messages import Place
from tests.adapters.matrix_bed import MatrixActor, MatrixBed, matrix_bed

pytestmark = pytest.mark.sockets

PAGE = Path(__file__).parents[2] / "docs/first-day.md"
MEMBER, MODERATOR = "## A check-in in three messages", "## Set up in five minutes"
CHANGING = (
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "2026-01-31"),
    (re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b"), "31 January 2026"),
    (re.compile(r"(?<=The first one comes )(today|tomorrow)"), "today"),
    (re.compile(r"@(\w+)-\d+:bed\.test"), r"@\1:example.org"),
    (re.compile(r"\b(alice|kith|mo)-\d+\b"), r"\1"),
)
"""What differs from run to run: dates, and the numbers behind the test's accounts."""


class Transcript:
    """Everything one member typed, and everything that came back, decrypted by their own client."""

    def __init__(self, name: str, actor: MatrixActor) -> None:
        self.name = name
        self.actor = actor
        self.lines: list[str] = []
        self.typed = 0

    async def say(self, line: str) -> str:
        self.typed += 1
        said = (await self.actor.say(line)).text
        self.lines += [f"{self.name}: {line}", "", *(f"    {part}".rstrip() for part in said.splitlines()), ""]
        return said

    def written(self) -> str:
        whole = "\n".join(self.lines).rstrip() + "\n"
        for pattern, instead in CHANGING:
            whole = pattern.sub(instead, whole)
        return f"```text\n{whole}```\n"


def holds(heading: str, transcript: Transcript) -> None:
    """The page has this transcript under this heading; or gets it, where it is recorded."""
    page = PAGE.read_text()
    before, _, rest = page.partition(f"{heading}\n")
    introduction, _, after = rest.partition("```text\n")
    _old, _, after = after.partition("```\n")
    now = f"{before}{heading}\n{introduction}{transcript.written()}{after}"
    if os.environ.get("KITH_RECORD"):
        PAGE.write_text(now)
    assert PAGE.read_text() == now


async def village(bed: MatrixBed) -> None:
    """A space with the garden, and a room of its moderators, as communities on Matrix have them."""
    mo, alice, bot = bed.actor("mo").person, bed.actor("alice").person, bed.world.id
    team = await mo.open_room(bot, name="moderators")
    await mo.wait_for_member(bot, team)
    space = await mo.open_space(bot, alice.id, rooms=[bed.place.id, team])
    await alice.accept()
    await mo.wait_for_member(bot, space)
    rooms = bed.adapter._rooms
    await bed.world.until(lambda: rooms.place_of(team) == rooms.place_of(bed.place.id) == space)
    await bed.world.until(lambda: {mo.id, alice.id} <= set(bed.world.users_of(space)))
    bed.place = Place("matrix", space, "the village")


async def test_a_new_member_has_a_check_in_after_three_messages(tmp_path: Path) -> None:
    async with matrix_bed(tmp_path / "kith") as bed:
        alice = Transcript("Alice", bed.actor("alice"))
        assert "Hi, I'm Kith, a bot." in await alice.say("start")
        assert "seen by nobody" in await alice.say("2")
        assert "I'll check in at 19:00 every day" in await alice.say("yes")
        assert alice.typed == 3
        holds(MEMBER, alice)


async def test_a_new_moderator_is_done_after_five_questions(tmp_path: Path) -> None:
    async with matrix_bed(tmp_path / "kith") as bed:
        await village(bed)
        mo, alice = Transcript("Mo", bed.actor("mo")), bed.actor("alice").person
        await mo.say("kith-mod setup")
        assert "1 of 5" in await mo.say("yes")
        await mo.say("name the countries")
        said = await mo.say("uk")
        for _line in range(8):
            if "I checked it" not in said:
                break
            said = await mo.say("1")
        if "2 of 5" not in said:
            said = await mo.say("go on")
        assert "I can post there (checked)" in said
        assert "3 of 5" in await mo.say("yes, there")
        assert "4 of 5" in await mo.say("yes, there")
        assert "5 of 5" in await mo.say("go on")
        assert "Before you announce me" in await mo.say("post it")
        await bed.bot.tick(bed.bot.now())
        panel = await alice.next()
        assert "Nothing starts until you press." in panel.text
        holds(MODERATOR, mo)

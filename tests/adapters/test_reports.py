"""A report over each platform: what first, then about whom, said in any way that finds one person, then a preview."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.messages import Community
from storage.moderation import cases
from storage.moderation.cases import Viewer
from tests.adapters.beds import beds
from tests.adapters.contract import Bed
from tests.adapters.discord_bed import discord_bed

STORY = "They wrote to me at night, again."


@pytest.fixture(params=beds())
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bed]:
    async with request.param(tmp_path / "kith") as opened:
        yield opened


async def reported(bed: Bed) -> list[str]:
    """What waits, as its words and whom it is about."""
    here = await bed.bot.core.database.read(
        lambda connection: connection.execute("SELECT id, name FROM communities").fetchall()
    )
    found = []
    for id_, name in here:
        community = Community(id_, name)
        for case in await bed.bot.core.database.read(cases.open_cases, community, Viewer(None, frozenset())):
            keyring = bed.bot.core.keyring
            found.append(keyring.decrypt(case.words, "cases", "words", case.id))
            found.append(keyring.decrypt(case.about, "cases", "about", case.id) if case.about else "")
    return found


async def test_what_happened_comes_first_and_a_preview_last(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob").member
    screen = await alice.say_in_room("report")
    assert "Nothing is done yet." in screen.text
    form = await alice.press(screen, "Write it")
    preview = await alice.fill(form, STORY, bob.name or bob.id)
    assert STORY in preview.text
    assert "Nothing is done yet. This is what would be read:" in preview.text
    assert await reported(bed) == []
    assert "Received." in (await alice.press(preview, "Send it")).text
    words, about = await reported(bed)
    assert words == STORY
    assert bob.id in about


async def test_a_mention_and_an_id_name_the_same_person(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob").member
    for typed in (await alice.mention(bob), bob.id):
        form = await alice.press(await alice.say_in_room("report"), "Write it")
        preview = await alice.fill(form, STORY, typed)
        await alice.press(preview, "Send it")
        assert bob.id in (await reported(bed))[-1], typed


async def test_a_story_after_the_command_is_kept_and_nobody_is_named_by_a_name_nobody_has(bed: Bed) -> None:
    alice = bed.actor("alice")
    assert "Your words are kept for the report" in (await alice.say(f"report {STORY}")).text
    preview = await alice.say("the one with the red hat")
    assert STORY in preview.text
    assert "About: nobody I can find here" in preview.text
    await alice.press(preview, "Send it")
    assert await reported(bed) == [f"{STORY}\nAbout, as it was written: the one with the red hat", ""]


async def test_who_is_not_in_the_place_finds_nobody_in_it(bed: Bed) -> None:
    eve = bed.actor("eve").member
    bob = bed.actor("bob").member
    assert await bed.adapter.find_members(bed.place, bob.name or bob.id, eve) == {}
    alice = bed.actor("alice").member
    assert bob in await bed.adapter.find_members(bed.place, bob.name or bob.id, alice)


@pytest.mark.sockets
@pytest.mark.parametrize("slip", ["pause", "leave", "forget-me", "kith-mod hold bob", "send"])
async def test_a_command_in_a_form_that_is_sent_whole_is_asked_about(tmp_path: Path, slip: str) -> None:
    async with discord_bed(tmp_path / "kith") as bed:
        alice = bed.actor("alice")
        form = await alice.press(await alice.say_in_room("report"), "Write it")
        asked = await alice.fill(form, slip, "bob")
        assert "Was that your answer? Nothing is done and nothing is noted" in asked.text
        preview = await alice.press(asked, "It is my answer")
        assert "This is what would be read:" in preview.text
        assert "About: bob" in preview.text.casefold().replace("about", "About"), "what was filled in beside it is kept"
        gone = await alice.press(asked, "It is my answer")
        assert "I no longer have what you filled in." in gone.text


@pytest.mark.sockets
async def test_a_command_that_was_no_answer_is_let_go_of(tmp_path: Path) -> None:
    async with discord_bed(tmp_path / "kith") as bed:
        alice = bed.actor("alice")
        form = await alice.press(await alice.say_in_room("report"), "Write it")
        asked = await alice.fill(form, "leave", "")
        assert str((await alice.press(asked, "Let it go")).text) == "Nothing was done, and nothing is kept."
        assert await reported(bed) == []


@pytest.mark.sockets
@pytest.mark.parametrize(("slip", "first"), [("privacy", "Privacy"), ("help", "Help")])
async def test_a_command_in_a_form_can_go_first_and_the_answer_waits(tmp_path: Path, slip: str, first: str) -> None:
    async with discord_bed(tmp_path / "kith") as bed:
        alice = bed.actor("alice")
        form = await alice.press(await alice.say_in_room("report"), "Write it")
        asked = await alice.fill(form, slip, "bob")
        assert "Was that your answer?" not in (await alice.press(asked, first)).text
        assert "This is what would be read:" in (await alice.press(asked, "It is my answer")).text

"""What helps: kept after a yes, encrypted, read by nobody else, and gone when its member says so."""

from __future__ import annotations

import pytest

from bot.messages import Message
from storage.members import members
from tests.cast import ALICE, BOB, Playground, button, labels
from tests.cogs.settled import dump, settle

LINE = "the lake, without my phone"
ROW = 'INSERT INTO "what_helps"'


async def leave_a_line(world: Playground, line: str = LINE) -> Message:
    shown = await world.chat.say(ALICE, "what-helps")
    await world.chat.press(ALICE, button(shown, "Write it" if "Write it" in labels(shown) else "Change it"))
    return await world.chat.say(ALICE, line)


@pytest.fixture
async def alice(world: Playground) -> Playground:
    """Alice has said yes, and left themselves a line."""
    await settle(world, ALICE, "what-helps")
    assert str((await leave_a_line(world)).text) == "Kept, for your eyes only. `what-helps` shows it."
    return world


async def test_alice_is_asked_before_anything_is_kept(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "what-helps")
    assert asked.text.parts[-1] == "Your line stays until you delete or change it."
    shown = await world.chat.press(ALICE, button(asked, "Yes"))
    assert str(shown.text) == "No line is here yet. You can leave yourself one, for a hard day."


async def test_alice_reads_it_on_a_hard_day_and_sees_where_people_are(alice: Playground) -> None:
    shown = await alice.chat.say(ALICE, "what-helps")
    assert str(shown.text) == f"You left yourself this: “{LINE}”"
    assert labels(shown) == ["Change it", "Delete it", "Help now"]


async def test_nobody_else_reads_it(alice: Playground) -> None:
    await settle(alice, BOB, "what-helps")
    assert "No line is here yet" in (await alice.chat.say(BOB, "what-helps")).text
    assert "lake" not in await dump(alice), "it is encrypted"


async def test_another_line_takes_the_place_of_the_first(alice: Playground) -> None:
    assert "characters at most" in (await leave_a_line(alice, "x" * 201)).text
    await alice.chat.say(ALICE, "tea with Bob")
    assert "“tea with Bob”" in (await alice.chat.say(ALICE, "what-helps")).text


async def test_it_is_in_what_alice_is_given_of_hers(alice: Playground) -> None:
    files = (await alice.chat.say(ALICE, "my-data")).files
    assert all(LINE in file.content.decode() for file in files)
    assert len(files) == 2


@pytest.mark.parametrize("way", [("what-helps", "Delete it"), ("forget-me", "Delete everything")], ids=" -> ".join)
async def test_it_goes_when_alice_says_so(alice: Playground, way: tuple[str, str]) -> None:
    assert ROW in await dump(alice)
    line, label = way
    await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, line), label))
    assert ROW not in await dump(alice)


async def test_it_goes_with_the_yes(alice: Playground) -> None:
    person = await alice.bot.database.read(members.person_of, ALICE)
    assert person is not None
    await alice.bot.core.consenting.withdraw(person, ["what-helps"])
    assert ROW not in await dump(alice)

"""Perseverance with respect: a word for whoever asked for it, and the same menu for whoever declines."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import ALICE, BOB, Playground, button, labels
from tests.cogs.settled import pass_time, settle, unasked

WORDS = "the doors here are open, whenever you like. No answer is fine."


async def test_it_is_switched_on_comes_after_a_month_and_ends_with_one_tap(ungreeted: Playground) -> None:
    await settle(ungreeted, ALICE)
    said = await ungreeted.chat.say(ALICE, "settings an open door")
    assert "I may say once that the doors here are open." in said.text
    said = await ungreeted.chat.press(ALICE, button(said, "Yes"))
    assert str(said.text).startswith("An open door: on now.")
    await pass_time(ungreeted, timedelta(days=32))
    [word] = unasked(ungreeted, ALICE)
    assert WORDS in word.text
    assert "buddy" in str((await ungreeted.chat.press(ALICE, word.buttons[0])).text)
    assert "I don't mention them" in (await ungreeted.chat.press(ALICE, button(word, "Stop saying so"))).text
    assert "An open door: off" in labels(await ungreeted.chat.say(ALICE, "settings"))


async def test_who_declined_five_times_still_sees_the_same_menu(world: Playground) -> None:
    """Not the hello alone: every command that somebody types looking for a way in answers as it did the first time."""
    await settle(world, BOB, "company", "helper", "mentor", "welcomer", "thanks", "host")
    before = {line: await _menu(world, line) for line in MENUS}
    to_a_buddy = ("Any time", "Either", "Company", "Looks right")
    for door, *then in (("buddy", *to_a_buddy), ("company",), ("circle new",), ("checkin on",)):
        for _time in range(5):
            said = await world.chat.say(ALICE, door)
            for label in then:
                said = await world.chat.press(ALICE, button(said, label))
            await world.chat.press(ALICE, button(said, "No"))
    assert {line: await _menu(world, line) for line in MENUS} == before


MENUS = ("start", "help", "buddy", "company", "circle", "circle list", "circle new", "checkin on", "hello", "learn")


async def _menu(world: Playground, line: str) -> tuple[str, list[str]]:
    said = await world.chat.say(ALICE, line)
    await world.chat.say(ALICE, "cancel")
    return str(said.text), labels(said)


async def test_whoever_is_in_and_declined_five_times_still_sees_the_same_menu(world: Playground) -> None:
    """The same for a member who said yes to everything, and then no to five people."""
    await settle(world, BOB, "company", "helper")
    await settle(world, ALICE, "company", "buddy", "hello", "checkin")
    await world.chat.say(ALICE, "checkin on")  # `start` names it: it stands there before and after
    before = {line: await _menu(world, line) for line in MENUS}
    for _time in range(5):
        asked = await world.chat.say(ALICE, "company")
        assert "Not now" in labels(asked)
        await world.chat.press(ALICE, button(asked, "Not now"))
    assert {line: await _menu(world, line) for line in MENUS} == before

"""Perseverance with respect: a word for whoever asked for it, and the same menu for whoever declines."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import ALICE, Playground, button, labels
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
    before = labels(await world.chat.say(ALICE, "start"))
    for door in ("buddy", "company", "circle new", "checkin", "hello"):
        said = await world.chat.say(ALICE, door)
        while "No" in labels(said):
            said = await world.chat.press(ALICE, button(said, "No"))
    assert labels(await world.chat.say(ALICE, "start")) == before

"""Given and received in words, and thanks to somebody who takes them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Channel
from storage.members import blocks
from storage.personal import thanks
from tests.cast import ALICE, BOB, CHANDRA, DANA, EVE, Playground, button, labels
from tests.cogs.settled import dump, settle, tick, unasked

GONE = "If they accept thanks, they'll get it."
"""Said to everybody, whoever it was meant for."""


@pytest.fixture
async def both(world: Playground) -> Playground:
    """Alice is set up, and Bob accepts thanks."""
    await settle(world, ALICE)
    await settle(world, BOB, "thanks")
    return world


async def thank(world: Playground, words: str = "for the walk") -> str:
    preview = await world.chat.say(ALICE, f"thanks @bob {words}")
    return str((await world.chat.press(ALICE, button(preview, "Send"))).text)


async def test_it_says_in_words_and_never_in_numbers(both: Playground) -> None:
    view = await both.chat.say(ALICE, "thanks")
    assert str(view.text) == "In the last month you noted no giving and noted no receiving."
    for label, said in (
        ("I listened", "gave once and noted no receiving"),
        ("I helped", "gave a few times and noted no receiving"),
        ("I received", "gave a few times and received once"),
    ):
        view = await both.chat.press(ALICE, button(view, label))
        assert f"In the last month you {said}." in view.text
    for _time in range(3):
        view = await both.chat.press(ALICE, button(view, "I hosted"))
    assert "you gave several times and received once." in view.text


async def test_one_door_leads_to_the_quieter_side(both: Playground) -> None:
    view = await both.chat.say(ALICE, "thanks")
    assert not {"Company", "Keep somebody company"} & set(labels(view)), "neither is quieter"
    view = await both.chat.press(ALICE, button(view, "I received"))
    hours = await both.chat.press(ALICE, button(view, "Keep somebody company"))
    assert "When someone here would like company, I may ask you." in hours.text
    for _twice in range(2):
        view = await both.chat.press(ALICE, button(view, "I listened"))
    assert not {"Company", "Keep somebody company"} & set(labels(view)), "nobody has hours: that door is not there"
    await settle(both, BOB, "helper")
    assert "Company" in labels(await both.chat.say(ALICE, "thanks"))
    assert "Company" not in labels(await both.chat.say(BOB, "thanks"))


async def test_after_a_month_it_is_out_of_sight_and_after_90_days_gone(both: Playground) -> None:
    await both.chat.press(ALICE, button(await both.chat.say(ALICE, "thanks"), "I listened"))
    both.now += timedelta(days=31)
    assert "noted no giving" in (await both.chat.say(ALICE, "thanks")).text
    both.now += timedelta(days=60)
    await both.bot.run_jobs("hour", both.now)
    left = await both.bot.database.read(lambda one: one.execute("SELECT count(*) FROM given_received").fetchone())
    assert left == (0,)


async def test_who_is_thanked_hears_it_privately_with_name_and_words(both: Playground) -> None:
    preview = await both.chat.say(ALICE, "thanks @bob for the walk, it *helped*")
    assert (
        str(preview.text)
        == "Bob will see exactly this, with your name, if they accept thanks:\nfor the walk, it *helped*"
    )
    assert not unasked(both, BOB)
    assert GONE in (await both.chat.press(ALICE, button(preview, "Send"))).text
    await tick(both)
    [said] = unasked(both, BOB)
    assert str(said.text).startswith("Alice thanks you: for the walk, it *helped*")
    assert "`report`" in said.text
    assert not [posted for posted in both.chat.posted if isinstance(posted.to, Channel)]
    assert "walk" not in await dump(both)


async def test_the_view_shows_thanks_one_received(both: Playground) -> None:
    await thank(both)
    assert "Alice: for the walk" in (await both.chat.say(BOB, "thanks")).text
    assert "gave once" in (await both.chat.say(ALICE, "thanks")).text


async def test_pressed_twice_it_goes_once(both: Playground) -> None:
    preview = await both.chat.say(ALICE, "thanks @bob for the walk")
    for _twice in range(2):
        await both.chat.press(ALICE, button(preview, "Send"))
    await tick(both)
    assert len(unasked(both, BOB)) == 1


async def test_not_this_time_keeps_nothing(both: Playground) -> None:
    preview = await both.chat.say(ALICE, "thanks @bob for the walk")
    assert "I haven't kept it." in (await both.chat.press(ALICE, button(preview, "Not this time"))).text
    left = await both.bot.database.read(lambda one: one.execute("SELECT count(*) FROM thanks").fetchone())
    assert left == (0,)


async def test_three_a_day(both: Playground) -> None:
    for _time in range(thanks.A_DAY):
        assert await thank(both) == GONE
    assert "3 a day are what I carry." in await thank(both)
    both.now += timedelta(days=1, seconds=1)
    assert await thank(both) == GONE


async def test_nobody_learns_who_is_a_member_or_takes_thanks(both: Playground) -> None:
    alice, bob = await settle(both, ALICE), await settle(both, BOB)
    await settle(both, CHANDRA)  # has not accepted
    await both.bot.database.write(blocks.add, bob, alice, both.now)
    for name in ("chandra", "dana", "bob"):  # Dana is unknown to the bot, Bob avoids Alice
        preview = await both.chat.say(ALICE, f"thanks @{name} hello")
        assert "will see exactly this, with your name, if they accept thanks:" in preview.text
        assert labels(preview) == ["Send", "Not this time"]
        assert str((await both.chat.press(ALICE, button(preview, "Send"))).text) == GONE
    await tick(both)
    assert not any(unasked(both, one) for one in (BOB, CHANDRA, DANA))
    left = await both.bot.database.read(lambda one: one.execute("SELECT count(*) FROM thanks").fetchone())
    assert left == (0,), "words that reach nobody are not kept"
    assert "3 a day are what I carry." in await thank(both), "the number tells it neither"
    assert str((await both.chat.say(ALICE, "thanks @alice hello")).text) == "That is you."


async def test_a_block_in_between_stops_it(both: Playground) -> None:
    alice, bob = await settle(both, ALICE), await settle(both, BOB)
    preview = await both.chat.say(ALICE, "thanks @bob for the walk")
    await both.bot.database.write(blocks.add, bob, alice, both.now)
    assert str((await both.chat.press(ALICE, button(preview, "Send"))).text) == GONE
    await tick(both)
    assert not unasked(both, BOB)


async def test_a_stranger_to_the_community_thanks_nobody(both: Playground) -> None:
    await settle(both, EVE)
    assert "I don't know of a community we share." in (await both.chat.say(EVE, "thanks @bob hello")).text


async def test_accepting_thanks_is_one_tap_and_a_yes(both: Playground) -> None:
    view = await both.chat.say(ALICE, "thanks")
    asked = await both.chat.press(ALICE, button(view, "Accept thanks from members"))
    accepted = await both.chat.press(ALICE, button(asked, "Yes"))
    assert "Members may thank you now." in accepted.text
    assert "Accept thanks from members" not in labels(accepted)


async def test_too_long_is_said_kindly(both: Playground) -> None:
    assert "200 characters at most" in (await both.chat.say(ALICE, "thanks @bob " + "x" * 201)).text


async def test_without_words_they_are_asked_for(both: Playground) -> None:
    await both.chat.say(ALICE, "thanks @bob")
    assert "will see exactly this" in (await both.chat.say(ALICE, "for everything")).text


async def test_everything_is_shown_and_forgotten(both: Playground) -> None:
    await thank(both)
    files = {file.name: file.content.decode() for file in (await both.chat.say(BOB, "my-data")).files}
    assert "for the walk" in files["my-data.txt"]
    await both.chat.press(ALICE, button(await both.chat.say(ALICE, "forget-me"), "Delete everything"))
    left = await both.bot.database.read(
        lambda one: [
            one.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("thanks", "given_received")
        ]
    )
    assert left == [0, 0]

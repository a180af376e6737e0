"""What members agree to: shown before every first yes, asked again in new words, and nobody's outside the place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters.local import NAME
from bot.messages import Button, Channel, Message, Place, Text
from storage.members import consents
from tests.cast import ALICE, BOB, CHANDRA, DANA, EVE, MO, ROOM, Playground, labels
from tests.cogs.circles.cast import agree, card, draft, join, pass_time, press, published, rows, tick, told, would_host
from tests.cogs.settled import settle

GARDEN = Place(NAME, "garden", "The Garden")
AGREED = (
    *("Speak for yourself.", "stays here as far as each of us can keep it", "Passing is fine.", "Ears before ideas"),
    *("Share the time.", "No recording or screenshots.", "what they use or don't", "go to the co-host"),
)
LIGHT = "Be kind, share the time, no recording or screenshots, and passing is fine."


async def social(world: Playground) -> None:
    """Alice alone hosts a picnic."""
    screen = await draft(world, title="Picnic")
    screen = await press(world, ALICE, await press(world, ALICE, screen, "Kind"), "social")
    await press(world, ALICE, screen, "Publish")


async def answers(world: Playground) -> int:
    [(count,)] = await rows(world, "SELECT count(*) FROM circle_answers")
    return int(count)


def all_agreed(message: Message) -> bool:
    return all(words in message.text for words in AGREED)


# -- before a yes -----------------------------------------------------------------------------------------------------


async def test_the_card_holds_all_that_is_agreed_on_before_anybody_says_yes(world: Playground) -> None:
    await published(world)
    shown = await card(world, CHANDRA)
    assert labels(shown) == ["I'm in", "Listening only", "Maybe", "Can't"]
    assert all_agreed(shown)
    assert await rows(world, "SELECT count(*) FROM persons") == [(2,)], "looking at it keeps nothing of Chandra"


async def test_a_picnic_asks_for_less(world: Playground) -> None:
    await social(world)
    shown = await card(world, CHANDRA, "Picnic")
    assert LIGHT in shown.text
    assert "go to the co-host" not in shown.text


async def test_whoever_is_asked_to_host_reads_them_first(world: Playground) -> None:
    await would_host(world, BOB)
    await press(world, ALICE, await draft(world), "Co-host")
    await world.chat.say(ALICE, "@Bob")
    await tick(world)
    [question] = told(world, BOB, "Would you host this")
    assert all_agreed(question)


async def test_a_host_who_changes_the_kind_sees_the_agreements_change(world: Playground) -> None:
    screen = await draft(world)
    assert all_agreed(screen)
    screen = await press(world, ALICE, await press(world, ALICE, screen, "Kind"), "quiet company")
    assert LIGHT in screen.text
    assert not all_agreed(screen)


async def test_whoever_wished_to_know_reads_them_with_the_news(world: Playground) -> None:
    empty = await world.chat.say(DANA, "circle list")
    await agree(world, DANA, await press(world, DANA, empty, "Yes"))
    await published(world)
    [news] = told(world, DANA, "A circle starts.")
    assert all_agreed(news)


async def test_a_card_in_a_channel_holds_them_too(world: Playground) -> None:
    await published(world)
    await world.chat.say(ALICE, "circle mine", ROOM)
    mine = world.chat.read(ALICE)[-1]
    await world.chat.press(ALICE, mine.buttons[0], ROOM)
    screen = world.chat.read(ALICE)[-1]
    await world.chat.press(ALICE, next(one for one in screen.buttons if str(one.label) == "Announce it here"), ROOM)
    await tick(world)
    standing = [one.message for one in world.chat.posted if one.to == Channel(NAME, ROOM.id) and one.key]
    assert len(standing) == 1
    assert all_agreed(standing[0])
    assert "You're in" in (await agree(world, DANA, await press(world, DANA, standing[0], "I'm in"))).text


# -- the yes ----------------------------------------------------------------------------------------------------------


async def test_the_first_yes_says_what_is_kept_and_who_sees_it(world: Playground) -> None:
    await published(world)
    asked = await press(world, CHANDRA, await card(world, CHANDRA), "I'm in")
    assert "Are you 18 or over?" in asked.text
    asked = await press(world, CHANDRA, asked, "Yes")
    assert "You agree to what stands on the card of each circle." in asked.text
    assert "The hosts and whoever else comes see that you come." in asked.text
    assert await answers(world) == 0
    assert "You're in" in (await press(world, CHANDRA, asked, "Yes")).text


@pytest.mark.parametrize("wish", ["I'm in", "Listening only", "Maybe", "Can't"])
async def test_a_no_to_the_question_leaves_no_trace(world: Playground, wish: str) -> None:
    await social(world)
    asked = await press(world, CHANDRA, await card(world, CHANDRA, "Picnic"), wish)
    assert "Details" in labels(asked)
    await press(world, CHANDRA, asked, "No")
    assert await answers(world) == 0
    assert await rows(world, "SELECT count(*) FROM persons") == [(1,)]


async def test_whoever_agreed_once_joins_the_next_circle_in_one_tap(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    await social(world)
    shown = await card(world, CHANDRA, "Picnic")
    assert "You're in: Picnic" in (await press(world, CHANDRA, shown, "I'm in")).text


async def test_a_yes_to_a_picnic_is_no_word_about_age(world: Playground) -> None:
    """Who joined an open gathering is still asked before a circle where people open up."""
    await social(world)
    await join(world, CHANDRA, title="Picnic")
    await published(world)
    asked = await press(world, CHANDRA, await card(world, CHANDRA), "I'm in")
    assert "Are you 18 or over?" in asked.text
    assert "You're in: Evening circle" in (await press(world, CHANDRA, asked, "Yes")).text


# -- when the words change --------------------------------------------------------------------------------------------


async def test_in_new_words_everybody_is_asked_again_before_their_next_yes(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    await published(world)
    await join(world, CHANDRA)
    monkeypatch.setattr(consents, "VERSIONS", {"events": 2})
    shown = await card(world, CHANDRA)
    assert all_agreed(shown)
    asked = await press(world, CHANDRA, shown, "Listening only")
    assert "You agree to what stands on the card of each circle." in asked.text
    assert await rows(world, "SELECT answer FROM circle_answers") == [("in",)], "nothing changes before the new yes"
    assert "listening only" in (await press(world, CHANDRA, asked, "Yes")).text
    assert "You're in" in (await press(world, CHANDRA, await card(world, CHANDRA), "I'm in")).text, "asked once"


async def test_nobody_is_written_to_under_a_yes_to_older_words(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    await published(world)
    for member in (CHANDRA, DANA):
        await join(world, member)
    monkeypatch.setattr(consents, "VERSIONS", {"events": 2})
    await agree(world, DANA, await press(world, DANA, await card(world, DANA), "I'm in"))
    await pass_time(world, timedelta(days=5))
    assert not told(world, CHANDRA, "Evening circle is")
    assert len(told(world, DANA, "Evening circle is")) == 1


# -- who is asked nothing, and shown nothing --------------------------------------------------------------------------


@pytest.mark.parametrize("wish", ["in", "listening", "maybe", "cant"])
async def test_somebody_who_is_not_in_the_community_is_not_even_asked(world: Playground, wish: str) -> None:
    await published(world)
    await settle_elsewhere(world)
    said = await world.chat.press(EVE, Button(Text("x"), "circles.answer", f"1|{wish}", row="-"))
    assert "community we don't share" in said.text
    assert await answers(world) == 0


async def settle_elsewhere(world: Playground) -> None:
    """Eve agreed to everything, in another community."""
    world.chat.join(EVE, GARDEN)
    await world.chat.say(EVE, "checkin on 19:00 berlin", GARDEN)
    await agree(world, EVE, world.chat.read(EVE)[-1])
    assert (EVE.id,) in await rows(world, "SELECT platform_id FROM accounts")


async def test_the_list_of_one_community_holds_nothing_of_another(world: Playground) -> None:
    await published(world)
    await settle_elsewhere(world)
    for place in (None, GARDEN):
        said = await world.chat.say(EVE, "circle list", place)
        assert "No circle yet." in said.text
        assert "Evening circle" not in said.text
    said = await world.chat.press(EVE, Button(Text("x"), "circles.browse", "1", row="-"))
    assert "Evening circle" not in said.text


async def test_who_went_out_of_the_community_has_no_use_for_an_old_card(world: Playground) -> None:
    await published(world)
    shown = await card(world, CHANDRA)
    world.chat.leave(CHANDRA, ROOM)
    said = await press(world, CHANDRA, shown, "I'm in")
    assert "community we don't share" in said.text
    assert await answers(world) == 0


# -- an old card ------------------------------------------------------------------------------------------------------


async def test_a_card_of_a_date_that_is_over_seats_nobody(world: Playground) -> None:
    await published(world)
    await settle(world, CHANDRA, "events")
    shown = await card(world, CHANDRA)
    await pass_time(world, timedelta(days=5, hours=2))
    for wish in ("I'm in", "Listening only", "Maybe", "Can't"):
        said = await press(world, CHANDRA, shown, wish)
        assert "That date has passed or was called off." in said.text, wish
    assert await answers(world) == 0


async def test_a_card_of_a_circle_that_was_ended_seats_nobody(world: Playground) -> None:
    await published(world)
    await settle(world, CHANDRA, "events")
    shown = await card(world, CHANDRA)
    listed = await agree(world, MO, await world.chat.say(MO, "kith-mod circles"))
    await press(world, MO, await press(world, MO, listed, "Archive 1"), "Archive it")
    for wish in ("I'm in", "Maybe"):
        assert "I don't know that date any more." in (await press(world, CHANDRA, shown, wish)).text
    assert await answers(world) == 0


async def test_the_same_yes_pressed_again_is_the_same_seat(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    for wish, kept in (("I'm in", "in"), ("Listening only", "listening"), ("I'm in", "in"), ("Maybe", "maybe")):
        await press(world, CHANDRA, await card(world, CHANDRA), wish)
        assert await rows(world, "SELECT answer FROM circle_answers") == [(kept,)]


async def test_somebody_who_avoids_another_who_comes_is_told_nothing_and_may_come(world: Playground) -> None:
    """A circle is open to all; that two avoid each other is nobody's business there."""
    await published(world)
    for member in (CHANDRA, DANA):
        await settle(world, member, "events")
    before = (await card(world, DANA)).text
    await press(world, CHANDRA, await world.chat.say(CHANDRA, "buddy avoid @Dana"), "Avoid them")
    assert (await card(world, DANA)).text == before
    for member in (CHANDRA, DANA):
        assert "You're in" in (await join(world, member)).text
    screen = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    assert "Chandra, Dana" in screen.text

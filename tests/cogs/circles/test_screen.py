"""The screen a host makes a circle on: each thing in one tap, nothing that no button offers, and for its host alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import UserError
from bot.messages import Button, Message, Text
from cogs.circles.screen import Choice, changed
from storage.circles import circles
from tests.cast import ALICE, CHANDRA, DANA, Playground, labels
from tests.cogs.circles.cast import card, draft, pass_time, press, rows, tick, told, would_host
from tests.legible import legible

WIDEST = 45
"""Characters of a button's label that every platform shows."""


async def screen_of(world: Playground) -> Message:
    """The draft, opened again."""
    return await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "")


async def choose(world: Playground, screen: Message, thing: str, choice: str) -> Message:
    return await press(world, ALICE, await press(world, ALICE, screen, thing), choice)


async def typed(world: Playground, *lines: str) -> Message:
    said = Message(Text())
    for line in lines:
        said = await world.chat.say(ALICE, line)
    return said


# -- one tap each -----------------------------------------------------------------------------------------------------


async def test_a_new_draft_shows_everything_that_can_be_changed(world: Playground) -> None:
    screen = await draft(world)
    assert "A draft. Only you see it." in screen.text
    shown = labels(screen)
    assert (shown[0], shown[-1]) == ("Publish", "Delete the draft")
    assert set(shown) >= {
        *("Co-host", "Kind: circle", "Name, words, place", "When, how long", "How often: every Thursday"),
        *("How many times", "Seats: 8", "How personal: light", "Listening only: yes", "A stand-in"),
    }


@pytest.mark.parametrize(
    ("thing", "choice", "shown"),
    [
        ("Kind", "story round", "Kind: story round"),
        ("Seats", "5", "Seats: 5"),
        ("How often", "Every 2 weeks", "How often: every second Thursday"),
        ("How often", "Once", "How often: once"),
        ("How many times", "12 times", "How many times"),
    ],
)
async def test_a_choice_stands_on_the_screen_and_is_still_there_later(
    world: Playground, thing: str, choice: str, shown: str
) -> None:
    screen = await choose(world, await draft(world), thing, choice)
    assert shown in labels(screen)
    assert labels(await screen_of(world)) == labels(screen)
    assert (await screen_of(world)).text == screen.text


async def test_back_changes_nothing(world: Playground) -> None:
    screen = await draft(world)
    for thing in ("Kind", "Seats", "How often", "How many times"):
        assert (await choose(world, screen, thing, "Back")).text == screen.text


async def test_how_personal_goes_round_in_three_taps(world: Playground) -> None:
    screen = await draft(world)
    seen = []
    for _tap in range(3):
        screen = await press(world, ALICE, screen, "How personal")
        seen += [label for label in labels(screen) if label.startswith("How personal")]
    assert seen == ["How personal: personal", "How personal: tender", "How personal: light"]


async def test_a_circle_without_listening_seats_offers_none(world: Playground) -> None:
    screen = await press(world, ALICE, await draft(world), "Listening only: yes")
    assert "Listening only: no" in labels(screen)
    screen = await choose(world, screen, "Kind", "social")
    await press(world, ALICE, screen, "Publish")
    shown = await card(world, CHANDRA)
    assert labels(shown) == ["I'm in", "Maybe", "Can't"]
    assert "Listening only is fine." not in shown.text


async def test_a_circle_that_meets_once_has_no_number_of_times(world: Playground) -> None:
    screen = await choose(world, await draft(world), "How often", "Once")
    assert "How many times" not in labels(screen)
    screen = await choose(world, screen, "How often", "Every week")
    assert "How many times" in labels(screen)


async def test_the_longest_words_still_fit_on_every_button(world: Playground) -> None:
    screen = await draft(world, when="wednesday 19:00", title="W" * 80)
    screen = await choose(world, screen, "How often", "Every month, same weekday")
    assert "W" * 60 in screen.text
    assert "W" * 61 not in screen.text, "a title has sixty characters"
    mine = await world.chat.say(ALICE, "circle mine")
    assert max(len(label) for label in [*labels(screen), *labels(mine)]) <= WIDEST


# -- what is typed ----------------------------------------------------------------------------------------------------


async def test_name_purpose_and_place_stand_on_the_card_that_members_see(world: Playground) -> None:
    screen = await choose(world, await draft(world), "Kind", "social")
    await press(world, ALICE, screen, "Name, words, place")
    screen = await typed(world, "Garden hour", "Weeding, side by side", "The old gate")
    await press(world, ALICE, screen, "Publish")
    shown = await card(world, CHANDRA, "Garden hour")
    assert "**Garden hour** (social)" in shown.text
    assert "Weeding, side by side" in shown.text
    assert "Place: The old gate" in shown.text


async def test_words_of_a_host_are_not_legible_on_the_disk(world: Playground) -> None:
    await press(world, ALICE, await draft(world), "Name, words, place")
    await typed(world, "Garden hour", "Weeding, side by side", "The old gate")
    dump = await world.bot.database.read(legible)
    for words in ("Garden hour", "Weeding", "The old gate"):
        assert words not in dump


async def test_a_circle_in_another_zone_meets_by_the_clocks_there(world: Playground) -> None:
    screen = await choose(world, await draft(world), "Kind", "social")
    await press(world, ALICE, screen, "When, how long")
    screen = await typed(world, "2026-04-02 19:00", "New York", "90 minutes")
    assert "every Thursday at 19:00, New York time" in screen.text
    await press(world, ALICE, screen, "Publish")
    shown = await card(world, CHANDRA)
    assert "Thursday 2 April at 19:00, New York time" in shown.text
    [(starts, ends)] = await rows(world, "SELECT starts, ends FROM gatherings ORDER BY starts LIMIT 1")
    assert datetime.fromtimestamp(starts, UTC) == datetime(2026, 4, 2, 23, tzinfo=UTC)
    assert ends - starts == 90 * 60


@pytest.mark.parametrize("length", ["5 minutes", "9 hours"])
async def test_a_length_that_is_none_is_refused_and_nothing_changes(world: Playground, length: str) -> None:
    screen = await draft(world)
    await press(world, ALICE, screen, "When, how long")
    said = await typed(world, "friday 20:00", "Berlin", length)
    assert "From 15 minutes to 8 hours, please." in said.text
    assert (await screen_of(world)).text == screen.text


async def test_a_last_date_before_the_first_is_refused_and_nothing_changes(world: Playground) -> None:
    screen = await draft(world)
    await choose(world, screen, "How many times", "Until a date")
    assert "The last date lies between the first one and five years later." in (await typed(world, "2026-04-01")).text
    assert (await screen_of(world)).text == screen.text


async def test_a_draft_whose_dates_have_passed_is_not_published_before_it_has_another(world: Playground) -> None:
    screen = await choose(world, await draft(world), "Kind", "social")
    screen = await choose(world, screen, "How often", "Once")
    await pass_time(world, timedelta(days=7))
    said = await press(world, ALICE, await screen_of(world), "Publish")
    assert "Its dates have passed. Press `When, how long`" in said.text
    await press(world, ALICE, await screen_of(world), "When, how long")
    screen = await typed(world, "2026-04-09 19:00", "Berlin", "1 hour")
    assert "Published." in (await press(world, ALICE, screen, "Publish")).text
    assert "Thursday 9 April at 19:00" in (await card(world, CHANDRA)).text


# -- stale buttons, and what no button offers -------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["Publish", "Seats: 8", "Name, words, place", "When, how long", "Delete the draft"])
async def test_a_button_of_the_draft_does_nothing_once_it_is_published(world: Playground, label: str) -> None:
    screen = await draft(world)
    shown = await published_from(world, screen)
    said = await press(world, ALICE, screen, label)
    assert "It is published, so this can't be changed here." in said.text
    assert (await card(world, CHANDRA)).text == shown.text


async def published_from(world: Playground, screen: Message) -> Message:
    """The card of the circle that Alice makes of this draft."""
    screen = await choose(world, screen, "Kind", "social")
    await press(world, ALICE, screen, "Publish")
    return await card(world, CHANDRA)


async def test_a_deleted_draft_stays_deleted_whatever_is_pressed(world: Playground) -> None:
    screen = await draft(world)
    assert "Deleted. Nobody saw it." in (await press(world, ALICE, screen, "Delete the draft")).text
    for label in ("Publish", "Seats: 8", "Delete the draft"):
        assert "You host no circle like that." in (await press(world, ALICE, screen, label)).text
    assert await rows(world, "SELECT count(*) FROM circles") == [(0,)]
    assert "You host no circle" in (await world.chat.say(ALICE, "circle mine")).text


async def test_nobody_but_its_host_works_on_a_draft(world: Playground) -> None:
    screen = await draft(world)
    await would_host(world, DANA)
    for one in screen.buttons:
        said = await world.chat.press(DANA, one)
        assert "That button belongs to somebody else." in said.text, one.label
        assert "Evening circle" not in said.text
    assert "You host no circle." in (await world.chat.say(DANA, "circle mine")).text
    assert (await screen_of(world)).text == screen.text


async def test_a_button_that_somebody_rewrote_changes_nothing(world: Playground) -> None:
    screen = await draft(world)
    publish = next(one for one in screen.buttons if str(one.label) == "Publish")
    for action, value in (("circles.set", "1|seats|4"), ("circles.publish", "2"), ("circles.set", "")):
        await world.chat.press(ALICE, Button(Text("x"), action, value, row=publish.row))
    assert labels(await screen_of(world)) == labels(screen)


INVENTED = (
    *("seats|2", "seats|9", "seats|-5", "seats|x", "seats|", "kind|cult", "kind|", "personal|secret", "listening|2"),
    *(
        "dry|yes",
        "often|hourly",
        "often|weeks99",
        "times|400",
        "times|0",
        "times|-1",
        "state|published",
        "title|x",
        "|",
    ),
)


async def test_what_no_button_offers_is_refused(world: Playground) -> None:
    await draft(world)
    circle = await world.bot.database.read(circles.get, 1)
    assert circle is not None
    for words in INVENTED:
        with pytest.raises(UserError):
            changed(circle, Choice.read(f"1|{words}"))


@pytest.mark.parametrize("written", ["", "|", "x|seats|5", "-1|seats|5", "9" * 30 + "|seats|5", "1.5|seats|5"])
def test_a_button_of_no_circle_is_of_no_circle(written: str) -> None:
    assert Choice.read(written).circle == 0


async def test_publish_pressed_twice_publishes_once(world: Playground) -> None:
    screen = await choose(world, await draft(world), "Kind", "social")
    assert "Published." in (await press(world, ALICE, screen, "Publish")).text
    assert "It is published" in (await press(world, ALICE, screen, "Publish")).text
    await tick(world)
    assert len(told(world, ALICE, "Evening circle is published")) == 1
    assert await rows(world, "SELECT count(*) FROM gatherings") == [(2,)]

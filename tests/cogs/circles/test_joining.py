"""A circle whose hosts decide who joins, and one that is for a group."""

from __future__ import annotations

from bot.messages import Message
from tests.cast import ALICE, BOB, CHANDRA, DANA, MO, Playground, labels
from tests.cogs.circles.cast import agree, card, draft, press, published, rows, tick, told, would_host


async def deciding(world: Playground) -> None:
    """Alice and Bob host a circle, and decide who joins."""
    await would_host(world, BOB)
    screen = await press(world, ALICE, await draft(world), "Who joins: everybody")
    assert "Who joins: the hosts decide" in labels(screen)
    await press(world, ALICE, screen, "Publish")
    await press(world, ALICE, screen, "Co-host")
    await world.chat.say(ALICE, "@Bob")
    await tick(world)
    await press(world, BOB, world.chat.read(BOB)[-1], "I'll host")
    await tick(world)


async def ask(world: Playground, label: str = "Ask to join") -> Message:
    return await agree(world, CHANDRA, await press(world, CHANDRA, await card(world, CHANDRA), label))


async def seats(world: Playground) -> list[tuple[str, ...]]:
    return await rows(world, "SELECT answer FROM circle_answers")


async def test_the_card_says_that_the_hosts_decide_and_asking_seats_nobody(world: Playground) -> None:
    await deciding(world)
    shown = await card(world, CHANDRA)
    assert "The hosts say who joins. They see your name when you ask." in shown.text
    assert labels(shown) == ["Ask to join", "Ask to listen only", "Maybe", "Can't"]
    assert "The hosts are asked." in (await ask(world)).text
    assert await seats(world) == []
    assert await rows(world, "SELECT count(*) FROM circle_members") == [(0,)]


async def test_a_yes_of_one_host_seats_the_member_and_tells_them(world: Playground) -> None:
    await deciding(world)
    await ask(world, "Ask to listen only")
    await tick(world)
    [asked] = told(world, BOB, "would like to join Evening circle, listening only.")
    assert labels(asked) == ["Let them in", "Not now"]
    assert "They hear that they are in." in (await press(world, BOB, asked, "Let them in")).text
    await tick(world)
    assert told(world, CHANDRA, "The hosts say yes. You're in, listening only: Evening circle")
    assert await seats(world) == [("listening",)]
    [other] = told(world, ALICE, "would like to join Evening circle")
    assert "answered already" in (await press(world, ALICE, other, "Let them in")).text


async def test_whoever_is_in_comes_to_the_next_dates_with_one_tap(world: Playground) -> None:
    await deciding(world)
    await ask(world)
    await tick(world)
    await press(world, BOB, told(world, BOB, "would like to join")[0], "Let them in")
    shown = await card(world, CHANDRA)
    assert labels(shown)[0] == "I'm in"
    assert "You're in" in (await press(world, CHANDRA, shown, "I'm in")).text


async def test_a_no_is_told_to_nobody_and_the_same_name_comes_not_twice_in_a_month(world: Playground) -> None:
    await deciding(world)
    await ask(world)
    await tick(world)
    before = len(world.chat.read(CHANDRA))
    assert "Nobody is told." in (await press(world, ALICE, told(world, ALICE, "would like to join")[0], "Not now")).text
    await tick(world)
    assert len(world.chat.read(CHANDRA)) == before
    assert "The hosts are asked." in (await ask(world)).text, "a no sounds like no answer yet"
    await tick(world)
    assert len(told(world, ALICE, "would like to join")) == 1
    assert await seats(world) == []


async def test_only_a_host_lets_somebody_in(world: Playground) -> None:
    await deciding(world)
    await ask(world)
    await tick(world)
    await would_host(world, DANA)
    asked = told(world, BOB, "would like to join")[0]
    await press(world, DANA, asked, "Let them in")
    assert await seats(world) == []


async def test_a_request_goes_with_whoever_is_forgotten(world: Playground) -> None:
    await deciding(world)
    await ask(world)
    [(kept,)] = await rows(world, "SELECT count(*) FROM circle_requests")
    assert kept == 1
    files = {file.name: file.content.decode() for file in (await world.chat.say(CHANDRA, "my-data")).files}
    assert "you asked to join" in files["my-data.json"]
    await world.chat.say(CHANDRA, "forget-me")
    await world.chat.say(CHANDRA, "delete everything")
    assert await rows(world, "SELECT count(*) FROM circle_requests") == [(0,)]
    before = len(world.chat.read(ALICE))
    await tick(world)
    assert not [one for one in world.chat.read(ALICE)[before:] if "would like to join" in one.text]


async def test_a_circle_is_for_a_group_that_moderators_named(world: Playground) -> None:
    await agree(world, MO, await world.chat.say(MO, "kith-mod circles"))
    kinds = await press(world, MO, await world.chat.say(MO, "kith-mod groups"), "Add a group")
    await press(world, MO, kinds, labels(kinds)[3])
    await world.chat.say(MO, "Old friends")
    screen = await draft(world)
    assert "For: everybody" in labels(screen)
    chosen = await press(world, ALICE, await press(world, ALICE, screen, "For: everybody"), "Old friends")
    assert "For: Old friends" in chosen.text
    assert await rows(world, 'SELECT "group" FROM circles') == [(1,)]
    await press(world, MO, await world.chat.say(MO, "kith-mod groups"), "Remove 1")
    mine = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    assert "Old friends" not in mine.text, "a group that is no more names nobody"


async def test_without_groups_nobody_is_asked_about_them(world: Playground) -> None:
    assert not [label for label in labels(await draft(world)) if label.startswith("For:")]


async def test_another_communitys_group_is_not_taken(world: Playground) -> None:
    screen = await draft(world)
    await press(world, ALICE, screen, "Who joins: everybody")
    assert await rows(world, 'SELECT joining, "group" FROM circles') == [("ask", None)]
    await published(world, title="Second", when="saturday 19:00")
    assert await rows(world, "SELECT joining FROM circles WHERE id = 2") == [("open",)]

"""Every list that is longer than a screen has its rest behind `More`: the newest of thirty can be reached."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from sqlite3 import Connection

import pytest

from bot.context import Spot
from bot.errors import CannotReach
from bot.messages import Channel, Member, Message, Person
from bot.words import crisis_lines
from cogs.circles import dates
from storage.circles import answers, circles, hosts
from storage.members import members
from storage.moderation import cases, letters, lines
from tests.cast import ALICE, BOB, CHANDRA, DANA, MO, ROOM, Playground, button, labels
from tests.cogs.moderated import populate, press, say
from tests.cogs.settled import settle, tick

MANY = 30
RULE = "2026-04-20 19:00 Europe/Berlin weeks:1:1 times:8"


async def many_circles(world: Playground) -> Person:
    """Thirty circles of one community, each with two hosts; Chandra belongs to all of them."""
    alice = await settle(world, ALICE, "host", "events")
    bob = await settle(world, BOB, "host", "events")
    chandra = await settle(world, CHANDRA, "events")
    keyring, now = world.bot.core.keyring, world.now

    def sealed(title: str, row: int) -> bytes:
        return keyring.encrypt(title, "circles", "title", row)

    def work(connection: Connection) -> None:
        community = members.found(connection, ROOM, now)
        for number in range(MANY):
            row = circles.create(
                connection,
                community,
                alice,
                "circle",
                partial(sealed, f"Circle {number}"),
                RULE,
                60,
                8,
                "local",
                now,
            )
            hosts.add(connection, row, bob, "co-host", now)
            hosts.accept(connection, row, bob, now)
            circle = circles.get(connection, row)
            assert circle is not None
            assert circles.publish(connection, row)
            published = circles.get(connection, row)
            assert published is not None
            dates.open_dates(connection, published, now)
            answers.belong(connection, row, chandra, now)

    await world.bot.database.write(work)
    return alice


async def all_pages(world: Playground, who: Member, screen: Message, action: str) -> list[str]:
    """The labels of every choice on every page, in order."""
    found: list[str] = []
    for _page in range(9):
        assert len(screen.buttons) <= 25
        found += [str(one.label) for one in screen.buttons if one.action == action]
        more = [one for one in screen.buttons if str(one.label) == "More"]
        if not more or (len(found) > 1 and _is_first(more[0].value)):
            return found
        screen = await world.chat.press(who, more[0], ROOM)
    raise AssertionError("More never ends")


def _is_first(value: str) -> bool:
    return value.rpartition("|")[2].rpartition(" ")[2] == "0"


EVERY = [f"Circle {number}" for number in range(MANY)]


async def test_the_newest_of_thirty_circles_is_on_the_list_and_opens(ungreeted: Playground) -> None:
    await many_circles(ungreeted)
    screen = await ungreeted.chat.say(DANA, "circle list", ROOM)
    assert await all_pages(ungreeted, DANA, screen, "circles.card") == EVERY
    second = await ungreeted.chat.press(DANA, button(screen, "More"), ROOM)
    card = await ungreeted.chat.press(DANA, button(second, "Circle 29"), ROOM)
    assert "Circle 29" in card.text
    assert "I'm in" in labels(card)


async def test_by_typing_too_the_number_presses_what_stands_beside_it(ungreeted: Playground) -> None:
    await many_circles(ungreeted)
    await ungreeted.chat.say(DANA, "circle list", ROOM)
    second = await ungreeted.chat.say(DANA, "more", ROOM)
    assert "1. **Circle 20**" in second.text
    assert "Circle 20" in (await ungreeted.chat.say(DANA, "1", ROOM)).text


async def test_a_host_reaches_every_circle_of_theirs(ungreeted: Playground) -> None:
    await many_circles(ungreeted)
    screen = await ungreeted.chat.say(ALICE, "circle mine", ROOM)
    assert await all_pages(ungreeted, ALICE, screen, "circles.manage") == EVERY[::-1]


async def test_a_member_can_leave_any_circle(ungreeted: Playground) -> None:
    await many_circles(ungreeted)
    screen = await ungreeted.chat.say(CHANDRA, "circle leave", ROOM)
    assert await all_pages(ungreeted, CHANDRA, screen, "circles.leave") == EVERY


async def test_no_place_waits_behind_twenty_that_cannot_be_opened(
    ungreeted: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many_circles(ungreeted)
    opened = ungreeted.chat.open_group
    refused: list[str] = []

    async def open_group(place: object, people: object, title: object, key: str) -> object:
        if len(refused) < 20:
            refused.append(key)
            raise CannotReach("50013")
        return await opened(place, people, title, key)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(ungreeted.chat, "open_group", open_group)
    for _second in range(3):
        await tick(ungreeted)
    assert len(ungreeted.chat.groups) == MANY - 20


async def test_every_report_can_be_opened(ungreeted: Playground) -> None:
    community = await populate(ungreeted)

    def work(connection: Connection) -> None:
        for _number in range(MANY):
            cases.open_case(
                connection, community, "moderators", lambda _r, _c: b"", cases.Named(b"x", None), None, ungreeted.now
            )

    await ungreeted.bot.database.write(work)
    screen = await say(ungreeted, MO, "kith-mod cases")
    found: set[str] = set()
    while True:
        found |= {one.value for one in screen.buttons if one.action == "cases.open"}
        more = button(screen, "More")
        if _is_first(more.value):
            break
        screen = await ungreeted.chat.press(MO, more, ROOM)
    assert len(found) == MANY


async def test_every_letter_can_be_read(ungreeted: Playground) -> None:
    community = await populate(ungreeted)
    alice = await settle_known(ungreeted, ALICE)
    keyring = ungreeted.bot.core.keyring

    def work(connection: Connection) -> None:
        for number in range(1, 13):
            sealed = keyring.encrypt(f"letter {number}", "letters", "words", number)
            letters.draft(connection, number, community, alice, sealed, ungreeted.now)
            letters.send(connection, alice, number, "feedback", ungreeted.now + timedelta(seconds=number))

    await ungreeted.bot.database.write(work)
    screen, read = await say(ungreeted, MO, "kith-mod feedback"), ""
    for _page in range(3):
        read += str(screen.text) + "\n"
        screen = await press(ungreeted, MO, screen, "More")
    assert all(f"letter {number}\n" in read for number in range(1, 13))


async def settle_known(world: Playground, member: Member) -> Person:
    found = await world.bot.database.read(members.person_of, member)
    assert found is not None
    return found


async def test_every_private_channel_can_be_chosen_for_reports(ungreeted: Playground) -> None:
    await populate(ungreeted)
    spots = [Spot(Channel("local", f"c{number}"), f"room {number}", True) for number in range(MANY)]
    ungreeted.chat.spots_of[ROOM.id] = spots
    screen = await say(ungreeted, MO, "kith-mod setup")
    screen = await press(ungreeted, MO, await press(ungreeted, MO, screen, "Later"), "Another channel")
    names = await all_pages(ungreeted, MO, screen, "setup.reports")
    assert names == [f"room {number}" for number in range(MANY)]


async def test_every_line_on_the_card_can_be_taken_out_and_checking_more_is_never_cut_off(
    ungreeted: Playground,
) -> None:
    community = await populate(ungreeted)
    shipped = [line.id for line in crisis_lines.shipped().lines][:MANY]
    for line in shipped:
        until = ungreeted.now.date() + timedelta(days=90)
        await ungreeted.bot.database.write(lines.confirm, community, line, until, ungreeted.now)
    screen, found = await say(ungreeted, MO, "kith-mod lines"), set()
    for _page in range(2):
        assert {"Check lines", "Countries"} <= set(labels(screen))
        found |= {one.value for one in screen.buttons if one.action == "lines.remove"}
        screen = await press(ungreeted, MO, screen, "More")
    assert found == set(shipped)


async def test_every_thank_you_can_be_read(ungreeted: Playground) -> None:
    alice = await settle(ungreeted, ALICE, "thanks")
    keyring = ungreeted.bot.core.keyring
    given = [await settle(ungreeted, member, "thanks") for member in (BOB, CHANDRA)]

    def work(connection: Connection) -> None:
        community = members.found(connection, ROOM, ungreeted.now)
        for number in range(8):
            row = connection.execute("SELECT ifnull(max(id), 0) + 1 FROM thanks").fetchone()[0]
            words = keyring.encrypt(f"thanks {number}", "thanks", "words", row)
            connection.execute(
                'INSERT INTO thanks (id, community, person, "to", words, created, sent) VALUES (?, ?, ?, ?, ?, ?, ?)',
                (row, community.id, given[number % 2].id, alice.id, words, number + 1, number + 1),
            )

    await ungreeted.bot.database.write(work)
    screen = await ungreeted.chat.say(ALICE, "thanks")
    read = str(screen.text)
    read += str((await ungreeted.chat.press(ALICE, button(screen, "More"))).text)
    assert all(f"thanks {number}" in read for number in range(8))

"""Buttons: only their owner, only what was offered, only in time; ids from the network prove nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from sqlite3 import Connection

import pytest

from bot.messages import Button, Message, Text
from tests.cast import ALICE, BOB, DANA, ROOM, Playground, button

EXPIRED = "That button has expired. `help` shows what I can do."
FOREIGN = "That button belongs to somebody else. `start` opens your own."


async def join(world: Playground, member: object = ALICE) -> None:
    await world.chat.say(member, "checkin on 19:00 berlin")  # type: ignore[arg-type]  # the cast are members
    await world.chat.say(member, "yes")  # type: ignore[arg-type]  # the same


def all_but_contact(connection: Connection) -> str:
    """Everything that is kept, but for when somebody was in touch: pressing anything is that."""
    return "\n".join(line for line in connection.iterdump() if '"contacts"' not in line)


async def test_a_strangers_press_is_refused(world: Playground) -> None:
    await join(world)
    await join(world, BOB)
    screen = await world.chat.say(ALICE, "forget-me")
    answer = await world.chat.press(BOB, button(screen, "Delete everything"))
    assert str(answer.text) == FOREIGN
    assert (await world.chat.say(ALICE, "my-data")).files, "nothing of Alice's was deleted"


async def test_somebody_unknown_cannot_press_it_either(world: Playground) -> None:
    await join(world)
    screen = await world.chat.say(ALICE, "forget-me")
    assert str((await world.chat.press(DANA, button(screen, "Delete everything"))).text) == FOREIGN


async def test_an_offer_ends_after_a_day(world: Playground) -> None:
    await join(world)
    screen = await world.chat.say(ALICE, "forget-me")
    world.now += timedelta(days=1, seconds=1)
    assert str((await world.chat.press(ALICE, button(screen, "Delete everything"))).text) == EXPIRED


async def test_what_was_not_offered_cannot_be_pressed(world: Playground) -> None:
    await join(world)
    screen = await world.chat.say(ALICE, "checkin change")
    offered = next(one for one in screen.buttons if one.row.startswith("o"))
    forged = replace(offered, action="privacy.forget", value="")
    assert str((await world.chat.press(ALICE, forged)).text) == EXPIRED


async def test_what_is_used_up_is_answered_already(world: Playground) -> None:
    await join(world)
    screen = await world.chat.say(ALICE, "forget-me")
    await world.chat.press(ALICE, button(screen, "Keep everything"))
    await world.chat.press(ALICE, button(screen, "Delete everything"))
    assert str((await world.chat.press(ALICE, button(screen, "Delete everything"))).text) == EXPIRED, (
        "the offer went with everything else"
    )


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "kith:1:",
        "kith:2:help.now:-:",
        "kith:1:privacy.forget:-:",
        "kith:1:privacy.forget:o999999:",
        "kith:1:checkins.answer:d999999:ci-arr-01|0",
        "kith:1:no.such.action:-:",
        "kith:1:checkins.answer:o1:" + "x" * 300,
        "kith:1:consent.yes:-:nothing|1|x",
        "kith:1:consent.yes:-:checkin|1|25:00 Mars/Base 9",
        "kith:1:consent.yes:-:checkin|1|19:00 ../../etc/passwd 1",
        "'; DROP TABLE persons; --",
    ],
)
async def test_forged_ids_get_a_sentence_and_change_nothing(world: Playground, forged: str) -> None:
    await join(world)
    before = await world.bot.database.read(all_but_contact)
    await world.bot.run_action(world.chat.incoming(ALICE), forged)
    assert "expired" in world.chat.read(ALICE)[-1].text
    assert before == await world.bot.database.read(all_but_contact)


async def test_an_offer_of_one_community_is_not_pressed_in_another(world: Playground) -> None:
    elsewhere = replace(ROOM, id="attic", name="The Attic")
    world.chat.join(ALICE, elsewhere)
    await join(world)
    screen = await world.chat.say(ALICE, "checkin change", ROOM)
    answer = await world.chat.press(ALICE, screen.buttons[0], elsewhere)
    assert str(answer.text) in (EXPIRED, "Your check-in\nAt what time?\nNow: 19:00. `-` keeps it. `cancel` stops.")


async def test_nothing_can_be_offered_to_somebody_nothing_is_kept_about(world: Playground) -> None:

    context = await world.bot._recognising.context(world.chat.incoming(DANA))
    with pytest.raises(ValueError, match="nothing may be kept"):
        await world.bot._offering.bind(context, Message(Text("?"), (Button(Text("x"), "checkins.stop"),)))


async def test_the_first_screens_keep_nothing(world: Playground) -> None:
    hello = await world.chat.say(DANA, "start")
    await world.chat.press(DANA, button(hello, "a check-in"))
    await world.chat.say(DANA, "no")
    rows = await world.bot.database.read(
        lambda connection: connection.execute(
            "SELECT (SELECT count(*) FROM persons) + (SELECT count(*) FROM accounts) + (SELECT count(*) FROM offers)"
            " + (SELECT count(*) FROM conversations) + (SELECT count(*) FROM consents)"
        ).fetchone()[0]
    )
    assert rows == 0

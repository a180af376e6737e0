"""What Kith says that it is and is not, whoever asks."""

from __future__ import annotations

import pytest

from bot.messages import Member
from tests.cast import ALICE, BOB, EVE, ROOM, Playground, labels
from tests.cogs.settled import settle


@pytest.mark.parametrize("who", [ALICE, EVE], ids=lambda who: who.name)
async def test_it_is_no_care_and_says_so_to_whoever_asks(world: Playground, who: Member) -> None:
    await settle(world, ALICE)
    said = (await world.chat.say(who, "about")).text
    assert "I'm not care or treatment, and I don't take their place." in said
    assert "I introduce and remind; the talking is yours." in said
    assert f"{world.bot.core.settings.host} hosts me." in said
    assert "`privacy` says what I keep." in said


async def test_the_first_thing_it_says_is_that_nobody_watches_for_emergencies(world: Playground) -> None:
    hello = await world.chat.say(ALICE, "start")
    assert "Nobody watches this chat for emergencies; `help now` has numbers." in hello.text
    await settle(world, BOB)
    assert (await world.chat.say(BOB, "start", ROOM)).text == hello.text
    assert "about" in str((await world.chat.say(ALICE, "help")).text)
    assert labels(hello)[0] == "company"

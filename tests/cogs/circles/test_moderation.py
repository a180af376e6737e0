"""What moderators see of circles, and what they may do: counts, hosts' names, and every step in the audit."""

from __future__ import annotations

from bot.messages import Message
from tests.cast import ALICE, CHANDRA, DANA, MO, Playground, labels
from tests.cogs.circles.cast import agree, join, press, published, rows, tick, told, would_host


async def seen(world: Playground) -> Message:
    return await agree(world, MO, await world.chat.say(MO, "kith-mod circles"))


async def test_only_moderators_see_the_list(world: Playground) -> None:
    await published(world)
    assert "Only moderators" in (await world.chat.say(ALICE, "kith-mod circles")).text


async def test_counts_and_hosts_but_never_who_comes(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    shown = await seen(world)
    assert "1 of 8 seats is taken" in shown.text
    assert "Alice" in shown.text
    assert "Chandra" not in shown.text
    assert labels(shown) == ["Pause 1", "Hand over 1", "Archive 1"]


async def test_a_pause_calls_dates_off_once_and_ends(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    asked = await press(world, MO, await seen(world), "Pause 1")
    assert "Nothing is done yet." in asked.text
    assert "Paused." in (await press(world, MO, asked, "Pause it")).text
    await tick(world)
    assert len(told(world, CHANDRA, "does not take place")) == 1
    assert "It meets again." in (await press(world, MO, await seen(world), "Take up 1 again")).text
    assert "Evening circle" in (await world.chat.say(CHANDRA, "circle list")).text, "its next date is open"
    assert await rows(world, "SELECT action FROM audit ORDER BY id") == [("circles.paused",), ("circles.resumed",)]


async def test_archived_is_gone_for_everybody(world: Playground) -> None:
    await published(world)
    await press(world, MO, await press(world, MO, await seen(world), "Archive 1"), "Archive it")
    assert "No circle is published here." in (await seen(world)).text
    assert "No circle yet" in (await world.chat.say(CHANDRA, "circle list")).text


async def test_handing_over_asks_and_changes_nothing_before_a_yes(world: Playground) -> None:
    await published(world)
    await press(world, MO, await seen(world), "Hand over 1")
    assert "have not said that they would host" in (await world.chat.say(MO, "@Chandra")).text
    await would_host(world, DANA)
    await press(world, MO, await seen(world), "Hand over 1")
    assert "I've asked" in (await world.chat.say(MO, "@Dana")).text
    assert len(await rows(world, "SELECT 1 FROM circle_hosts WHERE accepted IS NOT NULL")) == 2
    await tick(world)
    assert told(world, DANA, "Would you host this")

"""Every change of circles, dates, pairs, requests for company and helper hours: whoever it concerns hears it once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple, get_args

import pytest

from bot.adapters.local import NAME
from bot.messages import Channel, Member, Message
from cogs.circles import dates, hosting
from storage.members import members
from tests.cast import ALICE, BOB, CHANDRA, DANA, EVE, MO, ROOM, Playground, button
from tests.cogs.buddies.world import introduce
from tests.cogs.circles.cast import agree, draft, join, pass_time, press, published, tick, told, would_host
from tests.cogs.settled import settle

FAY, GIL, HAL = (Member(NAME, name.lower(), name) for name in ("Fay", "Gil", "Hal"))
"""Fay stands by. Gil may come, Hal can't, and neither hosts."""
TITLE = "Evening circle"
Setup = Callable[[Playground], Awaitable[object]]


class Change(NamedTuple):
    """One change, and who hears what of it: nobody else hears anything."""

    name: str
    before: Setup
    change: Setup
    heard: dict[Member, str]


# -- a circle, with everybody there is around it -----------------------------------------------------------------------


async def circle(world: Playground) -> None:
    """Alice and Bob host, Fay stands by, Chandra, Dana and Mo have the seats, Eve waits, Gil is a maybe, Hal can't."""
    for member in (EVE, FAY, GIL, HAL):
        world.chat.join(member, ROOM)
    await published(world, seats="3")
    await would_host(world, FAY)
    await press(world, ALICE, await manage(world, ALICE), "A stand-in")
    await world.chat.say(ALICE, "@Fay")
    for member in (CHANDRA, DANA, MO, EVE):
        await join(world, member)
    await join(world, GIL, "Maybe")
    await join(world, HAL, "Can't")
    await tick(world)


async def manage(world: Playground, host: Member) -> Message:
    return await press(world, host, await world.chat.say(host, "circle mine"), TITLE)


async def asked_to_host(world: Playground) -> None:
    """A draft: Bob has said yes, and Fay would stand by and knows nothing of it."""
    world.chat.join(FAY, ROOM)
    await would_host(world, BOB, FAY)
    await draft(world)
    for name, label in (("@Bob", "Co-host"), ("@Fay", "A stand-in")):
        await press(world, ALICE, await manage(world, ALICE), label)
        await world.chat.say(ALICE, name)
    await tick(world)
    await press(world, BOB, told(world, BOB, "Would you host this")[-1], "I'll host")
    await tick(world)


async def asked_unheard(world: Playground) -> None:
    """Bob is asked, and it has not reached him."""
    await would_host(world, BOB)
    await press(world, ALICE, await draft(world), "Co-host")
    await world.chat.say(ALICE, "@Bob")


async def asked_only(world: Playground) -> None:
    await asked_unheard(world)
    await tick(world)


async def deleted_unseen(world: Playground) -> None:
    said = await press(world, ALICE, await manage(world, ALICE), "Delete the draft")
    assert "Nobody saw it." in said.text


async def leaves_for_good(world: Playground) -> None:
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "forget-me"), "Delete everything"))


async def deleted(world: Playground) -> None:
    said = await press(world, ALICE, await manage(world, ALICE), "Delete the draft")
    assert "Whoever was asked to host it hears it." in said.text


async def moved(world: Playground) -> None:
    await press(world, ALICE, await manage(world, ALICE), "Move 1")
    await press(world, ALICE, await world.chat.say(ALICE, "saturday 15:00"), "Move it")


async def cancelled(world: Playground) -> None:
    await press(world, ALICE, await press(world, ALICE, await manage(world, ALICE), "Cancel 1"), "Call it off")


async def ended(world: Playground) -> None:
    await press(world, ALICE, await press(world, ALICE, await manage(world, ALICE), "End the circle"), "End it")


async def by_moderator(world: Playground, label: str) -> Message:
    return await press(world, MO, await agree(world, MO, await world.chat.say(MO, "kith-mod circles")), label)


async def paused(world: Playground) -> None:
    await press(world, MO, await by_moderator(world, "Pause 1"), "Pause it")


async def archived(world: Playground) -> None:
    await press(world, MO, await by_moderator(world, "Archive 1"), "Archive it")


async def resting(world: Playground) -> None:
    await circle(world)
    await paused(world)
    await tick(world)


async def resumed(world: Playground) -> None:
    await by_moderator(world, "Take up 1 again")


async def bob_goes(world: Playground) -> None:
    await press(world, BOB, await press(world, BOB, await manage(world, BOB), "I can't host any more"), "Step back")


async def one_left(world: Playground) -> None:
    """Bob went; Fay was asked, and has not answered yet."""
    await circle(world)
    await bob_goes(world)
    await tick(world)


async def fay_steps_in(world: Playground) -> None:
    await press(world, FAY, told(world, FAY, "A host can't come.")[-1], "I'll host")


async def nobody_left(world: Playground) -> None:
    """The last host goes; Fay has said no already."""
    await press(
        world, ALICE, await press(world, ALICE, await manage(world, ALICE), "I can't host any more"), "Step back"
    )


async def fay_says_no(world: Playground) -> None:
    await one_left(world)
    await press(world, FAY, told(world, FAY, "A host can't come.")[-1], "Not now")
    await tick(world)


async def alone(world: Playground) -> None:
    """Fay said no, and the date is near."""
    await one_left(world)
    await press(world, FAY, told(world, FAY, "A host can't come.")[-1], "Not now")
    await pass_time(world, timedelta(days=4, hours=2))
    assert told(world, ALICE, "You are the one host left")


async def held_alone(world: Playground) -> None:
    await press(world, ALICE, told(world, ALICE, "You are the one host left")[-1], "Hold it with one host")


async def place_lost(world: Playground) -> None:
    [place] = world.chat.groups
    await world.bot.channel_gone(Channel(NAME, place))


async def with_a_place(world: Playground) -> None:
    await circle(world)
    await tick(world)
    assert len(world.chat.groups) == 1


SEATED_OR_WAITING = (CHANDRA, DANA, MO, EVE, GIL)
MOVED, OFF, OVER, RESTS = "has moved", "does not take place", "is over, so", "rests, so it does not take place"
HOSTED, GONE, NOBODY = "It is hosted by", "does not host Evening circle any more", "has no host any more"


def to(words: str, *people: Member) -> dict[Member, str]:
    return dict.fromkeys(people, words)


CIRCLES = [
    Change("deleted", asked_to_host, deleted, to("was deleted before it began", BOB)),
    Change("deleted, unanswered", asked_only, deleted, to("was deleted before it began", BOB)),
    Change("deleted by leaving", asked_only, leaves_for_good, to("was deleted before it began", BOB)),
    Change("deleted before anybody was asked", asked_unheard, deleted_unseen, {}),
    Change("moved", circle, moved, to(MOVED, BOB, FAY, *SEATED_OR_WAITING)),
    Change("cancelled", circle, cancelled, to(OFF, BOB, FAY, *SEATED_OR_WAITING)),
    Change("archived", circle, ended, to(OVER, BOB, FAY, *SEATED_OR_WAITING)),
    Change("archived by a moderator", circle, archived, to(OVER, ALICE, BOB, FAY, *SEATED_OR_WAITING)),
    Change("paused", circle, paused, to(RESTS, ALICE, BOB, FAY, *SEATED_OR_WAITING)),
    Change("resumed", resting, resumed, to("meets again", ALICE, BOB, FAY, *SEATED_OR_WAITING)),
    Change("stepped back", circle, bob_goes, {**to(GONE, ALICE), **to("A host can't come.", FAY)}),
    Change(
        "stand-in",
        one_left,
        fay_steps_in,
        to("hosts Evening circle with you", ALICE) | to(HOSTED, *SEATED_OR_WAITING),
    ),
    Change("ended", fay_says_no, nobody_left, to(NOBODY, FAY, *SEATED_OR_WAITING)),
    Change("alone", alone, held_alone, to("as planned, with one host", FAY, *SEATED_OR_WAITING)),
    Change("place", with_a_place, place_lost, to("was deleted", ALICE, BOB, FAY, *SEATED_OR_WAITING)),
]


# -- pairs ------------------------------------------------------------------------------------------------------------


async def pair(world: Playground) -> None:
    await introduce(world, ALICE, BOB)


async def ends_it(world: Playground) -> None:
    said = await world.chat.say(ALICE, "buddy end", ROOM)
    await press(world, ALICE, said, "End it")


async def rests(world: Playground) -> None:
    await world.chat.say(ALICE, "pause")


async def rests_within_a_pair(world: Playground) -> None:
    await rests(world)
    await world.bot.run_jobs("hour", world.now)


PAIRS = [
    Change("pair ended", pair, ends_it, to("This round has ended early.", BOB)),
    Change("pair paused", pair, rests_within_a_pair, to("has paused", BOB)),
]


# -- company, and helper hours ----------------------------------------------------------------------------------------


async def asked(world: Playground) -> None:
    """Alice asks; Bob and Chandra can help, and Bob says that he can."""
    await settle(world, ALICE, "company")
    for helper in (BOB, CHANDRA):
        await settle(world, helper, "helper")
    await world.chat.say(ALICE, "company")
    await world.chat.say(ALICE, "ask")
    await tick(world)
    await press(world, BOB, world.chat.read(BOB)[-1], "I can")
    await tick(world)


async def met(world: Playground) -> None:
    await asked(world)
    await press(world, ALICE, told(world, ALICE, "Someone can")[-1], "Yes")
    await tick(world)


async def says_yes(world: Playground) -> None:
    await press(world, ALICE, told(world, ALICE, "Someone can")[-1], "Yes")


async def closes(world: Playground) -> None:
    await press(world, ALICE, await world.chat.say(ALICE, "company"), "Close it")


async def leaves(world: Playground) -> None:
    person = await world.bot.database.read(members.person_of, ALICE)
    community = await world.bot.database.read(members.community_of, ROOM)
    assert person is not None
    assert community is not None
    await world.bot.core.leaving.leave(person, community, world.now)


async def waits_for_hours(world: Playground) -> None:
    await settle(world, ALICE, "company")
    await settle(world, CHANDRA, "company")
    await press(world, ALICE, await world.chat.say(ALICE, "company", ROOM), "Yes")


async def hours_begin(world: Playground) -> None:
    await settle(world, BOB, "helper")
    world.now += timedelta(minutes=6)


FREE = "That request is over, and you're free again."
COMPANY = [
    Change("company: a yes", asked, says_yes, to("They said yes. It's", BOB)),
    Change("company: closed", asked, closes, to(FREE, BOB)),
    Change("company: paused", asked, rests, {**to(FREE, BOB), **to("because you paused", ALICE)}),
    Change("company: gone after a yes", met, leaves, to(FREE, BOB)),
    Change("helper hours", waits_for_hours, hours_begin, to("Someone has helper hours now", ALICE)),
]
CHANGES = [*CIRCLES, *PAIRS, *COMPANY]


@pytest.mark.parametrize("one", CHANGES, ids=[one.name for one in CHANGES])
async def test_whoever_is_concerned_hears_it_exactly_once_and_nobody_else_does(
    ungreeted: Playground, one: Change
) -> None:
    world = ungreeted
    await one.before(world)
    known = len(world.chat.posted)
    await one.change(world)
    await tick(world)
    said = [(post.to, str(post.message.text)) for post in world.chat.posted[known:] if post.key]
    heard = [(to, words) for to, words in said if isinstance(to, Member)]
    assert Counter(to for to, _words in heard) == Counter(one.heard.keys()), heard
    for to, words in heard:
        assert isinstance(to, Member)
        assert one.heard[to] in words


LAST = "has met for the last time"


async def heard_of_the_last(world: Playground) -> Counter[Member]:
    return Counter(
        post.to for post in world.chat.posted if isinstance(post.to, Member) and LAST in str(post.message.text)
    )


async def test_that_a_circle_met_for_the_last_time_is_heard_once_by_everybody_who_belongs_or_leads(
    ungreeted: Playground,
) -> None:
    world, week = ungreeted, timedelta(days=7)
    world.chat.join(FAY, ROOM)
    await published(world, times="4 times")
    await would_host(world, FAY)
    await press(world, ALICE, await manage(world, ALICE), "A stand-in")
    await world.chat.say(ALICE, "@Fay")
    await join(world, CHANDRA)
    await pass_time(world, 3 * week)
    assert await heard_of_the_last(world) == {}
    await pass_time(world, 2 * week)
    assert await heard_of_the_last(world) == dict.fromkeys((ALICE, BOB, FAY, CHANDRA), 1)


async def test_that_something_that_meets_once_is_over_is_no_news(ungreeted: Playground) -> None:
    await published(ungreeted, often="Once")
    await join(ungreeted, CHANDRA)
    await pass_time(ungreeted, timedelta(days=14))
    assert await heard_of_the_last(ungreeted) == {}


def test_no_change_of_a_circle_is_left_out() -> None:
    walked = {one.name for one in CIRCLES}
    shown_elsewhere = {"accepted", "published", "rests", "handed over", "last"}
    known = {*get_args(dates.Change), *get_args(dates.Whole), *get_args(hosting.News)}
    assert known - walked == shown_elsewhere

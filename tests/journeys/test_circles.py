"""Circles from idea to archive on both platforms, with the bot killed after every step of everybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.consenting import ADULT, CORE
from bot.messages import Member, Person, Place
from cogs.circles import seats
from storage import circles, circles_dates, consents, members
from tests.adapters.contract import Seen
from tests.adapters.matrix_bed import MatrixActor
from tests.beds.discord import Channel
from tests.journeys.killed import KILLED, KilledActor, KilledBed, KilledDiscord

TITLE = "Evening circle"


@pytest.fixture(params=sorted(KILLED))
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[KilledBed]:
    async with KILLED[request.param](tmp_path / "kith") as opened:
        for name in ("alice", "bob", "mo"):
            with opened.spared():
                await opened.actor(name).say("help")
            await opened.bot.database.write(settle, opened.actor(name).member, opened.place, opened.now())
        yield opened


def settle(connection: Connection, member: Member, place: Place, now: datetime) -> Person:
    """They have said yes to hosting and to reminders, live in London, and are never quiet."""
    person = members.create(connection, member, "UTC", "en", now)
    members.join(connection, person, members.found(connection, place, now), now)
    consents.give(connection, person, (*CORE, ADULT, "events", "host"), "Yes.", now)
    members.set_quiet_hours(connection, person, time(), time())
    return person


def labelled(seen: Seen, start: str) -> str:
    return next(label for label in seen.buttons if label.startswith(start))


async def later(bed: KilledBed, period: timedelta) -> None:
    """So much later; and the bot is killed at that moment."""
    await bed.forward(period)
    await bed.kill()


async def until(bed: KilledBed, moment: str) -> None:
    await later(bed, datetime.fromisoformat(moment) - bed.now())


async def publish(bed: KilledBed) -> None:
    """Alice's circle of three seats, on Thursday at 19:00, with Bob as co-host."""
    alice, bob = bed.actor("alice"), bed.actor("bob")
    screen = await alice.say(f"circle new thursday 19:00 {TITLE}")
    assert "It needs a co-host" in screen.text
    screen = await alice.press(await alice.press(screen, labelled(screen, "Seats")), "3")
    screen = await alice.press(screen, "Publish")
    form = await alice.press(screen, "Co-host")
    said = await alice.fill(form, await alice.mention(bob.member))
    assert "It is published as soon as" in said.text
    asked = await bob.hear("You keep the space, not the people.")
    assert "it is published" in (await bob.press(asked, "I'll host")).text
    await alice.hear("is published")


async def two_more(bed: KilledBed) -> None:
    """Two of the three seats are taken."""
    for number in range(2):
        await bed.bot.database.write(_seated, Member(bed.place.platform, f"9990{number}", f"M{number}"), bed)


def _seated(connection: Connection, member: Member, bed: KilledBed) -> None:
    person = settle(connection, member, bed.place, bed.now())
    circle = circles.get(connection, 1)
    assert circle is not None
    gathering = circles_dates.coming(connection, 1, bed.now())[0]
    assert seats.answer(connection, circle, gathering, person, "in", bed.now()) == "in"


async def card(actor: KilledActor) -> Seen:
    return await actor.press(await actor.say("circle list"), TITLE)


async def mine(actor: KilledActor) -> Seen:
    return await actor.press(await actor.say("circle mine"), TITLE)


async def once(bed: KilledBed, name: str, words: str) -> None:
    assert await bed.delivered(name, words) == 1, words


def events(bed: KilledBed) -> int:
    """What stands in the server's own calendar; on Matrix there is none."""
    return len(bed.guild.events) if isinstance(bed, KilledDiscord) else 0


async def test_from_an_idea_to_a_seat_an_offer_and_a_reminder(bed: KilledBed) -> None:
    bob, mo = bed.actor("bob"), bed.actor("mo")
    await publish(bed)
    await two_more(bed)
    if isinstance(bed, KilledDiscord):
        assert events(bed) == 2, "two dates are open, and each stands there once"
    said = await mo.press(await card(mo), "I'm in")
    assert "You're in: Evening circle" in said.text
    assert "You're on the waitlist" in (await bob.press(await card(bob), "I'm in")).text
    await mo.press(said, "Can't")
    offer = await bob.hear("A seat is free")
    assert "You're on the waitlist" in (await mo.press(await card(mo), "I'm in")).text
    await later(bed, timedelta(hours=2, minutes=1))
    passed_on = await mo.hear("A seat is free")
    assert "You're on the waitlist" in (await bob.press(offer, "I'm in")).text, "it was his for two hours"
    assert "You're in: Evening circle" in (await mo.press(passed_on, "I'm in")).text
    await until(bed, "2031-03-05T19:00:30+00:00")
    assert "How full is your tank" in (await bob.hear("How full is your tank")).text
    await until(bed, "2031-03-06T18:00:30+00:00")
    await mo.hear("Evening circle is")
    await bob.hear("You host Evening circle")
    await bed.kill()
    await once(bed, "mo", "A seat is free")
    await once(bed, "bob", "A seat is free")
    await once(bed, "mo", "Evening circle is")
    await once(bed, "alice", "You host Evening circle,")
    await once(bed, "bob", "How full is your tank")


# -- while it meets ---------------------------------------------------------------------------------------------------


async def test_it_meets_in_its_own_place_and_is_thought_over_afterwards(bed: KilledBed) -> None:
    alice, mo = bed.actor("alice"), bed.actor("mo")
    with bed.spared():
        await publish(bed)
        await mo.press(await card(mo), "I'm in")
    await until(bed, "2031-03-06T19:00:05+00:00")
    place = await Meeting.of(bed)
    await place.here("mo")
    assert "Mo has the talking piece." in await place.say("alice", "next")
    assert "Everybody had a turn." in await place.say("mo", "pass")
    await until(bed, "2031-03-06T20:00:05+00:00")
    asked = await mo.hear("Did you feel welcome")
    asked = await mo.press(asked, "yes")
    last = await mo.press(asked, "lighter")
    assert "thanks arrived, not from whom" in (await mo.press(last, "Thank the hosts")).text
    await alice.hear("Five minutes for the two of you")
    await until(bed, "2031-03-06T21:00:30+00:00")
    assert "Mo" not in (await alice.hear("some thanks arrived")).text
    await bed.kill()
    await once(bed, "mo", "Did you feel welcome")
    await once(bed, "alice", "Five minutes for the two of you")
    await once(bed, "alice", "some thanks arrived")
    assert await place.openings() == 1


class Meeting:
    """The circle's own place, as its members use it."""

    def __init__(self, bed: KilledBed, channel: str) -> None:
        self._bed = bed
        self._id = channel

    @classmethod
    async def of(cls, bed: KilledBed) -> Meeting:
        def read(connection: Connection) -> str:
            [channel, thread] = connection.execute("SELECT channel, thread FROM circles").fetchone()
            return str(thread or channel)

        meeting = cls(bed, await bed.bot.database.read(read))
        if not isinstance(bed, KilledDiscord):
            for name in ("alice", "mo"):
                await meeting._matrix(name).person.join(meeting._id)
        return meeting

    def _matrix(self, name: str) -> MatrixActor:
        actor = self._bed.actor(name).inner
        assert isinstance(actor, MatrixActor)
        return actor

    def _thread(self) -> Channel:
        assert isinstance(self._bed, KilledDiscord)
        return self._bed.fake.world.channels[self._id]

    async def here(self, name: str) -> None:
        """They press `I'm here` on the opening card."""
        if isinstance(self._bed, KilledDiscord):
            person = self._bed.person(name)
            while True:
                opening = await person.next(self._thread())
                if "begins." in opening.text:
                    break
            reply = await (await person.press(opening, "I'm here")).reply()
            assert "`pass` is always fine" in reply.text
        else:
            actor = self._matrix(name)
            while True:
                heard = await actor.person.next()
                if heard.room == self._id and "begins." in heard.text:
                    break
            await actor.person.react(heard.event_id, "1\ufe0f\u20e3", self._id)
            assert "`pass` is always fine" in (await self._bed.actor(name).hear("always fine")).text
        await self._bed.kill()

    async def say(self, name: str, word: str) -> str:
        """``next`` or ``pass``, and what the bot says to everybody there."""
        if isinstance(self._bed, KilledDiscord):
            reply = await (await self._bed.person(name).slash(f"kith {word}", where=self._thread())).reply()
            assert reply.only_for is None, "everybody hears whose turn it is"
            said = reply.text
        else:
            person = self._matrix(name).person
            await person.say(f"!kith {word}", self._id)
            while True:
                heard = await person.next()
                if heard.room == self._id and ("piece" in heard.text or "turn." in heard.text):
                    break
            said = heard.text
        await self._bed.kill()
        return said

    async def openings(self) -> int:
        if isinstance(self._bed, KilledDiscord):
            return sum("begins." in one.text for one in self._bed.person("mo").sees(self._thread()))
        return sum("begins." in one.text for one in self._matrix("mo").person.log if one.room == self._id)


# -- when plans change ------------------------------------------------------------------------------------------------


async def test_dates_move_hosts_go_and_moderators_decide(bed: KilledBed) -> None:
    alice, bob, mo = bed.actor("alice"), bed.actor("bob"), bed.actor("mo")
    with bed.spared():
        await publish(bed)
        await mo.press(await mo.press(await card(mo), "I'm in"), "I come every time")
    form = await alice.press(await mine(alice), "Move 1")
    assert "Moved" in (await alice.fill(form, "saturday 15:00")).text
    await mo.hear("has moved")
    asked = await alice.press(await mine(alice), "Cancel 2")
    await alice.press(asked, "Call it off")
    await mo.hear("does not take place")
    form = await alice.press(await mine(alice), "A stand-in")
    assert "asked when somebody is needed" in (await alice.fill(form, await alice.mention(mo.member))).text
    assert "No reason needed." in (await bob.press(await mine(bob), "I can't host any more")).text
    asked = await mo.hear("A host can't come.")
    assert "You host Evening circle now." in (await mo.press(asked, "I'll host")).text
    assert "Paused." in (await mo.press(await mo.say("kith-mod circles"), "Pause 1")).text
    assert "It meets again." in (await mo.press(await mo.say("kith-mod circles"), "Take up 1 again")).text
    form = await mo.press(await mo.say("kith-mod circles"), "Hand over 1")
    assert "I've asked" in (await mo.fill(form, await mo.mention(bob.member))).text
    asked = await bob.hear("Would you host this?")
    assert "You host Evening circle now." in (await bob.press(asked, "I'll host")).text
    await alice.hear("is hosted by somebody else now")
    assert "Archived." in (await mo.press(await mo.say("kith-mod circles"), "Archive 1")).text
    assert "No circle is published here." in (await mo.say("kith-mod circles")).text
    await later(bed, timedelta(minutes=6))
    assert "No circle yet" in (await alice.say("circle list")).text
    await once(bed, "mo", "has moved")
    await once(bed, "mo", "A host can't come.")
    await once(bed, "bob", "Would you host this?")
    for _second in range(20):
        if events(bed) == 0:
            return
        await asyncio.sleep(1)
    raise AssertionError("something of it is left in the server's calendar")

"""Circles from idea to archive on both platforms, with the bot killed after every step of everybody."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.asking.consenting import ADULT, CORE
from bot.messages import Member, Person, Place
from cogs.circles import seats
from storage.circles import circles, dates
from storage.members import consents, members
from tests.adapters.contract import Seen
from tests.adapters.matrix_bed import MatrixActor
from tests.beds.discord import Channel
from tests.journeys.killed import KILLED, TRIED, KilledActor, KilledBed, KilledDiscord

pytestmark = pytest.mark.sockets

TITLE = "Evening circle"


@pytest.fixture(params=TRIED)
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


async def _past(actor: KilledActor, seen: Seen, words: str) -> Seen:
    """What holds these words; on Matrix something else may have come in between."""
    return seen if words in seen.text else await actor.hear(words)


async def tell(actor: KilledActor, line: str, words: str) -> Seen:
    """They type this, and read something with these words in it."""
    return await _past(actor, await actor.say(line), words)


async def tap(actor: KilledActor, seen: Seen, label: str, words: str) -> Seen:
    return await _past(actor, await actor.press(seen, label), words)


async def fill(actor: KilledActor, form: Seen, answer: str, words: str) -> Seen:
    return await _past(actor, await actor.fill(form, answer), words)


async def publish(bed: KilledBed) -> None:
    """Alice's circle of three seats, on Thursday at 19:00, with Bob as co-host."""
    alice, bob = bed.actor("alice"), bed.actor("bob")
    screen = await tell(alice, f"circle new thursday 19:00 {TITLE}", "It needs a co-host")
    choices = await tap(alice, screen, labelled(screen, "Seats"), "Which one?")
    screen = await tap(alice, choices, "3", "It needs a co-host")
    form = await alice.press(screen, "Co-host")
    screen = await fill(alice, form, await alice.mention(bob.member), "A draft. Only you see it.")
    await tap(alice, screen, "Publish", "It is published as soon as")
    asked = await bob.hear("You keep the space, not the people.")
    await tap(bob, asked, "I'll host", "it is published")
    await alice.hear("is published")
    await bob.hear("Evening circle is published.")


async def two_more(bed: KilledBed) -> None:
    """Two of the three seats are taken."""
    for number in range(2):
        await bed.bot.database.write(_seated, Member(bed.place.platform, f"9990{number}", f"M{number}"), bed)


def _seated(connection: Connection, member: Member, bed: KilledBed) -> None:
    person = settle(connection, member, bed.place, bed.now())
    circle = circles.get(connection, 1)
    assert circle is not None
    gathering = dates.coming(connection, 1, bed.now())[0]
    assert seats.answer(connection, circle, gathering, person, "in", bed.now()) == "in"


async def card(actor: KilledActor) -> Seen:
    return await tap(actor, await tell(actor, "circle list", "What is on:"), TITLE, "What we agree on:")


async def mine(actor: KilledActor) -> Seen:
    return await tap(actor, await tell(actor, "circle mine", "Which one?"), TITLE, "What we agree on:")


async def decide(actor: KilledActor, label: str) -> Seen:
    """A moderator presses this at the list of circles."""
    shown = await actor.say("kith-mod circles")
    while label not in shown.buttons:
        shown = await actor.next()
    return await actor.press(shown, label)


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
    said = await tap(mo, await card(mo), "I'm in", "You're in: Evening circle")
    await tap(bob, await card(bob), "I'm in", "You're on the waitlist")
    await tap(mo, said, "Can't", "not this time")
    offer = await bob.hear("A seat is free")
    await tap(mo, await card(mo), "I'm in", "You're on the waitlist")
    await later(bed, timedelta(hours=2, minutes=1))
    passed_on = await mo.hear("A seat is free")
    await tap(bob, offer, "I'm in", "You're on the waitlist")  # it was his for two hours
    await tap(mo, passed_on, "I'm in", "You're in: Evening circle")
    await once(bed, "mo", "A seat is free")
    await once(bed, "bob", "A seat is free")
    await until(bed, "2031-03-05T19:00:30+00:00")
    await bob.hear("How full is your tank")
    await until(bed, "2031-03-06T18:00:30+00:00")
    await mo.hear("Evening circle is")
    await bob.hear("You host Evening circle")
    await bed.kill()
    await once(bed, "mo", "Evening circle is")
    await once(bed, "alice", "You host Evening circle,")
    await once(bed, "bob", "How full is your tank")


# -- while it meets ---------------------------------------------------------------------------------------------------


async def test_it_meets_in_its_own_place_and_is_thought_over_afterwards(bed: KilledBed) -> None:
    alice, mo = bed.actor("alice"), bed.actor("mo")
    with bed.spared():
        await publish(bed)
        await tap(mo, await card(mo), "I'm in", "You're in")
    await until(bed, "2031-03-06T19:00:05+00:00")
    place = await Meeting.of(bed)
    await place.here("mo")
    await place.say("alice", "next", "has the talking piece.")
    await place.say("mo", "pass", "Everybody had a turn.")
    await until(bed, "2031-03-06T20:00:05+00:00")
    asked = await tap(mo, await mo.hear("Did you feel welcome"), "yes", "How are you leaving")
    last = await tap(mo, asked, "lighter", "anything you want the hosts to know")
    await tap(mo, last, "Thank the hosts", "thanks arrived, not from whom")
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

        for _second in range(60):
            channel = await bed.bot.database.read(read)
            if channel != "None":
                break
            await asyncio.sleep(1)  # killed while it was being opened
        meeting = cls(bed, channel)
        if not isinstance(bed, KilledDiscord):
            for name in ("alice", "mo"):
                await meeting._join(name)
        return meeting

    async def _join(self, name: str) -> None:
        """As soon as the invitation is there."""
        for _second in range(30):
            if await self._bed.actor(name).in_group(self._id):
                return
            await asyncio.sleep(1)
        raise AssertionError(f"{name} was never invited")

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
            assert re.search(r"(`pass`|</kith pass:\d+>) is always fine", reply.text)
        else:
            actor = self._matrix(name)
            while True:
                heard = await actor.person.next()
                if heard.room == self._id and "begins." in heard.text:
                    break
            await actor.person.react(heard.event_id, "1\ufe0f\u20e3", self._id)
            assert "`pass` is always fine" in (await self._bed.actor(name).hear("always fine")).text
        await self._bed.kill()

    async def say(self, name: str, word: str, words: str) -> None:
        """``next`` or ``pass``; and everybody there reads these words."""
        if isinstance(self._bed, KilledDiscord):
            reply = await (await self._bed.person(name).slash(f"kith {word}", where=self._thread())).reply()
            assert reply.only_for is None, "everybody hears whose turn it is"
            assert words in reply.text
        else:
            person = self._matrix(name).person
            await person.say(f"!kith {word}", self._id)
            while True:
                heard = await person.next()
                if heard.room == self._id and words in heard.text:
                    break
        await self._bed.kill()

    async def openings(self) -> int:
        if isinstance(self._bed, KilledDiscord):
            return sum("begins." in one.text for one in self._bed.person("mo").sees(self._thread()))
        return sum("begins." in one.text for one in self._matrix("mo").person.log if one.room == self._id)


# -- when plans change ------------------------------------------------------------------------------------------------


async def test_dates_move_hosts_go_and_moderators_decide(bed: KilledBed) -> None:
    alice, bob, mo = bed.actor("alice"), bed.actor("bob"), bed.actor("mo")
    with bed.spared():
        await publish(bed)
        await tap(mo, await tap(mo, await card(mo), "I'm in", "You're in"), "I come every time", "every time")
    form = await alice.press(await mine(alice), "Move 1")
    await tap(
        alice, await fill(alice, form, "saturday 15:00", "Nothing is done yet. I understood:"), "Move it", "Moved"
    )
    await mo.hear("has moved")
    asked = await tap(alice, await mine(alice), "Cancel 2", "Call off the date")
    await tap(alice, asked, "Call it off", "Called off.")
    await mo.hear("does not take place")
    form = await alice.press(await mine(alice), "A stand-in")
    await fill(alice, form, await alice.mention(mo.member), "asked when somebody is needed")
    asked = await tap(bob, await mine(bob), "I can't host any more", "Nothing is done yet.")
    await tap(bob, asked, "Step back", "No reason needed.")
    await tap(mo, await mo.hear("A host can't come."), "I'll host", "You host Evening circle now.")
    asked = await _past(mo, await decide(mo, "Pause 1"), "Nothing is done yet.")
    await tap(mo, asked, "Pause it", "Paused.")
    await _past(mo, await decide(mo, "Take up 1 again"), "It meets again.")
    form = await _past(
        mo, await decide(mo, "Hand over 1"), "Hand over" if isinstance(bed, KilledDiscord) else "To whom?"
    )
    await fill(mo, form, await mo.mention(bob.member), "I've asked")
    await tap(bob, await bob.hear("Would you host this?"), "I'll host", "You host Evening circle now.")
    await alice.hear("is hosted by somebody else now")
    asked = await _past(mo, await decide(mo, "Archive 1"), "Nothing is done yet.")
    await tap(mo, asked, "Archive it", "Archived.")
    await tell(mo, "kith-mod circles", "No circle is published here.")
    await later(bed, timedelta(minutes=6))
    await tell(alice, "circle list", "No circle yet")
    await once(bed, "mo", "has moved")
    await once(bed, "mo", "A host can't come.")
    await once(bed, "bob", "Would you host this?")
    for _second in range(20):
        if events(bed) == 0:
            return
        await asyncio.sleep(1)
    raise AssertionError("something of it is left in the server's calendar")

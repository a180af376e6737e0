"""A plain model of consent beside the bot: whatever people do, what is sent is what the model allows.

Hypothesis chooses the steps and shrinks what goes wrong. A probe is a message for one purpose, perhaps of one
community; it is planned in one step and sent in another, so that everything can happen in between.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bot.adapters.local import NAME
from bot.cog import Cog, Work, message, nothing_kept, nothing_to_forget
from bot.consenting import ADULT, ADULTS_ONLY, CORE
from bot.messages import Button, Community, Delivery, Member, Message, Person, Place, Reader, Text
from bot.playground import Playground
from cogs.linking import Linking
from cogs.onboarding import Onboarding
from cogs.pause import Pause
from cogs.privacy import Privacy
from cogs.settings import NAMES, Settings
from storage import blocks, deliveries, members

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCOUNTS = tuple(Member(NAME, name, name.title()) for name in ("alice", "alices-phone", "bob", "bobs-phone", "eve"))
PLACES = (Place(NAME, "porch", "The Porch"), Place(NAME, "garden", "The Garden"))
PURPOSES = ("dm", "may-be-asked", "helper", "mentor")
PROBE = "probe.sent"
MONTH = timedelta(days=31)

steps: Counter[str] = Counter()
"""How often each thing was done, over all runs in this process."""


class Probes(Cog):
    """Sends one message per probe, for whatever purpose it is."""

    @message(PROBE)
    async def render(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(Text(f"probe {delivery.args['number']}"))

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return nothing_kept

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return nothing_to_forget


@dataclass(eq=False)
class Human:
    """What the model knows of one person."""

    accounts: set[Member]
    yes: set[str] = field(default_factory=set)
    paused: bool = False
    homes: set[Place] = field(default_factory=set)
    left: dict[Place, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    number: int
    human: Human
    purpose: str
    place: Place | None


class ConsentMachine(RuleBasedStateMachine):
    """The bot with a real database file, and the model; every rule does the same to both."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="kith-consent-")
        self.runner = asyncio.Runner()
        cogs = (Onboarding, Settings, Pause, Privacy, Linking, Probes)
        self.opened = Playground.open(Path(self.folder.name), START, cogs)
        self.world = self.runner.run(self.opened.__aenter__())
        self.chat = self.world.chat
        self.rooms = {place: set(ACCOUNTS) for place in PLACES}
        for account, place in itertools.product(ACCOUNTS, PLACES):
            self.chat.join(account, place)
        self.owner: dict[Member, Human] = {}
        self.avoided: set[tuple[Human, Human | Member]] = set()
        self.planned: list[Probe] = []
        self.numbers = itertools.count(1)
        self.communities = {
            place: self.run(self.world.bot.database.write(members.found, place, START)) for place in PLACES
        }

    def teardown(self) -> None:
        self.runner.run(self.opened.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def say(self, account: Member, line: str, place: Place | None = None) -> Message:
        self.seen(account, place)
        self.world.now += timedelta(seconds=1)
        said: Message = self.run(self.chat.say(account, line, place))
        return said

    def press(self, account: Member, label: str, on: Message, place: Place | None = None) -> Message:
        [button] = [button for button in on.buttons if str(button.label) == label]
        self.seen(account, place)
        said: Message = self.run(self.chat.press(account, button, place))
        return said

    def seen(self, account: Member, place: Place | None) -> None:
        """Speaking in a place, a person is known to be in it."""
        human = self.owner.get(account)
        if human is not None and place is not None:
            human.homes.add(place)
            human.left.pop(place, None)

    @initialize()
    def two_are_here_already(self) -> None:
        for account, purpose in itertools.product(ACCOUNTS[::2][:2], ("helper", "may-be-asked")):
            self.opts_in(account, purpose, room=True)

    def one_of(self, data: st.DataObject, accounts: Iterable[Member]) -> Member:
        return data.draw(st.sampled_from(sorted(accounts, key=lambda account: account.id)))

    # -- the steps ----------------------------------------------------------------------------------------------------

    @rule(account=st.sampled_from(ACCOUNTS), purpose=st.sampled_from(PURPOSES), room=st.booleans())
    def opts_in(self, account: Member, purpose: str, room: bool) -> None:
        steps["opt in"] += 1
        place = PLACES[0] if room and account in self.rooms[PLACES[0]] else None
        adult = purpose in ADULTS_ONLY
        yes = Button(Text("Yes"), "consent.yes", f"set-{purpose}|{int(adult)}|{purpose}", row="-")
        self.run(self.chat.press(account, yes, place))
        human = self.owner.get(account) or self.appears(account, Human({account}))
        human.yes |= {*CORE, purpose, *({ADULT} if adult else ())}
        self.seen(account, place)

    def appears(self, account: Member, human: Human) -> Human:
        """An account is known from now on: what others set against it holds."""
        self.owner[account] = human
        human.accounts.add(account)
        self.avoided = {(one, human if other == account else other) for one, other in self.avoided}
        self.avoided = {(one, other) for one, other in self.avoided if one is not other}
        return human

    @precondition(lambda self: self.owner)
    @rule(data=st.data())
    def opts_out(self, data: st.DataObject) -> None:
        account = self.one_of(data, self.owner)
        human = self.owner[account]
        if not human.yes & NAMES.keys():
            return
        purpose = data.draw(st.sampled_from(sorted(human.yes & NAMES.keys())))
        steps["opt out"] += 1
        self.press(account, f"{NAMES[purpose]}: on", self.say(account, "settings"))
        human.yes -= {purpose, *(ADULTS_ONLY if purpose == ADULT else ())}

    @precondition(lambda self: self.owner)
    @rule(data=st.data(), pause=st.booleans())
    def pauses_or_goes_on(self, data: st.DataObject, pause: bool) -> None:
        account = self.one_of(data, self.owner)
        human = self.owner[account]
        steps["pause" if pause else "go on"] += 1
        self.say(account, "pause" if pause else "start")
        human.paused = pause

    @precondition(lambda self: self.owner)
    @rule(data=st.data())
    def avoids(self, data: st.DataObject) -> None:
        one, two = self.one_of(data, self.owner), self.one_of(data, self.owner)
        who, other = self.owner[one], self.owner[two]
        if who is other:
            return
        steps["block"] += 1
        self.run(self.world.bot.database.write(blocks.add, self.person(one), self.person(two), self.world.now))
        self.avoided.add((who, other))

    @precondition(lambda self: self.owner)
    @rule(data=st.data(), place=st.sampled_from(PLACES))
    def leaves(self, data: st.DataObject, place: Place) -> None:
        account = self.one_of(data, self.owner)
        human = self.owner[account]
        if account not in self.rooms[place]:
            return
        steps["leave"] += 1
        self.press(account, "Yes, leave", self.say(account, "leave", place), place)
        self.has_left(human, place)

    @rule(account=st.sampled_from(ACCOUNTS), place=st.sampled_from(PLACES))
    def is_taken_out(self, account: Member, place: Place) -> None:
        if account not in self.rooms[place]:
            return
        steps["removed"] += 1
        self.rooms[place].discard(account)
        self.chat.leave(account, place)
        self.run(self.world.bot.left(account, place))
        human = self.owner.get(account)
        if human is not None and not human.accounts & self.rooms[place]:
            self.has_left(human, place)

    def has_left(self, human: Human, place: Place) -> None:
        if place in human.homes:
            human.homes.discard(place)
            human.left[place] = self.world.now
        if not human.homes:
            human.yes.clear()
        self.planned = [probe for probe in self.planned if (probe.human, probe.place) != (human, place)]

    @rule(account=st.sampled_from(ACCOUNTS), place=st.sampled_from(PLACES))
    def comes_back(self, account: Member, place: Place) -> None:
        steps["come back"] += 1
        self.rooms[place].add(account)
        self.chat.join(account, place)
        self.say(account, "about", place)

    @precondition(lambda self: self.owner)
    @rule(data=st.data())
    def asks_to_be_forgotten(self, data: st.DataObject) -> None:
        account = self.one_of(data, self.owner)
        human = self.owner[account]
        steps["forget"] += 1
        self.press(account, "Forget me", self.say(account, "forget-me"))
        self.is_forgotten(human)

    def is_forgotten(self, human: Human) -> None:
        against = {one for one, other in self.avoided if other is human}
        self.avoided = {pair for pair in self.avoided if human not in pair}
        self.avoided |= {(one, account) for one in against for account in human.accounts}
        self.owner = {account: owner for account, owner in self.owner.items() if owner is not human}
        self.planned = [probe for probe in self.planned if probe.human is not human]

    @precondition(lambda self: self.owner)
    @rule(data=st.data(), two=st.sampled_from(ACCOUNTS))
    def links(self, data: st.DataObject, two: Member) -> None:
        one = self.one_of(data, self.owner)
        human, other = self.owner[one], self.owner.get(two)
        if one == two:
            return
        steps["link"] += 1
        code = re.search(r"\d+-[a-z2-7]{26}", str(self.say(one, "link").text))
        assert code is not None
        self.press(two, "Yes", self.say(two, f"link {code[0]}"))
        done = self.press(one, "Yes", self.say(one, "link"))
        assert "one person to me" in done.text
        if other is None:
            self.appears(two, human)
        elif other is not human:
            self.become_one(human, other)

    def become_one(self, human: Human, other: Human) -> None:
        human.yes |= other.yes
        human.paused = human.paused or other.paused
        human.homes |= other.homes
        human.left = {place: at for place, at in {**other.left, **human.left}.items() if place not in human.homes}
        for account in other.accounts:
            self.owner[account] = human
        human.accounts |= other.accounts

        def merged(one: Human | Member) -> Human | Member:
            return human if one is other else one

        pairs = {(merged(one), merged(two)) for one, two in self.avoided}
        self.avoided = {(one, two) for one, two in pairs if isinstance(one, Human) and one is not two}
        self.planned = [
            Probe(probe.number, human if probe.human is other else probe.human, probe.purpose, probe.place)
            for probe in self.planned
        ]

    @precondition(lambda self: self.owner)
    @rule(data=st.data())
    def unlinks(self, data: st.DataObject) -> None:
        account = self.one_of(data, self.owner)
        human = self.owner[account]
        if len(human.accounts) < 2:
            return
        steps["unlink"] += 1
        self.press(account, "Yes, unlink", self.say(account, "unlink"))
        human.accounts.discard(account)
        del self.owner[account]

    @precondition(lambda self: self.owner and any(human.left for human in self.owner.values()))
    @rule()
    def a_month_passes(self) -> None:
        steps["a month"] += 1
        self.world.now += MONTH
        self.planned = [probe for probe in self.planned if probe.number < 0]  # none is good for so long
        for every in ("hour", "day"):
            self.run(self.world.bot.run_jobs(every, self.world.now))
        for human in set(self.owner.values()):
            if human.homes:
                human.left = {place: at for place, at in human.left.items() if at > self.world.now - timedelta(days=30)}
            for place in list(human.homes):
                if not human.accounts & self.rooms[place]:
                    self.has_left(human, place)
            if human.left and not human.homes and max(human.left.values()) <= self.world.now - timedelta(days=30):
                self.is_forgotten(human)

    @precondition(lambda self: self.owner)
    @rule(data=st.data(), place=st.sampled_from(PLACES), at_once=st.booleans())
    def something_is_planned(self, data: st.DataObject, place: Place, at_once: bool) -> None:
        account = self.one_of(data, self.owner)
        for purpose, where in itertools.product(PURPOSES, (None, place)):
            self.plan(account, purpose, where)
        if at_once:
            self.send()

    def plan(self, account: Member, purpose: str, place: Place | None) -> None:
        steps["plan"] += 1
        number = next(self.numbers)
        probe = Delivery(
            to=self.person(account),
            kind=PROBE,
            key=f"probe:{number}",
            due=self.world.now,
            expires=self.world.now + timedelta(days=1),
            purpose=purpose,
            community=self.communities[place] if place else None,
            args={"number": number},
            picked=True,
        )
        self.run(self.world.bot.database.write(deliveries.plan, probe))
        self.planned.append(Probe(number, self.owner[account], purpose, place))

    @precondition(lambda self: len(self.planned) > 0)
    @rule()
    def it_is_sent(self) -> None:
        self.send()

    def send(self) -> None:
        steps["send"] += 1
        before = len(self.chat.posted)
        while self.run(self.world.bot.database.read(deliveries.counts)).get("pending"):
            self.world.now += timedelta(seconds=1)
            self.run(self.world.bot.tick(self.world.now))
        arrived = {
            int(str(posted.message.text).split()[1]): posted.to
            for posted in self.chat.posted[before:]
            if str(posted.message.text).startswith("probe")
        }
        allowed = {probe.number for probe in self.planned if self.allows(probe)}
        steps["sent"] += len(arrived)
        assert set(arrived) == allowed, "what was sent is exactly what had been said yes to"
        for probe in self.planned:
            assert probe.number not in arrived or arrived[probe.number] in probe.human.accounts
        self.planned.clear()

    def allows(self, probe: Probe) -> bool:
        human = probe.human
        gone = probe.place is not None and probe.place in human.left
        return {probe.purpose, "dm"} <= human.yes and not human.paused and not gone

    @precondition(lambda self: self.avoided)
    @rule()
    def nobody_meets_whom_they_avoid(self) -> None:
        steps["look"] += 1
        for one, two in itertools.combinations(self.owner, 2):
            human, other = self.owner[one], self.owner[two]
            if human is not other:
                apart = (human, other) in self.avoided or (other, human) in self.avoided
                held = self.run(self.world.bot.database.read(blocks.between, self.person(one), self.person(two)))
                assert held == apart
        known = set(self.known())
        assert known == set(self.owner), "exactly those who said yes are known"

    def known(self) -> Iterator[Member]:
        for account in ACCOUNTS:
            if self.run(self.world.bot.database.read(members.person_of, account)) is not None:
                yield account

    def person(self, account: Member) -> Person:
        found: Person | None = self.run(self.world.bot.database.read(members.person_of, account))
        assert found is not None
        return found

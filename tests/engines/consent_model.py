"""A plain model of consent beside the bot: whatever people do, what is sent is what the model allows.

Hypothesis chooses the steps and shrinks what goes wrong. A probe is a message for one purpose, perhaps of one
community. Some are always on their way: planned before a step, sent after it, so that everything happens in between.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.adapters.local import NAME
from bot.asking.consenting import ADULT, ADULTS_ONLY, CORE
from bot.cog import KeepsNothing, message
from bot.context import Delivery, Reader
from bot.messages import (
    Button,
    Member,
    Message,
    Person,
    Place,
    Text,
)
from bot.registry import Ask
from cogs.linking import Linking
from cogs.onboarding import Onboarding
from cogs.pause import Pause
from cogs.privacy import Privacy
from cogs.resting import Rests
from cogs.settings import Settings
from cogs.switches import NAMES, WORDS
from storage.database.instants import seconds
from storage.delivery import deliveries
from storage.members import blocks, consents, members
from tests.engines.consent_ledger import Human, Ledger, Probe
from tests.prepared import at_home

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCOUNTS = tuple(Member(NAME, name, name.title()) for name in ("alice", "alices-phone", "bob", "bobs-phone", "eve"))
PLACES = (Place(NAME, "porch", "The Porch"), Place(NAME, "garden", "The Garden"))
PURPOSES = tuple(name for name in NAMES if name != ADULT)
PROBE = "probe.sent"
MONTH = timedelta(days=31)
HOUR = timedelta(hours=1)

steps: Counter[str] = Counter()
"""How often each thing was done, over all runs in this process."""

probes: Counter[str] = Counter()
"""What became of each message: ``sent``, or why it was rightly held back."""


class Probes(KeepsNothing):
    """Sends one message per probe, for whatever purpose it is, and asks for those that no other cog here asks for."""

    @message(PROBE)
    async def render(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(Text(f"probe {delivery.args['number']}"))

    def asks(self) -> Sequence[Ask]:
        return [
            Ask(f"set-{name}", tuple({*CORE, name}), _probed, "settings.open", name in ADULTS_ONLY)
            for name in PURPOSES
            if name not in WORDS
        ]


def _due(connection: Connection, now: datetime) -> int:
    """What rests waits for longer than that."""
    [count] = connection.execute(
        "SELECT count(*) FROM deliveries WHERE state = 'pending' AND next_try <= ?", (seconds(now + HOUR / 2),)
    ).fetchone()
    return int(count)


def _probed(_value: str) -> Text:
    return Text("May I probe?")


class ConsentMachine(RuleBasedStateMachine):
    """The bot with a real database file, and the model; every rule does the same to both."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="kith-consent-")
        self.runner = asyncio.Runner()
        cogs = (Onboarding, Settings, Pause, Rests, Privacy, Linking, Probes)
        self.opened = at_home(Path(self.folder.name), START, cogs)
        self.world = self.runner.run(self.opened.__aenter__())
        self.chat = self.world.chat
        self.model = Ledger()
        self.rooms = {place: set(ACCOUNTS) for place in PLACES}
        for account, place in itertools.product(ACCOUNTS, PLACES):
            self.chat.join(account, place)
        self.numbers, self.rounds = itertools.count(1), itertools.count(1)
        self.turns = itertools.cycle(itertools.product(ACCOUNTS, (None, *PLACES)))
        self.versions = consents.VERSIONS
        self.communities = {
            place: self.run(self.world.bot.database.write(members.found, place, START)) for place in PLACES
        }

    def teardown(self) -> None:
        consents.VERSIONS = self.versions
        self.runner.run(self.opened.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    @property
    def owner(self) -> dict[Member, Human]:
        return self.model.owner

    def say(self, account: Member, line: str, place: Place | None = None) -> Message:
        self.model.spoke(account, place)
        self.world.now += timedelta(seconds=1)
        said: Message = self.run(self.chat.say(account, line, place))
        return said

    def press(self, account: Member, label: str, on: Message, place: Place | None = None) -> Message:
        [button] = [button for button in on.buttons if str(button.label) == label]
        self.model.spoke(account, place)
        said: Message = self.run(self.chat.press(account, button, place))
        return said

    @initialize()
    def two_are_here_already(self) -> None:
        for account, purpose in itertools.product(ACCOUNTS[::2][:2], ("helper", "may-be-asked")):
            self.opts_in(account, purpose, room=True)
        self.link(*ACCOUNTS[:2])  # or unlinking is drawn so rarely that a short run may never reach it

    def one_of(self, data: st.DataObject, accounts: Iterable[Member]) -> Member:
        return data.draw(st.sampled_from(sorted(accounts, key=lambda account: account.id)))

    # -- yes and no ---------------------------------------------------------------------------------------------------

    @rule(account=st.sampled_from(ACCOUNTS), purpose=st.sampled_from(PURPOSES), room=st.booleans())
    def opts_in(self, account: Member, purpose: str, room: bool) -> None:
        steps["opt in"] += 1
        place = PLACES[0] if room and account in self.rooms[PLACES[0]] else None
        yes = Button(Text("Yes"), "consent.yes", f"set-{purpose}|{int(purpose in ADULTS_ONLY)}|{purpose}", row="-")
        self.run(self.chat.press(account, yes, place))
        shared = [room for room in PLACES if account in self.rooms[room]]
        self.model.says_yes(account, purpose, place or (shared[0] if len(shared) == 1 else None))

    @precondition(lambda self: self.owner)
    @rule(data=st.data(), typed=st.booleans())
    def opts_out(self, data: st.DataObject, typed: bool) -> None:
        account = self.one_of(data, self.owner)
        human = self.owner[account]
        if not human.yes & NAMES.keys():
            return
        purpose = data.draw(st.sampled_from(sorted(human.yes & NAMES.keys())))
        steps["opt out"] += 1
        self.plan(account, purpose)
        self.switches_off(account, purpose, typed=typed)

    def switches_off(self, account: Member, purpose: str, *, typed: bool) -> None:
        if typed:
            answer = self.say(account, f"settings {NAMES[purpose]}")
        else:
            screen, labels = self.say(account, "settings"), {f"{NAMES[purpose]}: {state}" for state in ("on", "rests")}
            if not labels & {str(button.label) for button in screen.buttons}:
                screen = self.press(account, "More settings", screen)
            [label] = labels & {str(button.label) for button in screen.buttons}
            answer = self.press(account, label, screen)
        if "Nothing is done yet" in answer.text:  # it stops more than itself
            self.press(account, "Switch it off", answer)
        self.model.takes_back(self.owner[account], purpose)

    @rule(purpose=st.sampled_from((*PURPOSES, ADULT)))
    def the_words_change(self, purpose: str) -> None:
        """A new version of the bot asks for this in other words: an older yes counts no more."""
        steps["words change"] += 1
        consents.VERSIONS = {**consents.VERSIONS, purpose: consents.version(purpose) + 1}
        self.model.words_change(purpose)

    @precondition(lambda self: self.owner)
    @rule(data=st.data(), pause=st.booleans())
    def pauses_or_goes_on(self, data: st.DataObject, pause: bool) -> None:
        account = self.one_of(data, self.owner)
        human = self.owner[account]
        steps["pause" if pause else "go on"] += 1
        self.plan_all(account)
        self.say(account, "pause" if pause else "start")
        human.paused = pause

    @rule(account=st.sampled_from(ACCOUNTS))
    def shuts_or_opens_the_door(self, account: Member) -> None:
        """Takes no direct messages from the bot any more, or takes them again."""
        shut = account not in self.model.shut
        steps["block the bot" if shut else "unblock the bot"] += 1
        if account in self.owner:
            self.plan_all(account)
        (self.model.shut.add if shut else self.model.shut.discard)(account)
        (self.chat.closed.add if shut else self.chat.closed.discard)(account.id)
        self.model.unsure.add(account)

    @precondition(lambda self: self.owner)
    @rule(data=st.data())
    def avoids(self, data: st.DataObject) -> None:
        one, two = self.one_of(data, self.owner), self.one_of(data, self.owner)
        who, other = self.owner[one], self.owner[two]
        if who is other:
            return
        steps["block"] += 1
        self.run(self.world.bot.database.write(blocks.add, self.person(one), self.person(two), self.world.now))
        self.model.avoided.add((who, other))

    # -- coming and going ---------------------------------------------------------------------------------------------

    @precondition(lambda self: self.owner)
    @rule(data=st.data(), place=st.sampled_from(PLACES))
    def leaves(self, data: st.DataObject, place: Place) -> None:
        account = self.one_of(data, self.owner)
        if account not in self.rooms[place]:
            return
        steps["leave"] += 1
        self.plan_all(account, place)
        self.press(account, "Yes, leave", self.say(account, "leave", place), place)
        self.model.has_left(self.owner[account], place, self.world.now)

    @rule(account=st.sampled_from(ACCOUNTS), place=st.sampled_from(PLACES))
    def is_taken_out(self, account: Member, place: Place) -> None:
        if account not in self.rooms[place]:
            return
        steps["removed"] += 1
        human = self.owner.get(account)
        if human is not None:
            self.plan_all(account, place)
        self.rooms[place].discard(account)
        self.chat.leave(account, place)
        self.run(self.world.bot.left(account, place))
        if human is not None and human.accounts == {account}:
            self.model.has_left(human, place, self.world.now, by_platform=True)
        self.who_is_gone_is_asked_about()
        if human is not None and human.rests and account in self.owner:
            self.plan_all(account)  # or what is on its way while somebody rests is rarely reached

    def who_is_gone_is_asked_about(self) -> None:
        """Of somebody with more accounts than the one that went, the platform is asked twice, an hour apart."""
        if self.model.gone(self.rooms):
            for passing in (timedelta(days=1), timedelta(hours=1)):
                self.world.now += passing
                self.run(self.world.bot.run_jobs("hour", self.world.now))
            self.model.a_day_passes(self.world.now, self.rooms)

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
        self.plan_all(account)
        self.press(account, "Delete everything", self.say(account, "forget-me"))
        self.model.is_forgotten(human)

    @precondition(lambda self: any(human.left for human in self.model.humans()))
    @rule()
    def a_month_passes(self) -> None:
        steps["a month"] += 1
        self.world.now += MONTH
        for every in ("hour", "day"):
            self.run(self.world.bot.run_jobs(every, self.world.now))
        self.model.a_month_passes(self.world.now, self.rooms)

    # -- one person with two accounts ---------------------------------------------------------------------------------

    @precondition(lambda self: self.owner)
    @rule(data=st.data(), two=st.sampled_from(ACCOUNTS))
    def links(self, data: st.DataObject, two: Member) -> None:
        one = self.one_of(data, self.owner)
        if one != two:
            self.link(one, two)

    def link(self, one: Member, two: Member) -> None:
        human, other = self.owner[one], self.owner.get(two)
        steps["link"] += 1
        code = re.search(r"\d+-[a-z2-7]{26}", str(self.say(one, "link").text))
        assert code is not None
        self.press(two, "Yes", self.say(two, f"link {code[0]}"))
        done = self.press(one, "Yes", self.say(one, "link"))
        assert "one person to me" in done.text
        if other is None:
            self.model.appears(two, human)
        elif other is not human:
            self.model.become_one(human, other)

    @precondition(lambda self: any(len(human.accounts) > 1 for human in self.model.humans()))
    @rule(data=st.data())
    def unlinks(self, data: st.DataObject) -> None:
        account = self.one_of(data, (account for account, human in self.owner.items() if len(human.accounts) > 1))
        steps["unlink"] += 1
        self.plan_all(account)
        self.press(account, "Yes, unlink", self.say(account, "unlink"))
        self.model.loses(account)
        self.who_is_gone_is_asked_about()

    # -- what is sent -------------------------------------------------------------------------------------------------

    @invariant()
    def something_is_always_on_its_way(self) -> None:
        """After two of three steps what waits is sent; then something new is planned, in turns, for two of them."""
        if next(self.rounds) % 3:
            self.send()
        turns = [turn for turn in itertools.islice(self.turns, 5) if turn[0] in self.owner]
        self.put([(account, probe) for account, place in turns for probe in self.some(account, place, most=2)])

    def some(self, account: Member, place: Place | None = None, most: int = 3) -> list[Probe]:
        """A few for what was said yes to, and one for what perhaps was not."""
        turn = next(self.numbers)
        yes = sorted(self.owner[account].yes & set(PURPOSES))
        chosen = [yes[(turn + one) % len(yes)] for one in range(min(most - 1, len(yes)))]
        return [self.probe(account, purpose, place) for purpose in (*chosen, PURPOSES[turn % len(PURPOSES)])]

    def probe(self, account: Member, purpose: str, place: Place | None = None) -> Probe:
        return Probe(next(self.numbers), self.owner[account], purpose, place)

    def plan_all(self, account: Member, place: Place | None = None) -> None:
        self.put([(account, probe) for probe in self.some(account, place)])

    def plan(self, account: Member, purpose: str, place: Place | None = None) -> None:
        self.put([(account, self.probe(account, purpose, place))])

    def put(self, planned: Sequence[tuple[Member, Probe]]) -> None:
        self.run(self.world.bot.database.write(self._put, planned))
        self.model.planned += [probe for _account, probe in planned]

    def _put(self, connection: Connection, planned: Sequence[tuple[Member, Probe]]) -> None:
        for account, probe in planned:
            person = members.person_of(connection, account)
            assert person is not None
            delivery = Delivery(
                to=person,
                kind=PROBE,
                key=f"probe:{probe.number}",
                due=self.world.now,
                expires=self.world.now + timedelta(days=20),
                purpose=probe.purpose,
                community=self.communities[probe.place] if probe.place else None,
                args={"number": probe.number},
                picked=True,
            )
            deliveries.plan(connection, delivery)

    def send(self) -> None:
        before = len(self.chat.posted)
        while self.run(self.world.bot.database.read(_due, self.world.now)):
            self.world.now += timedelta(seconds=1)
            self.run(self.world.bot.tick(self.world.now))
        arrived = {
            int(str(posted.message.text).split()[1]): posted.to
            for posted in self.chat.posted[before:]
            if str(posted.message.text).startswith("probe")
        }
        resting = []
        for probe in self.model.planned:
            why = self.model.held_back(probe)
            resting += [probe] if why == "rests" else []
            if not why and probe.number not in arrived and self.model.may_be_shut(probe.human):
                why = "blocked the bot"
            assert (probe.number in arrived) == (not why), "what was sent is exactly what had been said yes to"
            assert probe.number not in arrived or arrived[probe.number] in probe.human.accounts
            probes[why or "sent"] += 1
        assert arrived.keys() <= {probe.number for probe in self.model.planned}
        assert not self.model.shut & set(arrived.values())
        self.model.planned[:] = resting

    @invariant()
    def nobody_meets_whom_they_avoid(self) -> None:
        held = self.run(self.world.bot.database.read(self._between))
        for one, two in itertools.combinations(self.owner, 2):
            human, other = self.owner[one], self.owner[two]
            if human is not other:
                apart = {(human, other), (other, human)} & self.model.avoided
                assert held[one, two] == bool(apart), "who avoids whom holds for every account, and through forgetting"
        assert held.keys() == set(itertools.combinations(self.owner, 2)), "exactly those who said yes are known"

    def _between(self, connection: Connection) -> dict[tuple[Member, Member], bool]:
        known = {account: members.person_of(connection, account) for account in ACCOUNTS}
        people = [(account, known[account]) for account in (*self.owner, *(set(ACCOUNTS) - set(self.owner)))]
        return {
            (one, two): blocks.between(connection, person, other)
            for (one, person), (two, other) in itertools.combinations(people, 2)
            if person is not None and other is not None
        }

    def person(self, account: Member) -> Person:
        found: Person | None = self.run(self.world.bot.database.read(members.person_of, account))
        assert found is not None
        return found

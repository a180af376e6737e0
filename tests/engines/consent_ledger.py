"""What people have said yes to, in plain sets: the model that the bot is held against. It knows nothing of the bot."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.asking.consenting import ADULT, ADULTS_ONLY, CORE
from bot.messages import Member, Place

RESTS = timedelta(days=7)
"""For so long what is theirs rests after the platform took them out."""
KEPT = timedelta(days=30)
"""For so long somebody who left can come back to what they had."""


@dataclass(eq=False)
class Human:
    """What is known of one person."""

    accounts: set[Member]
    yes: set[str] = field(default_factory=set)
    paused: bool = False
    homes: set[Place] = field(default_factory=set)
    left: dict[Place, datetime] = field(default_factory=dict)
    away: dict[Place, datetime] = field(default_factory=dict)
    """Of those left, where they may be back within a week: the platform took them out, they did not say so."""

    @property
    def rests(self) -> bool:
        return not self.homes and bool(self.away)


@dataclass(frozen=True)
class Probe:
    """One message on its way. ``gone``: why its row must be there no more, if so."""

    number: int
    human: Human
    purpose: str
    place: Place | None
    gone: str = ""


class Ledger:
    """Who is who, what each said yes to, who avoids whom, which accounts take no messages, and what is on its way."""

    def __init__(self) -> None:
        self.owner: dict[Member, Human] = {}
        self.avoided: set[tuple[Human, Human | Member]] = set()
        self.shut: set[Member] = set()
        self.unsure: set[Member] = set()
        """Shut, or open again without a word since: the bot may leave them in peace for a day."""
        self.planned: list[Probe] = []

    # -- who is here ---------------------------------------------------------------------------------------------------

    def spoke(self, account: Member, place: Place | None) -> None:
        """Speaking in a place, a person is known to be in it, and to be reached by that account."""
        human = self.owner.get(account)
        if human is None:
            return
        if account not in self.shut:
            self.unsure.discard(account)
        if place is not None:
            human.homes.add(place)
            human.left.pop(place, None)
            human.away.pop(place, None)

    def appears(self, account: Member, human: Human) -> Human:
        """An account is known from now on: what others set against it holds."""
        self.owner[account] = human
        human.accounts.add(account)
        self.avoided = {(one, human if other == account else other) for one, other in self.avoided}
        self.avoided = {(one, other) for one, other in self.avoided if one is not other}
        return human

    def become_one(self, human: Human, other: Human) -> None:
        human.yes |= other.yes
        human.paused = human.paused or other.paused
        human.homes |= other.homes
        human.left = {place: at for place, at in {**other.left, **human.left}.items() if place not in human.homes}
        human.away = {place: at for place, at in {**other.away, **human.away}.items() if place not in human.homes}
        for account in other.accounts:
            self.owner[account] = human
        human.accounts |= other.accounts

        def merged(one: Human | Member) -> Human | Member:
            return human if one is other else one

        pairs = {(merged(one), merged(two)) for one, two in self.avoided}
        self.avoided = {(one, two) for one, two in pairs if isinstance(one, Human) and one is not two}
        self.planned = [
            replace(probe, human=human) if probe.human is other else probe for probe in self.planned
        ]  # fmt: skip

    def loses(self, account: Member) -> None:
        """Unlinked: the person keeps everything but this account."""
        self.owner.pop(account).accounts.discard(account)

    # -- what they want ------------------------------------------------------------------------------------------------

    def says_yes(self, account: Member, purpose: str, place: Place | None) -> None:
        human = self.owner.get(account) or self.appears(account, Human({account}))
        human.yes |= {*CORE, purpose, *({ADULT} if purpose in ADULTS_ONLY else ())}
        self.spoke(account, place)

    def takes_back(self, human: Human, purpose: str) -> None:
        human.yes -= {purpose, *(ADULTS_ONLY if purpose == ADULT else ())}

    def words_change(self, purpose: str) -> None:
        for human in self.humans():
            human.yes.discard(purpose)

    def has_left(self, human: Human, place: Place, now: datetime, *, by_platform: bool = False) -> None:
        if place in human.homes:
            human.homes.discard(place)
            human.left[place] = now
            if by_platform:
                human.away[place] = now
        if not human.homes and not human.away:
            human.yes.clear()
        self._drop("left", lambda probe: probe.human is human and probe.place == place)

    def is_forgotten(self, human: Human) -> None:
        against = {one for one, other in self.avoided if other is human}
        self.avoided = {pair for pair in self.avoided if human not in pair}
        self.avoided |= {(one, account) for one in against for account in human.accounts}
        self.owner = {account: owner for account, owner in self.owner.items() if owner is not human}
        self._drop("forgotten", lambda probe: probe.human is human)

    def gone(self, there: dict[Place, set[Member]]) -> list[tuple[Human, Place]]:
        """Who is known to be in a place where none of their accounts is."""
        return [(human, place) for human in self.humans() for place in human.homes if not human.accounts & there[place]]

    def a_day_passes(self, now: datetime, there: dict[Place, set[Member]]) -> None:
        """Who is in a place no more is found to have left it."""
        self.unsure &= self.shut
        for human, place in self.gone(there):
            self.has_left(human, place, now, by_platform=True)
        for human in self.humans():
            self.who_is_back(human, now, there)

    def who_is_back(self, human: Human, now: datetime, there: dict[Place, set[Member]]) -> None:
        """The platform is asked about everybody who is away: whoever is there is home, and a week is a leave."""
        for place, since in list(human.away.items()):
            if human.accounts & there[place]:
                human.homes.add(place)
                human.left.pop(place)
                human.away.pop(place)
            elif since <= now - RESTS:
                human.away.pop(place)
                if not human.homes and not human.away:
                    human.yes.clear()

    def a_month_passes(self, now: datetime, there: dict[Place, set[Member]]) -> None:
        """Nothing is good for so long; who left is forgotten; who is in no place any more is found to have left."""
        self._drop("too late", lambda probe: True)
        for human in self.humans():
            if human.homes:
                human.left = {place: at for place, at in human.left.items() if at > now - KEPT}
                human.away = {place: at for place, at in human.away.items() if place in human.left}
        self.a_day_passes(now, there)
        for human in self.humans():
            if human.left and not human.homes and max(human.left.values()) <= now - KEPT:
                self.is_forgotten(human)

    def _drop(self, why: str, which: object) -> None:
        assert callable(which)
        self.planned = [
            replace(probe, gone=why) if not probe.gone and which(probe) else probe for probe in self.planned
        ]

    def humans(self) -> set[Human]:
        return set(self.owner.values())

    # -- what may be sent ----------------------------------------------------------------------------------------------

    def held_back(self, probe: Probe) -> str:
        """Why this message must not be sent; empty if it must."""
        human = probe.human
        if probe.gone:
            return probe.gone
        if probe.purpose not in human.yes:
            return "no yes to it"
        if "dm" not in human.yes:
            return "no yes to being written to"
        if probe.place is not None and probe.place in human.left:
            return "left"
        if human.rests:
            return "rests"
        return "paused" if human.paused else ""

    def may_be_shut(self, human: Human) -> bool:
        return bool(human.accounts & self.unsure)

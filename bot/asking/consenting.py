"""Asking before anything is kept or sent: one yes, recorded for each purpose it names, in the words that were shown.

A cog declares what it asks as an ``Ask``. ``question`` gives the message that asks, or None where every yes is there
already; the yes itself writes the consents and goes on to the cog's action, so nobody has to start again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Connection

from bot.asking.permissions import Permissions
from bot.clocks.quiet_hours import QuietHours
from bot.context import Context
from bot.errors import DeliveryError
from bot.messages import Button, Message, Person, Text
from bot.registry import Ask, Registry, Work
from bot.words.i18n import N_, _, say
from storage.database.database import Database
from storage.members import blocks, community_settings, consents, members, volunteers
from storage.moderation import cases

CORE = ("core", "dm")
"""What every lasting yes says yes to: that the account id and choices are kept, and that the bot may write first."""

ADULT = "adult"

ADULTS_ONLY = ("buddy", "company", "hello", "helper", "welcomer", "contact", "host", "mentor")
"""What brings people together, and so hangs on the line about age."""

VOLUNTEER_DAYS = volunteers.DAYS

PURPOSES: Mapping[str, str] = {
    "core": N_("keep my account id and my choices"),
    "dm": N_("write to me first"),
    "checkin": N_("a check-in on the days I chose"),
    "quiet": N_("tell the people I chose if I go quiet"),
    "may-be-asked": N_("members may ask me to be someone they'd tell"),
    "buddy": N_("introduce me to a buddy"),
    "company": N_("tell me about my company requests"),
    "hello": N_("who may say hello to me first"),
    "thanks": N_("thanks from members, in their words"),
    "events": N_("reminders of circles I joined"),
    "missed": N_("a host may say hello if I missed two"),
    "door": N_("a word after a month of silence"),
    "notebook": N_("keep notes for me"),
    "dates": N_("my own dates"),
    "reminders": N_("my own reminders"),
    "country": N_("remember my country for Help now"),
    ADULT: N_("I am 18 or over"),
    "helper": N_("be asked when someone would like company"),
    "welcomer": N_("welcome new members"),
    "contact": N_("be someone a member tells"),
    "host": N_("host circles"),
    "mentor": N_("be a mentor"),
}
"""Every purpose a member can say yes to, in words that end the sentence "You said yes to: ..."."""


def purpose(name: str) -> Text:
    """A purpose in the reader's language; one that is no longer in use, as it was called."""
    return say(PURPOSES.get(name, name))


class Consenting:
    """Asks what is still missing, and takes a yes back."""

    def __init__(self, database: Database, registry: Registry, permissions: Permissions) -> None:
        self._database = database
        self._registry = registry
        self._permissions = permissions

    async def question(self, context: Context, name: str, value: str = "") -> Message | None:
        """The message that asks for what is still missing, or None if nothing is."""
        ask = self._registry.asks[name]
        given = await self.given_to(context)
        of_age = ask.adult or (not given and not ask.ageless and await self._is_among_adults(context))
        if ADULT not in given and of_age:
            return adult_question(ask, value)
        return None if set(ask.purposes) <= given else asking(ask, value)

    async def given_to(self, context: Context) -> frozenset[str]:
        """What the member of this request has said yes to."""
        if context.person is None:
            return frozenset()
        return await self._database.read(consents.given, context.person)

    async def withdraw(self, person: Person, purposes: Iterable[str]) -> None:
        """Take yeses back, and stop what was done for them, in one transaction. It counts for the very next message."""
        works = {purpose: [cog.withdrawn(person, purpose) for cog in self._registry.cogs] for purpose in purposes}
        await self._database.write(_withdraw, person, works)

    async def _is_among_adults(self, context: Context) -> bool:
        """Is the member in a community that is declared for adults? There the line about age comes with the first
        yes.
        """
        try:
            found = (
                [context.community]
                if context.community
                else await self._permissions.communities_of(context.member, context)
            )
        except DeliveryError:
            return False
        decided = [await self._database.read(community_settings.get, community) for community in found]
        return any(settings.adults_only for settings in decided)


def adult_question(ask: Ask, value: str) -> Message:
    """After a no only what is for adults stays closed: any other question is asked all the same."""
    no = "" if ask.adult else f"{ask.name}|{value}"
    return Message(
        _("This is for adults. Are you 18 or over?"),
        (Button(_("Yes"), "consent.adult", f"{ask.name}|{value}"), Button(_("No"), "consent.minor", no)),
    )


def asking(ask: Ask, value: str, *, adult: bool = False) -> Message:
    """``adult``: the line about age was answered with yes a moment ago, and goes on the record with this yes."""
    yes = Button(_("Yes"), "consent.yes", f"{ask.name}|{int(adult)}|{value}", style="primary")
    no = Button(_("No"), "onboarding.no")
    return Message(ask.words(value), (yes, *ask.choices(value), Button(_("Details"), "onboarding.details"), no))


def core_words(host: str) -> Text:
    """What every feature says before it keeps anything, where its own question does not say it (product.md 3.2)."""
    return _(
        "I keep your account id, your choices, and when you answered. Text you ask me to keep is encrypted on disk;"
        " {host} holds the key. Moderators see totals only."
    ).format(host=host)


@dataclass(frozen=True)
class Newcomer:
    """What the first yes of an account needs: the zone we guess, the host's quiet hours, and the account's keyed hash,
    in case others avoid somebody who was forgotten and is now back.
    """

    zone: str
    quiet: QuietHours
    code: bytes
    days: int
    """After how many days volunteers begin without a yes, where moderators have not said."""


def record(connection: Connection, context: Context, ask: Ask, words: str, adult: bool, new: Newcomer) -> Person:
    """Write the yes: the person if they are new, their community if they are in one, and each purpose. Returns the
    person.
    """
    quiet = (new.quiet.start, new.quiet.end)
    person = members.create(connection, context.member, new.zone, context.locale, context.now, quiet)
    if context.community is not None:
        members.join(connection, person, context.community, context.now)
    blocks.recognise(connection, person, new.code)
    cases.recognise(connection, person, new.code, context.now)  # who is held here hears it, being here
    added = {*ask.purposes} - consents.given(connection, person)
    consents.give(connection, person, ask.purposes, words, context.now)
    for community in members.communities(connection, person):
        volunteers.ask(connection, person, community, added, new.days, context.now)
    if adult:
        consents.give(connection, person, (ADULT,), str(_("This is for adults. Are you 18 or over?")), context.now)
    return person


def _withdraw(connection: Connection, person: Person, works: Mapping[str, Sequence[Work[None]]]) -> None:
    for purpose, stops in works.items():
        consents.withdraw(connection, person, purpose)
        for stop in stops:
            stop(connection)

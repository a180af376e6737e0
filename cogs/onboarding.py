"""The hello: company before problems, and nothing kept before a yes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot.asking import consenting, doors
from bot.clocks.times import calendar_day
from bot.clocks.zones import guess
from bot.cog import Cog, action, command
from bot.context import Context
from bot.errors import DeliveryError, UserError
from bot.incoming.help_first import as_message
from bot.incoming.text import STOPS
from bot.messages import HEADING, LEAD, SMALL, Button, Community, Form, Message, Person, Text
from bot.registry import Ask, Reply, Work, nothing_to_forget
from bot.words import farewell as words
from bot.words import links
from bot.words.i18n import N_, _, say
from cogs.whereabouts import resting, where
from storage.members import consents, members
from storage.members import farewell as farewells
from storage.moderation import lines

ABOUT = {
    doors.COMPANY: N_(
        "**Company.** Ask for a chat or quiet company now, and those who volunteered for it are asked. You see who"
        " would read your words before they go. Names come only after both say yes."
    ),
    doors.CHECKIN: N_(
        "**A check-in.** A short question at the time you choose, seen by nobody. I note that you answered, never what"
        " you said. Skip it, change it or stop it any time."
    ),
    doors.BUDDY: N_(
        "**A buddy.** I introduce two people who both said yes, for four weeks. You say when you are free and how you"
        " like to talk. Either of you can end it, with no reason."
    ),
    doors.CIRCLE: N_(
        "**A circle.** A small group at a set time, with hosts. You can be listening only, and passing is always fine."
        " I remind you before it starts."
    ),
    doors.PEOPLE: N_(
        "**My people.** A list only you can see, of who is around for you. I write to nobody on it. It stands on your"
        " Help now card."
    ),
    doors.HELP_NOW: N_(
        "**Help now.** Numbers to call and places to write to, in one card, with no question first. It works always."
        " Nobody is told that you opened it."
    ),
}
"""Three sentences on each door, in the order they stand."""

FIRST = "first"

CHANGED = N_("The words of what you said yes to have changed. Until you say yes again, I send nothing for: {what}.")


class Onboarding(Cog):
    """`start`, and what every yes has in common: the person, their consents, their zone."""

    @command("start", anyone=True)
    async def start(self, context: Context) -> Message:
        """Say hello: where you stand, and what Kith can do for you."""
        farewell = await self.read(farewells.standing)
        if farewell is None:
            return await self._hello(context)
        day = calendar_day(farewell.day, context.now.date())
        if farewell.over <= context.now:  # there is nothing to offer any more
            return Message(words.stopped(day), doors.help_now(self.core.registry), aside=True)
        return await self._hello(context, words.stops(day))

    async def _hello(self, context: Context, before: Text | None = None) -> Message:
        """``before``: what is said first in any case, in the place of a hello."""
        if context.person is None:
            return _below(before, self._greeting())
        rests = await resting(self, context) if context.greets else None
        if rests is not None:  # a hello ends no pause
            return _below(before, rests)
        works = [cog.resumed(context.person, context.now) for cog in self.core.registry.cogs]
        resumed = await self.write(_resume, context.person, works)
        if outdated := await self.read(consents.outdated, context.person):
            return _below(before, _ask_again(outdated))
        ended = _("Welcome back. Your pause has ended, and what you chose goes on.") if resumed else None
        first = Text(" ").join(filter(None, (ended, before))) if ended or before else None
        if (stands := await where(self, context, first)) is not None:
            return stands
        return Message(first, doors.hello(self.core.registry)) if ended and first else _below(first, self._greeting())

    def _greeting(self) -> Message:
        asked = Text(LEAD, HEADING) + _("What would you like?")
        return Message(Text(SMALL) + _hi() + " " + asked, doors.hello(self.core.registry))

    @action(doors.START, stateless=True)
    async def start_pressed(self, context: Context, value: str) -> Message:
        """On the panel it is a hello; beside what rests it takes that up again."""
        return await self.start(replace(context, greets=value != doors.AGAIN))

    @action("onboarding.more", stateless=True)
    async def more(self, context: Context, value: str) -> Message:
        registry = self.core.registry
        return Message(_("What would you like?"), (*doors.hello(registry), *doors.help_now(registry)))

    @action("onboarding.stay", stateless=True)
    async def stay(self, context: Context, value: str) -> Message:
        return Message(_("It stays so. `start` ends it when you like."), doors.help_now(self.core.registry))

    @action("onboarding.first", anyone=True)
    async def first(self, context: Context, value: str) -> Message:
        """The first words of somebody new are a command that needs a yes: they are greeted, and it waits for that."""
        if value in STOPS:
            self.core.first_words.drop(context.member)
            said = _("I write to you only after a yes. Nothing is on.")
            return Message(said, await doors.lonely(self.core.registry, context))
        question = await self.core.consenting.question(context, FIRST)
        assert question is not None  # nothing is known of them
        waits = _("What you asked for waits for your yes, for fifteen minutes.")
        return replace(question, text=_hi() + "\n" + waits + " " + question.text)

    @action("onboarding.go_on")
    async def go_on(self, context: Context, value: str) -> Reply:
        """After the yes: what they asked for first, as if it had been typed now."""
        waited = self.core.first_words.take(context.member, context.now)
        if waited is None:
            return Message(_("I no longer have it. Send it again if you like."), doors.hello(self.core.registry))
        name, arguments = waited
        context, reply = await self.core.run(context, self.core.registry.commands[name], arguments)
        if reply is None:
            return None
        # Its doors belong to the community that was settled on the way.
        return await self.core.offering.bind(context, reply if isinstance(reply, Form) else as_message(reply))

    def asks(self) -> Iterable[Ask]:
        return (Ask(FIRST, ("core",), lambda _value: self.core_words(), "onboarding.go_on"),)

    @command("learn", anyone=True)
    async def learn(self, context: Context) -> Message:
        """What each door opens, in three sentences."""
        return await self.look(context, "")

    @action("onboarding.look", stateless=True)
    async def look(self, context: Context, value: str) -> Message:
        said = [say(about) for door, about in ABOUT.items() if door in self.core.registry.actions]
        if context.community is not None and (nearby := await self.read(lines.resources, context.community)):
            places = [self.core.keyring.decrypt(words, "resources", "words", row) for row, words in nearby]
            said.append(Text("\n").join([_("Places nearby, from your moderators:"), *map(links.whole, places)]))
        return Message(Text("\n\n").join(said), await doors.lonely(self.core.registry, context))

    # -- saying yes, and saying no ------------------------------------------------------------------------------------

    @action("consent.adult", stateless=True)
    async def adult(self, context: Context, value: str) -> Reply:
        """18 or over: on to the question itself. It is put on the record together with the yes to that."""
        name, _bar, about = value.partition("|")
        ask = self._ask(name)
        if set(ask.purposes) <= await self.core.consenting.given_to(context):
            return await self._agree(context, ask, about, adult=True)
        return consenting.asking(ask, about, adult=True)

    @action("consent.minor", stateless=True)
    async def minor(self, context: Context, value: str) -> Reply:
        """Whoever says no keeps everything else: what is for everybody goes on."""
        name, _bar, about = value.partition("|")
        if not name:
            return _(
                "That's fine. This part is for adults; everything else is open to you. Nothing about your age is kept."
            )
        question = consenting.asking(self._ask(name), about)
        said = _("That's fine. What brings people together is for adults. Nothing about your age is kept.")
        return replace(question, text=said + "\n" + question.text)

    @action("consent.yes", stateless=True)
    async def yes(self, context: Context, value: str) -> Reply:
        name, _bar, rest = value.partition("|")
        adult, _bar, about = rest.partition("|")
        ask = self._ask(name)
        if ask.adult and adult != "1" and consenting.ADULT not in await self.core.consenting.given_to(context):
            return consenting.adult_question(ask, about)
        return await self._agree(context, ask, about, adult=adult == "1")

    def _ask(self, name: str) -> Ask:
        if name not in self.core.registry.asks:
            raise UserError(_("That button has expired. `help` shows what I can do."))
        return self.core.registry.asks[name]

    async def _agree(self, context: Context, ask: Ask, about: str, *, adult: bool) -> Reply:
        new = consenting.Newcomer(
            guess(context.locale, ZoneInfo(self.core.settings.zone)).key,
            self.core.settings.quiet,
            self.core.keyring.pseudonym(context.member.platform, context.member.id),
            self.core.settings.volunteer_days,
        )
        context = replace(context, community=context.community or await self._only_community(context))
        person = await self.write(consenting.record, context, ask, str(ask.words(about)), adult, new)
        return await self.core.registry.actions[ask.then].handler(replace(context, person=person), about)

    async def _only_community(self, context: Context) -> Community | None:
        """Whoever says yes in a direct chat is in the one community we share. Of several, none is guessed."""
        try:
            shared = await self.core.permissions.communities_of(context.member, context)
        except DeliveryError:
            return None
        return shared[0] if len(shared) == 1 else None

    @action("consent.again")
    async def again(self, context: Context, value: str) -> Text:
        """Yes to what had been agreed to in other words."""
        outdated = await self.read(consents.outdated, context.me)
        await self.write(consents.give, context.me, outdated, str(_again_words(outdated)), context.now)
        return _("Noted. It goes on. `settings` shows everything you said yes to.")

    @action("consent.no_more")
    async def no_more(self, context: Context, value: str) -> Text:
        await self.core.consenting.withdraw(context.me, await self.read(consents.outdated, context.me))
        return _("That's fine. I send nothing for it. `settings` shows everything you said yes to.")

    @action("onboarding.no", stateless=True)
    async def no(self, context: Context, value: str) -> Message:
        """A no to the first question: what the chat remembers of it goes too."""
        if context.person is not None:
            return Message(_("That's fine. Nothing was changed."), await doors.lonely(self.core.registry, context))
        self.core.first_words.drop(context.member)
        await self.core.conversations.end(context)
        return Message(
            _("That's fine. I've kept nothing. You can still use help and learn."),
            await doors.lonely(self.core.registry, context),
            aside=True,  # or the chat would be remembered again
        )

    @action("onboarding.details", stateless=True)
    async def details(self, context: Context, value: str) -> Message:
        words = _(
            "Who can reach the machine: {host}, who hosts me. Text you ask me to keep is encrypted on its disk;"
            " your account id and the times are not. `my-data` shows you all of it, `forget-me` deletes all of it."
        ).format(host=self.core.settings.host)
        return Message(words + said_of_platforms(self), aside=True)  # the question stands

    # -- what is kept -------------------------------------------------------------------------------------------------

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: {**members.export(connection, person), **consents.export(connection, person)}

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return nothing_to_forget  # the person, their accounts and consents go with them: see bot/asking/leaving.py


def _hi() -> Text:
    return _(
        "Hi, I'm Kith, a bot. I help people here find each other. Nobody watches this chat for emergencies;"
        " `help now` has numbers."
    )


def _below(before: Text | None, said: Message) -> Message:
    return said if before is None else replace(said, text=before + "\n" + said.text)


def _resume(connection: Connection, person: Person, works: Sequence[Work[bool]]) -> bool:
    """End a pause, and take up what rested until now. False if there was nothing of either."""
    return any([members.resume(connection, person), *(work(connection) for work in works)])


def said_of_platforms(cog: Cog) -> Text:
    """What else can be read, and by whom, on the platforms in use; begins with a space if there is anything."""
    return Text().join(" " + said for adapter in cog.core.adapters.values() if (said := adapter.reads()))


def _ask_again(outdated: frozenset[str]) -> Message:
    return Message(
        _again_words(outdated),
        (
            Button(_("Yes"), "consent.again", style="primary"),
            Button(_("Details"), "onboarding.details"),
            Button(_("No"), "consent.no_more"),
        ),
    )


def _again_words(outdated: frozenset[str]) -> Text:
    purposes = [consenting.purpose(name) for name in sorted(outdated)]
    return _(CHANGED).format(what=Text("; ").join(purposes))

"""The hello: company before problems, and nothing kept before a yes."""

from __future__ import annotations

from dataclasses import replace
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot import consenting
from bot.cog import Cog, Reply, Work, action, command
from bot.consenting import Ask
from bot.context import Context
from bot.doors import HELP_NOW, doors, hello
from bot.errors import UserError
from bot.i18n import _
from bot.messages import Community, Message, Person, Text
from bot.zones import guess
from storage import consents, members


class Onboarding(Cog):
    """`start`, and what every yes has in common: the person, their consents, their zone."""

    @command("start", anyone=True)
    async def start(self, context: Context) -> Message:
        """Say hello to Kith and see what it can do for you."""
        if context.person is not None and await self.write(members.resume, context.person):
            return Message(_("Welcome back. Your pause has ended, and what you chose goes on."), hello(self.bot))
        return Message(
            _(
                "Hi, I'm Kith, a bot. I help people here find each other. Nobody watches this chat for emergencies;"
                " `help now` has numbers. What would you like?"
            ),
            hello(self.bot),
        )

    @action("onboarding.start", stateless=True)
    async def start_pressed(self, context: Context, value: str) -> Message:
        return await self.start(context)

    @action("consent.adult", stateless=True)
    async def adult(self, context: Context, value: str) -> Reply:
        """18 or over: on to the question itself. It is put on the record together with the yes to that."""
        name, _bar, about = value.partition("|")
        ask = self._ask(name)
        if set(ask.purposes) <= await consenting.given_to(self.bot, context):
            return await self._agree(context, ask, about, adult=True)
        return consenting.asking(ask, about, adult=True)

    @action("consent.minor", stateless=True)
    async def minor(self, context: Context, value: str) -> Text:
        return _(
            "That's fine. This part is for adults; everything else is open to you. Nothing about your age is kept."
        )

    @action("consent.yes", stateless=True)
    async def yes(self, context: Context, value: str) -> Reply:
        name, _bar, rest = value.partition("|")
        adult, _bar, about = rest.partition("|")
        return await self._agree(context, self._ask(name), about, adult=adult == "1")

    def _ask(self, name: str) -> Ask:
        if name not in self.bot.asks:
            raise UserError(_("That button has expired. `help` shows what I can do."))
        return self.bot.asks[name]

    async def _agree(self, context: Context, ask: Ask, about: str, *, adult: bool) -> Reply:
        zone = guess(context.locale, ZoneInfo(self.bot.settings.zone)).key
        person = await self.write(consenting.record, context, ask, str(ask.words(about)), adult, zone)
        return await self.bot.actions[ask.then].handler(replace(context, person=person), about)

    @action("onboarding.no", stateless=True)
    async def no(self, context: Context, value: str) -> Message:
        """A no to the first question: what the chat remembers of it goes too."""
        if context.person is not None:
            return Message(_("That's fine. Nothing was changed."))
        await self.bot.conversations.end(context)
        there = await doors(self.bot, context, (HELP_NOW,))
        return Message(_("That's fine. I've kept nothing. You can still use help."), there, aside=True)

    @action("onboarding.details", stateless=True)
    async def details(self, context: Context, value: str) -> Message:
        words = _(
            "Who can reach the machine: {host}, who hosts me. Text you ask me to keep is encrypted on its disk;"
            " your account"
            " id and the times are not. `my-data` shows you all of it, `forget-me` deletes all of it. On"
            " Discord, Discord"
            " can read what you send me."
        )
        return Message(words.format(host=self.bot.settings.host))

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: {**members.export(connection, person), **consents.export(connection, person)}

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        def work(connection: Connection) -> None:
            if community is not None:
                members.leave(connection, person, community)

        return work

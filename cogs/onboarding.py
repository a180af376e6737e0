"""The hello: company before problems, and nothing kept before a yes."""

from __future__ import annotations

from typing import Any

from bot.cog import Cog, Work, action, command
from bot.context import Context
from bot.doors import HELP_NOW, doors, hello
from bot.i18n import _
from bot.messages import Community, Message, Person
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

    @action("onboarding.no", stateless=True)
    async def no(self, context: Context, value: str) -> Message:
        """A no to the first question: what the chat remembers of it goes too."""
        if context.person is not None:
            return Message(_("That's fine. Nothing was changed."))
        await self.bot.conversations.end(context)
        return Message(_("That's fine. I've kept nothing. You can still use help."), await doors(self.bot, context, (HELP_NOW,)))

    @action("onboarding.details", stateless=True)
    async def details(self, context: Context, value: str) -> Message:
        words = _(
            "Who can reach the machine: {host}, who hosts me. Text you ask me to keep is encrypted on its disk; your account"
            " id and the times are not. `my-data` shows you all of it, `forget-me` deletes all of it. On Discord, Discord"
            " can read what you send me."
        )
        return Message(words.format(host=self.bot.settings.host))

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: {**members.export(connection, person), **consents.export(connection, person)}

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        def work(connection: Any) -> None:
            if community is not None:
                members.leave(connection, person, community)

        return work

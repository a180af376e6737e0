"""What Kith can do, and what it is not."""

from __future__ import annotations

from bot.asking.doors import HELP_NOW, doors
from bot.cog import KeepsNothing, command
from bot.context import Context
from bot.incoming import help as help_text
from bot.incoming import text
from bot.messages import Message, Text
from bot.words import crisis_lines
from bot.words.i18n import _
from cogs.help_now import first_line


class About(KeepsNothing):
    """Help texts. Nothing is stored."""

    @command("help", anyone=True)
    async def help(self, context: Context, about: str = "") -> Message:
        """What you can ask me, or how one command is written."""
        if about:
            found, _rest = text.find(self.core.registry.commands, about)
            return Message(help_text.detail(found))
        moderator = context.community is not None and await self.core.permissions.is_moderator(
            context.member, context.community
        )
        lines = [
            first_line(crisis_lines.EVERYWHERE),
            help_text.overview(self.core.registry.commands.values(), moderators=moderator),
            _("`help` and a command's name tells you more."),
        ]
        return Message(Text("\n").join(lines), await doors(self.core.registry, context, (HELP_NOW,)))

    @command("about", anyone=True)
    async def about(self, context: Context) -> Message:
        """What I am, and what I am not."""
        return Message(
            _(
                "I'm Kith, a bot that helps people here find and keep each other. I'm not care or treatment, and"
                " I don't take their place. I introduce and remind; the talking is yours. {host} hosts me."
                " `privacy` says what I keep."
            ).format(host=self.core.settings.host)
        )

"""Help now: numbers and people, with no question first. Works without a yes and without a database."""

from __future__ import annotations

from typing import Any

from bot import crisis_lines
from bot.cog import Cog, Work, action, command, nothing_kept, nothing_to_forget
from bot.context import Context
from bot.doors import HELP_NOW
from bot.i18n import _
from bot.messages import Community, Message, Person, Text


class HelpNow(Cog):
    """One card, the same whoever asks. Nothing is stored and nobody is told."""

    @command("help-now", anyone=True)
    async def help_now(self, context: Context) -> Message:
        """Numbers to call and places to write to, right now."""
        return Message(card(context))

    @action("help.now", stateless=True)
    async def pressed(self, context: Context, value: str) -> Message:
        return await self.help_now(context)

    async def open_doors(self, context: Context) -> frozenset[str]:
        return frozenset({HELP_NOW})

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return nothing_kept

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return nothing_to_forget


def card(context: Context) -> Text:
    shown = crisis_lines.card({}, context.now.date())
    lines = [first_line(shown.emergency)]
    lines.extend(crisis_lines.describe(line) for line in shown.lines)
    if shown.directories:
        lines.append(_("Talk to someone: these pages list lines for each country."))
        lines.extend(_("{name}: {url}").format(name=one.name, url=Text(one.url)) for one in shown.directories)
    lines.append(_("I'm a bot. Nobody has been told you pressed this. If a line is busy, try the next."))
    return Text("\n").join(lines)


def first_line(numbers: tuple[str, ...]) -> Text:
    return _("In danger right now? Call your emergency number ({numbers}).").format(numbers=", ".join(numbers))

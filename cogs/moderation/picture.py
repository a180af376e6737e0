"""`picture`: what the community needs this week, and totals in plain sentences that tell nothing about one person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Connection

from bot.cog import KeepsNothing, action, command, job
from bot.context import Context
from bot.messages import Button, Community, Message, Text
from bot.registry import Measure, Reply
from bot.words.i18n import N_, _, say
from cogs.moderation import desk, wording
from storage.members import community_settings
from storage.moderation import audit, cases, picture
from storage.moderation.picture import Count

NAME = "kith-mod picture"
SHOWN = 20
MONDAY = 0


class Picture(KeepsNothing):
    """`kith-mod picture` for moderators, and `audit` for everybody."""

    @command(NAME, anyone=True, moderators=True)
    async def picture(self, context: Context) -> Reply:
        """What this community needs from you this week, and totals. Nothing about any one person."""
        if question := await desk.first_yes(self, context, NAME):
            return question
        said = [_("This week:"), *await self._needs(context)]
        if len(said) == 1:
            said.append(_("nothing waits for you."))
        step = (await self.read(community_settings.get, context.here)).step
        goes_on = (Button(_("Set me up"), "setup.step", str(step or 1)),) if step <= len(wording.PARTS) - 1 else ()
        if goes_on:
            said.append(_("Next in setting me up: {part}.").format(part=say(wording.PARTS[max(step, 1) - 1])))
        figures = [await self._figure(context, measure) for measure in self._measures()]
        return Message(Text("\n").join([*said, *figures]), (*goes_on, Button(_("What moderators did"), "audit.open")))

    async def _needs(self, context: Context) -> list[Text]:
        community = context.here
        viewer = await desk.viewer(self, context)
        said = [text for cog in self.core.registry.cogs for text in await cog.needs(community, context.now)]
        if waiting := len(await self.read(cases.open_cases, community, viewer)):
            said.append(_("Reports open: {n}. `kith-mod cases` shows them.").format(n=waiting))
        if lost := await self.read(picture.undelivered, community):
            said.append(_("Messages that couldn't be delivered: {n}.").format(n=lost))
        return said

    async def _figure(self, context: Context, measure: Measure) -> Text:
        """The figure of the weekly snapshot; the first look takes the first one."""
        found = await self.read(picture.shown, context.here, measure.name)
        if found is None:
            found = await self.write(_take, context.here, measure, context.now)
        figure, since = found
        if figure is None:
            return _("Too few to show safely: {name}.").format(name=say(measure.name))
        return _("{sentence} (counted {day})").format(
            sentence=measure.words(figure.part, figure.whole), day=since.date().isoformat()
        )

    def _measures(self) -> list[Measure]:
        return [measure for cog in self.core.registry.cogs for measure in cog.measures()]

    def measures(self) -> Iterable[Measure]:
        yield Measure(N_("pauses"), picture.paused, _paused)

    @job(every="day")
    async def count(self, now: datetime) -> None:
        """Once a week, everything is counted. In between, looking again shows the same."""
        if now.weekday() == MONDAY:
            for community in await self.read(picture.communities):
                for measure in self._measures():
                    counted = Count(*await self.read(measure.count, community, now))
                    await self.write(picture.snapshot, community, measure.name, counted, now)

    # -- the audit ----------------------------------------------------------------------------------------------------

    @command("audit", anyone=True, community=True)
    async def audit(self, context: Context, page: int = 1) -> Message:
        """What moderators did here, without names. It is kept for a year."""
        found = await self.read(audit.entries, context.here, SHOWN + 1, max(0, page - 1) * SHOWN)
        if not found:
            earlier = _("Nothing stands there. `audit` shows what does.")
            return Message(earlier if page > 1 else _("Moderators have done nothing through me yet."))
        lines = [
            _("{day}: a moderator {did}").format(day=entry.at.date().isoformat(), did=desk.done(entry.action))
            for entry in found[:SHOWN]
        ]
        if len(found) > SHOWN:
            lines.append(_("`audit {n}` shows what was before.").format(n=max(1, page) + 1))
        return Message(Text("\n").join([_("What moderators did here:"), *lines]))

    @command("kith-mod audit", anyone=True, moderators=True)
    async def audit_for_moderators(self, context: Context) -> Message:
        """What moderators did here, as every member can read it."""
        return await self.audit(context)

    @action("audit.open", moderators=True)
    async def audit_opened(self, context: Context, value: str) -> Message:
        return await self.audit(context)

    @job(every="day", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(audit.sweep, now)


def _paused(part: int, whole: int) -> Text:
    words = _("Of about {whole} people who use me here, about {part} are on a pause they chose.")
    return words.format(whole=whole, part=part)


def _take(
    connection: Connection, community: Community, measure: Measure, now: datetime
) -> tuple[picture.Figure | None, datetime]:
    counted = Count(*measure.count(connection, community, now))
    return picture.snapshot(connection, community, measure.name, counted, now)

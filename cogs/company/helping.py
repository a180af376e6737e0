"""Keeping somebody company: helper hours, "I can", and being told when somebody is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.asking.doors import COMPANY, HELP_NOW
from bot.clocks.times import EVERY_DAY, Days, friendly_time
from bot.cog import Cog, action, job, message
from bot.context import Context, Delivery, Reader
from bot.messages import STATELESS, Button, Community, Field, Form, Message, Person, Text, who
from bot.registry import Reply, Setting, Work
from bot.words.i18n import N_, _, ngettext, say
from cogs.company import wording
from cogs.company.around import account_of, note_of, routing, settle
from cogs.company.hours import Hours
from storage.buddies import asking
from storage.company import company, helping
from storage.members import consents, members

BATCH = 100
SPELL = 2
"""Hours a day that one more helper is reckoned with."""
PARTS_OF_DAY = (N_("nights"), N_("mornings"), N_("afternoons"), N_("evenings"))


class Helping(Cog):
    """For those who say "I can". One claim at a time, in their own hours, and a no is told to nobody."""

    # -- hours ---------------------------------------------------------------------------------------------------------

    @action("company.hours")
    async def hours(self, context: Context, value: str) -> Reply:
        """The role first, where it is not there yet; then the hours."""
        question = await self.core.consenting.question(context, "set-helper", "helper")
        if question is not None:
            return question
        known = await self._hours(context.me)
        return Form(
            _("Helper hours"),
            (
                Field("start", _("From when may I ask you?"), time, default=friendly_time(known.start)),
                Field("end", _("Until when?"), time, default=friendly_time(known.end)),
                Field("days", _("On which days?"), Days, default=str(known.days).removeprefix("on ")),
                Field("zone", _("In which city or time zone?"), ZoneInfo, default=known.zone.key),
            ),
            "company.set_hours",
        )

    @action("company.set_hours")
    async def set_hours(
        self,
        context: Context,
        value: str,
        start: time,
        end: time,
        days: Days = EVERY_DAY,
        zone: ZoneInfo | None = None,
    ) -> Text:
        hours = Hours(zone or (await self._hours(context.me)).zone, start, end, days)
        await self._join_communities(context)
        first, last = f"{start:%H:%M}", f"{end:%H:%M}"
        await self.write(helping.set_hours, context.me, hours.zone.key, first, last, days.code)
        return _(
            "Helper hours: {hours}. In that time I may ask you, one request at a time, and `Not now` is always fine."
        ).format(hours=str(hours))

    async def _hours(self, person: Person) -> Hours:
        """The hours somebody named; without any, whenever it is not quiet for them."""
        found = await self.read(helping.hours_of, person)
        if found is not None:
            return Hours.read(*found)
        profile = await self.read(members.profile, person)
        return Hours.read(profile.zone, profile.quiet_end, profile.quiet_start, EVERY_DAY.code)

    async def _join_communities(self, context: Context) -> None:
        """A direct conversation says nothing about where somebody belongs, but helpers are asked in communities."""
        for community in await self.core.permissions.communities_of(context.member, context):
            await self.write(members.join, context.me, community, context.now)

    async def settings(self, context: Context) -> Sequence[Setting]:
        if helping.HELPER not in await self.read(consents.given, context.me):
            return ()
        hours = await self._hours(context.me)
        shown = f"{friendly_time(hours.start)}-{friendly_time(hours.end)}"
        return (Setting(_("Helper hours"), Text(shown), "company.hours"),)

    # -- being asked ---------------------------------------------------------------------------------------------------

    @message(company.ASKED, actions=("company.can", "company.cannot"), late="expires")
    async def asked(self, delivery: Delivery, reader: Reader) -> Message | None:
        claim, request = await self.read(company.claim, int(delivery.args["ask"]))
        if claim is None or request is None or request.state != "open" or claim.state != "asked":
            return None
        said = wording.wanted(request.kind, request.hours)
        if request.note is not None:
            said = said + " " + _("Their words: “{note}”").format(note=note_of(self, request))
        ask = str(claim.id)
        return Message(
            said, (Button(_("I can"), "company.can", ask, style="primary"), Button(_("Not now"), "company.cannot", ask))
        )

    @action("company.can")
    async def can(self, context: Context, value: str) -> Message:
        answer = await self.write(asking.can, context.me, int(value), context.now)
        if answer == "busy":
            return Message(_("You said you can to somebody else already. One at a time is plenty."))
        if answer == "closed":
            return Message(_("That request is closed already. Thank you."))
        return Message(
            _("Thank you. I'm asking them now; names come after their yes. If I hear nothing in an hour, you're free."),
            (Button(_("Not after all"), "company.cannot", value),),
        )

    @action("company.cannot")
    async def cannot(self, context: Context, value: str) -> Text:
        await self.write(asking.cannot, context.me, int(value), context.now)
        return _("That's fine. Nobody is told.")

    @message(company.NAMES, late="expires")
    async def names(self, delivery: Delivery, reader: Reader) -> Message | None:
        other = await account_of(self, Person(int(delivery.args["other"])), reader.member)
        if other is None:
            return None
        said = _("They said yes. It's {who}, and they have your name too. A short hello is plenty.")
        return Message(said.format(who=who(other)))

    @message(company.OVER, late="expires")
    async def over(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(_("That request is over, and you're free again. Thank you for being there."))

    # -- waiting for somebody ------------------------------------------------------------------------------------------

    async def has_already(self, context: Context) -> frozenset[str]:
        wished = context.person is not None and await self.read(helping.wishes, context.person)
        return frozenset({"company.tell"}) if wished else frozenset()

    @action("company.tell", stateless=True)
    async def tell(self, context: Context, value: str) -> Message:
        context, question = await settle(self, context, "company.tell", value)
        if question is not None:
            return question
        here = str(context.here.id)
        return await self.core.consenting.question(context, "company-tell", here) or await self.wish(context, here)

    @action("company.wish")
    async def wish(self, context: Context, value: str) -> Message:
        context, question = await settle(self, context, "company.tell", value)
        if question is not None:
            return question
        await self.write(helping.wish, context.me, context.here, context.now)
        return Message(_("I'll tell you when someone has helper hours. Nobody else hears of it."))

    @job(every="tick")
    async def fulfil_wishes(self, now: datetime) -> None:
        await self.write(helping.fulfil_wishes, now, routing(self.core.registry), BATCH)

    @message(helping.WISH, late="expires")
    async def available(self, delivery: Delivery, reader: Reader) -> Message:
        here = str(delivery.community.id) if delivery.community else ""
        return Message(
            _("Someone has helper hours now, as you asked to hear."),
            (
                Button(_("Company"), COMPANY, here, row=STATELESS),
                Button(_("Help now"), HELP_NOW, row=STATELESS),
            ),
        )

    # -- time, and what is kept ----------------------------------------------------------------------------------------

    @job(every="hour", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(helping.sweep, now)

    async def needs(self, community: Community, now: datetime) -> Sequence[Text]:
        """The hours of the coming day that no helper covers, so that moderators can ask around."""
        there = await self.read(helping.candidates, community, None, "helpers", None, now)
        moments = [now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=n) for n in range(24)]
        free = [moment for moment in moments if not routing(self.core.registry).choose(there, moment)]
        if not free:
            return ()
        said = _("Helper hours nobody covers in the coming day: {n} of 24.").format(n=len(free))
        return (said, _helps(free, ZoneInfo(self.core.settings.zone)))

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: helping.export(connection, person)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return lambda connection: helping.forget(connection, person, community)


def _helps(free: Sequence[datetime], zone: ZoneInfo) -> Text:
    """The part of the day that the fewest more helpers would cover, by the host's clock; of equal ones the latest."""
    parts = Counter(moment.astimezone(zone).hour // 6 for moment in free)
    part = min(parts, key=lambda one: (parts[one], -one))
    more = -(-parts[part] // SPELL)
    words = ngettext(
        "{n} more helper with two hours a day, and {part} are covered.",
        "{n} more helpers with two hours a day each, and {part} are covered.",
        more,
    )
    return words.format(n=more, part=say(PARTS_OF_DAY[part]))

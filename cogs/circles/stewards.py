"""Circles as moderators see them: what there is, and pausing, handing over or ending it. Counts, never who comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal

from bot.cog import KeepsNothing, action, command
from bot.context import Context
from bot.errors import UserError
from bot.messages import Button, Community, Field, Form, Member, Message, Person, Text, When, Who
from bot.registry import Measure
from bot.words.i18n import N_, _, ngettext
from cogs.circles import dates, hosting, kinds, lookup, wording
from cogs.moderation import desk
from storage.circles import circles, counted, hosts
from storage.circles.circles import Circle
from storage.members import members

A_WEEK = timedelta(days=7)
SHOWN = 8
"""Circles on one screen: three buttons each."""


class CircleModeration(KeepsNothing):  # what moderators did stands in the audit, without names
    """What moderators may do about a circle; every step is in the audit."""

    @command("kith-mod circles", anyone=True, moderators=True)
    async def show(self, context: Context, page: int = 1) -> Message:
        """The circles of this community: their hosts, their next dates, and how many seats are taken."""
        if question := await desk.first_yes(self, context, "kith-mod circles"):
            return question
        found = (await self.read(circles.of_community, context.here))[max(0, page - 1) * SHOWN :]
        if not found:
            return Message(_("No circle is published here."))
        lines: list[Text] = []
        buttons: list[Button] = []
        for number, circle in enumerate(found[:SHOWN], start=1):
            lines.append(Text(f"{number}. ") + await self._line(circle, context.now))
            row = str(circle.id)
            pause = Button(_("Pause {n}").format(n=number), "circles.mod_pause", row)
            resume = Button(_("Take up {n} again").format(n=number), "circles.mod_resume", row)
            buttons += [
                pause if circle.state == "published" else resume,
                Button(_("Hand over {n}").format(n=number), "circles.mod_hand_over", row),
                Button(_("Archive {n}").format(n=number), "circles.mod_archive", row),
            ]
        if len(found) > SHOWN:
            lines.append(_("`kith-mod circles {n}` shows more.").format(n=page + 1))
        return Message(Text("\n").join(lines), tuple(buttons))

    async def _line(self, circle: Circle, now: datetime) -> Text:
        sheet = await wording.sheet(self, circle)
        gathering, free = await lookup.next_of(self, circle, now)
        line = Text("**{title}**. {hosts}").format(title=sheet.title, hosts=wording.hosts_line(sheet))
        if circle.state == "paused":
            return line + " " + _("Paused.")
        if gathering is None or free is None:
            return line + " " + _("No date to come.")
        if circle.kind == kinds.NOTICE:
            return line + " " + _("Until {when}.").format(when=When(gathering.starts))
        taken = circle.seats - free
        counted = ngettext("{n} of {all} seats is taken", "{n} of {all} seats are taken", taken)
        return (
            line
            + " "
            + _("Next: {when}; {counted}.").format(
                when=When(gathering.starts), counted=counted.format(n=taken, all=circle.seats)
            )
        )

    @action("circles.mod_pause", moderators=True)
    async def ask_pause(self, context: Context, value: str) -> Message:
        circle = await self._circle(context, value)
        said = _(
            "Nothing is done yet. Once {title} is paused, its dates are called off and whoever means to come is told"
            " once. `kith-mod circles` takes it up again."
        )
        return await self._before(circle, said, Button(_("Pause it"), "circles.mod_paused", str(circle.id)))

    @action("circles.mod_archive", moderators=True)
    async def ask_archive(self, context: Context, value: str) -> Message:
        circle = await self._circle(context, value)
        said = _(
            "Nothing is done yet. Once {title} is archived, its dates are called off and whoever means to come is told"
            " once. This can't be undone."
        )
        end = Button(_("Archive it"), "circles.mod_archived", str(circle.id), style="danger")
        return await self._before(circle, said, end)

    async def _before(self, circle: Circle, said: Text, press: Button) -> Message:
        title = (await wording.sheet(self, circle)).title
        return Message(said.format(title=title), (press, Button(_("Leave it"), "circles.fine")))

    @action("circles.mod_paused", moderators=True)
    async def pause(self, context: Context, value: str) -> Text:
        circle = await self._circle(context, value)
        await desk.act(self, context, "circles.paused", _end, circle, "paused", context)
        return _("Paused. Its dates are called off, and whoever meant to come is told once.")

    @action("circles.mod_resume", moderators=True)
    async def resume(self, context: Context, value: str) -> Text:
        circle = await self._circle(context, value)
        await desk.act(self, context, "circles.resumed", _resume, circle, context)
        return _("It meets again.")

    @action("circles.mod_archived", moderators=True)
    async def archive(self, context: Context, value: str) -> Text:
        circle = await self._circle(context, value)
        await desk.act(self, context, "circles.archived", _end, circle, "archived", context)
        return _("Archived. Its dates are called off, and whoever meant to come is told once.")

    @action("circles.mod_hand_over", moderators=True)
    async def hand_over(self, context: Context, value: str) -> Form:
        circle = await self._circle(context, value)
        field = Field("who", _("To whom?"), Member, note=_("Nothing changes before their yes."))
        return Form(_("Hand over"), (field,), "circles.mod_handed", str(circle.id))

    @action("circles.mod_handed", moderators=True)
    async def handed(self, context: Context, value: str, who: Member) -> Message:
        circle = await self._circle(context, value)
        person = await self.read(members.person_of, who)
        is_here = person is not None and await self.core.permissions.is_member(who, circle.community)
        if person is None or not is_here:
            raise UserError(_("I can't ask them: they have not said that they would host."))
        await desk.act(self, context, "circles.handed", _ask, circle, person, context.now)
        return Message(_("I've asked {who}.").format(who=Who(who)))

    async def _circle(self, context: Context, value: str) -> Circle:
        circle = await self.read(circles.seen_by, lookup.number(value), context.here)
        if circle is None or circle.state in ("draft", "wanted", "archived"):
            raise UserError(_("That circle is no more. `kith-mod circles` shows what there is."))
        return circle

    async def needs(self, community: Community, now: datetime) -> Sequence[Text]:
        """Circles of the coming week, and those that miss a host."""
        found: list[Text] = []
        coming = 0
        for circle in await self.read(circles.published, community):
            if circle.kind == kinds.NOTICE:
                continue
            sheet = await wording.sheet(self, circle)
            gathering, _free = await lookup.next_of(self, circle, now)
            if gathering is None or gathering.starts > now + A_WEEK:
                continue
            coming += 1
            if sheet.is_short_of_hosts:
                found.append(
                    _("{title}, {when}, needs another host.").format(title=sheet.title, when=When(gathering.starts))
                )
        if coming:
            words = ngettext("{n} circle meets in the next 7 days.", "{n} circles meet in the next 7 days.", coming)
            found.insert(0, words.format(n=coming))
        return found

    def measures(self) -> Iterable[Measure]:
        return MEASURES


def _with_two(part: int, whole: int) -> Text:
    words = _(
        "Of about {whole} dates held in the last three months by circles that need two hosts, about {part} had two."
    )
    return words.format(part=part, whole=whole)


MEASURES = (Measure(N_("dates with two hosts"), counted.with_two_hosts, _with_two, "run"),)


def _end(connection: Connection, circle: Circle, state: Literal["paused", "archived"], context: Context) -> None:
    dates.end(connection, circle, state, state, context.now, context.person)


def _resume(connection: Connection, circle: Circle, context: Context) -> None:
    """Publish again. Raises UserError where its hosts are not complete or may not: nothing is written then."""
    now = context.now
    against = hosting.against_hosts(connection, circle, now)
    if against == "held":
        raise UserError(_("Introductions are held for one of its hosts. Hand it over to somebody who says yes first."))
    if against == "too much":
        raise UserError(_("That would be more than two circles in a week for one of its hosts. Hand it over first."))
    if against == "waits":
        raise UserError(_("One of its hosts waits for a yes. `kith-mod volunteers` shows who."))
    if not circles.publish(connection, circle.id):
        raise UserError(_("Its hosts are not complete. Hand it over to somebody who says yes first."))
    dates.open_dates(connection, circle, now)
    dates.tell_whole(connection, circle, "resumed", now, context.person)


def _ask(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    """Raises UserError for somebody who may not be asked: nothing is written then."""
    if not hosting.may_be_asked(connection, circle, person):
        raise UserError(_("I can't ask them: they have not said that they would host."))
    if person in hosts.accepted(connection, circle.id):
        raise UserError(_("They host it already."))
    members.join(connection, person, circle.community, now)
    hosting.hand_over(connection, circle, person, now)

"""Hosting: being asked, saying yes, moving or cancelling one date, and stepping back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from sqlite3 import Connection
from typing import Literal

from bot.asking import consenting
from bot.clocks.times import full_instant
from bot.cog import KeepsNothing, action, command
from bot.context import Context
from bot.errors import UserError
from bot.incoming import pages
from bot.messages import Button, Field, Form, Message, Person, Text, When, Who, plain
from bot.registry import Ask, Reply
from bot.words.i18n import _
from cogs.circles import dates, hosting, lookup, seats, wording
from cogs.circles.host_notices import ANNOUNCEMENT
from cogs.circles.invitations import invited_to
from storage.circles import answers, circles, hosts
from storage.circles import dates as circles_dates
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.delivery import deliveries
from storage.members import members
from storage.moderation import holds

ASK, ASK_INVITED = "circle-cohost", "circle-invited"


class CircleHosts(KeepsNothing):  # who hosts what stands with Circles
    """What hosts do and are told. They keep the space, not the people."""

    # -- what I host --------------------------------------------------------------------------------------------------

    @command("circle mine")
    async def mine(self, context: Context) -> Message:
        """The circles you host or prepare: change, move, cancel, step back."""
        return await self.which(context, "")

    @action("circles.mine")
    async def which(self, context: Context, value: str) -> Message:
        found = await self.read(circles.hosted_by, context.me)
        if not found:
            raise UserError(_("You host no circle. `circle new` starts one."))
        page = pages.page(found, pages.number_of(value))
        buttons = [
            Button(
                plain((await wording.sheet(self, circle)).title[:45]),
                "circles.draft" if circle.state in ("draft", "wanted") else "circles.manage",
                str(circle.id),
            )
            for circle in found[page.start : page.end]
        ]
        return Message(_("Which one?"), (*buttons, *page.more("circles.mine")))

    @action("circles.manage")
    async def manage(self, context: Context, value: str) -> Message:
        circle = await lookup.hosted(self, context, lookup.number(value))
        sheet = await wording.sheet(self, circle)
        lines, buttons = [wording.card(sheet, None, None)], []
        for gathering in await self.read(circles_dates.coming, circle.id, context.now):
            when = When(gathering.starts)
            names = await self._coming(circle, gathering)
            number = len(lines)
            lines.append(_("{number}. {when}: {names}").format(number=number, when=when, names=names))
            buttons += [
                Button(_("Move {number}").format(number=number), "circles.move", str(gathering.id)),
                Button(_("Cancel {number}").format(number=number), "circles.cancel", str(gathering.id)),
            ]
        row = str(circle.id)
        if sheet.is_short_of_hosts:
            buttons.append(Button(_("Co-host"), "circles.cohost", f"{row}|co-host"))
        buttons += [
            Button(_("A stand-in"), "circles.cohost", f"{row}|stand-in"),
            Button(_("Announce it here"), "circles.announce", row),
            Button(_("I can't host any more"), "circles.step_back", row),
            Button(_("End the circle"), "circles.end", row, style="danger"),
        ]
        return Message(Text("\n").join(lines), tuple(buttons))

    async def _coming(self, circle: Circle, gathering: Gathering) -> Text:
        """Names of those who come. Of a maybe or a no hosts see nothing."""
        seated = await self.read(answers.all_said, gathering.id, *answers.SEATED)
        names = [Text(Who(await lookup.shown(self, said.person, circle.platform))) for said in seated]
        return Text(", ").join(names) if names else _("nobody yet")

    # -- one date -----------------------------------------------------------------------------------------------------

    @action("circles.move")
    async def move(self, context: Context, value: str) -> Form:
        gathering, _circle = await self._date(context, value)
        field = Field("when", _("To when?"), datetime, note=_("Whoever comes is told once."))
        return Form(_("Move one date"), (field,), "circles.moved", str(gathering.id))

    @action("circles.moved")
    async def moved(self, context: Context, value: str, when: datetime) -> Message:
        """What was understood, before anybody hears of it."""
        gathering, _circle = await self._date(context, value)
        zone, row = await self.zone_of(context), str(gathering.id)
        said = _("Nothing is done yet. I understood: {when}.").format(when=full_instant(when, zone))
        now_ = _("It is {when} until you press `Move it`. Whoever means to come is told once then.")
        return Message(
            said + "\n" + now_.format(when=full_instant(gathering.starts, zone)),
            (
                Button(_("Move it"), "circles.move_now", f"{row}|{int(when.timestamp())}", style="primary"),
                Button(_("Another time"), "circles.move", row),
                Button(_("Leave it"), "circles.manage", str(gathering.circle)),
            ),
        )

    @action("circles.move_now")
    async def move_now(self, context: Context, value: str) -> Message:
        row, _bar, at = value.partition("|")
        gathering, circle = await self._date(context, row)
        when = datetime.fromtimestamp(int(at), UTC)
        if when <= context.now:
            raise UserError(_("That time has passed. Nothing was changed."))
        await self.write(_move, circle, gathering, when, context.me, context.now)
        back = Button(_("Undo"), "circles.move_now", f"{row}|{int(gathering.starts.timestamp())}")
        return Message(
            _("Moved: it is {when} now. Whoever means to come is told once.").format(when=When(when)),
            (Button(_("My circle"), "circles.manage", str(circle.id)), back),
        )

    @action("circles.cancel")
    async def cancel(self, context: Context, value: str) -> Message:
        gathering, _circle = await self._date(context, value)
        return Message(
            _("Call off the date {when}? Nothing is done yet. Whoever means to come is told once then.").format(
                when=When(gathering.starts)
            ),
            (
                Button(_("Call it off"), "circles.cancelled", str(gathering.id), style="danger"),
                Button(_("Keep it"), "circles.manage", str(gathering.circle)),
            ),
        )

    @action("circles.cancelled")
    async def cancelled(self, context: Context, value: str) -> Text:
        gathering, circle = await self._date(context, value)
        await self.write(dates.cancel, circle, gathering, context.now, context.me)
        return _("Called off. Whoever meant to come is told once.")

    @action("circles.alone")
    async def alone(self, context: Context, value: str) -> Text:
        gathering, circle = await self._date(context, value)
        await self.write(dates.hold_alone, circle, gathering, context.now, context.me)
        return _("Noted. Whoever comes is told that there is one host.")

    # -- saying yes to host, and stepping back ------------------------------------------------------------------------

    @command("circle host", anyone=True, community=True)
    async def host(self, context: Context, code: str) -> Reply:
        """Host a circle you were invited to, with the code you were given."""
        circle = await invited_to(self, code)
        if circle is None or circle.community != context.community:
            raise UserError(_("That code fits no circle here. Ask whoever gave it to you for a new one."))
        return await self._asked(context, circle, code.strip())

    @action("circles.invited")
    async def invited(self, context: Context, value: str) -> Reply:
        """Yes with a code: they take the part that is free."""
        circle = await invited_to(self, value)
        if circle is None or not await self.core.permissions.is_member(context.member, circle.community):
            raise UserError(_("That code fits no circle here. Ask whoever gave it to you for a new one."))
        await self.write(_take_part, circle, context.me, context.now)
        return await self.accept(context, str(circle.id))

    @action("circles.accept")
    async def accept(self, context: Context, value: str) -> Reply:
        circle = await self.read(circles.get, lookup.number(value))
        if circle is None:
            raise UserError(_("That circle is no more."))
        question = await self.core.consenting.question(context, ASK, value)
        if question is not None:
            return question
        done = await self.write(hosting.accept, circle, context.me, context.now)
        sheet = await wording.sheet(self, circle)
        words = {
            "accepted": _("You host {title} now. `circle mine` shows its dates and lets you step back."),
            "published": _("You host {title} now, and it is published. `circle mine` shows its dates."),
            "no place": _("{title} has its hosts already. Nothing was changed."),
            "too much": _("That would be more than two circles in a week for you. {title} looks for somebody else."),
            "held": _("Introductions are paused for you here, so I can't take your yes to {title} now. `ask-mods`"),
            "waits": _("A moderator says yes first. That's so for everybody."),
        }[done]
        if done == "held" and not await self.read(holds.is_known, circle.community, context.me):
            words = _("I can't take your yes to {title} now. `ask-mods`")
        return Message(words.format(title=sheet.title))

    @action("circles.decline")
    async def decline(self, context: Context, value: str) -> Text:
        circle = await self.read(circles.get, lookup.number(value))
        if circle is not None:
            await self.write(hosting.decline, circle, context.me, context.now)
        return _("That's fine. No reason needed.")

    @action("circles.step_back")
    async def step_back(self, context: Context, value: str) -> Message:
        circle = await lookup.hosted(self, context, lookup.number(value))
        left = await self._left(circle, context.me)
        follows = {
            "nobody": _(
                "You are its only host, and there is no stand-in: it rests then, every date to come is called"
                " off, and whoever means to come is told once."
            ),
            "draft": _("You are its only host: what you prepared is deleted then."),
            "stand-ins": _("Stand-ins are asked in their order then, and whoever comes is told who hosts."),
            "hosts": _("Whoever hosts it with you hears it then. There is no stand-in."),
        }[left]
        return Message(
            _("Nothing is done yet.") + " " + follows,
            (
                Button(_("Step back"), "circles.stepped_back", str(circle.id), style="danger"),
                Button(_("Stay"), "circles.manage", str(circle.id)),
            ),
        )

    @action("circles.stepped_back")
    async def stepped_back(self, context: Context, value: str) -> Text:
        circle = await lookup.hosted(self, context, lookup.number(value))
        left = await self._left(circle, context.me)
        await self.write(hosting.withdraw, circle, context.me, context.now)
        done = {
            "nobody": _("It rests now. Its dates are called off, and whoever meant to come is told once."),
            "draft": _("What you prepared is deleted."),
            "stand-ins": _("Noted. Stand-ins are asked in their order, and whoever comes is told."),
            "hosts": _("Noted. Whoever hosts it with you hears it."),
        }[left]
        return done + " " + _("No reason needed.")

    async def _left(self, circle: Circle, me: Person) -> Literal["nobody", "draft", "stand-ins", "hosts"]:
        """Who is there for it when this host goes: what is said of stand-ins is true."""
        everybody = await self.read(hosts.everybody, circle.id)
        others = any(one.accepted and one.person != me for one in everybody)
        if circle.state != "published":
            return "hosts" if others else "draft"
        waiting = [one.person for one in everybody if one.part == "stand-in" and one.asked is None and one.person != me]
        if any([await self.read(hosting.may_be_asked, circle, person) for person in waiting]):
            return "stand-ins"
        return "hosts" if others else "nobody"

    @action("circles.end")
    async def end(self, context: Context, value: str) -> Message:
        circle = await lookup.hosted(self, context, lookup.number(value))
        return Message(
            _(
                "End it for good? Nothing is done yet. Every date to come is called off then, and whoever means to come"
                " is told once. This can't be undone."
            ),
            (
                Button(_("End it"), "circles.ended_now", str(circle.id), style="danger"),
                Button(_("Keep it"), "circles.manage", str(circle.id)),
            ),
        )

    @action("circles.ended_now")
    async def ended(self, context: Context, value: str) -> Text:
        circle = await lookup.hosted(self, context, lookup.number(value))
        await self.write(dates.end, circle, "archived", "archived", context.now, context.me)
        return _("Ended. Thank you for holding it.")

    @action("circles.announce")
    async def announce(self, context: Context, value: str) -> Message:
        """The card, for everybody who can read this place."""
        circle = await lookup.hosted(self, context, lookup.number(value))
        gathering, _free = await lookup.next_of(self, circle, context.now)
        if context.direct or gathering is None or circle.community != context.community:
            raise UserError(_("Say `circle mine` in the channel where it is to stand, then press this again."))
        await self.write(_announce, circle, gathering, context)
        return Message(_("Done. It stands here, without a ping."))

    async def _asked(self, context: Context, circle: Circle, code: str) -> Message:
        """What it is; and with it whatever has to be asked of somebody who has not said that they would host."""
        gathering, _free = await lookup.next_of(self, circle, context.now)
        words = wording.ask_words(await wording.sheet(self, circle), gathering, "co-host", context.now)
        question = await self.core.consenting.question(context, ASK_INVITED, code)
        if question is not None:
            return Message(words + "\n" + question.text, question.buttons)
        host = Button(_("I'll host"), "circles.invited", code)
        return Message(words, (host, Button(_("Not now"), "circles.decline", "0")))

    @action("circles.fine", stateless=True)
    async def fine(self, context: Context, value: str) -> Text:
        return _("It stays as it is.")

    def asks(self) -> Sequence[Ask]:
        purposes = (*consenting.CORE, hosting.PURPOSE, seats.PURPOSE)
        words = partial(wording.host_words, self)
        return (
            Ask(ASK, purposes, words, "circles.accept", adult=True),
            Ask(ASK_INVITED, purposes, words, "circles.invited", adult=True),
        )

    # -- who may ------------------------------------------------------------------------------------------------------

    async def _date(self, context: Context, value: str) -> tuple[Gathering, Circle]:
        """A date that is to come, of a circle the member hosts."""
        gathering, circle = await lookup.found(self, value)
        await lookup.hosted(self, context, circle.id)
        if gathering.state != "planned" or gathering.starts <= context.now:
            raise UserError(_("That date has passed or was called off already."))
        return gathering, circle


def _move(
    connection: Connection, circle: Circle, gathering: Gathering, starts: datetime, by: Person, now: datetime
) -> None:
    """Another time; where a host is missing and it is near too, that is asked about the new time."""
    dates.move(connection, circle, gathering, starts, now, by)
    hosting.cover(connection, circle, now)


def _take_part(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    """Somebody with a code belongs to the community, and is asked to host."""
    members.join(connection, person, circle.community, now)
    hosts.add(connection, circle.id, person, "co-host", now)


def _announce(connection: Connection, circle: Circle, gathering: Gathering, context: Context) -> None:
    what = f"{gathering.id}:{context.channel.id}"
    when = (context.now, min(gathering.starts, context.now + timedelta(hours=1)))
    where = ("", circle.community)
    deliveries.tell(connection, context.channel, ANNOUNCEMENT, what, *when, *where, {"gathering": gathering.id})

"""Circles as members meet them: what is on, one card each, and an answer for every date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from sqlite3 import Connection
from typing import Any

from bot.asking import consenting
from bot.cog import Cog, action, command
from bot.context import Context
from bot.errors import UserError
from bot.incoming import pages
from bot.messages import Button, Community, Message, Person, Text, When, plain
from bot.registry import Ask, Work
from bot.words.i18n import _
from cogs.circles import joining, kinds, leaving, lookup, mine, seats, wording
from cogs.circles.schedule import REMINDERS
from storage.circles import answers, circles, kept
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.members import members

ASK, ASK_ADULT, ASK_WISH, ASK_MISSED = "circle", "circle-adult", "circle-wish", "circle-missed"


class Circles(Cog):
    """What is on, who comes, and what they are reminded of."""

    # -- what is on ---------------------------------------------------------------------------------------------------

    @command("circle list", anyone=True, community=True)
    async def whats_on(self, context: Context) -> Message:
        """What is on: small groups at a set time, with hosts."""
        return await self._shown(context, context.here)

    @action("circles.browse", stateless=True)
    async def browse(self, context: Context, value: str) -> Message:
        found = await lookup.whose(self, context, value, "circles.browse")
        return found if isinstance(found, Message) else await self._shown(context, *found)

    async def _shown(self, context: Context, community: Community, number: int = 0) -> Message:
        on: list[tuple[Circle, Gathering]] = []
        for circle in await self.read(circles.published, community):
            gathering, _free = await lookup.next_of(self, circle, context.now)
            if gathering is not None:
                on.append((circle, gathering))
        page = pages.page(on, number)
        lines: list[Text] = []
        buttons: list[Button] = []
        for circle, gathering in on[page.start : page.end]:
            sheet = await wording.sheet(self, circle)
            part = await mine.after(self, circle, gathering, context.person)
            lines.append(Text(f"{len(lines) + 1}. ") + wording.one_line(sheet, gathering) + part)
            buttons.append(Button(plain(sheet.title[:45]), "circles.card", str(circle.id)))
        if not lines:
            return lookup.no_circle_yet(community)
        more = page.more("circles.browse", f"{community.id}|")
        return Message(_("What is on:") + "\n" + Text("\n").join(lines), (*buttons, *more))

    @action("circles.wish", stateless=True)
    async def wish(self, context: Context, value: str) -> Message:
        """Tell me when one starts."""
        if not value:
            here = await self.core.permissions.around(context)
            if len(here) > 1:
                return lookup.which(here, "circles.wish")
            value = str(here[0].id) if here else ""
        question = await self.core.consenting.question(context, ASK_WISH, value)
        if question is not None:
            return question
        community = await self._shared(context, value)
        await self.write(circles.wish, community, context.me, context.now)
        return Message(
            _("Noted. I'll tell you once, when a circle starts in {community}.").format(community=community.name)
        )

    @action("circles.card", stateless=True)
    async def card(self, context: Context, value: str) -> Message:
        circle = await self.read(circles.get, lookup.number(value))
        if circle is None or circle.state != "published":
            raise UserError(_("I don't know that circle any more. `circle list` shows what is on."))
        await self._shared(context, str(circle.community.id))
        return await self._card(context, circle)

    async def _card(self, context: Context, circle: Circle) -> Message:
        gathering, free = await lookup.next_of(self, circle, context.now)
        sheet = await wording.sheet(self, circle)
        text = wording.card(sheet, gathering, free)
        if gathering is None:
            return Message(text)
        asks = context.person is None or await self.read(joining.needs_a_yes, circle, context.person)
        text = text + await mine.sentence(self, circle, gathering, context.person)
        return Message(text, wording.answers(sheet, gathering, asks=asks))

    # -- coming -------------------------------------------------------------------------------------------------------

    @action("circles.answer", stateless=True)
    async def answer(self, context: Context, value: str) -> Message:
        """One tap for whoever has agreed before; a first yes asks what has to be asked, and goes on here."""
        row, _bar, wish = value.partition("|")
        gathering, circle = await lookup.found(self, row)
        if wish not in seats.WISHES or circle.state != "published":
            raise UserError(_("I don't know that date any more. `circle list` shows what is on."))
        if circle.kind == kinds.NOTICE:
            raise UserError(_("Nobody signs up for a notice. Write to whoever posted it."))
        await self._shared(context, str(circle.community.id))
        if gathering.state != "planned" or gathering.ends <= context.now:
            raise UserError(_("That date has passed or was called off. `circle list` shows what is on."))
        ask = ASK_ADULT if kinds.rule(circle.kind).adult else ASK
        question = await self.core.consenting.question(context, ask, value)
        if question is not None:
            return question
        if wish in answers.SEATED and await self.read(joining.needs_a_yes, circle, context.me):
            await self.write(joining.ask, circle, context.me, "in" if wish == "in" else "listening", context.now)
            return Message(_("The hosts are asked. If they say yes, I tell you. A no is told to nobody."))
        said = await self.write(_say, circle, gathering, context.me, wish, context.now)
        return await self._answered(context, circle, gathering, said)

    async def _answered(self, context: Context, circle: Circle, gathering: Gathering, said: seats.Outcome) -> Message:
        sheet = await wording.sheet(self, circle)
        words = {
            "in": _("You're in: {title}, {when}."),
            "listening": _("You're in, listening only: {title}, {when}. You are never asked to speak."),
            "maybe": _("Noted as maybe: {title}, {when}. I don't remind you of a maybe."),
            "cant": _("Noted: not this time. {title} was {when}. No reason needed."),
            "waiting": _("Every seat is taken. You're on the waitlist: {title}, {when}. I ask you when one is free."),
        }[said]
        if said == "in" and circle.kind == "story":
            words = _("You're in, to tell if you still would like to: {title}, {when}. Passing is fine.")
        text = words.format(title=sheet.title, when=When(gathering.starts))
        if said not in answers.SEATED:
            return Message(
                text,
                (Button(_("Not this time"), "circles.answer", f"{gathering.id}|cant"),) if said == "waiting" else (),
            )
        text = text + " " + await self._reminded(context, circle)
        buttons = [Button(_("Reminders"), "circles.reminders", str(circle.id))]
        if sheet.recurs:
            buttons.append(Button(_("I come every time"), "circles.usual", f"{circle.id}|{said}"))
        buttons += [
            Button(_("Into my calendar"), "circles.ics", str(gathering.id)),
            Button(_("If I don't come"), "circles.missed", str(circle.id)),
            Button(_("Can't"), "circles.answer", f"{gathering.id}|cant"),
        ]
        return Message(text, tuple(one for one in buttons if one.action in self.core.registry.actions))

    async def _reminded(self, context: Context, circle: Circle) -> Text:
        member = await self.read(answers.membership, circle.id, context.me)
        named = {"day": _("a day before"), "hour": _("1 hour before"), "now": _("when it starts")}
        chosen = [named[one] for one in REMINDERS if member and one in member.reminders]
        if not chosen:
            return _("I send no reminder.")
        return _("I remind you {when}.").format(when=_(" and ").join(chosen))

    @action("circles.usual")
    async def usual(self, context: Context, value: str) -> Text:
        row, _bar, seat = value.partition("|")
        circle = await self._mine(context, row)
        chosen: answers.Seat | None = None
        if seat in ("in", "listening"):
            chosen = "listening" if seat == "listening" else "in"
        await self.write(seats.always, circle, context.me, chosen, context.now)
        if chosen is None:
            return _("Noted. I ask you for each date.")
        return _("Noted. You have your seat every time, as far as seats go. `Can't` frees one date.")

    @action("circles.reminders")
    async def reminders(self, context: Context, value: str) -> Message:
        """Which reminders: each is switched in one tap."""
        row, _bar, switched = value.partition("|")
        circle = await self._mine(context, row)
        member = await self.read(answers.membership, circle.id, context.me)
        assert member is not None
        if switched in REMINDERS:
            member = member._replace(reminders=member.reminders ^ {switched})
            await self.write(answers.set_reminders, circle.id, context.me, member.reminders)
        named = {"day": _("A day before"), "hour": _("1 hour before"), "now": _("When it starts")}
        buttons = tuple(
            Button(
                Text("{what}: {state}").format(what=named[one], state=_("on") if one in member.reminders else _("off")),
                "circles.reminders",
                f"{circle.id}|{one}",
            )
            for one in REMINDERS
        )
        return Message(await self._reminded(context, circle), buttons)

    @action("circles.missed")
    async def missed(self, context: Context, value: str) -> Message:
        """Somebody may notice: only for whoever asks for it."""
        circle = await self._mine(context, value)
        question = await self.core.consenting.question(context, ASK_MISSED, value)
        if question is not None:
            return question
        await self.write(answers.set_missed, circle.id, context.me, 0)
        return Message(_("Noted. Your host may send you a hello then. `settings` takes it back."))

    # -- leaving ------------------------------------------------------------------------------------------------------

    @command("circle leave")
    async def leave(self, context: Context) -> Message:
        """Leave a circle you belong to. No reason needed."""
        return await self.leave_one(context, "")

    @action("circles.leave_one")
    async def leave_one(self, context: Context, value: str) -> Message:
        buttons = []
        for row in await self.read(answers.circles_of, context.me):
            circle = await self.read(circles.get, row)
            if circle is not None:
                sheet = await wording.sheet(self, circle)
                buttons.append(Button(plain(sheet.title[:45]), "circles.leave", str(row)))
        if not buttons:
            return Message(_("You belong to no circle. `circle list` shows what is on."))
        page = pages.page(buttons, pages.number_of(value))
        text = _("Which one? Your seats are freed, and nobody is told a reason.")
        return Message(text, (*buttons[page.start : page.end], *page.more("circles.leave_one")))

    @action("circles.leave")
    async def left(self, context: Context, value: str) -> Text:
        circle = await self._mine(context, value)
        await self.write(leaving.leave_circle, circle, context.me, context.now)
        return _("Done. You have left it, and your seats are free. You can come back any time.")

    # -- consent, and what is kept ------------------------------------------------------------------------------------

    def asks(self) -> Sequence[Ask]:
        purposes = (*consenting.CORE, seats.PURPOSE)
        coming = partial(_coming_words, self)
        return (
            Ask(ASK, purposes, coming, "circles.answer"),
            Ask(ASK_ADULT, purposes, coming, "circles.answer", adult=True),
            Ask(ASK_WISH, purposes, partial(_wish_words, self), "circles.wish"),
            Ask(ASK_MISSED, ("missed",), _missed_words, "circles.missed"),
        )

    async def open_doors(self, context: Context) -> frozenset[str]:
        """A circle that can be joined now, in a community of this member."""
        for community in await self.core.permissions.around(context):
            for circle in await self.read(circles.published, community):
                if (await lookup.next_of(self, circle, context.now))[0] is not None:
                    return frozenset({"circles.browse"})
        return frozenset()

    async def has_already(self, context: Context) -> frozenset[str]:
        wished = context.person is not None and await self.read(circles.wishes, context.person)
        return frozenset({"circles.wish"}) if wished else frozenset()

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        return lambda connection: leaving.withdrawn(connection, person, purpose, self.core.now())

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: kept.export(connection, person, self.core.keyring.decrypt)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return lambda connection: leaving.forget(connection, person, community, self.core.now())

    # -- who may ------------------------------------------------------------------------------------------------------

    async def _shared(self, context: Context, community: str) -> Community:
        """The community with this id, if the member belongs to it now: our own record first, else the platform."""
        if context.person is not None:
            known = await self.read(members.communities, context.person)
            if (one := next((one for one in known if str(one.id) == community), None)) is not None:
                return one
        if (one := await self.core.permissions.shared(context, community)) is not None:
            return one
        raise UserError(_("That circle belongs to a community we don't share. `circle list` shows what is on."))

    async def _mine(self, context: Context, value: str) -> Circle:
        """The circle with this id, if the member belongs to it."""
        circle = await self.read(circles.get, lookup.number(value))
        if circle is None or await self.read(answers.membership, circle.id, context.me) is None:
            raise UserError(_("You belong to no circle like that. `circle list` shows what is on."))
        return circle


def _say(
    connection: Connection,
    circle: Circle,
    gathering: Gathering,
    person: Person,
    wish: seats.Wish,
    now: datetime,
) -> seats.Outcome:
    """An answer, and the membership of the community that it was given in."""
    members.join(connection, person, circle.community, now)
    return seats.answer(connection, circle, gathering, person, wish, now)


def _coming_words(cog: Cog, _value: str) -> Text:
    return cog.core_words(
        _(
            "I'd be messaging you first, with reminders of circles you join. The hosts and whoever else comes see that"
            " you come. You agree to what stands on the card of each circle."
        )
    )


def _wish_words(cog: Cog, _value: str) -> Text:
    return cog.core_words(
        _("I'd be messaging you first, when a circle starts, and with reminders of circles you join.")
    )


def _missed_words(_value: str) -> Text:
    return _("If I said I'm in and don't come twice, the host may send me a hello.")

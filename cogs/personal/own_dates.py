"""`my-dates`: days that mean something to a member, under a name of their own. Nothing is counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from sqlite3 import Connection
from typing import Any

from bot.asking import consenting, doors
from bot.clocks.times import month_name
from bot.cog import Cog, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Community, Field, Form, Message, Person, Text, who
from bot.registry import Ask, Follow, Listener, Reply, Work, nothing_to_forget
from bot.words.i18n import _
from cogs.circles import wording
from storage.circles import answers, circles
from storage.circles.circles import Circle
from storage.delivery import deliveries
from storage.members import blocks, consents, members
from storage.personal import own_dates
from storage.personal.own_dates import OwnDate

LONGEST = 80
BATCH = 500
ASK = "dates"
SHARED, POSTED = "dates.shared", "dates.posted"
SHARED_WINDOW = timedelta(hours=24)


class OwnDates(Cog):
    """Five at most, encrypted. That morning the member hears of it, and whoever they tell with one tap."""

    @command("my-dates", anyone=True)
    async def my_dates(self, context: Context) -> Reply:
        """Days that mean something to you: I name one that morning, and nobody else hears of it."""
        if (question := await self.core.consenting.question(context, ASK)) is not None:
            return question
        return await self.listed(context, "")

    @action("dates.open", stateless=True)
    async def open(self, context: Context, value: str) -> Reply:
        return await self.my_dates(context)

    @action("dates.list")
    async def listed(self, context: Context, value: str) -> Message:
        kept = await self.read(own_dates.of_person, context.me)
        lines, buttons = [_("Your dates, for your eyes only:") if kept else _("You have no dates here yet.")], []
        for number, one in enumerate(kept, start=1):
            lines.append(Text("{n}. {day}: {label}").format(n=number, day=_day(one.nominal), label=self._label(one)))
            buttons.append(Button(_("Move {n}").format(n=number), "dates.move", str(one.id)))
            buttons.append(Button(_("Delete {n}").format(n=number), "dates.delete", str(one.id)))
        if len(kept) < own_dates.MOST:
            buttons.append(Button(_("Add one"), "dates.add"))
        return Message(Text("\n").join(lines), (*buttons, *doors.previews(self.core.registry)))

    @action("dates.add")
    async def add(self, context: Context, value: str) -> Form:
        return Form(
            _("A date of yours"),
            (
                Field("label", _("What do you call it?"), limit=LONGEST),
                _day_field(_("Which day?")),
            ),
            "dates.keep",
        )

    @action("dates.keep")
    async def keep(self, context: Context, value: str, label: str, day: date) -> Text:
        if len(label) > LONGEST:
            raise UserError(_("That is a bit long: {n} characters at most.").format(n=LONGEST))

        seal, zone = self.seal(label.strip(), "own_dates", "label"), await self.zone_of(context)
        if await self.write(own_dates.add, context.me, seal, day, zone.key, context.now) is None:
            raise UserError(_("{n} dates are here already, as many as I keep.").format(n=own_dates.MOST))
        return _("Kept: {day}, “{label}”. I'll name it that morning.").format(day=_day(day), label=label.strip())

    @action("dates.move")
    async def move(self, context: Context, value: str) -> Form:
        return Form(_("Move it"), (_day_field(_("To which day?")),), "dates.moved", value)

    @action("dates.moved")
    async def moved(self, context: Context, value: str, day: date) -> Message:
        await self.write(own_dates.move, context.me, int(value), day, context.now)
        return await self.listed(context, "")

    @action("dates.delete")
    async def delete(self, context: Context, value: str) -> Message:
        await self.write(own_dates.remove, context.me, int(value))
        return await self.listed(context, "")

    def asks(self) -> Iterable[Ask]:
        return (Ask(ASK, (*consenting.CORE, own_dates.PURPOSE), self._consent_words, "dates.list"),)

    def _consent_words(self, _value: str) -> Text:
        return self.core_words(
            _("I'd be messaging you first on the mornings of dates you name. Nobody else sees them.")
        )

    # -- that morning -------------------------------------------------------------------------------------------------

    @job(every="tick")
    async def plan_due(self, now: datetime) -> bool:
        return await self.write(own_dates.plan_due, now, BATCH)

    def by_the_clock(self) -> Sequence[Follow]:
        return (own_dates.follow,)

    @job(every="hour")
    async def follow_zones(self, now: datetime) -> None:
        await self.write(own_dates.follow_zones, now)

    @message(own_dates.TODAY, actions=("dates.own", "dates.tell", "dates.circle"), late="expires")
    async def today(self, delivery: Delivery, reader: Reader) -> Message | None:
        one = await self.read(own_dates.get, reader.me, int(delivery.args["date"]))
        if one is None:
            return None
        buttons = [Button(_("Keep it to myself"), "dates.own")]
        if await self.read(self.core.registry.listeners(reader.me)):
            buttons.append(Button(_("Tell my buddy"), "dates.tell", str(one.id)))
        if await self.read(_circles, reader.me):
            buttons.append(Button(_("Share in a circle"), "dates.circle", str(one.id)))
        return Message(_("Today is the date you called “{label}”.").format(label=self._label(one)), tuple(buttons))

    @action("dates.own")
    async def own(self, context: Context, value: str) -> Text:
        return _("It stays with you.")

    @action("dates.tell")
    async def tell(self, context: Context, value: str) -> Message:
        """Exactly what they would see, before they do."""
        one, to = await self._both(context, int(value))
        lines = [_("{who} will see exactly this:").format(who=who(name)) for name in to]
        said = _told(self._label(one))
        return Message(
            Text("\n").join([*lines, said]),
            (Button(_("Send"), "dates.send", value, style="primary"), Button(_("Not this time"), "dates.own")),
        )

    @action("dates.send", once=True)
    async def send(self, context: Context, value: str) -> Text:
        one, _names = await self._both(context, int(value))
        words = self._label(one)
        heard = await self.read(self.core.registry.listeners(context.me))
        for listener in heard:
            what = f"{one.id}:{listener.person.id}:{context.now.date().isoformat()}"
            when, args = (context.now, context.now + SHARED_WINDOW), {"about": context.me.id}
            whose = (listener.purpose, listener.community)
            delivery = self.letter(words, listener.person, SHARED, what, *when, *whose, args)
            await self.write(_share, delivery, context.me, listener)
        return await self.passed_on(context, [listener.person for listener in heard], SHARED, _("Sent."))

    async def _both(self, context: Context, row: int) -> tuple[OwnDate, list[Any]]:
        one = await self.read(own_dates.get, context.me, row)
        listeners = await self.read(self.core.registry.listeners(context.me))
        if one is None or not listeners:
            raise UserError(_("There is nobody connected with you to tell at the moment."))
        accounts = [await self.read(members.account, listener.person) for listener in listeners]
        return one, [account for account in accounts if account]

    @message(SHARED, late="expires")
    async def shared(self, delivery: Delivery, reader: Reader) -> Message | None:
        account = await self.read(members.account, Person(int(delivery.args["about"])))
        words = self.body_of(delivery)
        if words is None or account is None:
            return None
        said = Text("{who}: ").format(who=who(account)) + _told(words)
        return Message(said + " " + _("A short hello is plenty."))

    # -- in a circle --------------------------------------------------------------------------------------------------

    @action("dates.circle")
    async def circle(self, context: Context, value: str) -> Message:
        """Which circle, where there are several; then exactly what would stand there, before it does."""
        row, _space, chosen = value.partition(" ")
        one, there = await self._places(context, row, chosen)
        titles = [Text("{title}").format(title=(await wording.sheet(self, circle)).title) for circle in there]
        if len(there) > 1:
            choices = [
                Button(title, "dates.circle", f"{row} {circle.id}") for title, circle in zip(titles, there, strict=True)
            ]
            return Message(_("In which circle?"), (*choices, Button(_("Keep it to myself"), "dates.own")))
        said = _("Everybody who can open the place of {title} will see exactly this, with your name:")
        return Message(
            said.format(title=titles[0]) + "\n" + _told(self._label(one)),
            (
                Button(_("Send"), "dates.post", f"{row} {there[0].id}", style="primary"),
                Button(_("Not this time"), "dates.own"),
            ),
        )

    @action("dates.post", once=True)
    async def post(self, context: Context, value: str) -> Text:
        row, _space, chosen = value.partition(" ")
        one, [circle] = await self._places(context, row, chosen)
        assert circle.channel is not None
        what = f"{one.id}:{circle.id}:{context.now.date().isoformat()}"
        when, args = (context.now, context.now + SHARED_WINDOW), {"about": context.me.id, "circle": circle.id}
        said = self.letter(self._label(one), circle.channel, POSTED, what, *when, "", circle.community, args)
        await self.write(deliveries.plan, said)
        return _("Sent.")

    async def _places(self, context: Context, row: str, chosen: str) -> tuple[OwnDate, Sequence[Circle]]:
        """The date, and the circles it may be shared in: asked again at every press."""
        one = await self.read(own_dates.get, context.me, int(row))
        there = [one for one in await self.read(_circles, context.me) if chosen in ("", str(one.id))]
        if one is None or not there:
            raise UserError(_("There is no circle to share it in at the moment. It stays with you."))
        return one, there

    @message(POSTED, late="expires")
    async def posted(self, delivery: Delivery, reader: Reader) -> Message | None:
        person = Person(int(delivery.args["about"]))
        account = await self.read(members.account, person)
        still = [circle.id for circle in await self.read(_circles, person)]
        words = self.body_of(delivery)
        if words is None or account is None or delivery.args["circle"] not in still:
            return None
        return Message(Text("{who}: ").format(who=who(account)) + _told(words), private=False)

    def _label(self, one: OwnDate) -> str:
        return self.unseal(one.label, "own_dates", "label", one.id)

    # -- what is kept -------------------------------------------------------------------------------------------------

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        if purpose != own_dates.PURPOSE:
            return nothing_to_forget
        return lambda connection: own_dates.forget(connection, person)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: own_dates.export(connection, person, self._label)

    def derived_anew(self, now: datetime) -> Work[None]:
        return lambda connection: own_dates.derive_anew(connection, now)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        # dates are the person's own: leaving one community does not end them
        return (lambda connection: own_dates.forget(connection, person)) if community is None else nothing_to_forget


def _day_field(asked: Text) -> Field:
    return Field("day", asked, date, note=_("Say 3 march."))


def _told(label: str) -> Text:
    return _("Today is a date I call “{label}”.").format(label=label)


def _day(day: date) -> str:
    return f"{day.day} {month_name(day.month)}"


def _circles(connection: Connection, person: Person) -> list[Circle]:
    """The circles the person comes to or hosts that have a place of their own."""
    comes_to = [circles.get(connection, row) for row in answers.circles_of(connection, person)]
    found = {one.id: one for one in (*comes_to, *circles.hosted_by(connection, person)) if one is not None}
    return [one for one in found.values() if one.channel is not None and one.state == "published"]


def _share(connection: Connection, delivery: Delivery, person: Person, listener: Listener) -> None:
    if not blocks.between(connection, person, listener.person) and consents.allows(
        connection, listener.person, listener.purpose
    ):
        deliveries.plan(connection, delivery)

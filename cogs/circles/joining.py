"""Joining a circle whose hosts decide: they are asked once, a yes seats the member, and a no is told to nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.cog import KeepsNothing, action, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Message, Person, Text, When, Who
from bot.words.i18n import _
from cogs.circles import hosting, lookup, seats, wording
from storage.circles import answers, circles, dates, hosts, requests
from storage.circles.answers import Seat
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.delivery import deliveries
from storage.members import members

REQUEST, WELCOMED = "circles.request", "circles.welcomed"
OPEN = timedelta(days=7)
"""How long hosts hear of a request that waited, for quiet hours or an outage."""


class CircleJoining(KeepsNothing):  # requests stand with Circles
    """What hosts are asked, and what the member hears of a yes."""

    @message(REQUEST, actions=("circles.let_in", "circles.not_now"), late="expires", stands=OPEN)
    async def asked(self, delivery: Delivery, reader: Reader) -> Message | None:
        circle = await self.read(circles.get, int(delivery.args["circle"]))
        about = Person(int(delivery.args["about"]))
        wants = await self.read(requests.asked, circle.id, about) if circle else None
        if circle is None or wants is None or not await self.read(members.accounts, about):
            return None
        sheet = await wording.sheet(self, circle)
        words = {
            "in": _("{who} would like to join {title}. A no is told to nobody."),
            "listening": _("{who} would like to join {title}, listening only. A no is told to nobody."),
        }[wants]
        value = f"{circle.id}|{about.id}"
        return Message(
            words.format(who=Who(await lookup.shown(self, about, circle.platform)), title=sheet.title),
            (Button(_("Let them in"), "circles.let_in", value), Button(_("Not now"), "circles.not_now", value)),
        )

    @action("circles.let_in")
    async def let_in(self, context: Context, value: str) -> Text:
        circle, about = await self._request(context, value)
        if not await self.write(_let_in, circle, about, context.now):
            raise UserError(_("That is answered already."))
        return _("Noted. They hear that they are in.")

    @action("circles.not_now")
    async def not_now(self, context: Context, value: str) -> Text:
        circle, about = await self._request(context, value)
        await self.write(requests.decline, circle.id, about, context.now)
        return _("Noted. Nobody is told.")

    async def _request(self, context: Context, value: str) -> tuple[Circle, Person]:
        row, _bar, about = value.partition("|")
        return await lookup.hosted(self, context, lookup.number(row)), Person(lookup.number(about))

    @message(WELCOMED, actions=("circles.answer",), late="expires")
    async def welcomed(self, delivery: Delivery, reader: Reader) -> Message | None:
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        if gathering.state != "planned" or reader.person is None:
            return None
        sheet = await wording.sheet(self, circle)
        said = await self.read(answers.said, gathering.id, reader.person)
        words = {
            "in": _("The hosts say yes. You're in: {title}, {when}."),
            "listening": _("The hosts say yes. You're in, listening only: {title}, {when}."),
            "waiting": _("The hosts say yes. Every seat {when} is taken, so you're on the waitlist of {title}."),
        }.get(said.answer if said else "", _("The hosts say yes. {title} meets {when}."))
        text = words.format(title=sheet.title, when=When(gathering.starts))
        return Message(text, (Button(_("Can't"), "circles.answer", f"{gathering.id}|cant"),))


def needs_a_yes(connection: Connection, circle: Circle, person: Person) -> bool:
    """Do the hosts still have to say yes to this person?"""
    belongs = answers.membership(connection, circle.id, person) is not None
    return circle.joining == "ask" and not belongs and person not in hosts.accepted(connection, circle.id)


def ask(connection: Connection, circle: Circle, person: Person, wants: Seat, now: datetime) -> None:
    """Every host is asked, once."""
    members.join(connection, person, circle.community, now)
    if not requests.ask(connection, circle.id, person, wants, now):
        return
    for host in hosts.accepted(connection, circle.id):
        what = f"{circle.id}:{person.id}:{host.id}:{int(now.timestamp())}"
        args = {"circle": circle.id, "about": person.id}
        deliveries.tell(connection, host, REQUEST, what, now, now + OPEN, hosting.PURPOSE, circle.community, args)


def _let_in(connection: Connection, circle: Circle, person: Person, now: datetime) -> bool:
    """A host says yes: the person belongs to the circle, with a seat at the next date if one is free."""
    wants = requests.take(connection, circle.id, person)
    if wants is None:
        return False
    answers.belong(connection, circle.id, person, now)
    coming = [one for one in dates.coming(connection, circle.id, now) if one.starts > now]
    if coming:
        seats.answer(connection, circle, coming[0], person, wants, now)
        deliveries.plan(connection, _welcome(circle, coming[0], person, now))
    return True


def _welcome(circle: Circle, gathering: Gathering, person: Person, now: datetime) -> Delivery:
    return Delivery(
        to=person,
        kind=WELCOMED,
        key=f"{WELCOMED}:{circle.id}:{person.id}:{int(now.timestamp())}",
        due=now,
        expires=gathering.starts,
        purpose=seats.PURPOSE,
        community=circle.community,
        args={"gathering": gathering.id},
        picked=True,
    )

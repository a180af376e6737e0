"""What members hear of circles by themselves: free seats, reminders, changes, each still true when it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.cog import KeepsNothing, job, message
from bot.context import Delivery, Reader
from bot.messages import Button, Message, Text, When, Who
from bot.registry import Follow
from bot.words.i18n import N_, _, say
from cogs.circles import clocks, dates, hosting, lookup, seats, steps, wording
from cogs.circles.wording import answers
from storage.circles import answers as circles_answers
from storage.circles import circles
from storage.members.conversations import LONGEST

BATCH = 200
_DATED = {
    "archived": N_("{title} is over, so it does not take place {when}. `circle list` shows what is on."),
    "paused": N_("{title} rests, so it does not take place {when}. `circle list` shows what is on."),
    "ended": N_("{title} has no host any more, so it does not take place {when}. `circle list` shows what is on."),
    "resumed": N_("{title} meets again: {when}."),
}
_UNDATED = {
    "archived": N_("{title} is over. `circle list` shows what is on."),
    "paused": N_("{title} rests. `circle list` shows what is on."),
    "ended": N_("{title} has no host any more, so it rests. `circle list` shows what is on."),
    "resumed": N_("{title} meets again."),
    "last": N_("{title} has met for the last time. `circle list` shows what is on."),
}
"""What becomes of a circle as a whole, with a date to come and without one."""


class CircleNotices(KeepsNothing):  # answers and memberships stand with Circles
    """Walks the steps around every date, and renders what was planned there."""

    @job(every="tick")
    async def open_dates(self, now: datetime) -> bool:
        return await self.write(dates.open_due, now, BATCH)

    def by_the_clock(self) -> Sequence[Follow]:
        return (clocks.follow,)

    @job(every="tick")
    async def walk(self, now: datetime) -> bool:
        return await self.write(steps.walk, now, BATCH)

    @job(every="tick")
    async def pass_on_seats(self, now: datetime) -> bool:
        return await self.write(seats.lapse, now, BATCH)

    @message(seats.OFFER, actions=("circles.answer",), late="expires", stands=LONGEST)
    async def seat(self, delivery: Delivery, reader: Reader) -> Message | None:
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        said = await self.read(circles_answers.said, gathering.id, reader.me)
        if said is None or said.answer != "offered" or said.due is None or said.due <= reader.now:
            return None
        sheet = await wording.sheet(self, circle)
        text = _("A seat is free: {title}, {when}. It is yours until {until}. After that it goes to the next one.")
        return Message(
            text.format(title=sheet.title, when=When(gathering.starts), until=When(said.due, "time")),
            (
                Button(
                    _("I'm in") if said.wants == "in" else _("Listening only"),
                    "circles.answer",
                    f"{gathering.id}|{said.wants}",
                    style="primary",
                ),
                Button(_("Not this time"), "circles.answer", f"{gathering.id}|cant"),
            ),
        )

    @message(steps.INVITE, actions=("circles.answer",), late="expires", stands=LONGEST)
    async def invite(self, delivery: Delivery, reader: Reader) -> Message | None:
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        said = await self.read(circles_answers.said, gathering.id, reader.me)
        if said is not None or not wording.is_true(delivery, gathering):
            return None
        sheet = await wording.sheet(self, circle)
        text = _("{title} meets {when}.").format(title=sheet.title, when=When(gathering.starts))
        return Message(text, answers(sheet, gathering))

    @message(steps.REMIND, actions=("circles.answer",), late="expires", stands=LONGEST)
    async def remind(self, delivery: Delivery, reader: Reader) -> Message | None:
        """Asked again at the moment of sending: a reminder that is no longer true is not sent."""
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        if not wording.is_true(delivery, gathering):
            return None
        sheet = await wording.sheet(self, circle)
        which = delivery.args["which"]
        if which == "host":
            text = _("You host {title}, {when}. You keep the space, not the people. Calling for help is enough.")
            text = text.format(title=sheet.title, when=When(gathering.starts)) + wording.place(sheet)
            return Message(text, door=wording.door(sheet))
        said = await self.read(circles_answers.said, gathering.id, reader.me)
        if said is None or said.answer not in circles_answers.SEATED:
            return None
        words = _("{title} starts now.") if which == "now" else _("{title} is {when}.")
        text = words.format(title=sheet.title, when=When(gathering.starts)) + wording.place(sheet)
        if sheet.circle.dry:
            text = text + " " + _("Nobody drinks or uses anything there.")
        if which == "now":
            return Message(text, door=wording.door(sheet))
        cant = Button(_("Can't"), "circles.answer", f"{gathering.id}|cant")
        return Message(text, (cant,), door=wording.door(sheet))

    @message(dates.CHANGED, actions=("circles.answer",), late="expires", stands=LONGEST)
    async def changed(self, delivery: Delivery, reader: Reader) -> Message | None:
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        if gathering.version != delivery.args["version"]:
            return None
        sheet = await wording.sheet(self, circle)
        words = {
            "moved": _("{title} has moved. It is {when} now."),
            "cancelled": _("{title} does not take place {when}. Nothing you did."),
            "alone": _("{title} is {when} as planned, with one host: {hosts}."),
            "stand-in": _("{title} is {when} as planned. It is hosted by {hosts}."),
        }[str(delivery.args["change"])]
        hosts = Text(", ").join(Text(Who(host)) for host in sheet.hosts)
        text = words.format(title=sheet.title, when=When(gathering.starts), hosts=hosts)
        is_on = gathering.state == "planned"
        return Message(text, answers(sheet, gathering) if is_on and delivery.args["change"] == "moved" else ())

    @message(dates.WHOLE, actions=("circles.answer",), late="expires")
    async def whole(self, delivery: Delivery, reader: Reader) -> Message | None:
        """What became of a circle, unless something else has become of it since."""
        circle = await self.read(circles.get, int(delivery.args["circle"]))
        change = str(delivery.args["change"])
        stands = {"archived": "archived", "paused": "paused", "ended": "paused"}.get(change, "published")
        if circle is None or circle.state != stands:
            return None
        sheet = await wording.sheet(self, circle)
        if change == "place":
            said = _("The place of {title} was deleted. I open another one and let everybody in.")
            return Message(said.format(title=sheet.title))
        if "gathering" not in delivery.args:
            return Message(say(_UNDATED[change]).format(title=sheet.title))
        gathering, _circle = await lookup.found(self, str(delivery.args["gathering"]))
        text = say(_DATED[change]).format(title=sheet.title, when=When(gathering.starts))
        offers = change == "resumed" and delivery.purpose == seats.PURPOSE and gathering.state == "planned"
        return Message(text, answers(sheet, gathering) if offers else ())

    @message(hosting.NEW, actions=("circles.answer",), late="expires", stands=LONGEST)
    async def new(self, delivery: Delivery, reader: Reader) -> Message | None:
        circle = await self.read(circles.get, int(delivery.args["circle"]))
        if circle is None or circle.state != "published":
            return None
        gathering, free = await lookup.next_of(self, circle, reader.now)
        if gathering is None:
            return None
        sheet = await wording.sheet(self, circle)
        text = _("A circle starts. You asked me to tell you.") + "\n" + wording.card(sheet, gathering, free)
        return Message(text, answers(sheet, gathering, asks=True))

    @job(every="tick")
    async def ask_next_stand_in(self, now: datetime) -> None:
        await self.write(hosting.pass_on, now)

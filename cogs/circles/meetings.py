"""While a circle meets: the opening card, the talking piece, the timer for listening practice."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any

from bot import prompts
from bot.cog import Cog, Work, action, command, job, message, nothing_kept, nothing_to_forget
from bot.context import Context
from bot.errors import UserError
from bot.i18n import _, reader_locale, translate
from bot.messages import Button, Channel, Community, Delivery, Message, Person, Reader, Text, Who
from cogs.circles import kinds, lookup, practice, steps, wording
from storage import circles, circles_answers, circles_dates, circles_meetings
from storage.circles import Circle
from storage.circles_dates import Gathering

EARLY = timedelta(minutes=15)
"""Those who come a little before the hour are there too."""
OPENING_ROUND, CLOSING_ROUND = "cr-01", "cr-08"
BATCH = 100


class CircleMeetings(Cog):
    """Keeps turns and time, and hears nothing else."""

    @message(steps.OPENING, actions=("circles.here",), late="expires")
    async def opening(self, delivery: Delivery, reader: Reader) -> Message | None:
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        if not wording.is_true(delivery, gathering) or circle.channel is None:
            return None
        sheet = await wording.sheet(self, circle)
        lines = [
            _("**{title}** begins. {hosts}").format(title=sheet.title, hosts=wording.hosts_line(sheet)),
            kinds.agreements(circle.kind),
            self.bot.adapters[circle.channel.platform].hears(),
            _("Turns: press `I'm here`, then a host says `next`. Whoever has the piece says `next` or `pass`."),
            _("Hosts go first. Passing is fine."),
            _quiet(circle) or _round(OPENING_ROUND),
        ]
        return Message(
            Text("\n").join(line for line in lines if line), (Button(_("I'm here"), "circles.here"),), private=False
        )

    @action("circles.here")
    async def here(self, context: Context, value: str) -> Text:
        circle, gathering = await self._meeting(context)
        speaks = await self.write(_come, circle, gathering, context.me)
        if not speaks:
            return _("Noted. You are listening only: nobody asks you to speak.")
        return _("Noted. Your turn comes; `pass` is always fine.")

    @command("next")
    async def next(self, context: Context) -> Message:
        """Hand the talking piece on, in the place of your circle."""
        return await self._pass_on(context)

    @command("pass")
    async def pass_(self, context: Context) -> Message:
        """Pass your turn, in the place of your circle. No reason needed."""
        return await self._pass_on(context)

    async def _pass_on(self, context: Context) -> Message:
        circle, gathering = await self._meeting(context)
        has_it = await self.read(circles_meetings.speaker, gathering.id)
        hosts = await self.read(circles.accepted, circle.id)
        if context.me != has_it and context.me not in hosts:
            raise UserError(_("The one who has the talking piece hands it on, or a host does."))
        following = await self.write(circles_meetings.pass_piece, gathering.id)
        if following is None:
            return Message(_("Everybody had a turn. `next` begins another round, hosts first."), private=False)
        account = await lookup.shown(self, following, circle.platform)
        return Message(
            _("{who} has the talking piece. `next` hands it on, `pass` is fine.").format(who=Who(account)),
            private=False,
        )

    async def _meeting(self, context: Context) -> tuple[Circle, Gathering]:
        """The circle whose place this is, while it meets."""
        circle = await self.read(circles.in_channel, context.channel)
        if circle is None:
            raise UserError(_("That belongs in the place of your circle, while it meets."))
        gathering = await self.read(circles_dates.under_way, circle.id, context.now, context.now + EARLY)
        if gathering is None:
            raise UserError(_("The circle does not meet now. `circle list` shows when."))
        return circle, gathering

    # -- listening practice -------------------------------------------------------------------------------------------

    @command("practice", community=True)
    async def practise(self, context: Context) -> Message:
        """Two minutes each, in the place of your circle: one talks, one only listens. Then swap."""
        assert context.community is not None
        circle, gathering = await self._meeting(context)
        if not await self.write(practice.begin, circle.community, str(gathering.id), circle.channel, context.now):
            raise UserError(_("A practice is running here already."))
        return Message(_("Find somebody to practise with. It begins now."), private=False)

    @job(every="tick")
    async def keep_time(self, now: datetime) -> bool:
        return await self.write(practice.keep_time, now, BATCH)

    @message(practice.KIND, late="expires")
    async def practise_step(self, delivery: Delivery, reader: Reader) -> Message | None:
        prompt = prompts.find(prompts.shipped(), str(delivery.args["prompt"]))
        if prompt is None:
            return None
        words = practice.words(int(delivery.args["step"]), translate(reader_locale(), prompt.text))
        return Message(words, private=not isinstance(delivery.to, Channel))

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return nothing_kept  # turns last as long as a date, and stand with Circles

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return nothing_to_forget


def _come(connection: Connection, circle: Circle, gathering: Gathering, person: Person) -> bool:
    """Somebody is there. False if they only listen."""
    circles_answers.came(connection, gathering.id, person)
    hosts = person in circles.accepted(connection, circle.id)
    said = circles_answers.said(connection, gathering.id, person)
    if not hosts and (said is None or said.answer != "in"):
        return False
    circles_meetings.join_turns(connection, gathering.id, person, first=hosts)
    return True


def _round(prompt_id: str) -> Text:
    prompt = prompts.find(prompts.shipped(), prompt_id)
    return translate(reader_locale(), prompt.text) if prompt else Text()


def _quiet(circle: Circle) -> Text | None:
    """Quiet company begins and ends with one short round; in between nobody needs to say anything."""
    if circle.kind != "cowork":
        return None
    return _("Start round: what will you do in this time, in one sentence? Then everybody is quiet until I say.")

"""While a circle meets: the opening card, the talking piece, the timer for listening practice."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.cog import KeepsNothing, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Channel, Message, Person, Text, Who
from bot.words import prompts
from bot.words.i18n import _, say
from cogs.circles import kinds, lookup, practice, rounds, seats, steps, wording
from storage.circles import answers, circles, dates, hosts, meetings
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.delivery import deliveries

TOLD, RECEIVED = "circles.told", "circles.received"
EARLY = timedelta(minutes=15)
"""Those who come a little before the hour are there too."""
BATCH = 100


class CircleMeetings(KeepsNothing):  # turns last as long as a date, and stand with Circles
    """Keeps turns and time, and hears nothing else."""

    @message(steps.OPENING, actions=("circles.here", "circles.question"), late="expires")
    async def opening(self, delivery: Delivery, reader: Reader) -> Message | None:
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        if not wording.is_true(delivery, gathering) or circle.channel is None:
            return None
        sheet = await wording.sheet(self, circle)
        lines = [
            _("**{title}** begins. {hosts}").format(title=sheet.title, hosts=wording.hosts_line(sheet)),
            kinds.agreements(circle.kind),
            self.core.adapters[circle.channel.platform].hears(),
            _("Turns: press `I'm here`, then a host says `next`. Whoever has the piece says `next` or `pass`."),
            _("Hosts go first. Passing is fine."),
            _quiet(circle) or _round(str(delivery.args["prompt"])),
        ]
        buttons = [Button(_("I'm here"), "circles.here")]
        if circle.kind in ASKING:
            buttons.append(Button(_("A question for the round"), "circles.question"))
        return Message(Text("\n").join(line for line in lines if line), tuple(buttons), private=False)

    @action("circles.question")
    async def question(self, context: Context, value: str) -> Message:
        """The next question, as personal as the card says. A host asks for it, when the round is ready."""
        circle, gathering = await self._meeting(context)
        if context.me not in await self.read(hosts.accepted, circle.id):
            raise UserError(_("A host asks for the next question."))
        if circle.kind not in ASKING:
            raise UserError(_("This circle has no questions."))
        reserved = self.core.settings.without_tender
        prompt = await self.write(rounds.draw, circle, gathering, "middle", context.now, reserved)
        if not prompt:
            raise UserError(_("The moderators have switched off the questions for this round."))
        return Message(_round(prompt) + " " + _("Passing is fine."), private=False)

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
        has_it = await self.read(meetings.speaker, gathering.id)
        leading = await self.read(hosts.accepted, circle.id)
        if context.me != has_it and context.me not in leading:
            raise UserError(_("The one who has the talking piece hands it on, or a host does."))
        following = await self.write(_hand_on, circle, gathering, has_it, context.now)
        if following is None:
            return Message(_("Everybody had a turn. `next` begins another round, hosts first."), private=False)
        account = await lookup.shown(self, following, circle.platform)
        return Message(
            _("{who} has the talking piece. `next` hands it on, `pass` is fine.").format(who=Who(account)),
            private=False,
        )

    @message(TOLD, actions=("circles.received",), late="expires")
    async def told(self, delivery: Delivery, reader: Reader) -> Message | None:
        """After a story nobody comments. One press says thank you, to the teller alone."""
        _gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        who = await lookup.who(self, int(delivery.args["about"]), circle.platform)
        if who is None:
            return None
        words = _("{who} has told. Nobody comments. The button reaches {who} alone, with your name.")
        return Message(words.format(who=who), (Button(_("Received, thank you"), "circles.received"),), private=False)

    @action("circles.received")
    async def received(self, context: Context, value: str) -> Text:
        told = await self.read(deliveries.get, context.delivery or 0)
        if told is None or told.kind != TOLD:
            raise UserError(_("That has passed."))
        gathering, circle = await lookup.found(self, str(told.args["gathering"]))
        about = Person(int(told.args["about"]))
        if about == context.me:
            raise UserError(_("That is your own story. The others may press it."))
        await self.write(_thank, circle, gathering, about, context)
        return _("Noted. They read that you received it. Nobody else sees it.")

    @message(RECEIVED, late="expires")
    async def thanked(self, delivery: Delivery, reader: Reader) -> Message | None:
        _gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        who = await lookup.who(self, int(delivery.args["about"]), circle.platform)
        return Message(_("{who} received your story. Thank you.").format(who=who)) if who else None

    async def _meeting(self, context: Context) -> tuple[Circle, Gathering]:
        """The circle whose place this is, while it meets."""
        circle = await self.read(circles.in_channel, context.channel)
        if circle is None:
            raise UserError(_("That belongs in the place of your circle, while it meets."))
        gathering = await self.read(dates.under_way, circle.id, context.now, context.now + EARLY)
        if gathering is None:
            raise UserError(_("The circle does not meet now. `circle list` shows when."))
        return circle, gathering

    # -- listening practice -------------------------------------------------------------------------------------------

    @command("practice", community=True)
    async def practise(self, context: Context) -> Message:
        """Two minutes each, in the place of your circle: one talks, one only listens. Then swap."""
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
        words = practice.words(int(delivery.args["step"]), say(prompt.text))
        return Message(words, private=not isinstance(delivery.to, Channel))


def _hand_on(
    connection: Connection, circle: Circle, gathering: Gathering, has_it: Person | None, now: datetime
) -> Person | None:
    """The talking piece goes on; after a story the others are shown how to say thank you."""
    following = meetings.pass_piece(connection, gathering.id)
    if circle.kind == "story" and has_it is not None and circle.channel is not None:
        what = f"{gathering.id}:{has_it.id}:{int(now.timestamp())}"
        args = {"gathering": gathering.id, "about": has_it.id}
        deliveries.tell(connection, circle.channel, TOLD, what, now, now + EARLY, "", circle.community, args)
    return following


def _thank(connection: Connection, circle: Circle, gathering: Gathering, teller: Person, context: Context) -> None:
    """Once from each to each, at one date."""
    what = f"{gathering.id}:{teller.id}:{context.me.id}"
    when, args = (context.now, context.now + timedelta(days=1)), {"gathering": gathering.id, "about": context.me.id}
    deliveries.tell(connection, teller, RECEIVED, what, *when, seats.PURPOSE, circle.community, args, picked=True)


def _come(connection: Connection, circle: Circle, gathering: Gathering, person: Person) -> bool:
    """Somebody is there. False if they only listen."""
    answers.came(connection, gathering.id, person)
    leads = person in hosts.accepted(connection, circle.id)
    said = answers.said(connection, gathering.id, person)
    if not leads and (said is None or said.answer != "in"):
        return False
    meetings.join_turns(connection, gathering.id, person, first=leads)
    return True


def _round(prompt_id: str) -> Text:
    prompt = prompts.find(prompts.shipped(), prompt_id)
    return say(prompt.text) if prompt else Text()


ASKING = circles.TWO_HOSTS - {"story", "skill"}
"""Where a round has a question beside its opening: stories and practice have their own form."""


def _quiet(circle: Circle) -> Text | None:
    """Quiet company begins and ends with one short round; in between nobody needs to say anything."""
    if circle.kind != "cowork":
        return None
    return _("Start round: what will you do in this time, in one sentence? Then everybody is quiet until I say.")

"""Supporting those who host: how full the tank is before, a debrief after, what was said to them, and rest."""

from __future__ import annotations

from bot.cog import KeepsNothing, action, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Message, Person, Text, When, Who
from bot.words import prompts
from bot.words.i18n import _, ngettext, say
from cogs.circles import after, hosting, lookup, steps, wording
from storage.circles import circles, hosts, meetings
from storage.circles.circles import Circle


class CircleHostCare(KeepsNothing):  # what was asked of hosts is not kept
    """Hosts are asked, never told what to do; a stand-in needs no reason."""

    @message(steps.BEFORE, actions=("circles.tank",), late="expires")
    async def before(self, delivery: Delivery, reader: Reader) -> Message | None:
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        prompt = prompts.find(prompts.shipped(), after.BEFORE)
        if prompt is None or not wording.is_true(delivery, gathering):
            return None
        sheet = await wording.sheet(self, circle)
        intro = _("{title}, {when}.").format(title=sheet.title, when=When(gathering.starts))
        buttons = tuple(
            Button(say(option), "circles.tank", f"{circle.id}|{index}") for index, option in enumerate(prompt.options)
        )
        return Message(intro + " " + say(prompt.text), buttons)

    @action("circles.tank")
    async def tank(self, context: Context, value: str) -> Message:
        row, _bar, answer = value.partition("|")
        circle = await lookup.hosted(self, context, lookup.number(row))
        if answer == "0":
            return Message(_("Noted."))
        return Message(
            _("I can ask the stand-ins, in their order. No reason needed, and nobody is told one."),
            (
                Button(_("Ask the stand-ins"), "circles.rests", str(circle.id)),
                Button(_("I'll do it"), "circles.fine", str(circle.id)),
            ),
        )

    @message(steps.REST, actions=("circles.rests", "circles.fine"), late="expires")
    async def rest(self, delivery: Delivery, reader: Reader) -> Message | None:
        """Asked, not forced."""
        _gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        if reader.me not in await self.read(hosts.accepted, circle.id):
            return None
        sheet = await wording.sheet(self, circle)
        text = _("{title} has met three times with you now. Would you like to rest for a while? No reason needed.")
        row = str(circle.id)
        buttons = (Button(_("I'd like to rest"), "circles.rests", row), Button(_("I go on"), "circles.fine", row))
        return Message(text.format(title=sheet.title), buttons)

    @action("circles.rests")
    async def rests(self, context: Context, value: str) -> Message:
        """The stand-ins are asked; whoever rests stands by from then on."""
        circle = await lookup.hosted(self, context, lookup.number(value))
        if await self.write(hosting.rest, circle, context.me, context.now):
            return Message(
                _("Noted. The stand-ins are asked in their order. You stand by from now on. No reason needed.")
            )
        row = str(circle.id)
        return Message(
            _("Nobody stands by for this circle. You can name a stand-in, or open the circle and call a date off."),
            (
                Button(_("A stand-in"), "circles.cohost", f"{row}|stand-in"),
                Button(_("Open it"), "circles.manage", row),
                Button(_("I'll do it"), "circles.fine", row),
            ),
        )

    @message(steps.DEBRIEF, actions=("circles.still_with_me",), late="expires")
    async def debrief(self, delivery: Delivery, reader: Reader) -> Message | None:
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        prompt = prompts.find(prompts.shipped(), after.DEBRIEF)
        if prompt is None or gathering.state == "cancelled":
            return None
        sheet = await wording.sheet(self, circle)
        intro = _("After {title}.").format(title=sheet.title)
        more = (Button(_("Something stays with me"), "circles.still_with_me", str(circle.id)),)
        if len(sheet.hosts) < 2:
            return Message(intro + " " + _("Five minutes for you: what do you put down now?"), more)
        return Message(intro + " " + say(prompt.text), more)

    @action("circles.still_with_me")
    async def still_with_me(self, context: Context, value: str) -> Message:
        """Another host could listen: where hosts meet, or could."""
        circle = await lookup.hosted(self, context, lookup.number(value))
        prompt = prompts.find(prompts.shipped(), after.STILL)
        asked = say(prompt.text) if prompt else Text()
        return await self._other_hosts(context, circle, asked)

    @message(steps.SUPPORT, actions=("circles.supported",), late="expires")
    async def support(self, delivery: Delivery, reader: Reader) -> Message | None:
        """Once a month."""
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        prompt = prompts.find(prompts.shipped(), after.SUPPORT)
        if prompt is None or gathering.state == "cancelled":
            return None
        buttons = tuple(
            Button(say(option), "circles.supported", f"{circle.id}|{index}")
            for index, option in enumerate(prompt.options)
        )
        return Message(say(prompt.text), buttons)

    @action("circles.supported")
    async def supported(self, context: Context, value: str) -> Message:
        row, _bar, answer = value.partition("|")
        circle = await lookup.hosted(self, context, lookup.number(row))
        prompt = prompts.find(prompts.shipped(), after.SUPPORT)
        index = lookup.number(answer)
        if prompt is None or index >= len(prompt.options):
            raise UserError(_("That button has expired. `help` shows what I can do."))
        if prompts.destination(prompt, prompt.options[index]) != "hosts":
            return Message(_("Noted. That stays between you and me, and I don't keep it."))
        return await self._other_hosts(context, circle, _("That is a lot to hold alone."))

    async def _other_hosts(self, context: Context, circle: Circle, intro: Text) -> Message:
        """Where hosts of this community listen to each other: their circle, or a way to begin one."""
        for other in await self.read(circles.published, circle.community):
            gathering, free = await lookup.next_of(self, other, context.now)
            if other.kind == "hosts" and gathering is not None:
                sheet = await wording.sheet(self, other)
                return Message(
                    intro + "\n" + wording.card(sheet, gathering, free),
                    wording.answers(sheet, gathering, asks=True),
                )
        return Message(
            intro + "\n" + _("There is no hosts' circle yet. One a month is enough. Would you like to begin one?"),
            (
                Button(_("Begin a hosts' circle"), "circles.begin", f"{circle.community.id}||hosts"),
                Button(_("Not now"), "circles.fine", str(circle.id)),
            ),
        )

    @message(steps.THANKS, late="expires")
    async def thanks(self, delivery: Delivery, reader: Reader) -> Message | None:
        """Numbers only where at least five answered; else that some thanks arrived."""
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        welcome = dict(await self.read(meetings.reflections, gathering.id, after.WELCOME))
        thanked = dict(await self.read(meetings.reflections, gathering.id, after.THANKED)).get(0, 0)
        sheet = await wording.sheet(self, circle)
        answered = sum(welcome.values())
        if max(answered, thanked) < after.ENOUGH:
            return Message(_("{title}: some thanks arrived.").format(title=sheet.title)) if thanked else None
        lines = [Text("{title}").format(title=sheet.title)]
        if answered >= after.ENOUGH:
            felt = ngettext("{n} of {all} felt welcome.", "{n} of {all} felt welcome.", welcome.get(0, 0))
            lines.append(felt.format(n=welcome.get(0, 0), all=answered))
        if thanked >= after.ENOUGH:
            lines.append(ngettext("{n} thanked you.", "{n} thanked you.", thanked).format(n=thanked))
        elif thanked:
            lines.append(_("Some thanks arrived."))
        return Message(Text("\n").join(lines))

    @message(after.STIRRED, late="expires")
    async def stirred(self, delivery: Delivery, reader: Reader) -> Message | None:
        who = await self._about(delivery)
        if who is None:
            return None
        text = _("{who} is stirred up after {title} and would like a word. A short hello is plenty.")
        return Message(text.format(who=who, title=await self._title(delivery)))

    @message(after.SAID, late="expires")
    async def said(self, delivery: Delivery, reader: Reader) -> Message | None:
        who = await self._about(delivery)
        if who is None or delivery.body is None:
            return None
        words = self.core.keyring.decrypt(delivery.body, "deliveries", "body", delivery.key)
        text = _("{who} wrote to you after {title}: {words}")
        return Message(text.format(who=who, title=await self._title(delivery), words=words))

    @message(steps.HELLO, late="expires")
    async def hello(self, delivery: Delivery, reader: Reader) -> Message | None:
        """Only ever about somebody who asked for it, asked again at the moment of sending."""
        who = await self._about(delivery)
        if who is None or not await self._still_wanted(delivery):
            return None
        text = _("{who} asked that you say hello if they missed two. A short hello is plenty.")
        ending = _("No reply is not a verdict on you; it may be how they keep safe.")
        return Message(text.format(who=who) + " " + ending)

    async def _still_wanted(self, delivery: Delivery) -> bool:
        _gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        return await self.read(lookup.wants_a_hello, circle.id, Person(int(delivery.args["about"])))

    async def _about(self, delivery: Delivery) -> Who | None:
        _gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        return await lookup.who(self, int(delivery.args["about"]), circle.platform)

    async def _title(self, delivery: Delivery) -> str:
        _gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        return (await wording.sheet(self, circle)).title

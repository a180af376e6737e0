"""After a circle: a private question or two, a way for whoever is stirred up, a word to the hosts. Kept as numbers."""

from __future__ import annotations

from datetime import timedelta

from bot.asking.doors import HELP_NOW, PEOPLE, doors
from bot.cog import KeepsNothing, action, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Field, Form, Message, Person, Text, Who
from bot.words import prompts
from bot.words.i18n import _, say
from bot.words.prompts import Prompt
from cogs.circles import hosting, lookup, steps, wording
from storage.circles import answers, hosts, meetings
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.delivery import deliveries, offers

WELCOME, LEAVING, WORDS, THANKED = "re-01", "re-02", "re-03", "thanks"
BEFORE, DEBRIEF, STILL, SUPPORT = "ke-01", "ke-02", "ke-03", "ke-06"
STIRRED, SAID, HELLO = "circles.stirred_up", "circles.said", "circles.hello_for"
LONGEST = 300
ENOUGH = 5
"""How many must have answered before hosts see numbers (product.md 3.7)."""
HEARD = timedelta(hours=24)


class CircleAfter(KeepsNothing):  # answers afterwards are numbers, of nobody
    """What comes after a date, for those who were there and those who held it."""

    # -- for whoever was there ----------------------------------------------------------------------------------------

    @message(
        steps.AFTER,
        actions=("circles.reflect", "circles.skip", "help.now"),
        late="expires",
    )
    async def asked(self, delivery: Delivery, reader: Reader) -> Message | None:
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        if gathering.state == "cancelled":
            return None
        sheet = await wording.sheet(self, circle)
        intro = _("After {title}, for you alone. Answers become numbers; nobody sees yours.").format(title=sheet.title)
        return self._ask(WELCOME, gathering.id, intro)

    @message(steps.CLOSING, actions=("circles.reflect_now",), late="expires")
    async def closing(self, delivery: Delivery, reader: Reader) -> Message | None:
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        if gathering.state == "cancelled":
            return None
        prompt = prompts.find(prompts.shipped(), str(delivery.args["prompt"]))
        closing = say(prompt.text) if prompt else Text()
        if circle.kind == "cowork":
            closing = _("End round: what did you do, in one sentence, or pass.")
        text = _("The time is over.") + " " + closing
        return Message(text, (Button(_("A question for me alone"), "circles.reflect_now"),), private=False)

    @action("circles.reflect_now")
    async def reflect_now(self, context: Context, value: str) -> Message:
        """From the circle's own place: whoever wants is asked now, privately, whatever the hour."""
        found = await self.read(deliveries.get, context.delivery or 0)
        if found is None:
            raise UserError(_("That has passed."))
        return self._ask(WELCOME, int(found.args["gathering"]), Text())

    def _ask(self, prompt_id: str, gathering: int, intro: Text) -> Message:
        prompt = _prompt(prompt_id)
        buttons = [
            Button(say(option), "circles.reflect", f"{gathering}|{prompt_id}|{index}")
            for index, option in enumerate(prompt.options)
        ]
        buttons += [Button(_("Skip"), "circles.skip", str(gathering)), Button(_("Help now"), HELP_NOW)]
        asked = say(prompt.text)
        return Message(intro + "\n" + asked if intro else asked, tuple(buttons))

    @action("circles.reflect")
    async def reflect(self, context: Context, value: str) -> Message:
        """Count it, and go on to the next one."""
        row, prompt_id, answer = _taken(value)
        gathering, circle = await lookup.found(self, row)
        prompt = _prompt(prompt_id)
        if answer >= len(prompt.options):
            raise UserError(_("That button has expired. `help` shows what I can do."))
        await self.write(meetings.reflect, gathering.id, context.me, prompt_id, answer)
        if prompts.destination(prompt, prompt.options[answer]) == "side-room":
            return await self._side_room(context, circle, gathering)
        if prompt_id == WELCOME:
            return self._ask(LEAVING, gathering.id, _("Noted."))
        return self._last(gathering)

    def _last(self, gathering: Gathering) -> Message:
        buttons = (
            Button(_("Write something"), "circles.write", str(gathering.id)),
            Button(_("Thank the hosts"), "circles.thank", str(gathering.id)),
            Button(_("Done"), "circles.skip", str(gathering.id)),
        )
        return Message(_("Noted.") + " " + say(_prompt(WORDS).text), buttons)

    @action("circles.skip")
    async def skip(self, context: Context, value: str) -> Text:
        return _("Noted. `circle list` shows when it meets next.")

    async def _side_room(self, context: Context, circle: Circle, gathering: Gathering) -> Message:
        """Stirred up: people first, each by the member's own tap."""
        cohost = await self._cohost(circle)
        buttons = []
        if cohost is not None:
            buttons.append(Button(_("Tell the co-host"), "circles.tell_cohost", str(gathering.id)))
        buttons += await doors(self.core.registry, context, (PEOPLE, HELP_NOW))
        buttons.append(Button(_("Not now"), "circles.skip", str(gathering.id)))
        if cohost is None:
            return Message(_("That can happen. Nobody is told."), tuple(buttons))
        account = await lookup.shown(self, cohost, circle.platform)
        words = _("That can happen. Nobody is told, unless you press: then {cohost} sees that you'd like a word.")
        return Message(words.format(cohost=Who(account)), tuple(buttons))

    async def _cohost(self, circle: Circle) -> Person | None:
        """Who steps aside with anyone who needs a break: the co-host, or the one host there is."""
        leading = await self.read(hosts.accepted, circle.id)
        return leading[-1] if leading else None

    @action("circles.tell_cohost", once=True)
    async def tell_cohost(self, context: Context, value: str) -> Text:
        gathering, circle = await lookup.found(self, value)
        cohost = await self._cohost(circle)
        if cohost is None or await self.read(answers.said, gathering.id, context.me) is None:
            raise UserError(_("There is nobody to tell any more. `help now` has numbers."))
        await self.write(deliveries.plan, self._to_host(STIRRED, cohost, gathering, circle, context))
        return _("Told. They're a member, not a crisis worker. `help now` has numbers.")

    @action("circles.thank")
    async def thank(self, context: Context, value: str) -> Text:
        gathering, _circle = await lookup.found(self, value)
        await self.write(meetings.reflect, gathering.id, context.me, THANKED, 0)
        return _("Noted. They hear that thanks arrived, not from whom.")

    # -- words to the hosts -------------------------------------------------------------------------------------------

    @action("circles.write")
    async def write_words(self, context: Context, value: str) -> Form:
        field = Field("words", _("The hosts see these words and your name."), multiline=True, limit=LONGEST)
        return Form(_("For the hosts"), (field,), "circles.preview", value)

    @action("circles.preview")
    async def preview(self, context: Context, value: str, words: str) -> Message:
        """Exactly what will be seen, and by whom, before it goes."""
        gathering, circle = await lookup.found(self, value)
        sheet = await wording.sheet(self, circle)
        hosts = _(" and ").join(Text(Who(host)) for host in sheet.hosts)
        offered = [("circles.send", str(gathering.id)), ("circles.skip", str(gathering.id))]
        row = await self.write(offers.add, context.me, circle.community, offered, context.now)
        await self.write(offers.keep, row, self.core.keyring.encrypt(words, "offers", "payload", row))
        text = _("{hosts} will see your name and exactly this:").format(hosts=hosts)
        return Message(
            text + "\n" + Text("{words}").format(words=words),
            (
                Button(_("Send"), "circles.send", str(gathering.id), row=f"o{row}"),
                Button(_("Not this time"), "circles.skip", str(gathering.id), row=f"o{row}"),
            ),
        )

    @action("circles.send", once=True)
    async def send(self, context: Context, value: str) -> Text:
        gathering, circle = await lookup.found(self, value)
        row = int(context.row[1:])
        payload = await self.read(offers.kept, row)
        if payload is None or await self.read(answers.said, gathering.id, context.me) is None:
            raise UserError(_("I no longer have it. Send it again if you like."))
        words = self.core.keyring.decrypt(payload, "offers", "payload", row)
        there = await self.read(hosts.accepted, circle.id)
        for host in there:
            await self.write(deliveries.plan, self._to_host(SAID, host, gathering, circle, context, words))
        return await self.passed_on(context, there, SAID, _("Sent."))

    def _to_host(
        self, kind: str, host: Person, gathering: Gathering, circle: Circle, context: Context, words: str | None = None
    ) -> Delivery:
        what = f"{gathering.id}:{host.id}:{context.me.id}:{int(context.now.timestamp())}"
        about = (hosting.PURPOSE, circle.community, {"gathering": gathering.id, "about": context.me.id})
        return self.letter(words, host, kind, what, context.now, context.now + HEARD, *about, picked=True)


def _prompt(prompt_id: str) -> Prompt:
    prompt = prompts.find(prompts.shipped(), prompt_id)
    if prompt is None:
        raise UserError(_("That question is no longer in use."))
    return prompt


def _taken(value: str) -> tuple[str, str, int]:
    row, _bar, rest = value.partition("|")
    prompt_id, _bar, answer = rest.partition("|")
    if prompt_id not in (WELCOME, LEAVING) or not answer.isdecimal() or len(answer) > 1:
        raise UserError(_("That button has expired. `help` shows what I can do."))
    return row, prompt_id, int(answer)

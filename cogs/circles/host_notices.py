"""What hosts hear by themselves: that they are asked, who hosts with them, and what needs a decision."""

from __future__ import annotations

from bot.cog import KeepsNothing, message
from bot.context import Delivery, Reader
from bot.messages import Button, Message, Text, When, Who
from bot.words.i18n import _
from cogs.circles import hosting, kinds, lookup, steps, wording
from storage.circles import circles, hosts
from storage.members.conversations import LONGEST

ANNOUNCEMENT = "circles.announcement"


class CircleHostNotices(KeepsNothing):  # who hosts what stands with Circles
    """Renders what was planned for hosts, and the card that a host lets stand in a channel."""

    @message(hosting.ASK, actions=("circles.accept", "circles.decline"), late="expires", stands=LONGEST)
    async def asked(self, delivery: Delivery, reader: Reader) -> Message | None:
        circle = await self.read(circles.get, int(delivery.args["circle"]))
        host = await self.read(hosts.of, circle.id, reader.me) if circle else None
        if circle is None or host is None or (host.part != "stand-in" and host.accepted):
            return None
        gathering, _free = await lookup.next_of(self, circle, reader.now)
        sheet = await wording.sheet(self, circle)
        return Message(
            wording.ask_words(sheet, gathering, host.part, reader.now),
            (
                Button(_("I'll host"), "circles.accept", str(circle.id)),
                Button(_("Not now"), "circles.decline", str(circle.id)),
            ),
        )

    @message(hosting.NEWS, actions=("circles.manage", "circles.draft"), late="expires")
    async def news(self, delivery: Delivery, reader: Reader) -> Message | None:
        if delivery.args["what"] == "deleted":
            said = _(
                "The circle that you were asked to host was deleted before it began. `circle list` shows what is on."
            )
            return Message(said)
        circle = await self.read(circles.get, int(delivery.args["circle"]))
        if circle is None:
            return None
        sheet = await wording.sheet(self, circle)
        who: Text | Who = Text()
        if "who" in delivery.args and (account := await lookup.who(self, int(delivery.args["who"]), circle.platform)):
            who = account
        words = {
            "accepted": _("{who} hosts {title} with you."),
            "published": _("{title} is published.")
            if circle.kind == kinds.NOTICE
            else _("{title} is published. I tell you before and after each date."),
            "rests": _("{who} rests from hosting {title}. I ask the stand-ins."),
            "handed over": _(
                "{title} is hosted by somebody else now, as the moderators asked. Thank you for holding it."
            ),
            "stepped back": _("{who} does not host {title} any more. I ask the stand-ins, if there are any."),
        }[str(delivery.args["what"])]
        row = str(circle.id)
        open_ = "circles.draft" if circle.state in ("draft", "wanted") else "circles.manage"
        return Message(words.format(who=who or _("Somebody"), title=sheet.title), (Button(_("Open it"), open_, row),))

    @message(hosting.ALONE, actions=("circles.alone", "circles.move", "circles.cancelled"), late="expires")
    async def left_alone(self, delivery: Delivery, reader: Reader) -> Message | None:
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        sheet = await wording.sheet(self, circle)
        if not wording.is_true(delivery, gathering) or not sheet.is_short_of_hosts:
            return None
        row = str(gathering.id)
        return Message(
            _(
                "You are the one host left for {title}, {when}. Hold it with one host, move it, or cancel it. Whoever"
                " comes is told. If I hear nothing, I call it off an hour before."
            ).format(title=sheet.title, when=When(gathering.starts)),
            (
                Button(_("Hold it with one host"), "circles.alone", row),
                Button(_("Move it"), "circles.move", row),
                Button(_("Cancel it"), "circles.cancelled", row),
            ),
        )

    @message(steps.FEW, actions=("circles.fine", "circles.move", "circles.cancelled"), late="expires")
    async def few(self, delivery: Delivery, reader: Reader) -> Message | None:
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        if not wording.is_true(delivery, gathering):
            return None
        sheet = await wording.sheet(self, circle)
        row = str(gathering.id)
        return Message(
            _("Fewer than three come to {title}, {when}. A small one is fine too. What would you like?").format(
                title=sheet.title, when=When(gathering.starts)
            ),
            (
                Button(_("Hold it"), "circles.fine", row),
                Button(_("Move it"), "circles.move", row),
                Button(_("Cancel it"), "circles.cancelled", row),
            ),
        )

    @message(ANNOUNCEMENT, actions=("circles.answer",), late="expires")
    async def announcement(self, delivery: Delivery, reader: Reader) -> Message | None:
        """In a shared place: the host's zone, and what the platform makes of an instant for each reader."""
        gathering, circle = await lookup.found(self, str(delivery.args["gathering"]))
        if gathering.state != "planned" or circle.state != "published":
            return None
        sheet = await wording.sheet(self, circle)
        buttons = wording.answers(sheet, gathering, asks=True)
        return Message(wording.card(sheet, gathering, None), buttons, private=False)

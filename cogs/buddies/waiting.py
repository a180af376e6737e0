"""While somebody has nobody: the honest reason, when I look again, and a welcomer to say hello to meanwhile."""

from __future__ import annotations

from bot.asking.doors import BUDDY
from bot.cog import KeepsNothing, action, message
from bot.context import Context, Delivery, Reader
from bot.messages import Button, Message, Person, Text, who
from bot.words.i18n import _
from cogs.buddies.candidates import LeftOutReason
from cogs.company.around import account_of
from storage.buddies import buddies, pairs, rounds
from storage.company import welcome


class Waiting(KeepsNothing):  # that somebody was left out stands with their wish: see SignUp
    """What somebody hears who is with nobody. Never the same person twice running, where another could be."""

    @message(buddies.LOOKING)
    async def looking(self, delivery: Delivery, reader: Reader) -> Message:
        if delivery.args["role"] == "mentor":
            return Message(_("It came to nothing. I ask you when somebody else would like to walk with you."))
        if delivery.args["role"] == "mentee":
            return Message(_("I'm asking somebody else. If nobody is free within two weeks, I'll tell you."))
        return Message(looking_again())

    @message(rounds.NOBODY, actions=("buddies.stand", "buddies.hello"), stands=rounds.HELLO_WITHIN)
    async def nobody(self, delivery: Delivery, reader: Reader) -> Message:
        if delivery.args["why"] == LeftOutReason.ODD.value:
            said = _("Everybody who fits is with somebody: the number is odd. You come first next time.")
        else:
            said = _("Nobody fits yet.")
        said = said + " " + _("I look again every two days, and I'll tell you.")
        assert delivery.community is not None
        here = str(delivery.community.id)
        buttons = [Button(_("What I chose"), "buddies.stand", here)]
        about = delivery.args.get("about")
        name = await account_of(self, Person(int(about)), reader.member) if about else None
        if name is None:
            return Message(said, tuple(buttons))
        meanwhile = _(
            "Until then: {who} welcomes people here, and likes a hello. They see your name only if you send one."
        )
        return Message(
            Text("\n").join([said, meanwhile.format(who=who(name))]),
            (Button(_("Say hello"), "buddies.hello", here), *buttons),
        )

    @action("buddies.hello")
    async def hello(self, context: Context, value: str) -> Text:
        there = await self.read(buddies.communities, context.me)
        here = next((one for one in there if str(one.id) == value), None)
        if here is None or not await self.write(rounds.say_hello, here, context.me, context.now):
            return _("They are not here any more. `company` asks somebody else.")
        welcomer = await self.read(welcome.named, context.me, here)
        sent = _("Sent: your name, and that you say hello.")
        sent = await self.passed_on(context, [welcomer] if welcomer else [], rounds.HELLO, sent)
        return sent + " " + _("You can write more yourself, or leave it at that.")

    @message(rounds.HELLO, late="expires")
    async def heard(self, delivery: Delivery, reader: Reader) -> Message | None:
        name = await account_of(self, Person(int(delivery.args["about"])), reader.member)
        if name is None:
            return None
        return Message(
            _("{who} looks for a buddy here and says hello. A short answer is plenty.").format(who=who(name))
        )

    @message(buddies.RESTING, actions=("buddies.back",))
    async def resting(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(
            _("I've asked a few times and heard nothing, so introductions rest for you. One tap brings them back."),
            (Button(_("I'm back"), "buddies.back"),),
        )

    async def has_already(self, context: Context) -> frozenset[str]:
        """Whoever looks for a buddy, or walks with one."""
        if context.person is None:
            return frozenset()
        for community in await self.core.permissions.around(context):
            if await self.read(buddies.has_signed_up, community, context.person):
                return frozenset({BUDDY})
            if await self.read(pairs.of, context.person, community):
                return frozenset({BUDDY})
        return frozenset()


def looking_again() -> Text:
    """The same words after a pass, after silence and after an end, with what comes if nobody fits."""
    return _("I'm looking again now.") + " " + _("If nobody fits, I look every two days, and I'll tell you.")

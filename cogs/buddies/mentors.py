"""Walking with a mentor: twelve weeks, chosen by both, and from the start on the way to other people."""

from __future__ import annotations

from datetime import datetime

from bot.asking import consenting
from bot.asking.doors import BUDDY, CIRCLE, COMPANY, PEOPLE, doors
from bot.cog import KeepsNothing, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Community, Message, Text
from bot.registry import Ask, Reply
from bot.words.i18n import _
from cogs.buddies import course
from cogs.buddies.people import mentor_word, named
from storage.buddies import mentors, pairs

ASK = Ask(
    "mentee",
    (*consenting.CORE, "buddy"),
    lambda _value: _(
        "I ask somebody here who volunteered as a mentor whether they would walk with you for twelve weeks. I keep"
        " your account id and that you asked. They hear your name only if they say yes, and you hear theirs at the same"
        " moment. Either of you can end it, no reason. I'd be messaging you first."
    ),
    "buddies.mentored",
    adult=True,
)


class Mentors(KeepsNothing):  # who was asked: see Introductions; who walks with whom: see Pairs
    """One mentor is asked at a time. Who said no is never shown."""

    @command("buddy mentor", anyone=True, community=True)
    async def mentor(self, context: Context) -> Reply:
        """Ask for somebody to walk with you for twelve weeks."""
        community = context.here
        return await self.core.consenting.question(context, ASK.name, str(community.id)) or await self.mentored(
            context, str(community.id)
        )

    def asks(self) -> tuple[Ask, ...]:
        return (ASK,)

    @action("buddies.mentored")
    async def mentored(self, context: Context, value: str) -> Text:
        community = await named(self, context, value)
        if await self.read(mentors.is_walking, community, context.me):
            raise UserError(_("Somebody is being asked for you, or walks with you already. `buddy find` shows more."))
        if await self.write(mentors.begin, community, context.me, context.now):
            return _("I'm asking. I'll tell you as soon as I know more. Nobody has heard your name.")
        return await self._nobody(community)

    async def _nobody(self, community: Community) -> Text:
        said = _("No {mentor} is free here right now. `buddy mentor` asks again at any time.")
        return said.format(mentor=await mentor_word(self, community))

    @message(mentors.NOBODY, late="expires")
    async def nobody(self, delivery: Delivery, reader: Reader) -> Message | None:
        assert delivery.community is not None
        if await self.read(mentors.is_walking, delivery.community, reader.me):
            return None
        if await self.read(mentors.has_found, delivery.community, reader.me, delivery.due):
            return None
        return Message(await self._nobody(delivery.community))

    @job(every="hour")
    async def ask_on(self, now: datetime) -> None:
        await self.write(mentors.ask_on, now)

    @message(course.WHO_ELSE, actions=(BUDDY, CIRCLE, COMPANY, PEOPLE), late="expires")
    async def who_else(self, delivery: Delivery, reader: Reader) -> Message | None:
        """Week 4: a mentor is a beginning."""
        pair = await self.read(pairs.get, int(delivery.args["pair"]))
        if pair is None or pair.state != "active" or reader.member is None or pair.channel is None:
            return None
        asked = Context(reader.member, reader.person, pair.community, pair.channel, reader.now)
        there = await doors(self.core.registry, asked, (BUDDY, CIRCLE, COMPANY, PEOPLE))
        said = _("You and your {mentor} are at week four. Who else is around for you here?")
        return Message(said.format(mentor=await mentor_word(self, pair.community)), there)

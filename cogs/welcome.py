"""A welcome by a person: whoever is new gets the name of somebody who volunteered; without one nothing is said."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection
from typing import Any

from bot.cog import Cog, action, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import DeliveryError
from bot.messages import Button, Community, Message, Person, Place, Text, who
from bot.registry import Ask, Work
from bot.words.i18n import _
from cogs.company.around import account_of
from cogs.personal.people import is_quiet, opening
from storage.company import welcome
from storage.members import members

BATCH = 200


class Welcome(Cog):
    """Welcomers are named to newcomers; a newcomer's name goes to the welcomer only by their own press."""

    @job(every="hour")
    async def find_places(self, now: datetime) -> None:
        """A direct conversation says nothing about where somebody belongs: the platform is asked, once they are new."""
        for person in await self.read(welcome.unplaced, now, BATCH):
            for account in await self.read(members.accounts, person):
                try:
                    places = await self.core.platforms.places_of(account)
                except DeliveryError:
                    continue  # it is asked again in an hour
                for place in places:
                    await self.write(_join, person, place, now)

    @job(every="hour")
    async def plan(self, now: datetime) -> bool:
        return await self.write(welcome.plan, now, is_quiet, BATCH)

    @message(welcome.NAMED, actions=("welcome.hello", "welcome.later"), late="expires", stands=welcome.OPEN)
    async def named(self, delivery: Delivery, reader: Reader) -> Message | None:
        name = await account_of(self, Person(int(delivery.args["about"])), reader.member)
        if name is None:
            return None
        said = _("{who} welcomes new people here, and likes a hello. They see your name only if you send one.").format(
            who=who(name)
        )
        hello = Button(_("Say hello"), "welcome.hello")
        if "opens" not in delivery.args:
            return Message(said, (hello, Button(_("Not now"), "welcome.later")))
        beside = opening()
        return Message(said + "\n\n" + beside.text, (hello, *beside.buttons))

    @message(welcome.NOBODY, late="expires")
    async def nobody(self, delivery: Delivery, reader: Reader) -> Message | None:
        """What an earlier version may still have planned. Where nobody welcomes, nothing is said of it."""
        return None

    @action("welcome.hello")
    async def say(self, context: Context, value: str) -> Message:
        here = str(context.here.id)
        return await self.core.consenting.question(context, "welcome", here) or Message(await self.said(context, here))

    @action("welcome.said")
    async def said(self, context: Context, value: str) -> Text:
        known = await self.read(members.communities, context.me)
        here = next((one for one in known if str(one.id) == value), None)
        if here is None or not await self.write(welcome.greet, context.me, here, context.now):
            return _("They are not here any more. `company` asks somebody else.")
        welcomer = await self.read(welcome.named, context.me, here)
        sent = _("Sent: your name, and that you say hello.")
        sent = await self.passed_on(context, [welcomer] if welcomer else [], welcome.NEW, sent)
        return sent + " " + _("You can write more yourself, or leave it at that.")

    @action("welcome.later")
    async def later(self, context: Context, value: str) -> Text:
        return _("That's fine. Nobody is told.")

    def asks(self) -> tuple[Ask, ...]:
        return (Ask("welcome", ("core",), _consent_words, "welcome.said", adult=True),)

    @message(welcome.NEW, late="expires")
    async def new(self, delivery: Delivery, reader: Reader) -> Message | None:
        name = await account_of(self, Person(int(delivery.args["about"])), reader.member)
        if name is None:
            return None
        return Message(_("{who} is new here and says hello. A short answer is plenty.").format(who=who(name)))

    # -- what is kept -------------------------------------------------------------------------------------------------

    @job(every="hour", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(welcome.sweep, now)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: welcome.export(connection, person)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return lambda connection: welcome.forget(connection, person, community)


def _consent_words(_value: str) -> Text:
    return _("I tell your welcomer your name and that you say hello. Nobody else hears of it.")


def _join(connection: Connection, person: Person, place: Place, now: datetime) -> None:
    community = members.found(connection, place, now)
    members.join(connection, person, community, now)

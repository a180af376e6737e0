"""Each circle's own private place: opened once, its members let in, and taken out when they go."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.cog import Core, KeepsNothing, job, message
from bot.context import Delivery, Reader
from bot.errors import CannotReach, DeliveryError, NotAllowed
from bot.messages import Channel, Community, Member, Message, Person, Place, Text
from bot.registry import Nearness, Work
from bot.words.i18n import _
from cogs.circles import dates, steps, wording
from cogs.moderation.troubles import no_place, works
from storage.circles import answers, circles, hosts
from storage.circles.circles import Circle
from storage.delivery import deliveries, intents
from storage.members import members
from storage.moderation import lacking, troubles
from storage.moderation.troubles import Act

log = logging.getLogger(__name__)

PLACE = "circles.place"
AGAIN = timedelta(minutes=5)
REFUSED_AGAIN = timedelta(hours=1)
"""So soon that whoever joined between dates is inside before the next one."""
BATCH = 20


class CirclePlaces(KeepsNothing):  # who belongs to a circle stands with Circles
    """Follows what was decided, and tries again until the platform has done it."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._patience: dict[int, datetime] = {}

    @job(every="tick")
    async def open(self, now: datetime) -> None:
        for circle in [one for one in await self.read(circles.without_place) if self._is_due(one, now)][:BATCH]:
            try:
                await self._open(circle, now)
            except DeliveryError as error:
                log.info("the place of a circle is opened later: %s", type(error))
                await no_place(self, circle.community, circle.platform, "circle", error, now)
                self._patience[circle.id] = now + AGAIN

    def _is_due(self, circle: Circle, now: datetime) -> bool:
        return self._patience.get(circle.id, now) <= now and circle.platform in self.core.adapters

    async def _open(self, circle: Circle, now: datetime) -> None:
        place = await self._place(circle)
        leading = [
            account
            for host in await self.read(hosts.accepted, circle.id)
            if (account := await self.read(members.account_on, host, circle.platform)) is not None
        ]
        if place is None or not leading:
            self._patience[circle.id] = now + AGAIN
            return
        sheet = await wording.sheet(self, circle)
        title = Text("{title}").format(title=sheet.title)
        group = await self.core.groups.open(f"circle:{circle.id}", place, leading, title)
        await self.write(_opened, circle, group.channel, now)
        await works(self, circle.community, troubles.PLACE, circle.platform, now)

    async def _place(self, circle: Circle) -> Place | None:
        places = await self.read(members.places, circle.community)
        return next((place for place in places if place.platform == circle.platform), None)

    @job(every="tick")
    async def let_in(self, now: datetime) -> None:
        for row, person, channel in await self.read(answers.to_let_in, now, BATCH):
            inside, again = await self._let_in(row, person, channel, now)
            await self.write(answers.let_in, row, person, inside, again)

    @job(every="tick")
    async def let_hosts_in(self, now: datetime) -> None:
        for row, person, channel in await self.read(hosts.to_let_in, now, BATCH):
            _inside, again = await self._let_in(row, person, channel, now)
            await self.write(hosts.let_in, row, person, again)

    async def _let_in(
        self, circle: int, person: Person, channel: Channel, now: datetime
    ) -> tuple[bool, datetime | None]:
        """Whether they are inside now, and when to try again."""
        account = await self.read(members.account_on, person, channel.platform)
        if account is None:
            return False, None
        try:
            await self.core.groups.add(channel, account)
        except NotAllowed:
            await self.write(_lacks, circle, "let in", channel, person, now)
            return False, now + AGAIN
        except CannotReach:
            return False, now + REFUSED_AGAIN
        except DeliveryError:
            return False, now + AGAIN
        await self._may("let in", channel, now)
        return True, None

    @job(every="tick", lasts=True)
    async def take_out(self, now: datetime) -> None:
        for row, account, channel in await self.read(answers.exits, now, BATCH):
            try:
                await self.core.groups.remove(channel, account)
            except NotAllowed:
                await self.write(_still_in, channel, account, now)
                await self.write(answers.postpone_exit, row, now + AGAIN)
                continue
            except CannotReach:  # they are still in it: Kith may be let back in, or given leave to
                await self.write(answers.postpone_exit, row, now + REFUSED_AGAIN)
                continue
            except DeliveryError:
                await self.write(answers.postpone_exit, row, now + AGAIN)
                continue
            await self.write(answers.exited, row)
            await self._may("take out", channel, now)

    async def _may(self, act: Act, channel: Channel, now: datetime) -> None:
        """It was done there. Whatever waits for the same in this community is due."""
        cause, where, _detail = troubles.may_not(act, channel)
        for row in await self.read(circles.in_place, channel):
            circle = await self.read(circles.get, row)
            assert circle is not None
            await works(self, circle.community, cause, where, now)

    @message(PLACE, late="still true")
    async def first_line(self, delivery: Delivery, reader: Reader) -> Message | None:
        """The first thing that stands there: who else can open it, and what of it reaches the bot."""
        circle = await self.read(circles.get, int(delivery.args["circle"]))
        place = await self._place(circle) if circle else None
        if circle is None or place is None:
            return None
        sheet = await wording.sheet(self, circle)
        title = Text("{title}").format(title=sheet.title)
        group = await self.core.groups.open(f"circle:{circle.id}", place, [], title)
        said = _("This is the place of {title}.").format(title=title)
        if group.visible_to:
            said = said + " " + group.visible_to
        hears = self.core.adapters[circle.platform].hears()
        return Message(said + "\n" + hears if hears else said, private=False)

    def nearby(self, person: Person, community: Community) -> Work[Mapping[Nearness, frozenset[Person]]]:
        return lambda connection: {"circles": answers.together(connection, person, community)}

    def works_again(self, community: Community) -> Work[None]:
        return lambda connection: circles.try_again(connection, community, self.core.now())

    def channel_gone(self, channel: Channel) -> Work[None]:
        return lambda connection: _gone(connection, channel, self.core.now())


def _gone(connection: Connection, channel: Channel, now: datetime) -> None:
    """The place was deleted: another one is opened, and everybody who was let in hears it."""
    for row in circles.lose_place(connection, channel, now):
        circle = circles.get(connection, row)
        assert circle is not None
        intents.closed(connection, channel)
        if circle.state == "published":
            dates.tell_whole(connection, circle, "place", now)


def _still_in(connection: Connection, channel: Channel, account: Member, now: datetime) -> None:
    person = members.person_of(connection, account)
    for circle in circles.in_place(connection, channel):
        _lacks(connection, circle, "take out", channel, person, now)


def _lacks(connection: Connection, row: int, act: Act, channel: Channel, person: Person | None, now: datetime) -> None:
    circle = circles.get(connection, row)
    assert circle is not None
    trouble = troubles.may_not(act, channel)
    troubles.met(connection, circle.community, trouble, now)
    asked = [person] if person is not None else []
    lacking.note(connection, circle.community, trouble, f"circle:{row}", asked, now)


def _opened(connection: Connection, circle: Circle, channel: Channel, now: datetime) -> None:
    circles.set_channel(connection, circle.id, channel)
    steps.open_late(connection, circle._replace(channel=channel), now)
    what = f"{circle.id}:{int(now.timestamp())}"
    deliveries.tell(connection, channel, PLACE, what, now, None, "", circle.community, {"circle": circle.id})

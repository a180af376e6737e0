"""The days are judged, the member is asked, and the people on their list are told: one step at a time, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from bot.asking.doors import CHECKIN, HELP_NOW, lonely
from bot.clocks.times import friendly_instant
from bot.cog import KeepsNothing, action, job, message
from bot.context import Context, Delivery, Reader
from bot.keys.crypto import DecryptionError
from bot.messages import Button, Channel, Community, Message, Person, Text, who
from bot.registry import Follow, Work
from bot.words.i18n import _
from cogs.company.around import context_of
from cogs.quiet import progress
from cogs.quiet.alert import LIST, LONGEST_GAP
from cogs.quiet.standing import ways_to_somebody
from storage.delivery import deliveries
from storage.members import in_touch, members
from storage.quiet import contacts, quiet, uptime

BATCH = 200
BETWEEN_BEATS = timedelta(minutes=65)
"""A running bot ticks each second; a longer silence means that its machine stood still."""
AT_THE_START = timedelta(minutes=2)
"""After a start, any longer silence was an outage."""


class QuietAlerts(KeepsNothing):  # what there is stands with the list: see QuietContacts and Quiet
    """Carries the rules of ``cogs.quiet.alert`` out."""

    _has_begun = False
    _beaten: datetime | None = None

    @job(every="tick")
    async def look(self, now: datetime) -> bool:
        await self._beat(now)
        waiting = await self.read(quiet.due, now, BATCH)
        for person in waiting:
            await self.write(progress.look, person, now)
        return len(waiting) == BATCH

    def by_the_clock(self) -> Sequence[Follow]:
        return (progress.follow,)

    async def _beat(self, now: datetime) -> None:
        """Note, once a minute, on which platforms the bot can be reached; what is missing later was an outage."""
        if self._beaten is not None and timedelta() <= now - self._beaten < uptime.EVERY:
            return
        there = [name for name in self.core.adapters if name not in self.core.unreachable]
        silence = BETWEEN_BEATS if self._has_begun else AT_THE_START
        await self.write(uptime.beat, there, now, silence)
        self._has_begun, self._beaten = True, now

    def derived_anew(self, now: datetime) -> Work[None]:
        def work(connection: Connection) -> None:
            uptime.derive_anew(connection, now)
            progress.derive_anew(connection, now)

        return work

    @job(every="day", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(contacts.sweep, now)
        await self.in_portions(uptime.sweep, now)

    # -- to the member ------------------------------------------------------------------------------------------------

    @message(progress.ME, actions=("quiet.here", "quiet.pause", "quiet.off"), stands=LONGEST_GAP)
    async def ask(self, delivery: Delivery, reader: Reader) -> Message | None:
        found = await self._open(delivery)
        if found is None or reader.person is None:
            return None
        said = _("You asked me to check after {n} quiet days. A tap is enough.").format(n=found.after)
        names = await self._next_on_the_list(found, reader.now)
        if names:
            when = friendly_instant(reader.now + found.gap, reader.now, ZoneInfo(reader.zone))
            said = said + " " + _("Otherwise I'll tell {names} {when}, as you chose.").format(names=names, when=when)
        else:
            said = said + " " + await self._tells_nobody(found)
        return Message(said, _ways_out())

    @message(progress.TOLD_ME, actions=("quiet.here", "quiet.pause", "quiet.off"), stands=LONGEST_GAP)
    async def told_me(self, delivery: Delivery, reader: Reader) -> Message | None:
        if await self._open(delivery) is None:
            return None
        names = await self._told(delivery)
        return Message(_("I've told {names}, as you asked.").format(names=names), _ways_out()) if names else None

    @message(
        progress.END,
        actions=("quiet.here", "quiet.pause", "quiet.off", "quiet.add", "quiet.helpers"),
        stands=LONGEST_GAP,
    )
    async def end(self, delivery: Delivery, reader: Reader) -> Message | None:
        found = await self._open(delivery)
        if found is None:
            return None
        told = await self.read(quiet.told, found.person, found.number)
        said = await self._what_was_done(found, [one for one in told if one.state == "sent"], told)
        rest = _("I've paused your check-ins; `start` brings them back.")
        *ways, _help_now = _ways_out()
        if not any(one.state == "sent" for one in told):
            ways = [ways[0], *await self.read(ways_to_somebody, found, reader.now)]
        others = await lonely(self.core.registry, context_of(delivery, reader), (CHECKIN,))
        return Message(said + " " + rest, (*ways, *others))

    async def _what_was_done(
        self, found: quiet.Setup, reached: Sequence[quiet.Told], told: Sequence[quiet.Told]
    ) -> Text:
        """Only what is true: whom it reached, and that it reached nobody where it did not."""
        if reached:
            on_list = await self.read(contacts.contacts, found.person)
            if len(reached) == len(told) and all(one.accepted for one in on_list):
                return _("I've told everyone on your list.")
            by_step = [await self._told_in(step, reached) for step in LIST]
            names = _(" and ").join([one for one in by_step if one])
            return _("I've told {names}. I could tell nobody else on your list.").format(names=names)
        agreed = await self.read(contacts.people_to_tell, found.person)
        if told or agreed:
            return _("I could reach nobody on your list, so I told nobody.")
        return _("Your list has nobody confirmed yet, so I told nobody.")

    async def _tells_nobody(self, found: quiet.Setup) -> Text:
        if await self.read(contacts.people_to_tell, found.person):
            return _("I can reach nobody on your list now, so I tell nobody.")
        return _("Nobody on your list has confirmed, so I tell nobody.")

    @action("quiet.here")
    async def here(self, context: Context, value: str) -> Text:
        found = await self.read(quiet.setup, context.me)
        await self.write(in_touch.record, context.me, context.now)
        if found is not None and found.step not in ("waiting", "me"):
            told = await self.read(quiet.told, context.me, found.number)
            if any(one.state == "sent" for one in told):
                return _("Noted. Whoever was told hears that you pressed or wrote something, nothing else.")
        return _("Noted. Nobody is told.")

    @action("quiet.pause")
    async def pause(self, context: Context, value: str) -> Text:
        """One tap, without a question: until the member says `start`. Those who were told hear of the pause."""
        told = await self.hears_of_pause(context.me)
        await self.write(members.pause, context.me, context.now, None)
        return _("Paused. Nothing comes from me until you say `start`.") + " " + (told or _("Nobody is told."))

    async def hears_of_pause(self, person: Person) -> Text | None:
        found = await self.read(quiet.setup, person)
        told = await self.read(quiet.told, person, found.number) if found and found.step != "waiting" else []
        if not any(one.state == "sent" for one in told):
            return None
        return _("Whoever was told hears that you have paused, nothing else.")

    # -- to those on the list -----------------------------------------------------------------------------------------

    @message(quiet.TELL, actions=("quiet.claim", "quiet.resign_here"), stands=LONGEST_GAP)
    async def tell(self, delivery: Delivery, reader: Reader) -> Message | None:
        found = await self._open(delivery)
        name = await self._name(delivery)
        if found is None or not name or (found.claimed and delivery.args["step"] != "people"):
            return None
        asked = _("{name} asked me to tell you if they were quiet for {n} days. That's all I know.")
        danger = _("If you think someone is in danger, call local emergency services: I can't.")
        said = asked.format(name=name, n=found.after) + " " + self._words(found) + "\n" + danger
        if delivery.args["step"] == "people":
            return Message(said, (_stop_being_told(), Button(_("Help now"), HELP_NOW)))
        return Message(said, (Button(_("I can"), "quiet.claim"),), private=not isinstance(delivery.to, Channel))

    @action("quiet.claim", anyone=True)
    async def claim(self, context: Context, value: str) -> Text:
        """One helper or moderator takes it up; the others are told that it is closed when they press."""
        assert context.delivery is not None
        delivery = await self.read(deliveries.get, context.delivery)
        assert delivery is not None
        if isinstance(delivery.to, Channel):
            await self.core.permissions.require_moderator(context)
        about = Person(int(delivery.args["about"]))
        if await self.write(quiet.claim, about, int(delivery.args["alert"]), context.now):
            return _("Thank you. A short hello is plenty. The others see that somebody is on it.")
        return _("Somebody is on it already, or it has ended. There is nothing left to do.")

    @message(progress.OVER)
    async def over(self, delivery: Delivery, reader: Reader) -> Message | None:
        name = await self._name(delivery) or _("The member I told you about")
        if delivery.args["how"] == "paused":
            words = _("{name} has paused this.")
        elif delivery.args["how"] == "rests":
            words = _("I can't go on with this for now. I don't know how {name} is. A hello from you is still good.")
        else:
            words = _(
                "{name} has pressed or written something to me. I don't know how they are."
                " A hello from you is still good."
            )
        return Message(words.format(name=name), private=not isinstance(delivery.to, Channel))

    # -- names and words ----------------------------------------------------------------------------------------------

    async def _open(self, delivery: Delivery) -> quiet.Setup | None:
        """The alert this message belongs to, if it is still open: after contact there is nothing to say any more."""
        about = Person(int(delivery.args["about"]))
        found = await self.read(quiet.setup, about)
        is_open = found is not None and found.step != "waiting" and found.number == delivery.args["alert"]
        return found if is_open and await self.read(progress.is_silent, about) else None

    async def _next_on_the_list(self, found: quiet.Setup, now: datetime) -> Text:
        agreed = await self.read(contacts.people_to_tell, found.person)
        if people := await self.read(progress.in_reach, agreed, now):
            return await self._names(people)
        if found.helpers is not None:
            helpers = await self.read(contacts.helpers_to_tell, found.person, found.helpers, now)
            if await self.read(progress.in_reach, helpers, now):
                return _helpers_of(found.helpers)
        return _moderators_of(found.moderators) if found.moderators else Text()

    async def _told(self, delivery: Delivery) -> Text:
        told = await self.read(quiet.told, Person(int(delivery.args["about"])), int(delivery.args["alert"]))
        return await self._told_in(str(delivery.args["step"]), [one for one in told if one.state == "sent"])

    async def _told_in(self, step: str, reached: Sequence[quiet.Told]) -> Text:
        """Whom this step of the list reached."""
        mine = [one for one in reached if one.step == step]
        if step == "people":
            return await self._names([one.to for one in mine if isinstance(one.to, Person)])
        community = next((one.community for one in mine if one.community), None)
        if community is None:
            return Text()
        return _helpers_of(community) if step == "helpers" else _moderators_of(community)

    async def _names(self, people: Sequence[Person]) -> Text:
        accounts = [await self.read(members.account, person) for person in people]
        return _(" and ").join([Text(who(one)) for one in accounts if one])

    async def _name(self, delivery: Delivery) -> Text:
        account = await self.read(members.account, Person(int(delivery.args["about"])))
        return Text(who(account)) if account else Text()

    def _words(self, found: quiet.Setup) -> Text:
        if found.words is not None:
            try:
                words = self.core.keyring.decrypt(found.words, "quiet_alerts", "words", found.person.id)
                return _("In their words:") + " " + Text("{words}").format(words=words)
            except DecryptionError:  # the key was lost: the usual words stand in
                pass
        return usual_words()


def usual_words() -> Text:
    return _("A short hello is plenty. No reply is not a verdict on you; it may be how they keep safe.")


def _helpers_of(community: Community) -> Text:
    return _("the helpers of {community}").format(community=community.name)


def _moderators_of(community: Community) -> Text:
    return _("the moderators of {community}").format(community=community.name)


def _stop_being_told() -> Button:
    return Button(_("Stop being told"), "quiet.resign_here")


def _ways_out() -> tuple[Button, ...]:
    return (
        Button(_("I'm here"), "quiet.here"),
        Button(_("Pause"), "quiet.pause"),
        Button(_("Stop telling people"), "quiet.off"),
        Button(_("Help now"), HELP_NOW),
    )

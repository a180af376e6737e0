"""A quiet alert that could not work says so in time: when it becomes so, once, with what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from sqlite3 import Connection

from bot.asking.doors import CHECK_IN, CHECKIN, help_now
from bot.cog import KeepsNothing, job, message
from bot.context import Delivery, Reader
from bot.messages import Button, Message, Person, Text
from bot.words.i18n import N_, _, say
from storage.delivery import deliveries
from storage.members import consents, members
from storage.quiet import contacts, quiet, standing
from storage.quiet.standing import Lack

LACKS = "quiet.lacks"

BATCH = 200

SAID: dict[Lack, str] = {
    "closed": N_("My messages did not reach you. While that is so, no day counts as quiet, and I tell nobody."),
    "checkin": N_("No check-in comes from me, and only days on which something came from me can count as quiet."),
    "nobody": N_("Your list has nobody confirmed yet, so if you go quiet, I tell nobody."),
    "reach": N_("I can reach nobody on your list now, so if you go quiet, I tell nobody."),
}


class QuietStanding(KeepsNothing):  # what there is stands with the list: see QuietContacts and Quiet
    """Looks ahead, so that nobody relies on a list that would tell nobody."""

    @job(every="hour")
    async def look(self, now: datetime) -> None:
        people = await self.read(standing.waiting, now)
        for start in range(0, len(people), BATCH):
            await self.write(_look, people[start : start + BATCH], now)

    @message(LACKS, actions=("quiet.add", "quiet.helpers", "quiet.screen"))
    async def lacks(self, delivery: Delivery, reader: Reader) -> Message | None:
        """What is still so when it arrives. That messages did not arrive is read in the inbox, and was so."""
        found = await self.read(quiet.setup, reader.person) if reader.person else None
        if found is None:
            return None
        still = await self.read(standing.lacks, found, reader.now)
        meant = [one for one in standing.ORDER if one in str(delivery.args["lacks"]).split()]
        missing = [one for one in meant if one in still or one == "closed"]
        if not missing:
            return None
        return Message(
            _what_is_so(missing) + "\n" + _what_can_be_done(missing), await self._ways(found, missing, reader.now)
        )

    async def _ways(self, found: quiet.Setup, missing: Sequence[Lack], now: datetime) -> tuple[Button, ...]:
        ways = [Button(say(CHECK_IN), CHECKIN)] if "checkin" in missing else []
        if "nobody" in missing or "reach" in missing:
            ways += await self.read(ways_to_somebody, found, now)
        return (*ways, Button(_("My list"), "quiet.screen"), *help_now(self.core.registry))


def ways_to_somebody(connection: Connection, found: quiet.Setup, now: datetime) -> list[Button]:
    """Of what would put somebody on the list, what there is room and are people for."""
    ways = []
    if len(contacts.contacts(connection, found.person)) < contacts.MOST_CONTACTS:
        ways.append(Button(_("Add somebody"), "quiet.add"))
    for community in members.communities(connection, found.person):
        if found.helpers is None and contacts.helpers_to_tell(connection, found.person, community, now):
            return [*ways, Button(_("Ask the helpers"), "quiet.helpers", str(community.id))]
    return ways


def as_it_stands(missing: Sequence[Lack]) -> list[Text]:
    """For the member's own list: what is so of it now."""
    return [_what_is_so(missing)] if missing else []


def _what_is_so(missing: Sequence[Lack]) -> Text:
    return Text(" ").join(say(SAID[one]) for one in missing)


def _what_can_be_done(missing: Sequence[Lack]) -> Text:
    done = {
        "closed": _("It works again when you let direct messages from me in."),
        "checkin": _("A check-in makes it work."),
        "nobody": _("You can add somebody, or ask the helpers where there are some."),
        "reach": _("You can put somebody else on it, or ask the helpers where there are some."),
    }
    return Text(" ").join(done[one] for one in missing)


def _look(connection: Connection, people: Sequence[Person], now: datetime) -> None:
    for person in people:
        found = quiet.setup(connection, person)
        if found is None or not consents.allows(connection, person, quiet.PURPOSE):
            continue
        if missing := standing.look(connection, found, now):
            what, args = f"{person.id}:{int(now.timestamp())}", {"lacks": " ".join(missing)}
            deliveries.tell(connection, person, LACKS, what, now, None, quiet.PURPOSE, args=args)

"""Introductions: two yeses without a name, then both names at the same moment, in a place that is theirs."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot.clocks.times import friendly_date, local_day
from bot.cog import Cog, action, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Channel, Community, Message, Person, Text
from bot.registry import Work, nothing_to_forget
from bot.words.i18n import N_, _, ngettext, say
from cogs.buddies import lifetime, wording
from cogs.buddies.people import mentor_word, names
from cogs.buddies.waiting import looking_again
from storage.buddies import pairs, proposals, rounds
from storage.buddies.pairs import Pair
from storage.buddies.proposals import Proposal
from storage.members import members

LENGTHS = {2: N_("Two"), 3: N_("Three"), 4: N_("Four"), 5: N_("Five"), 6: N_("Six"), 12: N_("Twelve")}


class Introductions(Cog):
    """Asks without names, and gives both names to those who said yes."""

    # -- asking -------------------------------------------------------------------------------------------------------

    @message(proposals.PROPOSAL, actions=("buddies.answer",), late="expires", stands=proposals.ANSWER_WITHIN)
    async def proposal(self, delivery: Delivery, reader: Reader) -> Message | None:
        asked = await self.read(proposals.proposal, int(delivery.args["proposal"]), reader.me)
        if asked is None or not asked.open or asked.answer is not None:
            return None
        return proposed(asked, await mentor_word(self, asked.community))

    @action("buddies.answer")
    async def answer(self, context: Context, value: str) -> Message:
        said, _bar, number = value.partition("|")
        asked = await self.read(proposals.proposal, int(number), context.me) if number.isdecimal() else None
        if asked is None or said not in ("yes", "pass"):
            raise UserError(_("That button has expired. `buddy find` shows where you stand."))
        if not asked.open and asked.joined:
            return Message(_("That is over. The two of you go on as you are."))
        if not asked.open:
            return Message(looking_again() if asked.answer is None else _("That is answered already."))
        await self.write(proposals.answer, asked, context.me, said, context.now)  # type: ignore[arg-type]  # one of the two
        if said == "pass" and asked.joined:
            return Message(_("That's fine. Nobody is told who said what. The two of you go on as you are."))
        if said == "pass":
            return Message(_("That's fine. Nobody is told.") + " " + looking_again())
        return Message(_("Noted. I'll tell you as soon as I know more. Nobody has heard your name."))

    @job(every="tick")
    async def time_is_up(self, now: datetime) -> None:
        """Silence counts as a pass after 48 hours."""
        for row in await self.read(proposals.silent, now):
            await self.write(proposals.close, row, now)

    # -- introducing --------------------------------------------------------------------------------------------------

    @message(pairs.INTRO, unsure="resend")
    async def intro(self, delivery: Delivery, reader: Reader) -> Message | None:
        pair = await self.read(pairs.get, int(delivery.args["pair"]))
        if pair is None or pair.state != "active" or pair.opened is None or pair.ends is None or pair.channel is None:
            return None
        parts = await self.read(pairs.parts, pair.id)
        who = await names(self, [part.person for part in parts], pair.channel.platform)
        lines = [Text(pair.visible)] if pair.visible else []
        weeks = lifetime.weeks_between(pair.opened, pair.ends)
        reasons = parts[0].reasons if parts else ""
        pace = wording.pace_of(reasons)
        often = Text(", ") + say(wording.PACES[pace]) if pace else Text()
        said = (
            _("{names}: you both said yes. {long}{often}. Either can end it, no reason.")
            if len(parts) == 2
            else _("{names}: you all said yes. {long}{often}. Any of you can end it, no reason.")
        )
        lines.append(said.format(names=who, long=_long(weeks), often=often))
        lines.append(_("First, each: when and how do you like to talk? More questions: `another`."))
        accounts = [await self.read(members.account, part.person, pair.channel.platform) for part in parts]
        calls = tuple(account for account in accounts if account is not None)
        return Message(Text("\n").join(lines), private=False, calls=calls)

    @message(
        pairs.OPENED,
        actions=(
            *("buddies.another", "buddies.wave", "buddies.goal", "buddies.end", "buddies.end_now"),
            *("reports.change", "buddies.stand"),
        ),
        unsure="resend",
    )
    async def opened(self, delivery: Delivery, reader: Reader) -> Message | None:
        pair = await self.read(pairs.get, int(delivery.args["pair"]))
        if pair is None or pair.state != "active" or pair.ends is None:
            return None
        parts = await self.read(pairs.parts, pair.id)
        mine = next((part for part in parts if part.person == reader.me), None)
        if mine is None:
            return None
        others = [part.person for part in parts if part.person != reader.me]
        who = await names(self, others, pair.channel.platform if pair.channel else None)
        said = _("You and {names} said yes to each other. Your place is open, until {when}.").format(
            names=who, when=_day(pair.ends, reader)
        )
        reasons = wording.in_common(mine.reasons)
        lines = [said, *([reasons] if reasons else []), _("I don't read what is said there.")]
        if pair.kind == "mentor":
            lines.append(one_tap(who))
        return Message(Text("\n").join(lines), doors_of(pair), stays=True, door=door_of(pair))

    # -- what is kept -------------------------------------------------------------------------------------------------

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        if purpose not in ("buddy", "mentor", "adult"):
            return nothing_to_forget
        return lambda connection: proposals.drop_out(connection, person, None, self.core.now())

    def separate(self, one: Person, other: Person) -> Work[None]:
        return lambda connection: proposals.drop_out(connection, one, None, self.core.now(), other.id)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: {**proposals.export(connection, person), **rounds.export(connection, person)}

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        def work(connection: Connection) -> None:
            proposals.drop_out(connection, person, community, self.core.now())
            proposals.forget(connection, person, community)
            rounds.forget(connection, person, community)

        return work

    @job(every="day", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(proposals.sweep, now)
        await self.in_portions(rounds.sweep, now)


def proposed(asked: Proposal, mentor: Text) -> Message:
    """The question that has no name in it. ``mentor`` is the community's word."""
    if asked.kind == "mentor":
        said = (
            _("Someone would like to walk with a {mentor} for twelve weeks.")
            if asked.role == "mentor"
            else _("Someone here is willing to be your {mentor} for twelve weeks.")
        ).format(mentor=mentor)
    elif asked.joined:
        said = _(
            "{someone} They have nobody yet, and might join the two of you. You stay a pair unless all three say yes."
        )
        said = said.format(someone=wording.someone(asked.reasons, one=True))
    else:
        said = wording.someone(asked.reasons)
    return Message(
        said + " " + _("They're not on your list of people to avoid."),
        (
            Button(_("Yes"), "buddies.answer", f"yes|{asked.id}", style="primary"),
            Button(_("Pass"), "buddies.answer", f"pass|{asked.id}"),
        ),
    )


def door_of(pair: Pair) -> tuple[Text, Channel] | None:
    """The way into their place, where a platform has one."""
    return (_("Open our place"), pair.channel) if pair.channel else None


def doors_of(pair: Pair) -> tuple[Button, ...]:
    """What one of a pair can do, always in this order."""
    number = str(pair.id)
    return (
        Button(_("Another question"), "buddies.another", number),
        Button(_("Send a wave"), "buddies.wave", number),
        Button(_("A goal"), "buddies.goal", number),
        Button(_("End it"), "buddies.end_now", number, apart=True)
        if pair.kind == "mentor"
        else Button(_("End gently"), "buddies.end", number, apart=True),
        Button(_("Report"), "reports.change", f"m{pair.community.id}p{number}"),
    )


def one_tap(who: Text) -> Text:
    """What one tap on the button beside it does, said before."""
    said = _(
        "`End it` ends it at once. {who} hears this: This round has ended early. That's allowed and needs no reason."
    )
    return said.format(who=who)


def _long(weeks: int) -> Text:
    if weeks in LENGTHS:
        return _("{number} weeks").format(number=say(LENGTHS[weeks]))
    return _("One week") if weeks == 1 else ngettext("{n} week", "{n} weeks", weeks).format(n=weeks)


def _day(instant: datetime, reader: Reader) -> str:
    zone = ZoneInfo(reader.zone)
    return friendly_date(local_day(instant, zone), local_day(reader.now, zone))

"""What is typed about a draft: its words, its times, who hosts it too."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from bot.clocks.recurrence import Recurrence
from bot.clocks.times import friendly_duration
from bot.cog import KeepsNothing, action
from bot.context import Context
from bot.errors import UserError
from bot.messages import Field, Form, Member, Message, Option, Person, Text, Who, plain
from bot.words.i18n import _
from cogs.circles import hosting, kinds, lookup, repeating, screen, wording
from cogs.circles.invitations import invitation
from cogs.circles.screen import Choice
from storage.circles import circles, hosts
from storage.circles.circles import Circle, Words
from storage.members import members

TITLE, ABOUT, SPOT = 60, 300, 200
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=8)
USUAL = (15, 20, 30, 45, 60, 75, 90, 105, 120, 150, 180, 240, 300, 360, 480)
"""Minutes that are offered for how long it is; any others between those two can be said in words."""


class CircleFilling(KeepsNothing):  # drafts stand with Circles
    """The forms behind the screen of a draft."""

    @action("circles.words")
    async def words(self, context: Context, value: str) -> Form:
        sheet = await wording.sheet(self, await screen.draft(self, context, value))
        fields = (
            Field("title", _("What is it called?"), default=sheet.title, limit=TITLE),
            Field("about", _("What is it for?"), default=sheet.about, optional=True, multiline=True, limit=ABOUT),
            Field("spot", _spot_label(sheet.circle), default=sheet.spot, optional=True, limit=SPOT),
        )
        return Form(_("Its words"), fields, "circles.worded", str(sheet.circle.id))

    @action("circles.worded")
    async def worded(self, context: Context, value: str, title: str, about: str = "", spot: str = "") -> Message:
        circle = await screen.draft(self, context, value)
        said: dict[Words, str] = {"title": title[:TITLE], "about": about[:ABOUT], "spot": spot[:SPOT]}
        sealed = {
            column: self.core.keyring.encrypt(text, "circles", column, circle.id) if text else None
            for column, text in said.items()
        }
        await self.write(_write_words, circle.id, sealed)
        return await screen.show(self, context, circle.id)

    @action("circles.when")
    async def when(self, context: Context, value: str) -> Form:
        sheet = await wording.sheet(self, await screen.draft(self, context, value))
        rule = sheet.rule
        if sheet.circle.kind == kinds.NOTICE:
            until = Field("when", _("Until when?"), datetime, default=f"{rule.start} {rule.at:%H:%M}")
            return Form(_("Until when"), (until,), "circles.until_then", str(sheet.circle.id))
        length = timedelta(minutes=sheet.circle.minutes)
        fields = (
            Field("when", _("When does it first meet?"), datetime, default=f"{rule.start} {rule.at:%H:%M}"),
            Field("zone", _("In which city or time zone?"), ZoneInfo, default=rule.zone.key),
            Field("length", _("How long?"), timedelta, default=friendly_duration(length), choices=_lengths()),
        )
        return Form(_("When, how long"), fields, "circles.timed", str(sheet.circle.id))

    @action("circles.until_then")
    async def until_then(self, context: Context, value: str, when: datetime) -> Message:
        """The day a notice ends, in the host's own zone."""
        circle = await screen.draft(self, context, value)
        rule = repeating.at(Recurrence.from_code(circle.recurrence), when, await self.zone_of(context))
        await self.write(circles.change, circle.id, {"recurrence": rule.code})
        return await screen.show(self, context, circle.id)

    @action("circles.timed")
    async def timed(self, context: Context, value: str, when: datetime, zone: ZoneInfo, length: timedelta) -> Message:
        circle = await screen.draft(self, context, value)
        if not SHORTEST <= length <= LONGEST:
            raise UserError(_("From 15 minutes to 8 hours, please."))
        mine = await self.zone_of(context)  # what was typed was read in the host's own zone
        wall = when.astimezone(mine).replace(tzinfo=zone)
        rule = repeating.at(Recurrence.from_code(circle.recurrence), wall, zone)
        minutes = int(length / timedelta(minutes=1))
        await self.write(circles.change, circle.id, {"recurrence": rule.code, "minutes": minutes})
        return await screen.show(self, context, circle.id)

    @action("circles.until")
    async def until(self, context: Context, value: str) -> Form:
        circle = await screen.draft(self, context, value)
        fields = (Field("day", _("Which is the last date?"), date),)
        return Form(_("Until a date"), fields, "circles.last_day", str(circle.id))

    @action("circles.last_day")
    async def last_day(self, context: Context, value: str, day: date) -> Message:
        circle = await screen.draft(self, context, value)
        rule = repeating.until(Recurrence.from_code(circle.recurrence), day)
        await self.write(circles.change, circle.id, {"recurrence": rule.code})
        return await screen.show(self, context, circle.id)

    @action("circles.cohost")
    async def cohost(self, context: Context, value: str) -> Form:
        await lookup.hosted(self, context, Choice.read(value).circle)
        fields = (Field("who", _("Who?"), Member),)
        return Form(_("Somebody who hosts with you"), fields, "circles.named", value)

    @action("circles.named")
    async def named(self, context: Context, value: str, who: Member) -> Message:
        """Ask them, if they said that they would host; else give words to pass on."""
        choice = Choice.read(value)
        circle = await lookup.hosted(self, context, choice.circle)
        part: hosts.Part = "stand-in" if choice.what == "stand-in" else "co-host"
        person = await self.read(members.person_of, who)
        if person == context.me:
            raise UserError(_("You host already. Name somebody else."))
        is_here = person is not None and await self.core.permissions.is_member(who, circle.community)
        if person is None or not is_here or not await self.write(_ask, circle, person, part, context.now):
            code = invitation(self, circle)
            return Message(
                _(
                    "I can't ask {who}. You can send this yourself: 'Would you host {title} with me? If yes, send"
                    " Kith: circle host {code}'"
                ).format(who=Who(who), title=(await wording.sheet(self, circle)).title, code=Text(code))
            )
        said = _("{who} is asked when somebody is needed.") if part == "stand-in" else _("I've asked {who}.")
        if circle.state == "published":
            return Message(said.format(who=Who(who)))
        return await screen.show(self, context, circle.id, said.format(who=Who(who)))


def _lengths() -> tuple[Option, ...]:
    return tuple(Option(plain(friendly_duration(timedelta(minutes=n))), f"{n} minutes") for n in USUAL)


def _spot_label(circle: Circle) -> Text:
    return _("Who offers it?") if circle.kind == kinds.NOTICE else _("Where do you meet?")


def _write_words(connection: Connection, circle: int, sealed: dict[Words, bytes | None]) -> None:
    for column, words in sealed.items():
        circles.write_words(connection, circle, column, words)


def _ask(connection: Connection, circle: Circle, person: Person, part: hosts.Part, now: datetime) -> bool:
    """Ask somebody who said that they would host. False if I may not."""
    members.join(connection, person, circle.community, now)
    if not hosting.may_be_asked(connection, circle, person):
        return False
    hosting.ask(connection, circle, person, part, now)
    return True

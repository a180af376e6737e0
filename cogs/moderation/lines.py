"""Crisis lines that a person of the community checked, its emergency number, and places nearby."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from sqlite3 import Connection

from bot.cog import KeepsNothing, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.incoming import pages
from bot.incoming.parameters import Dialled
from bot.messages import (
    Button,
    Community,
    Field,
    Form,
    Message,
    Text,
)
from bot.registry import Reply
from bot.words import countries, crisis_lines
from bot.words.crisis_lines import Line
from bot.words.i18n import _
from cogs.moderation import desk
from storage.delivery import deliveries
from storage.members import community_settings
from storage.moderation import lines

NOTICE = timedelta(days=28)
"""How long before a line goes dark moderators hear of it; they hear again on the day."""

MOST_RESOURCES = 10
ENDING = "lines.ending"


class Lines(KeepsNothing):
    """`kith-mod lines` and `kith-mod resources`: nothing unchecked ever reaches somebody in need."""

    @command("kith-mod lines", anyone=True, moderators=True)
    async def lines(self, context: Context) -> Reply:
        """The crisis lines on this community's help card, and when each is to be checked again."""
        if question := await desk.first_yes(self, context, "kith-mod lines"):
            return question
        return await self._on_the_card(context, 0)

    async def _on_the_card(self, context: Context, number: int) -> Message:
        confirmed = await self.read(lines.confirmed, context.here)
        said, buttons = [_("On the help card now:")], []
        known = [line for line in crisis_lines.shipped().lines if line.id in confirmed]
        page = pages.page(known, number)
        for line in known[page.start : page.end]:
            until = confirmed[line.id]
            state = _("shown until {day}") if context.now.date() < until else _("dark since {day}, check it again")
            said.append(Text("{name}: {state}").format(name=line.name, state=state.format(day=until.isoformat())))
            buttons.append(Button(_("Take out {name}").format(name=line.name[:30]), "lines.remove", line.id))
        if not buttons:
            said.append(_("none. The directories stand there."))
        buttons += [Button(_("Check lines"), "lines.review", "0"), Button(_("Countries"), "lines.countries")]
        return Message(Text("\n").join(said), (*page.more("lines.shown"), *buttons))

    @action("lines.countries", moderators=True)
    async def countries(self, context: Context, value: str) -> Form:
        known = (await self.read(community_settings.get, context.here)).countries
        field = Field("names", _("Which countries, with commas between?"), default=", ".join(known), limit=200)
        return Form(_("Your members' countries"), (field,), "lines.named", value)

    @action("lines.named", moderators=True)
    async def named(self, context: Context, value: str, names: str) -> Message:
        found = [(word.strip(), countries.find(word)) for word in names.replace(";", ",").split(",") if word.strip()]
        unknown = [word for word, code in found if code is None]
        if unknown or not found:
            raise UserError(_("I don't know {names}. Try Germany, or DE.").format(names=", ".join(unknown)[:80]))
        return await self.set_countries(context, tuple(dict.fromkeys(code for _word, code in found if code)), value)

    async def set_countries(self, context: Context, codes: tuple[str, ...], value: str = "") -> Message:
        """Keep the countries, and go on to their lines."""

        await desk.change(self, context, "setup.countries", lambda settings: settings._replace(countries=codes))
        return await self.review(context, f"0{value}")

    @action("lines.review", moderators=True)
    async def review(self, context: Context, value: str) -> Message:
        """One line after the other; ``value`` is its place, with an ``s`` behind it inside the set-up."""
        place, in_setup = _place(value)
        candidates = await self._candidates(context)
        if place >= len(candidates):
            return await self._emergency(context, in_setup)
        line, after = candidates[place], f"{place + 1}{in_setup}"
        said = [
            _("Line {n} of {m}. These lines need a person's check before anyone sees them.").format(
                n=place + 1, m=len(candidates)
            ),
            crisis_lines.describe(line),
            _("Source: {page}").format(page=crisis_lines.whole(line.seen)),
            *([_("Tell your members too: {words}").format(words=line.disclose)] if line.disclose else []),
        ]
        return Message(
            Text("\n").join(said),
            (
                Button(_("I checked it, show it"), "lines.confirm", f"{line.id} {after}", style="primary"),
                Button(_("Not this one"), "lines.review", after),
                Button(_("Skip the rest"), "lines.review", f"{len(candidates)}{in_setup}"),
            ),
        )

    async def _candidates(self, context: Context) -> list[Line]:
        settings = await self.read(community_settings.get, context.here)
        return [line for code in settings.countries for line in crisis_lines.shipped().of(code)]

    @action("lines.confirm", moderators=True)
    async def confirm(self, context: Context, value: str) -> Message:
        line_id, _space, after = value.partition(" ")
        today = context.now.date()
        confirmed = await self.read(lines.confirmed, context.here)
        check_by = crisis_lines.confirm(crisis_lines.shipped().lines, confirmed, line_id, today)
        await desk.act(self, context, "lines.confirmed", lines.confirm, context.here, line_id, check_by, context.now)
        return await self.review(context, after)

    @action("lines.shown", moderators=True)
    async def shown(self, context: Context, value: str) -> Reply:
        return await self._on_the_card(context, pages.number_of(value))

    @action("lines.remove", moderators=True)
    async def remove(self, context: Context, value: str) -> Reply:
        await desk.act(self, context, "lines.removed", lines.remove, context.here, value)
        return await self.lines(context)

    # -- the emergency number -----------------------------------------------------------------------------------------

    async def _emergency(self, context: Context, in_setup: str) -> Message:
        settings = await self.read(community_settings.get, context.here)
        known = [code for code in settings.countries if code in crisis_lines.shipped().emergency]
        said = [
            _("The emergency number on your help card: {number}.").format(number=settings.emergency or _("none yet"))
        ]
        buttons = []
        for code in known[: pages.SHOWN]:
            one = crisis_lines.shipped().emergency[code]
            words = _("{country}: {number}. Source: {page}")
            said.append(
                words.format(country=countries.name(code), number=one.number, page=crisis_lines.whole(one.seen))
            )
            label = _("I checked it: {number}").format(number=one.number)
            buttons.append(Button(label, "lines.emergency", f"{code} {in_setup}"))
        said.append(_("Without one, the card names 112, 911 and 999."))
        buttons.append(Button(_("Another number"), "lines.other_number", in_setup))
        buttons.append(_next(in_setup))
        return Message(Text("\n").join(said), tuple(buttons))

    @action("lines.emergency", moderators=True)
    async def emergency(self, context: Context, value: str) -> Message:
        code, _space, in_setup = value.partition(" ")
        number = crisis_lines.emergency_number(code)
        if number is None:
            raise UserError(_("I don't know that country. `help-now` shows the list."))
        return await self._set_number(context, number, in_setup)

    @action("lines.other_number", moderators=True)
    async def other_number(self, context: Context, value: str) -> Form:
        field = Field("number", _("The number to call, after you checked it"), Dialled, limit=20)
        return Form(_("Emergency number"), (field,), "lines.number", value)

    @action("lines.number", moderators=True)
    async def number(self, context: Context, value: str, number: Dialled) -> Message:
        digits = number.replace(" ", "").replace("-", "")
        if not digits.isascii() or not digits.removeprefix("+").isdigit() or len(digits) > 15:
            raise UserError(_("{number} isn't a number one can call. Write digits, like 112.").format(number=number))
        return await self._set_number(context, number, value)

    async def _set_number(self, context: Context, number: str, in_setup: str) -> Message:
        await desk.change(self, context, "setup.emergency", lambda settings: settings._replace(emergency=number))
        said = _("The help card opens with {number} now.").format(number=number)
        return Message(said, (_next(in_setup),))

    # -- places nearby ------------------------------------------------------------------------------------------------

    @command("kith-mod resources", anyone=True, moderators=True)
    async def resources(self, context: Context) -> Reply:
        """Places nearby that stand on the help card and in `learn`: doctors, groups, a warm room."""
        if question := await desk.first_yes(self, context, "kith-mod resources"):
            return question
        found = await self.read(lines.resources, context.here)
        said, buttons = [_("Places nearby on the help card:")], []
        for number, (row, words) in enumerate(found, start=1):
            name = self.core.keyring.decrypt(words, "resources", "words", row)
            said.append(Text("{number}. {words}").format(number=number, words=name))
            buttons.append(Button(_("Take out {number}").format(number=number), "resources.remove", str(row)))
        if not found:
            said.append(_("none yet."))
        return Message(Text("\n").join(said), (*buttons, Button(_("Add one"), "resources.add")))

    @action("resources.add", moderators=True)
    async def add(self, context: Context, value: str) -> Form:
        field = Field("words", _("Name, how to reach it, when it is open"), limit=200)
        return Form(_("A place nearby, for everybody to read"), (field,), "resources.added")

    @action("resources.added", moderators=True, expensive=True)
    async def added(self, context: Context, value: str, words: str) -> Reply:
        if len(await self.read(lines.resources, context.here)) >= MOST_RESOURCES:
            raise UserError(_("{most} places are on the card already. Take one out first.").format(most=MOST_RESOURCES))

        seal = self.seal(" ".join(words.split()), "resources", "words")
        await desk.act(self, context, "resources.added", lines.add_resource, context.here, seal, context.now)
        return await self.resources(context)

    @action("resources.remove", moderators=True)
    async def take_out(self, context: Context, value: str) -> Reply:
        await desk.act(self, context, "resources.removed", lines.remove_resource, context.here, int(value))
        return await self.resources(context)

    # -- before a line goes dark --------------------------------------------------------------------------------------

    @job(every="day")
    async def warn(self, now: datetime) -> None:
        for day in (now.date() + NOTICE, now.date()):
            await self.write(_plan_notices, day, now)

    @message(ENDING, unsure="resend")
    async def ending(self, delivery: Delivery, reader: Reader) -> Message | None:
        check_by = date.fromisoformat(str(delivery.args["check_by"]))
        line = next((one for one in crisis_lines.shipped().lines if one.id == delivery.args["line"]), None)
        assert delivery.community is not None
        confirmed = await self.read(lines.confirmed, delivery.community)
        if line is None or confirmed.get(line.id) != check_by:
            return None  # it was checked again, or taken out
        if reader.now.date() < check_by:
            said = _("{name} leaves the help card on {day}, unless somebody checks it again. `kith-mod lines` does it.")
        else:
            said = _("{name} has left the help card today: nobody checked it again by {day}. `kith-mod lines` does it.")
        return Message(said.format(name=line.name, day=check_by.isoformat()), private=False)

    async def needs(self, community: Community, now: datetime) -> tuple[Text, ...]:
        confirmed = await self.read(lines.confirmed, community)
        soon = [line for line, until in confirmed.items() if until <= now.date() + NOTICE]
        if not confirmed:
            return (_("No crisis line is checked yet: `kith-mod lines`."),)
        return (_("Crisis lines to check again: {n}.").format(n=len(soon)),) if soon else ()


def _place(value: str) -> tuple[int, str]:
    in_setup = "s" if value.endswith("s") else ""
    number = value.removesuffix("s")
    return (int(number) if number.isdecimal() and len(number) < 5 else 0), in_setup


def _next(in_setup: str) -> Button:
    if in_setup:
        return Button(_("Go on"), "setup.step", "2")
    return Button(_("Lines on the card"), "lines.shown")


def _plan_notices(connection: Connection, day: date, now: datetime) -> None:
    for one in lines.ending(connection, day):
        key = f"{ENDING}:{one.community.id}:{one.line}:{one.check_by}:{now.date()}"
        args = {"line": one.line, "check_by": one.check_by.isoformat()}
        deliveries.plan(connection, Delivery(one.reports, ENDING, key, now, community=one.community, args=args))

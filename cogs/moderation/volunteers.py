"""`kith-mod volunteers`: who reaches lonely people is looked at once. A moderator's one tap lets somebody begin."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from bot.cog import Cog, action, command, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Community, Message, Person, Text, who
from bot.registry import Reply, Work
from bot.words.i18n import N_, _, say
from cogs.moderation import desk
from storage.members import members, volunteers

NAME = "kith-mod volunteers"
MOST = 10

WOULD: Mapping[str, str] = {
    "helper": N_("{name} would help when somebody would like company."),
    "welcomer": N_("{name} would welcome new people."),
    "host": N_("{name} would host circles."),
    "mentor": N_("{name} would be a mentor."),
}
BEGUN: Mapping[str, str] = {
    "helper": N_("A moderator said yes: you can be asked when somebody would like company."),
    "welcomer": N_("A moderator said yes: new people can be given your name."),
    "host": N_("A moderator said yes: you can host circles."),
    "mentor": N_("A moderator said yes: you can be asked to walk with somebody."),
}


class Volunteers(Cog):
    """Everybody waits alike: for a yes, or for the days a community asks for; mentors always for the yes."""

    @command(NAME, anyone=True, moderators=True)
    async def open(self, context: Context) -> Reply:
        """Who would help, welcome, host or mentor here, and waits for a yes."""
        return await desk.first_yes(self, context, NAME) or await self._list(context)

    async def _list(self, context: Context) -> Message:
        found = await self.read(volunteers.waiting, context.here, context.now)
        if not found:
            return Message(_("Nobody waits for a yes."))
        lines, buttons = [_("They begin with your yes.")], []
        for number, one in enumerate(found[:MOST], start=1):
            lines.append(Text("{n}. ").format(n=number) + await self._would(one.person, one.role))
            value = f"{one.person.id} {one.role}"
            buttons.append(Button(_("Yes to {n}").format(n=number), "volunteers.yes", value))
            buttons.append(Button(_("Not now, {n}").format(n=number), "volunteers.no", value))
        return Message(Text("\n").join(lines), tuple(buttons))

    async def _would(self, person: Person, role: str) -> Text:
        account = await self.read(members.account, person)
        return say(WOULD[role]).format(name=who(account) if account else _("Somebody"))

    @message(volunteers.NEW, actions=("volunteers.yes", "volunteers.no"))
    async def new(self, delivery: Delivery, reader: Reader) -> Message | None:
        """To the moderators' own place."""
        person, role = Person(int(delivery.args["about"])), str(delivery.args["role"])
        assert delivery.community is not None
        if not await self.read(volunteers.waits, delivery.community, person, role, reader.now):
            return None
        value = f"{person.id} {role}"
        buttons = (Button(_("Yes"), "volunteers.yes", value), Button(_("Not now"), "volunteers.no", value))
        said = await self._would(person, role) + " " + _("They begin with your yes.")
        return Message(said, buttons, private=False)

    @message(volunteers.BEGUN)
    async def begun(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(say(BEGUN[str(delivery.args["role"])]))

    @action("volunteers.yes", moderators=True)
    async def agree(self, context: Context, value: str) -> Text:
        await self._answer(context, value, yes=True)
        return _("Noted. They hear that a moderator said yes, not who.")

    @action("volunteers.no", moderators=True)
    async def wait(self, context: Context, value: str) -> Text:
        await self._answer(context, value, yes=False)
        return _("Noted. They wait on, and nobody is told.")

    async def _answer(self, context: Context, value: str, *, yes: bool) -> None:
        row, _space, role = value.partition(" ")
        person = Person(int(row)) if row.isdecimal() else Person(0)
        answer = partial(volunteers.answer, yes=yes)
        entry = "volunteers.yes" if yes else "volunteers.no"
        if not await desk.act(self, context, entry, answer, context.here, person, role, context.now):
            raise UserError(_("They wait for nothing here any more."))

    # -- what is kept -------------------------------------------------------------------------------------------------

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: volunteers.export(connection, person)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return lambda connection: volunteers.forget(connection, person, community)

"""Being on a list: asked only if one may be asked, agreed to by oneself, and ended by either side in one step."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from bot.asking import consenting, doors
from bot.cog import Cog, action, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Community, Field, Form, Member, Message, Person, Text, who
from bot.registry import Ask, Reply, Work, nothing_kept
from bot.words.i18n import _
from cogs.quiet import progress
from cogs.quiet.standing import as_it_stands, ways_to_somebody
from storage.delivery import deliveries
from storage.members import members
from storage.members.conversations import LONGEST
from storage.quiet import contacts, quiet, standing

ASKED, AGREED, LEFT, RELEASED = "quiet.request", "quiet.confirmed", "quiet.left", "quiet.released"
CODE_BYTES = 10
"""80 bits: nobody guesses that in the week a code holds."""
MONTH = 30 * 24 * 3600
"""Seconds in which one person asks another once, whatever the answer was."""


class QuietContacts(Cog):
    """A message in the end, nothing else: who agrees is not responsible for how it goes on."""

    # -- asking -------------------------------------------------------------------------------------------------------

    @action("quiet.add")
    async def add(self, context: Context, value: str) -> Form:
        field = Field("member", _("Who?"), Member)
        return Form(_("Someone you'd like told"), (field,), "quiet.ask")

    @action("quiet.ask")
    async def ask(self, context: Context, value: str, member: Member) -> Message:
        """Whoever may not be asked, for whatever reason, gets no message: the member can pass a line on themselves."""
        on_list = await self.read(contacts.contacts, context.me)
        if len(on_list) >= contacts.MOST_CONTACTS:
            raise UserError(_("Your list holds two people. Remove one first, then add another."))
        if not await self.read(quiet.setup, context.me):
            raise UserError(_("Quiet alert is off. `quiet` switches it on."))
        other = await self.read(members.person_of, member)
        if other is not None and any(one.contact == other for one in on_list):
            raise UserError(_("They are on your list already."))
        if other is not None and await self.write(_ask, context, other):
            said = _("I've asked {name}. Until they accept, your list says: not confirmed.")
            return Message(said.format(name=who(member)), (_back(),))
        code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().casefold()
        await self.write(contacts.invite, context.me, self._hash(code), context.now)
        line = _(
            "I can't ask {name}. You can send this yourself: “Would you be someone Kith tells if I go quiet? If yes,"
            " send Kith: `quiet accept {code}`” It holds for a week."
        )
        return Message(line.format(name=who(member), code=code), (_back(),))

    @message(ASKED, actions=("quiet.accept", "quiet.decline"), late="still true", stands=LONGEST)
    async def request(self, delivery: Delivery, reader: Reader) -> Message | None:
        name = await self._name(int(delivery.args["about"]))
        if not name or reader.person is None or not await self._waits(delivery, reader.person):
            return None
        said = _(
            "{name} asks you to be someone who'd be told if they go quiet. It means a message from me, nothing else."
            " You're not responsible for the outcome."
        )
        row = str(delivery.args["row"])
        buttons = (Button(_("Accept"), "quiet.accept", row), Button(_("Not now"), "quiet.decline", row))
        return Message(said.format(name=name), buttons)

    async def _waits(self, delivery: Delivery, person: Person) -> bool:
        rows = await self.read(contacts.contacts, Person(int(delivery.args["about"])))
        return any(one.id == delivery.args["row"] and one.contact == person and not one.accepted for one in rows)

    # -- answering ----------------------------------------------------------------------------------------------------

    def asks(self) -> tuple[Ask, ...]:
        purposes = (*consenting.CORE, contacts.CONTACT)
        return (
            Ask("quiet-contact", purposes, _agreement, "quiet.accept", adult=True),
            Ask("quiet-code", purposes, _agreement, "quiet.accept_code", adult=True),
        )

    @action("quiet.accept")
    async def accept(self, context: Context, value: str) -> Reply:
        question = await self.core.consenting.question(context, "quiet-contact", value)
        if question is not None:
            return question
        answer = await self.write(_accept, context, int(value) if value.isdecimal() else 0, None)
        return _accepted(answer)

    @action("quiet.accept_code", anyone=True)
    async def accept_code(self, context: Context, value: str) -> Reply:
        if await self.read(contacts.invited_by, self._hash(value), context.now) is None:
            raise UserError(_("That code is not in use. Ask for a new one; each holds for a week, and once."))
        question = await self.core.consenting.question(context, "quiet-code", value)
        if question is not None:
            return question
        return _accepted(await self.write(_accept, context, 0, self._hash(value)))

    @action("quiet.decline")
    async def decline(self, context: Context, value: str) -> Text:
        return _("That's fine. Nobody is told that you read this.")

    @message(AGREED)
    async def confirmed(self, delivery: Delivery, reader: Reader) -> Message | None:
        name = await self._name(int(delivery.args["about"]))
        return Message(_("{name} is on your list now: confirmed.").format(name=name)) if name else None

    # -- ending it ----------------------------------------------------------------------------------------------------

    @action("quiet.remove")
    async def remove(self, context: Context, value: str) -> Reply:
        """The member takes somebody off their list."""
        await self.write(_remove, context, int(value) if value.isdecimal() else 0)
        return await self.core.registry.actions["quiet.screen"].handler(context, "")

    @action("quiet.resign")
    async def resign(self, context: Context, value: str) -> Text:
        """The contact does not want to be told any more."""
        await self.write(_remove, context, int(value) if value.isdecimal() else 0)
        return _("Done. You won't be told. They hear that one of their people is no longer on the list.")

    @action("quiet.resign_here")
    async def resign_here(self, context: Context, value: str) -> Text:
        """The same, under the message about one member."""
        assert context.delivery is not None
        delivery = await self.read(deliveries.get, context.delivery)
        about = int(delivery.args["about"]) if delivery else 0
        for one in await self.read(contacts.serving, context.me):
            if one.person.id == about:
                return await self.resign(context, str(one.id))
        return _("You are on no list of theirs any more.")

    @message(LEFT, actions=("quiet.add", "quiet.helpers", "quiet.screen"))
    async def left(self, delivery: Delivery, reader: Reader) -> Message:
        """And, where that was the last one, that nobody would be told, in the same message."""
        said = _("One of the people you chose is no longer on your list. `quiet` shows who is.")
        found = await self.read(quiet.setup, reader.me)
        missing = await self.read(standing.lacks, found, reader.now) if found else []
        if found is None or not {"nobody", "reach"} & {*missing}:
            return Message(said, (_back(),))
        ways = await self.read(ways_to_somebody, found, reader.now)
        so = as_it_stands([one for one in missing if one in ("nobody", "reach")])
        return Message(Text(" ").join((said, *so)), (*ways, _back(), *doors.help_now(self.core.registry)))

    @message(RELEASED)
    async def released(self, delivery: Delivery, reader: Reader) -> Message:
        name = await self._name(int(delivery.args["about"])) or _("Somebody")
        return Message(_("{name} no longer has you on their list. There is nothing to do.").format(name=name))

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        def work(connection: Connection) -> None:
            if purpose == contacts.ASKABLE:
                contacts.drop_requests(connection, person)
            if purpose == contacts.CONTACT:
                _resign_everywhere(connection, person, self.core.now())

        return work

    def separate(self, one: Person, other: Person) -> Work[None]:
        return lambda connection: contacts.separate(connection, one, other)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return nothing_kept  # see Quiet

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        def work(connection: Connection) -> None:
            if community is None:
                _resign_everywhere(connection, person, self.core.now())
                contacts.drop_requests(connection, person)

        return work

    async def _name(self, person: int) -> Text:
        account = await self.read(members.account, Person(person))
        return Text(who(account)) if account else Text()

    def _hash(self, code: str) -> bytes:
        return self.core.keyring.pseudonym("quiet", code)


def _agreement(_value: str) -> Text:
    return _(
        "If a member who chose you goes quiet, I send you a message, nothing else. You're not responsible for the"
        " outcome, and either of you ends it in one step. I keep your account id and that you agreed, and I'd be"
        " messaging you first."
    )


def _accepted(answer: contacts.Answer) -> Text:
    if answer == "full":
        return _("You are there for three members already, and that is enough for one person. Nothing was changed.")
    if answer == "gone":
        return _("They no longer ask for that. Nothing was changed.")
    return _("Noted. You'd be told if they go quiet. `quiet` ends it in one step, any time.")


def _ask(connection: Connection, context: Context, other: Person) -> bool:
    """The request and its delivery. False where the other may not be asked, or was asked in the last month."""
    if not contacts.may_be_asked(connection, context.me, other, context.now):
        return False
    row = contacts.ask(connection, context.me, other, context.now)
    month = int(context.now.timestamp()) // MONTH
    if row is not None:
        what, args = f"{context.me.id}:{other.id}:{month}", {"about": context.me.id, "row": row}
        deliveries.tell(connection, other, ASKED, what, context.now, None, contacts.ASKABLE, args=args, capped=True)
    return row is not None


def _accept(connection: Connection, context: Context, row: int, code: bytes | None) -> contacts.Answer:
    owner = (
        contacts.invited_by(connection, code, context.now) if code else contacts.asked_by(connection, row, context.me)
    )
    if code is not None:
        answer = contacts.accept_code(connection, code, context.me, context.now)
    else:
        answer = contacts.accept(connection, row, context.me, context.now)
    if answer == "accepted" and owner is not None:
        _tell(connection, AGREED, owner.person, context.me, owner.id, context.now)
    return answer


def _remove(connection: Connection, context: Context, row: int) -> None:
    ended = contacts.remove(connection, row, context.me)
    if ended is None or not ended.accepted or ended.contact is None:
        return
    if ended.person == context.me:
        progress.plan_release(connection, ended.contact, context.me, context.now)
    else:
        _tell(connection, LEFT, ended.person, context.me, row, context.now)


def _resign_everywhere(connection: Connection, contact: Person, now: datetime) -> None:
    for one in contacts.serving(connection, contact):
        contacts.remove(connection, one.id, contact)
        _tell(connection, LEFT, one.person, contact, one.id, now)


def _tell(connection: Connection, kind: str, owner: Person, about: Person, row: int, now: datetime) -> None:
    """To the member whose list it is. What it then lacks they read in the same message, and not once more."""
    if kind == LEFT and (found := quiet.setup(connection, owner)) is not None:
        standing.look(connection, found, now)
    what, args = f"{row}:{int(now.timestamp())}", {"about": about.id}
    deliveries.tell(connection, owner, kind, what, now, None, quiet.PURPOSE, args=args)


def _back() -> Button:
    return Button(_("My list"), "quiet.screen")

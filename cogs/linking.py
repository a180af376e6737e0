"""One person with several accounts, and one community in several places: joined by a code, with two yeses."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import replace
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from bot.cog import Cog, action, command, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Community, Member, Message, Person, Text
from bot.registry import Work, nothing_kept
from bot.words.i18n import N_, _
from storage.delivery import deliveries
from storage.members import conversations, linking, members, volunteers
from storage.moderation import audit

SECRET_BYTES = 16
"""128 bits: nobody guesses that, in five tries or in five billion."""

CONFIRM = "linking.confirm"

TOO_LATE = N_("That code is no use any more: it holds for 10 minutes, once. `link` shows a new one.")
PLACES_TOO_LATE = N_("That code is no use any more: it holds for 10 minutes, once. `kith-mod link` shows a new one.")


class Linking(Cog):
    """A code is shown on one account and entered on another; both say yes, and either can undo it."""

    # -- one person ---------------------------------------------------------------------------------------------------

    @command("link", anyone=True)
    async def link(self, context: Context, code: str = "") -> Message:
        """Use Kith with two accounts as one person: get a code here, enter it there."""
        self._only_direct(context)
        if code:
            return await self._enter(context, code, None)
        if waiting := await self.read(linking.waiting, context.member, context.now):
            return _confirmation(waiting[0])
        if context.person is None:
            raise UserError(
                _("I keep nothing about you here yet. Say `link` on the account I know, then enter it here.")
            )
        shown = await self._show(context, None)
        return Message(
            _(
                "Within 10 minutes, write this to me from your other account: `link {code}`. Then I ask both of you."
                " Show it to nobody: whoever enters it asks to be you."
            ).format(code=Text(shown))
        )

    @command("unlink")
    async def unlink(self, context: Context) -> Message:
        """Make this account one I don't know any more; the other one keeps everything."""
        accounts = await self.read(members.accounts, context.me)
        if len(accounts) < 2:
            raise UserError(_("This is your only account here. `forget-me` deletes what I keep."))
        asked = _("Unlink this account? Nothing is done yet. What I keep stays with your other one: {other}.")
        other = next(account for account in accounts if account != context.member)
        return Message(
            asked.format(other=f"{other.platform} {other.id}"),
            (Button(_("Yes, unlink"), "linking.unlink", style="danger"), Button(_("Keep both"), "linking.keep")),
        )

    @action("linking.unlink", once=True)
    async def unlink_pressed(self, context: Context, value: str) -> Text:
        who = self.core.keyring.pseudonym(context.member.platform, context.member.id)
        if not await self.write(_detach, context.me, context.member, who):
            raise UserError(_("This is your only account here. `forget-me` deletes what I keep."))
        return _("Done. I don't know this account any more.")

    @action("linking.keep")
    async def keep(self, context: Context, value: str) -> Text:
        return _("Everything stays as it was.")

    # -- one community ------------------------------------------------------------------------------------------------

    @command("kith-mod link", anyone=True, moderators=True)
    async def link_places(self, context: Context, code: str = "") -> Message:
        """Make two places one community: get a code in one, enter it in the other."""
        if code:
            return await self._enter(context, code, context.community)
        waiting = await self.read(linking.waiting, context.member, context.now)
        for link in waiting:
            if link.community == context.community:
                return _confirmation(link)
        shown = await self._show(context, context.community)
        return Message(
            _(
                "Within 10 minutes, as a moderator there, write `kith-mod link {code}` in the other place. Then say"
                " `kith-mod link` here again."
            ).format(code=Text(shown))
        )

    # -- the code -----------------------------------------------------------------------------------------------------

    async def _show(self, context: Context, community: Community | None) -> str:
        secret = secrets.token_bytes(SECRET_BYTES)
        row = await self.write(linking.show, context.member, community, self._hash(secret), context.now)
        return f"{row}-{base64.b32encode(secret).decode().rstrip('=').lower()}"

    async def _enter(self, context: Context, code: str, community: Community | None) -> Message:
        row, secret = _read(code)
        outcome = await self.write(linking.enter, row, self._hash(secret), context.member, community, context.now)
        if outcome == "own":
            raise UserError(
                _("That code was shown to you here. Enter it on the other account.")
                if community is None
                else _("That code was shown here. Enter it in the other place.")
            )
        if outcome == "wrong":
            raise UserError(_("That is not the code. Copy all of it; after five tries it is no use any more."))
        if outcome == "gone":
            raise UserError(_(TOO_LATE) if community is None else _(PLACES_TOO_LATE))
        link = await self.read(linking.get, row, context.now)
        assert link is not None
        yes = Button(_("Yes"), "linking.agree", str(row), style="primary")
        no = Button(_("No"), "linking.refuse", str(row))
        return Message(_question(link, link.member, link.community), (yes, no))

    @action("linking.agree", stateless=True)
    async def agree(self, context: Context, value: str) -> Text:
        """Yes, from the account that entered the code; the other one is asked now."""
        link = await self.write(linking.agree, _number(value), context.member, context.now)
        if link is None:
            raise UserError(_(TOO_LATE))
        if link.community is not None:
            return _("Noted. Now say `kith-mod link` in the other place again, and confirm it there.")
        await self.write(_ask, link, context.now)
        return _("Noted. Now I ask your other account. It can say `link` if nothing arrives.")

    @action("linking.refuse", stateless=True)
    async def refuse(self, context: Context, value: str) -> Text:
        link = await self.read(linking.get, _number(value), context.now)
        if link is not None and context.member in (link.member, link.other):
            await self.write(linking.drop, link.id)
        return _("Nothing was changed, and the code is gone.")

    @message(CONFIRM, actions=("linking.settle", "linking.refuse"))
    async def confirm(self, delivery: Delivery, reader: Reader) -> Message | None:
        link = await self.read(linking.get, int(delivery.args["link"]), reader.now)
        return _confirmation(link) if link is not None and link.agreed else None

    @action("linking.settle", stateless=True)
    async def settle(self, context: Context, value: str) -> Text:
        """Yes, from the account that was shown the code too: now they are one."""
        link = await self.read(linking.get, _number(value), context.now)
        if link is None or link.member != context.member or not link.agreed or link.other is None:
            raise UserError(_(TOO_LATE))
        if link.community is not None:
            return await self._join_places(context, link)
        code = self.core.keyring.pseudonym(link.other.platform, link.other.id)
        if await self.write(_together, link, code, self.core.settings.volunteer_days, context.now):
            return _("Done. Your two accounts are one person to me. `unlink` undoes it.")
        return _(
            "I can't put these together: on both accounts there is something that other people share, such as a buddy"
            " or a circle. End it on one of them, or say `forget-me` there, then `link` again."
        )

    async def _join_places(self, context: Context, link: linking.Link) -> Text:
        """The permission is asked again: it may be gone since the code was shown."""
        assert link.community is not None
        await self.core.permissions.require_moderator(replace(context, community=link.community))
        if await self.write(_one_community, link, context.now):
            return _("Done. Both places are one community to me.")
        return _("I can't put these together: something is set up in both. Take it down in one of them first.")

    def _hash(self, secret: bytes) -> bytes:
        return hmac.digest(self.core.keyring.derive("link codes"), secret, "sha256")

    def _only_direct(self, context: Context) -> None:
        """Where others read along, a code would be theirs too. Answers to a command in a shared place are private
        only where the platform can do that, so the member is asked to come to the direct chat.
        """
        if not context.direct:
            raise UserError(_("Please say that to me in our direct chat, where nobody else reads along."))

    # -- what is kept -------------------------------------------------------------------------------------------------

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return nothing_kept  # the accounts stand with the person, a code is gone after 10 minutes

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        def work(connection: Connection) -> None:
            if community is None:
                for account in members.accounts(connection, person):
                    linking.forget(connection, account)

        return work


def _read(code: str) -> tuple[int, bytes]:
    number, _dash, secret = code.strip().strip("`").partition("-")
    try:
        padded = secret.strip().upper() + "=" * (-len(secret.strip()) % 8)
        return _number(number), base64.b32decode(padded)
    except ValueError:  # no base 32, or not even ASCII
        raise UserError(_("That is not the code. Copy all of it; after five tries it is no use any more.")) from None


def _number(value: str) -> int:
    """A row's number as it comes back from the network; one that no row has where it is none."""
    return int(value) if value.isdecimal() and value.isascii() and len(value) < 18 else 0


def _confirmation(link: linking.Link) -> Message:
    assert link.other is not None
    return Message(
        _question(link, link.other, link.other_community),
        (
            Button(_("Yes"), "linking.settle", str(link.id), style="primary"),
            Button(_("No"), "linking.refuse", str(link.id)),
        ),
    )


def _question(link: linking.Link, account: Member, community: Community | None) -> Text:
    """What is about to be one, named by what cannot be made to look like something else: platform and full id."""
    if link.community is not None and community is not None:
        asked = _("Make this place and {place} ({account}) one community? Moderators of each then moderate both.")
        return asked.format(place=community.name, account=f"{account.platform} {account.id}")
    asked = _(
        "Is {account} yours as well? Then both accounts are one person to me: the same settings, the same buddy, and"
        " either can see and delete everything. If it isn't yours, say no."
    )
    return asked.format(account=f"{account.platform} {account.id}")


def _ask(connection: Connection, link: linking.Link, now: datetime) -> None:
    """Ask the account that was shown the code, wherever the person was seen last."""
    person = members.person_of(connection, link.member)
    if person is not None:
        deliveries.tell(connection, person, CONFIRM, link.id, now, link.expires, args={"link": link.id})


def _together(connection: Connection, link: linking.Link, code: bytes, days: int, now: datetime) -> bool:
    taken = linking.take(connection, link.id, link.member, now)
    person = members.person_of(connection, link.member)
    if taken is None or taken.other is None or person is None:
        return False
    other = members.person_of(connection, taken.other)
    if other is None:
        linking.attach(connection, person, taken.other, code, now)
        return True
    before = {one: volunteers.roles_of(connection, one) for one in (person, other)}
    stays = linking.together(connection, person, other)
    if stays is None:
        return False
    for community, roles in volunteers.roles_of(connection, stays).items():  # what one is elsewhere is no way in
        added = roles - before[stays].get(community, frozenset())
        volunteers.ask(connection, stays, community, added, days, now)
    return True


def _one_community(connection: Connection, link: linking.Link, now: datetime) -> bool:
    taken = linking.take(connection, link.id, link.member, now)
    if taken is None or taken.community is None or taken.other_community is None:
        return False
    community = linking.one_community(connection, taken.community, taken.other_community)
    if community is not None:
        audit.record(connection, community, "places.joined", now)
    return community is not None


def _detach(connection: Connection, person: Person, member: Member, who: bytes) -> bool:
    if not linking.detach(connection, person, member):
        return False
    conversations.forget(connection, who)
    return True

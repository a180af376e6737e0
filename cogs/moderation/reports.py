"""`report`: what happened, in a member's own words, to people who can do something about it."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, NamedTuple

from bot.cog import Cog, action, command, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Community, Field, Form, Member, Message, Person, Text
from bot.registry import Work, nothing_to_forget
from bot.words.i18n import _
from cogs.moderation import desk
from storage.delivery import deliveries
from storage.members import blocks, community_settings, members
from storage.moderation import cases, holds
from storage.moderation.cases import Named

LONGEST = 1000
LATER = timedelta(hours=24)
NEW = "cases.new"

log = logging.getLogger(__name__)


class Choices(NamedTuple):
    """What the reporter chose, as it stands in the buttons: ``m1n7`` and so on."""

    host_only: bool = False
    separate: bool = True
    later: bool = False
    community: int = 0

    @property
    def code(self) -> str:
        return f"{'h' if self.host_only else 'm'}{int(self.separate)}{'l' if self.later else 'n'}{self.community}"

    @classmethod
    def read(cls, code: str) -> Choices:
        """Raises UserError: it came back from the network."""
        viewers, separate, when, community = code[:1], code[1:2], code[2:3], code[3:]
        if (
            viewers not in ("m", "h")
            or separate not in ("0", "1")
            or when not in ("n", "l")
            or not community.isdecimal()
        ):
            raise UserError(_("That button has expired. `report` opens a new one."))
        return cls(viewers == "h", separate == "1", when == "l", int(community))


class Reports(Cog):
    """A report holds introductions of whom it is about, separates if wished, and reaches no one it names."""

    @command("report", anyone=True, community=True)
    async def report(self, context: Context) -> Message:
        """Tell the people who run this community that something is wrong. You choose who sees it."""
        return self._screen(Choices(community=context.here.id))

    @action("reports.change", stateless=True)
    async def change(self, context: Context, value: str) -> Message:
        return self._screen(Choices.read(value))

    def _screen(self, chosen: Choices) -> Message:
        host = self.core.settings.host
        viewers = (
            _("Who sees it: only {host}, who hosts me.").format(host=host)
            if chosen.host_only
            else _("Who sees it: all moderators, never one it is about.")
        )
        apart = (
            _("Once it is sent, you and they are separated: whatever connects you through me ends.")
            if chosen.separate
            else _("Once it is sent, nothing between you and them changes.")
        )
        told = (
            _("24 hours after it is sent they hear that introductions are paused for them. Not who, not what.")
            if chosen.later
            else _("Once it is sent, they hear that introductions are paused for them. Not who, not what.")
        )
        return Message(
            Text("\n").join([_("A report, in your own words. Nothing is done yet."), viewers, apart, told]),
            (
                Button(_("Write it"), "reports.write", chosen.code, style="primary"),
                _toggle(
                    _("All moderators") if chosen.host_only else _("Only the host"),
                    chosen._replace(host_only=not chosen.host_only),
                ),
                _toggle(
                    _("Don't separate us") if chosen.separate else _("Separate us now"),
                    chosen._replace(separate=not chosen.separate),
                ),
                _toggle(
                    _("Tell them now") if chosen.later else _("Tell them 24 hours later"),
                    chosen._replace(later=not chosen.later),
                ),
            ),
        )

    @action("reports.write", stateless=True)
    async def write_it(self, context: Context, value: str) -> Form:
        fields = (
            Field("who", _("Who is it about? Mention them, or nobody"), Member, optional=True),
            Field("words", _("What happened?"), multiline=True, limit=LONGEST),
        )
        return Form(_("Your report"), fields, "reports.sent", Choices.read(value).code)

    @action("reports.sent", stateless=True, expensive=True)
    async def sent(self, context: Context, value: str, words: str, who: Member | None = None) -> Text:
        chosen = Choices.read(value)
        community = await self.core.permissions.shared(context, str(chosen.community))
        if community is None or who == context.member:
            raise UserError(_("I can't take that report. `report` opens a new one."))
        # Moderators read the channel together: a case about one of them is not announced there.
        announced = not chosen.host_only and not (
            who is not None and await self.core.permissions.is_moderator(who, community)
        )
        reported = await self._named(who) if who else None
        await self.write(self._write, context, community, chosen, words, who, reported, announced)
        if chosen.host_only:
            log.warning("a report waits that only the host may see: kith cases")
        return self._received(context, chosen, reported)

    def _received(self, context: Context, chosen: Choices, reported: Named | None) -> Text:
        said = [_("Received.")]
        if chosen.separate and reported and context.person:
            said.append(_("You two are separated, and won't be brought together by me."))
        if context.person:
            said.append(_("I'll tell you when it is closed."))
        else:
            said.append(_("You have said yes to nothing, so I can't write to you when it is closed."))
        return Text(" ").join(said)

    async def _named(self, who: Member) -> Named:
        [code] = desk.codes(self, [who])
        return Named(code, await self.read(members.person_of, who))

    def _write(
        self,
        connection: Connection,
        context: Context,
        community: Community,
        chosen: Choices,
        words: str,
        who: Member | None,
        reported: Named | None,
        announced: bool,
    ) -> None:
        """The case, the separation, the hold and every notice, in one transaction."""
        [code] = desk.codes(self, [context.member])
        texts = {"words": words, "about": json.dumps([who.platform, who.id, who.name]) if who else None}

        def seal(row: int, column: str) -> bytes | None:
            text = texts[column]
            return None if text is None else self.core.keyring.encrypt(text, "cases", column, row)

        viewers: cases.Viewers = "host" if chosen.host_only else "moderators"
        case = cases.open_case(connection, community, viewers, seal, Named(code, context.person), reported, context.now)
        settings = community_settings.get(connection, community)
        if announced and settings.reports:
            key = f"{NEW}:{case}"
            deliveries.plan(connection, Delivery(settings.reports, NEW, key, context.now, community=community))
        if reported is None:
            return
        if chosen.separate and context.person:
            self._separate(connection, context.person, reported, context.now)
        if reported.person and settings.holds_on_report:
            holds.hold_and_tell(
                connection, community, reported.person, case, context.now, LATER if chosen.later else None
            )

    def _separate(self, connection: Connection, person: Person, reported: Named, now: datetime) -> None:
        if reported.person is None:
            blocks.add_unknown(connection, person, reported.code, now)
            return
        blocks.add(connection, person, reported.person, now)
        for cog in self.core.registry.cogs:
            cog.separate(person, reported.person)(connection)

    @message(NEW, unsure="resend")
    async def new(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(_("A report came in. `kith-mod cases` shows it to moderators, in private."), private=False)

    # -- what is kept -------------------------------------------------------------------------------------------------

    def export(self, person: Person) -> Work[dict[str, Any]]:
        def work(connection: Connection) -> dict[str, Any]:
            mine = [
                {
                    "what you wrote": self.core.keyring.decrypt(words, "cases", "words", row),
                    "when": opened.isoformat(),
                    "closed": closed.isoformat() if closed else "not yet",
                }
                for row, words, opened, closed in cases.export(connection, person)
            ]
            return {"your reports": mine} if mine else {}

        return work

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        """A case stays until it is closed, with a keyed hash in the person's place; so it does if they leave."""
        if community is not None:
            return nothing_to_forget
        return lambda connection: cases.outlive(
            connection, person, desk.codes(self, members.accounts(connection, person))
        )


def _toggle(label: Text, chosen: Choices) -> Button:
    return Button(label, "reports.change", chosen.code)

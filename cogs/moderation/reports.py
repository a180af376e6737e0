"""`report`: what happened, in a member's own words, to people who can do something about it."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from bot.cog import Cog, action, command, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.incoming.parameters import Whom
from bot.messages import Button, Community, Field, Form, Member, Message, Person, Text, Who, who
from bot.registry import Reply, Work, nothing_to_forget
from bot.words.i18n import N_, _
from cogs.moderation import desk, writing
from cogs.moderation.writing import Choices, Draft
from storage.delivery import deliveries
from storage.members import blocks, community_settings, members
from storage.moderation import cases, holds
from storage.moderation.cases import Named

LONGEST = 2000
NOBODY = Whom("")
FEW = 10
"""People here: with fewer, whoever is reported may guess by whom."""
NEW = "cases.new"

log = logging.getLogger(__name__)


class Reports(Cog):
    """A report holds introductions of whom it is about, separates if wished, and reaches no one it names."""

    @command("report", anyone=True, community=True, about=N_("Report"), quotes=True)
    async def report(self, context: Context, words: str = "") -> Reply:
        """Tell the people who run this community that something is wrong. You choose who sees it."""
        chosen = Choices(context.here.id)
        if context.about or context.quoted:
            words = f"{context.quoted}\n" if context.quoted else ""
            return _form(chosen.code, words, context.about.id if context.about else "")
        return await self._said(context, chosen, words) if words.strip() else self._screen(chosen)

    @action("reports.change", stateless=True)
    async def change(self, context: Context, value: str) -> Message:
        return self._screen(Choices.read(value))

    def _screen(self, chosen: Choices) -> Message:
        said = [
            _("A report, in your own words. Nothing is done yet."),
            self._viewers(host_only=chosen.host_only),
            _("First what happened, then about whom. You see it before it goes."),
        ]
        other = chosen._replace(host_only=not chosen.host_only)
        return Message(
            Text("\n").join(said),
            (
                Button(_("Write it"), "reports.write", chosen.code, style="primary"),
                Button(_("All moderators") if chosen.host_only else _("Only the host"), "reports.change", other.code),
            ),
            typed=Button(Text(), "reports.said", chosen.code),
        )

    def _viewers(self, *, host_only: bool) -> Text:
        if host_only:
            return _("Who sees it: only {host}, who hosts me.").format(host=self.core.settings.host)
        return _("Who sees it: all moderators, never one it is about.")

    # -- what happened, then about whom -------------------------------------------------------------------------------

    @action("reports.write", stateless=True)
    async def write_it(self, context: Context, value: str) -> Form:
        chosen = Choices.read(value)
        return _form(chosen.code, typed=await writing.buddy(self, context, chosen.pair))

    @action("reports.written", stateless=True)
    async def written(self, context: Context, value: str, words: str, who: Whom = NOBODY) -> Message:
        draft = writing.begin(Choices.read(value), words)
        await self._community(context, draft.community)
        return await self._about(context, draft, who)

    @action("reports.said", stateless=True)
    async def said(self, context: Context, value: str, words: str) -> Form:
        """A story that was typed where the report began."""
        return await self._said(context, Choices.read(value), words)

    async def _said(self, context: Context, chosen: Choices, words: str) -> Form:
        draft = writing.begin(chosen, words)
        await self._community(context, draft.community)
        await writing.keep(self, context, draft)
        return Form(_("Your words are kept for the report"), (_who(),), "reports.about", draft.mark)

    @action("reports.about", stateless=True)
    async def about(self, context: Context, value: str, who: Whom = NOBODY) -> Message:
        return await self._about(context, await writing.recall(self, context, value), who)

    async def _about(self, context: Context, draft: Draft, typed: str) -> Message:
        """Whom these words name: one person, or the question which of them."""
        typed = typed.strip()
        community = await self._community(context, draft.community)
        found = await writing.whom(self, context, community, typed) if typed else ()
        if any(one.member == context.member for one in found):
            raise UserError(_("I can't take that report. It is about you. `report` opens a new one."))
        draft = draft._replace(about=found[0] if len(found) == 1 else None, typed=typed, found=found)
        await writing.keep(self, context, draft)
        return await self._preview(context, draft) if len(found) < 2 else self._which(draft)

    def _which(self, draft: Draft) -> Message:
        buttons = [
            Button(Text("{who} ({handle})").format(who=who(one.member), handle=one.handle), "reports.is", value)
            for number, one in enumerate(draft.found)
            for value in [f"{draft.mark} {number}"]
        ]
        return Message(
            _("Which {name}? Nothing is done yet.").format(name=draft.typed[:40]),
            (*buttons, Button(_("None of them"), "reports.is", f"{draft.mark} -")),
        )

    @action("reports.is", stateless=True)
    async def is_about(self, context: Context, value: str) -> Message:
        mark, _space, number = value.partition(" ")
        draft = await writing.recall(self, context, mark)
        at = int(number) if number.isdecimal() and len(number) < 3 else len(draft.found)
        about = draft.found[at] if at < len(draft.found) else None
        draft = draft._replace(about=about, found=())
        await writing.keep(self, context, draft)
        return await self._preview(context, draft)

    # -- the preview --------------------------------------------------------------------------------------------------

    async def _preview(self, context: Context, draft: Draft) -> Message:
        """Exactly what goes, who sees it, and what follows. Nothing has happened."""
        community = await self._community(context, draft.community)
        said = [
            _("Nothing is done yet. This is what would be read:"),
            Text("{words}").format(words=_words(draft)),
            _("About: {who}").format(who=_shown(draft)),
            self._viewers(host_only=draft.host_only),
            *(await self._follows(context, community, draft)),
        ]
        send = [Button(_("Send it"), "reports.send", f"{draft.mark} 0", style="primary")]
        if draft.about and context.person:
            send.append(Button(_("Send it, and separate us now"), "reports.send", f"{draft.mark} 1"))
        return Message(
            Text("\n").join(said),
            (
                *send,
                Button(_("All moderators") if draft.host_only else _("Only the host"), "reports.viewers", draft.mark),
                Button(_("Change it"), "reports.again", draft.mark),
                Button(_("Not this time"), "reports.drop", draft.mark),
            ),
        )

    async def _follows(self, context: Context, community: Community, draft: Draft) -> list[Text]:
        said: list[Text] = []
        if draft.about is None:
            return said
        if (await self.read(community_settings.get, community)).holds_on_report:
            said.append(
                _(
                    "Once it is sent, introductions rest for them. They hear that at some moment between 2 and 48 hours"
                    " later. Not who, not what."
                )
            )
        if len(await self.read(members.of_community, community)) < FEW:
            said.append(_("Few people are here: they may guess it was you."))
        if context.person:
            said.append(
                _(
                    "`Send it` changes nothing between you. If you are separated too, whatever connects you through me"
                    " ends at once, and I won't bring you together. A place you share closes: they see that, with no"
                    " reason given."
                )
            )
        return said

    @action("reports.viewers", stateless=True)
    async def viewers(self, context: Context, value: str) -> Message:
        draft = await writing.recall(self, context, value)
        draft = draft._replace(host_only=not draft.host_only)
        await writing.keep(self, context, draft)
        return await self._preview(context, draft)

    @action("reports.again", stateless=True)
    async def again(self, context: Context, value: str) -> Form:
        draft = await writing.recall(self, context, value)
        return _form(Choices(draft.community, draft.host_only).code, draft.words, draft.typed)

    @action("reports.drop", stateless=True)
    async def drop(self, context: Context, value: str) -> Text:
        await writing.recall(self, context, value)
        await self.write(writing.take(self, context))
        return _("Not sent. I haven't kept it.")

    # -- sending it ---------------------------------------------------------------------------------------------------

    @action("reports.send", stateless=True, expensive=True)
    async def send(self, context: Context, value: str) -> Text:
        mark, _space, separate = value.partition(" ")
        draft = await writing.recall(self, context, mark)
        community = await self._community(context, draft.community)
        about = draft.about.member if draft.about else None
        # Moderators read the channel together: a case about one of them is not announced there.
        announced = not draft.host_only and not (
            about is not None and await self.core.permissions.is_moderator(about, community)
        )
        reported = await self._named(about) if about else None
        apart = separate == "1" and reported is not None
        if not await self.write(self._write, context, community, draft, reported, announced, apart):
            raise UserError(_("I no longer have that report. `report` opens a new one."))
        if draft.host_only:
            log.warning("a report waits that only the host may see: kith cases")
        return self._received(context, apart=apart)

    def _received(self, context: Context, *, apart: bool) -> Text:
        said = [_("Received.")]
        if apart and context.person:
            said.append(_("You two are separated, and won't be brought together by me."))
        if context.person:
            said.append(_("I'll tell you when it is closed."))
        else:
            said.append(_("You have said yes to nothing, so I can't write to you when it is closed."))
        return Text(" ").join(said)

    async def _community(self, context: Context, number: int) -> Community:
        community = await self.core.permissions.shared(context, str(number))
        if community is None:
            raise UserError(_("I can't take that report. `report` opens a new one."))
        return community

    async def _named(self, who: Member) -> Named:
        [code] = desk.codes(self, [who])
        return Named(code, await self.read(members.person_of, who))

    def _write(
        self,
        connection: Connection,
        context: Context,
        community: Community,
        draft: Draft,
        reported: Named | None,
        announced: bool,
        apart: bool,
    ) -> bool:
        """The case, the separation, the hold and every notice, in one transaction. False if it was sent already."""
        if not writing.take(self, context)(connection):
            return False
        [code] = desk.codes(self, [context.member])
        about = json.dumps(draft.about[:3]) if draft.about else None
        texts = {"words": _words(draft), "about": about}

        def seal(row: int, column: str) -> bytes | None:
            text = texts[column]
            return None if text is None else self.core.keyring.encrypt(text, "cases", column, row)

        viewers: cases.Viewers = "host" if draft.host_only else "moderators"
        case = cases.open_case(connection, community, viewers, seal, Named(code, context.person), reported, context.now)
        settings = community_settings.get(connection, community)
        if announced and settings.reports:
            key = f"{NEW}:{case}"
            deliveries.plan(connection, Delivery(settings.reports, NEW, key, context.now, community=community))
        if reported is not None:
            if apart and context.person:
                self._separate(connection, context.person, reported, context.now)
            if reported.person and settings.holds_on_report:
                holds.hold_silently(connection, community, reported.person, case, context.now)
        return True

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


def _who(typed: str = "") -> Field:
    return Field("who", _("About whom?"), Whom, default=typed, optional=True, limit=200)


def _form(value: str, words: str = "", typed: str = "") -> Form:
    happened = Field("words", _("What happened?"), default=words, multiline=True, limit=LONGEST)
    return Form(_("Your report"), (happened, _who(typed)), "reports.written", value)


def _shown(draft: Draft) -> Text | Who:
    if draft.about:
        return who(draft.about.member)
    return _("nobody I can find here") if draft.typed else _("nobody by name")


def _words(draft: Draft) -> str:
    """What is read: a name that finds nobody stands there as it was written."""
    if draft.about or not draft.typed:
        return draft.words
    return f"{draft.words}\n" + str(_("About, as it was written: {name}").format(name=draft.typed))

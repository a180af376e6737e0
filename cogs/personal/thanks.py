"""Given and received, in words and for one's own eyes; and a thank-you to somebody who takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from bot.asking import consenting
from bot.asking.doors import COMPANY, doors
from bot.cog import Cog, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.incoming import pages
from bot.messages import Button, Community, Field, Form, Member, Message, Person, Text, who
from bot.registry import Ask, Reply, Work
from bot.words.i18n import N_, _, say
from storage.members import consents, members
from storage.personal import thanks
from storage.personal.thanks import Thanks, What

LONGEST = 200
SHOWN = 5
TAPS: Mapping[What, str] = {
    "listened": N_("I listened"),
    "helped": N_("I helped"),
    "hosted": N_("I hosted"),
    "received": N_("I received"),
}


class GivenAndReceived(Cog):
    """No totals for anybody else, no balance and no debt. Erased after 90 days."""

    @command("thanks", community=True, about=N_("Say thanks"))
    async def thank(self, context: Context, member: Member | None = None, words: str = "") -> Reply:
        """Thank somebody, or see what you gave and received."""
        if member is None:
            return await self._view(context)
        if not words.strip():
            return _form(f"{member.platform} {member.id}")
        return await self._preview(context, member, words)

    @action("thanks.open")
    async def open(self, context: Context, value: str) -> Message:
        return await self._view(context, number=pages.number_of(value))

    async def _view(self, context: Context, said: Text | None = None, number: int = 0) -> Message:
        given, received = await self.read(thanks.balance, context.me, context.now)
        lines = [said] if said else []
        lines.append(_sentence(given, received))
        thanked = await self.read(thanks.received, context.me)
        page = pages.page(thanked, number, SHOWN)
        for one in thanked[page.start : page.end]:
            words = Text("{words}").format(words=self._words(one))
            name = await self._name(one.person, context.member)
            lines.append(Text("{who}: ").format(who=name) + words if name else words)
        buttons = [Button(say(label), "thanks.note", what) for what, label in TAPS.items()]
        buttons += await self._quieter_side(context, given, received)
        buttons += page.more("thanks.open")
        buttons.append(Button(_("Thank somebody"), "thanks.whom"))
        if thanks.PURPOSE not in await self.read(consents.given, context.me):
            buttons.append(Button(_("Accept thanks from members"), "thanks.accept"))
        return Message(Text("\n").join(lines), tuple(buttons))

    async def _quieter_side(self, context: Context, given: int, received: int) -> Sequence[Button]:
        """One door, to whichever of giving and receiving there was less of. Nobody is told that it is there."""
        if given > received:
            return await doors(self.core.registry, context, (COMPANY,))
        hours = "company.hours"
        if received > given and hours in self.core.registry.actions:
            return (Button(_("Keep somebody company"), hours),)
        return ()

    @action("thanks.note")
    async def note(self, context: Context, value: str) -> Message:
        if value not in get_args(What):
            raise UserError(_("That button has expired. `thanks` opens it."))
        await self.write(thanks.note, context.me, value, context.now)  # type: ignore[arg-type]  # checked above
        return await self._view(context, _("Noted, for your eyes only."))

    # -- thanking somebody --------------------------------------------------------------------------------------------

    @action("thanks.whom")
    async def whom(self, context: Context, value: str) -> Form:
        return Form(
            _("A thank-you"),
            (
                Field("member", _("Whom?"), Member),
                _for_what(),
            ),
            "thanks.preview",
        )

    @action("thanks.preview")
    async def previewed(self, context: Context, value: str, member: Member, words: str) -> Reply:
        return await self._preview(context, member, words)

    @action("thanks.words")
    async def worded(self, context: Context, value: str, words: str) -> Reply:
        platform, _space, account = value.partition(" ")
        return await self._preview(context, Member(platform, account), words)

    async def _preview(self, context: Context, member: Member, words: str) -> Message:
        """Who will see what, before it goes."""
        if len(words.strip()) > LONGEST:
            raise UserError(_("That is a bit long: {n} characters at most.").format(n=LONGEST))
        if member == context.member:
            raise UserError(_("That is you."))
        community, to = await self._community(context), await self.read(members.person_of, member)
        if community is None:
            raise UserError(_("I carry thanks only where we share a community."))

        seal = self.seal(words.strip(), "thanks", "words")
        row = await self.write(thanks.draft, community, context.me, to or context.me, seal, context.now)
        said = _("{who} will see exactly this, with your name, if they accept thanks:").format(who=who(member))
        return Message(
            said + "\n" + Text("{words}").format(words=words.strip()),
            (
                Button(_("Send"), "thanks.send", str(row), style="primary"),
                Button(_("Not this time"), "thanks.drop", str(row)),
            ),
        )

    async def _community(self, context: Context) -> Community | None:
        """Where a form in a direct conversation belongs: the only community there is."""
        if context.community is not None:
            return context.community
        shared = await self.core.permissions.communities_of(context.member, context)
        if len(shared) > 1:
            raise UserError(_("We share more than one community. Say `thanks`, whom, and for what."))
        return next(iter(shared), None)

    @action("thanks.send", expensive=True)
    async def send(self, context: Context, value: str) -> Text:
        """The same is said whoever it was meant for: nobody learns here who is a member, or takes thanks."""
        done = await self.write(thanks.send, context.me, int(value), context.now)
        if done == "enough":
            raise UserError(_("{n} a day are what I carry. Tomorrow is fine too.").format(n=thanks.A_DAY))
        return _("If they accept thanks, they'll get it.") if done == "sent" else _("That is answered already.")

    @action("thanks.drop")
    async def drop(self, context: Context, value: str) -> Text:
        await self.write(thanks.drop, context.me, int(value))
        return _("Not sent. I haven't kept it.")

    @action("thanks.accept")
    async def accept(self, context: Context, value: str) -> Message:
        return await self.core.consenting.question(context, "thanks") or await self.accepted(context, value)

    @action("thanks.accepted")
    async def accepted(self, context: Context, value: str) -> Message:
        return await self._view(context, _("Members may thank you now."))

    def asks(self) -> tuple[Ask, ...]:
        return (Ask("thanks", (*consenting.CORE, thanks.PURPOSE), _consent_words, "thanks.accepted"),)

    @message(thanks.SAID)
    async def said(self, delivery: Delivery, reader: Reader) -> Message | None:
        one = await self.read(thanks.get, int(delivery.args["thanks"]))
        name = await self._name(one.person, reader.member) if one is not None else None
        if one is None or name is None:
            return None
        words = _("{who} thanks you: {words}").format(who=name, words=self._words(one))
        return Message(words + "\n" + _("If this doesn't feel right: `report`."))

    async def _name(self, person: Person, reader: Member | None) -> Any:
        found = await self.read(members.account, person, reader.platform if reader else None)
        return who(found) if found else None

    def _words(self, one: Thanks) -> str:
        return self.unseal(one.words, "thanks", "words", one.id)

    # -- what is kept -------------------------------------------------------------------------------------------------

    @job(every="hour", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(thanks.sweep, now)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: thanks.export(connection, person, self._words)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return lambda connection: thanks.forget(connection, person, community)


def _consent_words(_value: str) -> Text:
    return _("Members may thank you through me. You see their name and their words; nobody else does.")


def _for_what() -> Field:
    return Field("words", _("For what?"), limit=LONGEST, note=_("They see these words."))


def _form(value: str) -> Form:
    return Form(_("A thank-you"), (_for_what(),), "thanks.words", value)


def _sentence(given: int, received: int) -> Text:
    """``In the last month you gave several times and received once.``"""
    gave = (_("noted no giving"), _("gave once"), _("gave a few times"), _("gave several times"))
    had = (_("noted no receiving"), _("received once"), _("received a few times"), _("received several times"))
    return _("In the last month you {gave} and {received}.").format(
        gave=gave[_few(given)], received=had[_few(received)]
    )


def _few(times: int) -> int:
    """None, once, a few, several: nobody is counted more exactly (product.md 3.8)."""
    return min(times, 1) if times < 2 else 2 if times < 5 else 3

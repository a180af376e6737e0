"""Which questions a community asks: moderators switch single ones off, and the tender ones on or off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.cog import KeepsNothing, action, command
from bot.context import Context
from bot.errors import UserError
from bot.messages import Button, Message, Text
from bot.registry import Reply
from bot.words import prompts
from bot.words.i18n import N_, _, say
from bot.words.prompts import Kind, Prompt
from cogs.moderation import desk
from storage.checkins import prompts_off
from storage.checkins.prompts_off import Asked

NAME = "kith-mod prompts"
PAGE = 10

KINDS: Mapping[Kind, str] = {
    "checkin": N_("Check-ins"),
    "starter": N_("Questions for pairs"),
    "listen": N_("Listening practice"),
}
"""What is chosen from many. Every other question belongs to a step of its own, which would lack it."""

DEPTHS: Mapping[str, str] = {"light": N_("light"), "personal": N_("personal"), "tender": N_("tender")}

FEWEST: Mapping[Kind, int] = {"checkin": 14, "starter": 7, "listen": 1}
"""Light questions that suit everybody and stay on, so that nobody is asked the same again and again."""


class Questions(KeepsNothing):
    """`kith-mod prompts`."""

    @command(NAME, anyone=True, moderators=True)
    async def prompts(self, context: Context) -> Reply:
        """The questions I ask here: read them, and switch off what does not suit this community."""
        return await desk.first_yes(self, context, NAME) or await self._overview(context)

    async def _overview(self, context: Context) -> Message:
        asked = await self._asked(context)
        said = [_("The questions I ask here. Nobody here is asked one that you switch off.")]
        for kind, name in KINDS.items():
            known = _of(kind)
            on = len([prompt for prompt in known if _is_on(prompt, asked)])
            words = _("{kind}: {on} of {all} are on.")
            said.append(words.format(kind=say(name), on=on, all=len(known)))
        said.append(
            _("Tender ones are on: they come only to members who chose tender, after their first week.")
            if asked.tender
            else _("Tender ones are off, whatever a member chose.")
        )
        pages = (Button(say(name), "prompts.page", f"{kind} 0") for kind, name in KINDS.items())
        tender = _("Switch tender ones off") if asked.tender else _("Switch tender ones on")
        return Message(Text("\n").join(said), (*pages, Button(tender, "prompts.tender")))

    @action("prompts.open", moderators=True)
    async def opened(self, context: Context, value: str) -> Message:
        return await self._overview(context)

    # -- single ones --------------------------------------------------------------------------------------------------

    @action("prompts.page", moderators=True)
    async def page(self, context: Context, value: str) -> Message:
        kind, number = _place(value)
        asked, known = await self._asked(context), _of(kind)
        shown = known[number * PAGE :][:PAGE]
        said, buttons = [_("Read them as members do. Switched off is marked.")], []
        for place, prompt in enumerate(shown, start=number * PAGE + 1):
            on = prompt.id not in asked.off
            words = _("{n}. {question} ({personal})") if on else _("{n}. off: {question} ({personal})")
            personal, question = (say(said_) for said_ in (DEPTHS[prompt.depth], prompt.text))
            said.append(words.format(n=place, question=question, personal=personal))
            label = (_("{n} off") if on else _("{n} on")).format(n=place)
            buttons.append(Button(label, "prompts.switch", f"{kind} {number} {prompt.id}"))
        following = number + 1 if (number + 1) * PAGE < len(known) else 0
        more = [Button(_("More"), "prompts.page", f"{kind} {following}")] if len(known) > PAGE else []
        return Message(Text("\n").join(said), (*buttons, *more, Button(_("Back"), "prompts.open")))

    @action("prompts.switch", moderators=True)
    async def switch(self, context: Context, value: str) -> Message:
        kind, _number = _place(value)
        prompt = next((one for one in _of(kind) if one.id == value.rpartition(" ")[2]), None)
        if prompt is None:
            raise UserError(_("That question is no longer in use. `kith-mod prompts` shows what is."))
        asked = await self._asked(context)
        on = prompt.id in asked.off
        if not on and not _enough(kind, asked.off | {prompt.id}):
            raise UserError(
                _("At least {n} light ones stay on, or members are asked the same again and again.").format(
                    n=FEWEST[kind]
                )
            )
        entry = "prompts.on" if on else "prompts.off"
        await desk.act(self, context, entry, prompts_off.switch, context.here, prompt.id, on=on)
        return await self.page(context, value)

    # -- tender ones --------------------------------------------------------------------------------------------------

    @action("prompts.tender", moderators=True)
    async def tender(self, context: Context, value: str) -> Message:
        """Off in one tap; on after what has to be read first."""
        if (await self._asked(context)).tender:
            return await self._set_tender(context, on=False)
        return Message(
            _(
                "Tender questions touch what hurts. The words somebody answers with can be sensitive, and some"
                " platforms forbid bots to ask for such: read your platform's policy on sensitive information first. I"
                " keep no answer, and only members who chose tender are asked, after their first week."
            ),
            (Button(_("I have read it, switch them on"), "prompts.ask_tender"), Button(_("Back"), "prompts.open")),
        )

    @action("prompts.ask_tender", moderators=True)
    async def ask_tender(self, context: Context, value: str) -> Message:
        return await self._set_tender(context, on=True)

    async def _set_tender(self, context: Context, *, on: bool) -> Message:
        await desk.act(self, context, "prompts.tender", prompts_off.ask_tender, context.here, on=on)
        return await self._overview(context)

    async def _asked(self, context: Context) -> Asked:
        return await self.read(prompts_off.here, context.here, self.core.settings.without_tender)


def _of(kind: Kind) -> Sequence[Prompt]:
    return [prompt for prompt in prompts.shipped() if prompt.kind == kind]


def _is_on(prompt: Prompt, asked: Asked) -> bool:
    return prompt.id not in asked.off and (asked.tender or prompt.depth != "tender")


def _enough(kind: Kind, off: frozenset[str]) -> bool:
    return (
        len([prompt for prompt in _of(kind) if prompt.id not in off and prompts.suits_everybody(prompt)])
        >= (FEWEST[kind])
    )


def _place(value: str) -> tuple[Kind, int]:
    """The kind and the page that a button names; its value came back from the network."""
    words = value.split(" ")
    kind: Kind = next((kind for kind in KINDS if kind == words[0]), "checkin")
    number = int(words[1]) if len(words) > 1 and words[1].isdecimal() and len(words[1]) < 4 else 0
    return kind, number if number * PAGE < len(_of(kind)) else 0

"""Puts names to people. Only ids of accounts are kept, so a display name is asked of its platform when it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bot.clocks.clock import monotonic
from bot.errors import DeliveryError
from bot.messages import Form, Member, Message, Part, Text, Who
from bot.platform.adapter import Adapter

REMEMBERED = 600.0
"""Seconds for which a name is not asked again."""

MOST = 2_000
"""Names in memory; the oldest go first."""


class Names:
    """The current display names of members, in memory only."""

    def __init__(self, adapters: Mapping[str, Adapter], clock: Callable[[], float] = monotonic) -> None:
        self._adapters = adapters
        self._clock = clock
        self._known: dict[Member, tuple[str, float]] = {}

    def learn(self, member: Member) -> None:
        """A platform said this name with something its member did."""
        if member.name:
            self._known.pop(member, None)
            self._known[member] = (member.name, self._clock() + REMEMBERED)
            while len(self._known) > MOST:
                del self._known[next(iter(self._known))]

    async def of(self, member: Member) -> str:
        """The name, or nothing where the platform does not tell: then the account's id stands in its place."""
        name, until = self._known.get(member, ("", 0.0))
        if until > self._clock():
            return name
        if member.platform not in self._adapters:
            return ""
        try:
            name = await self._adapters[member.platform].name_of(member)
        except (DeliveryError, TimeoutError, OSError):
            return name
        self.learn(replace(member, name=name))
        return name

    async def fill(self, text: Text) -> Text:
        """The text with a name for everybody it shows."""
        return Text(*[await self._named(part) for part in text.parts])

    async def fill_message(self, said: Message) -> Message:
        if not _shows_somebody((said.text, *(button.label for button in said.buttons))):
            return said
        buttons = tuple([replace(button, label=await self.fill(button.label)) for button in said.buttons])
        return replace(said, text=await self.fill(said.text), buttons=buttons)

    async def fill_form(self, form: Form) -> Form:
        if not _shows_somebody((form.title, *(field.label for field in form.fields))):
            return form
        fields = tuple([replace(field, label=await self.fill(field.label)) for field in form.fields])
        return replace(form, title=await self.fill(form.title), fields=fields)

    async def _named(self, part: Part) -> Part:
        if not isinstance(part, Who) or part.member.name:
            return part
        return Who(replace(part.member, name=await self.of(part.member)))


def _shows_somebody(texts: Iterable[Text]) -> bool:
    return any(isinstance(part, Who) for text in texts for part in text.parts)

"""`what-helps`: a line that members leave themselves for a hard day, on a better one. Nobody else reads it."""

from __future__ import annotations

from collections.abc import Iterable
from sqlite3 import Connection
from typing import Any

from bot.asking import doors
from bot.cog import Cog, action, command
from bot.context import Context
from bot.errors import UserError
from bot.messages import Button, Community, Field, Form, Message, Person, Text
from bot.registry import Ask, Reply, Work, nothing_to_forget
from bot.words.i18n import _
from tests.example.storage.personal import what_helps

ASK = "what-helps"
LONGEST = 200


class WhatHelps(Cog):
    """On a hard day it is not easy to think of what helps. Here are the member's own words from a better one."""

    @command("what-helps", anyone=True)
    async def open(self, context: Context) -> Reply:
        """What helps you on a hard day, in your own words. Nobody else reads it."""
        return await self.core.consenting.question(context, ASK) or await self.show(context, "")

    @action("what_helps.show")
    async def show(self, context: Context, value: str) -> Message:
        sealed = await self.read(what_helps.get, context.me)
        if sealed is None:
            return Message(
                _("No line is here yet. You can leave yourself one, for a hard day."),
                (Button(_("Write it"), "what_helps.write"),),
            )
        return Message(
            _("You left yourself this: “{words}”").format(words=self._words(context.me, sealed)),
            (
                Button(_("Change it"), "what_helps.write"),
                Button(_("Delete it"), "what_helps.delete"),
                Button(_("Help now"), doors.HELP_NOW),
            ),
        )

    @action("what_helps.write")
    async def write_it(self, context: Context, value: str) -> Form:
        line = Field("words", _("What helps you on a hard day?"), limit=LONGEST)
        return Form(_("What helps"), (line,), "what_helps.keep")

    @action("what_helps.keep")
    async def keep(self, context: Context, value: str, words: str) -> Text:
        if len(words) > LONGEST:  # typed, where there are no forms that end there
            raise UserError(_("That is a bit long: {n} characters at most.").format(n=LONGEST))
        sealed = self.seal(words.strip(), "what_helps", "words")(context.me.id)
        await self.write(what_helps.keep, context.me, sealed)
        return _("Kept, for your eyes only. `what-helps` shows it.")

    @action("what_helps.delete")
    async def delete(self, context: Context, value: str) -> Text:
        await self.write(what_helps.forget, context.me)
        return _("Deleted.")

    def asks(self) -> Iterable[Ask]:
        return (Ask(ASK, ("core", what_helps.PURPOSE), self._consent_words, "what_helps.show"),)

    def _consent_words(self, _value: str) -> Text:
        return self.core_words(_("Your line stays until you delete or change it."))

    def _words(self, person: Person, sealed: bytes) -> str:
        return self.unseal(sealed, "what_helps", "words", person.id)

    # -- what is kept -------------------------------------------------------------------------------------------------

    def export(self, person: Person) -> Work[dict[str, Any]]:
        def work(connection: Connection) -> dict[str, Any]:
            sealed = what_helps.get(connection, person)
            return {} if sealed is None else {"what helps you": self._words(person, sealed)}

        return work

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        # the line is the person's own: leaving one community does not end it
        return (lambda connection: what_helps.forget(connection, person)) if community is None else nothing_to_forget

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        return self.forget(person, None) if purpose == what_helps.PURPOSE else nothing_to_forget

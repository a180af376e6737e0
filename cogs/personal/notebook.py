"""The notebook: words a member asked to keep, for nobody but them, for as long as they said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from bot.clocks.times import friendly_date, local_day
from bot.cog import Cog, action, command, job
from bot.context import Context
from bot.errors import UserError
from bot.messages import Button, Community, Field, Form, Message, Person, Text
from bot.registry import Reply, Work, nothing_to_forget
from bot.words.i18n import _
from storage.members import consents
from storage.personal import notebook
from storage.personal.notebook import Note

LONGEST = 2000
PAGE = 8


class Notebook(Cog):
    """Off until the member chose how long notes are kept. No numbers, no reminder to fill it, nothing is matched."""

    @command("notebook")
    async def notebook(self, context: Context, words: str = "") -> Reply:
        """Your own notes, by date; with words behind it, keep these."""
        self._allowed(context)
        if words.strip():
            self.core.words.keep(context.me, words.strip(), context.now)
            return await self.keep(context, "")
        return await self.open(context, "")

    @action("notebook.open")
    async def open(self, context: Context, value: str) -> Reply:
        self._allowed(context)
        if not await self._is_on(context.me):
            return self._first()
        page = int(value) if value.isdecimal() else 0
        notes = await self.read(notebook.of_person, context.me, PAGE + 1, page * PAGE)
        if not notes:
            return Message(_("Your notebook is empty. `notebook` and some words keeps them."), (_write(), _terms()))
        zone = await self.zone_of(context)
        lines, buttons = [], []
        for number, note in enumerate(notes[:PAGE], start=1):
            day = friendly_date(local_day(note.written, zone), local_day(context.now, zone))
            lines.append(Text("{n}. {day}: {words}").format(n=number, day=day, words=self._words(note)))
            buttons.append(Button(_("Delete {n}").format(n=number), "notebook.delete", str(note.id)))
        if len(notes) > PAGE:
            buttons.append(Button(_("Earlier"), "notebook.open", str(page + 1)))
        return Message(Text("\n").join(lines), (*buttons, _write(), _terms()))

    @action("notebook.write")
    async def write_note(self, context: Context, value: str) -> Form:
        field = Field("words", _("What would you like to keep?"), multiline=True, limit=LONGEST)
        return Form(_("A note"), (field,), "notebook.written")

    @action("notebook.written")
    async def written(self, context: Context, value: str, words: str) -> Message:
        self.core.words.keep(context.me, words.strip(), context.now)
        return await self.keep(context, "")

    @action("notebook.keep")
    async def keep(self, context: Context, value: str) -> Message:
        """Keep what the member wrote a moment ago; the first time, ask for how long."""
        self._allowed(context)
        if not await self._is_on(context.me):
            return self._first()
        words = self.core.words.recall(context.me, context.now)
        if words is None:
            raise UserError(_("I no longer have it. Send it again if you like."))
        if len(words) > LONGEST:
            raise UserError(_("That is a bit long: {n} characters at most.").format(n=LONGEST))

        if await self.write(notebook.add, context.me, self.seal(words, "notes", "words"), context.now) is None:
            raise UserError(_("Your notebook is full. `notebook` shows what is in it, and deletes."))
        self.core.words.drop(context.me)
        return Message(_("Kept, for your eyes only. `notebook` shows it."))

    @action("notebook.delete")
    async def delete(self, context: Context, value: str) -> Reply:
        await self.write(notebook.remove, context.me, int(value))
        return await self.open(context, "")

    # -- for how long -------------------------------------------------------------------------------------------------

    def _first(self) -> Message:
        choices = [Button(label, "notebook.days", str(days)) for days, label in _choices()]
        return Message(_consent_words(self.core.settings.host), (*choices, Button(_("No"), "notebook.no")))

    @action("notebook.terms")
    async def terms(self, context: Context, value: str) -> Message:
        return self._first()

    @action("notebook.days")
    async def days(self, context: Context, value: str) -> Message:
        """The choice of a time is the yes, in the words that were shown."""
        self._allowed(context)
        if int(value) not in notebook.TERMS:
            raise UserError(_("That button has expired. `notebook` opens it."))
        words = str(_consent_words(self.core.settings.host))
        await self.write(_begin, context.me, int(value), words, context.now)
        if self.core.words.recall(context.me, context.now) is not None:
            return await self.keep(context, "")
        return Message(_("Your notebook is open. `notebook` and some words keeps them."), (_write(),))

    @action("notebook.no")
    async def no(self, context: Context, value: str) -> Text:
        self.core.words.drop(context.me)
        return _("That's fine. Nothing is kept.")

    async def _is_on(self, person: Person) -> bool:
        return notebook.PURPOSE in await self.read(consents.given, person) and (
            await self.read(notebook.days, person) is not None
        )

    def _allowed(self, context: Context) -> None:
        if context.member.platform in self.core.settings.without_notebook:
            raise UserError(
                _("The person hosting me ({name}) has not opened notebooks here.").format(name=self.core.settings.host)
            )

    def _words(self, note: Note) -> str:
        return self.unseal(note.words, "notes", "words", note.id)

    # -- what is kept -------------------------------------------------------------------------------------------------

    @job(every="hour", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(notebook.sweep, now)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: notebook.export(connection, person, self._words)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        # notes are the person's own: leaving one community does not end them
        return (lambda connection: notebook.forget(connection, person)) if community is None else nothing_to_forget


def _consent_words(host: str) -> Text:
    return _("Encrypted on disk. The person hosting me ({name}) holds the key.").format(name=host)


def _choices() -> Iterable[tuple[int, Text]]:
    labels = (_("30 days"), _("90 days"), _("Until I delete it"))
    return zip(notebook.TERMS, labels, strict=True)


def _write() -> Button:
    return Button(_("Write something"), "notebook.write")


def _terms() -> Button:
    return Button(_("How long I keep it"), "notebook.terms")


def _begin(connection: Connection, person: Person, days: int, words: str, now: datetime) -> None:
    consents.give(connection, person, (notebook.PURPOSE,), words, now)
    notebook.set_days(connection, person, days)

"""My people: a list only its owner sees, of who is around for them, with words to copy and nobody written to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.asking import consenting
from bot.asking.doors import PEOPLE, lonely
from bot.clocks.quiet_hours import QuietHours
from bot.cog import Cog, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.keys.crypto import DecryptionError
from bot.messages import STATELESS, Button, Community, Field, Form, Message, Person, Text, plain
from bot.registry import Ask, Work, nothing_to_forget
from bot.words.i18n import N_, _, say
from storage.members import members
from storage.personal import people
from storage.personal.people import Entry

FIELDS: Mapping[str, int] = {"label": 60, "kind": 40, "good_for": 80, "how": 80}
"""What an entry holds, and the most characters of each."""
BATCH = 500
ASK, MONTHLY = "people", "people-monthly"
OPENING = N_("Who's around for you these days? People, animals, places. 'Nobody yet' is a real answer.")
WORDS = (
    N_("Hello, you came to mind today. No answer needed."),
    N_("Do you have time for a short call this week? Any day is fine."),
    N_("I could use some company. Could we sit together for a while?"),
)
"""To copy; the bot sends them to nobody."""


class People(Cog):
    """Up to 12 entries, encrypted whole. In no total and no matching; on the owner's own help card."""

    @command("people", anyone=True)
    async def mine(self, context: Context) -> Message:
        """Who is around for you: a list only you can see."""
        return await self.open(context, "")

    @action("people.open", stateless=True)
    async def open(self, context: Context, value: str) -> Message:
        if context.person is None:
            return opening()
        entries = await self.read(people.of_person, context.person)
        await self.write(people.opened, context.person, context.now, asked=not entries)
        if not entries:
            return opening()
        labels = [self._read(one)["label"] for one in entries]
        lines = [Text("{n}. {label}").format(n=n, label=label) for n, label in enumerate(labels, start=1)]
        said = Text("\n").join([_("Your people, for your eyes only:"), *lines])
        buttons = [
            Button(plain(label[:45]), "people.show", str(one.id)) for one, label in zip(entries, labels, strict=True)
        ]
        if len(entries) < people.MOST:
            buttons.append(Button(_("Add one"), "people.add"))
        if await self.read(people.is_reviewed, context.person):
            buttons.append(Button(_("Stop asking once a month"), "people.not_monthly"))
        else:
            buttons.append(Button(_("Ask me once a month"), "people.monthly"))
        return Message(said, tuple(buttons))

    @action("people.nobody", stateless=True)
    async def nobody(self, context: Context, value: str) -> Message:
        """A full answer: it keeps nothing, and opens the doors."""
        there = await lonely(self.core.registry, context, without=(PEOPLE,))
        return Message(_("That's a real answer, and nothing is kept. These doors are open:"), there)

    @action("people.later", stateless=True)
    async def later(self, context: Context, value: str) -> Text:
        return _("That's fine. `people` opens it any time.")

    # -- one entry ----------------------------------------------------------------------------------------------------

    @action("people.add", stateless=True)
    async def add(self, context: Context, value: str) -> Message | Form:
        return await self.core.consenting.question(context, ASK) or self._form("people.keep")

    @action("people.write")
    async def write_one(self, context: Context, value: str) -> Form:
        return self._form("people.keep")

    def asks(self) -> Iterable[Ask]:
        return (
            Ask(ASK, ("core",), lambda _value: self.core_words(), "people.write"),
            Ask(MONTHLY, consenting.CORE, _monthly_words, "people.monthly"),
        )

    def _form(self, submit: str, value: str = "", now: Mapping[str, str] | None = None) -> Form:
        known = now or {}
        labels = {
            "label": _("What do you call them? My sister, the dog, me."),
            "kind": _("Friend, family, group, place, animal?"),
            "good_for": _("Good for what? Laughing, hard nights?"),
            "how": _("How do you reach them?"),
        }
        fields = tuple(
            Field(name, labels[name], default=known.get(name, ""), optional=name != "label", limit=limit)
            for name, limit in FIELDS.items()
        )
        return Form(_("Somebody around for you"), fields, submit, value)

    @action("people.keep")
    async def keep(
        self, context: Context, value: str, label: str, kind: str = "", good_for: str = "", how: str = ""
    ) -> Message:
        sealed = self._sealing(label, kind, good_for, how)
        if await self.write(people.add, context.me, sealed) is None:
            raise UserError(_("{n} are on your list, as many as I keep.").format(n=people.MOST))
        return await self.open(context, "")

    @action("people.change")
    async def change(self, context: Context, value: str) -> Form:
        return self._form("people.changed", value, self._read(await self._entry(context, value)))

    @action("people.changed")
    async def changed(
        self, context: Context, value: str, label: str, kind: str = "", good_for: str = "", how: str = ""
    ) -> Message:
        row = int(value)
        await self.write(people.change, context.me, row, self._sealing(label, kind, good_for, how)(row))
        return await self.show(context, value)

    def _sealing(self, label: str, kind: str, good_for: str, how: str) -> Any:
        entry = {"label": label.strip(), "kind": kind.strip(), "good_for": good_for.strip(), "how": how.strip()}
        if any(len(words) > FIELDS[name] for name, words in entry.items()):
            raise UserError(_("That is a bit long: a few words are enough."))
        return lambda row: self.core.keyring.encrypt(json.dumps(entry), "people_map", "entry", row)

    @action("people.show")
    async def show(self, context: Context, value: str) -> Message:
        entry = self._read(await self._entry(context, value))
        lines = [Text("{label}").format(label=entry["label"])]
        lines += [Text("{words}").format(words=entry[name]) for name in ("kind", "good_for", "how") if entry[name]]
        return Message(
            Text("\n").join(lines),
            (
                Button(_("Reach out"), "people.reach", value),
                Button(_("Change"), "people.change", value),
                Button(_("Remove"), "people.remove", value),
            ),
        )

    @action("people.reach")
    async def reach(self, context: Context, value: str) -> Message:
        entry = self._read(await self._entry(context, value))
        said = [_("Words to copy, if you like. I write to nobody.")]
        said += [Text("“{words}”").format(words=say(words)) for words in WORDS]
        if entry["how"]:
            said.append(_("You noted: {how}").format(how=entry["how"]))
        said.append(_("People usually appreciate a hello more than we expect."))
        return Message(Text("\n").join(said))

    @action("people.remove")
    async def remove(self, context: Context, value: str) -> Message:
        await self.write(people.remove, context.me, int(value))
        return await self.open(context, "")

    async def _entry(self, context: Context, value: str) -> Entry:
        entry = await self.read(people.get, context.me, int(value))
        if entry is None:
            raise UserError(_("That one is not on your list any more. `people` shows it."))
        return entry

    def _read(self, one: Entry) -> dict[str, str]:
        try:
            kept: dict[str, str] = json.loads(self.core.keyring.decrypt(one.entry, "people_map", "entry", one.id))
        except DecryptionError:
            return dict.fromkeys(FIELDS, "") | {"label": str(_("(these words can't be read any more)"))}
        return kept

    # -- opening, once ------------------------------------------------------------------------------------------------

    @job(every="hour")
    async def plan_openings(self, now: datetime) -> bool:
        return await self.write(people.plan_openings, now, is_quiet, BATCH)

    @message(people.OPENING, late="expires")
    async def offered(self, delivery: Delivery, reader: Reader) -> Message | None:
        if await self.read(people.of_person, reader.me):
            return None
        return opening()

    async def rides_along(self, context: Context) -> Message | None:
        """The question, beside the first check-in that is answered: once, and where it was not asked before."""
        if not await self.read(people.never_asked, context.me):
            return None
        await self.write(people.opened, context.me, context.now, asked=True)
        return opening()

    # -- once a month, for those who asked for it ---------------------------------------------------------------------

    @action("people.monthly")
    async def monthly(self, context: Context, value: str) -> Message:
        question = await self.core.consenting.question(context, MONTHLY)
        if question is not None:
            return question
        await self.write(people.review, context.me, context.now)
        return Message(_("Noted. Once a month I ask whether your list still fits. Only you see it."))

    @action("people.not_monthly")
    async def not_monthly(self, context: Context, value: str) -> Text:
        await self.write(people.stop_review, context.me)
        return _("Noted. I don't ask. `people` opens your list any time.")

    @action("people.fits")
    async def fits(self, context: Context, value: str) -> Text:
        return _("Noted. It stays as it is.")

    @job(every="hour")
    async def plan_reviews(self, now: datetime) -> None:
        await self.write(people.plan_reviews, now, is_quiet, BATCH)

    @message(people.REVIEW, actions=("people.fits", "people.not_monthly"), late="expires")
    async def review(self, delivery: Delivery, reader: Reader) -> Message | None:
        if not await self.read(people.is_reviewed, reader.me):
            return None
        return Message(
            _("You asked me to ask once a month: does the list of your people still fit? Only you see it."),
            (
                Button(_("My people"), PEOPLE, row=STATELESS),
                Button(_("It fits"), "people.fits"),
                Button(_("Stop asking once a month"), "people.not_monthly"),
            ),
        )

    # -- where it shows, and what is kept -----------------------------------------------------------------------------

    async def open_doors(self, context: Context) -> frozenset[str]:
        return frozenset({PEOPLE}) if context.person is not None else frozenset()

    async def help_lines(self, context: Context) -> Sequence[Text]:
        if context.person is None:
            return ()
        entries = [self._read(one) for one in await self.read(people.of_person, context.person)]
        if not entries:
            return ()
        shown = [f"{entry['label']} ({entry['how']})" if entry["how"] else entry["label"] for entry in entries]
        return (_("Your people: {map}").format(map=", ".join(shown)),)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: people.export(connection, person, self._read)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        # the list is the person's own: leaving one community does not end it
        return (lambda connection: people.forget(connection, person)) if community is None else nothing_to_forget


def _monthly_words(_value: str) -> Text:
    return _("Once a month I'd be messaging you first, to ask whether the list of your people still fits.")


def is_quiet(profile: members.Profile, now: datetime) -> bool:
    quiet = QuietHours(time.fromisoformat(profile.quiet_start), time.fromisoformat(profile.quiet_end))
    return now.astimezone(ZoneInfo(profile.zone)).time() in quiet


def opening() -> Message:
    """The gentle question. Its answers need no row: it also comes unasked, and before any yes."""
    return Message(
        _(OPENING),
        (
            Button(_("Add one"), "people.add", row=STATELESS),
            Button(_("Nobody yet"), "people.nobody", row=STATELESS),
            Button(_("Later"), "people.later", row=STATELESS),
        ),
    )

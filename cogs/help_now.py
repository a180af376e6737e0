"""Help now: numbers and people, with no question first. Works without a yes and without a database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from sqlite3 import Connection
from typing import Any, TypeVar

from bot.asking import doors
from bot.cog import Cog, Core, action, command, job
from bot.context import Context
from bot.errors import DeliveryError, StorageError, UserError
from bot.keys.crypto import DecryptionError
from bot.messages import Button, Community, Member, Message, Person, Text
from bot.registry import Ask, Work, nothing_to_forget
from bot.words import countries, crisis_lines, help_words, links
from bot.words.i18n import _
from cogs import hard_words
from storage.moderation import lines
from storage.moderation.lines import Facts, Known

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds that the card waits for the database or a platform before it goes without them."""

PAGE = 20
"""Countries on one screen, which takes 25 buttons at most."""

NOTHING = Facts({}, "", ())

AGAIN = timedelta(days=1)
"""How long after a phrase brought the whole card one line is enough. Held in memory only."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)

log = logging.getLogger(__name__)


class HelpNow(Cog):
    """One card, the same whoever asks. Nothing is stored and nobody is told.

    What communities confirmed is also held in memory, so that the card is whole while the database is not.
    """

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._known = Known({}, {})
        self._brought: dict[Member, datetime] = {}
        self._read_once = False

    # -- the card -----------------------------------------------------------------------------------------------------

    @command("help-now", anyone=True)
    async def help_now(self, context: Context) -> Message:
        """Numbers to call and places to write to, right now."""
        country = await self._patiently(self._remembered(context), None)
        words = await self._card(context, country)
        buttons = [Button(_("Choose"), "help.choose", "0")]
        if await self._patiently(doors.doors(self.core.registry, context, (doors.COMPANY,)), ()):
            buttons.append(Button(_("Ask a person here to reach out"), doors.COMPANY))
            words += "\n" + _("You can also ask a person here, and see first who would read it.")
            words += " " + _("They're members, not crisis workers.")
        buttons.append(Button(_("Worried about someone"), "help.worried"))
        openly = None if context.direct else await self._for_anybody(context)
        return Message(words, tuple(buttons), openly=openly, stays=True)

    async def _for_anybody(self, context: Context) -> Message:
        """The card for a shared place: nobody's own people on it, nobody's name, and no word of who asked."""
        card = await self._card(replace(context, person=None), None)
        return Message(_("For anybody here who needs it:") + "\n" + card, private=False)

    @action("help.now", stateless=True)
    async def pressed(self, context: Context, value: str) -> Message:
        return await self.help_now(context)

    @action("help.worried", stateless=True)
    async def worried(self, context: Context, value: str) -> Message:
        """What NSPA and Samaritans tell people who are not professionals; never how anybody does it."""
        return Message(
            _(
                "If you're worried about someone: ask them, calmly and in plain words, whether they think of ending"
                " their life. Asking puts nothing into their head. Listen more than you talk, and stay in touch."
                " Promise no secrecy: say whom else you'd tell. The numbers on the card are for you too. If they are in"
                " danger now, call the emergency number: I can't."
            ),
            (Button(_("Help now"), doors.HELP_NOW),),
            stays=True,
        )

    @action("help.choose", stateless=True)
    async def choose(self, context: Context, value: str) -> Message:
        known = countries.by_name(crisis_lines.shipped().countries)
        page = int(value) if value.isdecimal() and int(value) * PAGE < len(known) else 0
        shown = known[page * PAGE :][:PAGE]
        buttons = [Button(countries.name(code), "help.country", code) for code in shown]
        if (page + 1) * PAGE < len(known):
            buttons.append(Button(_("More countries"), "help.choose", str(page + 1)))
        if page:
            buttons.append(Button(_("Earlier countries"), "help.choose", str(page - 1)))
        return Message(_("Which country? Your choice is not kept."), tuple(buttons))

    @action("help.country", stateless=True)
    async def of_country(self, context: Context, value: str) -> Message:
        code = _country(value)
        buttons = (
            Button(_("Remember my country"), "help.remember", code),
            Button(_("Choose"), "help.choose", "0"),
        )
        return Message(await self._card(context, code), buttons, stays=True)

    async def _card(self, context: Context, country: str | None) -> Text:
        facts = await self._facts(context)
        shown = crisis_lines.card(facts.confirmed, context.now.date(), country=country, emergency=facts.emergency)
        known = country is not None or bool(facts.emergency)
        said = [first_line(shown.emergency, known=known and shown.emergency != crisis_lines.EVERYWHERE)]
        if shown.lines:
            said.append(_("Talk to someone:"))
            said.extend(crisis_lines.describe(line) for line in shown.lines)
        if shown.directories:
            said.append(_("Talk to someone: these pages list lines for each country."))
            said.extend(_("{name}: {url}").format(name=one.name, url=Text(one.url)) for one in shown.directories)
        said.append(_("Another country: `Choose`"))
        said.extend(map(links.whole, self._nearby(facts)))
        said.extend(await self._own(context))
        said.append(_("I'm a bot. Nobody has been told you pressed this. If a line is busy, try the next."))
        return Text("\n").join(said)

    def _nearby(self, facts: Facts) -> list[str]:
        found = []
        for row, words in facts.resources:
            try:
                found.append(self.core.keyring.decrypt(words, "resources", "words", row))
            except DecryptionError:
                log.error("a place nearby cannot be read and is left out of the help card")
        return found

    async def _own(self, context: Context) -> list[Text]:
        """The member's own people and places, from whichever feature keeps them."""
        said: list[Text] = []
        for cog in self.core.registry.cogs:
            said.extend(await self._patiently(cog.help_lines(context), ()))
        return said

    # -- what it knows ------------------------------------------------------------------------------------------------

    async def _facts(self, context: Context) -> Facts:
        """What the member's communities confirmed, as fresh as it can be had."""
        self._known = await self._patiently(self.read(lines.known), self._known)
        return _together(
            [self._known.facts[id_] for id_ in await self._communities(context) if id_ in self._known.facts]
        )

    async def _communities(self, context: Context) -> Sequence[int]:
        if context.community is not None:
            return (context.community.id,)
        places = await self._patiently(self.core.platforms.places_of(context.member), ())
        return [self._known.places[place] for place in places if place in self._known.places]

    async def _remembered(self, context: Context) -> str | None:
        if context.person is None:
            return None
        code = await self.read(lines.country_of, context.person)
        return code if code in crisis_lines.shipped().countries else None

    async def _patiently(self, answer: Awaitable[T], otherwise: T) -> T:
        """The answer, or, where it does not come or cannot be had, what the card does without it."""
        try:
            return await asyncio.wait_for(answer, PATIENCE)
        except (StorageError, DeliveryError, DecryptionError, TimeoutError, OSError):
            log.exception("the help card goes without something it could not read")
            return otherwise

    @job(every="hour", lasts=True)
    async def remember(self, now: datetime) -> None:
        """Keep at hand what the card needs, in case the database is gone when somebody needs it."""
        self._known = await self.read(lines.known)

    @job(every="tick", lasts=True)
    async def remember_first(self, now: datetime) -> None:
        if not self._read_once:
            await self.remember(now)
            self._read_once = True

    async def open_doors(self, context: Context) -> frozenset[str]:
        return frozenset({doors.HELP_NOW})

    # -- what is typed ------------------------------------------------------------------------------------------------

    async def said_first(self, context: Context, line: str) -> Message | None:
        """The card, above the answer to a line with one of a few phrases: whole once a day, then one line."""
        if not help_words.says_so(line):
            return None
        if context.now - self._brought.get(context.member, LONG_AGO) < AGAIN:
            return Message(
                _("I'm a bot and can't tell how you mean this. `help now` has numbers, at any hour."),
                doors.help_now(self.core.registry),
            )
        self._brought = {who: at for who, at in self._brought.items() if context.now - at < AGAIN}
        self._brought[context.member] = context.now
        said = _(
            "I'm a bot and can't tell how you mean this. Nobody here has read it. In case it helps tonight:"
        ) + Text("\n")
        country = await self._patiently(self._remembered(context), None)
        buttons = (*await self._people(context), *_under_a_phrase())
        return Message(said + await self._card(context, country), buttons, stays=True)

    async def _people(self, context: Context) -> list[Button]:
        """To ask a person here, while there is one."""
        there = await self._patiently(doors.doors(self.core.registry, context, (doors.COMPANY,)), ())
        return [replace(button, label=_("Ask a person here")) for button in there]

    @action("help.go_on", stateless=True)
    async def go_on(self, context: Context, value: str) -> Message:
        return Message(_("That's fine. Everything is where you left it."), aside=True)

    async def said_instead(self, context: Context, line: str) -> Message | None:
        return await hard_words.answer(self.core, context, line)

    # -- the country --------------------------------------------------------------------------------------------------

    def asks(self) -> tuple[Ask, ...]:
        return (ASK,)

    @action("help.remember", stateless=True)
    async def remember_country(self, context: Context, value: str) -> Message:
        question = await self.core.consenting.question(context, ASK.name, _country(value))
        return question or Message(await self.remembered(context, value))

    @action("help.remembered")
    async def remembered(self, context: Context, value: str) -> Text:
        await self.write(lines.remember_country, context.me, _country(value))
        return _("Help now opens with {country} from now on.").format(country=countries.name(value))

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        if purpose != "country":
            return nothing_to_forget
        return lambda connection: lines.forget_country(connection, person)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        def work(connection: Connection) -> dict[str, Any]:
            code = lines.kept_country(connection, person)
            return {"country for Help now": code} if code else {}

        return work

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        # the country is the person's own, in whatever community they are
        return (lambda connection: lines.forget_country(connection, person)) if community is None else nothing_to_forget


def first_line(numbers: tuple[str, ...], *, known: bool = False) -> Text:
    """``known``: the numbers are those of the reader's place, so the others come after."""
    if known:
        return _("In danger right now? Call your emergency number ({numbers}; otherwise {others}).").format(
            numbers=", ".join(numbers), others=", ".join(crisis_lines.EVERYWHERE)
        )
    return _("In danger right now? Call your emergency number ({numbers}).").format(numbers=", ".join(numbers))


def _under_a_phrase() -> tuple[Button, ...]:
    return (
        Button(_("My people"), doors.PEOPLE),
        Button(_("I'm all right, go on"), doors.GO_ON),
        Button(_("Choose"), "help.choose", "0"),
    )


def _together(facts: Sequence[Facts]) -> Facts:
    """What several communities confirmed, as one."""
    if not facts:
        return NOTHING
    confirmed: dict[str, date] = {}
    for one in facts:
        for line, check_by in one.confirmed.items():
            confirmed[line] = max(check_by, confirmed.get(line, check_by))
    return Facts(
        confirmed,
        ", ".join(dict.fromkeys(one.emergency for one in facts if one.emergency)),
        tuple(resource for one in facts for resource in one.resources),
    )


def _country(value: str) -> str:
    if value not in crisis_lines.shipped().countries:
        raise UserError(_("I don't know that country. `help-now` shows the list."))
    return value


def _words(code: str) -> Text:
    return _(
        "I'd keep your account id and that your country is {country}, so that Help now opens with its number."
        " Nobody else sees it, and `settings` takes it back."
    ).format(country=countries.name(code))


ASK = Ask("country", ("core", "country"), _words, "help.remembered", ageless=True)

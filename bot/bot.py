"""The platform-free core: routes what members type and press to cogs, and hands their replies to the adapter."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.asking import doors, people
from bot.asking.consenting import Consenting
from bot.asking.goings import Goings
from bot.asking.leaving import Leaving
from bot.asking.permissions import Permissions
from bot.asking.platforms import Platforms
from bot.asking.resting import Resting
from bot.clocks.clock import Clock, utc_now
from bot.cog import Cog, Core, Settings
from bot.context import Context, Incoming
from bot.delivery import gate, jobs
from bot.delivery.outbox import Dispatcher
from bot.delivery.tally import Answer
from bot.errors import NotUnderstood, StorageError, UserError
from bot.incoming import conversation, help_first, inbox, offering, parameters, resting, slips, text, wished
from bot.incoming.conversation import Conversations
from bot.incoming.limits import Limiter
from bot.incoming.lines import sharing
from bot.incoming.offering import Offering
from bot.incoming.recognising import Recognising
from bot.incoming.standing import corrections, drafts, forms, meaning
from bot.incoming.standing.afterwards import Afterwards
from bot.incoming.standing.meaning import Completed, Meaning, Pressed
from bot.incoming.standing.questions import Pointed
from bot.keys.crypto import Keyring
from bot.messages import Button, Form, Member, Message
from bot.platform.adapter import Adapter
from bot.platform.groups import Groups
from bot.platform.naming import Names
from bot.registry import Command, Every, Registry, Reply
from bot.words.help_words import asks_for_help
from bot.words.i18n import _, reading
from storage.database.database import Database

log = logging.getLogger(__name__)

Answered = tuple[Context, Reply]
"""A reply and the context it was given in: on the way the community may have been settled, or the person made."""


class Bot(Goings):
    """Holds the cogs and the adapters, and knows nothing of any platform."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        cogs: Sequence[type[Cog]],
        settings: Settings | None = None,
        now: Clock = utc_now,
    ) -> None:
        settings = settings or Settings()
        self.now = now
        self.database = database
        self.adapters: dict[str, Adapter] = {}
        self.registry = Registry()
        self.conversations = Conversations(database, keyring, now)
        self._names = Names(self.adapters)
        self._permissions = Permissions(database, self.adapters)
        self._offering = Offering(database, self.registry, self._permissions, keyring)
        self._limits = Limiter(settings.limits)
        self._leaving = Leaving(database, self.registry, self.adapters, keyring)
        self._resting = Resting(database, self.adapters, keyring, self._leaving)
        self._recognising = Recognising(database, now, settings.zone, self._resting.returned)
        decide, nonce_key = partial(gate.decide, cap=settings.daily_cap), keyring.nonce_key()
        self.dispatcher = Dispatcher(database, self.adapters, self.registry.kinds, self._names, nonce_key, decide)
        self.core = Core(
            database=database,
            keyring=keyring,
            registry=self.registry,
            settings=settings,
            now=now,
            adapters=self.adapters,
            unreachable=self.dispatcher.waiting_for,
            platforms=Platforms(database, self.adapters),
            permissions=self._permissions,
            consenting=Consenting(database, self.registry, self._permissions),
            leaving=self._leaving,
            resting=self._resting,
            offering=self._offering,
            conversations=self.conversations,
            groups=Groups(database, self.adapters, nonce_key, now),
            zone_of=self._recognising.zone,
            run=self._command,
        )
        self._afterwards = Afterwards(self.registry, self.conversations, self.core.words, self.core.first_words)
        for cog in cogs:
            self.registry.add(cog(self.core))

    # -- what comes in ------------------------------------------------------------------------------------------------

    async def run_command(self, incoming: Incoming, name: str, arguments: Mapping[str, str]) -> None:
        """A command whose arguments the platform has taken apart; each is still as the member typed it."""
        command = self.registry.commands[name]
        values = {parameter: text.whole(typed) for parameter, typed in arguments.items()}
        typed = help_first.filled_in(command.handler, values)
        await self._answer(incoming, lambda context: self._command(context, command, values), typed)

    async def run_action(self, incoming: Incoming, button_id: str, answers: Mapping[str, str] | None = None) -> None:
        """A button pressed or a form sent. The id comes from the network and is believed only after it is checked."""
        values = {field: text.whole(typed) for field, typed in (answers or {}).items()}
        action = self.registry.actions.get(offering.action_of(button_id))
        typed = help_first.filled_in(action.handler if action else None, values)
        await self._answer(incoming, lambda context: self._pressed(context, button_id, values), typed)

    async def run_text(self, incoming: Incoming, line: str, pointed: Pointed | None = None) -> None:
        """A line typed to the bot: an answer to a question that stands, or a command. ``pointed``: it is a reply."""
        line, typed = help_first.as_typed(self.registry, incoming, line)
        await self._answer(incoming, lambda context: self._line(context, line, pointed), typed)

    async def run_changed(self, incoming: Incoming, line: str) -> None:
        """A line that the member changed once it was said; ``incoming.message`` is the one that it was said in."""
        line, typed = help_first.as_typed(self.registry, incoming, line)
        await self._answer(incoming, lambda context: self._changed(context, line), typed)

    async def run_taken_back(self, incoming: Incoming) -> None:
        """A line that the member took back."""
        await self._answer(incoming, self._afterwards.taken_back)

    async def run_wordless(self, incoming: Incoming, *, silent: bool = False, passed_on: bool = False) -> None:
        """Something without words of their own came, said to the bot alone. It is contact; ``silent``: and asks for no
        answer. ``passed_on``: what somebody said elsewhere.
        """
        how = partial(help_first.wordless, self.registry, silent=silent, passed_on=passed_on)
        await self._answer(incoming, how)

    async def tick(self, now: datetime, patience: float | None = None) -> None:
        """About once a second: what cogs plan, then what is due. A failing part never stops the others.

        Returns when all that can go has gone, or after ``patience`` seconds.
        """
        await self.run_jobs("tick", now)
        try:
            await self.dispatcher.run(now, patience)
        except StorageError:
            log.exception("the outbox cannot be read")

    async def run_jobs(self, every: Every, now: datetime, *, erasing: bool = True) -> None:
        await jobs.run(self.registry, self.database, every, now, erasing=erasing)

    # -- how it is answered -------------------------------------------------------------------------------------------

    async def _answer(
        self,
        incoming: Incoming,
        handle: Callable[[Context], Awaitable[Answered]],
        typed: help_first.Typed = help_first.NOTHING,
    ) -> None:
        self._names.learn(incoming.member)
        context = await self._recognising.context(incoming)
        with reading(context.locale):
            reply: Reply
            outcome: Answer = "answered"
            try:
                context, reply = await handle(context)
            except Exception as error:
                outcome = "refused" if isinstance(error, UserError) else "failed"
                if not isinstance(error, NotUnderstood):
                    self._afterwards.lines.did(context, it=False)
                reply = await help_first.failed(self.registry, context, error)
            self.dispatcher.tally.requests[context.member.platform, outcome] += 1
            first = partial(help_first.before, self.registry, context, typed, reply)
            await self._respond(context, await first(understood=outcome == "answered"))

    async def _respond(self, context: Context, reply: Reply) -> None:
        if reply is None:
            return
        said = reply if isinstance(reply, Form) else help_first.as_message(reply)
        said = await inbox.mention(self.registry, self.database, context, said)
        said = await resting.mention(self.database, context, said)
        said = await forms.mention(self.conversations, context, said)
        said = await (self._names.fill_form(said) if isinstance(said, Form) else self._names.fill_message(said))
        try:
            offered = await self._offering.bind(context, said)
        except StorageError:  # the words still reach the member; only what needs a row is left out
            offered = self._offering.without_rows(said)
        self._afterwards.lines.answered(context, offered, self.registry.commands)
        await self.adapters[context.member.platform].respond(context, offered)

    async def _changed(self, context: Context, line: str) -> Answered:
        if await self._afterwards.is_read_now(context, line):
            return await self._line(context, line, None)
        return context, self._afterwards.changed(context, line)

    async def _line(self, context: Context, line: str, pointed: Pointed | None) -> Answered:
        self._afterwards.lines.heard(context, line)
        try:
            chat = await self.conversations.recall(context.member, context.chat)
        except StorageError:
            chat = conversation.NOTHING
        field = chat.form.fields[len(chat.answers)] if chat.form else None
        if asks_for_help(line, number_wanted=parameters.wants_value(field)):
            context, reply = await self._typed_command(context, "help-now")
            is_waiting = chat.form is not None or chat.opens is not None
            return context, replace(reply, aside=True) if is_waiting and isinstance(reply, Message) else reply
        commands = self.registry.commands
        if (found := meaning.of_reply(commands, chat, pointed, line)) is not None:
            return await self._meant(context, found)
        if chat.form is not None:
            reads = await self._reading(context, [line] if field and field.kind is Member else ())
            answer = await forms.answer(self.registry, self.conversations, context, chat, line, reads)
            if answer is not None:
                return await self._meant(context, answer)
            chat = conversation.NOTHING  # it is for something else, and the form waits
        if asked := wished.one_at_a_time(commands, line):
            return context, asked
        reading_ = await self._reading(context) if chat.opens else None
        if (found := meaning.of_line(commands, chat, line, reading_)) is not None:
            return await self._meant(context, found)
        if mark := drafts.named(chat.drafts, line):
            return context, await forms.go_on(self.conversations, context, mark)
        try:
            return await self._typed_command(context, meaning.unless_words(commands, chat, line))
        except UserError:
            pressed = meaning.of_words(chat, line)
            wish, means_command = await wished.beyond(commands, self._permissions, context, line, answers=bool(pressed))
            if pressed and not means_command:
                context, reply = await self._meant(context, pressed)
                return context, help_first.cut(wished.beside(self.registry, reply, wish), line)
            if door := doors.by_words(self.registry, line):
                return await self._action(context, door, {})
            said = await help_first.instead(self.registry, context, line, meaning.shown(chat, wish))
            if said is None and wish is not None and not means_command:
                if command := wished.opens(wish, known=context.person is not None):
                    return await self._typed_command(context, command)
                return context, wished.screen(self.registry, wish)
            if said is None or means_command:
                raise
            return context, said

    async def _meant(self, context: Context, found: Meaning) -> Answered:
        """Do what a line means. What can be answered no more says so, and is asked about no longer."""
        if isinstance(found, Completed):
            return await self._command(context, *found)
        if not isinstance(found, Pressed):
            return context, found
        try:
            return await self._action(context, *found)
        except offering.Closed as error:
            await self.conversations.close(context, offering.row_of(found.id))
            raise error.typed() from error

    async def _typed_command(self, context: Context, line: str) -> Answered:
        command, rest = text.find(self.registry.commands, line)
        context = replace(context, greets=text.greets(line))
        arguments = sharing.split(command.name, command.parameters, rest, await self._reading(context))
        return await self._command(context, command, arguments)

    async def _command(self, context: Context, command: Command, arguments: Mapping[str, str]) -> Answered:
        self._limits.check(context, command)
        if context.person is None and not command.anyone:
            self.core.first_words.keep(context.member, command.name, arguments, context.now)
            return context, await self.registry.actions["onboarding.first"].handler(context, command.name)
        context, question = await self._offering.settle_community(context, command, arguments)
        if question is not None:
            return context, question
        if command.moderators:
            await self._permissions.require_moderator(context)
        reading_ = await self._reading(context, parameters.members_in(command.parameters, arguments))
        values = parameters.bind(command.name, command.parameters, arguments, reading_)
        self._afterwards.lines.did(context)
        return context, await command.handler(context, **values)

    async def _pressed(self, context: Context, button_id: str, values: Mapping[str, str]) -> Answered:
        """Of a form that is sent whole: a command in it is asked about first, what cannot be read once more."""
        name = offering.action_of(button_id)
        try:
            asked = await slips.ask(self.registry, self.conversations, context, button_id, name, values)
            answered = (context, asked) if asked else await self._action(context, button_id, values)
            if values and not asked:
                await corrections.done(self.conversations, context)
            return answered
        except UserError as error:
            return context, await corrections.ask(self.registry, self.conversations, context, button_id, values, error)

    async def _action(self, context: Context, button_id: str, answers: Mapping[str, str]) -> Answered:
        button = offering.parse(button_id)
        if button.action == offering.IN_COMMUNITY:
            return await self._command_in(context, button)
        if button.action in corrections.OWN:
            found = await corrections.taken(self.registry, self.conversations, context, button, answers)
            if isinstance(found, str):
                return await self._line(context, found, None)
            return (context, found) if isinstance(found, Form) else await self._pressed(context, *found)
        if button.action == wished.DOOR:
            return await self._typed_command(context, button.value)
        if button.action in forms.OWN:
            reading_ = await self._reading(context)
            meant = await forms.pressed(self.registry, self.conversations, context, button, reading_)
            return await self._meant(context, meant)
        if button.action in (slips.TAKEN, slips.LET_GO):
            sent, kept = await slips.take(self.conversations, context, button.value)
            return await self._action(context, sent, kept) if button.action == slips.TAKEN else (context, slips.gone())
        action = self.registry.actions.get(button.action)
        if action is None:
            raise UserError(_("That button has expired. `help` shows what I can do."))
        self._limits.check(context, action)
        context = await self._offering.check(context, button, action)
        if context.person is None and not action.anyone:
            return context, await self.registry.commands["start"].handler(context)
        if action.moderators:
            await self._permissions.require_moderator(context)
        named = parameters.members_in(parameters.taken(action.handler, answers), answers)
        values = parameters.fields(action.handler, answers, await self._reading(context, named))
        self._afterwards.lines.did(context)
        return context, await action.handler(context, button.value, **values)

    async def _command_in(self, context: Context, button: Button) -> Answered:
        """The answer to "which community?": the command that raised the question, there."""
        name, arguments, community = await self._offering.resume(context, button)
        return await self._command(replace(context, community=community), self.registry.commands[name], arguments)

    async def _reading(self, context: Context, named: Iterable[str] = ()) -> parameters.Reading:
        zone, adapter = await self._recognising.zone(context), self.adapters[context.member.platform]
        return parameters.Reading(context.now, zone, await people.reader(adapter, context.member, named))

    async def zone_of(self, member: Member) -> str:
        """The member's IANA zone, or the host's default."""
        return await self._recognising.zone_of(member)

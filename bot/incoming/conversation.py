"""Where each chat stands: the questions that can be answered, a form half filled in. Encrypted, and gone with the last.

Chats are kept under a keyed hash, so that a member who has said yes to nothing leaves no readable trace.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection
from typing import Any

from bot.clocks.clock import Clock
from bot.context import Context
from bot.errors import Opens, StorageError
from bot.incoming import parameters
from bot.incoming.standing.drafts import Draft, put_by, without_offer
from bot.incoming.standing.questions import Question, added, asked, used, without
from bot.keys.crypto import DecryptionError, Keyring
from bot.messages import Channel, Field, Form, Member, Message, Option, Text, plain
from storage.database.database import Database
from storage.members import conversations

SHOWN = "shown form"
"""Beside where a chat stands, as if it were a place of its own: a form that was shown whole, until it is done."""

PATIENCE = 1.0
"""Seconds."""

FORM = timedelta(days=1)
"""How long a form half filled in, or a command half typed, is kept."""


@dataclass(frozen=True)
class Chat:
    """What the next line typed in a chat may answer: a form, what a command still needs, or one of the questions."""

    standing: tuple[Question, ...] = ()
    form: Form | None = None
    answers: tuple[str, ...] = ()
    unsure: str = ""
    """What was typed last and may be a command rather than an answer: nothing is done with it yet."""
    heard: str = ""
    """What was typed last for the form's question and could not be read: the next line may complete it."""
    opens: Opens | None = None
    until: int = 0
    """When the form, or the command, is let go of."""
    drafts: tuple[Draft, ...] = ()
    """Forms that were left half filled in, the last one first."""

    @property
    def waits(self) -> bool:
        """Is something half filled in, beside the questions that stand?"""
        return self.form is not None or self.opens is not None or bool(self.answers)

    def after(self, reply: Message | Form) -> tuple[Draft, ...]:
        """The drafts once this has been said: the form that stood open is one of them."""
        left = Draft(self.form, self.answers, self.heard, self.until) if self.form else None
        return put_by(self.drafts, left, reply)


NOTHING = Chat()


class Conversations:
    """The chats of all members, by who is talking and where (None: the direct conversation)."""

    def __init__(self, database: Database, keyring: Keyring, now: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._now = now

    async def recall(self, member: Member, channel: Channel | None) -> Chat:
        key, now = self._key(member, channel), self._now()
        return self._opened(key, await self._database.read(conversations.recall, key, now), now)

    async def responded(self, context: Context, channel: Channel | None, reply: Message | Form) -> None:
        """Something was answered: the chat now stands there, and the question it answered is used. An aside closes
        nothing.
        """
        if isinstance(reply, Form):
            form, until = reply, _seconds(context.now + FORM)
            await self._change(
                context.member,
                channel,
                lambda chat: Chat(chat.standing, form, until=until, drafts=chat.after(form)),
                context.now,
            )
        elif not reply.aside:
            await self._change(context.member, channel, lambda chat: _after(chat, context, reply), context.now)
        elif reply.opens:
            opens, until = reply.opens, _seconds(context.now + FORM)
            await self._change(
                context.member,
                channel,
                lambda chat: (
                    chat  # a door that a yes would open takes the place of nothing that waits
                    if chat.waits and not (opens.name or opens.heard)
                    else Chat(chat.standing, opens=opens, until=until, drafts=chat.after(reply))
                ),
                context.now,
            )

    async def arrived(self, member: Member, message: Message, now: datetime) -> None:
        """Something came by itself: it can be answered from now on, and closes nothing that stood before."""
        question = asked(message, now)
        if question is not None:
            replaces = message.stands is not None and message.stands.replaces
            await self._change(
                member,
                None,
                lambda chat: replace(chat, standing=added(chat.standing, question, replaces=replaces)),
                now,
            )

    async def keep(self, member: Member, channel: Channel | None, chat: Chat, now: datetime) -> None:
        """The form, or the command, is as far as that now. The questions and the drafts stand as they did."""
        until = _seconds(now + FORM) if chat.waits else 0
        await self._change(
            member, channel, lambda kept: replace(chat, standing=kept.standing, drafts=kept.drafts, until=until), now
        )

    async def taken_up(self, context: Context, mark: str) -> Chat:
        """The chat with this draft as its form, as far as it was; without a form, if there is no such draft. A form
        that stands open becomes a draft itself.
        """
        chat = await self.recall(context.member, context.chat)
        draft = next((one for one in chat.drafts if one.mark == mark), None)
        if draft is None:
            return replace(chat, form=None)
        left = tuple(one for one in chat.after(draft.form) if one.mark != mark)
        chat = Chat(chat.standing, draft.form, draft.answers, heard=draft.heard, until=draft.until, drafts=left)
        await self._change(
            context.member,
            context.chat,
            lambda kept: replace(chat, standing=without_offer(kept.standing, draft.form)),
            context.now,
        )
        return chat

    async def without_words(self, context: Context, left: Chat) -> None:
        """The chat, once something typed was taken out of its form and its drafts. The questions stand as they did."""
        await self._change(
            context.member, context.chat, lambda kept: replace(left, standing=kept.standing), context.now
        )

    async def close(self, context: Context, row: str) -> None:
        """The question on this row can be answered no more."""
        await self._change(
            context.member, context.chat, lambda chat: replace(chat, standing=without(chat.standing, row)), context.now
        )

    async def end(self, context: Context) -> None:
        """Forget where this chat stands, and the form that was shown."""
        for channel in (context.chat, Channel(context.member.platform, SHOWN)):
            await self._change(context.member, channel, lambda _chat: NOTHING, context.now)

    async def _change(
        self, member: Member, channel: Channel | None, changed: Callable[[Chat], Chat], now: datetime
    ) -> None:
        key = self._key(member, channel)
        who = self._keyring.pseudonym(member.platform, member.id)

        def sealed(blob: bytes | None) -> tuple[bytes, datetime] | None:
            chat = changed(self._opened(key, blob, now))
            if not (chat.standing or chat.waits or chat.drafts):
                return None
            until = max([chat.until, *(one.until for one in chat.standing), *(one.until for one in chat.drafts)])
            state = self._keyring.encrypt(json.dumps(_written(chat)), "conversations", "state", key.hex())
            return state, datetime.fromtimestamp(until, UTC)

        await self._soon(self._database.write(conversations.change, key, who, sealed, now))

    def _opened(self, key: bytes, blob: bytes | None, now: datetime) -> Chat:
        if blob is None:
            return NOTHING
        try:
            chat = _read(json.loads(self._keyring.decrypt(blob, "conversations", "state", key.hex())), now)
        except DecryptionError:  # the key was replaced: the question is lost, not the member
            return NOTHING
        standing = tuple(one for one in chat.standing if one.until > _seconds(now))
        drafts = tuple(one for one in chat.drafts if one.until > _seconds(now))
        if chat.until > _seconds(now):
            return replace(chat, standing=standing, drafts=drafts)
        return Chat(standing, drafts=drafts)

    async def _soon(self, writing: Awaitable[object]) -> None:
        """An answer does not wait for a database that is locked: the chat is remembered later, or not."""
        try:
            await asyncio.wait_for(writing, PATIENCE)
        except TimeoutError as error:
            raise StorageError("the database does not answer") from error

    def ended(self, member: Member, channel: Channel | None) -> Callable[[Connection], bool]:
        """To be done with other writing, in one transaction: forget where it stands. False if that is gone already."""
        key = self._key(member, channel)
        return lambda connection: conversations.drop(connection, key)

    def _key(self, member: Member, channel: Channel | None) -> bytes:
        return self._keyring.pseudonym(member.platform, f"{member.id}|{channel.id if channel else 'direct'}")


def answered(chat: Chat, answer: str) -> Chat:
    return replace(chat, answers=(*chat.answers, answer), unsure="", heard="")


def _after(chat: Chat, context: Context, reply: Message) -> Chat:
    """The chat after an answer that is no aside: a form is put by for it, and a command half typed is left."""
    standing, question = used(chat.standing, context.pressed), asked(reply, context.now)
    return Chat(added(standing, question, replaces=False) if question else standing, drafts=chat.after(reply))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _written(chat: Chat) -> dict[str, Any]:
    return {
        "standing": [astuple(one) for one in chat.standing],
        "answers": chat.answers,
        "unsure": chat.unsure,
        "heard": chat.heard,
        "opens": chat.opens and asdict(chat.opens),
        "until": chat.until,
        "form": chat.form and _form_written(chat.form),
        "drafts": [[_form_written(one.form), one.answers, one.heard, one.until, one.offered] for one in chat.drafts],
    }


def _form_written(form: Form) -> dict[str, Any]:
    return {
        "title": str(form.title),
        "submit": form.submit,
        "value": form.value,
        "row": form.row,
        "note": str(form.note),
        "fields": [
            [
                *(field.name, str(field.label), parameters.name(field.kind), field.default, field.optional),
                *(field.limit, field.multiline, str(field.note)),
                [(str(choice.label), choice.value) for choice in field.choices],
            ]
            for field in form.fields
        ],
    }


def _read(state: dict[str, Any], now: datetime) -> Chat:
    form = state["form"]
    return Chat(
        tuple(_question(*row) for row in state["standing"]) if "standing" in state else _as_it_was(state, now),
        form and _form(form),
        tuple(state["answers"]),
        state.get("unsure", ""),
        state.get("heard", ""),
        Opens(**state["opens"]) if state.get("opens") else None,
        state.get("until", _seconds(now + FORM)),
        tuple(
            Draft(_form(written), tuple(answers), heard, until, offered)
            for written, answers, heard, until, offered in state.get("drafts", ())
        ),
    )


def _form(written: dict[str, Any]) -> Form:
    fields = _fields(written["fields"])
    note = _again(written.get("note", ""))
    return Form(_again(written["title"]), fields, written["submit"], written["value"], written["row"], note)


def _question(name: str, choices: list[list[str]], typed: str, until: int, kind: str, is_latest: bool) -> Question:
    return Question(name, tuple((label, id_) for label, id_ in choices), typed, until, kind, is_latest)


def _as_it_was(state: dict[str, Any], now: datetime) -> tuple[Question, ...]:
    """An earlier release kept the last question alone, and for a day: its row says until when."""
    choices = tuple((label, id_) for label, id_ in state["choices"])
    name = ", ".join(label for label, _id in choices)[:60]
    return (
        (Question(name, choices, state["typed"], _seconds(now + FORM), latest=True),)
        if choices or state["typed"]
        else ()
    )


def _fields(rows: list[list[Any]]) -> tuple[Field, ...]:
    return tuple(_field(*row) for row in rows)


def _field(
    name: str,
    label: str,
    kind: str,
    default: str,
    optional: bool,
    limit: int,
    *more: Any,  # which earlier releases did not keep
) -> Field:
    before: tuple[Any, ...] = (False, "", ())
    multiline, note, choices = (*more, *before[len(more) :])
    offered = tuple(Option(_again(words), value) for words, value in choices)
    kept = parameters.named(kind)
    return Field(name, _again(label), kept, default, optional, multiline, limit, _again(note), offered)


def _again(words: str) -> Text:
    return plain(words) if words else Text()

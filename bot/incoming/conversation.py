"""Where each chat stands: the choices last shown and a form half filled in. Encrypted, and gone after a day.

Chats are kept under a keyed hash, so that a member who has said yes to nothing leaves no readable trace.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from bot.context import Context
from bot.errors import StorageError
from bot.incoming import parameters
from bot.incoming.text import labels
from bot.keys.crypto import DecryptionError, Keyring
from bot.messages import Channel, Field, Form, Member, Message, Text, plain
from storage.database.database import Database
from storage.members import conversations

PATIENCE = 1.0
"""Seconds."""


@dataclass(frozen=True)
class Chat:
    """What the next line typed in a chat may answer."""

    choices: tuple[tuple[str, str], ...] = ()
    typed: str = ""
    form: Form | None = None
    answers: tuple[str, ...] = ()
    unsure: str = ""
    """What was typed last and may be a command rather than an answer: nothing is done with it yet."""


NOTHING = Chat()


class Conversations:
    """The chats of all members, by who is talking and where (None: the direct conversation)."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def recall(self, member: Member, channel: Channel | None) -> Chat:
        key = self._key(member, channel)
        blob = await self._database.read(conversations.recall, key)
        if blob is None:
            return NOTHING
        try:
            return _read(json.loads(self._keyring.decrypt(blob, "conversations", "state", key.hex())))
        except DecryptionError:  # the key was replaced: the question is lost, not the member
            return NOTHING

    async def show(self, member: Member, channel: Channel | None, message: Message, now: datetime) -> None:
        """The chat now stands at this message, unless it is an aside."""
        if message.aside:
            return
        chat = Chat(tuple(labels(message.buttons)), message.typed.id if message.typed else "")
        await self.keep(member, channel, chat, now)

    async def keep(self, member: Member, channel: Channel | None, chat: Chat, now: datetime) -> None:
        key = self._key(member, channel)
        if chat == NOTHING:
            await self._soon(self._database.write(conversations.drop, key))
            return
        blob = self._keyring.encrypt(json.dumps(_written(chat)), "conversations", "state", key.hex())
        who = self._keyring.pseudonym(member.platform, member.id)
        await self._soon(self._database.write(conversations.remember, key, who, blob, now))

    async def _soon(self, writing: Awaitable[object]) -> None:
        """An answer does not wait for a database that is locked: the chat is remembered later, or not."""
        try:
            await asyncio.wait_for(writing, PATIENCE)
        except TimeoutError as error:
            raise StorageError("the database does not answer") from error

    async def open_form(self, member: Member, channel: Channel | None, form: Form, now: datetime) -> None:
        """The next lines typed in this chat are answers to the form."""
        await self.keep(member, channel, Chat(form=form), now)

    async def end(self, context: Context) -> None:
        """Forget where this chat stands."""
        await self.keep(context.member, None if context.direct else context.channel, NOTHING, context.now)

    def ended(self, member: Member, channel: Channel | None) -> Callable[[Connection], bool]:
        """To be done with other writing, in one transaction: forget where it stands. False if that is gone already."""
        key = self._key(member, channel)
        return lambda connection: conversations.drop(connection, key)

    def _key(self, member: Member, channel: Channel | None) -> bytes:
        return self._keyring.pseudonym(member.platform, f"{member.id}|{channel.id if channel else 'direct'}")


def answered(chat: Chat, answer: str) -> Chat:
    return replace(chat, answers=(*chat.answers, answer), unsure="")


def _written(chat: Chat) -> dict[str, Any]:
    form = chat.form
    return {
        "choices": chat.choices,
        "typed": chat.typed,
        "answers": chat.answers,
        "unsure": chat.unsure,
        "form": form
        and {
            "title": str(form.title),
            "submit": form.submit,
            "value": form.value,
            "row": form.row,
            "fields": [
                [field.name, str(field.label), parameters.name(field.kind), field.default, field.optional, field.limit]
                for field in form.fields
            ],
        },
    }


def _read(state: dict[str, Any]) -> Chat:
    form = state["form"]
    return Chat(
        tuple((label, id_) for label, id_ in state["choices"]),
        state["typed"],
        form and Form(_again(form["title"]), _fields(form["fields"]), form["submit"], form["value"], form["row"]),
        tuple(state["answers"]),
        state.get("unsure", ""),  # what an earlier release wrote has none
    )


def _fields(rows: list[list[Any]]) -> tuple[Field, ...]:
    return tuple(
        Field(name, _again(label), parameters.named(kind), default, optional, limit=limit)
        for name, label, kind, default, optional, limit in rows
    )


def _again(words: str) -> Text:
    return plain(words)

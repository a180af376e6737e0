"""A report while it is written: what happened, about whom, who may see it. Encrypted, for a day, until it is sent."""

from __future__ import annotations

import json
import re
import secrets
from typing import NamedTuple

from bot.cog import Cog
from bot.context import Context
from bot.errors import UserError
from bot.incoming.conversation import Chat
from bot.messages import Channel, Community, Member
from bot.registry import Work
from bot.words.i18n import N_, _
from storage.buddies import pairs
from storage.members import members

DRAFT = "report"
"""Beside where the chat stands, as if it were a place of its own."""
SHOWN = 10
"""People with one name on one screen."""

EXPIRED = N_("That button has expired. `report` opens a new one.")
# An earlier release wrote two choices more: those buttons still open a report.
_CHOICES = re.compile(r"(?P<viewers>[mh])(?:[01][nl])?(?P<community>[0-9]{1,18})(?:p(?P<pair>[0-9]{1,18}))?")


class Choices(NamedTuple):
    """Who may see a report, in which community it is made, and under which pair it began, as it stands in the first
    buttons: ``m7``, ``h7p12``.
    """

    community: int
    host_only: bool = False
    pair: int = 0

    @property
    def code(self) -> str:
        return f"{'h' if self.host_only else 'm'}{self.community}" + (f"p{self.pair}" if self.pair else "")

    @classmethod
    def read(cls, code: str) -> Choices:
        """Raises UserError: it came back from the network."""
        found = _CHOICES.fullmatch(code)
        if found is None:
            raise UserError(_(EXPIRED))
        return cls(int(found["community"]), found["viewers"] == "h", int(found["pair"] or 0))


class Named(NamedTuple):
    """An account, and the name that it has alone."""

    platform: str
    id: str
    name: str
    handle: str

    @property
    def member(self) -> Member:
        return Member(self.platform, self.id, self.name)


class Draft(NamedTuple):
    """``mark`` stands in the buttons of its screens, so that none sends another draft than it shows. ``typed`` is what
    was written of whom; ``found`` whom that may mean, while it is not settled.
    """

    mark: str
    community: int
    words: str
    host_only: bool = False
    about: Named | None = None
    typed: str = ""
    found: tuple[Named, ...] = ()


def begin(chosen: Choices, words: str) -> Draft:
    return Draft(secrets.token_hex(4), chosen.community, words.strip(), chosen.host_only)


async def keep(cog: Cog, context: Context, draft: Draft) -> None:
    chat = Chat(answers=(json.dumps(draft),))
    await cog.core.conversations.keep(context.member, _where(context), chat, context.now)


async def recall(cog: Cog, context: Context, mark: str) -> Draft:
    """The draft whose screen carries this mark. Raises UserError if it was sent, let go of, or written anew."""
    chat = await cog.core.conversations.recall(context.member, _where(context))
    draft = _read(chat.answers[0]) if chat.answers else None
    if draft is None or draft.mark != mark:
        raise UserError(_("I no longer have that report. `report` opens a new one."))
    return draft


def take(cog: Cog, context: Context) -> Work[bool]:
    """To be done with it, in the transaction of what comes of it. False if somebody was quicker."""
    return cog.core.conversations.ended(context.member, _where(context))


def _where(context: Context) -> Channel:
    return Channel(context.member.platform, DRAFT)


def _read(written: str) -> Draft:
    mark, community, words, host_only, about, typed, found = json.loads(written)
    named = tuple(Named(*one) for one in found)
    return Draft(mark, community, words, host_only, Named(*about) if about else None, typed, named)


async def buddy(cog: Cog, context: Context, pair: int) -> str:
    """The name of the one other in a pair of two, for whoever is in it; else nothing."""
    inside = [part.person for part in await cog.read(pairs.parts, pair)] if pair else []
    if context.person not in inside or len(inside) != 2:
        return ""
    [other] = [person for person in inside if person != context.person]
    account = await cog.read(members.account_on, other, context.member.platform)
    if account is None:
        return ""
    return await cog.core.platforms.name_of(account)


async def whom(cog: Cog, context: Context, community: Community, typed: str) -> tuple[Named, ...]:
    """Everybody of the community whom these words may name: by a mention, an id, or a name, said in any way."""
    member = cog.core.platforms.mentioned(typed, context.member)
    if member is not None:
        return (Named(member.platform, member.id, member.name, member.id),)
    found = await cog.core.platforms.found(community, typed, context.member)
    people = [Named(one.platform, one.id, one.name, handle) for one, handle in found.items() if one != context.member]
    wanted = typed.removeprefix("@").casefold()
    exactly = [one for one in people if wanted in (one.name.casefold(), one.handle.casefold())]
    return tuple(exactly or people)[:SHOWN]

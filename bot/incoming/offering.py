"""What a reply offers, and what a press may do: buttons are bound to rows on the way out and checked on the way in.

Ids come back from the network and prove nothing. A press is honoured if its row was offered to this person, in this
community, holds that action and value, and has not expired; only actions marked ``stateless`` need no row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from bot.asking.permissions import Permissions
from bot.context import Context
from bot.errors import UserError
from bot.incoming import pages
from bot.keys.crypto import Keyring
from bot.messages import STATELESS, Button, Community, Form, Message, Text, plain
from bot.registry import Action, Command, Registry
from bot.words.i18n import N_, _
from storage.database.database import Database
from storage.delivery import offers
from storage.members import members

_ID = re.compile(r"kith:1:(?P<action>[a-z][a-z0-9_.-]{0,39}):(?P<row>-|[od][0-9]{1,18}):(?P<value>.{0,80})", re.DOTALL)
IN_COMMUNITY = "kith.in"
"""The bot's own action: "this is for that community"."""


class Closed(UserError):
    """What was offered stands no more: it is answered, or its time is over."""

    def typed(self) -> UserError:
        """The same to somebody who typed: they pressed no button."""
        is_gone = self.args[0] == _(_EXPIRED)
        return UserError(_("That question stands no more. `help` shows what I can do.")) if is_gone else self


_EXPIRED = N_("That button has expired. `help` shows what I can do.")


def parse(button_id: str) -> Button:
    """Take a button's id apart. Raises UserError on anything that is not one of ours."""
    found = _ID.fullmatch(button_id)
    if found is None:
        raise UserError(_(_EXPIRED))
    return Button(Text(), found["action"], found["value"], row=found["row"])


def action_of(button_id: str) -> str:
    """The action that an id names, "" for one that is none of ours."""
    found = _ID.fullmatch(button_id)
    return found["action"] if found else ""


def row_of(button_id: str) -> str:
    """The row that an id was offered on, "" for one that is none of ours."""
    found = _ID.fullmatch(button_id)
    return found["row"] if found else ""


def without_row(button_id: str) -> tuple[str, str]:
    """What an id does, wherever it was offered."""
    found = _ID.fullmatch(button_id)
    return (found["action"], found["value"]) if found else ("", "")


class Offering:
    """Binds what a reply offers, and believes a press only after it is checked."""

    def __init__(self, database: Database, registry: Registry, permissions: Permissions, keyring: Keyring) -> None:
        self._database = database
        self._registry = registry
        self._permissions = permissions
        self._keyring = keyring

    async def bind(self, context: Context, said: Message | Form, payload: bytes | None = None) -> Message | Form:
        """Give every button of a reply the row that makes it valid for this person alone."""
        said = self._stateless(said)
        offered = [(action, value) for action, value, row in _doors(said) if not row]
        if not offered:
            return said
        # A first yes may have made the person a moment ago.
        person = context.person or await self._database.read(members.person_of, context.member)
        if person is None:
            raise ValueError(f"{offered[0][0]} was offered to somebody nothing may be kept about")
        row = await self._database.write(offers.add, person, context.community, offered, context.now)
        return said.on(f"o{row}")

    def without_rows(self, said: Message | Form) -> Message | Form:
        """What can still be offered while nothing can be stored: the buttons that need no row."""
        said = self._stateless(said)
        if isinstance(said, Form):
            return said
        return replace(said, buttons=tuple(button for button in said.buttons if button.row), typed=None)

    async def check(self, context: Context, button: Button, action: Action) -> Context:
        """The context the press runs in. Raises UserError if it may not run at all."""
        if button.row == STATELESS:
            if not action.stateless:
                raise UserError(_(_EXPIRED))
            return replace(context, row=button.row, pressed=button.id)
        row = int(button.row[1:])
        if button.row[0] == "d":
            offering = self._registry.kinds.values()
            kinds = [kind.name for kind in offering if action.rides or action.name in kind.actions]
            verdict = await self._database.read(offers.press_delivery, row, context.person, kinds)
        else:
            verdict = await self._database.write(offers.press, row, context.person, button, action.once, context.now)
        if verdict.refused == "stranger":
            raise UserError(_("That button belongs to somebody else. `start` opens your own."))
        if verdict.refused == "answered":
            raise Closed(_("That is answered already."))
        elsewhere = None not in (context.community, verdict.community) and context.community != verdict.community
        if verdict.refused == "gone" or elsewhere:
            raise Closed(_(_EXPIRED))
        return replace(context, community=verdict.community or context.community, row=button.row, pressed=button.id)

    async def settle_community(
        self, context: Context, command: Command, arguments: Mapping[str, str]
    ) -> tuple[Context, Message | None]:
        """In a direct conversation, find out which community is meant: the only one, else the member is asked."""
        if context.community is not None or not (command.community or command.moderators):
            return context, None
        shared = await self._permissions.communities_of(context.member, context)
        if not shared:
            raise UserError(_("I don't know of a community we share. Write to me there once, then try again here."))
        if len(shared) == 1:
            return replace(context, community=shared[0]), None
        return context, await self._ask_which(context, command, arguments, shared)

    async def resume(self, context: Context, button: Button) -> tuple[str, Mapping[str, str], Community]:
        """The command and arguments that wait for this answer, and the community it names."""
        context = await self.check(
            context, button, Action(IN_COMMUNITY, self._registry.commands["start"].handler, once=True)
        )
        row = int(button.row[1:])
        blob = await self._database.read(offers.kept, row)
        community = await self._permissions.shared(context, button.value)
        if blob is None or community is None:
            raise UserError(_(_EXPIRED))
        name, arguments = json.loads(self._keyring.decrypt(blob, "offers", "payload", row))
        return name, arguments, community

    async def _ask_which(
        self, context: Context, command: Command, arguments: Mapping[str, str], shared: list[Community]
    ) -> Message:
        if context.person is None:
            raise UserError(_("We share more than one community. Please ask me there, or say `start` first."))
        shown = shared[: pages.MOST_COMMUNITIES]
        offered = [(IN_COMMUNITY, str(community.id)) for community in shown]
        row = await self._database.write(offers.add, context.person, None, offered, context.now)
        line = json.dumps([command.name, dict(arguments)])
        await self._database.write(offers.keep, row, self._keyring.encrypt(line, "offers", "payload", row))
        buttons = tuple(
            Button(plain(community.name), IN_COMMUNITY, str(community.id), row=f"o{row}") for community in shown
        )
        return Message(pages.which_community(shared), buttons)

    def _stateless(self, said: Message | Form) -> Message | Form:
        if isinstance(said, Form):
            return said.on(STATELESS) if not said.row and self._registry.actions[said.submit].stateless else said
        buttons = tuple(self._bound(button) for button in said.buttons)
        return replace(said, buttons=buttons, typed=self._bound(said.typed) if said.typed else None)

    def _bound(self, button: Button) -> Button:
        return button.on(STATELESS) if not button.row and self._registry.actions[button.action].stateless else button


def _doors(said: Message | Form) -> list[tuple[str, str, str]]:
    """(action, value, row) of everything a reply lets its reader do."""
    if isinstance(said, Form):
        return [(said.submit, said.value, said.row)]
    doors = [(button.action, button.value, button.row) for button in said.buttons]
    return doors + ([(said.typed.action, said.typed.value, said.typed.row)] if said.typed else [])

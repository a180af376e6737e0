"""What is kept about you, all of it in your hands, and all of it gone when you say so."""

from __future__ import annotations

import json
from sqlite3 import Connection
from typing import Any

from bot.cog import Cog, Work, action, command, nothing_kept, nothing_to_forget
from bot.context import Context
from bot.i18n import _
from bot.messages import Button, Community, File, Message, Person, Text
from storage import members


class Privacy(Cog):
    """`my-data` and `forget-me` run every cog's export and forget, each in one transaction."""

    @command("privacy", anyone=True)
    async def privacy(self, context: Context) -> Text:
        """What I keep, and who can read it."""
        return _(
            "I keep your account id, your choices, and when you answered. I don't keep what you say in a"
            " check-in. Text you ask"
            " me to keep is encrypted on disk; {host} holds the key. Moderators see totals only. On Discord,"
            " Discord can read"
            " what you send me. `my-data` shows you everything; `forget-me` deletes it."
        ).format(host=self.bot.settings.host)

    @command("my-data", anyone=True)
    async def my_data(self, context: Context) -> Message:
        """Everything I keep about you, as files only you receive."""
        if context.person is None:
            return Message(_("I keep nothing about you."))
        kept = await self.read(_export, [cog.export(context.person) for cog in self.bot.cogs])
        files = (
            File("my-data.txt", _as_text(kept).encode()),
            File("my-data.json", json.dumps(kept, indent=2, ensure_ascii=False).encode()),
        )
        return Message(
            _("This is everything I keep about you, to read and as data. Nobody else received it."), files=files
        )

    @command("forget-me", anyone=True)
    async def forget_me(self, context: Context) -> Message:
        """Delete everything I keep about you."""
        if context.person is None:
            return Message(_("I keep nothing about you, so there is nothing to delete."))
        return Message(
            _(
                "Everything of yours is deleted. Two things stay as a code I can't read back: that you left, so"
                " a backup can't"
                " bring you back, and any block another person set. `my-data` shows what there is."
            ),
            (
                Button(_("Forget me"), "privacy.forget", style="danger"),
                Button(_("Keep everything"), "privacy.keep"),
            ),
        )

    @action("privacy.forget", once=True)
    async def forget_pressed(self, context: Context, value: str) -> Text:
        works = [cog.forget(context.me, None) for cog in self.bot.cogs]
        await self.write(_forget, works, context.me)
        await self.bot.conversations.end(context)
        return _("Done. Everything of yours is deleted. `start` begins anew, if you ever want to.")

    @action("privacy.keep")
    async def keep_pressed(self, context: Context, value: str) -> Text:
        return _("Everything stays as it was.")

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return nothing_kept

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return nothing_to_forget


def _export(connection: Connection, works: list[Work[dict[str, Any]]]) -> dict[str, Any]:
    return {title: value for work in works for title, value in work(connection).items()}


def _forget(connection: Connection, works: list[Work[None]], person: Person) -> None:
    for work in works:
        work(connection)
    members.forget(connection, person)


def _as_text(value: Any, indent: str = "") -> str:
    """The same for reading: titles and lines, nothing in brackets."""
    if isinstance(value, dict):
        return "".join(
            f"{indent}{title}:\n{_as_text(inner, indent + '  ')}"
            if isinstance(inner, dict | list)
            else f"{indent}{title}: {inner}\n"
            for title, inner in value.items()
        )
    if isinstance(value, list):
        return "".join(_as_text(inner, indent) + ("\n" if isinstance(inner, dict) else "") for inner in value) or (
            f"{indent}nothing\n"
        )
    return f"{indent}{value}\n"

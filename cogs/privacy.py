"""What is kept about you, all of it in your hands, and all of it gone when you say so."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from bot.cog import Cog, action, command, job
from bot.context import Context
from bot.log import Word
from bot.messages import Button, Community, File, Message, Person, Text
from bot.registry import Work, nothing_to_forget
from bot.words.i18n import _
from cogs.onboarding import said_of_platforms
from storage.delivery import deliveries, righting
from storage.members import blocks, counted
from storage.moderation import holds
from storage.upkeep import retention

log = logging.getLogger(__name__)


class Privacy(Cog):
    """`my-data` and `forget-me` run every cog's export and forget, each in one transaction; so does time."""

    @command("privacy", anyone=True)
    async def privacy(self, context: Context) -> Text:
        """What I keep, and who can read it."""
        kept = _(
            "I keep your account id, your choices, and when you answered. I don't keep what you say in a"
            " check-in. Text you ask me to keep is encrypted on disk; {host} holds the key. Moderators see totals only."
        ).format(host=self.core.settings.host)
        return kept + said_of_platforms(self) + " " + _("`my-data` shows you everything; `forget-me` deletes it.")

    @action("privacy.open")
    async def open(self, context: Context, value: str) -> Message:
        return Message(
            await self.privacy(context),
            (Button(_("Show everything"), "privacy.show"), Button(_("Forget me"), "privacy.ask", style="danger")),
        )

    @action("privacy.about", stateless=True)
    async def about(self, context: Context, value: str) -> Text:
        """For a message that many can read: the answer goes to whoever pressed, alone."""
        return await self.privacy(context)

    # -- seeing it ----------------------------------------------------------------------------------------------------

    @command("my-data", anyone=True)
    async def my_data(self, context: Context) -> Message:
        """Everything I keep about you, as files only you receive."""
        if context.person is None:
            return Message(_("I keep nothing about you."))
        kept = await self.read(_export, [cog.export(context.person) for cog in self.core.registry.cogs])
        files = (
            File("my-data.txt", _as_text(kept).encode()),
            File("my-data.json", json.dumps(kept, indent=2, ensure_ascii=False).encode()),
        )
        return Message(
            _("This is everything I keep about you, to read and as data. Nobody else received it."), files=files
        )

    @action("privacy.show")
    async def show(self, context: Context, value: str) -> Message:
        return await self.my_data(context)

    # -- forgetting ---------------------------------------------------------------------------------------------------

    @command("forget-me", anyone=True)
    async def forget_me(self, context: Context) -> Message:
        """Delete everything I keep about you."""
        if context.person is None:
            return Message(_("I keep nothing about you, so there is nothing to delete."))
        return Message(
            _(
                "This deletes everything of yours, in every community, and can't be undone. Nothing has happened yet."
                " Two things stay as a code I can't read back: that you left, so that no backup brings you back, and"
                " any block another person set."
            ),
            (
                Button(_("Delete everything"), "privacy.forget", style="danger"),
                Button(_("Keep everything"), "privacy.keep"),
                Button(_("See it first"), "privacy.show"),
            ),
        )

    @action("privacy.ask")
    async def ask(self, context: Context, value: str) -> Message:
        return await self.forget_me(context)

    @action("privacy.forget", once=True)
    async def forget_pressed(self, context: Context, value: str) -> Text:
        await self.core.leaving.forget(context.me)
        return _("Done. Everything of yours is deleted. `start` begins anew, if you ever want to.")

    @action("privacy.keep")
    async def keep_pressed(self, context: Context, value: str) -> Text:
        return _("Everything stays as it was.")

    # -- time ---------------------------------------------------------------------------------------------------------

    @job(every="hour", erases=True)
    async def sweep(self, now: datetime) -> None:
        """Erase what has been kept long enough. One table that can't be swept stops none of the others."""
        for sweep in retention.SWEEPS:
            try:
                await self.in_portions(sweep, now)
            except Exception:
                log.exception("%s could not be swept", Word(sweep.__module__))

    def derived_anew(self, now: datetime) -> Work[None]:
        return lambda connection: righting.derive_anew(connection, now)

    @job(every="tick", lasts=True)
    async def empty_log(self, now: datetime) -> None:
        await self.core.leaving.emptying.again()

    @job(every="hour", lasts=True)
    async def scrub(self, _now: datetime) -> None:
        """What was deleted is in no file any more."""
        await self.core.leaving.emptying.now()
        await self.core.leaving.emptying.look_at_replica()

    @job(every="hour", erases=True)
    async def look_after_members(self, now: datetime) -> None:
        await self.core.leaving.look_after_members(now)
        await self.core.resting.look(now)

    @job(every="day", erases=True)
    async def forget_long_gone(self, now: datetime) -> None:
        await self.core.leaving.forget_long_gone(now)

    # -- what is kept -------------------------------------------------------------------------------------------------

    def export(self, person: Person) -> Work[dict[str, Any]]:
        """Messages on their way, whom the person avoids, and what is counted: they belong to no single feature."""
        return lambda connection: {
            **blocks.export(connection, person),
            **deliveries.export(connection, person, [holds.TOLD]),
            **counted.export(connection, person),
        }

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return nothing_to_forget  # both go with the person: see bot/asking/leaving.py


def _export(connection: Connection, works: list[Work[dict[str, Any]]]) -> dict[str, Any]:
    return {title: value for work in works for title, value in work(connection).items()}


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

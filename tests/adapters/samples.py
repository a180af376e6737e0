"""A small cog that shows every way to answer, for the tests of adapters."""

from __future__ import annotations

import asyncio
from datetime import time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bot.cog import Core, KeepsNothing, action, command
from bot.context import Context
from bot.messages import Button, Field, File, Form, Message, Text, plain
from bot.words.i18n import _

UTC = ZoneInfo("UTC")


class Samples(KeepsNothing):
    """One handler for each kind of reply. ``seen`` is what reached them; ``gate`` holds slow ones back."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.seen: list[tuple[Any, ...]] = []
        self.contexts: list[Context] = []
        self.gate = asyncio.Event()

    @command("start", anyone=True)
    async def start(self, context: Context) -> Message:
        """Say hello."""
        self.contexts.append(context)
        buttons = (Button(Text("Yes"), "samples.pressed", "yes"), Button(Text("Form"), "samples.open"))
        return Message(_("Hello {name}").format(name=context.member.name), buttons)

    @command("checkin on", anyone=True)
    async def schedule(self, context: Context, at: time, zone: ZoneInfo = UTC, note: str = "") -> str:
        """Get a check-in at this time."""
        self.seen.append(("on", at, zone.key, note))
        return note or "scheduled"

    @command("checkin pace", anyone=True)
    async def pace(self, context: Context, how: Literal["slow", "fast"]) -> str:
        """Choose a pace."""
        return how

    @command("help-now", anyone=True)
    async def help_now(self, context: Context) -> Text:
        """One card."""
        return _("You can call **112**.")

    @command("help", anyone=True)
    async def help(self, context: Context) -> Text:
        """What I can do."""
        return Text("\n").join(plain(f"line {number} of the help") for number in range(150))

    @command("my-data", anyone=True)
    async def my_data(self, context: Context) -> Message:
        """All of it, as a file."""
        return Message(_("Here it is."), files=(File("my-data.json", b"{}"),))

    @command("slow", anyone=True)
    async def slow(self, context: Context) -> Message:
        """Take your time."""
        await self.gate.wait()
        return Message(_("At last."), (Button(Text("Yes"), "samples.pressed", "late"),))

    @command("slow-form", anyone=True)
    async def slow_form(self, context: Context) -> Form:
        """Take your time, then ask."""
        await self.gate.wait()
        return FORM

    @command("silent", anyone=True)
    async def silent(self, context: Context) -> None:
        """Say nothing."""

    @command("aloud", anyone=True)
    async def aloud(self, context: Context) -> Message:
        """Say it to everybody."""
        return Message(_("Good morning, all."), private=False)

    @command("broken", anyone=True)
    async def broken(self, context: Context) -> None:
        """Fail."""
        raise RuntimeError("a secret")

    @command("kith-mod setup", anyone=True, moderators=True)
    async def setup(self, context: Context) -> str:
        """Set the bot up."""
        return "set up"

    @command("ask", anyone=True)
    async def ask(self, context: Context) -> Form:
        """Open a form."""
        return FORM

    @action("samples.pressed", stateless=True)
    async def pressed(self, context: Context, value: str) -> Text:
        self.contexts.append(context)
        self.seen.append(("pressed", value))
        return _("Noted.")

    @action("samples.open", stateless=True)
    async def open(self, context: Context, value: str) -> Form:
        return FORM

    @action("samples.nothing", stateless=True)
    async def nothing(self, context: Context, value: str) -> None:
        self.seen.append(("nothing", value))

    @action("samples.sent", stateless=True)
    async def sent(self, context: Context, value: str, words: str, at: time | None = None) -> Text:
        self.seen.append(("sent", value, words, at))
        return _("You wrote {words}").format(words=words)


FORM = Form(
    Text("Tell me"),
    (
        Field("words", Text("A few words"), multiline=True, limit=100),
        Field("at", Text("When"), time, default="19:00", optional=True),
    ),
    "samples.sent",
    "7",
)

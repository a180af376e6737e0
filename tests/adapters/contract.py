"""What every adapter must be able to do, said once: each platform brings a ``Bed``, test_contract.py runs on all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bot.bot import Bot
from bot.messages import Member, Place
from bot.platform.adapter import Adapter


@dataclass(frozen=True)
class Seen:
    """One thing the bot said, as its reader sees it: words, labels of what can be pressed, names of files, the words of
    its pictures, and for a form the labels of its questions. ``raw`` is the platform's own, for the bed that made it.
    """

    text: str
    buttons: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    raw: Any = field(default=None, compare=False, repr=False)


class Actor(Protocol):
    """A person with an account on the platform, doing what its clients let them do."""

    member: Member

    async def say(self, line: str) -> Seen:
        """Type or choose a command in the direct conversation with the bot. Returns the answer."""

    async def say_in_room(self, line: str) -> Seen:
        """The same in the community's shared place (slash command, prefix or mention). Returns the answer they see."""

    async def press(self, seen: Seen, label: str) -> Seen:
        """Press, type or react to one of the choices. Returns the answer."""

    async def reply(self, seen: Seen, line: str) -> Seen:
        """Type a line in the direct conversation as a reply to something the bot said there. Returns the answer."""

    async def fill(self, form: Seen, *answers: str) -> Seen:
        """Fill in a form that was opened, in the order of its questions. Returns the answer."""

    async def next(self) -> Seen:
        """The next thing the bot says to them by itself, waiting for it at most some seconds."""

    async def mention(self, other: Member) -> str:
        """How a message of theirs names another member."""

    async def room_texts(self) -> list[str]:
        """Everything the bot has said in the shared place, as this person can read it."""

    async def in_group(self, channel_id: str) -> bool:
        """Can this person open that private place now?"""


class Bed(Protocol):
    """Kith with all its cogs on a platform, with a shared place. Alice and Bob are in it, Mo moderates, Eve is not."""

    place: Place

    @property
    def bot(self) -> Bot: ...

    @property
    def adapter(self) -> Adapter: ...

    def actor(self, name: str) -> Actor:
        """``alice``, ``bob``, ``mo`` or ``eve``, logged in."""

    async def restart(self) -> None:
        """Stop the bot, and start it again on the same data."""

    async def close_messages(self, name: str) -> None:
        """From now on this person takes no direct messages from the bot."""

    async def delivered(self, name: str, words: str) -> int:
        """How many messages holding these words reached this person's direct conversation."""


OpenBed = Callable[[Path], AbstractAsyncContextManager[Bed]]

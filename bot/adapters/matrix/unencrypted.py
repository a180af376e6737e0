"""A direct chat that is not encrypted: asked about once, in plain words, before anything in it is changed.

Encryption cannot be turned off again, and some apps cannot read it: turned on unasked, it shuts their people out.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.adapters.matrix.content import Reading, contents
from bot.adapters.matrix.events import Events
from bot.adapters.matrix.rooms import Rooms
from bot.bot import Bot
from bot.errors import DeliveryError
from bot.incoming import text
from bot.messages import STATELESS, Button, Message, Text
from bot.words.help_words import asks_for_help
from bot.words.i18n import _

ACTION = "encrypt"
LATER = "encrypt"
"""The word that turns encryption on in a chat where it was left off."""


class Unencrypted:
    """What waits for a yes or no to encryption, by room. In memory only: nothing of it is kept."""

    def __init__(self, bot: Bot, rooms: Rooms, events: Events) -> None:
        self._bot = bot
        self._rooms = rooms
        self._events = events
        self._waiting: dict[str, str] = {}

    async def heard(self, room_id: str, line: str, transaction: str) -> str | None:
        """The line to answer now; None while the chat waits for a yes or no. Help now waits for nothing."""
        if not self._rooms.is_unencrypted(room_id) or asks_for_help(line):
            return "help" if is_choice(line) else line
        chosen = self._rooms.openness(room_id)
        if chosen is None:
            self._waiting[room_id] = line
            await self._say(room_id, _question(), transaction)
            await self._rooms.keep_openness(room_id, "asked")
            return None
        if chosen == "asked":
            return await self._decided(room_id, line, transaction)
        if line.casefold() == LATER or line == _question().buttons[0].id:
            return await self._encrypted(room_id, transaction)
        return "help" if is_choice(line) else line

    async def _decided(self, room_id: str, line: str, transaction: str) -> str:
        """A yes turns it on. Anything else leaves the chat as it is, and what was meant is answered."""
        pressed = line if line in [button.id for button in _question().buttons] else None
        choice = pressed or text.chosen(text.labels(_question().buttons), line)
        if choice is not None and choice.endswith(":yes"):
            return await self._encrypted(room_id, transaction)
        if choice == _help().id:
            return "help now"
        before = self._waiting.pop(room_id, "help")
        await self._rooms.keep_openness(room_id, "here")
        await self._say(room_id, Message(_left_open()), transaction)
        return line if choice is None else before

    async def _encrypted(self, room_id: str, transaction: str) -> str:
        """Turned on, or where the room does not let us, in a chat of our own beside it."""
        try:
            await self._rooms.encrypt(room_id)
        except DeliveryError:
            await self._rooms.keep_openness(room_id, "elsewhere")
            said = _("I can't turn it on in this chat. My answers come in an encrypted one, to which I invite you.")
            await self._say(room_id, Message(said), transaction)
        return self._waiting.pop(room_id, "help")

    async def _say(self, room_id: str, said: Message, transaction: str) -> None:
        for number, content in enumerate(contents(said, Reading(self._bot.now(), ZoneInfo("UTC")), notify=True)):
            await self._events.say(room_id, "m.room.message", content, f"{transaction}.encryption.{number}")


def is_choice(button_id: str) -> bool:
    return button_id in [button.id for button in _question().buttons if button.action == ACTION]


def _question() -> Message:
    said = _(
        "This chat is not encrypted: whoever runs your server or mine can read it. Nothing is changed yet.\n"
        "I can turn encryption on. It can't be turned off again, and an app without it can't read me then."
    )
    chosen = (Button(_("Turn it on"), ACTION, "yes"), Button(_("Leave it as it is"), ACTION, "no"))
    return Message(said, (*chosen, _help()))


def _help() -> Button:
    """Open before anything is decided."""
    return Button(_("Help now"), "help.now", row=STATELESS)


def _left_open() -> Text:
    return _(
        "I answer here, and whoever runs your server or mine can read it. Files don't come here."
        " `encrypt` turns encryption on."
    )

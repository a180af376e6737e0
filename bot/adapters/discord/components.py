"""Buttons, and the marks by which a message is found again. None lives in memory: its id says it all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from io import BytesIO

import discord

from bot.adapters.discord.drawing import shorten
from bot.incoming.standing.questions import Pointed
from bot.messages import Button, File

LABEL = 80
MOST_ALT = 1024
STYLES = {
    "default": discord.ButtonStyle.secondary,
    "primary": discord.ButtonStyle.primary,
    "danger": discord.ButtonStyle.danger,
}


def marker(key: str) -> int:
    """The number that the first button of a delivery carries, so that the message is known in the history.

    Component ids are 32 bits and ours to choose (source: https://docs.discord.com/developers/components/reference).
    The high ones are never those that Discord gives by itself, counting from one.
    """
    digest = hashlib.sha256(key.encode()).digest()
    return int.from_bytes(digest[:4], "big") & 0x3FFF_FFFF | 0x4000_0000


def view_of(buttons: Sequence[Button], key: str = "") -> discord.ui.View | None:
    """The buttons under a message, five in a row; None if there are none."""
    if not buttons:
        return None
    view = discord.ui.View(timeout=None)
    for index, button in enumerate(buttons):
        drawn: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=shorten(str(button.label), LABEL), style=STYLES[button.style], custom_id=button.id
        )
        if key and index == 0:
            drawn.id = marker(key)
        view.add_item(drawn)
    view.stop()  # else the library keeps it, for ever; presses reach us without it
    return view


def is_marked(message: discord.Message, key: str) -> bool:
    """Whether this message is the delivery with this key."""
    return message.nonce == key or marker(key) in _ids(message)


def can_be_told_apart(message: discord.Message) -> bool:
    """Whether ``is_marked`` would know: answers to somebody's own act are no deliveries, others carry a mark."""
    answer = message.interaction_metadata is not None or message.reference is not None
    return answer or message.nonce is not None or bool(_ids(message))


def replied_to(message: discord.Message) -> Pointed | None:
    """What words in a direct conversation mean in the message of ours that they reply to, if they reply to one."""
    asked = message.reference.resolved if message.reference else None
    if not isinstance(asked, discord.Message) or asked.author == message.author:
        return None
    rows = (row for row in asked.components if isinstance(row, discord.ActionRow))
    drawn = (one for row in rows for one in row.children if isinstance(one, discord.Button))
    return Pointed(tuple((one.label or "", one.custom_id or "") for one in drawn))


def files_of(files: Sequence[File]) -> list[discord.File]:
    return [discord.File(BytesIO(file.content), file.name, description=_alt(file)) for file in files]


def _alt(file: File) -> str | None:
    return str(file.alt)[:MOST_ALT] or None


def _ids(message: discord.Message) -> set[int]:
    """The marks a message carries."""
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return {child.id for row in rows for child in row.children if child.id is not None and child.id >= 0x4000_0000}

"""Buttons, and the marks by which a message is found again. None lives in memory: its id says it all."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import IntEnum
from io import BytesIO
from itertools import groupby
from typing import Any

import discord

from bot.adapters.discord.drawing import shorten
from bot.incoming.standing.questions import Pointed
from bot.messages import MOST_BUTTONS, Button, File, Message, Text

LABEL = 80
IN_A_ROW = MOST_ROWS = 5
MOST_ALT = 1024
OPTION = CUSTOM_ID = 100
PLACEHOLDER = 150
IN_A_LIST = 25
"""Choices (source: https://docs.discord.com/developers/components/reference, as the other limits)."""
LIST = "list:"
STYLES = {
    "default": discord.ButtonStyle.secondary,
    "primary": discord.ButtonStyle.primary,
    "danger": discord.ButtonStyle.danger,
}

Drawn = discord.ui.Item[discord.ui.View]


class Standing(IntEnum):
    """What becomes of a message of ours when one of its buttons is pressed (see ``Message.stays``)."""

    SCREEN = 0
    """It goes on: the answer takes its place."""
    QUESTION = 1
    """It came by itself: the answer stands below its words, in the same message and in the place of its buttons."""
    CARD = 2
    """It stays as it is, and the answer is another message."""


def standing_of(message: Message) -> Standing:
    if message.stays:
        return Standing.CARD
    return Standing.QUESTION if message.stands else Standing.SCREEN


def drawn_standing(message: discord.Message) -> Standing:
    """The same, of a message that was drawn: its first button tells."""
    return Standing(max((id_ & 3 for id_ in _ids(message)), default=0) % len(Standing))


def marker(key: str) -> int:
    """The number that the first button of a delivery carries, so that the message is known in the history.

    Component ids are 32 bits and ours to choose (source: https://docs.discord.com/developers/components/reference).
    The high ones are never those that Discord gives by itself, counting from one. The last two bits are free: they say
    how the message stands.
    """
    digest = hashlib.sha256(key.encode()).digest()
    return int.from_bytes(digest[:4], "big") & 0x3FFF_FFFC | 0x4000_0000


Link = tuple[Text, str]
"""A label, and the address it opens."""


def view_of(
    buttons: Sequence[Button], key: str = "", standing: Standing = Standing.SCREEN, link: Link | None = None
) -> discord.ui.View | None:
    """The buttons under a message, five in a row, and its lists, what opens a place first; None if there is nothing."""
    if not buttons and link is None:
        return None
    view = discord.ui.View(timeout=None)
    drawn = [*_opening(link if len(buttons) < MOST_BUTTONS else None), *_drawn(buttons)]
    for one, row in zip(drawn, _rows(drawn, {button.id for button in buttons if button.apart}), strict=True):
        one.row = row
        view.add_item(one)
    if key or standing:
        view.children[0].id = marker(key) | standing
    view.stop()  # else the library keeps it, for ever; presses reach us without it
    return view


def _drawn(buttons: Sequence[Button]) -> Iterator[Drawn]:
    """Each button, or one list for all that stand under one heading."""
    for heading, together in groupby(buttons, key=lambda button: button.under):
        if not heading:
            yield from (_button(button) for button in together)
            continue
        listed = list(together)
        for start in range(0, len(listed), IN_A_LIST):
            yield _list(f"{LIST}{listed[start].id}"[:CUSTOM_ID], heading, listed[start : start + IN_A_LIST])


def _button(button: Button) -> Drawn:
    label, style = shorten(str(button.label), LABEL), STYLES[button.style]
    return discord.ui.Button(label=label, style=style, custom_id=button.id, disabled=button.off)


def _opening(link: Link | None) -> list[Drawn]:
    return [discord.ui.Button(label=shorten(str(link[0]), LABEL), url=link[1])] if link else []


def _list(name: str, heading: Text, buttons: Sequence[Button]) -> Drawn:
    """What is chosen can be let go of and chosen again: a form that was closed opens once more."""
    options = [discord.SelectOption(label=shorten(str(one.label), OPTION), value=one.id) for one in buttons]
    placeholder = shorten(str(heading), PLACEHOLDER)
    return discord.ui.Select(custom_id=name, placeholder=placeholder, options=options, min_values=0)


def pressed(data: Mapping[str, Any]) -> str | None:
    """The id of the button that was pressed or chosen; None where a choice was let go of."""
    if "values" not in data:
        return str(data["custom_id"])
    return str(data["values"][0]) if data["values"] else None


def _rows(drawn: Sequence[Drawn], apart: Collection[str]) -> Sequence[int | None]:
    """Which row each stands in: what stands apart begins one. Where that takes too many, the library fills them."""
    rows: list[int] = []
    room = IN_A_ROW
    for one in drawn:
        begins = one.width > room or (isinstance(one, discord.ui.Button) and one.custom_id in apart and bool(rows))
        rows.append((rows[-1] if rows else 0) + begins)
        room = (IN_A_ROW if begins else room) - one.width
    return rows if not rows or rows[-1] < MOST_ROWS else [None] * len(drawn)


def is_marked(message: discord.Message, key: str) -> bool:
    """Whether this message is the delivery with this key."""
    return message.nonce == key or marker(key) in {id_ & ~3 for id_ in _ids(message)}


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
    return Pointed(tuple(shown for row in rows for one in row.children for shown in _shown(one)))


def _shown(one: object) -> list[tuple[str, str]]:
    if isinstance(one, discord.SelectMenu):
        return [(option.label, option.value) for option in one.options]
    return [(one.label or "", one.custom_id or "")] if isinstance(one, discord.Button) else []


def files_of(files: Sequence[File]) -> list[discord.File]:
    return [discord.File(BytesIO(file.content), file.name, description=_alt(file)) for file in files]


def _alt(file: File) -> str | None:
    return str(file.alt)[:MOST_ALT] or None


def _ids(message: discord.Message) -> set[int]:
    """The marks a message carries."""
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return {child.id for row in rows for child in row.children if child.id is not None and child.id >= 0x4000_0000}

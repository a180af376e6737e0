"""Several messages in one, for what waited until quiet hours were over: each part in full, and all of their buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from string import ascii_uppercase

from bot.messages import MOST_BUTTONS, STATELESS, Button, Message, Stands, Text
from bot.words.i18n import _
from storage.delivery import together


def in_one(parts: Sequence[Message]) -> Message:
    """All of it under one line. A button keeps its row; where two parts ask something, letters say which is meant."""
    if len(parts) == 1:
        return parts[0]
    asking = [part for part in parts if _own(part)]
    texts, buttons = [_("This waited for you:")], []
    for letter, part in zip(ascii_uppercase, parts, strict=False):
        marked = len(asking) > 1 and bool(_own(part))
        texts.append(Text(letter + ". ") + part.text if marked else part.text)
        buttons += [_marked(button, letter) if marked else button for button in _own(part)]
    shared = dict.fromkeys(button for part in parts for button in part.buttons if _is_shared(button))
    fitting = (*buttons[: MOST_BUTTONS - len(shared)], *shared)
    typed = asking[0].typed if len(asking) == 1 else None
    files = tuple(file for part in parts for file in part.files)
    until = [part.stands.until for part in parts if part.stands]
    stands = Stands(together.KIND, max(until)) if until else None
    stays = len(asking) > 1 or any(part.stays for part in parts)  # an answer to one leaves the others to be answered
    door = next((part.door for part in parts if part.door), None)
    return Message(Text("\n\n").join(texts), fitting, files, typed=typed, stands=stands, stays=stays, door=door)


def _own(part: Message) -> list[Button]:
    return [button for button in part.buttons if not _is_shared(button)]


def _is_shared(button: Button) -> bool:
    """Help now and its like belong to no message, so one of them is enough."""
    return button.row == STATELESS


def _marked(button: Button, letter: str) -> Button:
    return replace(button, label=Text(letter + ": ") + button.label)

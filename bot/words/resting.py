"""What is said of what rests while somebody is in no community with the bot, and of how it goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.messages import MOST_BUTTONS, Button, Message, Text, plain
from bot.words.i18n import _

GO_ON = "resting.go_on"


def rests(until: str) -> Text:
    return _(
        "We share no community now, so your check-ins, dates, notes and reminders rest until {until}. They go on if we"
        " meet again by then; `forget-me` deletes them now."
    ).format(until=until)


def with_word(said: Message, back: Iterable[tuple[str, bool]]) -> Message:
    """The message, and that they are back: in communities with these names, each with whether its owner changed."""
    lines = [_of(community, owner_changed=owner) for community, owner in back]
    if not lines or len(said.buttons) >= MOST_BUTTONS:
        return said
    text = Text("\n\n").join([said.text, *lines])
    return replace(said, text=text, buttons=(*said.buttons, Button(_("Go on"), GO_ON)))


def _of(community: str, *, owner_changed: bool) -> Text:
    words = (
        _(
            "I'm back in {community}, and somebody else owns it now. All that is yours there rests until you press"
            " `Go on`."
        )
        if owner_changed
        else _(
            "We are both in {community} again, and what is yours goes on. What reaches another person waits until you"
            " press `Go on`."
        )
    )
    return words.format(community=plain(community))

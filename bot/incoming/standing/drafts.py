"""Forms that were left half filled in: kept for what is left of their day, and offered again when it fits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.incoming.standing.questions import Question
from bot.messages import MOST_BUTTONS, STATELESS, Button, Form, Message, Text, plain
from bot.words.i18n import _

GO_ON = "kith.go-on"
"""The bot's own action: the form of its value, where it was left."""

MOST = 3
"""Drafts kept of one chat; the oldest goes first."""

OFFERED = 3
"""How often a draft is offered by itself, while one thing leads to the next. Its words bring it back at any time."""

TITLE = 30
"""Characters of a form's title on its button."""

GOES_ON = frozenset({"go on", "continue", "back", "go back", "where was i"})
"""What means the draft left last, where no question takes it."""


@dataclass(frozen=True)
class Draft:
    """A form as it was left, ``until`` when it is kept, and how often it is still ``offered`` by itself."""

    form: Form
    answers: tuple[str, ...] = ()
    heard: str = ""
    until: int = 0
    offered: int = 0

    @property
    def mark(self) -> str:
        """Says which one, on its button. It proves nothing: a draft is looked for in the member's own chat alone."""
        return mark_of(self.form)

    @property
    def label(self) -> Text:
        return label_of(self.form)


def mark_of(form: Form) -> str:
    return hashlib.sha256(f"{form.submit}|{form.value}|{form.title}".encode()).hexdigest()[:12]


def label_of(form: Form) -> Text:
    return _("Go on with: {title}").format(title=plain(str(form.title)[:TITLE]))


def put_by(drafts: Sequence[Draft], left: Draft | None, reply: Message | Form) -> tuple[Draft, ...]:
    """The drafts after a reply that leaves the form, if there was one. The same form, left anew, takes its place."""
    asks = isinstance(reply, Form) or any(button.row != STATELESS for button in reply.buttons)
    rest = [replace(one, offered=max(0, one.offered - 1) if asks else 0) for one in drafts]
    if isinstance(reply, Form):  # nothing can be offered under it
        rest = list(drafts)
    opened = mark_of(reply) if isinstance(reply, Form) else ""
    if left is not None and (left.answers or left.mark != opened):
        rest = [replace(left, offered=OFFERED if asks else 0), *(one for one in rest if one.mark != left.mark)]
    return tuple(rest[:MOST])


def offer(drafts: Sequence[Draft], left: Form | None, said: Message) -> Message:
    """The reply, with the form that it leaves, or one left before, to go on with."""
    if len(said.buttons) >= MOST_BUTTONS:
        return said
    if left is not None:
        kept = said.text + "\n\n" + _("What you filled in is kept for a day.")
        return replace(said, text=kept, buttons=(*said.buttons, button(left)))
    due = next((one.form for one in drafts if one.offered), None)
    return said.with_buttons([button(due)]) if due else said


def button(form: Form) -> Button:
    return Button(label_of(form), GO_ON, mark_of(form), row=STATELESS)


def without_offer(standing: Sequence[Question], form: Form) -> tuple[Question, ...]:
    """The questions, none of which goes on with this form: it has been taken up. It stood last in each, so the numbers
    of the others stay.
    """
    id_ = button(form).id
    kept = [replace(one, choices=tuple(choice for choice in one.choices if choice[1] != id_)) for one in standing]
    return tuple(one for one in kept if one.choices or one.typed)


def named(drafts: Sequence[Draft], line: str) -> str:
    """The mark of the draft that a line means by its words; "" for none."""
    said = line.strip().casefold().rstrip(".!")
    if drafts and said in GOES_ON:
        return drafts[0].mark
    return next((one.mark for one in drafts if str(one.label).casefold() == said), "")

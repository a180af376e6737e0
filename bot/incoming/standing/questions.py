"""The questions that still stand in a chat, and which of them a typed line answers: never a guess between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.asking import doors
from bot.incoming import offering, text
from bot.messages import STATELESS, Button, Message, Text, plain
from bot.words.i18n import _
from storage.delivery import offers

MOST = 12
"""Questions kept of one chat."""

NAME = 60
"""Characters of a question's own words by which it is named."""


@dataclass(frozen=True)
class Question:
    """One message of ours that can be answered. ``kind`` is empty where it answered what the member did.

    ``latest``: it did so a moment ago, and nothing was asked since.
    """

    name: str
    choices: tuple[tuple[str, str], ...]
    typed: str
    until: int
    kind: str = ""
    latest: bool = False

    def is_on(self, row: str) -> bool:
        """Does it stand on this row? What needs none, as Help now, belongs to no question."""
        return row not in ("", STATELESS) and row in self._rows

    def is_used_by(self, pressed: str) -> bool:
        """Does pressing this answer it? Where nothing in it needs a row, each of its own choices does."""
        return self.is_on(offering.row_of(pressed)) or (
            self.is_only_doors and pressed in [id_ for _label, id_ in self.choices]
        )

    @property
    def is_only_doors(self) -> bool:
        """Does nothing in it need a row? The doors of a screen open by their words without it."""
        return self._rows <= {"", STATELESS}

    @property
    def _rows(self) -> set[str]:
        return {offering.row_of(id_) for id_ in (*(id_ for _label, id_ in self.choices), self.typed)}

    def repeats(self, other: Question) -> bool:
        """Is it the same question once more, whatever row it was offered on?"""
        mine, others = ([(label, offering.without_row(id_)) for label, id_ in one.choices] for one in (self, other))
        return mine == others and offering.without_row(self.typed) == offering.without_row(other.typed)


@dataclass(frozen=True)
class Pointed:
    """A message of ours that a line replies to, as its platform knows it: its choices, and what takes words."""

    choices: tuple[tuple[str, str], ...]
    typed: str = ""


def pointed(message: Message) -> Pointed:
    """What a reply to a message can mean there."""
    return Pointed(tuple(text.labels(message.buttons)), message.typed.id if message.typed else "")


def asked(message: Message, now: datetime) -> Question | None:
    """The question that a message asks; None where nothing in it can be answered."""
    if message.aside or not (message.buttons or message.typed):
        return None
    stands = message.stands
    until = stands.until if stands else now + offers.LIFE
    kind, here = stands.kind if stands else "", pointed(message)
    return Question(_name(str(message.text)), here.choices, here.typed, int(until.timestamp()), kind)


def _name(words: str) -> str:
    line = " ".join(next((line for line in words.replace("**", "").split("\n") if line.strip()), "").split())
    return line if len(line) <= NAME else line[: NAME - 3].rsplit(" ", 1)[0].rstrip(" ,.;:") + "..."


def added(standing: Sequence[Question], question: Question, *, replaces: bool) -> tuple[Question, ...]:
    """The questions with a new one first. The same one asked again takes the place of the older; so does one of a
    kind that ``replaces``. Of too many, those go first that only open doors; then the oldest.
    """
    rest = [one for one in standing if not one.repeats(question) and not (replaces and one.kind == question.kind)]
    kept = [replace(question, latest=not question.kind), *(replace(one, latest=False) for one in rest)]
    while len(kept) > MOST:
        oldest_first = kept[:0:-1]
        kept.remove(max(oldest_first, key=lambda one: one.is_only_doors))
    return tuple(kept)


def used(standing: Sequence[Question], pressed: str) -> tuple[Question, ...]:
    """The questions without one that this press has answered: the same words again are meant for something else."""
    return tuple(one for one in standing if not one.is_used_by(pressed))


def without(standing: Sequence[Question], row: str) -> tuple[Question, ...]:
    return tuple(one for one in standing if not one.is_on(row))


def fitting(standing: Sequence[Question], line: str) -> list[tuple[Question, str]]:
    """The questions that a word or a number may answer, and the choice it means in each. One is the answer.

    The screen that answered the member's own act a moment ago comes before all others.
    """
    fits = [(one, id_) for one in standing if (id_ := text.chosen(list(one.choices), line)) is not None]
    if fits and fits[0][0].latest:
        return fits[:1]
    return list({id_: (one, id_) for one, id_ in reversed(fits)}.values())[::-1]


def words_for(standing: Sequence[Question]) -> str:
    """What takes free words: the newest question that asks for some. Empty where none does."""
    return next((one.typed for one in standing if one.typed), "")


def meant(standing: Sequence[Question], pointed: Pointed, line: str) -> tuple[str, dict[str, str]] | None:
    """What a reply does to the message that it points to: an id and its words; None where it fits nothing there."""
    id_ = text.chosen(list(pointed.choices), line)
    if id_ is not None:
        return id_, {}
    rows = {offering.row_of(id_) for _label, id_ in pointed.choices}
    typed = pointed.typed or next((one.typed for one in standing if one.typed and any(map(one.is_on, rows))), "")
    return (typed, {"words": line}) if typed else None


def asks(pointed: Pointed) -> bool:
    """Is anything asked there? The doors that stand beside every failure ask nothing."""
    beside = {*doors.HELLO, *doors.LABELS}
    return any(offering.action_of(id_) not in beside for _label, id_ in pointed.choices)


def which(fits: Sequence[tuple[Question, str]]) -> Message:
    """Where a line fits several questions: each by its name. Nothing is done before one is pressed."""
    buttons = []
    for question, id_ in fits:
        found = offering.parse(id_)
        buttons.append(Button(plain(question.name), found.action, found.value, row=found.row))
    return Message(_("Which one? A reply to a message always means that message."), tuple(buttons))


def doors_of(question: Question) -> tuple[Button, ...]:
    """Its choices but Help now, which nobody opens by a yes."""
    found = [(label, offering.parse(id_)) for label, id_ in question.choices]
    return tuple(
        Button(plain(label), one.action, one.value, row=one.row) for label, one in found if one.action != doors.HELP_NOW
    )


def none_of(pointed: Pointed) -> Text:
    names = Text(", ").join(Text("`") + plain(label) + "`" for label, _id in pointed.choices)
    return _("I can't tell which of these you mean: {choices}. Nothing is done.").format(choices=names)

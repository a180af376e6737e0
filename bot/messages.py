"""Everything the bot can say, and to whom. Cogs build these values; adapters draw them."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Self

from bot.errors import Opens


@dataclass(frozen=True, slots=True)
class Person:
    """A human. All personal state hangs on ``id``; a person may have an account on each platform."""

    id: int


@dataclass(frozen=True, slots=True)
class Member:
    """One account of a person, as its platform knows it. ``name`` is for display, never for identity."""

    platform: str
    id: str
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a community lives on one platform: a server, a space, a room, the playground."""

    platform: str
    id: str
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Community:
    """A group of people the bot serves. It may live in several places."""

    id: int
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Channel:
    """Where messages go: a channel, a room or a direct conversation, perhaps a thread in it."""

    platform: str
    id: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Plain:
    """Words of a person. They can never ping, link or format: every adapter escapes them."""

    words: str


@dataclass(frozen=True, slots=True)
class Link(Plain):
    """A link that somebody gave as one (``bot.words.links``). It stays whole, and nobody is shown what is behind it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How what follows is set, where lines differ: as a ``heading``, as ``small`` print, or to ``lead`` its line."""

    kind: Literal["heading", "small", "lead"]


HEADING, SMALL, LEAD = Mark("heading"), Mark("small"), Mark("lead")


@dataclass(frozen=True, slots=True)
class When:
    """An instant in the reader's own time. ``there``: the same where it is, for where the reader's clock draws none."""

    instant: datetime
    style: Literal["time", "day", "full"] = "full"
    there: str = ""


@dataclass(frozen=True, slots=True)
class Who:
    """A member's current display name. It is drawn without a ping."""

    member: Member


when, who = When, Who

Part = str | Plain | When | Who | Mark


class Text:
    """What the bot says: our own sentences, with the words of people set into them safely.

    Our sentences may use ``**bold**``, ```code``` and line breaks, nothing else. ``format`` takes values by name: a
    ``str`` becomes ``Plain``, so nothing a person typed can be markup; only ``when`` and ``who`` insert live parts.
    """

    __slots__ = ("parts",)

    def __init__(self, *parts: Part) -> None:
        self.parts: tuple[Part, ...] = tuple(_together(part for part in parts if part != ""))

    def format(self, **values: Any) -> Text:
        """Fill the ``{names}`` of our own sentences. Attribute and index access in a name is refused."""
        parts: list[Part] = []
        for part in self.parts:
            parts.extend(_fill(part, values) if isinstance(part, str) else (part,))
        return Text(*parts)

    def join(self, texts: Iterable[Text]) -> Text:
        parts: list[Part] = []
        for index, text in enumerate(texts):
            parts.extend((*(self.parts if index else ()), *text.parts))
        return Text(*parts)

    def __add__(self, other: Text | str) -> Text:
        """Append a Text, or a sentence of our own (never a person's words: those come through ``format``)."""
        return Text(*self.parts, *(other.parts if isinstance(other, Text) else (other,)))

    def __radd__(self, before: str) -> Text:
        return Text(before) + self

    def __str__(self) -> str:
        """The words without any drawing: for labels, logs of ids, and tests."""
        return "".join(_plain(part) for part in self.parts)

    def __repr__(self) -> str:
        return f"Text({', '.join(map(repr, self.parts))})"

    def __contains__(self, words: str) -> bool:
        return words in str(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __bool__(self) -> bool:
        return bool(self.parts)


def _together(parts: Iterable[Part]) -> Iterable[Part]:
    """Words of people that follow one another become one: a link could begin in one and end in the next."""
    words: list[str] = []
    for part in parts:
        if isinstance(part, Plain) and not isinstance(part, Link):
            words.append(part.words)
            continue
        if words:
            yield Plain("".join(words))
            words = []
        yield part
    if words:
        yield Plain("".join(words))


def plain(words: str) -> Text:
    """A person's words alone, as a Text."""
    return Text(Plain(words))


def _plain(part: Part) -> str:
    if isinstance(part, Plain):
        return part.words
    if isinstance(part, When):
        said = part.instant.strftime("%Y-%m-%d %H:%M UTC")
        return f"{part.there} ({said})" if part.there else said
    if isinstance(part, Who):
        return part.member.name or part.member.id
    return "" if isinstance(part, Mark) else part


def _fill(template: str, values: dict[str, Any]) -> Iterable[Part]:
    for literal, name, spec, conversion in string.Formatter().parse(template):
        yield literal
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"only plain names may stand in braces, not {name!r}")
        value = values[name]
        if isinstance(value, Text):
            yield from value.parts
        elif isinstance(value, Plain | When | Who | Mark):
            yield value
        else:
            yield str(value) if isinstance(value, int) else Plain(str(value))


STATELESS, MOST_BUTTONS = "-", 25  # the row of a button that needs none; what every platform takes in one message


@dataclass(frozen=True, slots=True)
class Button:
    """One choice under a message. Pressing it, typing its label or its number runs the ``@action`` of that name.

    ``row`` names what was offered: ``d<delivery>``, ``o<offer>``, or ``-`` for an action that needs no row. The bot
    fills it in; cogs leave it empty. ``under``: the heading of the list that it stands in, beside its neighbours with
    the same one. ``apart``: it stands away from those before it, where a thumb could slip. ``off``: it can't be pressed
    yet, and the words say until when; who types it all the same hears so.
    """

    label: Text
    action: str
    value: str = ""
    style: Literal["default", "primary", "danger"] = "default"
    row: str = ""
    under: Text = field(default_factory=Text)
    apart: bool = False
    off: bool = False

    @property
    def id(self) -> str:
        """``kith:1:<action>:<row>:<value>``, at most 100 characters: the whole meaning, and nothing lives in memory."""
        return f"kith:1:{self.action}:{self.row}:{self.value}"

    def on(self, row: str) -> Button:
        return replace(self, row=row)


@dataclass(frozen=True, slots=True)
class Option:
    """One of what a field offers: ``value`` is its answer, which its label and its number mean too."""

    label: Text
    value: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. ``kind`` is a type of ``bot.incoming.parameters``; at most 5 fields fit a form.

    ``note`` is its small print. ``choices`` is what it offers: all there is for ``One`` and ``Some``, what is meant
    most often for any other kind.
    """

    name: str
    label: Text
    kind: Any = str
    default: str = ""
    optional: bool = False
    multiline: bool = False
    limit: int = 1000
    note: Text = field(default_factory=Text)
    choices: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """Questions for one member. The answers go to the ``@action`` named ``submit``, with ``value`` and the parsed
    fields. ``note`` is the small print of all of it.
    """

    title: Text
    fields: tuple[Field, ...]
    submit: str
    value: str = ""
    row: str = ""
    note: Text = field(default_factory=Text)

    @property
    def id(self) -> str:
        return f"kith:1:{self.submit}:{self.row}:{self.value}"

    def on(self, row: str) -> Form:
        return replace(self, row=row)


@dataclass(frozen=True, slots=True)
class File:
    """A file handed over with a message, privately. With ``alt`` it is a picture (PNG), and those are its words: the
    text of its message says all of it too, for whoever reads where no pictures are shown.
    """

    name: str
    content: bytes
    alt: Text = field(default_factory=Text)


@dataclass(frozen=True, slots=True)
class Stands:
    """How long a message that came by itself can be answered; where it ``replaces``, only the newest of its kind."""

    kind: str
    until: datetime
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """Something to say, with choices under it. It reaches nobody else unless a cog says ``private=False``.

    ``typed`` is the button whose action takes what the member writes in answer, where a platform lets them simply
    write. ``aside``: the chat stays where it stood, so that what was offered before can still be answered.
    ``openly``: what stands in the shared place instead, where the member could only read an answer of their own after
    accepting an invitation. It names nobody and answers nobody. ``stands``: it came by itself. ``opens``: the next
    line typed may be what a command still needs. ``stays``: it replaces no screen, and none replaces it: what is
    pressed on it is answered below, and can be pressed again. Else a screen goes on where it stands. ``calls``: who
    are told that it is there, in a shared place. ``door``: the way into a place it tells of, where links lead there.
    """

    text: Text
    buttons: tuple[Button, ...] = ()
    files: tuple[File, ...] = ()
    private: bool = True
    typed: Button | None = None
    aside: bool = False
    stays: bool = False
    openly: Message | None = None
    stands: Stands | None = None
    opens: Opens | None = None
    door: tuple[Text, Channel] | None = None
    calls: tuple[Member, ...] = ()

    def on(self, row: str) -> Self:
        """The same message, its buttons bound to what was offered (see ``Button.row``)."""
        bound = tuple(button if button.row else button.on(row) for button in self.buttons)
        typed = self.typed.on(row) if self.typed and not self.typed.row else self.typed
        return replace(self, buttons=bound, typed=typed)

    def with_buttons(self, buttons: Sequence[Button]) -> Self:
        return replace(self, buttons=(*self.buttons, *buttons))

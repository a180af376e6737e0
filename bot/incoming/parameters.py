"""The types a command may take. Every platform parses with these, so the same mistake gets the same sentence
everywhere.

A handler's annotations choose the type: ``time``, ``ZoneInfo``, ``Days``, ``timedelta``, ``datetime`` (a moment to
come), ``Coming`` (or one that comes round again), ``date``, ``Member``, ``int``, a ``Literal`` of words, and ``str``,
which as the last parameter takes the rest of the line as typed. There are no quoting rules. Forms also ask for ``One``
or ``Some`` of what a field offers, and for ``Whom``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from types import UnionType
from typing import Any, Literal, NewType, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from bot.clocks import lines, phrases, typed, zones
from bot.clocks.repeats import reading as repeats
from bot.clocks.repeats.repeat import Coming
from bot.clocks.times import Days
from bot.errors import Opens, UserError
from bot.messages import Field, Member, Option, Text, plain
from bot.words import suggestions
from bot.words.i18n import _

LONGEST = 5
"""Words that one value may have: enough for "mon tue wed thu fri". A moment knows its own length."""

MAX_TEXT = 2000

MemberReader = Callable[[str], Member | None]


@dataclass(frozen=True)
class Reading:
    """What it takes to understand a value: when and where it was typed."""

    now: datetime
    zone: str = "UTC"
    read_member: MemberReader = lambda _words: None


@dataclass(frozen=True)
class Type:
    """How one type is read. ``what`` ends the sentence "... needs"; ``complete`` suggests (label, value) pairs.

    ``may_be`` is quicker than ``parse`` where that takes its time to say what is wrong. What may be one and is refused
    is asked about as it is. ``take`` splits a line that has one at its beginning or its end from the rest. ``how`` says
    how one is typed, where nobody can be chosen.
    """

    name: str
    parse: Callable[[str, Reading], Any]
    what: Callable[[], Text]
    complete: Callable[[str], list[tuple[str, str]]] = lambda _prefix: []
    may_be: Callable[[str], bool] | None = None
    take: Callable[[str], tuple[str, str]] | None = None
    how: Callable[[], Text] = Text


def _member(words: str, reading: Reading) -> Member:
    member = reading.read_member(words.strip())
    if member is None:
        raise UserError(
            _("I don't know who {words} is. Their name there, a mention or their full id works.").format(words=words)
        )
    return member


def _number(words: str, _reading: Reading) -> int:
    try:
        return int(words) if len(words) < 10 else int("")
    except ValueError:
        raise UserError(_("{words} isn't a number I can use. Try one like 3.").format(words=words[:40])) from None


def _text(words: str, _reading: Reading) -> str:
    if len(words) > MAX_TEXT:
        raise UserError(
            _("That is longer than I can take: {n} characters at most. In parts it is fine.").format(n=MAX_TEXT)
        )
    return words


def _zone_choices(prefix: str) -> list[tuple[str, str]]:
    return [(choice.label, choice.key) for choice in zones.complete(prefix)]


Dialled = NewType("Dialled", str)
"""A number to call. Where one is asked for, 112 is the answer and no call for help."""

Until = NewType("Until", datetime)
"""When something ends: "monday" is its beginning, "3 days" are from now."""

One = NewType("One", str)
Some = NewType("Some", tuple[str, ...])
"""One of the values that a field offers, and any number of them. Whoever takes them looks whether they are its own."""

Whom = NewType("Whom", str)
"""Somebody, by a mention, an id or a name: whoever takes it finds out who that may be."""

TYPES: Mapping[Any, Type] = {
    str: Type("text", _text, lambda: _("a few words")),
    Dialled: Type("dialled", _text, lambda: _("a number to call, for example 112")),
    int: Type("number", _number, lambda: _("a number, for example 3")),
    time: Type(
        "time", lambda words, _r: phrases.read_time(words), lambda: _("a time, for example 19:00"), suggestions.times
    ),
    ZoneInfo: Type(
        "zone",
        lambda words, _r: zones.find(words),
        lambda: _("a city, for example Berlin"),
        _zone_choices,
        zones.may_be,
    ),
    Days: Type(
        "days", lambda words, _r: phrases.read_days(words), lambda: _("days, for example weekdays"), suggestions.days
    ),
    timedelta: Type(
        "duration", lambda words, _r: phrases.read_duration(words), lambda: _("how long, for example 2 hours")
    ),
    datetime: Type(
        "moment",
        lambda words, r: phrases.read_moment(words, r.now, ZoneInfo(r.zone)).instant,
        lambda: _("when, for example tomorrow 19:00"),
        may_be=lambda words: phrases.form_of(typed.spoken(words)) is not None,
        take=lines.take_phrase,
    ),
    Coming: Type(
        "coming",
        lambda words, r: repeats.read_coming(words, r.now, ZoneInfo(r.zone)),
        lambda: _("when, for example tomorrow 19:00 or every monday 19:00"),
        take=repeats.take,
    ),
    Until: Type(
        "until",
        lambda words, r: phrases.read_until(words, r.now, ZoneInfo(r.zone)),
        lambda: _("until when, for example monday or 3 days"),
        take=lambda line: (line, ""),
    ),
    date: Type(
        "date",
        lambda words, r: phrases.read_date(words, r.now, ZoneInfo(r.zone)),
        lambda: _("a date, for example 3 March"),
    ),
    Member: Type(
        "member",
        _member,
        lambda: _("a member, by name"),
        how=lambda: _("Their name, a mention or their full id."),
    ),
    One: Type("one", _text, lambda: _("one of what is offered")),
    Some: Type("some", lambda words, _r: tuple(words.split()), lambda: _("some of what is offered")),
    Whom: Type("whom", _text, lambda: _("a name, a mention or an id"), how=lambda: _("A name, a mention, an id")),
}
WORDS = frozenset({"text", "whom"})
"""Types that take any words."""
_BY_NAME = {kind.name: annotation for annotation, kind in TYPES.items()}


def of(annotation: Any) -> Type:
    """The type for an annotation. ``X | None`` reads as ``X``. Raises KeyError: a command may take no others."""
    if get_origin(annotation) in (Union, UnionType):
        [annotation] = [part for part in get_args(annotation) if part is not type(None)]
    if get_origin(annotation) is Literal:
        return _choice(get_args(annotation))
    return TYPES[annotation]


def name(annotation: Any) -> str:
    """How a field's type is stored; ``named`` reads it back."""
    return of(annotation).name


def named(stored: str) -> Any:
    return _BY_NAME[stored]


def asked_for(annotation: Any) -> tuple[Any, tuple[Option, ...]]:
    """How a form asks for what a command takes: the kind of field, and what it offers."""
    kind = of(annotation)
    if kind.name == "choice":
        return One, tuple(Option(plain(label), value) for label, value in kind.complete(""))
    return named(kind.name), ()


def _choice(words: tuple[str, ...]) -> Type:
    def parse(typed: str, _reading: Reading) -> str:
        found = [word for word in words if word == typed.strip().casefold()]
        if not found:
            raise UserError(
                _("{typed} isn't one of these: {words}.").format(typed=typed[:40], words=Text(", ".join(words)))
            )
        return found[0]

    return Type(
        "choice",
        parse,
        lambda: _("one of these: {words}").format(words=", ".join(words)),
        lambda prefix: [(word, word) for word in words if word.startswith(prefix.casefold())],
    )


def bind(
    command: str, parameters: Sequence[inspect.Parameter], arguments: Mapping[str, str], reading: Reading
) -> dict[str, Any]:
    """A command's arguments as values. Raises UserError for the first that is missing or not understood."""
    values: dict[str, Any] = {}
    for parameter in parameters:
        typed = arguments.get(parameter.name, "").strip()
        try:
            if typed:
                values[parameter.name] = of(parameter.annotation).parse(typed, reading)
            elif parameter.default is parameter.empty:
                needed = of(parameter.annotation).what()
                raise UserError(_("`{command}` needs {what}.").format(command=Text(command), what=needed))
        except UserError as error:
            others = {name: words for name, words in arguments.items() if name != parameter.name}
            error.opens = Opens(command, parameter.name, typed, arguments=others)
            raise
    return values


def taken(handler: Callable[..., Any], answers: Mapping[str, str]) -> list[inspect.Parameter]:
    """What the handler of a form takes of these answers."""
    taken_ = _parameters_of(handler) if answers else ()
    return [parameter for parameter in taken_ if parameter.name in answers]


def members_in(parameters: Iterable[inspect.Parameter], answers: Mapping[str, str]) -> list[str]:
    """The answers by which somebody is named."""
    return [answers[one.name] for one in parameters if one.name in answers and of(one.annotation) is TYPES[Member]]


def fields(handler: Callable[..., Any], answers: Mapping[str, str], reading: Reading) -> dict[str, Any]:
    """A form's answers as values, by the annotations of the action that takes them. Empty ones are left out."""
    _context, _value, *parameters = _parameters_of(handler)
    known = {parameter.name for parameter in parameters}
    if not set(answers) <= known:
        raise UserError(_("That form has changed. Please open it again."))
    values: dict[str, Any] = {}
    for parameter in parameters:
        typed = answers.get(parameter.name, "").strip()
        if typed:
            try:
                values[parameter.name] = of(parameter.annotation).parse(typed, reading)
            except UserError as error:
                error.field = parameter.name
                raise
        elif parameter.default is parameter.empty:
            raise UserError(_("Something is missing: please fill in every field that is not marked optional."))
    return values


def takes_words(handler: Callable[..., Any], name: str) -> bool:
    """Does the handler take this field as words, whatever they are?"""
    found = (parameter for parameter in _parameters_of(handler) if parameter.name == name)
    return any(of(parameter.annotation).name in WORDS for parameter in found)


def _parameters_of(handler: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    """What it takes, without the cog it is of."""
    own = getattr(handler, "__func__", None)
    return _read_once(own)[1:] if own else _read_once(handler)


@cache
def _read_once(function: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    """To read the annotations of an action costs a tenth of a press."""
    return tuple(inspect.signature(function, eval_str=True).parameters.values())


def wants_value(field: Field | None) -> bool:
    """Does a form wait for a value, rather than for any words?"""
    return field is not None and of(field.kind).name not in WORDS


def check(field: Field, answer: str, reading: Reading) -> None:
    """Raises UserError if this answer will not do for this field."""
    if not answer.strip():
        if not field.optional:
            raise UserError(_("I need {what} here.").format(what=of(field.kind).what()))
        return
    if len(answer) > field.limit:
        long = _("That is a bit long: {n} characters at most. It stays in this chat; a shorter one goes on from here.")
        raise UserError(long.format(n=field.limit))
    of(field.kind).parse(picked(field, answer.strip()), reading)


def picked(field: Field, answer: str) -> str:
    """The value that an answer means where a field offers all there is. Raises UserError if it means none."""
    if field.kind is One:
        return _picked(field, answer)
    if field.kind is not Some:
        return answer
    if field.optional and answer.casefold().rstrip(".") == "none":
        return ""
    parts = answer.split() if re.fullmatch(r"[\d\s]+", answer) else re.split(r"\s*[,;]\s*|\s+and\s+", answer)
    return " ".join(dict.fromkeys(_picked(field, part) for part in parts if part))


def _picked(field: Field, answer: str) -> str:
    """By its number, its label or itself."""
    said = answer.strip().casefold().rstrip(".")
    for number, choice in enumerate(field.choices, start=1):
        if said in (str(number), str(choice.label).casefold(), choice.value.casefold()):
            return choice.value
    labels = Text(", ").join(choice.label for choice in field.choices)
    raise UserError(_("{typed} isn't one of these: {words}.").format(typed=answer[:40], words=labels))


def usage(command: str, parameters: Sequence[inspect.Parameter]) -> str:
    """``checkin on <at> [zone] [days]``"""
    shown = [f"<{p.name}>" if p.default is p.empty else f"[{p.name}]" for p in parameters]
    return " ".join([command, *(part.replace("_", " ") for part in shown)])

"""Forms: each question drawn as what a thumb can answer, and what was chosen or written read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

from bot.adapters.discord.drawing import draw, shorten
from bot.incoming import parameters
from bot.incoming.lines import choosing
from bot.incoming.parameters import One, Whom
from bot.messages import Field, Form, Member, Option
from bot.words.i18n import _

TITLE = LABEL = 45
NOTE = OPTION = PLACEHOLDER = 100
ROWS = 5
"""Questions of one form (source: https://docs.discord.com/developers/components/reference, as the other limits)."""
FEW = 10
"""Choices that are shown all at once; more, up to 25, open as a list."""
MOST = 25
IN_WORDS = ".words"
"""Ends the name of the line beside a list: what is written there counts rather than what is chosen."""

Component = discord.ui.Item[discord.ui.Modal]
Labelled = discord.ui.Label[discord.ui.Modal]


def modal_of(form: Form, *, direct: bool) -> discord.ui.Modal:
    """``direct``: shown between two, where Discord offers nobody else to choose: there somebody is named in words."""
    modal = discord.ui.Modal(title=shorten(str(form.title), TITLE), custom_id=form.id, timeout=None)
    if form.note:
        modal.add_item(discord.ui.TextDisplay(f"-# {draw(form.note)}"))
    lists = [field for field in form.fields if _takes_words_too(field, direct=direct)]
    fits = len(form.fields) + len(lists) + bool(form.note) <= ROWS
    for field in form.fields:
        beside = fits and field in lists
        modal.add_item(_labelled(field.label, field, _component(field, direct=direct, beside=beside)))
        if beside:
            modal.add_item(_in_words(field))
    modal.stop()  # else the library keeps it, for ever; what is sent reaches us without it
    return modal


def answers_of(components: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What was chosen or written in a form: field name -> words."""
    given = {part["custom_id"]: _given(part) for part in _parts(components) if "custom_id" in part}
    chosen = {name: words for name, words in given.items() if not name.endswith(IN_WORDS)}
    written = {name.removesuffix(IN_WORDS): words for name, words in given.items() if name.endswith(IN_WORDS)}
    return chosen | {name: words for name, words in written.items() if words.strip()}


def _given(part: Mapping[str, Any]) -> str:
    return " ".join(part["values"]) if "values" in part else part.get("value") or ""


def _parts(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        yield from _parts(component.get("components", ()))
        if "component" in component:
            yield from _parts([component["component"]])


# -- one question -----------------------------------------------------------------------------------------------------


def _labelled(label: object, field: Field, component: Component) -> Labelled:
    note = shorten(str(field.note), NOTE) or None
    return discord.ui.Label(text=shorten(str(label), LABEL), description=note, component=component)


def _component(field: Field, *, direct: bool, beside: bool) -> Component:
    """``beside``: words are taken as well, so that nothing has to be chosen."""
    needed = not field.optional and not beside
    if field.kind in (Member, Whom) and not direct:
        return _person(field, needed=needed)
    choices, chosen = choosing.offered(field)[:MOST], choosing.chosen(field)
    if not choices:
        return _text(field)
    if field.kind is One and 2 <= len(choices) <= FEW:
        return _radio(field, choices, chosen, needed=needed)
    if choosing.is_closed(field) and field.kind is not One and len(choices) <= FEW:
        return _boxes(field, choices, chosen, needed=needed)
    most = 1 if field.kind is One or not choosing.is_closed(field) else len(choices)
    return _list(field, choices, chosen, needed=needed, most=most)


def _takes_words_too(field: Field, *, direct: bool) -> bool:
    """Is it a list that cannot hold everything that would do?"""
    if field.kind is Whom:
        return not direct
    return not choosing.is_closed(field) and bool(choosing.offered(field))


def _person(field: Field, *, needed: bool) -> Component:
    ids = [int(field.default)] if field.default.isdecimal() else []
    known = [discord.SelectDefaultValue(id=one, type=discord.SelectDefaultValueType.user) for one in ids]
    return discord.ui.UserSelect(
        custom_id=field.name, required=needed, default_values=known, min_values=int(needed), max_values=1
    )


def _boxes(field: Field, choices: Sequence[Option], chosen: frozenset[str], *, needed: bool) -> Component:
    options = [
        discord.CheckboxGroupOption(label=_option(one), value=one.value, default=one.value in chosen) for one in choices
    ]
    return discord.ui.CheckboxGroup(
        custom_id=field.name, required=needed, options=options, min_values=int(needed), max_values=len(options)
    )


def _radio(field: Field, choices: Sequence[Option], chosen: frozenset[str], *, needed: bool) -> Component:
    options = [
        discord.RadioGroupOption(label=_option(one), value=one.value, default=one.value in chosen) for one in choices
    ]
    return discord.ui.RadioGroup(custom_id=field.name, required=needed, options=options)


def _list(field: Field, choices: Sequence[Option], chosen: frozenset[str], *, needed: bool, most: int) -> Component:
    options = [
        discord.SelectOption(label=_option(one), value=one.value, default=one.value in chosen) for one in choices
    ]
    return discord.ui.Select(
        custom_id=field.name, required=needed, options=options, min_values=int(needed), max_values=most
    )


def _option(choice: Option) -> str:
    return shorten(str(choice.label), OPTION)


def _text(field: Field) -> Component:
    style = discord.TextStyle.paragraph if field.multiline else discord.TextStyle.short
    return discord.ui.TextInput(
        custom_id=field.name,
        style=style,
        default=field.default or None,
        placeholder=_example(field),
        required=not field.optional,
        max_length=field.limit,
    )


def _in_words(field: Field) -> Labelled:
    """The line for whatever the list above it does not hold; what could not be read stands there to be corrected."""
    known = choosing.chosen(field) or (field.kind is Whom and field.default.isdecimal())
    text: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=field.name + IN_WORDS,
        default=None if known else field.default or None,
        placeholder=_example(field),
        required=False,
        max_length=field.limit,
    )
    return discord.ui.Label(text=str(_("Or in your own words")), component=text)


def _example(field: Field) -> str | None:
    """What a value looks like. Whoever is asked for words needs none."""
    kind = parameters.of(field.kind)
    return None if kind.name == "text" else shorten(str(kind.what()), PLACEHOLDER)

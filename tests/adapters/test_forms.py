"""Forms on every platform: each kind of question is asked and answered as people do it there."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.clocks.repeats.repeat import Coming
from bot.clocks.times import Days
from bot.cog import KeepsNothing, action, command
from bot.context import Context
from bot.incoming.parameters import Dialled, One, Some, Until, Whom
from bot.messages import Button, Field, Form, Member, Message, Option, Text
from tests.adapters.beds import beds
from tests.adapters.contract import Bed

OFFERED = (Option(Text("By text"), "text"), Option(Text("By voice"), "voice"), Option(Text("Either way"), "either"))
LENGTHS = (Option(Text("1 hour"), "60 minutes"), Option(Text("2 hours"), "120 minutes"))

KINDS: dict[str, tuple[Any, str, Any]] = {
    "words": (str, "the tram was late", "the tram was late"),
    "time": (time, "19:00", time(19)),
    "odd time": (time, "7:35", time(7, 35)),
    "zone": (ZoneInfo, "Berlin", ZoneInfo("Europe/Berlin")),
    "days": (Days, "mon wed fri", Days.of(0, 2, 4)),
    "length": (timedelta, "2 hours", timedelta(hours=2)),
    "odd length": (timedelta, "50 minutes", timedelta(minutes=50)),
    "date": (date, "3 march 2031", date(2031, 3, 3)),
    "number": (Dialled, "0800 111", "0800 111"),
    "one": (One, "By voice", "voice"),
    "some": (Some, "By text, Either way", ("text", "either")),
    "member": (Member, "Bob", "Bob"),
    "whom": (Whom, "Nobody Inparticular", "Nobody Inparticular"),
}
LATER: dict[str, tuple[Any, str]] = {
    "moment": (datetime, "tomorrow 19:00"),
    "coming": (Coming, "every monday 19:00"),
    "until": (Until, "3 days"),
}
ANNOTATED = {name.replace(" ", "_"): kind for name, (kind, *_rest) in (KINDS | LATER).items()}


class Forms(KeepsNothing):
    """A form of one question for each kind."""

    seen: list[Any]

    @command("forms", anyone=True)
    async def all(self, context: Context) -> Message:
        """Show all kinds."""
        self.seen = []
        return Message(Text("Which?"), tuple(Button(Text(name), "forms.open", name) for name in ANNOTATED))

    @action("forms.open", stateless=True)
    async def open(self, context: Context, value: str) -> Form:
        kind = ANNOTATED[value]
        choices = OFFERED if kind in (One, Some) else LENGTHS if kind is timedelta else ()
        return Form(Text("A form"), (Field(value, Text("Which one?"), kind, choices=choices),), f"forms.{value}")


def _sent(name: str) -> Any:
    async def sent(self: Forms, context: Context, value: str, **answers: Any) -> Text:
        self.seen.append(answers[name])
        return Text("Noted.")

    sent.__signature__ = _signature(name)  # type: ignore[attr-defined]  # how a handler says what it takes
    return action(f"forms.{name}", stateless=True)(sent)


def _signature(name: str) -> Any:
    kinds = {"self": Forms, "context": Context, "value": str, name: ANNOTATED[name]}
    plain = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([inspect.Parameter(one, plain, annotation=kind) for one, kind in kinds.items()])


for _name in ANNOTATED:
    setattr(Forms, f"sent_{_name}", _sent(_name))


@pytest.fixture(params=beds())
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bed]:
    async with request.param(tmp_path / "kith") as opened:
        opened.bot.registry.add(Forms(opened.bot.core))
        yield opened


def forms_of(bed: Bed) -> Forms:
    [found] = [cog for cog in bed.bot.registry.cogs if isinstance(cog, Forms)]
    return found


async def test_each_kind_of_question_is_answered_between_two(bed: Bed) -> None:
    alice, forms = bed.actor("alice"), forms_of(bed)
    for name, (kind, answer, value) in KINDS.items():
        asked = name.replace(" ", "_")
        said = await alice.fill(await alice.press(await alice.say("forms"), asked), answer)
        assert "Noted." in said.text, (name, said.text)
        [found] = forms.seen
        if kind is Member:
            assert found == bed.actor("bob").member
        else:
            assert found == value, name
    for name, (_kind, answer) in LATER.items():
        said = await alice.fill(await alice.press(await alice.say("forms"), name), answer)
        assert "Noted." in said.text, (name, said.text)
        assert len(forms.seen) == 1


async def test_what_is_offered_stands_there(bed: Bed) -> None:
    alice = bed.actor("alice")
    form = await alice.press(await alice.say("forms"), "one")
    assert form.questions == ("Which one?",) or "1. By text" in form.text
    await bed.restart()
    bed.bot.registry.add(Forms(bed.bot.core))
    forms_of(bed).seen = []
    assert "Noted." in (await alice.fill(form, "Either way")).text
    assert forms_of(bed).seen == ["either"]


async def test_nobody_is_found_by_a_name_that_nobody_has(bed: Bed) -> None:
    alice = bed.actor("alice")
    said = await alice.fill(await alice.press(await alice.say("forms"), "member"), "Zebulon")
    assert "I don't know who Zebulon is. Their name there, a mention or their full id works." in said.text

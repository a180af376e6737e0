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
from tests.adapters.contract import Actor, Bed, Seen

OFFERED = (Option(Text("By text"), "text"), Option(Text("By voice"), "voice"), Option(Text("Either way"), "either"))
LENGTHS = (Option(Text("1 hour"), "60 minutes"), Option(Text("2 hours"), "120 minutes"))

KINDS: dict[str, tuple[Any, str, Any]] = {
    "words": (str, "the tram was late", "the tram was late"),
    "time": (time, "19:00", time(19)),
    "zone": (ZoneInfo, "Berlin", ZoneInfo("Europe/Berlin")),
    "days": (Days, "mon wed fri", Days.of(0, 2, 4)),
    "length": (timedelta, "2 hours", timedelta(hours=2)),
    "odd_time": (time, "7:35", time(7, 35)),
    "odd_length": (timedelta, "50 minutes", timedelta(minutes=50)),
    "date": (date, "3 march 2031", date(2031, 3, 3)),
    "number": (Dialled, "0800 111", "0800 111"),
    "one": (One, "By voice", "voice"),
    "some": (Some, "By text, Either way", ("text", "either")),
    "member": (Member, "", None),
    "whom": (Whom, "Nobody Inparticular", "Nobody Inparticular"),
    "moment": (datetime, "tomorrow 19:00", None),
    "coming": (Coming, "every monday 19:00", None),
    "until": (Until, "3 days", None),
}
"""What is asked for, what somebody answers, and what reaches the handler."""

ASKED = {
    "usual": ("words", "time", "zone", "days", "length"),
    "odd": ("odd_time", "odd_length"),
    "offered": ("date", "number", "one", "some", "member"),
    "later": ("whom", "moment", "coming", "until"),
    "one": ("one",),
    "member": ("member",),
}


class Forms(KeepsNothing):
    """Forms of all kinds of questions."""

    seen: dict[str, Any]

    @command("forms", anyone=True)
    async def one(self, context: Context, which: str) -> Message:
        """Show one."""
        self.seen = {}
        return Message(Text("Here?"), (Button(Text("Open it"), "forms.open", which),))

    @action("forms.open", stateless=True)
    async def open(self, context: Context, value: str) -> Form:
        return Form(Text("A form"), tuple(_field(name) for name in ASKED[value]), f"forms.{value}")


def _field(name: str) -> Field:
    kind = KINDS[name][0]
    choices = OFFERED if kind in (One, Some) else LENGTHS if kind is timedelta else ()
    return Field(name, Text(f"Which {name}?"), kind, choices=choices)


def _sent(form: str) -> Any:
    async def sent(self: Forms, context: Context, value: str, **answers: Any) -> Text:
        self.seen = answers
        return Text("Noted.")

    takes = {"self": Forms, "context": Context, "value": str} | {name: KINDS[name][0] for name in ASKED[form]}
    plain = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, plain, annotation=kind) for name, kind in takes.items()]
    sent.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # how a handler says what it takes
    return action(f"forms.{form}", stateless=True)(sent)


for _form in ASKED:
    setattr(Forms, f"sent_{_form}", _sent(_form))


@pytest.fixture(params=beds())
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bed]:
    async with request.param(tmp_path / "kith") as found:
        found.bot.registry.add(Forms(found.bot.core))
        yield found


def forms_of(bed: Bed) -> Forms:
    [found] = [cog for cog in bed.bot.registry.cogs if isinstance(cog, Forms)]
    return found


async def opened(who: Actor, name: str) -> Seen:
    return await who.press(await who.say(f"forms {name}"), "Open it")


async def test_each_kind_of_question_is_answered_between_two(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob").member
    name = await bed.adapter.name_of(bob)
    for form in ("usual", "odd", "offered", "later"):
        answers = [KINDS[one][1] or name for one in ASKED[form]]
        said = await alice.fill(await opened(alice, form), *answers)
        assert "Noted." in said.text, (form, said.text)
        seen = forms_of(bed).seen
        wanted = {name: KINDS[name][2] for name in ASKED[form] if KINDS[name][2] is not None}
        assert {name: seen[name] for name in wanted} == wanted
        assert seen.keys() == set(ASKED[form])
        assert seen.get("member", bob) == bob


async def test_what_is_offered_stands_there(bed: Bed) -> None:
    alice = bed.actor("alice")
    form = await opened(alice, "one")
    assert form.questions == ("Which one?",) or "1. By text" in form.text
    await bed.restart()
    bed.bot.registry.add(Forms(bed.bot.core))
    forms_of(bed).seen = {}
    assert "Noted." in (await alice.fill(form, "Either way")).text
    assert forms_of(bed).seen == {"one": "either"}


async def test_nobody_is_found_by_a_name_that_nobody_has(bed: Bed) -> None:
    alice = bed.actor("alice")
    said = await alice.fill(await opened(alice, "member"), "Zebulon")
    assert "I don't know who Zebulon is. Their name there, a mention or their full id works." in said.text

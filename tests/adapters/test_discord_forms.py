"""A form on Discord holds what a thumb can answer: people are chosen, hours and days too, and only words are typed."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.discord import forms
from bot.clocks.times import Days
from bot.incoming.parameters import One, Some, Whom
from bot.messages import Field, Form, Member, Option, Text
from tests.beds.discord import forms as client
from tests.beds.discord import rules, spec
from tests.beds.discord.forms import BOXES, RADIO, SELECT, TEXT, USERS

ROOT = Path(__file__).parents[2]
WAYS = tuple(Option(Text(f"Way {number}"), f"w{number}") for number in range(30))


def drawn(*fields: Field, direct: bool = False, note: Text | None = None) -> dict[str, Any]:
    """The form as Discord is told of it, which its own file must take."""
    form = Form(Text("A form"), fields, "x.y", note=note or Text())
    modal = forms.modal_of(form, direct=direct).to_dict()
    found = spec.Spec.load().find("POST", "/interactions/1/x/callback")
    assert found is not None
    assert spec.Spec.load().request_error(found[0], {"type": 9, "data": modal}) is None
    assert list(rules.modal_faults(modal)) == []
    return modal


def field(kind: Any, **more: Any) -> Field:
    return Field("it", Text("Which?"), kind, **more)


@pytest.mark.parametrize(
    ("asked", "drawn_as"),
    [
        (field(str), TEXT),
        (field(ZoneInfo), TEXT),
        (field(Member), USERS),
        (field(Whom), USERS),
        (field(time), SELECT),
        (field(timedelta, choices=(Option(Text("1 hour"), "60 minutes"),)), SELECT),
        (field(Days), BOXES),
        (field(Some, choices=WAYS[:10]), BOXES),
        (field(Some, choices=WAYS[:11]), SELECT),
        (field(One, choices=WAYS[:2]), RADIO),
        (field(One, choices=WAYS[:1]), SELECT),
        (field(One, choices=WAYS), SELECT),
    ],
    ids=lambda one: one.kind.__name__ if isinstance(one, Field) else str(one),
)
async def test_a_question_is_drawn_as_what_it_asks_for(asked: Field, drawn_as: int) -> None:
    for question in (asked, replace(asked, optional=True)):
        part = client.inputs(drawn(question))["it"]
        assert part["type"] == drawn_as


async def test_what_a_question_has_now_is_chosen_already() -> None:
    assert client.shown(drawn(field(time, default="19:00"))) == {"it": "19:00"}
    assert client.shown(drawn(field(time, default="07:35"))) == {"it": "07:35"}, "one more hour is offered"
    assert client.shown(drawn(field(time, default="whenever"))) == {"it": "whenever"}, "it stands to be corrected"
    assert client.shown(drawn(field(Days, default="weekdays"))) == {"it": "mon tue wed thu fri"}
    assert client.shown(drawn(field(Some, default="w1 w3", choices=WAYS[:5]))) == {"it": "w1 w3"}
    assert client.shown(drawn(field(Member, default="123456789012345678"))) == {"it": "123456789012345678"}


async def test_between_two_nobody_can_be_chosen_and_a_name_is_written() -> None:
    assert client.inputs(drawn(field(Member), direct=True))["it"]["type"] == TEXT
    assert client.inputs(drawn(field(Whom), direct=True)).keys() == {"it"}


async def test_words_beside_a_list_come_only_where_all_of_them_fit() -> None:
    two = (Field("start", Text("From"), time), Field("end", Text("Until"), time))
    assert client.inputs(drawn(*two)).keys() == {"start", "start.words", "end", "end.words"}
    more = (*two, Field("days", Text("Days"), Days), Field("zone", Text("Where"), ZoneInfo))
    assert client.inputs(drawn(*more)).keys() == {"start", "end", "days", "zone"}


async def test_small_print_is_small() -> None:
    modal = drawn(field(str, note=Text("They see these words.")), note=Text("Nothing is done yet."))
    assert modal["components"][0] == {"type": 10, "content": "-# Nothing is done yet."}
    assert modal["components"][1]["description"] == "They see these words."


def test_what_was_chosen_is_read_back() -> None:
    def sent(kind: int, name: str, **given: Any) -> dict[str, Any]:
        return {"type": 18, "id": 1, "component": {"type": kind, "id": 2, "custom_id": name, **given}}

    chosen = [sent(SELECT, "at", values=["19:00"]), sent(BOXES, "days", values=["mon", "fri"])]
    assert forms.answers_of([*chosen, {"type": 10, "id": 9}]) == {"at": "19:00", "days": "mon fri"}
    assert forms.answers_of([sent(RADIO, "way", value=None)]) == {"way": ""}
    both = [sent(SELECT, "at", values=["19:00"]), sent(TEXT, "at.words", value="7:35")]
    assert forms.answers_of(both) == {"at": "7:35"}, "what somebody wrote is what they mean"
    assert forms.answers_of([both[0], sent(TEXT, "at.words", value=" ")]) == {"at": "19:00"}


def test_no_question_of_any_form_asks_to_type_a_mention() -> None:
    """Over all forms in the code: somebody is asked for as somebody, and no label says how to type them."""
    asked = [
        (path.name, call)
        for folder in ("cogs", "bot")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Field"
    ]
    assert len(asked) > 50
    for name, call in asked:
        words = [
            part.value for part in ast.walk(call) if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        assert not [word for word in words if re.search(r"\bmention|\bfull id", word, re.IGNORECASE)], (name, words)

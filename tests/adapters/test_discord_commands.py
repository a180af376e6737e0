"""Slash commands, buttons and forms are what Discord takes, made from what the cogs say."""

from __future__ import annotations

import inspect
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.discord import commands, components, forms
from bot.adapters.discord.commands import GROUP, IN_DM, IN_GUILD, MANAGE_GUILD, STRING, SUBCOMMAND
from bot.messages import Button, Field, File, Form, Text
from bot.registry import Command
from tests.beds.discord import rules, spec


def command(name: str, *parameters: inspect.Parameter, moderators: bool = False) -> Command:
    async def handler(_context: object) -> None: ...

    return Command(name, f"About {name}.\n\nMore.", parameters, handler, moderators=moderators)


def parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=annotation, default=default)


def test_words_become_groups() -> None:
    made = commands.payloads([command("checkin on"), command("checkin off"), command("help-now"), command("my-data")])
    assert [entry["name"] for entry in made] == ["checkin", "help-now", "kith"]
    assert [(option["name"], option["type"]) for option in made[0]["options"]] == [("off", 1), ("on", 1)]
    assert made[1]["options"] == []
    assert made[2]["options"][0] | {"options": []} == {
        "type": SUBCOMMAND,
        "name": "my-data",
        "description": "About my-data.",
        "options": [],
    }


def test_three_words_become_a_group_within_a_group() -> None:
    [entry] = commands.payloads([command("circle new host"), command("circle new time")])
    [group] = entry["options"]
    assert (group["type"], group["name"]) == (GROUP, "new")
    assert [option["name"] for option in group["options"]] == ["host", "time"]


def test_more_than_three_words_are_joined() -> None:
    assert commands.words(command("dates of mine")) == ["kith", "dates", "of-mine"]


def test_parameters_are_strings_with_suggestions_where_there_are_any() -> None:
    at, zone = parameter("at", time), parameter("zone", ZoneInfo, ZoneInfo("UTC"))
    [entry] = commands.payloads([command("checkin on", at, zone, parameter("note", str))])
    first, second, note = entry["options"][0]["options"]
    assert (first["type"], first["required"], first["autocomplete"]) == (STRING, True, True)
    assert (note["type"], note["required"], note["autocomplete"]) == (STRING, True, False)
    assert (second["type"], second["required"], second["autocomplete"]) == (STRING, False, True)
    assert first["description"] == "a time, for example 19:00"


def test_only_a_group_of_moderators_is_hidden_from_others() -> None:
    made = commands.payloads([command("kith-mod setup", moderators=True), command("start"), command("people")])
    assert {entry["name"]: entry["default_member_permissions"] for entry in made} == {
        "kith": None,
        "kith-mod": MANAGE_GUILD,
        "people": None,
    }


def test_where_commands_may_be_used_is_said_in_words() -> None:
    for entry in commands.payloads([command("start"), command("help-now")]):
        assert (entry["contexts"], entry["integration_types"]) == ([IN_GUILD, IN_DM], [0])


def test_discord_takes_them() -> None:
    made = commands.payloads([command("circle new host"), command("checkin on", parameter("note", str)), command("x")])
    found = spec.Spec.load().find("PUT", "/applications/1/commands")
    assert found is not None
    assert spec.Spec.load().request_error(found[0], made) is None
    assert list(rules.command_faults(made)) == []


def test_what_was_typed_is_read_back() -> None:
    leaf = {"type": SUBCOMMAND, "name": "host", "options": [{"type": 3, "name": "at", "value": "7", "focused": True}]}
    group = {"type": GROUP, "name": "new", "options": [leaf]}
    assert commands.read({"name": "circle", "options": [group]}) == (["circle", "new", "host"], {"at": "7"}, "at")
    assert commands.read({"name": "help-now"}) == (["help-now"], {}, "")


def test_suggestions_are_few_and_fit() -> None:
    on = command("checkin on", parameter("zone", ZoneInfo), parameter("note", str))
    offered = commands.suggestions(on, "zone", "a")
    assert 0 < len(offered) <= 25
    assert all(len(label) <= 100 and len(value) <= 100 for label, value in offered)
    assert commands.suggestions(on, "note", "a") == []
    assert commands.suggestions(on, "unknown", "a") == []


# Buttons and forms.


async def test_up_to_25_buttons_in_rows_of_five() -> None:
    view = components.view_of([Button(Text("b" * 100), "x.y", str(number), row="-") for number in range(12)])
    assert view is not None
    rows = view.to_components()
    assert [len(row["components"]) for row in rows] == [5, 5, 2]
    assert rows[0]["components"][0]["custom_id"] == "kith:1:x.y:-:0"
    assert len(rows[0]["components"][0]["label"]) == 80
    assert view.is_finished(), "the library keeps none of it"


def test_no_buttons_no_view() -> None:
    assert components.view_of([]) is None


async def test_the_first_button_carries_the_mark_of_the_delivery() -> None:
    buttons = [Button(Text("a"), "x.y", "1", row="d7"), Button(Text("b"), "x.y", "2", row="d7")]
    view = components.view_of(buttons, "key-one")
    assert view is not None
    first, second = view.to_components()[0]["components"]
    assert first["id"] == components.marker("key-one")
    assert "id" not in second


def test_marks_differ_and_are_never_those_discord_gives() -> None:
    marks = {components.marker(f"key-{number}") for number in range(2000)}
    assert len(marks) == 2000
    assert all(0x4000_0000 <= mark < 0x8000_0000 for mark in marks)


@pytest.mark.parametrize("fields", [1, 5])
async def test_a_form_is_what_discord_takes(fields: int) -> None:
    asked = tuple(Field(f"f{n}", Text("l" * 60), multiline=n > 2, default="d", limit=4000) for n in range(fields))
    modal = forms.modal_of(Form(Text("t" * 60), asked, "x.y", "v", "o7"), direct=False).to_dict()
    found = spec.Spec.load().find("POST", "/interactions/1/x/callback")
    assert found is not None
    assert spec.Spec.load().request_error(found[0], {"type": 9, "data": modal}) is None
    assert list(rules.modal_faults(modal)) == []
    assert modal["custom_id"] == "kith:1:x.y:o7:v"


def test_a_sent_form_is_read_in_both_shapes() -> None:
    row = {"type": 1, "components": [{"type": 4, "custom_id": "a", "value": "1"}]}
    label = {"type": 18, "component": {"type": 4, "custom_id": "b", "value": "2"}}
    assert forms.answers_of([row, label, {"type": 10}]) == {"a": "1", "b": "2"}


def test_files_are_handed_over_anew_for_each_try() -> None:
    [file] = components.files_of([File("a.txt", b"words")])
    assert (file.filename, file.fp.read()) == ("a.txt", b"words")


def test_a_program_is_nobody() -> None:
    author = {"id": "5", "username": "kith", "bot": True}
    data = {"type": 3, "target_id": "7", "resolved": {"messages": {"7": {"author": author}}}}
    assert commands.pointed_at(data, "1", "2") == (None, "https://discord.com/channels/1/2/7")

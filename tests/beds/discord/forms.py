"""How a client fills in a form: what can be chosen is chosen from what is offered, and only words are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.beds.discord.messages import walk
from tests.beds.discord.things import Channel, Payload, User

SELECT, TEXT, USERS, RADIO, BOXES = 3, 4, 5, 21, 22
BESIDE = ".words"
"""Ends the name of the line that stands beside a list."""

Answer = str | User | Sequence[str]
Filled = dict[str, Any]


def shown(modal: Payload) -> dict[str, str]:
    """What stands in the questions of a form as it is opened, a list and the line beside it taken together."""
    parts = inputs(modal)
    found = {name: _default(part) for name, part in parts.items() if not name.endswith(BESIDE)}
    beside = {name.removesuffix(BESIDE): _default(part) for name, part in parts.items() if name.endswith(BESIDE)}
    return {name: " ".join(words) for name, words in (found | {k: v for k, v in beside.items() if v}).items()}


def inputs(modal: Payload) -> dict[str, Payload]:
    """What can be filled in, by name."""
    return {part["custom_id"]: part for part in walk(modal["components"]) if "custom_id" in part}


def fill(modal: Payload, answers: Mapping[str, Answer], where: Channel, me: User, bot: User) -> Filled:
    """The components as they come back, and whom they name. What a client could not send is an error.

    Somebody who finds a word missing from a list writes it on the line beside it, where there is one.
    """
    parts, given = inputs(modal), dict(answers)
    for name, answer in answers.items():
        if isinstance(answer, str) and f"{name}{BESIDE}" in parts and not _is_offered(parts[name], answer):
            given[f"{name}{BESIDE}"] = given.pop(name)
    assert given.keys() <= parts.keys(), f"the form asks {list(parts)}"
    people: dict[str, User] = {}
    values = {name: _value(part, given.get(name), _people(where, me, bot), people) for name, part in parts.items()}
    resolved = {"users": {id_: user.payload() for id_, user in people.items()}} if people else {}
    return {"components": _sent(modal["components"], values), "resolved": resolved}


def _people(where: Channel, me: User, bot: User) -> list[User]:
    """Whom a client offers: everybody in a server, and between two nobody but the two."""
    return list(where.guild.members.values()) if where.guild else [me, bot]


def _is_offered(part: Payload, answer: str) -> bool:
    return any(answer in (one["value"], one["label"]) for one in part.get("options", ()))


def _default(part: Payload) -> list[str]:
    if part["type"] == TEXT:
        return [part["value"]] if part.get("value") else []
    if part["type"] == USERS:
        return [str(one["id"]) for one in part.get("default_values") or ()]
    return [one["value"] for one in part["options"] if one.get("default")]


def _value(part: Payload, answer: Answer | None, around: list[User], people: dict[str, User]) -> list[str]:
    name = part["custom_id"]
    if part["type"] == TEXT:
        assert answer is None or isinstance(answer, str), f"{name} takes words"
        words = "".join(_default(part)) if answer is None else answer
        _check_words(part, words)
        return [words]
    if answer is None:
        chosen = _default(part)
    elif not answer:
        chosen = []
    elif part["type"] == USERS:
        assert isinstance(answer, User), f"{name} takes a person, who is chosen and not typed"
        assert answer.id in {one.id for one in around}, f"{answer.name} cannot be chosen here"
        people[answer.id], chosen = answer, [answer.id]
    else:
        assert not isinstance(answer, User), f"{name} takes no person"
        wanted = [answer] if isinstance(answer, str) else list(answer)
        offered = {word: one["value"] for one in part["options"] for word in (one["value"], one["label"])}
        assert offered.keys() >= set(wanted), f"{name} offers {list(offered)}, not {wanted}"
        chosen = [offered[word] for word in wanted]
    most = part.get("max_values") or 1
    assert len(chosen) <= most, f"{name} takes {most} at most"
    assert chosen or not part.get("required", True), f"{name} must be answered"
    return chosen


def _check_words(part: Payload, words: str) -> None:
    """A client does not send words that are too short, too long, or missing where something is required."""
    name = part["custom_id"]
    assert words or not part.get("required", True), f"{name} must be filled in"
    assert len(words) <= (part.get("max_length") or 4000), f"{name} is too long"
    assert not words or len(words) >= (part.get("min_length") or 0), f"{name} is too short"


def _sent(components: list[Payload], values: Mapping[str, list[str]]) -> list[Payload]:
    """Ids, types and values only (source: https://docs.discord.com/developers/components/reference)."""
    sent: list[Payload] = []
    for number, component in enumerate(components, start=1):
        part: Payload = {"id": component.get("id") or number, "type": component["type"]}
        if "components" in component:
            part["components"] = _sent(component["components"], values)
        if "component" in component:
            [part["component"]] = _sent([component["component"]], values)
        if "custom_id" in component:
            part["custom_id"], given = component["custom_id"], values[component["custom_id"]]
            if component["type"] == TEXT:
                part["value"] = given[0]
            elif component["type"] == RADIO:
                part["value"] = given[0] if given else None
            else:
                part["values"] = given
        sent.append(part)
    return sent

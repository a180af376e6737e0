"""Config files as a tired person, a broken editor or an attacker would leave them."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

from bot.hosting.config import Config, SecretSetting, Section

EXAMPLE = Path(__file__).parent.parent.parent / "config.example.toml"
OWN = {
    "Your name, or your group's": "The hosts",
    "you@example.org": "hosts@example.org",
    "https://matrix.example.org": "https://chat.example.org",
    "@kith:example.org": "@kith:chat.example.org",
}
"""What somebody puts in the place of the example's own words, which are refused."""


def filled_in() -> str:
    """The example, with somebody's own words in it."""
    text = EXAMPLE.read_text()
    for example, own in OWN.items():
        assert text.count(f'"{example}"') == 1
        text = text.replace(f'"{example}"', f'"{own}"')
    return text


def all_settings(cls: type = Config, section: str = "") -> Iterator[tuple[str, object]]:
    """Every name a file may hold, with how it is read; a secret also as NAME_file."""
    hints = get_type_hints(cls, include_extras=True)
    for field in dataclasses.fields(cls):
        how = hints[field.name].__metadata__[0]
        name = f"{section}.{field.name}" if section else field.name
        if isinstance(how, Section):
            yield from all_settings(how.of, name)
        elif isinstance(how, SecretSetting):
            if how.inline:
                yield from ((name, how), (f"{name}_file", how))
        else:
            yield name, how


NAMES = [name for name, _ in all_settings()]
ODD = ["", "x" * 3000, "\x00", "../..", "~", "/dev/null", "21:00", "é\u202e", "@:", "https://[", "0", "-1", "[", "'"]


def spoiled(chance: random.Random) -> bytes:
    """A file like a tired person, a broken editor or an attacker would leave it."""
    lines = filled_in().splitlines()
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                lines[place] = lines[place].removeprefix("# ")
            case 1:
                lines.insert(place, f"{chance.choice(NAMES)} = {chance.choice(VALUES)}")
            case 2:
                lines[place] = re.sub("=.*", lambda _: f"= {chance.choice(VALUES)}", lines[place])
            case 3:
                del lines[place : place + chance.randint(1, 3)]
                lines = lines or [""]
            case 4:
                lines[place] = lines[place][: chance.randint(0, 20)] + chance.choice(ODD) + lines[place][20:]
            case _:
                lines.insert(place, chance.choice(["[host]", "[x]", "[[log]]", "[discord.token]", "host.name = 1"]))
    content = "\n".join(lines).encode()
    if chance.random() < 0.1:
        cut = chance.randrange(len(content) + 1)
        content = content[:cut] + chance.randbytes(chance.randint(0, 9)) + content[cut:]
    return content


VALUES = [
    *(repr(odd) for odd in ODD),
    *("1", "-9", "1e400", "nan", "inf", "true", "[]", "[[1]]", "{}", "{a = 1}", "07:32:00", "2026-11-21", "0xffffff"),
    *('"""a\nb"""', "'Europe'", "'posix'", "'localtime'", "9" * 400, "1979-05-27T07:32:00Z", '"https://x:y"', "''"),
]

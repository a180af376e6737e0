"""Asks the host: at the terminal, one question a screen, or from a file of answers.

A question has a name, the one its setting has in the configuration; its answer is tried before the next one is asked.
"""

from __future__ import annotations

import getpass
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from bot.errors import FatalError, UserError
from bot.keys.secret import Secret, as_text, chmod, read_file

T = TypeVar("T")

YES, NO = ("y", "yes", "true"), ("n", "no", "false")


class Refused(UserError):
    """An answer that will not do. The sentence says why, and is shown above the same question."""


class Line(Protocol):
    """Where answers come from that no file gives."""

    def say(self, text: str) -> None: ...

    def ask(self, question: str, *, hidden: bool) -> str: ...


class Terminal:
    """Whoever sits there."""

    def say(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def ask(self, question: str, *, hidden: bool) -> str:
        try:
            return getpass.getpass(f"{question} ") if hidden else input(f"{question} ")
        except EOFError:
            raise KeyboardInterrupt from None  # Ctrl-D is a way of leaving too


class Answers:
    """A file of answers, as TOML with the names that the configuration has."""

    def __init__(self, path: Path) -> None:
        try:
            content, is_open_to_others = read_file(path)
        except FileNotFoundError as error:
            raise FatalError(f"There is no file {path}.") from error
        if is_open_to_others:
            raise FatalError(f"{path} holds secrets, and other users of this computer may open it. Run: {chmod(path)}")
        try:
            self._table: Mapping[str, object] = tomllib.loads(as_text(content, path))
        except ValueError:
            raise FatalError(f'{path} is not TOML. An answer is written `name = "value"`.') from None

    def of(self, name: str) -> str | None:
        """The answer to a question, as it would have been typed."""
        found: object = self._table
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if isinstance(found, list):
            return " ".join(map(str, found))
        return None if found is None or isinstance(found, dict) else str(found)


class Asking:
    """``line`` is None where nobody sits there: a question without an answer in the file then ends it."""

    def __init__(self, line: Line | None, answers: Answers | None = None) -> None:
        self._line = line
        self._answers = answers

    @property
    def is_answered_by_somebody(self) -> bool:
        return self._line is not None

    def say(self, text: str) -> None:
        if self._line is not None:
            self._line.say(text)
        else:
            sys.stdout.write(f"{text}\n")

    def given(self, name: str) -> str | None:
        """What the file of answers has under a name that is no question for people."""
        return self._answers.of(name) if self._answers else None

    def text(self, name: str, question: str, read: Callable[[str], T], *, default: str = "", shown: str = "") -> T:
        """An answer that ``read`` takes; it raises Refused (or ValueError) with what it must be.

        Enter takes ``default``; ``shown`` stands in its place where it is a secret, which is then not echoed either.
        """
        if (given := self.given(name)) is not None:
            try:
                return read(given)
            except (Refused, ValueError) as error:
                raise FatalError(f"The answer to `{name}` will not do: {_sentence(error)}") from None
        if self._line is None:
            if default:
                return read(default)
            raise FatalError(f"The answer to `{name}` is missing: {question}")
        return self._ask(self._line, question, read, default, shown)

    def secret(self, name: str, question: str, read: Callable[[Secret], T], *, kept: Secret | None = None) -> T:
        """The same for what nobody may see."""
        return self.text(
            name,
            question,
            lambda typed: read(Secret(typed)),
            default=kept.reveal() if kept else "",
            shown="the one that is there" if kept else "not shown",
        )

    def yes(self, name: str, question: str, *, default: bool) -> bool:
        return self.text(name, question, _is_yes, default="yes" if default else "no")

    def _ask(self, line: Line, question: str, read: Callable[[str], T], default: str, shown: str) -> T:
        line.say("")
        while True:
            hint = shown or default
            typed = line.ask(f"{question}\n{f'[{hint}] ' if hint else ''}>", hidden=bool(shown)).strip()
            try:
                if typed or default:
                    return read(typed or default)
                line.say("This one needs an answer. Ctrl-C leaves everything as it was.")
            except (Refused, ValueError) as error:
                line.say(_sentence(error))


def _sentence(error: Exception) -> str:
    """A ValueError of the configuration's readers completes "`host.name` ..."."""
    return str(error) if isinstance(error, Refused) else f"It {error}."


def _is_yes(typed: str) -> bool:
    if typed.lower() in YES + NO:
        return typed.lower() in YES
    raise Refused("Please type yes or no.")

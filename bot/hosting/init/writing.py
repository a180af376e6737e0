"""Writes what was answered: every file whole, the old one kept beside it, and nothing before the last question."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, time
from pathlib import Path
from signal import SIG_BLOCK, SIG_SETMASK, SIGINT, SIGTERM, pthread_sigmask

from bot.errors import FatalError
from bot.keys.secret import write_private

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def as_toml(table: Mapping[str, object]) -> str:
    """A configuration as text: the settings without a section first, then each section."""
    plain = {name: value for name, value in table.items() if not isinstance(value, Mapping)}
    lines = ["# Written by `kith init`, which can be run again. docs/configuration.md explains every setting."]
    lines += [f"{_key(name)} = {_value(value)}" for name, value in plain.items()]
    for name, value in table.items():
        if isinstance(value, Mapping) and value:
            lines += ["", f"[{_key(name)}]", *(f"{_key(inner)} = {_value(one)}" for inner, one in value.items())]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, date | time):
        return value.isoformat()
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped, and half a surrogate pair, which it has not.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def changes(files: Mapping[Path, str]) -> dict[Path, str]:
    """Those of the files that are not there yet, or not with this content."""
    return {path: text for path, text in files.items() if _content(path) != text.encode()}


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FatalError(f"I can't read {path}: {error.strerror}.") from error


def write(files: Mapping[Path, str]) -> list[Path]:
    """Write them all, of mode 0600. Returns where the old ones are kept. Raises FatalError, with all as it was."""
    kept: dict[Path, Path] = {}
    written: list[Path] = []
    with uninterrupted():
        try:
            for path, text in files.items():
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                if path.exists():
                    old = _free_name(path)
                    os.link(path, old)
                    kept[path] = old
                write_private(path, text, replace=path in kept)
                written.append(path)
        except OSError as error:
            for path in written:
                os.replace(kept.pop(path), path) if path in kept else path.unlink()
            for old in kept.values():
                old.unlink()
            raise FatalError(f"I can't write {error.filename}: {error.strerror}. All is as it was.") from error
    return list(kept.values())


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until the block is done."""
    before = pthread_sigmask(SIG_BLOCK, {SIGINT, SIGTERM})
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)


def _free_name(path: Path) -> Path:
    """``config.toml.bak``, or the next that is free: an old one is never written over."""
    number = 1
    while (name := path.with_name(f"{path.name}.bak{number if number > 1 else ''}")).exists():
        number += 1
    return name

"""Logs a host can find faults with, and nobody can find a member in.

Nothing is cleaned afterwards: only what is known to be harmless is written at all.

- A message's text is written if it stands as a literal in the source of the line that logs it. Anything composed at run
  time (an f-string, a library quoting what it received) is left out; the place in the source is always named.
- Of its arguments, small numbers, times, classes, enum names and `Word` are written, and an exception's class: pass
  ``error``, not ``type(error).__name__``. Every other text or number becomes
  a short hash, ``#4f1c09be``: the same within one run of the process, so that lines can be put together, and useless
  afterwards. Other objects become their class.
- A traceback is its exception types and where they went through: no source lines, no messages. Only a FatalError's
  sentence is written, here and as an argument. A UserError's is not: it may quote what the member typed.
- Libraries are never logged at DEBUG, because there they write whole payloads. Each place in their source
  may write 30 lines a minute, and each of ours 600; what is over that is counted.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import secrets
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from logging.handlers import TimedRotatingFileHandler
from pathlib import Path
from time import monotonic
from types import FrameType, TracebackType
from typing import IO, ClassVar, TextIO

from bot.errors import FatalError

OURS = ("bot", "cogs", "storage")
LINES_PER_MINUTE = 30  # from one place in a library's source
OUR_LINES_PER_MINUTE = 600
LARGEST_SHOWN = 999_999  # a status, a count, a number of seconds; platform ids are far above
FRAMES_SHOWN = 30
CHAIN_SHOWN = 10
WITHHELD = "(text withheld)"

_salt = secrets.token_bytes(16)
_word = re.compile(r"[a-z][a-z0-9_.-]{0,40}")
_name = re.compile(r"[\w.<>]{1,80}", re.ASCII)
_conversion = re.compile(r"%(?:\((\w+)\))?([-+ #0]*\d*(?:\.\d+)?)([a-zA-Z%])")
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class LogSettings:
    """How much is logged, and where: in a file of which ``keep_days`` days stay, else on standard error."""

    level: str = "info"
    format: str = "text"
    file: Path | None = None
    keep_days: int = 14
    errors_only: ClassVar[tuple[str, ...]] = ()
    """Loggers of libraries that tell what they hear, one by one: only their errors are written."""


class Word(str):
    """A word of our own source that may be logged as it is: a command, a kind of message, a platform's name."""

    __slots__ = ()


def hashed(value: str | bytes | int) -> str:
    """A short code for an id, the same all through this process and meaningless outside it."""
    content = value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
    return "#" + hashlib.blake2b(content, key=_salt, digest_size=4).hexdigest()


def setup(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send every logger of the process through the redaction, to the file, else ``stream`` or standard error.

    Also what Python prints by itself: warnings, and exceptions nobody caught, in threads and destructors too.
    Raises FatalError where the file cannot be opened.
    """
    level = getattr(logging, settings.level.upper())
    handler: logging.Handler = logging.StreamHandler(stream) if settings.file is None else _open(settings)
    handler.setFormatter(JsonFormatter() if settings.format == "json" else RedactingFormatter())
    handler.addFilter(quiet_libraries)
    handler.addFilter(RateCap())
    root = logging.getLogger()
    for other in list(root.handlers):
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(max(level, logging.INFO))
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in settings.errors_only:
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.raiseExceptions = False  # or a full disk makes logging print the raw record to standard error
    _catch_what_python_prints()


class RedactingFormatter(logging.Formatter):
    """One line per record, and one per exception and frame below it. Must run in the thread that logs."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{_moment(record)} {record.levelname:<8}{_shown_name(record.name)}: {_message(record)}"
        if held_back := getattr(record, "held_back", 0):
            head += f" (and {held_back} more like this)"
        return "\n".join([head, *_trace(record)])


class JsonFormatter(logging.Formatter):
    """The same as one JSON object per record, for programs that collect logs; ``trace`` holds the lines below it."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": _shown_name(record.name),
            "message": _message(record),
        }
        if held_back := getattr(record, "held_back", 0):
            fields["held_back"] = held_back
        if trace := [line.strip() for line in _trace(record)]:
            fields["trace"] = trace
        return json.dumps(fields, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _trace(record: logging.LogRecord) -> Iterator[str]:
    error = record.exc_info[1] if record.exc_info else None
    return iter(()) if error is None else describe(error)


def quiet_libraries(record: logging.LogRecord) -> bool:
    """A filter. Some libraries set the level of their own loggers, so the root's level is not enough."""
    return record.levelno >= logging.INFO or _is_ours(record)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


class RateCap(logging.Filter):
    """Lets one place in the source write so many lines a minute, and counts the rest in the next one it writes."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[tuple[str, int], tuple[float, int]] = {}  # start of the minute (monotonic seconds), records

    def filter(self, record: logging.LogRecord) -> bool:
        place, now = (record.pathname, record.lineno), monotonic()
        most = OUR_LINES_PER_MINUTE if _is_ours(record) else LINES_PER_MINUTE
        since, written = self._places.get(place, (now, 0))
        if now - since >= 60:
            record.held_back = max(0, written - most)
            since, written = now, 0
        self._places[place] = since, written + 1
        return written < most


def describe(error: BaseException) -> Iterator[str]:
    """An exception, what caused it and what it groups: types and places, nothing that was in it."""
    waiting: list[tuple[str, BaseException]] = [("", error)]
    for _ in range(CHAIN_SHOWN):
        if not waiting:
            return
        relation, current = waiting.pop(0)
        sentence = f": {current}" if isinstance(current, FatalError) else ""
        yield f"  {relation}{_class(type(current))}{sentence}"
        yield from _frames(current.__traceback__)
        if current.__cause__ is not None:
            waiting.append(("caused by ", current.__cause__))
        elif current.__context__ is not None and not current.__suppress_context__:
            waiting.append(("while handling ", current.__context__))
        if isinstance(current, BaseExceptionGroup):
            waiting += [("grouping ", inner) for inner in current.exceptions]


def _frames(trace: TracebackType | None) -> Iterator[str]:
    """Where an exception went through, the innermost last."""
    places = list(traceback.walk_tb(trace))
    if len(places) > FRAMES_SHOWN:
        yield f"    ({len(places) - FRAMES_SHOWN} outer frames left out)"
    for frame, line in places[-FRAMES_SHOWN:]:
        module = _shown_name(str(frame.f_globals.get("__name__", "?")))
        yield f"    {module}:{line} in {_shown_name(frame.f_code.co_name)}"


def _message(record: logging.LogRecord) -> str:
    if not _is_literal(record):
        return f"{WITHHELD} at {_shown_name(record.module)}:{record.lineno}"
    text = str(record.msg)
    if record.args:
        text = _filled(text, record.args)
    return text.replace("\n", " ")


def _is_literal(record: logging.LogRecord) -> bool:
    """Whether the message is a constant of the very function that logs it, as Python compiled it."""
    if type(record.msg) is not str:
        return False
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_lineno == record.lineno and frame.f_code.co_filename == record.pathname:
            return record.msg in frame.f_code.co_consts
        frame = frame.f_back
    return False


def _filled(template: str, args: tuple[object, ...] | Mapping[str, object]) -> str:
    """What ``template % args`` does, with `_shown` values; too few or too many arguments are no error here."""
    values = iter(()) if isinstance(args, Mapping) else iter(args)

    def fill(found: re.Match[str]) -> str:
        key, flags, kind = found.groups()
        if kind == "%":
            return "%"
        value = args.get(key) if isinstance(args, Mapping) else next(values, None)
        if kind in "eEfFgG" and isinstance(value, float):
            return f"%{flags}{kind}" % value
        return _shown(value)

    return _conversion.sub(fill, template)


def _shown(value: object) -> str:
    """A value as far as it may be read. Never calls a method of an object it does not know."""
    if isinstance(value, Enum):
        return _shown_name(value.name)
    if type(value) is Word:
        return str(value) if _word.fullmatch(value) else hashed(value)
    if value is None or isinstance(value, bool) or type(value) in (date, datetime, time, timedelta):
        return str(value)
    if isinstance(value, FatalError):
        return str(value)
    if type(value) is float:
        return f"{value:.6g}"
    if type(value) is int and abs(value) <= LARGEST_SHOWN:
        return str(value)
    if type(value) is str or type(value) is bytes or type(value) is int:
        return hashed(value)
    return _class(value if isinstance(value, type) else type(value))


def _class(cls: type) -> str:
    return _shown_name(f"{cls.__module__}.{cls.__qualname__}".removeprefix("builtins."))


def _shown_name(name: str) -> str:
    """A name out of source code; one that could not be, because a library built it at run time, is hashed."""
    return name if _name.fullmatch(name) else hashed(name)


def _open(settings: LogSettings) -> logging.Handler:
    try:
        return _PrivateFile(settings)
    except OSError as error:
        raise FatalError(
            f"I can't write the log file {settings.file}: {error.strerror}."
            " Name another one in `log.file`, or take the line away."
        ) from error


class _PrivateFile(TimedRotatingFileHandler):
    """A new file at midnight UTC; those older than the host keeps are deleted. Only the bot's user can open them."""

    def __init__(self, settings: LogSettings) -> None:
        assert settings.file is not None
        settings.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(settings.file, when="midnight", utc=True, backupCount=settings.keep_days - 1, encoding="utf-8")

    def _open(self) -> IO[str]:  # type: ignore[override] # typeshed promises a TextIOWrapper; open() with an opener gives one
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=_private)


def _private(file: str, flags: int) -> int:
    return os.open(file, flags, 0o600)


def _catch_what_python_prints() -> None:
    """Send to the log what would go to standard error in full: warnings, and exceptions nobody caught."""

    def uncaught(error: BaseException) -> None:
        _logger.critical("nobody caught this", exc_info=error)

    def show_warning(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: object = None,
        line: object = None,
    ) -> None:
        _logger.warning("Python warns: %s at line %s of %s", category, lineno, Word(os.path.basename(filename).lower()))

    sys.excepthook = lambda _type, error, _trace: uncaught(error)
    sys.unraisablehook = lambda raised: uncaught(raised.exc_value or RuntimeError())
    threading.excepthook = lambda raised: uncaught(raised.exc_value or RuntimeError())
    warnings.showwarning = show_warning

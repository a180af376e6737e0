"""Puts a member's words into everything that logs, and looks for them in what comes out."""

from __future__ import annotations

import ast
import asyncio
import gc
import io
import json
import logging
import os
import random
import re
import stat
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from textwrap import dedent

import nio
import pytest

from bot import log
from bot.errors import FatalError, UserError
from bot.hosting.config import ERRORS_ONLY, LogConfig
from bot.log import Word, hashed
from bot.messages import Member

ROOT = Path(__file__).parent.parent
# Put together while running: what stands as a literal in the source of a line that logs may be shown.
CANARY = " ".join(["I", "drank", "again", "last", "night"])
OURS = logging.getLogger("bot.delivery.outbox")
THEIRS = [
    logging.getLogger(name)
    for name in (
        "discord.http",
        "nio.client",
        "aiohttp.access",
        "apscheduler",
        "aiosqlite",
        "asyncio",
        "never.heard.of",
    )
]

Lines = Callable[[], list[str]]


class Mood(Enum):
    QUIET = CANARY


class Careless:
    """An object of a library: shows everything when it is printed."""

    def __repr__(self) -> str:
        return CANARY


class CarelessText(str):
    def __str__(self) -> str:
        return CANARY


class CarelessError(Exception):
    def __str__(self) -> str:
        return CANARY


@pytest.fixture
def restored() -> Iterator[None]:
    """Puts back what log.setup changes for the whole process."""
    root = logging.getLogger()
    changed = [root, *map(logging.getLogger, (*log.OURS, *ERRORS_ONLY, *(logger.name for logger in THEIRS)))]
    levels, handlers = [logger.level for logger in changed], list(root.handlers)
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning, logging.raiseExceptions
    gc.disable()  # what earlier tests left behind stays silent while anybody listens
    yield
    gc.enable()
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers[:] = handlers
    for logger, level in zip(changed, levels, strict=True):
        logger.setLevel(level)
    sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning, logging.raiseExceptions = hooks


@pytest.fixture
def lines(restored: None) -> Lines:
    """What was logged so far, without the time; everything at the lowest level there is."""
    stream = io.StringIO()
    log.setup(LogConfig(level="debug"), stream)

    def lines() -> list[str]:
        return [re.sub(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", "", line) for line in stream.getvalue().splitlines()]

    return lines


def raised(error: BaseException) -> BaseException:
    """The same exception with a traceback, as an except clause gets it."""
    try:
        raise error
    except BaseException as caught:
        return caught


def chained() -> BaseException:
    """ValueError while handling KeyError, caused by a group of two."""
    try:
        try:
            raise KeyError(CANARY)
        except KeyError:
            raise ValueError(CANARY)  # noqa: B904 - the point is what Python chains by itself
    except ValueError as handled:
        handled.add_note(CANARY)
        group = ExceptionGroup(CANARY, [handled, CarelessError(CANARY)])
        outer = RuntimeError(CANARY, {"body": CANARY})
        outer.__cause__ = group
        return raised(outer)


def test_a_line_says_when_how_bad_where_and_what(restored: None) -> None:
    stream = io.StringIO()
    log.setup(LogConfig(), stream)
    OURS.warning("delivery %d was sent at the %s try", 12, 3)
    assert re.fullmatch(
        r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ WARNING bot\.delivery\.outbox: delivery 12 was sent at the 3 try\n",
        stream.getvalue(),
    )


def test_a_program_can_read_the_lines_too(restored: None) -> None:
    stream = io.StringIO()
    log.setup(LogConfig(format="json"), stream)
    OURS.warning("delivery %d of %s", 12, CANARY)
    try:
        raise KeyError(CANARY)
    except KeyError:
        OURS.exception("it failed")
    plain, failed = map(json.loads, stream.getvalue().splitlines())
    assert re.fullmatch(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ", plain.pop("time"))
    assert plain.pop("message").startswith("delivery 12 of #")
    assert plain == {"level": "warning", "logger": "bot.delivery.outbox"}
    assert failed["trace"][0] == "KeyError"
    assert failed["trace"][1].startswith("tests.test_log:")
    assert CANARY not in stream.getvalue()


def test_what_may_be_read_can_be_read(lines: Lines) -> None:
    OURS.info("%s %s %s", Word("checkins.prompt"), Mood.QUIET, None)
    OURS.info("%05.1f %s %d%% %s", 2.25, 0.1, 99, True)
    OURS.info("%s %s", datetime(2026, 3, 29, 2, 30, tzinfo=UTC), timedelta(minutes=5))
    OURS.info("%s, %s", ValueError, UserError("x"))
    OURS.info("%s", FatalError("There is no platform."))
    OURS.info("%(count)d of %(kind)s", {"count": 3, "kind": Word("buddies.round")})
    OURS.info("no arguments at 100%")
    OURS.info("%s", date(2026, 11, 21))
    assert lines() == [
        "INFO    bot.delivery.outbox: checkins.prompt QUIET None",
        "INFO    bot.delivery.outbox: 002.2 0.1 99% True",
        "INFO    bot.delivery.outbox: 2026-03-29 02:30:00+00:00 0:05:00",
        "INFO    bot.delivery.outbox: ValueError, bot.errors.UserError",
        "INFO    bot.delivery.outbox: There is no platform.",
        "INFO    bot.delivery.outbox: 3 of buddies.round",
        "INFO    bot.delivery.outbox: no arguments at 100%",
        "INFO    bot.delivery.outbox: 2026-11-21",
    ]


def test_ids_become_the_same_short_code_all_through_a_run(lines: Lines) -> None:
    OURS.info("%s", "1181276482938740766")
    OURS.info("%d", 1181276482938740766)
    OURS.info("%s", "@alice:example.org")
    OURS.info("%s", b"\xff")
    codes = [line.rpartition(" ")[2] for line in lines()]
    assert all(re.fullmatch("#[0-9a-f]{8}", code) for code in codes)
    assert codes[0] == codes[1] == hashed("1181276482938740766")
    assert len(set(codes)) == 3


def test_the_codes_of_another_run_are_different() -> None:
    command = [sys.executable, "-c", "from bot.log import hashed; print(hashed('1181276482938740766'))"]
    codes = {subprocess.check_output(command, cwd=ROOT, text=True) for _ in range(2)}
    assert len(codes) == 2


@pytest.mark.parametrize(
    "value",
    [
        CANARY,
        CANARY.encode(),
        Word(CANARY),
        CarelessText(),
        Careless(),
        Careless,
        [CANARY],
        {"body": CANARY},
        Member("local", "1", CANARY),
        Path(CANARY),
        CarelessError(CANARY),
        Mood.QUIET,
        10**20,
        -(10**6),
        type(CANARY, (), {}),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("conversion", ["%s", "%r", "%d", "%5.1f", "%(body)s", "%-20s", "%%", "%*d"])
def test_no_argument_shows_what_it_holds(lines: Lines, value: object, conversion: str) -> None:
    for logger in (OURS, *THEIRS):
        logger.warning(conversion, value)
        logger.warning("%s and %s", value)
        logger.warning("none is asked for", value)
        logger.warning("%(body)s", {"body": value})
        logger.warning("said", extra={"body": value})
        logger.warning("said", stack_info=True)
    output = "\n".join(lines())
    assert len(lines()) == 6 * 8
    assert not re.search("drank|night|100000000", output)


def test_text_put_together_at_run_time_is_left_out_and_its_place_is_named(lines: Lines) -> None:
    for logger in (OURS, *THEIRS):
        logger.warning(f"rejected {CANARY}")
        logger.warning("rejected " + CANARY + " %s", CANARY)
        logger.warning("rejected {}".format(CANARY))  # noqa: UP032 - libraries write it like this
        logger.warning(CANARY)
        logger.error(Careless())
        logger.error({"body": CANARY})
        logger.error(CarelessError(CANARY))
    assert all(re.search(r"\(text withheld\) at test_log:\d+$", line) for line in lines())
    assert len(lines()) == 7 * 8


def test_every_line_of_our_own_can_be_read() -> None:
    """Its text is a literal, so none of our own lines ever says "(text withheld)"."""
    found = 0
    for file in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("cogs/**/*.py"), *ROOT.glob("storage/**/*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not re.fullmatch(r"_?log(ger)?\.[a-z]+", ast.unparse(node.func)):
                continue
            if isinstance(node.func, ast.Attribute) and node.func.attr in {
                "debug",
                "info",
                "warning",
                "error",
                "exception",
                "critical",
            }:
                found += 1
                assert isinstance(node.args[0], ast.Constant), f"{file.relative_to(ROOT)}:{node.lineno}"
                shown = [ast.unparse(one) for one in node.args[1:]]
                assert not [one for one in shown if one.endswith("error).__name__")], "a class by its name: type(error)"
    assert found > 1


def test_a_line_break_in_a_message_cannot_forge_a_line(lines: Lines) -> None:
    OURS.info("one\n2026-11-21T00:00:00Z INFO bot: two")
    assert len(lines()) == 1


def test_a_traceback_is_types_and_places(lines: Lines) -> None:
    try:
        int(CANARY)
    except ValueError:
        OURS.exception("reading the number failed")
    first, kind, frame = lines()
    assert first == "ERROR   bot.delivery.outbox: reading the number failed"
    assert kind == "  ValueError"
    assert re.fullmatch(r"    (tests\.)?test_log:\d+ in test_a_traceback_is_types_and_places", frame)


def test_chained_and_grouped_exceptions_show_only_types(lines: Lines) -> None:
    OURS.error("it broke", exc_info=chained())
    kinds = [line.strip() for line in lines() if re.match("  \\S", line)]
    assert kinds == [
        "RuntimeError",
        "caused by ExceptionGroup",
        "grouping ValueError",
        f"grouping {CarelessError.__module__}.CarelessError",
        "while handling KeyError",
    ]
    assert CANARY not in "\n".join(lines())


def test_a_fatal_sentence_is_for_the_host_and_a_user_sentence_is_not(lines: Lines) -> None:
    OURS.error("stopping", exc_info=FatalError("There is no platform."))
    OURS.error("refused", exc_info=UserError(f"I don't know the zone {CANARY}."))
    assert "  bot.errors.FatalError: There is no platform." in lines()
    assert "  bot.errors.UserError" in lines()
    assert CANARY not in "\n".join(lines())


def test_a_very_deep_or_long_exception_stays_short(lines: Lines) -> None:
    def deeper(depth: int) -> None:
        if depth == 0:
            raise ValueError(CANARY)
        deeper(depth - 1)

    error: BaseException = ValueError()
    try:
        deeper(500)
    except ValueError as deep:
        error = deep
    for _ in range(200):
        outer = ValueError()
        outer.__cause__ = error
        error = outer
    error.__cause__ = raised(BaseExceptionGroup("", [raised(ValueError()) for _ in range(1000)]))
    OURS.error("deep", exc_info=error)
    assert len(lines()) < 60


def test_an_exception_that_causes_itself_ends(lines: Lines) -> None:
    error = ValueError()
    error.__context__ = KeyError()
    error.__context__.__context__ = error
    OURS.error("round", exc_info=error)
    assert 3 <= len(lines()) <= 12


def test_libraries_are_never_logged_at_debug(lines: Lines) -> None:
    for logger in THEIRS:
        logger.setLevel(logging.DEBUG)  # as some of them do themselves
        logger.debug("payload")
        logger.info("connected")
    OURS.debug("ours is")
    assert sum("payload" in line for line in lines()) == 0
    assert sum("connected" in line for line in lines()) == len(THEIRS)
    assert sum("ours is" in line for line in lines()) == 1


@pytest.mark.parametrize(("level", "written"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_of_the_host_holds_for_all(restored: None, level: str, written: int) -> None:
    stream = io.StringIO()
    log.setup(LogConfig(level=level), stream)
    for logger in (OURS, *THEIRS):
        for step in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            logger.log(step, "said")
    assert stream.getvalue().count("bot.delivery.outbox") == written
    assert stream.getvalue().count("never.heard.of") == min(written, 3)


def test_setting_up_twice_does_not_write_twice(lines: Lines) -> None:
    stream = io.StringIO()
    log.setup(LogConfig(), stream)
    OURS.info("once")
    assert stream.getvalue().count("once") == 1
    assert lines() == []


def test_a_flood_from_a_library_is_cut_and_counted(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(log, "monotonic", lambda: now[0])

    def flood(times: int) -> None:
        for _ in range(times):
            THEIRS[0].warning("malformed")

    def written() -> list[str]:  # what an earlier test left behind may speak up meanwhile
        return [line for line in lines() if "discord.http" in line]

    flood(100_000)
    assert len(written()) == 30
    THEIRS[0].warning("from another place")
    assert len(written()) == 31
    now[0] = 60.0
    flood(2)
    assert written()[31:] == [
        "WARNING discord.http: malformed (and 99970 more like this)",
        "WARNING discord.http: malformed",
    ]


def test_what_we_write_ourselves_may_come_more_often(lines: Lines) -> None:
    for _ in range(1000):
        OURS.info("sent")
    assert len(lines()) == 600


def test_malformed_events_are_not_worth_a_line(lines: Lines) -> None:
    """Each of these made the library write twelve lines, the rejected words in many of them."""
    for number in range(1000):
        content = {"msgtype": "m.text", "body": [CANARY], "n": number}
        event = {"type": "m.room.message", "event_id": "$e", "sender": "@eve:x", "origin_server_ts": 1}
        assert isinstance(nio.Event.parse_event({**event, "content": content}), nio.BadEvent)
    assert lines() == []
    logging.getLogger("nio.events.misc").setLevel(logging.WARNING)
    nio.Event.parse_event({**event, "content": content})
    assert lines() != [], "the library writes nothing any more: this test says nothing"
    assert CANARY not in "\n".join(lines())


async def test_what_a_loop_reports_shows_no_words(lines: Lines) -> None:
    async def fails() -> None:
        raise CarelessError(CANARY)

    def explodes(words: str) -> None:
        raise CarelessError(words)

    loop = asyncio.get_running_loop()
    loop.call_soon(explodes, CANARY)
    forgotten = asyncio.create_task(fails(), name=CANARY)
    await asyncio.sleep(0.01)
    del forgotten
    gc.collect()
    loop.call_exception_handler({"message": CANARY, "exception": CarelessError(CANARY), "words": CANARY})
    output = "\n".join(lines())
    assert output.count("CarelessError") == 3
    assert CANARY not in output


async def test_a_slow_callback_is_reported_without_what_it_carried(lines: Lines) -> None:
    loop = asyncio.get_running_loop()
    before = loop.get_debug(), loop.slow_callback_duration
    loop.set_debug(True)
    loop.slow_callback_duration = 0.001
    loop.call_soon(lambda words: time.sleep(0.01), CANARY)
    await asyncio.sleep(0.05)
    loop.set_debug(before[0])
    loop.slow_callback_duration = before[1]
    assert any("asyncio: Executing" in line for line in lines())
    assert CANARY not in "\n".join(lines())


def test_a_warning_shows_its_kind_and_its_place(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning(CANARY, RuntimeWarning, f"/somewhere/{CANARY}.py", 7)
        warnings.showwarning(RuntimeWarning(CANARY), RuntimeWarning, "/somewhere/client.py", 8)
    first, second = lines()
    assert re.fullmatch(r"WARNING bot\.log: Python warns: RuntimeWarning at line 7 of #[0-9a-f]{8}", first)
    assert second == "WARNING bot.log: Python warns: RuntimeWarning at line 8 of client.py"


PROCESS = """
    import logging, sys, threading, warnings
    from bot import log
    from bot.hosting.config import ERRORS_ONLY, LogConfig

    canary = sys.stdin.read()
    log.setup(LogConfig(level="debug"))

    class Careless:
        def __repr__(self):
            return canary
        def __del__(self):
            raise ValueError(canary)

    def fails():
        raise ValueError(canary)

    warnings.warn(canary, stacklevel=1)
    Careless()
    thread = threading.Thread(target=fails, name=canary)
    thread.start()
    thread.join()
    logging.getLogger("bot.x").info("%d", canary)
    logging.getLogger("bot.x").info("%s", Careless())
    logging.getLogger(canary).warning("a logger with an odd name")
    logging.warning(canary)
    fails()
"""


def test_nothing_a_process_prints_by_itself_shows_words() -> None:
    """Warnings, destructors, threads and the exception that ends the process."""
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", dedent(PROCESS)],
        cwd=ROOT,
        input=CANARY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "drank" not in done.stderr
    assert done.stderr.count("nobody caught this") == 4, done.stderr
    assert done.stderr.count("Python warns: UserWarning at line ") == 1
    assert "Traceback" not in done.stderr


class Broken(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_does_not_print_what_could_not_be_logged(
    restored: None, capsys: pytest.CaptureFixture[str]
) -> None:
    log.setup(LogConfig(), Broken())
    OURS.warning("said %s", CANARY)
    assert capsys.readouterr() == ("", "")


def test_a_log_file_is_for_its_owner_only(restored: None, tmp_path: Path) -> None:
    file = tmp_path / "logs" / "kith.log"
    before = os.umask(0)
    try:
        log.setup(LogConfig(file=file, keep_days=2))
    finally:
        os.umask(before)
    OURS.warning("said %s", CANARY)
    assert file.read_text().count("said #") == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_old_log_files_go(restored: None, tmp_path: Path) -> None:
    """Two days of files: today's, and yesterday's."""
    file = tmp_path / "kith.log"
    for day in range(10, 20):
        (tmp_path / f"kith.log.2026-11-{day}").touch()
    file.touch()
    os.utime(file, (0, 0))  # written long ago, so that midnight has passed
    log.setup(LogConfig(file=file, keep_days=2))
    OURS.warning("a new day")
    assert len(list(tmp_path.iterdir())) == 2
    assert file.read_text().count("a new day") == 1


def test_a_log_file_that_cannot_be_written_gets_a_sentence(restored: None, tmp_path: Path) -> None:
    (tmp_path / "kith.log").mkdir()
    cure = r"Name another one in `log\.file`, or take the line away\.$"
    sentence = r"^I can't write the log file .*kith\.log: Is a directory\. " + cure
    with pytest.raises(FatalError, match=sentence):
        log.setup(LogConfig(file=tmp_path / "kith.log"))


def test_a_flood_of_words_leaves_none_in_the_log(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way to log something, at every level, at random; the nightly run makes it a million lines."""
    monkeypatch.setattr(log, "LINES_PER_MINUTE", 10**9)
    monkeypatch.setattr(log, "OUR_LINES_PER_MINUTE", 10**9)
    chance = random.Random(17)
    values: list[object] = [CANARY, CANARY.encode(), Careless(), [CANARY], {"a": CANARY}, CarelessError(CANARY), 10**18]
    errors = [chained(), raised(UserError(CANARY)), raised(CarelessError())]
    wanted = int(os.environ.get("KITH_LOG_LINES", "5000"))
    for _ in range(wanted):
        logger, value = chance.choice([OURS, *THEIRS]), chance.choice(values)
        level = chance.choice([10, 20, 30, 40, 50])
        match chance.randrange(7):
            case 0:
                logger.log(level, "said %s and %r", value, value)
            case 1:
                logger.log(level, f"said {value!r}")
            case 2:
                logger.log(level, value)
            case 3:
                logger.log(level, "said %(a)s", {"a": value}, extra={"body": value})
            case 4:
                logger.log(level, CANARY + "%s", value, exc_info=chance.choice(errors))
            case 5:
                logger.log(level, "%5.2f%%", value, stack_info=True)
            case _:
                logger.log(level, "said", value, stacklevel=chance.choice([1, 2, 50]))
    assert len(lines()) > wanted
    assert not re.search("drank|night|10{18}", "\n".join(lines()))

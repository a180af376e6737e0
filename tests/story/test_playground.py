"""Plays with the playground as a newcomer does: at a terminal, through a pipe, as several members, over weeks."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.local import Posted
from bot.adapters.local.drawing import Page, harmless
from bot.clocks.clock import monotonic
from bot.cog import Core, KeepsNothing, job
from bot.messages import Channel, File, Member, Message, Text, plain, when, who
from bot.story.playground import ALICE, BOB, MO, ROOM, Playground
from bot.story.terminal import Terminal
from tests.beds.process import PATIENCE, ROOT, command, environment
from tests.prepared import prepared

SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def playground(tmp_path: Path) -> AsyncIterator[Playground]:
    async with Playground.open(prepared(tmp_path / "data"), SUNDAY) as opened:
        yield opened


@pytest.fixture
def terminal(playground: Playground, tmp_path: Path) -> Terminal:
    return Terminal(playground, Page(80), tmp_path)


async def said(playground: Playground, *lines: str) -> str:
    """What Alice reads after typing these lines."""
    answers = [posted for line in lines for posted in await playground.say(ALICE, line)]
    return "\n".join(str(posted.message.text) for posted in answers)


async def with_check_in(playground: Playground, at: str = "19:00") -> None:
    """Alice has a check-in every day, in UTC."""
    await said(playground, "start", "a check-in", "yes")
    assert "19:00" in await said(playground, f"checkin on {at} UTC")


async def waited(playground: Playground, duration: timedelta) -> list[tuple[datetime, Posted]]:
    return [(playground.now, posted) async for said in playground.wait(duration) for posted in said]


async def asked(playground: Playground, duration: timedelta) -> list[datetime]:
    """When Alice's check-ins came in this time. She skips each, or they would rest after a week."""
    moments = []
    async for said in playground.wait(duration):
        for skip in (one for posted in said for one in posted.message.buttons if one.action == "checkins.skip"):
            moments.append(playground.now)
            await playground.chat.press(ALICE, skip)
    return moments


# -- time --------------------------------------------------------------------------------------------------------------


async def test_time_stands_still_until_somebody_waits(playground: Playground) -> None:
    assert playground.now == SUNDAY
    await said(playground, "help")
    assert playground.now == SUNDAY


async def test_waiting_stops_exactly_where_something_is_due(playground: Playground) -> None:
    await with_check_in(playground)
    moments = await asked(playground, timedelta(days=3))
    assert moments == [SUNDAY.replace(hour=19) + timedelta(days=day) for day in range(3)]
    assert playground.now == SUNDAY + timedelta(days=3)


async def test_waiting_a_minute_is_a_minute(playground: Playground) -> None:
    await with_check_in(playground)
    assert await waited(playground, timedelta(minutes=1)) == []
    assert playground.now == SUNDAY + timedelta(minutes=1)


async def test_a_month_passes_quickly_and_every_check_in_comes(playground: Playground) -> None:
    await with_check_in(playground)
    since = time.process_time()
    assert len(await asked(playground, timedelta(days=30))) == 30
    assert time.process_time() - since < 10, "seconds of CPU"


async def test_the_hourly_and_daily_jobs_run_while_time_passes(tmp_path: Path) -> None:
    async with Playground.open(tmp_path, SUNDAY + timedelta(minutes=30), (Calendar,)) as playground:
        await waited(playground, timedelta(days=2))
        [calendar] = playground.bot.registry.cogs
    assert isinstance(calendar, Calendar)
    assert calendar.hours == [SUNDAY + timedelta(hours=hour) for hour in range(1, 49)]
    assert calendar.days == [datetime(2026, 3, day, tzinfo=UTC) for day in (2, 3)]


class Calendar(KeepsNothing):
    """Writes down when it was called."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.hours: list[datetime] = []
        self.days: list[datetime] = []

    @job(every="hour")
    async def each_hour(self, now: datetime) -> None:
        self.hours.append(now)

    @job(every="day")
    async def each_day(self, now: datetime) -> None:
        self.days.append(now)


async def test_a_kept_community_goes_on_where_its_time_had_come_to(tmp_path: Path) -> None:
    async with Playground.open(tmp_path, SUNDAY) as playground:
        await with_check_in(playground)
        await asked(playground, timedelta(days=9))
    async with Playground.open(tmp_path, SUNDAY + timedelta(hours=1)) as playground:
        assert playground.now == SUNDAY + timedelta(days=9)
        assert len(await asked(playground, timedelta(days=1))) == 1
    async with Playground.open(tmp_path, SUNDAY + timedelta(days=99)) as playground:
        assert playground.now == SUNDAY + timedelta(days=99)


# -- people ------------------------------------------------------------------------------------------------------------


async def test_everybody_is_in_the_room_and_mo_moderates_it(playground: Playground) -> None:
    assert await playground.chat.is_member(BOB, ROOM)
    assert await playground.chat.is_moderator(MO, ROOM)
    assert not await playground.chat.is_moderator(ALICE, ROOM)


async def test_being_bob_alice_has_no_check_in(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    for line in ("start", "a check-in", "yes", "/be bob", "checkin off"):
        await terminal.take(line)
    assert terminal.prompt == "bob> "
    assert "Hi, I'm Kith" in capsys.readouterr().out.rpartition("/be")[2]


async def test_what_others_get_is_set_in_and_has_their_name(
    terminal: Terminal, playground: Playground, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in ("start", "a check-in", "yes", "checkin on 19:00 UTC", "/be bob"):
        await terminal.take(line)
    capsys.readouterr()
    await terminal.take("/wait 1d")
    shown = capsys.readouterr().out
    assert "[Sunday 1 March, 19:00, UTC]\n        to Alice: " in shown
    assert all(line.startswith(("[", " " * 8)) for line in shown.splitlines() if line)


async def test_the_room_is_shared_and_direct_leads_back(terminal: Terminal) -> None:
    await terminal.take("/room")
    assert terminal.prompt == "alice in The Porch> "
    await terminal.take("/direct")
    assert terminal.prompt == "alice> "


async def test_somebody_who_closes_direct_messages_gets_none(
    terminal: Terminal, playground: Playground, capsys: pytest.CaptureFixture[str]
) -> None:
    await with_check_in(playground)
    await terminal.take("/close")
    assert capsys.readouterr().out == "Alice takes no direct messages now.\n"
    assert await waited(playground, timedelta(days=1)) == []
    await terminal.take("/who")
    assert "Alice (you, takes no direct messages)" in capsys.readouterr().out
    await terminal.take("/close")
    assert len(await waited(playground, timedelta(days=1))) >= 1


async def test_mo_is_shown_as_moderator(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    await terminal.take("/who")
    assert capsys.readouterr().out == "Alice (you)\nBob\nChandra\nDana\nMo (moderator)\n"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/be", "Be one of Alice, Bob, Chandra, Dana, Mo: for example /be bob.\n"),
        ("/be eve", "Be one of Alice, Bob, Chandra, Dana, Mo: for example /be bob.\n"),
        ("/wait", "How long? /wait 20 min, /wait 3 hours, /wait 1d; up to a year.\n"),
        ("/wait 9999 weeks", "How long? /wait 20 min, /wait 3 hours, /wait 1d; up to a year.\n"),
        ("/wait -1d", "How long? /wait 20 min, /wait 3 hours, /wait 1d; up to a year.\n"),
        ("/dance", "/dance is nothing I know. /help shows what there is.\n"),
        ("/", "/ is nothing I know. /help shows what there is.\n"),
        ("/now", "It is Sunday 1 March, 12:00, UTC.\n"),
        ("", ""),
    ],
)
async def test_the_playground_answers_in_sentences(
    terminal: Terminal, capsys: pytest.CaptureFixture[str], line: str, answer: str
) -> None:
    await terminal.take(line)
    assert capsys.readouterr().out == answer


async def test_help_names_every_command(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    await terminal.take("/help")
    shown = capsys.readouterr().out
    assert [name for name in terminal._commands if f"/{name}" not in shown and name != "help"] == []


async def test_a_file_is_put_where_it_can_be_opened(
    terminal: Terminal, playground: Playground, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = File("../../my-data.json", b"{}")
    await playground.chat.send(ALICE, Message(Text("Here it is."), files=(file,)), "key")
    await terminal._show(playground.unread())
    assert str(tmp_path / "my-data.json") in capsys.readouterr().out
    assert (tmp_path / "my-data.json").read_bytes() == b"{}"


# -- drawing -----------------------------------------------------------------------------------------------------------


BERLIN = ZoneInfo("Europe/Berlin")


def test_live_parts_are_drawn_for_the_reader() -> None:
    text = Text("{name} meets you {full}, {time}, {day}.").format(
        name=who(BOB), full=when(SUNDAY), time=when(SUNDAY, "time"), day=when(SUNDAY, "day")
    )
    assert Page().draw(text, SUNDAY, BERLIN) == "Bob meets you today at 13:00, 13:00, today."


def test_our_own_markup_has_colour_only_where_there_is_colour() -> None:
    text = Text("**Now** or `help`: {words}").format(words="**not bold**")
    assert Page(colour=False).draw(text, SUNDAY, BERLIN) == "Now or `help`: **not bold**"
    assert Page(colour=True).draw(text, SUNDAY, BERLIN) == "\x1b[1mNow\x1b[0m or \x1b[36mhelp\x1b[0m: **not bold**"


def test_a_terminal_obeys_nothing_that_a_person_typed() -> None:
    hostile = "a\x1b]0;title\x07b\x1b[2Jc\rd\u202ee\x9bf"
    assert harmless(hostile) == "a\ufffd]0;title\ufffdb\ufffd[2Jc\ufffdd\ufffde\ufffdf"
    assert Page().draw(plain("two\nlines"), SUNDAY, BERLIN) == "two\nlines"
    assert "\x1b" not in Page().draw(Text("{who}").format(who=who(Member("local", "x", hostile))), SUNDAY, BERLIN)


def test_long_lines_wrap_and_choices_hang() -> None:
    words = "one two three four five six seven"
    assert Page(width=20).paragraph(f"{words}\n1. {words}", "  ") == (
        "  one two three four\n  five six seven\n  1. one two three\n     four five six\n     seven"
    )
    assert Page(width=20).paragraph("a\n\nb") == "a\n\nb"
    assert Page(width=20).paragraph(f"\x1b[1m{words}\x1b[0m") == "\x1b[1mone two three four\nfive six seven\x1b[0m"
    assert Page(width=5).paragraph("x" * 40) == "x" * 40


async def test_a_room_we_have_no_name_for_is_named_by_its_id(
    terminal: Terminal, playground: Playground, capsys: pytest.CaptureFixture[str]
) -> None:
    await playground.chat.post(Channel("local", "circle-1"), Message(Text("Hello.")), "key")
    await terminal._show(playground.unread())
    assert capsys.readouterr().out == "        in circle-1: Hello.\n"


async def test_times_are_those_of_whoever_a_message_is_to_and_in_a_room_those_of_whoever_types(
    terminal: Terminal, playground: Playground, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in ("start", "a check-in", "yes", "checkin on 19:00 berlin", "yes"):
        await terminal.take(line)
    said = Message(Text("At {time}.").format(time=when(SUNDAY, "time")))
    for name in ("alice", "bob"):
        await terminal.take(f"/be {name}")
        capsys.readouterr()
        await playground.chat.send(ALICE, said, f"to-{name}")
        await playground.chat.post(Channel("local", "circle-1"), said, f"in-{name}")
        await terminal._show(playground.unread())
        shown = capsys.readouterr().out.splitlines()
        assert [line.rpartition("At ")[2] for line in shown] == ["13:00.", "13:00." if name == "alice" else "12:00."]


# -- as a process ------------------------------------------------------------------------------------------------------


def piped(*lines: str | bytes, arguments: tuple[str, ...] = ()) -> subprocess.CompletedProcess[bytes]:
    typed = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return subprocess.run(
        command("play", "--terminal", *arguments),
        cwd=ROOT,
        env=environment(),
        input=typed,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


def test_through_a_pipe_the_lines_are_shown_with_their_prompts() -> None:
    done = piped("start", "/be bob", "/wait 2 days", "/quit", "never read")
    assert (done.returncode, done.stderr) == (0, b"")
    shown = done.stdout.decode()
    assert "alice> start\n  Hi, I'm Kith, a bot." in shown
    assert shown.endswith("bob> /quit\n")
    assert "\x1b" not in shown


def test_the_end_of_the_input_and_odd_bytes_are_no_trouble() -> None:
    done = piped(b"\xff\xfe caf\xe9 \x00", "x" * 5000, "/be " + "y" * 500)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_community_is_kept_where_the_host_says(tmp_path: Path) -> None:
    folder = str(tmp_path / "kept")
    first = piped("start", "a check-in", "yes", "/quit", arguments=("--data", folder))
    assert first.returncode == 0, first.stderr
    done = piped("checkin off", arguments=("--data", folder))
    assert "Hi, I'm Kith" not in done.stdout.decode()
    assert os.stat(folder).st_mode & 0o077 == 0


class Newcomer:
    """Somebody at a real terminal."""

    def __init__(self, **env: str) -> None:
        self.master, slave = pty.openpty()
        with closing(os.fdopen(slave)) as terminal:
            self.process = subprocess.Popen(
                command("play", "--terminal"),
                cwd=ROOT,
                env=environment() | {"TERM": "xterm", "COLUMNS": "70"} | env,
                stdin=terminal,
                stdout=terminal,
                stderr=terminal,
                start_new_session=True,
                preexec_fn=_take_terminal,
            )
        self.seen = ""

    def sees(self, words: str) -> str:
        """Wait until the terminal shows these words; return what it has shown since the last ones."""
        deadline = monotonic() + PATIENCE
        while words not in self.seen:
            assert monotonic() < deadline, self.seen
            if select.select([self.master], [], [], 0.1)[0]:
                self.seen += os.read(self.master, 65536).decode(errors="replace")
        shown, _, self.seen = self.seen.partition(words)
        return shown + words

    def types(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def leaves(self, key: str = "") -> int:
        """Wait until it has ended, pressing the key again each second, as people do.

        ``input`` of CPython misses a Ctrl-C that comes between its prompt and its first look at the keyboard.
        """
        for _second in range(30):
            try:
                status = self.process.wait(1)
                break
            except subprocess.TimeoutExpired:
                self.types(key)
        else:
            raise AssertionError("it is still there")
        os.close(self.master)
        return status


def _take_terminal() -> None:
    """In the child: the pseudo-terminal sends it the signals of its keys, and none of them is ignored.

    A shell that starts the tests in the background has told them to ignore Ctrl-C.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_at_a_terminal_it_greets_in_two_lines_and_has_colours() -> None:
    person = Newcomer(COLUMNS="90", NO_COLOR="")
    greeting = person.sees("alice> ")
    assert len(re.sub(r"\x1b\[\?2004[hl]", "", greeting).strip().splitlines()) == 3  # two lines, and the prompt
    person.types("help\r")
    assert "\x1b[36mcheckin\x1b[0m" in person.sees("tells you more.")
    person.types("/quit\r")
    assert person.leaves() == 0


def test_no_color_is_respected() -> None:
    person = Newcomer(NO_COLOR="1")
    person.sees("alice> ")
    person.types("help\r")
    assert "\x1b[36m" not in person.sees("tells you more.")
    person.types("/quit\r")
    assert person.leaves() == 0


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_a_key_leaves_politely(key: str) -> None:
    person = Newcomer()
    person.sees("alice> ")
    person.types(key)
    assert person.leaves(key) == 0


def test_a_key_leaves_politely_while_time_passes() -> None:
    person = Newcomer()
    person.sees("alice> ")
    for line in ("start\r", "a check-in\r", "yes\r"):
        person.types(line)
        person.sees("alice> ")
    person.types("/wait 365 days\r")
    person.sees("19:00, UTC]")
    person.types("\x03")
    assert person.leaves("\x03") == 0
    assert "Traceback" not in person.seen

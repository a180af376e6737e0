"""The `kith` command and its parts. What only one of them needs is imported only by that one."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot import __version__
from bot.errors import FatalError, NotNow, StorageError
from bot.hosting import cli_backup

if TYPE_CHECKING:
    from bot.hosting.config import Config


def main(argv: Sequence[str]) -> int:
    """Run one command. Returns the exit status, after one sentence on standard error where it is not 0.

    As sysexits.h has them: 78 (EX_CONFIG) where only the host can mend it, 75 (EX_TEMPFAIL) where it passes by itself.
    """
    os.umask(0o077)  # whatever Kith writes is the host's alone
    options = _parser().parse_args(argv)
    try:
        status: int = options.command(options)
    except (FatalError, StorageError) as error:
        print(f"kith: {error}", file=sys.stderr)
        return 75 if isinstance(error, NotNow) else 78
    except BrokenPipeError:  # whoever read our output, `head` for instance, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kith", description="A bot that helps people of a community keep each other.")
    parser.add_argument("--version", action="version", version=f"Kith {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    play = commands.add_parser("play", help="be anybody in a small community, and let time pass")
    how = play.add_mutually_exclusive_group()
    how.add_argument("--terminal", action="store_true", help="at this terminal instead of on a page")
    how.add_argument("--story", action="store_true", help="watch a week instead")
    how.add_argument("--port", type=int, metavar="N", help="where the page is; without it 5484, or any that is free")
    play.add_argument(
        "--listen", metavar="ADDRESS", help="let other computers see the page; its address has a secret then"
    )
    play.add_argument("--data", type=Path, metavar="DIR", help="keep the community in this folder")
    play.set_defaults(command=_play)
    init = commands.add_parser("init", help="be asked all that Kith needs, and have it written; again at any time")
    init.add_argument("--answers", type=Path, metavar="FILE", help="answers in a file; what it lacks is asked here")
    init.add_argument("--config", type=Path, default=Path("config.toml"), metavar="FILE", help="config.toml")
    init.set_defaults(command=_init)
    run = commands.add_parser("run", help="serve the platforms of a configuration file")
    run.add_argument("--new", action="store_true", help="begin with an empty database, in a folder used before too")
    run.set_defaults(command=_run)
    migrate = commands.add_parser("migrate", help="bring the database up to this version without starting Kith")
    migrate.set_defaults(command=_migrate)
    doctor = commands.add_parser("doctor", help="look an installation over, changing nothing")
    doctor.add_argument("--online", action="store_true", help="ask the platforms too whether they let Kith in")
    doctor.add_argument("--json", action="store_true", help="as JSON: check, state, says and do of each finding")
    doctor.set_defaults(command=_doctor)
    status = commands.add_parser("status", help="say whether Kith runs, and what waits to be sent")
    status.add_argument("--json", action="store_true", help="for a program")
    status.set_defaults(command=_status)
    rotate = commands.add_parser("rotate-key", help="put everything encrypted under a new key; Kith must be stopped")
    rotate.add_argument("--without", type=int, nargs="+", metavar="N", help="go on without data key N, which is lost")
    rotate.set_defaults(command=_rotate_key)
    cases = commands.add_parser("cases", help="read the reports that only you, the host, may see")
    cases.add_argument("--close", type=int, metavar="N", help="close the report with this number")
    cases.add_argument("--free", action="store_true", help="and let whom it is about be introduced again")
    cases.set_defaults(command=_cases)
    farewell = commands.add_parser(
        "farewell", help="say on which day Kith stops, to everybody who agreed to hear from it"
    )
    which = farewell.add_mutually_exclusive_group(required=True)
    which.add_argument("day", nargs="?", metavar="DATE", help="its last day, a week from now or later, like 2027-06-30")
    which.add_argument("--cancel", action="store_true", help="it stays after all")
    farewell.set_defaults(command=_farewell)
    clock = commands.add_parser("clock", help="say whether this computer's clock is believed")
    clock.add_argument("--confirm", action="store_true", help="it is right, whatever Kith has seen before")
    clock.set_defaults(command=_clock)
    for command in (run, migrate, doctor, status, rotate, cases, farewell, clock, *cli_backup.add_to(commands)):
        command.add_argument("--config", type=Path, required=True, metavar="FILE", help="see config.example.toml")
    return parser


def _play(options: argparse.Namespace) -> int:
    from bot import log
    from bot.hosting.config import LogConfig

    log.setup(LogConfig(level="error"))
    if options.story:
        from bot.story import tell

        told = asyncio.run(tell(sys.stdout))
        return 0 if told.lost == told.repeated == 0 else 1
    with nullcontext(options.data) if options.data else tempfile.TemporaryDirectory(prefix="kith-") as folder:
        if options.terminal:
            _converse(Path(folder))
        else:
            asyncio.run(_show(Path(folder), options.listen, options.port))
    return 0


async def _show(folder: Path, listen: str | None, port: int | None) -> None:
    from bot.story import page

    loop, shown = (
        asyncio.get_running_loop(),
        asyncio.ensure_future(page.show(folder, sys.stdout, listen=listen or page.LOOPBACK, port=port)),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, shown.cancel)
    with suppress(asyncio.CancelledError):
        await shown


def _converse(folder: Path) -> None:
    from bot.clocks.clock import utc_now
    from bot.story.playground import Playground
    from bot.story.terminal import Terminal, page

    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]  # a text file, unless somebody embeds us
    if sys.stdin.isatty():
        import readline  # noqa: F401 - gives input() its editing and its history

    with asyncio.Runner() as runner:
        opened = Playground.open(folder, utc_now())
        playground = runner.run(opened.__aenter__())
        try:
            Terminal(playground, page(), folder).run(runner)
        finally:
            runner.run(opened.__aexit__(None, None, None))


def _run(options: argparse.Namespace) -> int:
    from bot import log
    from bot.clocks.rules.running import use_newest_tzdata
    from bot.hosting import config, owner

    use_newest_tzdata()  # the system's rules may be a year old, and clocks change by them
    settings = config.load(options.config, os.environ)
    owner.become(settings.data)
    log.setup(settings.log)
    asyncio.run(_serve(settings, new=options.new))
    return 0


async def _serve(settings: Config, *, new: bool) -> None:
    from bot.app import App

    async with App.open(settings, new=new) as app:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, app.stop)
        loop.add_signal_handler(signal.SIGHUP, app.reread)
        await app.run(lambda line: print(line, flush=True))


def _status(options: argparse.Namespace) -> int:
    from bot.clocks.clock import utc_now
    from bot.hosting import config
    from bot.hosting.running import status

    found = status.read(config.load(options.config, os.environ, tokens=False).data, utc_now())
    print(json.dumps(found.fields()) if options.json else found)
    return 0 if found.well else 1


def _migrate(options: argparse.Namespace) -> int:
    from bot.hosting import owner
    from bot.hosting.installation import migrate

    settings = owner.settings_of(options.config)
    asyncio.run(migrate(settings.data, partial(print, flush=True)))
    return 0


def _rotate_key(options: argparse.Namespace) -> int:
    from bot.hosting import owner
    from bot.hosting.keys.rotation import give_up, rotate

    settings = owner.settings_of(options.config)
    tell = partial(print, flush=True)
    if options.without is not None:
        asyncio.run(give_up(settings.data, settings.key, options.without, tell))
    else:
        asyncio.run(rotate(settings.data, settings.key, tell))
    return 0


def _cases(options: argparse.Namespace) -> int:
    from bot.clocks.clock import Machine
    from bot.hosting import host_cases, owner
    from bot.hosting.clock import confirming

    settings = owner.settings_of(options.config)
    if options.close is not None:
        now = confirming.now(settings.data, Machine.here())
        asyncio.run(host_cases.close(settings, options.close, now, free=options.free))
        print("Closed. The reporter hears that.")
        return 0
    found = asyncio.run(host_cases.waiting(settings))
    print("\n\n".join(found) if found else "No report waits for you.")
    return 0


def _farewell(options: argparse.Namespace) -> int:
    from bot.clocks.clock import utc_now
    from bot.hosting import owner
    from bot.hosting.running import farewell

    settings = owner.settings_of(options.config)
    said = farewell.take_back(settings) if options.cancel else farewell.announce(settings, options.day, utc_now())
    print(asyncio.run(said))
    return 0


def _init(options: argparse.Namespace) -> int:
    from bot import log
    from bot.adapters.reach.discord_questions import DiscordQuestions
    from bot.adapters.reach.matrix_questions import MatrixQuestions
    from bot.hosting.config import LogConfig
    from bot.hosting.init import Answers, Asking, Terminal, set_up

    log.setup(LogConfig(level="error"))
    answers = Answers(options.answers) if options.answers else None
    asking = Asking(Terminal() if sys.stdin.isatty() else None, answers)
    set_up(asking, options.config, [DiscordQuestions(), MatrixQuestions()], _prepare)
    return 0


def _prepare(config: Config, folder: Path) -> list[str]:
    from bot.app import prepare  # the platforms' libraries, once their questions are answered

    return prepare(config, folder)


def _clock(options: argparse.Namespace) -> int:
    from bot.clocks.clock import Machine
    from bot.hosting import owner
    from bot.hosting.clock import confirming

    folder, machine = owner.settings_of(options.config).data, Machine.here()
    print(confirming.confirm(folder, machine) if options.confirm else confirming.look(folder, machine))
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from bot.adapters.reach import host_account, questions
    from bot.clocks.clock import utc_now
    from bot.hosting.doctor import look_over, status

    found = []
    for finding in look_over(options.config, os.environ, questions, host_account, utc_now(), online=options.online):
        print(json.dumps(asdict(finding), ensure_ascii=False) if options.json else finding, flush=True)
        found.append(finding)
    return status(found)


def run() -> int:
    """The command as the wheel installs it."""
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(run())

"""Types `scripts/play` as a newcomer does, without a screen: the address is printed, Ctrl-C ends it, help names all."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from bot.cli import main
from bot.story.page.world import CHATS
from tests.adapters.page_bed import Looking
from tests.beds.process import PATIENCE, ROOT, command, environment


async def test_the_address_is_printed_and_a_kept_community_goes_on(sockets: None, tmp_path: Path) -> None:
    folder, secrets = tmp_path / "kept", []
    for number in (signal.SIGINT, signal.SIGTERM):
        process = await asyncio.create_subprocess_exec(
            *command("play", "--data", folder, "--port", "0"), cwd=ROOT, env=environment(), stdout=PIPE, stderr=PIPE
        )
        assert process.stdout is not None
        said = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        assert said.startswith("Kith's playground is at http://127.0.0.1:")
        async with Looking.at(said.split()[-1]) as page:
            world = await page.asked("world", do="enter")
            alice = world["members"][0]
            secrets.append(alice["secret"])
            lines = (await page.asked("lines", do="open", secret=alice["secret"]))["lines"]
            assert len(lines) == 2 * (len(secrets) - 1), "what was written and answered the last time"
            if not lines:
                await page.send(do="write", secret=alice["secret"], words="about", **{"in": "direct-alice"})
                while (await page.told("line"))["line"].get("by"):
                    pass
        process.send_signal(number)
        rest, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert (process.returncode, rest, errors) == (0, b"Ctrl-C ends it.\n", b"")
    assert secrets[0] == secrets[1]
    assert (folder / CHATS).exists()
    assert folder.stat().st_mode & 0o077 == 0


def test_help_names_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["play", "--help"])
    shown = capsys.readouterr().out
    assert [word for word in ("--port", "--terminal", "--story", "--data", "--listen") if word not in shown] == []


@pytest.mark.parametrize("arguments", [("--story", "--terminal"), ("--terminal", "--port", "1"), ("--port", "x")])
def test_what_does_not_go_together_is_said(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["play", *arguments])
    assert left.value.code == 2
    assert "usage: kith play" in capsys.readouterr().err

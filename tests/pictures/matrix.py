"""Kith on a real homeserver, in nheko, a real client: Alice types, and the window is photographed."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.clocks.clock import utc_now
from cogs import COGS
from tests.adapters.matrix.world import World
from tests.beds.matrix.member import ENCRYPTION
from tests.beds.matrix.synapse import Account, Synapse

WIDTH, HEIGHT, LIST = 940, 800, 262
"""Of the window, and of its list of rooms, which the picture leaves out."""
SET_UP, KEPT, ROOM, WORDS = (WIDTH - 153, HEIGHT - 40), (WIDTH - 54, HEIGHT // 2 + 35), (150, 85), (600, HEIGHT - 15)
"""Where one clicks: keys are made, the recovery key was seen, the chat, and what one writes."""
CONFIGURATION = """
[General]
run_without_secure_secrets_service=true

[auth]
access_token={account.access_token}
device_id={account.device_id}
home_server={url}
user_id={account.user_id}

[window]
width={width}
height={height}

[user]
theme=light
"""


async def an_evening_on_matrix(out: Path, lines: Sequence[str] = ("start", "2", "yes")) -> None:
    """Alice's first evening: a check-in in three messages."""
    with TemporaryDirectory(prefix="kith-pictures-") as folder, Synapse() as synapse:
        async with World(synapse, Path(folder, "kith"), COGS) as world:
            ago = utc_now() - _last_evening()
            world.now = lambda: utc_now() - ago  # type: ignore[assignment]  # another hour than the bed's noon
            await world.start()
            alice = synapse.register("alice")
            _name(synapse, alice, "Alice")
            _name(synapse, world.account, "Kith")
            room = _direct(synapse, alice, world.id)
            await world.until(lambda: world.adapter._rooms.is_direct(room))
            with _screen() as display, _nheko(Path(folder, "home"), synapse.url, alice, display, ago):
                await _typed(display, lines)
                _run(
                    display,
                    "import",
                    "-window",
                    "root",
                    "-crop",
                    f"{WIDTH - LIST}x{HEIGHT}+{LIST}+0",
                    "+repage",
                    str(out),
                )


async def _typed(display: str, lines: Sequence[str]) -> None:
    await asyncio.sleep(8)
    for place in (SET_UP, KEPT, ROOM, WORDS):
        _run(display, "xdotool", "mousemove", str(place[0]), str(place[1]), "click", "1")
        await asyncio.sleep(3)
    for line in lines:
        _run(display, "xdotool", "type", "--delay", "40", line)
        _run(display, "xdotool", "key", "Return")
        await asyncio.sleep(4)


def _last_evening() -> datetime:
    now = utc_now()
    evening = now.replace(hour=19, minute=27, second=0, microsecond=0)
    return evening if evening <= now else evening - timedelta(days=1)


def _name(synapse: Synapse, account: Account, name: str) -> None:
    path = f"/_matrix/client/v3/profile/{account.user_id}/displayname"
    synapse.request("PUT", path, {"displayname": name}, account.access_token)


def _direct(synapse: Synapse, account: Account, other: str) -> str:
    wanted = {"invite": [other], "is_direct": True, "preset": "private_chat", "initial_state": [ENCRYPTION]}
    return str(synapse.request("POST", "/_matrix/client/v3/createRoom", wanted, account.access_token)["room_id"])


@contextmanager
def _screen() -> Iterator[str]:
    reading, writing = os.pipe()
    line = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"]
    with subprocess.Popen(line, pass_fds=[writing], stderr=subprocess.DEVNULL) as screen:
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        try:
            yield f":{number}"
        finally:
            screen.terminate()


@contextmanager
def _nheko(home: Path, url: str, account: Account, display: str, ago: timedelta) -> Iterator[None]:
    """Its clock hangs where it is evening now."""
    (home / "nheko").mkdir(parents=True)
    written = CONFIGURATION.format(account=account, url=url, width=WIDTH, height=HEIGHT)
    (home / "nheko/nheko.conf").write_text(written, encoding="utf-8")
    minutes = int(ago.total_seconds() // 60)
    environment = {
        **os.environ,
        **{
            name: str(home)
            for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
        },
        **{"DISPLAY": display, "QT_QUICK_BACKEND": "software", "TZ": f"EVE+{minutes // 60:02}:{minutes % 60:02}"},
    }
    log = subprocess.DEVNULL
    with subprocess.Popen(["nheko"], env=environment, stdout=log, stderr=log) as client:
        try:
            yield
        finally:
            client.terminate()


def _run(display: str, *line: str) -> None:
    subprocess.run(line, check=True, env={**os.environ, "DISPLAY": display}, timeout=60)

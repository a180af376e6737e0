"""Holds the files that start Kith with the computer to systemd's own checker. Nothing here starts a systemd."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.hosting.init import systemd
from bot.hosting.init.systemd import units

MOST = 1.2
"""What `systemd-analyze security` may say at most: 0 is closed to everything, 10 open."""


def made(folder: Path, to: Path) -> list[Path]:
    """The files of an installation in this folder, as somebody's who is not root."""
    folder.mkdir()
    files = units(folder / "config.toml", folder / "data", folder / "backups", folder / "backup.passphrase")
    for name, text in files.items():
        (to / name).write_text(re.sub("(?m)^User=.*", "User=daemon", text))
    return [to / name for name in files]


if shutil.which("systemd-analyze"):  # on Debian and its kin; elsewhere systemd itself is another one

    @pytest.mark.parametrize("name", ["kith", "a place with 100% 'odd' $HOME", "a:b c"])
    def test_the_units_are_ones_that_systemd_takes(tmp_path: Path, name: str) -> None:
        files = made(tmp_path / name, tmp_path)
        said = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, check=False
        )
        assert [line for line in said.stderr.splitlines() if str(tmp_path) in line or "kith" in line] == []

    @pytest.mark.parametrize("name", [name for name in systemd.NAMES if name.endswith(".service")])
    def test_each_service_is_closed_to_what_it_does_not_need(tmp_path: Path, name: str) -> None:
        made(tmp_path / "kith", tmp_path)
        command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(tmp_path / name)]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        found = re.search(r"Overall exposure level for \S+: (\d+\.\d)", said.stdout)
        assert found, said.stderr
        assert float(found[1]) <= MOST, said.stdout


def test_of_the_homes_only_what_kith_needs_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path("/", "home", "kith", "kith")
    monkeypatch.setattr(systemd, "ROOT", root)
    monkeypatch.setattr(sys, "prefix", str(root / ".venv"))
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    own = units(root / "config.toml", root / "data", Path("/backups"), root / "backup.passphrase")["kith.service"]
    assert f"\nBindReadOnlyPaths=\nBindPaths={root} /backups\n" in own
    apart = units(Path("/etc/kith/config.toml"), Path("/srv/kith"), Path("/backups"), Path("/etc/kith/pass"))
    assert f"\nBindReadOnlyPaths={root}\nBindPaths=/etc/kith /srv/kith /backups\n" in apart["kith.service"]


def test_a_service_that_fails_is_told_once_and_one_that_stands_still_is_killed(tmp_path: Path) -> None:
    [kith] = [path for path in made(tmp_path / "kith", tmp_path) if path.name == "kith.service"]
    lines = kith.read_text().splitlines()
    assert {"Type=notify", "NotifyAccess=main", "WatchdogSec=120", "OnFailure=kith-failed.service"} <= set(lines)
    assert "ExecReload=/bin/kill -HUP $MAINPID" in lines

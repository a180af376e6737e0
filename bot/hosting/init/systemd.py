"""What starts Kith with the computer and makes a backup each night: systemd's files, with the real paths in them."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.keys.secret import name_of

ROOT = Path(__file__).parents[3]
NAMES = ("kith.service", "kith-backup.service", "kith-backup.timer")

HARDENED = """\
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ReadWritePaths={writes}
ProtectProc=invisible
ProcSubset=pid
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
PrivateTmp=yes
PrivateDevices=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
MemoryMax=1G
"""

RUN = """\
[Unit]
Description=Kith
After=network-online.target time-sync.target
Wants=network-online.target

[Service]
User={user}
ExecStart={python} -P -m bot.cli run --config {config}
Environment=PYTHONPATH={root}
Restart=on-failure
RestartSec=10
# 78: only you can mend it, and `systemctl status kith` has the sentence that says how.
RestartPreventExitStatus=78
TimeoutStopSec=15
{hardened}
[Install]
WantedBy=multi-user.target
"""

BACKUP = """\
[Unit]
Description=A backup of Kith

[Service]
Type=oneshot
User={user}
ExecStart=/bin/sh -c '{shell}'
# `restore` refuses older ones: who left before that is not known any more.
ExecStartPost=/usr/bin/find {backups} -maxdepth 1 -name "kith-20*" -mtime +89 -delete
Environment=PYTHONPATH={root}
{hardened}"""

SHELL = (
    "exec {python} -P -m bot.cli backup --config {config} --passphrase-file {passphrase}"
    " {backups}/kith-$$(date -u +%%Y-%%m-%%d-%%H%%M%%S)"
)

TIMER = """\
[Unit]
Description=A backup of Kith each night

[Timer]
OnCalendar=*-*-* 03:40:00
RandomizedDelaySec=20min
Persistent=yes

[Install]
WantedBy=timers.target
"""


def units(config: Path, data: Path, backups: Path, passphrase: Path) -> Mapping[str, str]:
    """The three files by name. Whoever runs this is the one Kith runs as: what they wrote, Kith can read."""
    user, python = name_of(os.geteuid()), Path(sys.prefix, "bin/python")
    writes = " ".join(dict.fromkeys(_quoted(path) for path in (config.parent, data, backups)))
    hardened = HARDENED.format(writes=writes)
    shell = SHELL.format(
        python=_inner(python), config=_inner(config), passphrase=_inner(passphrase), backups=_inner(backups)
    )
    common = {"user": user, "root": ROOT, "hardened": hardened}
    return {
        NAMES[0]: RUN.format(python=_quoted(python), config=_quoted(config), **common),
        NAMES[1]: BACKUP.format(shell=shell, backups=_quoted(backups), **common),
        NAMES[2]: TIMER,
    }


def _quoted(path: Path) -> str:
    """systemd reads % as a specifier of its own, and words as a shell does."""
    text = str(path).replace("\\", "\\\\").replace("%", "%%")
    return f'"{text}"' if any(mark in text for mark in " ;'") else text


def _inner(path: Path) -> str:
    """Within the words that a shell gets."""
    return shlex.quote(str(path)).replace("%", "%%").replace("$", "$$").replace("'", '"')


def install_commands(folder: Path) -> tuple[str, str]:
    """What the host types once: the files to where systemd looks, and on with them."""
    files = " ".join(shlex.quote(str(folder / name)) for name in NAMES)
    return (
        f"sudo install -m 644 {files} /etc/systemd/system/",
        "sudo systemctl daemon-reload && sudo systemctl enable --now kith kith-backup.timer",
    )

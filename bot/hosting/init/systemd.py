"""What starts Kith with the computer and makes a backup each night: systemd's files, with the real paths in them."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.keys.secret import name_of

ROOT = Path(__file__).parents[3]
NAMES = ("kith.service", "kith-failed.service", "kith-backup.service", "kith-backup.timer")

HARDENED = """\
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
# Of the homes only what Kith needs is there: its checkout and its Python to read, its own folders to write.
ProtectHome=tmpfs
BindReadOnlyPaths={reads}
BindPaths={writes}
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
PrivateMounts=yes
PrivateUsers=yes
DevicePolicy=closed
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
MemoryMax=1G
"""

RUN = """\
[Unit]
Description=Kith
After=network-online.target time-sync.target
Wants=network-online.target
OnFailure=kith-failed.service

[Service]
Type=notify
NotifyAccess=main
# Ready means connected to every platform, which may take as long as their outage: Kith is not killed for that.
TimeoutStartSec=infinity
WatchdogSec=120
User={user}
ExecStart={python} -P -m bot.cli run --config {config}
ExecReload=/bin/kill -HUP $MAINPID
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

FAILED = """\
[Unit]
Description=Say that Kith has stopped

[Service]
Type=oneshot
User={user}
# At this level the journal shows it to everybody who is logged in. Put a mail or a message of your own in its place.
SyslogLevel=emerg
ExecStart=/bin/echo "Kith has stopped. This says why, and what to do: systemctl status kith"
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
    """The files by name. Whoever runs this is the one Kith runs as: what they wrote, Kith can read."""
    user, python = name_of(os.geteuid()), Path(sys.prefix, "bin/python")
    writes = _outermost([config.parent, data, backups])
    reads = [path for path in (ROOT, Path(sys.prefix), Path(sys.base_prefix)) if _is_in_a_home(path)]
    reads = [path for path in _outermost(reads) if not any(path.is_relative_to(one) for one in writes)]
    hardened = HARDENED.format(reads=_listed(reads), writes=_listed(writes))
    shell = SHELL.format(
        python=_inner(python), config=_inner(config), passphrase=_inner(passphrase), backups=_inner(backups)
    )
    common = {"user": user, "root": ROOT, "hardened": hardened}
    return {
        NAMES[0]: RUN.format(python=_quoted(python), config=_quoted(config), **common),
        NAMES[1]: FAILED.format(**common),
        NAMES[2]: BACKUP.format(shell=shell, backups=_quoted(backups), **common),
        NAMES[3]: TIMER,
    }


HOMES = (Path("/home"), Path("/root"), Path("/run/user"))
"""What `ProtectHome=` empties."""


def _is_in_a_home(path: Path) -> bool:
    return any(path.is_relative_to(home) for home in HOMES)


def _outermost(paths: Sequence[Path]) -> list[Path]:
    """Each once, and none that is inside another."""
    once = list(dict.fromkeys(paths))
    return [path for path in once if not any(other in path.parents for other in once)]


def _listed(paths: Sequence[Path]) -> str:
    """As systemd reads what is bound; a colon would stand in front of another name for it."""
    return " ".join(_quoted(path).replace(":", "\\:") for path in paths)


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

"""An installation as `kith run` finds it, for whoever measures or tries one: only its paths are said."""

from __future__ import annotations

from pathlib import Path

from bot.hosting.config import CommunityDefaults, Config, HostContact, KeyConfig, LogConfig


def config(data: Path, key: Path | None = None) -> Config:
    """Its data folder, and its key: in that folder, unless it is said to be elsewhere."""
    return Config(
        host=HostContact(name="Robin", contact="robin@example.org"),
        data=data,
        community=CommunityDefaults(),
        key=KeyConfig(file=key or data / "kith.key"),
        log=LogConfig(),
    )

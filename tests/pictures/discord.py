"""Messages of Discord, as its API has them, drawn as its app draws them: by elements from npm, in Chromium."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.pictures.chromium import photographed

HERE = Path(__file__).parent
VENV = HERE.parents[1] / ".venv-pictures"
STYLE = """
body { margin: 0; background: #36393e; font-family: "Noto Sans", "DejaVu Sans", sans-serif; }
discord-messages { border: 0; white-space: normal; font-family: inherit; }
.where { padding: 12px 16px; color: #f2f3f5; font-size: 15px; font-weight: 600; border-bottom: 1px solid #2b2d31; }
.text { white-space: pre-wrap; }
.section { display: flex; gap: 12px; justify-content: space-between; align-items: start; }
.container { border: 1px solid #3f4147; border-radius: 8px; padding: 12px; max-width: 560px; background: #2b2d31; }
.gap { height: 8px; } .gap.line { border-top: 1px solid #3f4147; margin-top: 8px; }
"""


def draw(
    messages: Sequence[Mapping[str, Any]],
    out: Path,
    *,
    channel: str,
    zone: str = "UTC",
    names: Mapping[str, str] | None = None,
    width: int = 640,
) -> None:
    """Write a picture of these messages in this channel. ``names`` are those of the people and channels mentioned."""
    shown = {"messages": list(messages), "channel": channel, "zone": zone, "names": dict(names or {})}
    data = json.dumps(shown).replace("<", "\\u003c")
    photographed(
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><body><script>window.shown = {data}</script>'
        f'<script type="module">{_bundled()}</script></body>',
        out,
        width,
    )


def _bundled() -> str:
    esbuild = VENV / "node_modules/.bin/esbuild"
    line = [str(esbuild), str(HERE / "discord.js"), "--bundle", "--format=esm", "--log-level=error", "--target=es2022"]
    env = {"NODE_PATH": str(VENV / "node_modules")}
    whole = subprocess.run(
        line, capture_output=True, check=True, text=True, env={**env, "PATH": "/usr/bin:/bin:/usr/local/bin"}
    )
    return whole.stdout.replace("</script", "<\\/script")

"""A page of ours, photographed by the Chromium that is installed. It asks no other computer for anything."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from tests.story.page.chromium import FLAGS, chromium

HEADLESS = (
    *FLAGS,
    "--headless",
    "--hide-scrollbars",
    "--force-device-scale-factor=2",
    "--virtual-time-budget=3000",
    "--log-level=3",
)


def photographed(html: str, out: Path, width: int, height: int = 0) -> None:
    """``html`` as a PNG, as high as ``height`` or as its body says in ``data-height``."""
    with tempfile.TemporaryDirectory(prefix="kith-pictures-") as folder:
        page = Path(folder, "page.html")
        page.write_text(html, encoding="utf-8")
        profile = f"--user-data-dir={folder}/profile"
        if not height:
            drawn = _run(profile, f"--window-size={width},4000", "--dump-dom", page.as_uri())
            found = re.search(r'<body[^>]* data-height="(\d+)"', drawn)
            if found is None:
                raise RuntimeError(f"nothing was drawn:\n{drawn[-2000:]}")
            height = int(found[1])
        _run(profile, f"--window-size={width},{height}", f"--screenshot={out}", page.as_uri())


def _run(*arguments: str) -> str:
    line = [chromium(), *HEADLESS, *arguments]
    return subprocess.run(line, capture_output=True, check=True, text=True, timeout=120).stdout

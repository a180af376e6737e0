"""Another version of Discord's OpenAPI file beside ours: what changed for what Kith uses, and taking it over.

scripts/discord FILE             a path, or an address that starts with https://
scripts/discord FILE --take COMMIT
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import tests.beds.discord.channels
import tests.beds.discord.guilds
import tests.beds.discord.interactions
import tests.beds.discord.threads  # noqa: F401 (the modules of routes register themselves)
from tests.beds.discord.rest import ROUTES
from tests.beds.discord.spec import FILE

README = FILE.parent / "README.md"
PATIENCE = 60.0
"""Seconds for an address to answer."""
TOLD = {"description", "title", "x-discord-union", "examples"}
"""What a change of changes no message."""
Document = Mapping[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/discord", description=__doc__)
    parser.add_argument("file", help="a path or an address")
    parser.add_argument("--take", metavar="COMMIT", help="put it in the place of ours, which came from this commit")
    options = parser.parse_args(argv)
    content = _read(options.file)
    ours, other = json.loads(FILE.read_bytes()), json.loads(content)
    sys.stdout.write("\n".join([*differences(ours, other), f"{len(ROUTES)} operations are used.", ""]))
    if options.take:
        take(content, options.take)
    return 0


def differences(ours: Document, other: Document) -> Iterator[str]:
    """One line for each operation that we use and that is gone or asks or answers something else."""
    for operation in sorted(ROUTES):
        before, after = _operation(ours, operation), _operation(other, operation)
        if after is None:
            yield f"{operation}: gone"
        elif before != after:
            names = sorted(_parts(before) ^ _parts(after))
            yield f"{operation}: itself changed {' '.join(names)}".rstrip()
        else:
            known, news = _closure(ours, before), _closure(other, after)
            if changed := sorted(name for name in known.keys() | news.keys() if known.get(name) != news.get(name)):
                yield f"{operation}: {', '.join(_told(name, known.get(name), news.get(name)) for name in changed)}"


def take(content: bytes, commit: str, file: Path = FILE, readme: Path = README) -> None:
    """Write the file, and in the page beside it where it came from and its sum."""
    page = readme.read_text(encoding="utf-8")
    page = re.sub(r"at commit \w+ \([^)]*\)", f"at commit {commit}", page)
    page = re.sub(r"at commit \w+\.?$", f"at commit {commit}.", page, flags=re.MULTILINE)
    page = re.sub(r"sha256 \w{64}", f"sha256 {hashlib.sha256(content).hexdigest()}", page)
    file.write_bytes(content)
    readme.write_text(page, encoding="utf-8")


def _read(where: str) -> bytes:
    if where.startswith("https://"):
        with urllib.request.urlopen(where, timeout=PATIENCE) as answer:
            content: bytes = answer.read()
        return content
    return Path(where).read_bytes()


def _operation(document: Document, operation: str) -> Any:
    method, _space, template = operation.partition(" ")
    return _plain(document["paths"].get(template, {}).get(method.lower()))


def _closure(document: Document, node: Any) -> dict[str, Any]:
    """Every part that this one leads to, by name, without words about it."""
    found: dict[str, Any] = {}
    open_ = list(_parts(node))
    while open_:
        name = open_.pop()
        if name not in found:
            found[name] = _plain(_component(document, name))
            open_ += _parts(found[name])
    return found


def _parts(node: Any) -> set[str]:
    return set(re.findall(r"#/components/(\w+/\w+)", json.dumps(node)))


def _component(document: Document, name: str) -> Any:
    kind, _slash, what = name.partition("/")
    return document["components"].get(kind, {}).get(what)


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items() if key not in TOLD or isinstance(value, dict)}
    return [_plain(one) for one in node] if isinstance(node, list) else node


def _told(name: str, before: Any, after: Any) -> str:
    """The part, and which of its fields came, went or changed."""
    short = name.partition("/")[2]
    if before is None or after is None:
        return f"{'+' if before is None else '-'}{short}"
    old, new = before.get("properties") or {}, after.get("properties") or {}
    fields = [f"+{one}" for one in new if one not in old] + [f"-{one}" for one in old if one not in new]
    fields += [f"~{one}" for one in new if one in old and new[one] != old[one]]
    return f"{short} ({' '.join(fields)})" if fields else f"~{short}"


if __name__ == "__main__":
    raise SystemExit(main())

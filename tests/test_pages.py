"""Holds the pages together: each link leads to something, each page is found by its reader, nothing asks elsewhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import docs_site
from bot.cli import main
from tests.test_conventions_tree import tracked

ROOT = Path(__file__).parent.parent
PAGES = sorted(name for name in tracked() if name.endswith(".md"))
HOSTS = {"README.md", "hosting.md", "packages.md", "upgrading.md", "handing-over.md", "content.md"}
"""Where a host's commands are explained."""
FENCED = re.compile(r"^(```|~~~).*?^\1$", re.M | re.S)
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")


def prose(page: Path) -> str:
    """A page without its blocks of code, whose links are part of what they show."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


@cache
def anchors(page: Path) -> set[str]:
    """What a heading is called in an address, as the hosts of repositories and MkDocs make it."""
    headings = [re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", each) for each in re.findall(r"^#+ (.+)$", prose(page), re.M)]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def dead(page: Path, text: str) -> list[str]:
    return [target for target in LINK.findall(text) if ":" not in target and not leads(page, target)]


def leads(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    place = page.parent / path if path else page
    if not anchor or not place.exists():
        return place.exists()
    if place.suffix == ".md":
        return anchor in anchors(place)
    defined = rf"^\s*(?:async )?(?:def|class) {anchor}\b"
    return re.search(defined, place.read_text(encoding="utf-8"), re.M) is not None


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_to_something(name: str) -> None:
    assert dead(ROOT / name, prose(ROOT / name)) == []


@pytest.mark.parametrize("target", ["nowhere.md", "members.md#no-such", "#gone", "../bot/bot.py#nobody"])
def test_a_dead_link_is_seen(target: str) -> None:
    assert dead(ROOT / "docs/hosting.md", f"see [this]({target})") == [target]


def test_every_command_of_the_host_stands_on_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = re.findall(r"^    ([a-z-]+)  ", capsys.readouterr().out, re.M)
    assert len(commands) > 10
    said = "\n".join(source_of(name).read_text(encoding="utf-8") for name in HOSTS)
    assert [command for command in commands if not re.search(rf"kith {command}\b|scripts/{command}\b", said)] == []


def pages() -> list[str]:
    """Every page of the site, by its name there."""
    return [
        *docs_site.OUTSIDE,
        *(path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")),
    ]


def test_every_page_is_in_the_navigation_once() -> None:
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = re.findall(r"^ *- .+: ([\w./-]+)$", config, re.M)
    place = named.index(docs_site.DECISIONS)
    named[place : place + 1] = docs_site.decisions()
    assert sorted(named) == sorted(pages())


def test_no_link_of_the_site_leads_out_of_it() -> None:
    for page in pages():
        text = FENCED.sub("", docs_site.rewritten(source_of(page).read_text(encoding="utf-8"), page))
        for target in LINK.findall(text):
            path = target.partition("#")[0]
            inside = (Path(page).parent / path).as_posix()
            assert not path or ":" in path or docs_site.name_on_site(source_of(inside)), (page, target)


def source_of(page: str) -> Path:
    place = Path("/", page).resolve().relative_to("/").as_posix()
    return ROOT / place if place in docs_site.OUTSIDE else ROOT / "docs" / place


@pytest.mark.parametrize(
    ("page", "link", "shown"),
    [
        ("CONTRIBUTING.md", "[why](docs/decisions/README.md#decisions)", "[why](decisions/README.md#decisions)"),
        ("decisions/README.md", "[how](../../CONTRIBUTING.md)", "[how](../CONTRIBUTING.md)"),
        ("hosting.md", "[settings](configuration.md)", "[settings](configuration.md)"),
        ("architecture.md", "[tick](../bot/bot.py#tick)", "tick (`bot/bot.py`)"),
        ("architecture.md", "[`bot/bot.py`](../bot/bot.py)", "`bot/bot.py`"),
        ("hosting.md", "[dead](../nowhere.md)", "[dead](../nowhere.md)"),
        ("hosting.md", "[far](https://example.org/a.md)", "[far](https://example.org/a.md)"),
        ("hosting.md", "```\n[as](../README.md)\n```", "```\n[as](../README.md)\n```"),
    ],
)
def test_a_link_is_written_as_the_site_has_it(page: str, link: str, shown: str) -> None:
    assert docs_site.rewritten(link, page) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("1. One.\n\n       code\n\n   more\n2. Two.\n", "1. One.\n\n        code\n\n    more\n2. Two.\n"),
        ("- one\n  goes on\n  - inner\n- two\n", "- one\n    goes on\n    - inner\n- two\n"),
        ("So:\n- one\n", "So:\n\n- one\n"),
        ("- one\n\nAfter.\n", "- one\n\nAfter.\n"),
        ("    code - and\n    - no list\n", "    code - and\n    - no list\n"),
        ("```\n- as it is\n  here\n```\n", "```\n- as it is\n  here\n```\n"),
        ("1. One:\n   ```sh\n   - x\n   ```\n", "1. One:\n    ```sh\n    - x\n    ```\n"),
    ],
    ids=["numbers", "bullets", "after a paragraph", "ends", "code", "fence", "fence in a list"],
)
def test_what_belongs_to_an_item_stays_in_it(written: str, shown: str) -> None:
    assert docs_site.widened(written) == shown


@pytest.mark.parametrize(
    ("html", "loads"),
    [
        ('<script src="https://unpkg.com/x.js"></script>', 1),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', 1),
        ('<img alt="" src=http://example.org/a.png>', 1),
        ('<a href="https://litestream.io">Litestream</a>', 0),
        ('<script src="javascripts/mermaid.js"></script>', 0),
    ],
)
def test_what_a_page_loads_from_elsewhere_is_seen(html: str, loads: int) -> None:
    assert len(docs_site.loads_from_elsewhere(html)) == loads

"""What `scripts/docs` adds to the pages: the ones that stand outside docs/, links that lead out of it, pictures.

MkDocs calls the functions whose names begin with ``on_`` (https://www.mkdocs.org/user-guide/plugins/#events).
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).parent
OUTSIDE = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
"""Pages of the site that stand beside docs/: readers of the source look for them there."""
DECISIONS = "decisions/"
"""What stands in the navigation for all of them."""
PACKAGES = ROOT / ".venv-docs/node_modules"
MERMAID, SHIM = "@mermaid-js/tiny/dist/mermaid.tiny.js", "iframe-worker/shim/index.js"
"""What draws the pictures, and what searches where the site is opened as a file. Without npm the pictures stay text."""
SCRIPTS = {MERMAID: "javascripts/mermaid.js", SHIM: "javascripts/iframe-worker.js"}

_ITEM = re.compile(r"( *)(?:[-*]|\d+\.) +(?=\S)")
_FENCED = re.compile(r"^(```.*?^```$|(?: {4}.*\n)+)", re.M | re.S)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_LOADS = re.compile(r"<(?!a\b)\w+\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//[^>]*>")


def on_config(config: Any) -> Any:
    """Every decision is in the navigation without being named there, and a picture is drawn where there is a hand."""
    _expand(config["nav"])
    if (PACKAGES / MERMAID).exists():
        from pymdownx.superfences import fence_code_format

        fence = {"name": "mermaid", "class": "mermaid", "format": fence_code_format}
        config["mdx_configs"]["pymdownx.superfences"] = {"custom_fences": [fence]}
        config["extra_javascript"].append(SCRIPTS[MERMAID])
    return config


def _expand(entries: list[Any]) -> None:
    for entry in entries:
        for title, inner in entry.items() if isinstance(entry, dict) else ():
            if isinstance(inner, list):
                _expand(inner)
            elif inner == DECISIONS:
                entry[title] = decisions()


def decisions() -> list[str]:
    names = sorted(path.name for path in (ROOT / "docs" / DECISIONS).glob("*.md"))
    return [DECISIONS + name for name in sorted(names, key=lambda name: name != "README.md")]


def on_files(files: Any, config: Any) -> Any:
    from mkdocs.structure.files import File

    for name in OUTSIDE:
        files.append(File(name, str(ROOT), config["site_dir"], use_directory_urls=False))
    for source, place in SCRIPTS.items():
        if (PACKAGES / source).exists():
            files.append(File.generated(config, place, abs_src_path=str(PACKAGES / source)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    return widened(rewritten(markdown, page.file.src_uri))


def widened(markdown: str) -> str:
    """The same text with what belongs to an item of a list four blanks in for each level.

    Pages are written as every reader of CommonMark takes them: below the item's own first word. Python-Markdown
    counts in fours, and would end the list there.
    """
    lines, columns, fenced, before = list[str](), list[int](), False, ""
    for line in markdown.splitlines():
        text = line.lstrip(" ")
        indent = len(line) - len(text)
        in_list = bool(columns)
        if text and not fenced:
            while columns and indent < columns[-1] and (not before or _ITEM.match(line) or indent < columns[0]):
                columns.pop()
        base, depth = columns[-1] if columns else 0, len(columns)
        item = None if fenced or indent - base >= 4 else _ITEM.match(line)
        if item and before and not in_list:
            lines.append("")  # CommonMark lets a list follow a paragraph at once
        lines.append(" " * (4 * depth + max(indent - base, 0)) + text if text else "")
        if item:
            columns.append(item.end())
        fenced ^= text.startswith("```")
        before = text
    return "\n".join(lines) + "\n"


def rewritten(markdown: str, page: str) -> str:
    """The text of a page, by its name on the site, with links that lead where the site has what they mean.

    What stands elsewhere in the tree is named in their place. What stands nowhere is left for MkDocs to refuse.
    """
    folder = ROOT if page in OUTSIDE else (ROOT / "docs" / page).parent

    def link(found: re.Match[str]) -> str:
        label, target = found.groups()
        path, _, anchor = target.partition("#")
        if not path or ":" in path:
            return found[0]
        place = Path(os.path.normpath(folder / path))
        inside = name_on_site(place)
        if inside is not None:
            way = os.path.relpath(inside, PurePosixPath(page).parent)
            return f"[{label}]({way}{'#' + anchor if anchor else ''})"
        named = place.relative_to(ROOT).as_posix() if place.exists() and place.is_relative_to(ROOT) else None
        return found[0] if named is None else label if named in label else f"{label} (`{named}`)"

    pieces = _FENCED.split(markdown)  # what is fenced stands at the odd places
    return "".join(piece if number % 2 else _LINK.sub(link, piece) for number, piece in enumerate(pieces))


def name_on_site(place: Path) -> str | None:
    """What a file of the tree is called on the site, where it is a page or a file of it."""
    if place.parent == ROOT and place.name in OUTSIDE:
        return place.name
    if place.suffix in (".md", ".png", ".html") and place.is_relative_to(ROOT / "docs"):
        return place.relative_to(ROOT / "docs").as_posix()
    return None


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """A page that would have a reader's browser ask anybody else is not built."""
    if found := loads_from_elsewhere(output):
        raise ValueError(f"{page.file.src_uri} loads from elsewhere: {', '.join(found)}")
    return output


def loads_from_elsewhere(html: str) -> list[str]:
    return [match for match in _LOADS.findall(html) if 'rel="canonical"' not in match]

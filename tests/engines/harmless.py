"""Whether a person's words do anything where they are shown: ping, link, format, hide, or end what is ours.

``live`` takes them along every path by which words get into what an app shows, on both platforms and at a terminal.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from bot.adapters.discord import calendar, components, forms
from bot.adapters.discord.drawing import draw, split
from bot.adapters.local.drawing import Page
from bot.adapters.matrix.content import APART, BUTTONS, Reading, contents
from bot.context import Event
from bot.errors import UserError
from bot.incoming import text
from bot.messages import Button, Field, Form, Member, Message, Text, plain, who

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
READING = Reading(NOW, ZoneInfo("Europe/Berlin"))
TERMINAL = Page(80, colour=False)


def said(words: str) -> Iterator[Message]:
    """Every way in which a person's words get into what the bot says."""
    member = Member("x", "1", words)
    yield Message(plain(words))
    yield Message(Text("You wrote: {words}. That is all.").format(words=words))
    yield Message(Text("**{words}** and {words}\n{words}").format(words=words))
    yield Message(Text("{who} says {words}{words}").format(who=who(member), words=words))
    yield Message(Text("\n").join([plain(words), Text("and "), plain(words)]))
    yield Message(text.sentence(UserError(Text("I can't read {words}.").format(words=words))), aside=True)
    yield Message(Text("Which?"), (Button(plain(words or "x"), "x.y"), Button(Text("No"), "x.n")))
    yield Message(text.question(Form(plain(words), (Field("a", plain(words), default=words),), "x.y"), 0))


def live(words: str) -> list[str]:
    """What these words would do anywhere. Empty: nothing."""
    found: list[str] = []
    for message in said(words):
        found += [f"Discord: {danger}" for danger in _on_discord(message)]
        found += [f"Matrix: {danger}" for danger in _on_matrix(message)]
        drawn = TERMINAL.draw(text.render(message), NOW, ZoneInfo("UTC"))
        found += ["terminal: a control sequence"] * bool(UNSEEN.search(drawn))
    return found + [f"Discord: {danger}" for danger in _around_discord(words)]


# -- Discord ----------------------------------------------------------------------------------------------------------

ESCAPED = re.compile(r"\\[\\`*_~|\[\]<>#+.)-]")
CODE = re.compile(r"`[^`\n]+`")
"""Between backticks nothing is obeyed; a person's own are escaped, so these are ours."""

UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
LIVE = {
    "a mass ping": re.compile(r"@(everyone|here)", re.IGNORECASE),
    "a mention": re.compile(r"<(@[!&]?|#|/[^>]*:|id:|t:-?|a?:\w+:)\w"),
    "a link": re.compile(r"(?:https?|ftp|mxc)://|discord\.(gg|com)/|\]\(", re.IGNORECASE),
    "markup": re.compile(r"[`*_~|\[\]<>]"),
    "a heading or a list": re.compile(r"^ *(#{1,3}|-#|[-+]|\d+[.)]) ", re.MULTILINE),
    "what hides or turns text": UNSEEN,
}


def discord_dangers(drawn: str) -> list[str]:
    """What Discord would obey in a person's words as they were drawn. Escaped pairs are only shown."""
    return list(_counted(drawn))


def _counted(drawn: str) -> Counter[str]:
    shown = CODE.sub("\N{FULL BLOCK}", ESCAPED.sub("\N{FULL BLOCK}", drawn))
    return Counter(name for name, pattern in LIVE.items() for _found in pattern.finditer(shown))


def _on_discord(message: Message) -> Iterator[str]:
    """Our own sentences have markup of their own, which is as much of it as there may be."""
    drawn = draw(message.text)
    ours = _counted("".join(part if isinstance(part, str) else "x" for part in message.text.parts))
    yield from (_counted(drawn) - ours).keys()
    for piece in split(drawn):
        if len(piece.encode("utf-16-le", "surrogatepass")) // 2 > 2000:
            yield "too long"
        elif piece != drawn:
            yield from (_counted(piece) - ours).keys()
    view = components.view_of(message.buttons)
    for row in view.to_components() if view is not None else ():
        for button in row["components"]:
            if not (button["custom_id"].startswith("kith:1:x.") and 1 <= len(button["label"]) <= 80):
                yield "a button that is not ours"


def _around_discord(words: str) -> Iterator[str]:
    """Code, a form, and the server's calendar."""
    code = draw(Text("`{words}`").format(words=words))
    if code.count("`") != 2 or "\n" in code:
        yield "code that ends too soon"
    modal = forms.modal_of(Form(plain(words), (Field("a", plain(words), default=words[:100]),), "x.y"), direct=False)
    if not (len(modal.title) <= 45 and modal.custom_id == "kith:1:x.y::"):
        yield "a form that is not ours"
    event = Event("k", plain(words), NOW, NOW + timedelta(hours=1), Text("here"), plain(words))
    yield from discord_dangers(calendar._payload(event)["description"])


# -- Matrix -----------------------------------------------------------------------------------------------------------

PILL = re.compile(
    r"(?<!\S)[@#!][^\s" + APART + r"]+:\w|@room\b|matrix\.to|https?://|www\.\w|\bmatrix:[ru]"
    r"|\w\.(?:com|org|net|gg|example)\b",
    re.IGNORECASE,
)  # fmt: skip


class Tags(HTMLParser):
    """Everything in a piece of HTML that is not words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag if not attrs else f"{tag} with {attrs}")
        self.words += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        self.found.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.found.append("declaration")


def read(markup: str) -> Tags:
    parsed = Tags()
    parsed.feed(markup)
    parsed.close()
    return parsed


def _on_matrix(message: Message) -> Iterator[str]:
    for content in contents(message, READING):
        parsed = read(content["formatted_body"])
        yield from set(parsed.found) - {"br", "strong", "code"}
        if parsed.words != html.unescape(
            re.sub("</?(strong|code)>", "", content["formatted_body"].replace("<br>", "\n"))
        ):
            yield "words that were lost"
        if content["m.mentions"] != {}:
            yield "a mention"
        if PILL.search(content["body"]) or PILL.search(parsed.words):
            yield "a link or a pill"
        if not all(id_.startswith("kith:1:x.") for _label, id_ in content.get(BUTTONS, [])):
            yield "a choice that is not ours"

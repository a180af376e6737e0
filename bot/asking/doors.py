"""The doors a message may show: other people, one tap away. Only those that exist and have somebody behind them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.context import Context
from bot.messages import STATELESS, Button, Text
from bot.registry import Registry
from bot.words.i18n import N_, say

COMPANY, CHECKIN, BUDDY, CIRCLE, LOOK, PEOPLE, HELP_NOW = (
    "company.ask",
    "checkins.offer",
    "buddies.begin",
    "circles.browse",
    "onboarding.look",
    "people.open",
    "help.now",
)
"""The actions that open each door. A feature that registers one of these is offered from then on."""

HELLO = {
    COMPANY: N_("company"),
    CHECKIN: N_("a check-in"),
    BUDDY: N_("a buddy"),
    CIRCLE: N_("a circle"),
    LOOK: N_("look around"),
}
LABELS = {
    COMPANY: N_("Company"),
    BUDDY: N_("A buddy"),
    CIRCLE: N_("A circle"),
    PEOPLE: N_("My people"),
    HELP_NOW: N_("Help now"),
}
GO_ON = "help.go_on"
BESIDE = {COMPANY: N_("Ask a person here"), GO_ON: N_("I'm all right, go on")}
"""What stands under the help card where a phrase brought it."""


def hello(registry: Registry) -> tuple[Button, ...]:
    """The doors of the hello. An empty one answers with "shall I tell you when ...?", so all that exist stand here."""
    return tuple(Button(say(label), action) for action, label in HELLO.items() if action in registry.actions)


def help_now(registry: Registry) -> tuple[Button, ...]:
    """The door that stands beside everything, where it exists."""
    there = HELP_NOW in registry.actions
    return (Button(say(LABELS[HELP_NOW]), HELP_NOW, row=STATELESS),) if there else ()


def by_words(registry: Registry, line: str) -> str | None:
    """The door that a line names as it is written on its button: also where nothing is known of what was shown."""
    said = line.casefold().replace("’", "'").strip(" .!?")
    for names in (HELLO, LABELS, BESIDE):
        for action, label in names.items():
            if action in registry.actions and said == str(say(label)).casefold():
                return Button(Text(), action, row=STATELESS).id
    return None


async def doors(
    registry: Registry, context: Context, wanted: Sequence[str] = (COMPANY, BUDDY, CIRCLE, PEOPLE, HELP_NOW)
) -> tuple[Button, ...]:
    """Of the wanted doors, those with somebody behind them now."""
    there: set[str] = set()
    for cog in registry.cogs:
        there |= await cog.open_doors(context)
    return tuple(Button(say(LABELS[action]), action) for action in wanted if action in there)

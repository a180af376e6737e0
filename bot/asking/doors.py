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

START, AGAIN = "onboarding.start", "again"
"""The hello; with this value it takes up again what rests."""

PREVIEWS = "previews.open"
"""Offered where what comes may be nobody else's to read."""

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
PLAIN_PREVIEWS = N_("Plain previews")
CHECK_IN, LOOK_AROUND = N_("A check-in"), N_("Look around")
WHEN = {
    CIRCLE: ("circles.wish", N_("Tell me when a circle starts")),
    COMPANY: ("company.tell", N_("Tell me when somebody has an hour")),
}
"""In the place of a door with nobody behind it: a word when there is."""
LEAST = 2
"""Doors beside Help now, at least."""
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


def previews(registry: Registry) -> tuple[Button, ...]:
    """The switch that keeps words off a lock screen, where it exists."""
    return (Button(say(PLAIN_PREVIEWS), PREVIEWS),) if PREVIEWS in registry.actions else ()


def by_words(registry: Registry, line: str) -> str | None:
    """The door that a line names as it is written on its button: also where nothing is known of what was shown."""
    said = line.casefold().replace("’", "'").strip(" .!?")
    when = dict(WHEN.values())
    for names in (HELLO, LABELS, {CHECKIN: CHECK_IN}, when, BESIDE):
        for action, label in names.items():
            if action in registry.actions and said == str(say(label)).casefold():
                return Button(Text(), action, row=STATELESS).id
    return None


async def _sums(registry: Registry, context: Context) -> tuple[set[str], set[str]]:
    """The doors with somebody behind them now, and what the member has already."""
    there: set[str] = set()
    had: set[str] = set()
    for cog in registry.cogs:
        there |= await cog.open_doors(context)
        had |= await cog.has_already(context)
    return there, had


async def lonely(registry: Registry, context: Context, without: Sequence[str] = ()) -> tuple[Button, ...]:
    """After an answer that could leave somebody alone: at least three doors that work now, whoever is there.

    What the member has already is not offered again; a door with nobody behind it becomes a word when there is. Help
    now stands last, always.
    """
    there, had = await _sums(registry, context)
    wanted = {CHECKIN: CHECK_IN, **{door: label for door, label in LABELS.items() if door in there}}
    wanted |= {tells: label for door, (tells, label) in WHEN.items() if door not in there}
    shown = [door for door in wanted if door in registry.actions and door not in {*had, *without, HELP_NOW}]
    for other in (LOOK, PEOPLE):  # those always work; whoever has all that there is still finds two beside Help now
        if len(shown) < LEAST and other not in shown and other in registry.actions:
            shown.append(other)
    labels = {**LABELS, **wanted, LOOK: LOOK_AROUND}
    buttons = [Button(say(labels[door]), door, row=STATELESS) for door in shown]
    return (*buttons, *help_now(registry))


async def doors(
    registry: Registry, context: Context, wanted: Sequence[str] = (COMPANY, BUDDY, CIRCLE, PEOPLE, HELP_NOW)
) -> tuple[Button, ...]:
    """Of the wanted doors, those with somebody behind them now."""
    there, _had = await _sums(registry, context)
    return tuple(Button(say(LABELS[action]), action) for action in wanted if action in there)

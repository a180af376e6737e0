"""What a community hands out: the panel, an announcement, a card for organisations. Presets change words only."""

from __future__ import annotations

from collections.abc import Mapping

from bot.messages import STATELESS, Button, Message, Text
from bot.words.i18n import N_, _, say

PRESETS: Mapping[str, str] = {
    "general": N_("any community"),
    "recovery": N_("a recovery community"),
    "study": N_("a study group"),
    "support": N_("a peer-support community"),
}
"""What a community can call itself. It chooses words, never rules."""

FOR_WHOM: Mapping[str, str] = {
    "general": N_("For quiet evenings and good news alike."),
    "recovery": N_("Wherever you are on your way; nobody is asked what they use or don't."),
    "study": N_("For starting, staying with it, and the breaks between."),
    "support": N_("For hard days and ordinary ones; nobody has to explain themselves."),
}

MENTOR: Mapping[str, str] = {
    "general": N_("mentor"),
    "recovery": N_("sponsor"),
    "study": N_("study partner"),
    "support": N_("walk-alongside"),
}
"""The community's word for a mentor."""

PARTS: tuple[str, ...] = (
    N_("crisis lines"),
    N_("where reports go"),
    N_("a channel for the message with buttons"),
    N_("trying it as a member"),
    N_("posting the message with buttons"),
    N_("what to do before you announce me"),
)
"""What each question is about, and what comes after the last one. Nothing public comes before the lines."""


def of(words: Mapping[str, str], preset: str) -> Text:
    """A preset's words in the reader's language."""
    return say(words.get(preset, words["general"]))


def panel() -> Message:
    """The message that stays in a shared place. Its buttons need no row: they work for everybody, for good."""
    return Message(
        _("I'm Kith. I help people here find company, a buddy or a small circle. Nothing starts until you press."),
        (
            Button(_("Start"), "onboarding.start", style="primary", row=STATELESS),
            Button(_("Help now"), "help.now", row=STATELESS),
            Button(_("What do you keep?"), "privacy.about", row=STATELESS),
            Button(_("What's on"), "circles.week", row=STATELESS),
        ),
        private=False,
    )


def announcement(preset: str, community: str, host: str, *, adults_only: bool) -> Text:
    """Ready text for telling members. A moderator posts it, in their own name."""
    lines = [
        _(
            "There is a bot here now, called Kith. It helps people in {community} find company, a buddy or a small"
            " circle."
        ).format(community=community),
        of(FOR_WHOM, preset),
        _(
            "Nothing starts until you press Start. It keeps your account id, your choices and when you answered, and"
            " nothing you say in a check-in. It is hosted by {host}. Moderators see totals only."
        ).format(host=host),
        _("It is a bot, not a crisis service: nobody watches it for emergencies. `help now` has numbers."),
    ]
    if adults_only:
        lines.append(_("This community is for adults."))
    return Text("\n").join(lines)


def partner_card() -> Text:
    """A card for an organisation nearby. It holds no identifier and no link, so it tells nobody who came with it."""
    return Text("\n").join(
        [
            _(
                "Kith is a bot that helps people in an online community find and keep each other: check-ins, company,"
                " buddies, small circles."
            ),
            _(
                "It introduces and reminds; people do the talking. It is not care or treatment and does not take their"
                " place."
            ),
            _(
                "Everything in it is off until a person switches it on. It can be left, and everything deleted, at any"
                " time."
            ),
            _("To join, ask the moderators of the community."),
        ]
    )


def invitation() -> Text:
    """Ready text for asking people to be the first helpers, hosts and welcomers."""
    return _(
        "Before I tell everybody about Kith, I'm looking for three people who would sometimes answer when somebody"
        " would like company, two who would host a small circle, and one who would say hello to newcomers. You choose"
        " your hours and can stop at any time, with no reason. Would one of these suit you? Saying no is fine."
    )

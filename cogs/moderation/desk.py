"""What every moderators' command shares: the community it is in, the moderator's first yes, and the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from sqlite3 import Connection
from typing import Concatenate, ParamSpec, TypeVar

from bot.cog import Cog
from bot.context import Context
from bot.errors import UserError
from bot.messages import Field, Form, Member, Message, Person, Text
from bot.registry import Ask, Reply
from bot.words.i18n import N_, _, say
from storage.members import community_settings, members
from storage.members.community_settings import Settings
from storage.moderation import audit
from storage.moderation.cases import Viewer

P = ParamSpec("P")
T = TypeVar("T")

DONE = {
    "setup.reports": N_("chose where reports go"),
    "setup.panel": N_("posted the message with buttons"),
    "setup.countries": N_("named the members' countries"),
    "setup.emergency": N_("set the emergency number"),
    "lines.confirmed": N_("checked a crisis line and let it show"),
    "lines.removed": N_("took a crisis line off the help card"),
    "resources.added": N_("added a place nearby to the help card"),
    "resources.removed": N_("took a place nearby off the help card"),
    "community.preset": N_("changed how I word things"),
    "community.adults": N_("changed whether this is for adults only"),
    "community.tenure": N_("changed after how many days people are introduced"),
    "community.volunteers": N_("changed after how many days volunteers begin"),
    "volunteers.yes": N_("said yes to a volunteer"),
    "volunteers.no": N_("let a volunteer wait"),
    "community.phrases": N_("changed whether some phrases bring up the help card"),
    "community.quiet": N_("changed the quiet hours of members who have chosen none"),
    "community.holds": N_("changed whether a report holds introductions"),
    "prompts.on": N_("switched a question on"),
    "prompts.off": N_("switched a question off"),
    "prompts.tender": N_("changed whether tender questions are asked"),
    "groups.added": N_("added a group"),
    "groups.removed": N_("removed a group"),
    "hosts.trained": N_("marked a host as trained"),
    "hosts.untrained": N_("took back that a host is trained"),
    "circles.paused": N_("paused a circle"),
    "circles.resumed": N_("took a circle up again"),
    "circles.handed": N_("asked somebody else to host a circle"),
    "circles.archived": N_("archived a circle"),
    "rounds.begun": N_("began a round of introductions"),
    "rounds.changed": N_("changed when rounds begin"),
    "checkins.post": N_("chose when the open check-in comes, and where"),
    "checkins.no_post": N_("stopped the open check-in"),
    "feedback.answered": N_("answered a question to moderators"),
    "places.joined": N_("made two places one community"),
    "cases.closed": N_("closed a report"),
    "cases.reopened": N_("opened a report again"),
    "holds.held": N_("held somebody's introductions"),
    "holds.ended": N_("let somebody be introduced again"),
    "quiet.first": N_("made everything quiet about somebody, for 72 hours"),
    "quiet.second": N_("agreed that everything stays quiet about somebody"),
    "quiet.ended": N_("ended the quiet about somebody"),
    "quiet.words": N_("wrote to the people who wait for somebody"),
}
"""What a moderator can have done, as members read it in `audit`."""

ASK = Ask(
    "moderating",
    ("core",),
    lambda _value: _(
        "I keep your account id and your choices, so that we can go on if we are interrupted. What moderators do here"
        " stands in a list members can see, without names."
    ),
    "moderation.agreed",
    ageless=True,
)


def done(action: str) -> Text:
    """One entry of the audit, in the reader's language."""
    return say(DONE.get(action, action))


async def first_yes(cog: Cog, context: Context, command: str) -> Message | None:
    """The question a moderator answers once, before anything is kept about them; None if it is answered."""
    return await cog.core.consenting.question(context, ASK.name, f"{context.here.id} {command}")


def whom(submit: str) -> Form:
    """The question where a command names nobody, as when it goes on after the first yes."""
    return Form(_("About whom?"), (Field("who", _("Which member?"), Member),), submit)


async def agreed(cog: Cog, context: Context, value: str) -> Reply:
    """The moderator said yes: on with the command they gave, in its community, if they moderate it now."""
    number, _space, name = value.partition(" ")
    community = await cog.core.permissions.shared(context, number)
    command = cog.core.registry.commands.get(name)
    if community is None or command is None or not command.moderators:
        raise UserError(_("That button has expired. `help` shows what I can do."))
    inside = replace(context, community=community)
    await cog.core.permissions.require_moderator(inside)
    reply = await command.handler(inside)
    return await cog.core.offering.bind(inside, reply) if isinstance(reply, Message | Form) else reply


async def act(
    cog: Cog,
    context: Context,
    action: str,
    function: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do something as a moderator: the change and its entry in the audit, in one transaction."""

    def work(connection: Connection) -> T:
        value = function(connection, *args, **kwargs)
        audit.record(connection, context.here, action, context.now)
        return value

    return await cog.write(work)


async def viewer(cog: Cog, context: Context) -> Viewer:
    """Who looks at cases: the person and all of their accounts."""
    accounts = await cog.read(members.accounts, context.person) if context.person else []
    return Viewer(context.person, codes(cog, [context.member, *accounts]))


def codes(cog: Cog, accounts: list[Member]) -> frozenset[bytes]:
    """The keyed hash of each account."""
    return frozenset(cog.core.keyring.pseudonym(account.platform, account.id) for account in accounts)


async def person_here(cog: Cog, context: Context, who: Member) -> Person:
    """The person a moderator names. Raises UserError if they said yes to nothing, or are not in this community."""
    person = await cog.read(members.person_of, who)
    if person is None or context.here not in await cog.read(members.communities, person):
        raise UserError(_("I don't know that member: they have said yes to nothing here."))
    return person


async def change(cog: Cog, context: Context, action: str | None, how: Callable[[Settings], Settings]) -> None:
    """Change the community's settings; with an entry in the audit, unless it is only a step of the set-up."""

    def work(connection: Connection) -> None:
        community_settings.save(connection, context.here, how(community_settings.get(connection, context.here)))
        if action is not None:
            audit.record(connection, context.here, action, context.now)

    await cog.write(work)

"""What somebody wishes of a buddy, as one line: each of its parts is changed in one tap."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from bot.cog import Cog, KeepsNothing, action
from bot.context import Context
from bot.errors import UserError
from bot.messages import Button, Community, Field, Form, Message, Text, plain
from bot.words.i18n import _, say
from cogs.buddies import wording
from cogs.buddies.choices import DIALS, MOST_LANGUAGES, TOPICS, Choices
from storage.members import community_settings


class Wishes(KeepsNothing):  # wishes stand with SignUp
    """The line before the yes. What it says stands in the buttons, and is kept nowhere else."""

    @action("buddies.confirm", stateless=True)
    async def confirm(self, context: Context, value: str) -> Message:
        community, choices = parse(value)
        line = wording.line(choices, await group_name(self, community, choices.group))
        return Message(
            line,
            (
                Button(_("Looks right"), "buddies.agree", value, style="primary"),
                Button(_("Change"), "buddies.change", value),
            ),
        )

    @action("buddies.change", stateless=True)
    async def change(self, context: Context, value: str) -> Message:
        number, choices = parse(value)
        said = _("You are free {when}. One tap changes a line to what comes next.").format(when=wording.free(choices))

        def dial(name: str, label: Text, now: Text) -> Button:
            return Button(Text(f"{label}: {now}"[:45]), "buddies.turn", f"{value}|{name}")

        rows = [
            Button(_("Looks right"), "buddies.agree", value, style="primary"),
            Button(_("Free hours"), "buddies.again", value),
            dial("style", _("Talk by"), say(wording.STYLES[int(choices.style)])),
            dial("purposes", _("For"), wording.purposes(choices.purposes)),
            dial("pace", _("How often"), say(wording.PACES[choices.pace])),
            dial("trio", _("A trio"), _("is fine") if choices.trio else _("no")),
            dial("again", _("With"), say(wording.AGAIN[choices.again])),
            dial("personal", _("How personal"), say(wording.PERSONAL[choices.personal])),
            Button(_("Languages"), "buddies.languages", value),
        ]
        if await groups(self, number):
            rows.append(dial("group", _("Group"), await group_name(self, number, choices.group)))
        for topic in TOPICS:
            left_out = _("left out") if topic in choices.leave_out else _("fine")
            rows.append(dial(topic, say(wording.TOPICS[topic]), left_out))
        return Message(said, tuple(rows))

    @action("buddies.turn", stateless=True)
    async def turn(self, context: Context, value: str) -> Message:
        before, _bar, dial = value.rpartition("|")
        number, choices = parse(before)
        if dial == "group":
            ids = [None, *(group.id for group in await groups(self, number))]
            at = ids.index(choices.group) if choices.group in ids else 0
            choices = replace(choices, group=ids[(at + 1) % len(ids)])
        elif dial in DIALS:
            choices = DIALS[dial](choices)
        return await self.change(context, value_of(number, choices))

    @action("buddies.languages", stateless=True)
    async def languages(self, context: Context, value: str) -> Form:
        _number, choices = parse(value)
        default = ", ".join(str(wording.language(code)) for code in choices.languages)
        field = Field("languages", _("Which languages? English, German ..."), default=default, limit=100)
        return Form(_("Languages"), (field,), "buddies.speak", value)

    @action("buddies.speak", stateless=True)
    async def speak(self, context: Context, value: str, languages: str) -> Message:
        number, choices = parse(value)
        return await self.change(context, value_of(number, replace(choices, languages=_spoken(languages))))


async def groups(cog: Cog, community: int) -> list[community_settings.Group]:
    return [one for one in await cog.read(community_settings.groups, Community(community)) if one.kind != "main"]


async def group_name(cog: Cog, community: int, group: int | None) -> Text:
    for one in await groups(cog, community):
        if one.id == group:
            return plain(cog.core.keyring.decrypt(one.name, "community_groups", "name", one.id))
    return _("main group")


def value_of(community: int, choices: Choices) -> str:
    return f"{community}|{choices.code}"


def parse(value: str) -> tuple[int, Choices]:
    """The community and the choices a button stands for. Raises UserError: it came back from the network."""
    number, _bar, code = value.partition("|")
    choices = Choices.read(code)
    if choices is None or not number.isdecimal():
        raise UserError(_("That button has expired. `buddy find` opens a new one."))
    return int(number), choices


def _spoken(words: str) -> tuple[str, ...]:
    """The languages somebody typed. Raises UserError with those that can be named."""
    known = _languages_by_name()
    typed = [word.casefold() for word in words.replace(",", " ").replace(" and ", " ").split()]
    codes = tuple(dict.fromkeys(known[word] for word in typed if word in known))[:MOST_LANGUAGES]
    if not codes:
        listed = Text(", ").join(say(name) for name in wording.LANGUAGES.values())
        raise UserError(_("I can match people by these languages: {languages}.").format(languages=listed))
    return codes


@cache
def _languages_by_name() -> dict[str, str]:
    names = {name.casefold(): code for code, name in wording.LANGUAGES.items()}
    return names | {code: code for code in wording.LANGUAGES}

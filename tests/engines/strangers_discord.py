"""Strangers and plain members on Discord who try to take a server, read a report, reach somebody, or learn who is in.

What each may use is told in ``besieged``, and so is how it is seen whether they got anything.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from sqlite3 import Connection

from tests.beds.discord import Channel, Permission
from tests.beds.discord import Person as Somebody
from tests.beds.discord.interactions import Asked, ask
from tests.engines import pressing
from tests.engines.besieged import EVIL, Siege
from tests.engines.strangers import Attempt

MODERATORS = (
    *("cases", "settings", "setup", "picture", "groups", "resources", "lines", "prompts", "rounds", "circles"),
    *("feedback", "audit", "link", "checkin"),
)  # fmt: skip
ABOUT = ("hold", "quiet-everything", "trained")
"""Commands of moderators about somebody they name."""
NAMES = ("/users/{user_id}",)
"""How somebody is called is asked of Discord once in a while, whoever it is; what was asked lately is remembered."""

# -- commands, and where they are said --------------------------------------------------------------------------------


async def _command(siege: Siege, line: str) -> None:
    """By a member in the server, though it is not offered to them, and in the direct chat."""
    await siege.slash(siege.bob, f"kith-mod {line}", siege.garden.general)
    await siege.slash(siege.bob, f"kith-mod {line}")
    await siege.say(siege.bob, f"kith-mod {line}")
    await siege.say(siege.eve, f"kith-mod {line} {siege.garden.id}")


async def _about(siege: Siege, line: str) -> None:
    """By a moderator of another server, about somebody who was never there; and by a plain member."""
    who = f"<@{siege.alice.id}>"
    await siege.slash(siege.eve, f"kith-mod {line}", siege.lair.general, who=siege.alice)
    await siege.slash(siege.bob, f"kith-mod {line}", siege.garden.general, who=siege.alice)
    await siege.send(siege.eve, f"kith:1:{line}.who:-:", siege.lair.general, who=who)


async def _in_a_thread_of_ones_own(siege: Siege) -> None:
    thread = _own_thread(siege, siege.bob, "moderators")
    for line in ("cases", "settings", "audit"):
        await siege.slash(siege.bob, f"kith-mod {line}", thread)
    await siege.slash(siege.bob, "kith next", thread)


async def _in_a_server_without_kith(siege: Siege) -> None:
    """Installed by a user, an app is offered in servers that it is not in."""
    den = siege.fake.world.add_guild("a den")
    del den.members[siege.fake.world.bot.id]
    siege.fake.world.add_member(den, siege.fake.world.bot)
    siege.fake.join(siege.eve, den, Permission.ADMINISTRATOR)
    del den.members[siege.fake.world.bot.id]
    for line in ("cases", "settings"):
        await siege.slash(siege.eve, f"kith-mod {line}", den.general)
    await siege.slash(siege.eve, "kith-mod hold", den.general, who=siege.alice)


async def _a_role_with_the_name(siege: Siege) -> None:
    role = siege.fake.world.add_role(siege.garden, "Moderators", Permission(0))
    siege.garden.member_roles[siege.bob.id].append(role)
    siege.fake.gateway.tell_guild("GUILD_ROLE_CREATE", siege.garden, {"role": role.payload()})
    await siege.slash(siege.bob, "kith-mod cases", siege.garden.general)


async def _a_channel_that_allows_more(siege: Siege) -> None:
    """Whoever may do much in one channel does not moderate the server."""
    corner = siege.fake.world.add_channel(siege.garden, "corner")
    corner.overwrites[siege.bob.id] = (Permission.MANAGE_GUILD | Permission.ADMINISTRATOR, Permission(0))
    siege.fake.gateway.tell_channel("CHANNEL_CREATE", corner)
    await siege.slash(siege.bob, "kith-mod cases", corner)


async def _the_moderators_name(siege: Siege) -> None:
    for who in (siege.bob, siege.eve):
        who.user.name = siege.mo.name
        await siege.slash(who, "kith-mod cases", siege.garden.general if who is siege.bob else siege.lair.general)
        await siege.say(who, "kith-mod cases")


async def _mention_kith(siege: Siege) -> None:
    bot = siege.fake.world.bot.id
    for words in (f"<@{bot}> kith-mod cases", "!kith kith-mod cases", "kith: kith-mod cases"):
        siege.bob.say(words, siege.garden.general)


async def _type_an_id(siege: Siege) -> None:
    typed = siege.of["mo"][:2], siege.of["alice"][:2], ["Open 1", "Delete everything", "Lift it"]
    for words in (words for some in typed for words in some):
        await siege.say(siege.bob, words)


async def _names_like_the_server(siege: Siege) -> None:
    """The stranger's server and its channels are called as the other one; the channel is deleted and made again."""
    siege.lair.name = siege.garden.name
    for _time in range(2):
        twin = siege.fake.world.add_channel(siege.lair, siege.garden.general.name)
        siege.fake.gateway.tell_channel("CHANNEL_CREATE", twin)
        await siege.slash(siege.eve, "kith-mod cases", twin)
        siege.fake.remove_channel(twin)
    await siege.say(siege.eve, "kith-mod cases")


async def _invite_kith_again(siege: Siege) -> None:
    """What was shown in the server before Kith was taken out of it is pressed after it came back."""
    await siege.slash(siege.eve, "kith-mod setup", siege.lair.general)
    shown = dict(siege.seen)
    siege.fake.gateway.tell("GUILD_DELETE", {"id": siege.lair.id, "unavailable": True})
    siege.fake.gateway.tell("GUILD_CREATE", siege.lair.create_payload(siege.fake.world.bot, all_members=True))
    for button in shown.values():
        if ":setup." in button or ":cases." in button:
            await siege.press(siege.eve, button, siege.lair.general)
            await siege.press(siege.eve, button, siege.eve.dm)


async def _leave_and_come_back(siege: Siege) -> None:
    """What keeps two apart outlives one of them leaving the server for an hour."""
    siege.fake.leave(siege.bob, siege.garden)
    await siege.done()
    siege.fake.join(siege.bob, siege.garden)
    await siege.slash(siege.bob, "kith thanks", siege.garden.general, member=siege.alice, words=EVIL)


async def _link_two_servers(siege: Siege) -> None:
    said = await siege.slash(siege.eve, "kith-mod link", siege.lair.general)
    for code in re.findall(r"\d+-[a-z2-7]+", said):
        await siege.slash(siege.bob, "kith-mod link", siege.garden.general, code=code)
        await siege.say(siege.bob, f"link {code}")
        await siege.press(siege.bob, f"kith:1:linking.agree:-:{code.partition('-')[0]}")
    await siege.slash(siege.eve, "kith-mod link", siege.lair.general)


async def _guess_a_code(siege: Siege) -> None:
    row = siege.code.partition("-")[0]
    for guess in ("a" * 26, "234567" * 4, ""):
        for who in (siege.bob, siege.eve):
            await siege.say(who, f"link {row}-{guess}")
            await siege.say(who, f"quiet accept {guess or 'a'}")
            await siege.say(who, f"circle host {guess or 'a'}")
    for action in ("agree", "settle", "refuse"):
        await siege.press(siege.bob, f"kith:1:linking.{action}:-:{row}")
        await siege.press(siege.eve, f"kith:1:linking.{action}:-:{row}", siege.eve.dm)


# -- threads ----------------------------------------------------------------------------------------------------------


def _own_thread(siege: Siege, owner: Somebody, name: str) -> Channel:
    thread = siege.fake.world.add_thread(siege.garden.general, name, owner.user)
    siege.fake.gateway.tell_channel("THREAD_CREATE", thread)
    return thread


async def _a_thread_like_theirs(siege: Siege) -> None:
    """Kith looks for a thread by the end of its name: one of somebody else's never stands for it."""
    for one in siege.threads.values():
        thread = _own_thread(siege, siege.bob, one.name)
        thread.members[siege.fake.world.bot.id] = siege.fake.world.bot
        await siege.slash(siege.bob, "buddy end", thread)


async def _open_it_again(siege: Siege) -> None:
    """A word in an archived thread opens it for everybody in it."""
    for thread in siege.threads.values():
        await siege.write(siege.bob, EVIL, thread)


async def _bring_her_in(siege: Siege) -> None:
    for thread in siege.threads.values():
        await siege.fetch(siege.bob, siege.alice, thread)
        await siege.fetch(siege.bob, siege.bob, thread)


async def _say_her_name_in_her_thread(siege: Siege) -> None:
    """Buttons under the messages of a thread that the attacker is not in."""
    for action in ("buddies.hello", "buddies.another", "buddies.goal_send", "buddies.end_now", "buddies.wave"):
        for row in ("d1", "d2", "d3", "d4", "d5", "-"):
            await siege.press(siege.bob, f"kith:1:{action}:{row}:1", siege.threads["together"])


async def _forge_kiths_own_events(siege: Siege) -> None:
    """Reactions, and messages with Kith's buttons that a webhook of somebody's wrote."""
    forged = {"author": {"id": siege.bob.id, "username": "Kith", "bot": True}, "webhook_id": "1", "content": EVIL}
    message = siege.fake.post(siege.bob.user, siege.garden.general, EVIL).payload() | forged
    message |= {"components": [{"type": 1, "components": [{"type": 2, "label": "Open", "style": 1, "custom_id": id_}]}
                               for id_ in list(siege.seen.values())[:5]]}  # fmt: skip
    siege.fake.gateway.send_malformed("MESSAGE_CREATE", message | {"guild_id": siege.garden.id})
    reaction = {"user_id": siege.bob.id, "channel_id": siege.garden.general.id, "message_id": message["id"]}
    siege.fake.gateway.send_malformed("MESSAGE_REACTION_ADD", reaction | {"emoji": {"name": "1\ufe0f\u20e3"}})


# -- reaching somebody, and learning who is there ---------------------------------------------------------------------


async def _thank(siege: Siege, who: str) -> None:
    attacker: Somebody = getattr(siege, who)
    where = siege.garden.general if who == "bob" else siege.lair.general
    for place in (where, attacker.dm):
        siege.seen.pop("Send", None)
        await siege.slash(attacker, "kith thanks", place, member=siege.alice, words=EVIL)
        if "Send" in siege.seen:
            await siege.press(attacker, siege.seen["Send"], place)
    await siege.send(attacker, f"kith:1:thanks.words:-:discord {siege.alice.id}", where, words=EVIL)


async def _a_name_that_speaks(siege: Siege) -> None:
    """Words in one's own name, with mentions and marks, wherever the name is shown."""
    siege.bob.user.name = f"{EVIL} <@{siege.alice.id}> @everyone **Kith**"
    await siege.slash(siege.bob, "kith thanks", siege.garden.general, member=siege.alice, words="thank you")
    await siege.slash(siege.bob, "kith feedback", siege.garden.general, words=f"{EVIL} <@{siege.alice.id}>")


async def _tell(siege: Siege, who: str, how: Callable[[Siege, Somebody, Somebody], Awaitable[str]]) -> None:
    """The same about a member and about somebody who is none: the words are compared, and what Discord was asked for
    them, as each question takes time.
    """
    attacker: Somebody = getattr(siege, who)
    answers = []
    for about in (siege.alice, siege.nina if who == "bob" else siege.zoe):
        asked = len(siege.fake.calls)
        said = await how(siege, attacker, about)
        for words, name in ((about.id, "ID"), (about.name, "NAME"), (about.name.casefold(), "NAME")):
            said = said.replace(words, name)
        said = re.sub(r"accept [a-z2-7]+|:o\d+:", "CODE", said)
        calls = [call for call in siege.fake.calls[asked:] if call.operation.method == "GET" and call.status != 429]
        took = [str(call.operation) for call in calls if call.operation.template not in NAMES]
        answers.append(f"{said} {took}")
    siege.oracle = (answers[0], answers[1])


async def _by_thanks(siege: Siege, attacker: Somebody, about: Somebody) -> str:
    return await siege.say(attacker, f"thanks <@{about.id}> thank you")


async def _by_avoiding(siege: Siege, attacker: Somebody, about: Somebody) -> str:
    shown = await siege.say(attacker, f"buddy avoid <@{about.id}>")
    return shown + await siege.press(attacker, siege.seen["Lift it"], attacker.dm)


async def _by_quiet(siege: Siege, attacker: Somebody, about: Somebody) -> str:
    await siege.say(attacker, "quiet")
    for label in ("Yes", "Add somebody", "Someone you'd like told"):
        if label in siege.seen:
            await siege.press(attacker, siege.seen[label], attacker.dm)
    return await siege.send(attacker, f"kith:1:quiet.ask:-:{about.id}", attacker.dm, member=f"<@{about.id}>")


async def _by_report(siege: Siege, attacker: Somebody, about: Somebody) -> str:
    lair = await siege.bed.bot.database.read(_community_of, siege.lair.id)
    fields = {"words": "nothing happened", "who": f"<@{about.id}>"}
    shown = await siege.send(attacker, f"kith:1:reports.written:-:h{lair}", siege.lair.general, **fields)
    return shown + await siege.press(attacker, siege.seen["Send it"], siege.lair.general)


async def _by_holding(siege: Siege, attacker: Somebody, about: Somebody) -> str:
    return await siege.slash(attacker, "kith-mod hold", siege.lair.general, who=about)


async def _by_training(siege: Siege, attacker: Somebody, about: Somebody) -> str:
    return await siege.slash(attacker, "kith-mod trained", siege.lair.general, who=about)


def _community_of(connection: Connection, guild: str) -> int:
    [found] = connection.execute("SELECT community FROM places WHERE platform_id = ?", (guild,)).fetchone()
    return int(found)


async def _by_typing_ahead(siege: Siege) -> None:
    """Autocomplete, for options that have none and for those that have."""
    for name, option in (("hold", "who"), ("checkin", "zone"), ("link", "code")):
        for typed in ("al", "<@", siege.alice.id, ""):
            data = {"id": "1", "name": "kith-mod", "type": 1, "options": [
                {"name": name, "type": 1, "options": [{"name": option, "type": 3, "value": typed, "focused": True}]}
            ]}  # fmt: skip
            for who, where in ((siege.bob, siege.garden.general), (siege.eve, siege.lair.general)):
                asked = await ask(siege.fake, Asked.AUTOCOMPLETE, who.user, where, data).first_answer()
                offered = " ".join(str(choice) for choice in asked.choices)
                if siege.alice.name in offered or siege.code in offered:
                    siege.oracle = (offered, "")


async def _ones_own_data(siege: Siege) -> None:
    for who, where in ((siege.bob, siege.garden.general), (siege.eve, siege.lair.general)):
        for line in ("my-data", "audit", "inbox", "circle mine", "circle list", "people", "company", "help mods"):
            await siege.say(who, line)
        await siege.slash(who, "kith my-data", where)
        await siege.slash(who, "kith audit", where)


ATTEMPTS = (
    *(Attempt(f"Discord: a member runs kith-mod {line}", partial(_command, line=line)) for line in MODERATORS),
    *(Attempt(f"Discord: a moderator elsewhere runs kith-mod {line}", partial(_about, line=line)) for line in ABOUT),
    Attempt("Discord: a command in a thread of one's own", _in_a_thread_of_ones_own),
    Attempt("Discord: a server that Kith is not in", _in_a_server_without_kith),
    Attempt("Discord: a role with the name", _a_role_with_the_name),
    Attempt("Discord: a channel that allows more", _a_channel_that_allows_more),
    Attempt("Discord: Kith is mentioned in a channel", _mention_kith),
    Attempt("Discord: the id of a button is typed", _type_an_id),
    Attempt("Discord: a server and a channel with the same name, made anew", _names_like_the_server),
    Attempt("Discord: Kith is invited again", _invite_kith_again),
    Attempt("Discord: two servers are called one", _link_two_servers),
    Attempt("Discord: codes are guessed", _guess_a_code),
    Attempt("Discord: a member presses Mo's buttons", partial(pressing.press_theirs, of="mo", who="bob")),
    Attempt("Discord: a stranger presses Mo's buttons", partial(pressing.press_theirs, of="mo", who="eve")),
    Attempt("Discord: a member presses Alice's buttons", partial(pressing.press_theirs, of="alice", who="bob")),
    Attempt("Discord: a stranger presses Alice's buttons", partial(pressing.press_theirs, of="alice", who="eve")),
    Attempt("Discord: a member's own row, with the buttons of others", partial(pressing.with_ones_own_row, who="bob")),
    Attempt(
        "Discord: a stranger's own row, with the buttons of others", partial(pressing.with_ones_own_row, who="eve")
    ),
    Attempt("Discord: a moderator's row of another server", pressing.row_of_a_moderator_elsewhere),
    Attempt("Discord: a report in another server's name", pressing.a_form_for_another_server),
    Attempt("Discord: a thread that is called as theirs", _a_thread_like_theirs),
    Attempt("Discord: a word in an archived thread", _open_it_again),
    Attempt("Discord: Alice is mentioned in a thread", _bring_her_in),
    Attempt("Discord: buttons in a thread one is not in", _say_her_name_in_her_thread),
    Attempt("Discord: reactions, and a message like Kith's", _forge_kiths_own_events),
    Attempt("Discord: a member thanks who avoids them", partial(_thank, who="bob")),
    Attempt("Discord: a stranger thanks a member", partial(_thank, who="eve")),
    *(
        Attempt(f"Discord: who is a member, by {what} ({who})", partial(_tell, who=who, how=how))
        for what, how in (("thanks", _by_thanks), ("avoiding", _by_avoiding), ("a quiet alert", _by_quiet))
        for who in ("bob", "eve")
    ),
    Attempt("Discord: who is a member, by a report", partial(_tell, who="eve", how=_by_report)),
    Attempt("Discord: who is a member, by a hold", partial(_tell, who="eve", how=_by_holding)),
    Attempt("Discord: who is a member, by a role for calls", partial(_tell, who="eve", how=_by_training)),
    Attempt("Discord: suggestions while typing", _by_typing_ahead),
    Attempt("Discord: what is kept about oneself", _ones_own_data),
    Attempt("Discord: a member leaves and comes back", _leave_and_come_back),
    Attempt("Discord: a name that speaks", _a_name_that_speaks),
    Attempt("Discord: the moderator's name", _the_moderators_name),
    *(
        Attempt(
            f"Discord: actions without a row, {half + 1} ({who})", partial(pressing.without_a_row, who=who, half=half)
        )
        for who in ("bob", "eve")
        for half in range(2)
    ),
    *(
        Attempt(f"Discord: rows of messages of every kind, {part + 1}", partial(pressing.rows_of_messages, part=part))
        for part in range(4)
    ),
)
BRIEFLY = (
    *("kith-mod cases", "kith-mod hold", "thread of one's own", "more", "in another server's name", "archived thread"),
    *("theirs", "in a thread", "one is not in", "avoids them", "by thanks (eve)", "alert (bob)", "by a report"),
)
SHORT = tuple(attempt for attempt in ATTEMPTS if attempt.name.endswith(BRIEFLY))
"""A fixed part of them, which takes some seconds."""

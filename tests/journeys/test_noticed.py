"""Check-ins, quiet alerts and things of one's own on both platforms, with the bot killed after every step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest

from bot.messages import Person
from storage.buddies import pairs
from storage.buddies.buddies import Part
from storage.buddies.pairs import Length
from storage.checkins import checkins, dials
from storage.members import members
from storage.quiet import uptime
from tests.adapters.contract import Seen
from tests.journeys.cast import agree, eventually, settle
from tests.journeys.clocked import TICK
from tests.journeys.killed import KILLED, TRIED, KilledBed, KilledMatrix

pytestmark = pytest.mark.sockets

BEFORE_A_JUMP_IS_AN_OUTAGE = timedelta(minutes=55)
TICKS = 3 * TICK
"""Seconds in which the running bot does what is due, if the machine lets it."""


@pytest.fixture(params=TRIED)
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[KilledBed]:
    async with KILLED[request.param](tmp_path / "kith") as opened:
        yield opened


async def live(bed: KilledBed, hours: float) -> None:
    """The bot is there all the time, as quiet alerts want it: no jump of the clock is an outage."""
    await looked(bed, bed.started)  # a bot just started would take the first jump for one
    end = bed.now() + timedelta(hours=hours)
    while bed.now() < end:
        await bed.forward(min(BEFORE_A_JUMP_IS_AN_OUTAGE, end - bed.now()))
        await looked(bed, bed.now() - uptime.EVERY)
        await asyncio.sleep(TICKS)


async def looked(bed: KilledBed, since: datetime) -> None:
    """The running bot has noted that it was there, at that time or later."""

    async def has() -> bool:
        last = await bed.bot.database.read(uptime.last_beat, bed.place.platform)
        return last is not None and last >= since.replace(microsecond=0)

    await eventually(has, True)


async def states(bed: KilledBed, *kinds: str) -> list[Any]:
    rows = await bed.bot.database.read(
        lambda one: one.execute("SELECT kind, state FROM deliveries ORDER BY kind").fetchall()
    )
    return [row for row in rows if row[0] in kinds]


# -- check-ins --------------------------------------------------------------------------------------------------------


async def test_a_check_in_is_snoozed_answered_and_skipped(bed: KilledBed) -> None:
    await settle(bed, "alice")
    alice = bed.actor("alice")
    await agree(alice, await alice.say("checkin on 10:00 utc"))
    await bed.forward(timedelta(minutes=31))
    question = await alice.next()
    more = await alice.press(question, "More...")
    assert "I'll ask again today at 12:" in (await alice.press(more, "In 2 hours")).text
    await bed.forward(timedelta(hours=2, minutes=1))
    again = await alice.next()
    assert again.text == question.text
    assert "Skipped. See you tomorrow at 10:00." in (await alice.press(again, "Skip")).text
    await bed.forward(timedelta(days=1))
    following = await alice.next()
    assert following.text != question.text
    assert "What you wrote reached nobody and I haven't saved it." in (await alice.say("the tram was late")).text
    assert await bed.bot.database.read(checkins.answered) == 3, "put off, skipped and answered"


async def choose(bed: KilledBed, seen: Seen, label: str) -> Seen:
    """Alice chooses one of more than ten, for which Matrix has no reactions."""
    alice = bed.actor("alice")
    return await (alice.say(label) if isinstance(bed, KilledMatrix) else alice.press(seen, label))


async def test_themes_and_topics_are_chosen_by_pressing(bed: KilledBed) -> None:
    person = await settle(bed, "alice")
    alice = bed.actor("alice")
    await agree(alice, await alice.say("checkin on 10:00 utc"))
    themes = await alice.press(await alice.say("checkin change"), "Themes")
    if themes.questions:  # a form, where one is shown whole
        screen = await alice.fill(themes, "small joys")
        await alice.fill(await alice.press(screen, "Topics to leave out"), "work")
        chosen = await bed.bot.database.read(dials.get, person)
        assert (chosen.themes, chosen.leave_out) == (frozenset({"small-joys"}), frozenset({"work"}))
        return
    themes = await choose(bed, themes, "small joys")
    assert "small joys (chosen)" in themes.buttons
    done = next(label for label in themes.buttons if label.casefold() == "done")
    topics = await alice.press(await choose(bed, themes, done), "Topics to leave out")
    assert "work (left out)" in (await alice.press(topics, "work")).buttons


def connect(connection: Connection, people: tuple[Person, ...], now: datetime) -> None:
    """They said yes to each other, and their place is open."""
    [community, *_others] = members.communities(connection, people[0])
    parts = [Part(person, "buddy", "") for person in people]
    pair = pairs.prepare(connection, community, None, "buddy", parts, Length(28), now)
    connection.execute("UPDATE buddy_pairs SET state = 'active', todo = NULL, due = NULL WHERE id = ?", (pair,))


async def test_own_words_reach_the_buddy_they_were_shown_for_once(bed: KilledBed) -> None:
    people = (await settle(bed, "alice", "buddy"), await settle(bed, "bob", "buddy", "checkin"))
    await bed.bot.database.write(connect, people, bed.now())
    alice, bob = bed.actor("alice"), bed.actor("bob")
    await agree(alice, await alice.say("checkin on 10:00 utc"))
    await alice.say("checkin now")
    said = await alice.say("a long day")
    form = await alice.press(said, "Share it")
    assert form.questions, "the bot was killed, and the words with it: they are asked for again"
    lost = await alice.press(await alice.fill(form, "a long day"), "Send")
    assert lost.text == "I no longer have it. Send it again if you like."
    with bed.spared():
        await alice.say("checkin now")
        preview = await alice.press(await alice.say("a long day, and a good one"), "Share it")
        assert "will see exactly this:\na long day, and a good one" in preview.text
    assert "Sent to" in (await alice.press(preview, "Send")).text
    shared = await bob.hear("a long day, and a good one")
    assert shared.buttons == ("Wave", "Answer")
    assert "Waved." in (await bob.press(shared, "Wave")).text
    await alice.hear("waves. No answer needed.")
    assert "Sent to" in (await bob.fill(await bob.press(shared, "Answer"), "see you at the lake")).text
    await alice.hear("see you at the lake")
    assert await bed.delivered("bob", "shared a check-in with you") == 1
    await eventually(lambda: words_on_the_way(bed), 0)


async def words_on_the_way(bed: KilledBed) -> int:
    [count] = await bed.bot.database.read(lambda one: one.execute("SELECT count(body) FROM deliveries").fetchone())
    return int(count)


# -- quiet alerts -----------------------------------------------------------------------------------------------------


async def listed(bed: KilledBed) -> Person:
    """Alice has written a list, and Bob has agreed to be on it."""
    alice, bob = bed.actor("alice"), bed.actor("bob")
    person = await settle(bed, "alice")
    await settle(bed, "bob", "may-be-asked")
    await agree(alice, await alice.say("quiet"))
    screen = await alice.press(await alice.press(await alice.say("quiet"), "Wait 1 day between"), "12 hours")
    form = await alice.press(screen, "Add someone")
    assert "I've asked" in (await alice.fill(form, await alice.mention(bob.member))).text
    asked = await bob.hear("asks you to be someone who'd be told if they go quiet.")
    assert "You'd be told if they go quiet." in (await agree(bob, await bob.press(asked, "Accept"))).text
    await alice.hear("is on your list now: confirmed.")
    return person


async def go_quiet(bed: KilledBed, person: Person) -> None:
    """Three quiet days have passed, as far as the record says."""

    def work(connection: Connection) -> None:
        connection.execute("DELETE FROM contacts WHERE person = ?", (person.id,))
        connection.execute(
            "UPDATE quiet_alerts SET quiet = after, answered = 1, due = 0 WHERE person = ?", (person.id,)
        )

    await bed.bot.database.write(work)


async def test_the_member_is_asked_first_then_the_contact_hears_and_any_contact_ends_it(bed: KilledBed) -> None:
    person = await listed(bed)
    alice, bob = bed.actor("alice"), bed.actor("bob")
    await go_quiet(bed, person)
    asked = await alice.hear("You asked me to check after 3 quiet days.")
    assert asked.buttons == ("I'm here", "Pause", "Stop telling people", "Help now")
    await live(bed, 11)
    assert await bed.delivered("bob", "asked me to tell you") == 0, "an hour is left"
    await live(bed, 2)
    told = await bob.hear("asked me to tell you if they were quiet for 3 days. That's all I know.")
    assert "No reply is not a verdict on you" in told.text
    await live(bed, 0.2)  # what is under way is asked after every five minutes
    await alice.hear("as you asked.")
    assert "you pressed or wrote something" in (await alice.press(asked, "I'm here")).text
    await bob.hear("has pressed or written something to me. I don't know how they are.")
    assert await bed.delivered("bob", "asked me to tell you") == 1
    assert await bed.delivered("alice", "You asked me to check") == 1


async def test_where_the_member_cannot_be_reached_nobody_is_told(bed: KilledBed) -> None:
    person = await listed(bed)
    await bed.close_messages("alice")
    await go_quiet(bed, person)
    await eventually(lambda: states(bed, "quiet.me"), [("quiet.me", "inbox")])
    await live(bed, 13)
    assert await bed.delivered("bob", "asked me to tell you") == 0
    assert not [text for text in await bed.actor("bob").room_texts() if "quiet" in text]


# -- of one's own -----------------------------------------------------------------------------------------------------


async def test_a_reminder_typed_before_the_first_yes_comes_once(bed: KilledBed) -> None:
    alice = bed.actor("alice")
    with bed.spared():
        asked = await alice.say("remind me in 20 minutes water the plants")
        said = await agree(alice, asked)
    assert "“water the plants”" in said.text
    await bed.kill()
    await bed.forward(timedelta(minutes=21))
    await alice.hear("You asked me to remind you: “water the plants”")
    await bed.forward(timedelta(hours=2))
    assert "Nothing waits." in (await alice.say("reminders")).text
    assert await bed.delivered("alice", "You asked me to remind you") == 1


NOTE = {"discord": "has not opened notebooks here", "matrix": "Kept, for your eyes only."}
"""On Discord there are notebooks only once the host has read its rules and switched them on."""


async def test_a_date_comes_that_morning_and_a_note_stays(bed: KilledBed) -> None:
    await settle(bed, "alice", "dates")
    alice = bed.actor("alice")
    form = await alice.press(await alice.say("my-dates"), "Add one")
    assert "I'll name it that morning." in (await alice.fill(form, "the lake day", "5 march")).text
    with bed.spared():
        note = await alice.say("notebook a heron at the lake")
        if bed.place.platform == "matrix":
            note = await alice.press(note, "30 days")
    assert NOTE[bed.place.platform] in note.text
    await bed.forward(timedelta(hours=23, minutes=35))
    today = await alice.hear("Today is the date you called “the lake day”.")
    assert "It stays with you." in (await alice.press(today, "Keep it to myself")).text
    if bed.place.platform == "matrix":
        assert "a heron at the lake" in (await alice.say("notebook")).text
    assert await bed.delivered("alice", "the date you called") == 1


async def test_a_date_that_cannot_be_sent_waits_where_its_owner_looks(bed: KilledBed) -> None:
    await settle(bed, "alice", "dates")
    alice = bed.actor("alice")
    form = await alice.press(await alice.say("my-dates"), "Add one")
    await alice.fill(form, "the lake day", "5 march")
    await bed.close_messages("alice")
    await bed.forward(timedelta(hours=23, minutes=35))
    await eventually(lambda: states(bed, "dates.today"), [("dates.today", "inbox")])
    assert not [text for text in await bed.actor("bob").room_texts() if "lake" in text]


async def test_the_people_map_is_filled_shown_and_looked_at_once_a_month(bed: KilledBed) -> None:
    await settle(bed, "alice")
    alice = bed.actor("alice")
    form = await alice.press(await alice.say("people"), "Add one")
    kept = await alice.fill(form, "the dog", "animal", "laughing", "at home")
    assert "the dog" in kept.text
    assert "the dog (at home)" in (await alice.say("help-now")).text
    assert "Once a month I ask" in (await alice.press(kept, "Ask me once a month")).text
    await bed.forward(timedelta(days=30, hours=1))
    review = await alice.hear("does the list of your people still fit?")
    assert "It stays as it is." in (await alice.press(review, "It fits")).text
    assert await bed.delivered("alice", "still fit?") == 1


async def test_with_messages_closed_all_of_it_waits_and_nobody_hears_of_it(bed: KilledBed) -> None:
    await settle(bed, "alice", "dates", "reminders")
    alice = bed.actor("alice")
    await agree(alice, await alice.say("checkin on 10:00 utc"))
    await alice.say("remind me today 10:00 water the plants")
    await bed.close_messages("alice")
    await bed.forward(timedelta(minutes=31))
    kinds = (checkins.PROMPT, "reminders.due")
    await eventually(lambda: states(bed, *kinds), [(kind, "inbox") for kind in kinds])
    assert not [text for text in await bed.actor("bob").room_texts() if "plants" in text]

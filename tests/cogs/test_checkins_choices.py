"""How a member likes to be asked, and what happens with what they write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.clocks.times import Days, Schedule, Week
from bot.cog import Cog, KeepsNothing
from bot.keys.crypto import DecryptionError
from bot.messages import STATELESS, Channel, Message, Person
from bot.registry import Listener, Work
from bot.story.playground import Playground as World
from bot.words import prompts
from cogs import COGS
from cogs.checkins import prompting
from cogs.checkins.prompting import THEMES, TOPICS
from storage.checkins import checkins
from storage.checkins import dials as checkin_dials
from storage.members import consents, members
from storage.quiet import quiet
from tests import cast
from tests.cast import ALICE, BOB, CHANDRA, MO, ROOM, Playground, button, labels
from tests.cogs.settled import settle
from tests.prepared import at_home

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def pass_time(world: Playground, duration: timedelta) -> None:
    await cast.pass_time(world, duration)
    await world.bot.tick(world.now)  # what waited behind another message to the same person


async def join(world: Playground, line: str = "checkin on 19:00 berlin") -> None:
    await world.chat.say(ALICE, line)
    await world.chat.say(ALICE, "yes")


def asked(world: Playground) -> list[Message]:
    return [one.message for one in world.chat.posted if one.to == ALICE and one.key and "Skip" in labels(one.message)]


async def me(world: Playground) -> Person:
    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    return person


# -- the screen -------------------------------------------------------------------------------------------------------


async def test_each_thing_is_one_tap_away(world: Playground) -> None:
    await join(world)
    screen = await world.chat.say(ALICE, "checkin change")
    assert labels(screen) == [
        "Change time or days",
        "Another time on some days",
        "How personal: light",
        "Themes",
        "Topics to leave out",
        "May see it: nobody",
        "Stop check-ins",
    ]
    for how in ("personal", "tender", "light"):
        screen = await world.chat.press(ALICE, next(one for one in screen.buttons if "personal:" in str(one.label)))
        assert f"How personal: {how}" in labels(screen)


async def test_themes_and_topics_are_ticked_and_unticked(world: Playground) -> None:
    await join(world)
    screen = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "checkin change"), "Themes"))
    screen = await world.chat.press(ALICE, button(screen, "small joys"))
    screen = await world.chat.press(ALICE, button(screen, "rest"))
    screen = await world.chat.press(ALICE, button(screen, "rest (chosen)"))
    assert "small joys (chosen)" in labels(screen)
    assert "rest" in labels(screen)
    screen = await world.chat.press(ALICE, button(screen, "Done"))
    screen = await world.chat.press(ALICE, button(screen, "Topics to leave out"))
    await world.chat.press(ALICE, button(screen, "family"))
    dials = await world.bot.database.read(checkin_dials.get, await me(world))
    assert (dials.themes, dials.leave_out) == (frozenset({"small-joys"}), frozenset({"family"}))
    files = {file.name: file.content.decode() for file in (await world.chat.say(ALICE, "my-data")).files}
    assert "small-joys" in files["my-data.txt"]


def test_every_theme_and_topic_that_ships_has_a_name() -> None:
    shipped = [prompt for prompt in prompts.shipped() if prompt.kind == "checkin"]
    assert {prompt.theme for prompt in shipped} == set(THEMES)
    assert {topic for prompt in prompts.shipped() for topic in prompt.avoid} == set(TOPICS)


async def test_weekends_can_have_an_hour_of_their_own_and_each_day_one_question(world: Playground) -> None:
    await join(world, "checkin on 19:00 berlin")
    screen = await world.chat.say(ALICE, "checkin change")
    await world.chat.press(ALICE, button(screen, "Another time on some days"))
    await world.chat.say(ALICE, "10:00")
    changed = await world.chat.say(ALICE, "weekends")
    assert "at 19:00 on weekdays and at 10:00 on weekends, Berlin time" in changed.text
    for _ in range(14):
        await pass_time(world, DAY)
        await world.chat.say(ALICE, "help")
    zone = ZoneInfo("Europe/Berlin")
    rows = await world.bot.database.read(
        lambda connection: connection.execute("SELECT asked FROM checkins ORDER BY asked").fetchall()
    )
    local = [datetime.fromtimestamp(at, zone) for (at,) in rows]
    assert all(one.hour == (10 if one.weekday() >= 5 else 19) for one in local)
    assert len({one.date() for one in local}) == len(local) >= 13


# -- travel -----------------------------------------------------------------------------------------------------------

BERLIN, LISBON, AUCKLAND, HONOLULU, ANGELES = map(
    ZoneInfo, ("Europe/Berlin", "Europe/Lisbon", "Pacific/Auckland", "Pacific/Honolulu", "America/Los_Angeles")
)


@pytest.mark.parametrize(
    ("old", "new", "hours"),
    [
        ((time(19), BERLIN), (time(20), LISBON), 25),
        ((time(6), BERLIN), (time(20), BERLIN), 38),
        ((time(19), BERLIN), (time(19), ANGELES), 32),
        ((time(19), ANGELES), (time(19), BERLIN), 15),
        ((time(19), AUCKLAND), (time(19), HONOLULU), 23),
        ((time(19), AUCKLAND), (time(16, 15), HONOLULU), 20),
        ((time(19), AUCKLAND), (time(15, 45), HONOLULU), 44),
        ((time(19), HONOLULU), (time(19), AUCKLAND), 25),
        ((time(20), BERLIN), (time(6), BERLIN), 9),
    ],
    ids=[
        *("later today elsewhere", "later today", "west", "east", "over the date line"),
        *("20 hours later on that date", "earlier on that date", "and back", "tomorrow morning"),
    ],
)
async def test_a_change_gives_no_second_question_today_and_takes_none_away(
    world: Playground, old: tuple[time, ZoneInfo], new: tuple[time, ZoneInfo], hours: int
) -> None:
    await join(world)
    person, database = await me(world), world.bot.database
    first = await database.write(checkins.enable, person, Schedule(*old), world.now)
    await database.write(checkins.plan_due, first, 10)
    changed = await database.write(checkins.enable, person, Schedule(*new), first + timedelta(minutes=5))
    assert round((changed - first) / HOUR) == hours


async def test_a_traveller_moves_it_in_one_tap(world: Playground) -> None:
    await join(world)
    await world.bot.database.write(members.set_zone, await me(world), "Europe/Lisbon")
    screen = await world.chat.say(ALICE, "checkin change")
    moved = await world.chat.press(ALICE, button(screen, "Move it to Lisbon time"))
    assert "at 19:00 every day, Lisbon time" in moved.text
    assert "Move it" not in " ".join(labels(moved))


def test_a_week_has_one_time_for_each_day() -> None:
    week = Week.of(Schedule(time(19), BERLIN))
    weekend = week.with_part(Schedule(time(10), BERLIN, Days.of(5, 6)))
    assert str(weekend) == "at 19:00 on weekdays and at 10:00 on weekends, Berlin time"
    assert weekend.with_part(Schedule(time(10), BERLIN)) == Week.of(Schedule(time(10), BERLIN))
    assert weekend.with_part(Schedule(time(19), LISBON, Days.of(6))).zone == LISBON
    assert str(weekend.once_a_week(6)) == "at 10:00 every Sunday, Berlin time"
    with pytest.raises(ValueError, match="two times on one day"):
        Week.of(Schedule(time(19), BERLIN), Schedule(time(10), BERLIN, Days.of(5)))
    with pytest.raises(ValueError, match="at least one time"):
        Week.of()


# -- thinning ---------------------------------------------------------------------------------------------------------


async def test_after_seven_unanswered_the_member_is_asked_whether_to_go_on_and_then_left_in_peace(
    world: Playground,
) -> None:
    await join(world)
    await pass_time(world, 7 * DAY + 2 * HOUR)
    assert len(asked(world)) == 7
    question = world.chat.read(ALICE)[-1]
    assert str(question.text) == "Keep, less often, or stop? If I hear nothing I'll pause."
    assert labels(question) == ["Keep", "Less often", "Stop", "Help now"]
    before = len(world.chat.read(ALICE))
    await pass_time(world, 10 * DAY)
    assert len(world.chat.read(ALICE)) == before
    assert "Your check-ins are paused." in (await world.chat.say(ALICE, "checkin change")).text
    assert "Welcome back." in (await world.chat.say(ALICE, "start")).text
    await pass_time(world, DAY)
    assert len(asked(world)) == 8


async def test_who_begins_anew_months_later_is_asked_again_before_a_pause(world: Playground) -> None:
    await join(world)
    await pass_time(world, 7 * DAY + 2 * HOUR)
    await world.chat.say(ALICE, "checkin off")
    world.now += 60 * DAY  # nothing is known any more of the contact after the question
    await pass_time(world, DAY)
    await join(world)
    await pass_time(world, 8 * DAY)
    question = world.chat.read(ALICE)[-1]
    assert str(question.text) == "Keep, less often, or stop? If I hear nothing I'll pause."


@pytest.mark.parametrize(
    ("label", "words", "fortnight"),
    [
        ("Keep", "Noted. Nothing changes.", 7),
        ("Less often", "Noted: once a week.", 2),
        ("Stop", "No more check-ins.", 0),
    ],
)
async def test_the_answer_to_that_counts(world: Playground, label: str, words: str, fortnight: int) -> None:
    await join(world)
    await pass_time(world, 7 * DAY + 2 * HOUR)
    answer = await world.chat.press(ALICE, button(world.chat.read(ALICE)[-1], label))
    assert words in answer.text
    await pass_time(world, 14 * DAY)
    assert len(asked(world)) == 7 + fortnight


async def test_with_a_quiet_alert_nothing_thins_out(world: Playground) -> None:
    await join(world)
    await world.bot.database.write(consents.give, await me(world), ["quiet"], "Yes.", world.now)
    await world.bot.database.write(quiet.begin, await me(world), world.now, world.now + DAY, world.now)
    await pass_time(world, 9 * DAY)
    assert len(asked(world)) == 10


async def test_the_month_shows_days_with_contact_and_nothing_of_the_others(world: Playground) -> None:
    await join(world)
    await pass_time(world, 2 * HOUR)
    await world.chat.say(ALICE, "skip")
    await pass_time(world, 5 * DAY)
    month = str((await world.chat.say(ALICE, "checkin month")).text)
    assert month.splitlines()[1:] == ["Saturday 28 March", "today"]


# -- sharing ----------------------------------------------------------------------------------------------------------


class Acquaintances(KeepsNothing):
    """Alice and Bob know each other: what buddies will say."""

    def listeners(self, person: Person) -> Work[Sequence[Listener]]:
        def work(connection: Connection) -> Sequence[Listener]:
            people = [members.person_of(connection, member) for member in (ALICE, BOB)]
            return [Listener(other, "checkin") for other in people if other is not None and other != person]

        return work


@pytest.fixture
async def connected(tmp_path: Any) -> Any:
    """Alice and Bob both have check-ins, and both agreed to hear from each other. Alice has been asked something."""
    cogs: tuple[type[Cog], ...] = (*COGS, Acquaintances)
    async with at_home(tmp_path / "two", datetime(2026, 3, 28, 17, tzinfo=UTC), cogs) as world:
        for member in (ALICE, BOB):
            await world.chat.say(member, "checkin on 19:00 berlin")
            await world.chat.say(member, "yes")
        await pass_time(world, HOUR)
        yield world


async def test_what_is_shared_is_shown_first_and_arrives_once(connected: World) -> None:
    said = await connected.chat.say(ALICE, "my plant is *alive* @everyone")
    assert labels(said)[:1] == ["Share it"] or "Share it" in labels(said)
    preview = await connected.chat.press(ALICE, button(said, "Share it"))
    assert str(preview.text) == "Bob will see exactly this:\nmy plant is *alive* @everyone"
    assert labels(preview) == ["Send", "Not this time"]
    assert not await arrived(connected, "my plant")
    assert str((await connected.chat.press(ALICE, button(preview, "Send"))).text) == "Sent to Bob."
    assert "That is answered already." in (await connected.chat.press(ALICE, button(preview, "Send"))).text
    [shared] = await arrived(connected, "my plant")
    assert str(shared.text) == "Alice shared a check-in with you:\nmy plant is *alive* @everyone"
    bodies = await connected.bot.database.read(
        lambda connection: connection.execute("SELECT count(body) FROM deliveries").fetchone()
    )
    assert bodies == (0,)


async def arrived(world: World, words: str) -> list[Message]:
    await pass_time(world, timedelta(seconds=1))
    return [one.message for one in world.chat.posted if one.to == BOB and one.key and words in one.message.text]


async def share(world: World, words: str) -> Message:
    said = await world.chat.say(ALICE, words)
    await world.chat.press(ALICE, button(await world.chat.press(ALICE, button(said, "Share it")), "Send"))
    [shared] = await arrived(world, words)
    return shared


async def test_whoever_gets_it_waves_or_answers_in_one_tap(connected: World) -> None:
    shared = await share(connected, "a long day")
    assert labels(shared) == ["Wave", "Answer"]
    for _ in range(2):
        assert str((await connected.chat.press(BOB, button(shared, "Wave"))).text) == "Waved."
    form = await connected.chat.press(BOB, button(shared, "Answer"))
    assert "Alice will see exactly what you write." in form.text
    assert str((await connected.chat.say(BOB, "call me")).text) == "Sent to Alice."
    await pass_time(connected, timedelta(seconds=1))
    mine = [str(one.message.text) for one in connected.chat.posted if one.to == ALICE and one.key]
    assert mine[-2:] == ["Bob waves. No answer needed.", "Bob answers:\ncall me"]


async def test_not_this_time_sends_nothing_and_keeps_nothing(connected: World) -> None:
    said = await connected.chat.say(ALICE, "a secret")
    preview = await connected.chat.press(ALICE, button(said, "Share it"))
    assert "I haven't kept it." in (await connected.chat.press(ALICE, button(preview, "Not this time"))).text
    late = await connected.chat.press(ALICE, button(preview, "Send"))
    assert str(late.text) == "I no longer have it. Send it again if you like."
    assert not await arrived(connected, "secret")


async def test_after_a_quarter_of_an_hour_the_words_are_gone(connected: World) -> None:
    said = await connected.chat.say(ALICE, "a secret")
    preview = await connected.chat.press(ALICE, button(said, "Share it"))
    connected.now += timedelta(minutes=15)
    late = await connected.chat.press(ALICE, button(preview, "Send"))
    assert str(late.text) == "I no longer have it. Send it again if you like."


async def test_words_that_could_not_be_delivered_in_a_day_are_erased(connected: World) -> None:
    connected.chat.closed.add(BOB.id)
    said = await connected.chat.say(ALICE, "a secret")
    await connected.chat.press(ALICE, button(await connected.chat.press(ALICE, button(said, "Share it")), "Send"))
    await pass_time(connected, 3 * DAY)
    connected.chat.closed.clear()
    answers = await connected.chat.say(BOB, "inbox")
    assert "secret" not in answers.text


async def test_words_of_somebody_who_is_forgotten_meanwhile_do_not_arrive(connected: World) -> None:
    connected.chat.closed.add(BOB.id)
    said = await connected.chat.say(ALICE, "a secret")
    await connected.chat.press(ALICE, button(await connected.chat.press(ALICE, button(said, "Share it")), "Send"))
    await pass_time(connected, timedelta(seconds=1))
    asked = await connected.chat.say(ALICE, "forget-me")
    await connected.chat.press(ALICE, button(asked, labels(asked)[0]))
    connected.chat.closed.clear()
    assert "secret" not in str((await connected.chat.say(BOB, "inbox")).text)
    assert not await arrived(connected, "secret")


async def test_where_nobody_is_connected_nothing_offers_to_share(world: Playground) -> None:
    await join(world)
    await pass_time(world, HOUR)
    said = await world.chat.say(ALICE, "a secret")
    assert "Share it" not in labels(said)
    assert "Share something" not in labels(await world.chat.say(ALICE, "more"))


# -- nothing that was said is kept ------------------------------------------------------------------------------------

TABLES = {("deliveries", "body"), ("notes", "words")}
"""Where words of a check-in may stand, encrypted: on their way to somebody for a day, and in the notebook its owner
switched on.
"""


async def test_no_table_has_what_was_said_but_the_delivery_and_the_notebook(connected: World) -> None:
    """Every cell of every table, opened with the key: only what is on its way to Bob, and what Alice keeps."""
    secret = "xylophone"
    connected.chat.closed.add(BOB.id)
    said = await connected.chat.say(ALICE, f"my {secret} broke")
    assert await places_of(connected, secret) == set(), "written, and neither sent nor kept"
    asked = await connected.chat.press(ALICE, button(said, "Keep it for me"))
    assert await places_of(connected, secret) == set(), "the notebook is off"
    await connected.chat.press(ALICE, button(asked, "30 days"))
    assert await places_of(connected, secret) == {("notes", "words")}
    await connected.chat.say(ALICE, "checkin now")
    said = await connected.chat.say(ALICE, f"my {secret} broke")
    await connected.chat.press(ALICE, button(await connected.chat.press(ALICE, button(said, "Share it")), "Send"))
    assert await places_of(connected, secret) == TABLES
    await pass_time(connected, DAY)
    assert await places_of(connected, secret) == {("notes", "words")}


async def places_of(world: World, words: str) -> set[tuple[str, str]]:
    return await world.bot.database.read(_places_of, world.bot.core.keyring, words)


def _places_of(connection: Connection, keyring: Any, words: str) -> set[tuple[str, str]]:
    places = set()
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for (table,) in tables:
        cursor = connection.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            for name, cell in zip(names, row, strict=True):
                if words in _readable(keyring, table, name, cell, row):
                    places.add((table, name))
    return places


def _readable(keyring: Any, table: str, column: str, cell: object, row: Sequence[Any]) -> str:
    if not isinstance(cell, bytes):
        return str(cell)
    for key in row:
        name = key.hex() if isinstance(key, bytes) else key
        try:
            return str(keyring.decrypt(cell, table, column, name)) if isinstance(name, int | str) else ""
        except DecryptionError:
            continue
    return ""


COLUMNS = {
    "checkin_schedules": {"id", "person", "at", "zone", "days", "due", "nominal", "created", "asked", "asked_nominal"},
    "checkin_rests": {"person", "at", "zone", "days", "since"},
    "checkin_dials": {"person", "personal", "themes", "leave_out", "audience", "questioned"},
    "checkin_posts": {"community", "platform", "channel", "thread", "at", "zone", "due", "nominal"},
    "checkins": {"delivery", "person", "prompt", "asked", "answered"},
    "prompts_seen": {"person", "prompt", "at"},
    "contacts": {"person", "at"},
}
"""All that is kept of check-ins. A new column is a decision: it belongs here, and into what members are told."""


async def test_the_schema_has_no_column_for_what_was_said(world: Playground) -> None:
    def columns(connection: Connection) -> dict[str, set[str]]:
        return {
            table: {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))}
            for table in COLUMNS
        }

    assert await world.bot.database.read(columns) == COLUMNS


# -- the open post ----------------------------------------------------------------------------------------------------


async def test_the_open_post_comes_once_a_day_silently_and_is_answered_privately(world: Playground) -> None:
    assert "Only moderators" in (await world.chat.say(ALICE, "kith-mod checkin 10:00", ROOM)).text
    assert "comes here tomorrow at 10:00" in (await world.chat.say(MO, "kith-mod checkin 10:00 berlin", ROOM)).text
    await pass_time(world, 3 * DAY)
    posted = [one for one in world.chat.posted if isinstance(one.to, Channel) and one.key]
    assert len(posted) == 3
    assert {one.to.id for one in posted if isinstance(one.to, Channel)} == {ROOM.id}
    assert "@" not in posted[0].message.text
    first = await world.chat.press(CHANDRA, posted[-1].message.buttons[0], ROOM)
    assert "seen by nobody" in first.text
    assert first.private
    await join(world)
    own = await world.chat.press(ALICE, posted[-1].message.buttons[0], ROOM)
    assert own.private
    assert "Skip" in labels(own)
    asked = await world.chat.say(MO, "kith-mod checkin", ROOM)
    shown = await world.chat.press(MO, button(asked, "Yes"), ROOM)
    assert "No more" in (await world.chat.press(MO, button(shown, "Stop it"), ROOM)).text
    await pass_time(world, 3 * DAY)
    assert len([one for one in world.chat.posted if isinstance(one.to, Channel) and one.key]) == 3
    done = (await world.chat.say(ALICE, "audit", ROOM)).text
    assert "a moderator chose when the open check-in comes, and where" in done
    assert "a moderator stopped the open check-in" in done


# -- ninety days ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("personal", ["light", "personal", "tender"])
@pytest.mark.parametrize("themes", [frozenset[str](), *({theme} for theme in sorted(THEMES))], ids=str)
@pytest.mark.parametrize(
    "leave_out",
    [frozenset[str](), *({topic} for topic in sorted(TOPICS)), frozenset(TOPICS)],
    ids=lambda topics: " ".join(sorted(topics)) or "nothing",  # the same in every process that collects it
)
@pytest.mark.parametrize("hour", [9, 20])
def test_ninety_days_never_run_dry_and_break_no_rule(
    personal: checkin_dials.Personal, themes: frozenset[str], leave_out: frozenset[str], hour: int
) -> None:
    """Every setting there is: how personal, each theme, each topic left out, morning and evening."""
    known = prompting.askable(dict.fromkeys(prompting.SCREENS.values()), has_listeners=True)
    dials = checkin_dials.Dials(personal, frozenset(themes), frozenset(leave_out))
    start, seen = datetime(2026, 3, 1, hour, tzinfo=UTC), dict[str, datetime]()
    last: prompts.Prompt | None = None
    for day in range(90):
        now = start + day * DAY
        choose = prompting.chooser(known, dials, Person(7), "Europe/Berlin", now)
        chosen = prompts.find(known, choose(seen, last.id if last else None, start))
        assert chosen is not None
        assert prompts.DEPTHS.index(chosen.depth) <= prompts.DEPTHS.index(personal)
        assert chosen.avoid.isdisjoint(leave_out)
        assert chosen.depth != "tender" or day >= 7
        assert last is None or last.sensitivity == "low" or chosen.sensitivity == "low"
        seen[chosen.id], last = now, chosen


@pytest.mark.parametrize("there", ["a newcomer and a helper", "a helper", "nobody"])
async def test_no_question_asks_for_something_and_drops_the_answer(connected: World, there: str) -> None:
    """Every button of every check-in: none is a dead end, and what implies an action opens it in the same message.

    Somebody who said every yes reaches the screen behind: with a helper in their hours there it is the request itself,
    and with nobody there it offers to tell them when somebody is.
    """
    if there != "nobody":
        await settle(connected, CHANDRA, "helper")
    if there != "a newcomer and a helper":
        await settle(connected, ALICE, "company", "helper")
    opens = OPENS | BEHIND.get(there, {})
    person = await me(connected)
    pressed = 0
    for prompt in prompting.askable(connected.bot.registry.actions, has_listeners=True):
        if there in BEHIND and not prompt.leads_to:
            continue  # what asks for nothing is answered the same whoever is there
        message = prompting.draw(prompt).on(f"d{await _deliver(connected, person, prompt.id)}")
        for one in message.buttons:
            stateless = connected.bot.registry.actions[one.action].stateless
            answer = await connected.chat.press(ALICE, one.on(STATELESS) if stateless else one)
            option = prompting.answer_of(prompt, one.value.partition("|")[2]) if one.action == "checkins.answer" else ""
            if option:
                _judge(opens, prompt, option, answer)
            else:
                assert WITHOUT_OPTION[str(one.label)] in answer.text, (prompt.id, str(one.label))
            if one.action == "checkins.words":
                written = await connected.chat.say(ALICE, "the tram was late")
                assert "Noted: you checked in." in written.text
                assert {"Share it", "Keep it for me", "Done"} <= set(labels(written)), prompt.id
                _judge(opens, prompt, "the tram was late", written)
            pressed += 1
    assert pressed > (100 if there in BEHIND else 500)


WITHOUT_OPTION = {
    "I'm here": "I've noted that you checked in.",
    "Write something": "`cancel` stops",
    "Skip": "Skipped. See you",
    "More...": "What would help?",
    "Help now": "In danger right now?",
}


def _judge(opens: Mapping[str, Sequence[str]], prompt: prompts.Prompt, answer: str, said: Message) -> None:
    screen = prompts.destination(prompt, answer)
    if screen is None:
        assert str(said.text).startswith(("Thanks. I've noted that you checked in.", "Noted: you checked in."))
        return
    opened = {button.action for button in said.buttons}
    assert opened & set(opens[screen]), (prompt.id, answer, str(said.text), opened)


OPENS = {
    "company": ("company.send", "consent.adult", "consent.yes"),
    "hand": ("company.send", "consent.adult", "consent.yes"),
    "quiet": ("company.send", "consent.adult", "consent.yes"),
    "hello": ("consent.adult", "consent.yes"),
    "doors": ("company.ask", "people.open", "help.now"),
    "people": ("people.add",),
    "circles": ("circles.want", "onboarding.no"),
    "helper-hours": ("consent.adult", "consent.yes"),
    "thanks": ("thanks.note",),
    "remind": ("consent.yes",),
    "send": ("checkins.deliver",),
}
"""What stands under an answer that leads to each screen."""
REQUESTS = ("company", "hand", "quiet")
BEHIND: dict[str, dict[str, tuple[str, ...]]] = {
    "a helper": {**dict.fromkeys(REQUESTS, ("company.send",)), "helper-hours": ("company.hours",)},
    "nobody": {
        **dict.fromkeys(REQUESTS, ("company.tell",)),
        "doors": ("people.open",),
        "helper-hours": ("company.hours",),
    },
}
"""The same for whoever has nothing left to be asked first."""


async def test_everything_behind_more_goes_somewhere(connected: World) -> None:
    await settle(connected, CHANDRA, "helper")
    question = asked(connected)[-1]
    more = await connected.chat.press(ALICE, button(question, "More..."))
    assert labels(more) == ["Company", "In 2 hours", "Pause", "Share something", "Change"]
    for label, words in (
        ("Company", "18 or over"),
        ("In 2 hours", "I'll ask again today at 21:00."),
        ("Pause", "For how long?"),
        ("Share something", "What would you like to share?"),
        ("Change", "Your check-in comes"),
    ):
        assert words in (await connected.chat.press(ALICE, button(more, label))).text, label
        await connected.chat.say(ALICE, "cancel")


async def _deliver(world: Playground, person: Person, prompt: str) -> int:
    def work(connection: Connection) -> int:
        [known] = connection.execute("SELECT count(*) FROM deliveries").fetchone()
        connection.execute(
            "INSERT INTO deliveries (nominal_key, person, platform, target, purpose, kind, args, picked, capped, due,"
            " state, next_try) VALUES (?, ?, 'local', 'alice', 'checkin', 'checkins.prompt', '{}', 1, 0, 1, 'sent', 1)",
            (f"test:{known}", person.id),
        )
        [row] = connection.execute("SELECT max(id) FROM deliveries").fetchone()
        connection.execute(
            "INSERT INTO checkins (delivery, person, prompt, asked) VALUES (?, ?, ?, 1)", (row, person.id, prompt)
        )
        return int(row)

    return await world.bot.database.write(work)


# -- one word alone ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["checkin", "check in", "Checkin.", "checkin on"])
async def test_checkin_alone_shows_time_days_and_the_next_one_and_changes_nothing(world: Playground, line: str) -> None:
    await join(world, "checkin on 7:30 berlin weekdays")
    shown = str((await world.chat.say(ALICE, line)).text)
    assert shown.startswith("Your check-in comes at 07:30 on weekdays, Berlin time. The next one is Monday at 07:30.")


async def test_checkin_alone_says_to_a_stranger_what_one_is(world: Playground) -> None:
    shown = await world.chat.say(ALICE, "checkin")
    assert str(shown.text) == "A check-in is one short question at the time you choose, seen by nobody."

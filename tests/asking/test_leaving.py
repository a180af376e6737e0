"""Who goes: by their own word, because the platform says so, or without a word; and the bot itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from sqlite3 import Connection

import pytest

from bot.adapters.local import NAME
from bot.asking import leaving
from bot.errors import DeliveryError
from bot.messages import Channel, Community, Member, Person, Place
from bot.registry import Work
from storage.members import consents, departures, linking, members
from tests.cast import ALICE, BOB, MO, ROOM, Playground, button, pass_time

GARDEN = Place(NAME, "garden", "The Garden")


async def join(world: Playground, member: Member, *places: Place) -> Person:
    for place in places or (ROOM,):
        world.chat.join(member, place)
        await world.chat.say(member, "checkin on 19:00 berlin", place)
        if await world.bot.database.read(members.person_of, member) is None:
            await world.chat.say(member, "yes", place)
    found = await world.bot.database.read(members.person_of, member)
    assert found is not None
    return found


async def homes(world: Playground, person: Person) -> list[str]:
    return [community.name for community in await world.bot.database.read(members.communities, person)]


async def given(world: Playground, person: Person) -> frozenset[str]:
    return await world.bot.database.read(consents.given, person)


@contextmanager
def told(world: Playground, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, str | None]]]:
    """What the cogs are asked to forget."""
    asked: list[tuple[int, str | None]] = []

    def forget(_cog: object, person: Person, community: Community | None) -> Work[None]:
        return lambda _connection: asked.append((person.id, community.name if community else None))

    monkeypatch.setattr(type(world.bot.registry.cogs[0]), "forget", forget)
    yield asked


# -- by one's own word ------------------------------------------------------------------------------------------------


async def test_leaving_the_last_community_withdraws_every_yes(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await join(world, ALICE)
    with told(world, monkeypatch) as asked:
        done = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "leave"), "Yes, leave"))
    assert "The rest I keep for 30 days" in done.text
    assert asked == [(alice.id, "The Porch")]
    assert await given(world, alice) == frozenset()
    assert await homes(world, alice) == []


async def test_leaving_one_of_two_communities_keeps_the_other(world: Playground) -> None:
    alice = await join(world, ALICE, ROOM, GARDEN)
    screen = await world.chat.say(ALICE, "leave", ROOM)
    assert "Leave what The Porch has here?" in screen.text
    await world.chat.press(ALICE, button(screen, "Yes, leave"), ROOM)
    assert await homes(world, alice) == ["The Garden"]
    assert "checkin" in await given(world, alice)


async def test_staying_changes_nothing(world: Playground) -> None:
    alice = await join(world, ALICE)
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "leave"), "Stay"))
    assert await homes(world, alice) == ["The Porch"]


async def test_leaving_twice_is_leaving_once(world: Playground) -> None:
    await join(world, ALICE)
    first, second = await world.chat.say(ALICE, "leave"), await world.chat.say(ALICE, "leave")
    await world.chat.press(ALICE, button(first, "Yes, leave"))
    assert "expired" in (await world.chat.press(ALICE, button(second, "Yes, leave"))).text


# -- because the platform says so -------------------------------------------------------------------------------------


async def test_a_member_who_is_taken_out_is_left_at_once_and_for_good_after_a_week(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await join(world, ALICE), await join(world, BOB)
    world.chat.leave(ALICE, ROOM)
    with told(world, monkeypatch) as asked:
        await world.bot.left(ALICE, ROOM)
        assert await homes(world, alice) == []
        assert asked == [(alice.id, "The Porch")], "what connects them with others has ended"
    await pass_time(world, timedelta(days=6))
    assert "checkin" in await given(world, alice), "their own things rest"
    await pass_time(world, timedelta(days=1, hours=2))
    assert await given(world, alice) == frozenset()
    assert await homes(world, bob) == ["The Porch"]


@pytest.mark.parametrize("answer", [True, None])
async def test_a_platform_that_takes_somebody_out_and_does_not_say_so_when_asked_ends_nothing(
    world: Playground, monkeypatch: pytest.MonkeyPatch, *, answer: bool | None
) -> None:
    alice = await join(world, ALICE)
    answering(world, monkeypatch, answer)
    await world.bot.left(ALICE, ROOM)
    assert await homes(world, alice) == ["The Porch"]


async def test_strangers_and_unknown_places_are_nothing_to_leave(world: Playground) -> None:
    alice = await join(world, ALICE)
    await world.bot.left(MO, ROOM)
    await world.bot.left(ALICE, GARDEN)
    assert await homes(world, alice) == ["The Porch"]


async def test_one_who_is_still_in_another_place_of_the_community_has_not_left(world: Playground) -> None:
    alice = await join(world, ALICE, ROOM, GARDEN)
    porch, garden = await world.bot.database.read(members.communities, alice)
    assert await world.bot.database.write(linking.one_community, porch, garden)
    world.chat.leave(ALICE, ROOM)
    await world.bot.left(ALICE, ROOM)
    assert len(await homes(world, alice)) == 1


async def test_back_within_30_days_is_home_again_and_asked_again(world: Playground) -> None:
    alice = await join(world, ALICE)
    world.chat.leave(ALICE, ROOM)
    await world.bot.left(ALICE, ROOM)
    await pass_time(world, timedelta(days=29))
    world.chat.join(ALICE, ROOM)
    assert "seen by nobody" in (await world.chat.say(ALICE, "checkin on 19:00 berlin", ROOM)).text
    assert await homes(world, alice) == ["The Porch"]
    await pass_time(world, timedelta(days=5))
    assert await world.bot.database.read(members.person_of, ALICE) == alice


async def test_after_30_days_away_everything_is_forgotten(world: Playground) -> None:
    await join(world, ALICE)
    bob = await join(world, BOB)
    world.chat.leave(ALICE, ROOM)
    await world.bot.left(ALICE, ROOM)
    await pass_time(world, timedelta(days=32))
    assert await world.bot.database.read(members.person_of, ALICE) is None
    assert await world.bot.database.read(members.person_of, BOB) == bob


async def test_who_never_was_in_a_community_is_not_forgotten_for_it(world: Playground) -> None:
    await world.chat.say(BOB, "checkin on 19:00 berlin")
    await world.chat.say(BOB, "yes")
    await pass_time(world, timedelta(days=40))
    assert await world.bot.database.read(members.person_of, BOB) is not None


# -- without a word ---------------------------------------------------------------------------------------------------


async def test_the_platform_is_asked_once_a_day_who_is_still_there(world: Playground) -> None:
    alice, bob = await join(world, ALICE), await join(world, BOB)
    world.chat.leave(ALICE, ROOM)
    await pass_time(world, timedelta(hours=26))
    assert await homes(world, alice) == []
    assert await homes(world, bob) == ["The Porch"]


async def test_whom_a_message_does_not_reach_is_looked_for_within_the_hour_and_twice(world: Playground) -> None:
    alice = await join(world, ALICE)
    await world.bot.database.write(
        departures.looked, [(alice, (await world.bot.database.read(members.communities, alice))[0])], world.now
    )
    world.chat.leave(ALICE, ROOM)
    world.chat.closed.add(ALICE.id)
    await pass_time(world, timedelta(hours=3, minutes=5))
    assert await homes(world, alice) == []


def answering(world: Playground, monkeypatch: pytest.MonkeyPatch, *answers: bool | None) -> list[bool | None]:
    """What the platform says of everybody, one answer after the other and the last for good; None is no answer."""
    left = list(answers)

    async def is_member(_member: Member, _place: Place) -> bool:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if answer is None:
            raise DeliveryError("no answer")
        return answer

    monkeypatch.setattr(world.chat, "is_member", is_member)
    return left


@pytest.mark.parametrize("after", [(True,), (None,), (None, None, True), (True, False, True)])
async def test_one_answer_takes_nobody_away(
    world: Playground, monkeypatch: pytest.MonkeyPatch, after: tuple[bool | None, ...]
) -> None:
    alice = await join(world, ALICE)
    yeses = await given(world, alice)
    answering(world, monkeypatch, False, *after)
    await pass_time(world, timedelta(days=4))
    assert await homes(world, alice) == ["The Porch"]
    assert await given(world, alice) == yeses


@pytest.mark.parametrize("answers", [(False, False), (False, None, None, False), (True, False, False)])
async def test_two_answers_an_hour_apart_do(
    world: Playground, monkeypatch: pytest.MonkeyPatch, answers: tuple[bool | None, ...]
) -> None:
    alice = await join(world, ALICE)
    answering(world, monkeypatch, *answers)
    await pass_time(world, timedelta(days=3))
    assert await homes(world, alice) == []


async def test_two_answers_within_the_hour_are_one(world: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await join(world, ALICE)
    answering(world, monkeypatch, False)
    world.now += timedelta(hours=25)
    for _look in range(3):
        await world.bot._leaving.look_after_members(world.now)
        world.now += timedelta(minutes=19)
        assert await homes(world, alice) == ["The Porch"]
    world.now += timedelta(minutes=3)
    await world.bot._leaving.look_after_members(world.now)
    assert await homes(world, alice) == []


async def test_taken_out_of_one_place_the_other_is_asked_twice(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await join(world, ALICE, ROOM, GARDEN)
    porch, garden = await world.bot.database.read(members.communities, alice)
    assert await world.bot.database.write(linking.one_community, porch, garden)
    answering(world, monkeypatch, False)
    await world.bot.left(ALICE, ROOM)
    assert len(await homes(world, alice)) == 1
    await pass_time(world, timedelta(hours=2, minutes=5))
    assert await homes(world, alice) == []


async def test_closed_messages_alone_are_no_departure(world: Playground) -> None:
    alice = await join(world, ALICE)
    world.chat.closed.add(ALICE.id)
    await pass_time(world, timedelta(days=2))
    assert await homes(world, alice) == ["The Porch"]


async def test_a_platform_that_does_not_answer_takes_nobody_away(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await join(world, ALICE)

    async def silent(_member: Member, _place: Place) -> bool:
        raise DeliveryError("no answer")

    monkeypatch.setattr(world.chat, "is_member", silent)
    await pass_time(world, timedelta(days=3))
    assert await homes(world, alice) == ["The Porch"]


# -- the bot itself ---------------------------------------------------------------------------------------------------


async def test_where_the_bot_is_taken_out_everybody_has_left_after_a_week_and_nothing_ends_before(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await join(world, ALICE), await join(world, BOB, ROOM, GARDEN)
    with told(world, monkeypatch) as asked:
        await world.bot.removed(ROOM)
        await pass_time(world, timedelta(days=6, hours=22))
        assert asked == []
        assert "checkin" in await given(world, alice), "they rest"
        await pass_time(world, timedelta(hours=4))
    assert sorted(asked) == [(alice.id, "The Porch"), (bob.id, "The Porch")]
    assert await homes(world, bob) == ["The Garden"]
    assert "checkin" in await given(world, bob)
    assert await given(world, alice) == frozenset()


def said(world: Playground, member: Member) -> list[str]:
    """What somebody heard of the bot's having been taken out."""
    texts = [str(posted.message.text) for posted in world.chat.posted if posted.to == member and posted.key]
    return [text for text in texts if "I was taken out of" in text]


async def test_everybody_it_concerns_hears_that_the_bot_was_taken_out_and_once(world: Playground) -> None:
    await join(world, ALICE)
    await join(world, BOB, ROOM, GARDEN)
    await world.bot.removed(ROOM)
    await world.bot.removed(ROOM)
    await pass_time(world, timedelta(hours=1))
    for member in (ALICE, BOB):
        [words] = said(world, member)
        assert words.startswith("I was taken out of The Porch. What you had there through me rests until")
    assert said(world, MO) == [], "he has said yes to nothing"


async def test_at_night_they_hear_it_in_the_morning(world: Playground) -> None:
    await join(world, ALICE)
    world.now += timedelta(hours=8)
    await world.bot.removed(ROOM)
    await pass_time(world, timedelta(hours=4))
    assert said(world, ALICE) == []
    await pass_time(world, timedelta(hours=8))
    assert len(said(world, ALICE)) == 1


@pytest.mark.parametrize("line", ["pause", "settings I may write to you first"])
async def test_who_paused_or_wants_no_message_hears_nothing(world: Playground, line: str) -> None:
    await join(world, ALICE)
    await world.chat.say(ALICE, line, ROOM)
    if line != "pause":
        await world.chat.say(ALICE, "switch it off", ROOM)
    await world.bot.removed(ROOM)
    await pass_time(world, timedelta(days=1))
    assert said(world, ALICE) == []


async def test_if_the_bot_is_back_by_then_nothing_is_said(world: Playground) -> None:
    await join(world, ALICE)
    world.now += timedelta(hours=8)
    await world.bot.removed(ROOM)
    await world.chat.say(ALICE, "help", ROOM)
    await pass_time(world, timedelta(days=1))
    assert said(world, ALICE) == []


async def test_of_two_places_only_who_cannot_be_met_in_the_other_has_left(world: Playground) -> None:
    alice, bob = await join(world, ALICE, ROOM, GARDEN), await join(world, BOB)
    porch, garden = sorted(await world.bot.database.read(members.communities, alice), key=lambda one: one.id)
    await world.bot.database.write(linking.one_community, porch, garden)
    await world.bot.removed(ROOM)
    await pass_time(world, timedelta(hours=1))
    assert (len(await homes(world, alice)), len(await homes(world, bob))) == (1, 0)
    assert (len(said(world, ALICE)), len(said(world, BOB))) == (0, 1)


async def test_back_within_30_days_the_community_is_the_old_one(world: Playground) -> None:
    alice = await join(world, ALICE)
    [porch] = await world.bot.database.read(members.communities, alice)
    await world.bot.removed(ROOM)
    assert await world.bot.database.read(members.community_of, ROOM) is None
    await pass_time(world, timedelta(days=20))
    await world.chat.say(ALICE, "help", ROOM)
    assert await world.bot.database.read(members.community_of, ROOM) == porch


async def test_after_30_days_the_community_is_gone(world: Playground) -> None:
    await join(world, ALICE)
    await world.bot.removed(ROOM)
    await pass_time(world, timedelta(days=32))

    def rows(connection: Connection) -> list[int]:
        tables = ("communities", "places", "memberships", "departures", "persons")
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]

    assert await world.bot.database.read(rows) == [0, 0, 0, 0, 0]


async def test_a_community_that_lives_elsewhere_too_goes_on(world: Playground) -> None:
    alice = await join(world, ALICE, ROOM, GARDEN)
    porch, garden = await world.bot.database.read(members.communities, alice)
    await world.bot.database.write(linking.one_community, porch, garden)
    await world.bot.removed(ROOM)
    assert len(await homes(world, alice)) == 1
    await world.bot.removed(Place(NAME, "nowhere"))


async def test_every_feature_hears_of_a_channel_that_is_gone(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    def channel_gone(_cog: object, channel: Channel) -> Work[None]:
        return lambda _connection: heard.append(channel.id)

    monkeypatch.setattr(type(world.bot.registry.cogs[0]), "channel_gone", channel_gone)
    await world.bot.channel_gone(Channel(NAME, "attic"))
    assert heard == ["attic"]
    assert leaving.AT_ONCE >= 100

"""What does not work: moderators hear it once for each cause, and when it works again what waited happens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters.local import NAME
from bot.errors import CannotReach, DeliveryError, RetryAfter
from bot.messages import Channel
from storage.members import community_settings, members
from storage.moderation import troubles
from tests.cast import ALICE, BOB, MO, ROOM, Playground
from tests.cogs.buddies.world import introduce
from tests.cogs.circles.cast import pass_time, published, tick
from tests.cogs.moderated import MODS, populate, say, told

HOUR = timedelta(hours=1)
SILENT = "The open check-in did not get through three times in a row. `kith-mod setup` shows where I may write."
NO_CIRCLE = "I can't open the place of a circle here. I go on trying; `kith-mod setup` says what I may not do."
NO_PAIR = "I can't open the place of two buddies here. I go on trying; `kith-mod setup` says what I may not do."
OPENED = "I can open private places here again. What waited is opened now."
NO_THREADS = "Without private threads I can't open buddy rooms. Check-ins and company work."
LOBBY = Channel(NAME, ROOM.id)


@pytest.fixture
async def moderated(ungreeted: Playground) -> Playground:
    """Reports are announced in a channel of the moderators."""
    community = await populate(ungreeted)
    settings = community_settings.Settings(reports=MODS, step=6)
    await ungreeted.bot.database.write(community_settings.save, community, settings)
    return ungreeted


def refuse(world: Playground, monkeypatch: pytest.MonkeyPatch, what: str, error: Exception) -> None:
    async def refused(*_given: object, **_named: object) -> None:
        raise error

    monkeypatch.setattr(world.chat, what, refused)


def close(world: Playground, monkeypatch: pytest.MonkeyPatch, *channels: Channel) -> None:
    """The bot may not write there any more."""
    post = type(world.chat).post

    async def refused(to: Channel, message: object, key: str) -> str:
        if to in channels:
            raise CannotReach(to.id)
        return await post(world.chat, to, message, key)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(world.chat, "post", refused)


def heard(world: Playground) -> list[str]:
    return told(world, MODS)


# -- posts that die ---------------------------------------------------------------------------------------------------


async def test_three_dead_posts_in_a_row_are_told_once_and_so_is_the_first_that_gets_through(
    moderated: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(moderated, MO, "kith-mod checkin 20:00 Berlin")
    with monkeypatch.context() as patch:
        close(moderated, patch, LOBBY)
        await pass_time(moderated, 2 * 24 * HOUR)
        assert heard(moderated) == []
        await pass_time(moderated, 3 * 24 * HOUR)
        assert heard(moderated) == [SILENT]
        assert "The last ones did not get through" in (await say(moderated, MO, "kith-mod checkin")).text
        assert SILENT in str((await say(moderated, MO, "kith-mod picture")).text)
    await pass_time(moderated, 2 * 24 * HOUR)
    assert heard(moderated) == [SILENT, "The open check-in gets through again."]
    assert "did not get through" not in (await say(moderated, MO, "kith-mod checkin")).text


async def test_one_that_gets_through_in_between_begins_the_count_again(
    moderated: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(moderated, MO, "kith-mod checkin 20:00 Berlin")
    for _time in range(2):
        with monkeypatch.context() as patch:
            close(moderated, patch, LOBBY)
            await pass_time(moderated, 2 * 24 * HOUR)
        await pass_time(moderated, 24 * HOUR)
    assert heard(moderated) == []


async def test_where_the_moderators_channel_itself_is_silent_the_picture_says_it(
    moderated: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(moderated, monkeypatch, MODS)
    community = await moderated.bot.database.read(members.community_of, ROOM)
    assert community is not None
    for number in range(3):
        one = troubles.Trouble("lack history", f"{NAME} {number}", "history")
        await moderated.bot.database.write(troubles.met, community, one, moderated.now)
        await tick(moderated)
    assert "What I post in a channel here did not get through" in (await say(moderated, MO, "kith-mod picture")).text
    assert heard(moderated) == []


# -- places that cannot be opened -------------------------------------------------------------------------------------


async def test_a_circles_place_that_cannot_be_opened_is_told_once_however_often_it_fails(
    moderated: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        refuse(moderated, patch, "open_group", CannotReach("50013"))
        await published(moderated)
        await pass_time(moderated, 3 * HOUR)
        assert heard(moderated) == [NO_CIRCLE]
    await pass_time(moderated, HOUR)
    assert heard(moderated) == [NO_CIRCLE, OPENED]
    assert len(moderated.chat.groups) == 1


async def test_a_pairs_place_is_opened_as_soon_as_anything_shows_that_it_can_be(
    moderated: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        refuse(moderated, patch, "open_group", CannotReach("50013"))
        await introduce(moderated, ALICE, BOB)
        assert heard(moderated) == [NO_PAIR]
        await published(moderated)
        await tick(moderated)
        assert heard(moderated) == [NO_PAIR], "one message for one cause"
    moderated.now += timedelta(minutes=6)
    await tick(moderated)
    await tick(moderated)
    assert heard(moderated) == [NO_PAIR, OPENED]
    assert len(moderated.chat.groups) == 2, "the pair's too, though its own turn was an hour later"


async def test_that_a_platform_asks_for_patience_is_no_trouble(
    moderated: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(moderated, monkeypatch, "open_group", RetryAfter(timedelta(minutes=1)))
    await published(moderated)
    await pass_time(moderated, 3 * HOUR)
    assert heard(moderated) == []


async def test_a_place_without_any_answer_is_told_after_an_hour(
    moderated: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(moderated, monkeypatch, "open_group", DeliveryError("503"))
    await published(moderated)
    for _six_minutes in range(5):
        moderated.now += HOUR / 10
        await tick(moderated)
    assert heard(moderated) == []
    for _six_minutes in range(8):
        moderated.now += HOUR / 10
        await tick(moderated)
    assert heard(moderated) == [NO_CIRCLE]


async def test_dates_that_the_platforms_calendar_refuses_are_told_once_and_appear_later(
    moderated: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        refuse(moderated, patch, "show_event", CannotReach("50013"))
        await published(moderated)
        await pass_time(moderated, 3 * HOUR)
        [said] = heard(moderated)
        assert "I can't put dates into the calendar of this place." in said
    await pass_time(moderated, 2 * HOUR)
    assert heard(moderated)[1:] == ["I can put dates into the calendar of this place again. What waited is there soon."]
    assert len(moderated.chat.events) == 2


# -- permissions ------------------------------------------------------------------------------------------------------


async def test_a_permission_that_goes_and_comes_back_is_told_twice_in_all(moderated: Playground) -> None:
    moderated.chat.lacking[ROOM.id] = frozenset({"private groups"})
    await pass_time(moderated, 5 * HOUR)
    assert heard(moderated) == [NO_THREADS]
    del moderated.chat.lacking[ROOM.id]
    await pass_time(moderated, 5 * HOUR)
    assert heard(moderated) == [NO_THREADS, OPENED]


async def test_a_missing_permission_and_the_place_it_keeps_shut_are_one_cause(
    moderated: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    moderated.chat.lacking[ROOM.id] = frozenset({"private groups"})
    with monkeypatch.context() as patch:
        refuse(moderated, patch, "open_group", CannotReach("50013"))
        await pass_time(moderated, HOUR)
        await published(moderated)
        await pass_time(moderated, HOUR)
        assert heard(moderated) == [NO_THREADS]


async def refused_in(world: Playground, *places: str) -> None:
    """Somebody cannot be taken out of each of these places."""
    community = await world.bot.database.read(members.community_of, ROOM)
    assert community is not None
    for place in places:
        trouble = troubles.may_not("take out", Channel(NAME, place))
        await world.bot.database.write(troubles.met, community, trouble, world.now)
    await tick(world)


async def works_in(world: Playground, place: str) -> None:
    community = await world.bot.database.read(members.community_of, ROOM)
    assert community is not None
    trouble = troubles.may_not("take out", Channel(NAME, place))
    await world.bot.database.write(troubles.over, community, trouble.cause, trouble.what, world.now)
    await tick(world)


async def test_what_is_refused_in_several_places_is_one_cause_and_over_when_it_works_in_all(
    moderated: Playground,
) -> None:
    await refused_in(moderated, "one", "two", "three", "two")
    assert len(heard(moderated)) == 1
    assert heard(moderated)[0].startswith("I may not take people out of a place that I made here")
    assert str((await say(moderated, MO, "kith-mod picture")).text).count("I may not take people out") == 1
    await works_in(moderated, "two")
    await works_in(moderated, "one")
    assert len(heard(moderated)) == 1, "in one place it is refused still"
    await works_in(moderated, "three")
    assert heard(moderated)[1:] == ["I may do again what was missing here. What waited goes on now."]
    moderated.now += HOUR
    await refused_in(moderated, "two")
    assert len(heard(moderated)) == 3, "anew"


async def test_a_place_that_is_gone_keeps_no_trouble(moderated: Playground) -> None:
    await refused_in(moderated, "one")
    await moderated.bot.channel_gone(Channel(NAME, "one"))
    assert "I may not take people out" not in str((await say(moderated, MO, "kith-mod picture")).text)


async def test_a_platform_that_does_not_answer_says_nothing_of_permissions(
    moderated: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    moderated.chat.lacking[ROOM.id] = frozenset({"history"})
    await pass_time(moderated, HOUR)
    known = heard(moderated)
    refuse(moderated, monkeypatch, "lacks", DeliveryError("nobody knows"))
    await pass_time(moderated, 3 * HOUR)
    assert heard(moderated) == known
    assert len(known) == 1


async def test_a_community_without_a_channel_of_moderators_reads_it_in_the_picture(
    ungreeted: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    await populate(ungreeted)
    refuse(ungreeted, monkeypatch, "open_group", CannotReach("50013"))
    await published(ungreeted)
    assert NO_CIRCLE in str((await say(ungreeted, MO, "kith-mod picture")).text)

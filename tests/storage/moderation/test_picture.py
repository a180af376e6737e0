"""Totals: no figure, no pair of figures and no series of them tells anything about one person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import Community
from storage.database.database import Database
from storage.moderation import picture
from storage.moderation.picture import CELL, FEWEST, STEP, Count, Figure, settle, show, whether

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def every_count(most: int) -> list[Count]:
    return [Count(part, whole) for whole in range(most + 1) for part in range(whole + 1)]


def counts(most: int = 60) -> st.SearchStrategy[Count]:
    return st.sampled_from(every_count(most))


def one_member_later(before: Count) -> list[Count]:
    """Every count that differs by one member: they came, they went, or they changed what is counted."""
    ways = [Count(before.part, before.whole + 1), Count(before.part + 1, before.whole + 1)]
    if before.part:
        ways += [Count(before.part - 1, before.whole - 1), Count(before.part - 1, before.whole)]
    if before.whole > before.part:
        ways += [Count(before.part, before.whole - 1), Count(before.part + 1, before.whole)]
    return ways


def test_two_snapshots_one_member_apart_are_the_same_snapshot() -> None:
    """All there are among sixty, the edge of being shown at all with them."""
    pairs = [(before, after) for before in every_count(60) for after in one_member_later(before)]
    assert (Count(4, 12), Count(5, 13)) in pairs
    assert (Count(5, 10), Count(5, 11)) in pairs
    for before, after in pairs:
        standing = settle(None, before)
        assert settle(standing, after) == standing, (before, after)
        assert show(settle(standing, after)) == show(before), (before, after)
        assert whether(settle(standing, after)) == whether(before), (before, after)


@settings(max_examples=2000, deadline=None)
@given(st.lists(counts(), min_size=1, max_size=30))
def test_whatever_came_before_one_members_answer_never_decides_what_is_shown_next(
    history: list[Count],
) -> None:
    """A member comes with a yes or with a no. Unless five people moved, the figure is the same in both worlds."""
    standing: Count | None = None
    for counted in history:
        standing = settle(standing, counted)
    assert standing is not None
    last = history[-1]
    with_yes, with_no = Count(last.part + 1, last.whole + 1), Count(last.part, last.whole + 1)
    yes, no = settle(standing, with_yes), settle(standing, with_no)
    assert (yes == standing) == (no == standing), "that a figure is replaced says nothing about the answer"
    if abs(last.whole + 1 - standing.whole) < CELL:
        assert show(yes) == show(no) == show(standing)


@settings(max_examples=2000, deadline=None)
@given(st.lists(counts(), min_size=2, max_size=30))
def test_any_two_figures_that_follow_each_other_are_five_people_apart(weeks: list[Count]) -> None:
    standing: Count | None = None
    for counted in weeks:
        following = settle(standing, counted)
        if standing is not None and following != standing:
            assert abs(following.whole - standing.whole) >= CELL
        standing = following


@given(counts(200))
def test_a_figure_is_of_ten_with_five_on_either_side_and_rounded(counted: Count) -> None:
    figure = show(counted)
    enough = counted.whole >= FEWEST and counted.part >= CELL and counted.whole - counted.part >= CELL
    assert (figure is not None) == enough
    if figure is not None:
        assert figure.part % STEP == figure.whole % STEP == 0
        assert abs(figure.whole - counted.whole) <= STEP / 2
        assert 0 <= figure.part <= figure.whole


@given(counts(200))
def test_whether_it_is_anybody_is_told_of_ten_and_no_more_than_that(counted: Count) -> None:
    figure = whether(counted)
    assert (figure is not None) == (counted.whole >= FEWEST)
    if figure is not None:
        assert figure == whether(Count(counted.part and 1, counted.whole))
        assert figure.part == (1 if counted.part else 0)


@given(counts(200))
def test_a_figure_shown_is_the_same_for_many_counts(counted: Count) -> None:
    """Nobody can read the exact count off a figure."""
    figure = show(counted)
    if figure is None:
        return
    alike = [
        Count(part, whole)
        for whole in range(counted.whole - 5, counted.whole + 6)
        for part in range(max(0, counted.part - 5), counted.part + 6)
        if part <= whole and show(Count(part, whole)) == figure
    ]
    assert len(alike) >= 3


def test_the_example_of_the_documentation() -> None:
    assert show(Count(6, 24)) == Figure(5, 25)
    assert show(Count(14, 24)) == Figure(15, 25)
    assert show(Count(2, 7)) is None


async def test_looking_again_shows_the_same_until_five_more_are_counted(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "kith.db") as database:

        def found(connection: object) -> None:
            connection.execute("INSERT INTO communities (id, name, created) VALUES (1, 'a', 0), (2, 'b', 0)")  # type: ignore[attr-defined]  # a connection

        await database.write(found)
        here, elsewhere = Community(1), Community(2)

        async def snapshot(counted: Count, week: int) -> tuple[Figure | None, datetime]:
            return await database.write(picture.snapshot, here, "m", counted, NOW + timedelta(weeks=week))

        assert await database.read(picture.shown, here, "m") is None
        assert await snapshot(Count(10, 20), 0) == (Figure(10, 20), NOW)
        for week, counted in enumerate((Count(11, 21), Count(14, 24), Count(10, 16), Count(0, 20)), start=1):
            assert await snapshot(counted, week) == (Figure(10, 20), NOW)
        assert await snapshot(Count(15, 25), 9) == (Figure(15, 25), NOW + timedelta(weeks=9))
        assert await database.read(picture.shown, here, "m") == (Figure(15, 25), NOW + timedelta(weeks=9))
        assert await database.read(picture.shown, elsewhere, "m") is None

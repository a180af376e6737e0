"""Who is introduced to whom: the rules nobody may break, then who comes first, then what makes a good match."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cogs.buddies.candidates import (
    Candidate,
    Counts,
    LeftOut,
    LeftOutReason,
    Met,
    Outcome,
    Pace,
    Purpose,
    Style,
    alone,
)
from cogs.buddies.hours import DayPart, weekly
from cogs.buddies.matching import match
from tests.cogs.buddies.cast import (
    ALICE,
    ALWAYS,
    BOB,
    CHANDRA,
    DANA,
    EVE,
    EVENINGS,
    FAY,
    GIL,
    MONDAY,
    candidate,
    left_out,
    together,
)


def matched(*candidates: Candidate, **given: Any) -> Outcome:
    return match(candidates, **{"week": MONDAY, "seed": 1, "number": 10, **given})


def test_nobody_signed_up() -> None:
    assert matched() == Outcome((), (), Counts())


def test_somebody_alone_is_told_that_nobody_fits() -> None:
    assert matched(candidate(ALICE)).left_out == (LeftOut(ALICE, LeftOutReason.NOBODY_FITS),)


@pytest.mark.parametrize("different", [{}, {"adult": False}, {"consents": False}, {"held": True}], ids=str)
def test_what_needs_no_matching_is_what_it_would_say(different: dict[str, bool]) -> None:
    assert alone(candidate(ALICE, **different)) == matched(candidate(ALICE, **different))


def test_two_people_who_fit_are_a_pair() -> None:
    assert together(matched(candidate(BOB), candidate(ALICE))) == {(ALICE, BOB)}


@pytest.mark.parametrize(
    "different",
    [
        {"group": "family and friends"},
        {"languages": frozenset({"de"})},
        {"languages": frozenset()},
        {"avoids": frozenset({ALICE})},
        {"adult": False},
        {"consents": False},
        {"held": True},
    ],
    ids=lambda different: next(iter(different)),
)
def test_a_rule_is_never_broken_even_if_both_stay_alone(different: dict[str, Any]) -> None:
    outcome = matched(candidate(ALICE), candidate(EVE, **different))
    assert together(outcome) == set()
    assert LeftOut(ALICE, LeftOutReason.NOBODY_FITS) in outcome.left_out


@pytest.mark.parametrize("different", [{"adult": False}, {"consents": False}, {"held": True}], ids=str)
def test_who_may_not_be_introduced_takes_no_part_at_all(different: dict[str, bool]) -> None:
    """They are not left out of anything: they hear of it elsewhere, in its own words."""
    outcome = matched(candidate(ALICE), candidate(BOB), candidate(EVE, **different))
    assert together(outcome) == {(ALICE, BOB)}
    assert outcome.left_out == ()
    assert (outcome.counts.signed_up, outcome.counts.eligible) == (3, 2)


def test_to_avoid_somebody_holds_both_ways_and_for_a_third_too() -> None:
    outcome = matched(candidate(ALICE, avoids=frozenset({EVE})), candidate(BOB), candidate(EVE))
    assert not any({ALICE, EVE} <= set(members) for members in together(outcome))
    assert len(left_out(outcome)) == 1


def test_avoiding_somebody_who_did_not_sign_up_changes_nothing() -> None:
    assert together(matched(candidate(ALICE, avoids=frozenset({999})), candidate(BOB))) == {(ALICE, BOB)}


def test_somebody_twice_among_the_candidates_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="twice"):
        matched(candidate(ALICE), candidate(BOB), candidate(ALICE))


class TestStayingTogether:
    def test_a_pair_that_asked_to_stay_is_kept_although_others_fit_better(self) -> None:
        morning = candidate(BOB, free=weekly(range(5), 6, 8), style=Style.VOICE, pace=Pace.MONTHLY)
        people = [candidate(ALICE, style=Style.TEXT), morning, candidate(CHANDRA), candidate(DANA)]
        outcome = matched(*people, kept=[(BOB, ALICE)], met=[Met(ALICE, BOB, 9)])
        assert together(outcome) == {(ALICE, BOB), (CHANDRA, DANA)}
        assert [one.kept for one in outcome.matches] == [True, False]
        assert (outcome.counts.kept, outcome.counts.repeats) == (1, 0)

    @pytest.mark.parametrize(
        "different", [{"held": True}, {"avoids": frozenset({ALICE})}, {"consents": False}], ids=str
    )
    def test_but_not_against_a_rule_and_then_the_other_is_matched_anew(self, different: dict[str, Any]) -> None:
        people = [candidate(ALICE), candidate(EVE, **different), candidate(BOB), candidate(CHANDRA)]
        outcome = matched(*people, kept=[(ALICE, EVE)])
        assert ALICE not in left_out(outcome)
        assert (ALICE, EVE) not in together(outcome)
        assert (outcome.counts.kept, outcome.counts.kept_not_possible) == (0, 1)

    def test_nor_with_somebody_who_left(self) -> None:
        assert together(matched(candidate(ALICE), candidate(BOB), kept=[(ALICE, EVE)])) == {(ALICE, BOB)}

    def test_a_trio_may_stay_together_too(self) -> None:
        people = [candidate(who) for who in (ALICE, BOB, CHANDRA, DANA, FAY)]
        assert together(matched(*people, kept=[(ALICE, BOB, CHANDRA)])) == {(ALICE, BOB, CHANDRA), (DANA, FAY)}

    def test_a_third_joins_a_kept_pair_only_before_having_nobody(self) -> None:
        pair = [candidate(ALICE), candidate(BOB)]
        outcome = matched(*pair, candidate(CHANDRA), kept=[(ALICE, BOB)])
        assert together(outcome) == {(ALICE, BOB, CHANDRA)}
        assert outcome.matches[0].kept
        four = [candidate(who) for who in (CHANDRA, DANA, FAY)]
        assert together(matched(*pair, *four, kept=[(ALICE, BOB)])) == {(ALICE, BOB), (CHANDRA, DANA, FAY)}

    def test_a_kept_pair_that_wants_no_third_stays_two(self) -> None:
        outcome = matched(candidate(ALICE, trio_ok=False), candidate(BOB), candidate(CHANDRA), kept=[(ALICE, BOB)])
        assert together(outcome) == {(ALICE, BOB)}
        assert outcome.left_out == (LeftOut(CHANDRA, LeftOutReason.ODD),)

    def test_nobody_can_be_kept_in_two_pairs(self) -> None:
        people = [candidate(who) for who in (ALICE, BOB, CHANDRA)]
        with pytest.raises(ValueError, match="two pairs"):
            matched(*people, kept=[(ALICE, BOB), (BOB, CHANDRA)])


class TestOddNumbers:
    def test_three_people_are_a_trio(self) -> None:
        outcome = matched(candidate(ALICE), candidate(BOB), candidate(CHANDRA))
        assert together(outcome) == {(ALICE, BOB, CHANDRA)}
        assert (outcome.counts.pairs, outcome.counts.trios) == (0, 1)

    def test_not_if_one_of_them_prefers_two(self) -> None:
        outcome = matched(candidate(ALICE), candidate(BOB), candidate(CHANDRA, trio_ok=False))
        assert len(outcome.matches[0].members) == 2
        assert [one.reason for one in outcome.left_out] == [LeftOutReason.ODD]

    def test_not_if_two_of_them_avoid_each_other(self) -> None:
        assert len(matched(candidate(ALICE), candidate(BOB), candidate(EVE, avoids=frozenset({BOB}))).left_out) == 1

    def test_three_need_one_language_that_all_of_them_speak(self) -> None:
        languages = [frozenset({"en", "de"}), frozenset({"de", "fr"}), frozenset({"fr", "en"})]
        people = [candidate(who, languages=spoken) for who, spoken in enumerate(languages, 1)]
        outcome = matched(*people)
        assert len(outcome.matches[0].members) == 2
        assert len(outcome.matches[0].reasons.languages) == 1

    def test_who_was_in_a_trio_is_not_again_while_others_can_be(self) -> None:
        last = [candidate(who, trio_last=True) for who in (ALICE, BOB, CHANDRA)]
        others = [candidate(who) for who in (DANA, EVE, FAY, GIL)]
        trio = next(one for one in matched(*last, *others).matches if len(one.members) == 3)
        assert not {ALICE, BOB, CHANDRA} & set(trio.members)

    def test_a_trio_is_three_who_have_time_for_each_other(self) -> None:
        mornings = [candidate(who, free=weekly(range(5), 7, 10)) for who in (ALICE, BOB, CHANDRA)]
        evenings = [candidate(who) for who in (DANA, FAY)]
        assert together(matched(*mornings, *evenings)) == {(ALICE, BOB, CHANDRA), (DANA, FAY)}

    def test_for_three_the_time_counts_that_all_of_them_have(self) -> None:
        """Each two of Alice, Bob and Chandra have an hour in common, but the three of them have none."""
        days = {ALICE: (0, 1), BOB: (1, 2), CHANDRA: (0, 2)}
        alike = [candidate(who, free=weekly(free, 18, 19), style=Style.TEXT) for who, free in days.items()]
        others = [candidate(who, free=weekly([0], 18, 19), style=Style.VOICE) for who in (DANA, EVE)]
        assert matched(*alike, *others).counts.without_common_hour == 0

    def test_pairs_break_up_so_that_the_odd_one_finds_somebody(self) -> None:
        """Only Alice fits Eve, and Alice wants no trio. Bob is over then, and joins the other two."""
        eve = candidate(EVE, languages=frozenset({"fr"}), trio_ok=False)
        alice = candidate(ALICE, languages=frozenset({"fr", "en"}), trio_ok=False)
        outcome = matched(eve, alice, candidate(BOB), candidate(CHANDRA), candidate(DANA))
        assert together(outcome) == {(ALICE, EVE), (BOB, CHANDRA, DANA)}


class TestWhoComesFirst:
    def test_who_was_left_out_last_time_is_not_again(self) -> None:
        people = [candidate(who, trio_ok=False) for who in (ALICE, BOB)]
        patient = candidate(CHANDRA, trio_ok=False, left_out=1, left_out_last=True)
        assert left_out(matched(*people, patient)) <= {ALICE, BOB}

    def test_then_who_was_left_out_more_often(self) -> None:
        people = [candidate(who, trio_ok=False, left_out=who) for who in (ALICE, BOB, CHANDRA)]
        assert left_out(matched(*people)) == {ALICE}

    def test_even_where_that_is_not_the_better_match(self) -> None:
        alike = [candidate(who, trio_ok=False) for who in (ALICE, BOB)]
        night = candidate(CHANDRA, trio_ok=False, free=0, style=Style.VOICE, pace=Pace.MONTHLY, left_out=2)
        assert CHANDRA not in left_out(matched(*alike, night))


class TestWhatMakesAGoodMatch:
    """Four people each time: who is with Alice?"""

    def with_alice(self, *people: Candidate, **given: Any) -> int:
        pair = next(members for members in together(matched(*people, **given)) if ALICE in members)
        return pair[1]

    def test_an_hour_in_common(self) -> None:
        early = {"free": weekly(range(5), 6, 8)}
        people = [candidate(ALICE, **early), candidate(BOB), candidate(CHANDRA, **early), candidate(DANA)]
        assert self.with_alice(*people) == CHANDRA

    def test_an_hour_in_common_across_the_world(self) -> None:
        new_york = {"zone": "America/New_York", "free": weekly(range(5), 12, 16)}
        tokyo = {"zone": "Asia/Tokyo"}
        people = [candidate(ALICE), candidate(BOB, **tokyo), candidate(CHANDRA, **new_york), candidate(DANA, **tokyo)]
        assert self.with_alice(*people) == CHANDRA

    def test_in_the_week_of_the_round_as_the_clocks_are_then(self) -> None:
        """Lisbon's six o'clock is New York's one o'clock in January, and two o'clock in the week of 16 March."""
        six = {"zone": "Europe/Lisbon", "free": weekly([2], 18, 19)}
        one, two = ({"zone": "America/New_York", "free": weekly([2], hour, hour + 1)} for hour in (13, 14))
        people = [candidate(ALICE, **six), candidate(BOB, **one), candidate(CHANDRA, **two), candidate(DANA, free=0)]
        assert self.with_alice(*people) == BOB
        assert self.with_alice(*people, week=date(2026, 3, 16)) == CHANDRA

    def test_an_hour_counts_for_more_than_all_the_rest(self) -> None:
        early = weekly(range(5), 6, 8)
        alice = candidate(ALICE, style=Style.TEXT, free=early)
        bob = candidate(BOB, style=Style.TEXT)
        chandra = candidate(CHANDRA, style=Style.VOICE, pace=Pace.MONTHLY, purposes=Purpose.STUDY, free=early)
        dana = candidate(DANA, style=Style.VOICE, pace=Pace.MONTHLY, purposes=Purpose.STUDY)
        assert self.with_alice(alice, bob, chandra, dana) == CHANDRA

    def test_from_four_hours_on_more_hours_add_nothing(self) -> None:
        """Otherwise those with all the time in the world would be each other's, and the busy ones too."""
        text, voice = Style.TEXT, Style.VOICE
        people = [
            candidate(ALICE, free=ALWAYS, style=text),
            candidate(BOB, free=ALWAYS, style=voice),
            candidate(CHANDRA, free=EVENINGS, style=text),
            candidate(DANA, free=EVENINGS, style=voice),
        ]
        assert self.with_alice(*people) == CHANDRA

    @pytest.mark.parametrize(
        ("mine", "other"),
        [
            ({"pace": Pace.WEEKLY}, {"pace": Pace.MONTHLY}),
            ({"purposes": Purpose.GOAL | Purpose.STUDY}, {"purposes": Purpose.COMPANY}),
            ({"style": Style.TEXT}, {"style": Style.VOICE}),
        ],
        ids=["pace", "purpose", "style"],
    )
    def test_the_same_pace_a_purpose_in_common_and_the_same_way_of_talking(
        self, mine: dict[str, Any], other: dict[str, Any]
    ) -> None:
        people = [
            candidate(ALICE, **mine),
            candidate(BOB, **other),
            candidate(CHANDRA, **mine),
            candidate(DANA, **other),
        ]
        assert self.with_alice(*people) == CHANDRA

    def test_somebody_new_rather_than_the_same_again(self) -> None:
        people = [candidate(who) for who in (ALICE, BOB, CHANDRA, DANA)]
        met = [Met(BOB, ALICE, 9), Met(ALICE, CHANDRA, 8)]
        assert self.with_alice(*people, met=met) == DANA

    def test_where_all_have_met_those_whose_time_was_longest_ago(self) -> None:
        people = [candidate(who) for who in (ALICE, BOB, CHANDRA, DANA)]
        met = [Met(ALICE, BOB, 9), Met(ALICE, CHANDRA, 2), Met(ALICE, DANA, 8)]
        assert self.with_alice(*people, met=met) == CHANDRA

    def test_history_fades_until_an_hour_in_common_is_worth_a_repeat(self) -> None:
        early = {"free": weekly(range(5), 6, 8)}
        people = [candidate(ALICE, **early), candidate(BOB), candidate(CHANDRA, **early), candidate(DANA)]
        met = [Met(ALICE, CHANDRA, 9)]
        assert self.with_alice(*people, met=met, number=10) != CHANDRA
        assert self.with_alice(*people, met=met, number=60) == CHANDRA


class TestReasons:
    def test_what_two_people_hear_about_their_match(self) -> None:
        goals = Purpose.GOAL | Purpose.STUDY
        alice = candidate(ALICE, languages=frozenset({"en", "de"}), purposes=goals, style=Style.TEXT)
        bob = candidate(
            BOB,
            zone="America/New_York",
            free=weekly(range(5), 12, 15),
            languages=frozenset({"de", "en", "fr"}),
            purposes=Purpose.GOAL,
        )
        reasons = matched(alice, bob, met=[Met(BOB, ALICE, 3), Met(ALICE, BOB, 1)]).matches[0].reasons
        assert reasons.minutes == 5 * 3 * 60
        assert reasons.dayparts == {ALICE: (DayPart.WEEKDAY_EVENINGS,), BOB: (DayPart.WEEKDAY_AFTERNOONS,)}
        assert reasons.languages == ("de", "en")
        assert reasons.purposes == Purpose.GOAL
        assert reasons.style == Style.TEXT
        assert reasons.pace == Pace.WEEKLY
        assert reasons.last_met == 3

    def test_nothing_is_claimed_that_does_not_hold_for_all(self) -> None:
        alice = candidate(ALICE, free=0, style=Style.TEXT, pace=Pace.OFTEN, purposes=Purpose.GOAL)
        reasons = matched(alice, candidate(BOB, style=Style.VOICE)).matches[0].reasons
        assert (reasons.minutes, reasons.dayparts) == (0, {ALICE: (), BOB: ()})
        assert not reasons.style
        assert not reasons.purposes
        assert reasons.pace is None
        assert reasons.last_met is None

    def test_moderators_get_numbers(self) -> None:
        people = [candidate(who) for who in (ALICE, BOB, CHANDRA, DANA, FAY)]
        alone = candidate(GIL, group="family and friends")
        outcome = matched(*people, alone, candidate(EVE, held=True), kept=[(ALICE, BOB)], met=[Met(CHANDRA, FAY, 1)])
        assert outcome.counts == Counts(
            signed_up=7,
            eligible=6,
            pairs=1,
            trios=1,
            kept=1,
            repeats=1,
            left_out={LeftOutReason.NOBODY_FITS: 1},
        )

    def test_a_match_without_an_hour_in_common_is_counted(self) -> None:
        assert matched(candidate(ALICE, free=0), candidate(BOB)).counts.without_common_hour == 1

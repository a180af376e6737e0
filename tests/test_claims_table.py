"""The table of who may claim what (docs/safety.md): each row has tests that try it, and each of them is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SAYS = "tests/adapters/test_discord_says.py"
GOVERNANCE = "tests/adapters/matrix/test_governance.py"
CLAIMS = "tests/adapters/matrix/test_claims.py"
CHATS = "tests/adapters/matrix/test_direct_chats.py"

TRIED = {
    "A room belongs to a space": (
        f"{GOVERNANCE}::test_a_strangers_space_that_lists_a_room_takes_nothing",
        f"{GOVERNANCE}::test_a_plain_member_who_lists_the_room_they_are_in_takes_nothing",
        f"{GOVERNANCE}::test_a_room_that_says_itself_that_it_belongs_is_in_the_space",
        f"{GOVERNANCE}::test_a_room_does_not_join_a_space_that_does_not_list_it",
        f"{GOVERNANCE}::test_a_member_without_power_cannot_give_an_open_room_away",
        f"{CLAIMS}::test_the_rooms_own_no_stands_above_a_listing",
    ),
    "A room belongs to two spaces": (
        f"{CLAIMS}::test_a_second_space_takes_no_room_from_the_first",
        f"{CLAIMS}::test_the_space_that_a_room_calls_canonical_comes_first",
    ),
    "A room follows another (an upgrade)": (
        f"{GOVERNANCE}::test_an_upgraded_room_is_the_same_community_and_the_only_one",
        f"{GOVERNANCE}::test_a_stranger_who_names_a_room_as_the_one_before_theirs_takes_nothing",
        f"{GOVERNANCE}::test_a_tombstone_by_a_plain_member_of_an_open_room_moves_nobody",
    ),
    "A space follows another": (
        f"{GOVERNANCE}::test_an_upgraded_space_is_the_same_community",
        f"{CLAIMS}::test_a_room_of_a_space_stays_one_after_an_upgrade_of_either",
    ),
    "A room has a name or an alias": (f"{GOVERNANCE}::test_a_name_or_an_alias_of_another_room_is_only_shown",),
    "An invitation": (f"{GOVERNANCE}::test_who_invites_kith_gets_no_power_by_it",),
    "A chat is a direct one": (
        f"{CHATS}::test_a_direct_chat_that_has_a_name_is_no_community",
        f"{CHATS}::test_a_named_room_of_two_without_that_word_is_a_moderators",
        f"{CHATS}::test_what_is_due_comes_in_a_new_chat_once_a_third_person_is_in_the_old_one",
    ),
    "Kith made this room (`kith.room`)": (f"{GOVERNANCE}::test_a_mark_of_somebody_else_makes_no_room_of_ours",),
    "A message is in a thread": ("tests/adapters/matrix/test_rooms.py::test_a_thread_is_answered_in_the_thread",),
    "Something was pressed": (
        "tests/incoming/test_offering.py::test_a_strangers_press_is_refused",
        "tests/incoming/test_offering.py::test_forged_ids_get_a_sentence_and_change_nothing",
    ),
    "A member belongs to a place": (f"{GOVERNANCE}::test_the_same_name_on_another_server_is_another_account",),
    "A member moderates a place": (
        f"{GOVERNANCE}::test_a_room_that_kith_was_taken_out_of_has_no_moderators_any_more",
        f"{GOVERNANCE}::test_who_was_put_out_of_power_takes_their_listing_with_them",
        "tests/adapters/test_contract.py::test_who_belongs_and_who_moderates_is_asked_now",
    ),
    "A Discord server, channel or thread": (
        "tests/adapters/test_discord_requests.py::test_whoever_lost_the_right_a_moment_ago_is_no_moderator",
        "tests/adapters/test_discord_requests.py::test_an_administrators_override_does_not_make_a_moderator",
    ),
    "Somebody has left, or a server, channel or account is gone": (
        f"{SAYS}::test_a_page_in_between_says_nothing_about_a_member",
        f"{SAYS}::test_a_page_in_between_says_nothing_about_an_account",
        f"{SAYS}::test_a_code_that_speaks_of_something_else_takes_no_member_away",
        f"{SAYS}::test_a_server_taken_away_while_the_bot_is_in_it_is_nothing_to_leave",
        "tests/asking/test_leaving.py::test_one_answer_takes_nobody_away",
    ),
    "Two accounts are one person": (
        "tests/cogs/test_linking.py::test_without_the_second_yes_nothing_happens",
        "tests/cogs/test_linking.py::test_nobody_else_can_press_either_yes",
    ),
    "Two places are one community": (
        "tests/cogs/test_linking.py::test_who_moderates_only_one_of_them_cannot",
        "tests/cogs/test_linking.py::test_who_has_lost_the_role_meanwhile_cannot",
    ),
}
"""What is claimed, as the page has it, and the tests that claim it falsely or rightly."""


def rows() -> list[list[str]]:
    page = (ROOT / "docs/safety.md").read_text().partition("<!-- claims:")[2]
    table = [line for line in page.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table]


def test_each_row_says_what_is_claimed_by_whom_and_what_is_checked() -> None:
    assert rows()
    assert all(len(row) == 3 and all(row) for row in rows())


def test_each_row_is_tried_and_nothing_else() -> None:
    assert [claim for claim, _who, _checked in rows()] == list(TRIED)


@pytest.mark.parametrize("claim", TRIED)
def test_each_trial_is_there(claim: str) -> None:
    for trial in TRIED[claim]:
        file, _colons, name = trial.partition("::")
        tree = ast.parse((ROOT / file).read_text())
        named = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in named, trial

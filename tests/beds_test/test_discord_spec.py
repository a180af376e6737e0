"""The pinned OpenAPI file is Discord's, and judges as we read it."""

from __future__ import annotations

import hashlib
import re
import time

import pytest

from tests.beds.discord.spec import FILE, Operation, Spec

SPEC = Spec.load()


def operation(method: str, path: str) -> Operation:
    found = SPEC.find(method, path)
    assert found is not None
    return found[0]


SEND = operation("POST", "/channels/1/messages")
BUTTON = {"type": 2, "style": 1, "label": "Yes", "custom_id": "kith:1:checkins.answer:1:yes"}


def test_the_file_is_the_one_the_readme_names() -> None:
    named = re.search(r"[0-9a-f]{64}", (FILE.parent / "README.md").read_text(encoding="utf-8"))
    assert named is not None
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == named[0]


def test_it_is_read_once() -> None:
    assert Spec.load() is SPEC


def test_literal_parts_win_over_placeholders() -> None:
    assert operation("GET", "/users/@me").template == "/users/@me"
    assert operation("GET", "/users/5").template == "/users/{user_id}"
    assert SPEC.find("GET", "/webhooks/1/token/messages/@original") is not None


def test_an_unknown_path_is_no_operation() -> None:
    assert SPEC.find("GET", "/users/5/secrets") is None
    assert SPEC.find("PUT", "/channels/1/messages") is None


@pytest.mark.parametrize("nonce", ["a" * 25, 12, "12"])
def test_what_the_file_allows(nonce: str | int) -> None:
    assert SPEC.request_error(SEND, {"content": "hi", "nonce": nonce, "flags": "4"}) is None


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"content": "x" * 4001}, "content"),
        ({"nonce": "n" * 26}, "nonce"),
        ({"embeds": [{"title": "t" * 257}]}, "embeds"),
        ({"embeds": [{"fields": [{"name": "a", "value": "b"}] * 26}]}, "embeds"),
        ({"components": [{"type": 1, "components": [{**BUTTON, "label": "l" * 81}]}]}, "label"),
        ({"components": [{"type": 1, "components": [{**BUTTON, "custom_id": "c" * 101}]}]}, "custom_id"),
        ({"allowed_mentions": {"parse": ["everybody"]}}, "allowed_mentions"),
        ({"content": 7}, "content"),
    ],
)
def test_what_the_file_refuses(body: dict[str, object], where: str) -> None:
    problem = SPEC.request_error(SEND, body)
    assert problem is not None
    assert where in problem


def test_answers_are_judged_too() -> None:
    assert SPEC.response_error(SEND, 200, {"id": "1"}) is not None
    assert SPEC.response_error(SEND, 204, None) is not None, "a new message is always answered with the message"
    assert SPEC.response_error(operation("DELETE", "/channels/1/messages/2"), 204, None) is None


def test_judging_is_cheap() -> None:
    body = {"content": "How are you arriving today?", "components": [{"type": 1, "components": [BUTTON] * 4}]}
    SPEC.request_error(SEND, body)
    started = time.process_time()
    for _ in range(50):
        assert SPEC.request_error(SEND, body) is None
    assert (time.process_time() - started) / 50 < 0.02

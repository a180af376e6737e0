"""A newer file of Discord's: what it changes for what Kith uses is said, and it is taken over with its sum."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.beds.discord.renew import README, differences, main, take
from tests.beds.discord.spec import FILE


@pytest.fixture
def other() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FILE.read_bytes())
    return document


def test_words_and_what_we_do_not_use_change_nothing(other: dict[str, Any]) -> None:
    other["paths"]["/invites/{code}"]["get"]["deprecated"] = True
    other["components"]["schemas"]["MessageResponse"]["description"] = "Another word."
    assert list(differences(json.loads(FILE.read_bytes()), other)) == []


def test_a_field_that_came_one_that_went_and_an_operation_that_is_gone_are_named(other: dict[str, Any]) -> None:
    fields = other["components"]["schemas"]["MessageCreateRequest"]["properties"]
    del fields["nonce"]
    fields["mood"] = {"type": "string"}
    del other["paths"]["/users/@me/channels"]
    told = dict(line.split(": ", 1) for line in differences(json.loads(FILE.read_bytes()), other))
    assert told["POST /channels/{channel_id}/messages"] == "MessageCreateRequest (+mood -nonce)"
    assert told["POST /users/@me/channels"] == "gone"


def test_it_is_taken_over_with_its_sum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(FILE)]) == 0
    assert capsys.readouterr().out.endswith("operations are used.\n")
    page = tmp_path / "README.md"
    page.write_text(README.read_text())
    for commit in ("0123abcd", "4567ef01"):
        take(b"{}", commit, tmp_path / "openapi.json", page)
        assert f"at commit {commit}." in page.read_text()
        assert hashlib.sha256(b"{}").hexdigest() in page.read_text()
    assert (tmp_path / "openapi.json").read_bytes() == b"{}"

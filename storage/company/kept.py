"""What stays of company requests: totals without names, what a person is shown of theirs, and how it goes away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any

from bot.messages import Community, Person
from storage.company import company, helping
from storage.database import sql
from storage.database.instants import instant, seconds

DRAFT_KEPT = timedelta(hours=24)
TOTALS_KEPT = timedelta(days=400)


def answered(connection: Connection, community: Community, now: datetime) -> tuple[int, int]:
    """(requests that found somebody, requests) of the last four weeks."""
    rows = dict(
        connection.execute(
            "SELECT outcome, sum(requests) FROM company_totals WHERE community = ? AND day > ? GROUP BY outcome",
            (community.id, (now - helping.LATELY).date().isoformat()),
        )
    )
    met = rows.get("met", 0)
    return met, met + rows.get("unanswered", 0)


def sweep(connection: Connection, now: datetime) -> bool:
    """What is over for 72 hours lives on as a number only; a draft for a day."""
    over = "ended <= ? OR (state = 'draft' AND created <= ?)"
    return sql.erase(
        connection, "company_requests", over, seconds(now - company.KEPT), seconds(now - DRAFT_KEPT)
    ) or sql.erase(connection, "company_totals", "day < ?", (now - TOTALS_KEPT).date().isoformat())


def export(connection: Connection, person: Person, words: Callable[[company.Request], str]) -> dict[str, Any]:
    rows = connection.execute(
        f"{company.SELECT} WHERE person = ? ORDER BY company_requests.id", (person.id,)
    ).fetchall()
    made = [
        {"when": one.created.isoformat(), "for": one.kind, "where": one.community.name, "state": one.state}
        | ({"note": words(one)} if one.note is not None else {})
        for one in map(company.read, rows)
    ]
    asks = connection.execute("SELECT asked, state FROM company_asks WHERE person = ? ORDER BY asked", (person.id,))
    had = [{"asked": instant(at).isoformat(), "state": state} for at, state in asks]
    return {
        **({"your company requests": made} if made else {}),
        **({"when you were asked for company": had} if had else {}),
    }


def forget(connection: Connection, person: Person, community: Community | None, now: datetime) -> None:
    """End what the person asked for and what they offered: whoever offered hears that it is over, and for whoever
    asked the next people are asked.
    """
    where = {"person": person.id, "community": community.id if community else None}
    rows = connection.execute(
        f"{company.SELECT} WHERE person = :person AND community = ifnull(:community, community)", where
    ).fetchall()
    for request in map(company.read, rows):
        company.close(connection, request, "left", now, told=True)
        connection.execute("DELETE FROM company_requests WHERE id = ?", (request.id,))
    connection.execute(
        "UPDATE company_requests SET due = created WHERE state = 'open' AND id IN"
        " (SELECT request FROM company_asks WHERE person = :person AND state = 'can')"
        " AND community = ifnull(:community, community)",
        where,
    )
    connection.execute(
        "DELETE FROM company_asks WHERE person = :person AND request IN"
        " (SELECT id FROM company_requests WHERE community = ifnull(:community, community))",
        where,
    )

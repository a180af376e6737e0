"""What moderators decided for their community: where things go, who is in it, what may be introduced."""

from __future__ import annotations

from datetime import datetime, time
from sqlite3 import Connection
from typing import Literal, NamedTuple

from bot.messages import Channel, Community, Person
from storage.database import sql
from storage.database.instants import seconds

GroupKind = Literal["main", "study", "family", "alumni", "hosts", "other"]


class Settings(NamedTuple):
    """A community's settings. ``step`` is where its set-up stands: 0 before the first question."""

    reports: Channel | None = None
    panel: Channel | None = None
    countries: tuple[str, ...] = ()
    emergency: str = ""
    preset: str = "general"
    adults_only: bool = False
    tenure_days: int = 0
    holds_on_report: bool = True
    step: int = 0
    quiet: tuple[time, time] | None = None
    """Quiet hours of members who have chosen none; None where moderators have not said any."""
    tender: bool | None = None
    """Whether tender and delicate questions are asked; None as long as moderators have not said."""
    volunteer_days: int | None = None
    """After how many days here volunteers begin without a yes; None as long as moderators have not said."""


class Group(NamedTuple):
    """Members who are introduced among themselves. ``name`` is encrypted: it can reveal what nobody else may know."""

    id: int
    kind: GroupKind
    name: bytes


def get(connection: Connection, community: Community) -> Settings:
    """The community's settings, or the defaults."""
    row = connection.execute(
        "SELECT reports_platform, reports_channel, panel_platform, panel_channel, countries, emergency, preset,"
        " adults_only, tenure_days, holds_on_report, step, quiet_from, quiet_until, tender,"
        " volunteer_days FROM community_settings WHERE community = ?",
        (community.id,),
    ).fetchone()
    if row is None:
        return Settings()
    (reports_on, reports, panel_on, panel, countries, emergency, preset, adults, tenure, holds, step,
     quiet_from, quiet_until, tender, volunteer_days) = row  # fmt: skip
    return Settings(
        Channel(reports_on, reports) if reports else None,
        Channel(panel_on, panel) if panel else None,
        tuple(countries.split()),
        emergency,
        preset,
        bool(adults),
        tenure,
        bool(holds),
        step,
        (time.fromisoformat(quiet_from), time.fromisoformat(quiet_until)) if quiet_from else None,
        None if tender is None else bool(tender),
        volunteer_days,
    )


def save(connection: Connection, community: Community, settings: Settings) -> None:
    """Keep these settings."""
    connection.execute(
        "INSERT OR REPLACE INTO community_settings (community, reports_platform, reports_channel, panel_platform,"
        " panel_channel, countries, emergency, preset, adults_only, tenure_days, holds_on_report, step,"
        " quiet_from, quiet_until, tender, volunteer_days) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            community.id,
            settings.reports.platform if settings.reports else None,
            settings.reports.id if settings.reports else None,
            settings.panel.platform if settings.panel else None,
            settings.panel.id if settings.panel else None,
            " ".join(settings.countries),
            settings.emergency,
            settings.preset,
            settings.adults_only,
            settings.tenure_days,
            settings.holds_on_report,
            settings.step,
            *(hour.isoformat("minutes") for hour in settings.quiet or ()),
            *(() if settings.quiet else (None, None)),
            settings.tender,
            settings.volunteer_days,
        ),
    )


def forget_channel(connection: Connection, channel: Channel) -> None:
    """A channel is no more: nothing is said there from now on."""
    for what in ("reports", "panel"):
        connection.execute(  # names of our own schema, not of anybody outside
            f"UPDATE community_settings SET {what}_platform = NULL, {what}_channel = NULL"
            f" WHERE {what}_platform = ? AND {what}_channel = ?",
            (channel.platform, channel.id),
        )


def move_channel(connection: Connection, old: Channel, new: Channel) -> None:
    """A room was replaced by another: reports are announced there from now on."""
    connection.execute(
        "UPDATE community_settings SET reports_channel = ? WHERE reports_platform = ? AND reports_channel = ?",
        (new.id, old.platform, old.id),
    )


def set_quiet_hours(connection: Connection, community: Community, start: time, end: time) -> None:
    """Quiet hours for every member who has chosen none and came to this community first."""
    save(connection, community, get(connection, community)._replace(quiet=(start, end)))
    members = connection.execute(
        "SELECT person FROM memberships WHERE community = ? AND left_at IS NULL", (community.id,)
    ).fetchall()
    for (person,) in members:
        adopt_quiet_hours(connection, community, Person(person))


def adopt_quiet_hours(connection: Connection, community: Community, person: Person) -> None:
    """The community's quiet hours, for a member who has chosen none and is in no other community for longer."""
    connection.execute(
        "UPDATE persons SET quiet_start = quiet_from, quiet_end = quiet_until FROM community_settings"
        " WHERE persons.id = :person AND quiet_chosen = 0 AND community = :community AND quiet_from IS NOT NULL"
        " AND :community = (SELECT memberships.community FROM memberships WHERE memberships.person = :person"
        " AND left_at IS NULL ORDER BY since, memberships.community LIMIT 1)",
        {"person": person.id, "community": community.id},
    )


def set_step(connection: Connection, community: Community, step: int) -> None:
    """The set-up has come to this question."""
    save(connection, community, get(connection, community)._replace(step=step))


def add_group(connection: Connection, community: Community, kind: GroupKind, seal: sql.Seal, now: datetime) -> int:
    """A new group; ``seal`` encrypts its name for the row with this id."""
    values = {"community": community.id, "kind": kind, "created": seconds(now)}
    return sql.insert_sealed(connection, "community_groups", "name", seal, **values)


def remove_group(connection: Connection, community: Community, group: int) -> bool:
    done = connection.execute("DELETE FROM community_groups WHERE id = ? AND community = ?", (group, community.id))
    return done.rowcount > 0


def groups(connection: Connection, community: Community) -> list[Group]:
    """The community's groups, the oldest first."""
    rows = connection.execute(
        "SELECT id, kind, name FROM community_groups WHERE community = ? ORDER BY id",
        (community.id,),
    )
    return [Group(*row) for row in rows]


def mark_trained(connection: Connection, community: Community, person: Person, trained: bool, now: datetime) -> None:
    """Moderators say that this host is trained, or take it back."""
    connection.execute("DELETE FROM trained_hosts WHERE community = ? AND person = ?", (community.id, person.id))
    if trained:
        connection.execute(
            "INSERT INTO trained_hosts (community, person, since) VALUES (?, ?, ?)",
            (community.id, person.id, seconds(now)),
        )


def is_trained(connection: Connection, community: Community, person: Person) -> bool:
    return (
        connection.execute(
            "SELECT 1 FROM trained_hosts WHERE community = ? AND person = ?", (community.id, person.id)
        ).fetchone()
        is not None
    )


def volunteers(connection: Connection, community: Community, purpose: str) -> int:
    """How many members of the community said yes to a role: helper, host, welcomer."""
    [count] = connection.execute(
        "SELECT count(*) FROM consents JOIN memberships USING (person)"
        " WHERE community = ? AND left_at IS NULL AND purpose = ?",
        (community.id, purpose),
    ).fetchone()
    return int(count)

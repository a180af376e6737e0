-- Times are whole seconds since 1970 in UTC; zones are IANA names; blobs named in docs/privacy.md are encrypted per field.

CREATE TABLE meta (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    compatible INTEGER NOT NULL
) STRICT;

INSERT INTO meta VALUES (1, 1);

CREATE TABLE persons (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    zone TEXT NOT NULL,
    locale TEXT NOT NULL DEFAULT 'en',
    quiet_start TEXT NOT NULL DEFAULT '21:00',
    quiet_end TEXT NOT NULL DEFAULT '09:00',
    paused_at INTEGER,
    paused_until INTEGER,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    platform TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (platform, platform_id)
) STRICT, WITHOUT ROWID;

-- In the order in which accounts are chosen to write to, so that nothing is sorted for each message.
CREATE INDEX accounts_person ON accounts (person, last_seen DESC, platform);

CREATE TABLE communities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE places (
    platform TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    PRIMARY KEY (platform, platform_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX places_community ON places (community);

CREATE TABLE memberships (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    since INTEGER NOT NULL,
    left_at INTEGER,
    PRIMARY KEY (community, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_person ON memberships (person);

-- What a member agreed to, in the words they saw.
CREATE TABLE consent_texts (
    hash TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE consents (
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    version INTEGER NOT NULL,
    text_hash TEXT NOT NULL REFERENCES consent_texts,
    given INTEGER NOT NULL,
    PRIMARY KEY (person, purpose)
) STRICT, WITHOUT ROWID;

-- One row per message that nobody is waiting for. nominal_key is what makes it happen once.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    nominal_key TEXT NOT NULL UNIQUE,
    person INTEGER REFERENCES persons ON DELETE CASCADE,
    platform TEXT NOT NULL,
    target TEXT NOT NULL,
    thread TEXT,
    community INTEGER REFERENCES communities ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    kind TEXT NOT NULL,
    args TEXT NOT NULL,
    body BLOB,
    picked INTEGER NOT NULL,
    capped INTEGER NOT NULL,
    due INTEGER NOT NULL,
    expires INTEGER,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'skipped', 'dead', 'unknown', 'inbox')),
    reason TEXT,
    next_try INTEGER NOT NULL,
    first_try INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    message_id TEXT,
    settled INTEGER
) STRICT;

-- Lanes: the dispatcher takes what is due platform by platform and, within one, community by community in turns.
CREATE INDEX deliveries_open ON deliveries (platform, ifnull(community, 0), next_try) WHERE state IN ('pending', 'sending');
CREATE INDEX deliveries_person ON deliveries (person, kind, due);

-- What a reply offered: only its owner may press it, only in its community, until it expires.
CREATE TABLE offers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    community INTEGER REFERENCES communities ON DELETE CASCADE,
    actions TEXT NOT NULL,
    payload BLOB,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    answered INTEGER
) STRICT;

CREATE INDEX offers_expires ON offers (expires);
CREATE INDEX offers_person ON offers (person);

-- Where a chat stands: the choices last shown and a form half filled in. The key is a keyed hash, the state encrypted.
CREATE TABLE conversations (
    chat BLOB PRIMARY KEY,
    state BLOB NOT NULL,
    updated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX conversations_updated ON conversations (updated);

-- Events of the platforms that were handled, so that a repeated one is not.
CREATE TABLE events (
    platform TEXT NOT NULL,
    id TEXT NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (platform, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX events_seen ON events (seen);

-- One small value per adapter and name, such as the place in a stream of events.
CREATE TABLE adapter_state (
    platform TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (platform, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkin_schedules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL UNIQUE REFERENCES persons ON DELETE CASCADE,
    at TEXT NOT NULL,
    zone TEXT NOT NULL,
    days TEXT NOT NULL,
    due INTEGER NOT NULL,
    nominal TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE INDEX checkin_schedules_due ON checkin_schedules (due);

-- Which prompt a member was asked and whether they answered. Never what they said.
CREATE TABLE checkins (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    prompt TEXT NOT NULL,
    asked INTEGER NOT NULL,
    answered INTEGER
) STRICT;

CREATE INDEX checkins_person ON checkins (person, asked);

CREATE TABLE prompts_seen (
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    prompt TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (person, prompt)
) STRICT, WITHOUT ROWID;

-- That a member was in touch, and when.
CREATE TABLE contacts (
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    at INTEGER NOT NULL,
    PRIMARY KEY (person, at)
) STRICT, WITHOUT ROWID;

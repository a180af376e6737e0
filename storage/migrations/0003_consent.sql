-- Consent and care: who must never meet, what members switched on, what they told the people who run the place.

-- Two people who must never be brought together, whoever asked for it. After the other's forget-me only a keyed hash stays.
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    other INTEGER REFERENCES persons ON DELETE SET NULL,
    code BLOB,
    since INTEGER NOT NULL,
    CHECK (other IS NOT NULL OR code IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX blocks_pair ON blocks (person, other);
CREATE INDEX blocks_other ON blocks (other);
CREATE INDEX blocks_code ON blocks (code);

-- Whose chat it is, as a keyed hash too, so that forgetting somebody reaches their chats in every room.
ALTER TABLE conversations ADD COLUMN who BLOB;

CREATE INDEX conversations_who ON conversations (who);

-- When the platform was last asked whether a member is still there.
CREATE TABLE membership_checks (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    checked INTEGER NOT NULL,
    PRIMARY KEY (community, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX membership_checks_person ON membership_checks (person);

-- Places the bot was taken out of. What was set up there waits for 30 days.
CREATE TABLE departures (
    platform TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (platform, platform_id)
) STRICT, WITHOUT ROWID;

-- A one-time code shown to one account and entered by another: to be one person, or to make two places one community.
CREATE TABLE links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code BLOB NOT NULL,
    platform TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    community INTEGER REFERENCES communities ON DELETE CASCADE,
    other_platform TEXT,
    other_id TEXT,
    other_community INTEGER REFERENCES communities ON DELETE CASCADE,
    agreed INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    expires INTEGER NOT NULL
) STRICT;

CREATE INDEX links_expires ON links (expires);

-- What members told the people who run the place. person is empty where they said it without their name; ids are drawn
-- at random, so that they tell no order.
CREATE TABLE letters (
    id INTEGER PRIMARY KEY,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER REFERENCES persons ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('draft', 'feedback', 'question')),
    words BLOB NOT NULL,
    created INTEGER NOT NULL,
    answered INTEGER
) STRICT;

CREATE INDEX letters_community ON letters (community, created);
CREATE INDEX letters_person ON letters (person);

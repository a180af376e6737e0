-- Being noticed: more of check-ins, and quiet alerts.

-- A member's week stands in one row: at and days hold as many parts as there are different times ("19:00 10:00", "12345 67").
-- asked, asked_nominal: the last check-in planned, so that a change of hour or zone neither loses nor doubles a day.
ALTER TABLE checkin_schedules ADD COLUMN asked INTEGER;
ALTER TABLE checkin_schedules ADD COLUMN asked_nominal TEXT;

-- Weeks that rest until the member says `start`.
CREATE TABLE checkin_rests (
    person INTEGER PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    at TEXT NOT NULL,
    zone TEXT NOT NULL,
    days TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT;

-- How a member likes to be asked. questioned: when they were last asked whether to go on.
CREATE TABLE checkin_dials (
    person INTEGER PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    personal TEXT NOT NULL DEFAULT 'light' CHECK (personal IN ('light', 'personal', 'tender')),
    themes TEXT NOT NULL DEFAULT '',
    leave_out TEXT NOT NULL DEFAULT '',
    audience TEXT NOT NULL DEFAULT 'nobody' CHECK (audience IN ('nobody', 'listeners', 'thread')),
    questioned INTEGER
) STRICT;

-- The open check-in post: where moderators want one, once a day, and the last one that was planned.
CREATE TABLE checkin_posts (
    community INTEGER PRIMARY KEY REFERENCES communities ON DELETE CASCADE,
    platform TEXT NOT NULL,
    channel TEXT NOT NULL,
    thread TEXT,
    at TEXT NOT NULL,
    zone TEXT NOT NULL,
    due INTEGER NOT NULL,
    nominal TEXT NOT NULL
) STRICT;

CREATE INDEX checkin_posts_due ON checkin_posts (due);

-- Until when the bot was reachable on each platform, and when it was not: such hours never count against anybody.
CREATE TABLE uptime (
    platform TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outages (
    platform TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (platform, since)
) STRICT, WITHOUT ROWID;

-- What a member wrote down for the case that they go quiet. words is empty for the usual ones. looked: up to when their
-- days have been judged; due: when to look again; paused: until when they had paused; answered: ever a check-in. An alert is
-- open while step is not 'waiting'; number says which it is, claimed whether a helper or moderator took it up.
CREATE TABLE quiet_alerts (
    person INTEGER PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    after INTEGER NOT NULL DEFAULT 3 CHECK (after BETWEEN 2 AND 21),
    gap INTEGER NOT NULL DEFAULT 24 CHECK (gap BETWEEN 12 AND 72),
    words BLOB,
    helpers INTEGER REFERENCES communities ON DELETE SET NULL,
    moderators INTEGER REFERENCES communities ON DELETE SET NULL,
    quiet INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    step TEXT NOT NULL DEFAULT 'waiting' CHECK (step IN ('waiting', 'me', 'people', 'helpers', 'moderators', 'ended')),
    number INTEGER NOT NULL DEFAULT 0,
    since INTEGER,
    claimed INTEGER,
    paused INTEGER,
    answered INTEGER NOT NULL DEFAULT 0,
    looked INTEGER NOT NULL,
    due INTEGER NOT NULL
) STRICT;

CREATE INDEX quiet_alerts_due ON quiet_alerts (due);
CREATE INDEX quiet_alerts_helpers ON quiet_alerts (helpers);
CREATE INDEX quiet_alerts_moderators ON quiet_alerts (moderators);

-- Whom a member would like told. contact is empty while a code waits for whoever was given it. Declined is kept nowhere.
CREATE TABLE quiet_contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    contact INTEGER REFERENCES persons ON DELETE CASCADE,
    code BLOB,
    asked INTEGER NOT NULL,
    accepted INTEGER,
    CHECK (contact IS NOT NULL OR code IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX quiet_contacts_pair ON quiet_contacts (person, contact);
CREATE INDEX quiet_contacts_contact ON quiet_contacts (contact);
CREATE UNIQUE INDEX quiet_contacts_code ON quiet_contacts (code);

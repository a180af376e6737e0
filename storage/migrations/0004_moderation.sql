-- Moderation: what a community set up, and the cases its moderators look at.

-- What moderators decided; where there is no row, the defaults hold.
CREATE TABLE community_settings (
    community INTEGER PRIMARY KEY REFERENCES communities ON DELETE CASCADE,
    reports_platform TEXT,
    reports_channel TEXT,
    panel_platform TEXT,
    panel_channel TEXT,
    countries TEXT NOT NULL DEFAULT '',
    emergency TEXT NOT NULL DEFAULT '',
    preset TEXT NOT NULL DEFAULT 'general',
    adults_only INTEGER NOT NULL DEFAULT 0,
    tenure_days INTEGER NOT NULL DEFAULT 0,
    holds_on_report INTEGER NOT NULL DEFAULT 1,
    phrases INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Which crisis lines a person of the community checked, and until when that holds.
CREATE TABLE confirmed_lines (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    line TEXT NOT NULL,
    confirmed INTEGER NOT NULL,
    check_by TEXT NOT NULL,
    PRIMARY KEY (community, line)
) STRICT, WITHOUT ROWID;

CREATE INDEX confirmed_lines_check_by ON confirmed_lines (check_by);

-- Places nearby that moderators want on the help card and in `learn`.
CREATE TABLE resources (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    words BLOB NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE INDEX resources_community ON resources (community);

-- The country a member asked to be remembered for Help now.
CREATE TABLE countries (
    person INTEGER PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    country TEXT NOT NULL
) STRICT;

-- Groups never mix when people are introduced.
CREATE TABLE community_groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('main', 'study', 'family', 'alumni', 'hosts', 'other')),
    name BLOB NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE INDEX community_groups_community ON community_groups (community);

-- Hosts whom moderators marked as trained. No stronger claim is made.
CREATE TABLE trained_hosts (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    since INTEGER NOT NULL,
    PRIMARY KEY (community, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX trained_hosts_person ON trained_hosts (person);

-- What members reported, in their own words. ``host``: only the person hosting the bot sees it.
CREATE TABLE cases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    viewers TEXT NOT NULL CHECK (viewers IN ('moderators', 'host')),
    words BLOB NOT NULL,
    about BLOB,
    note BLOB,
    opened INTEGER NOT NULL,
    first_seen INTEGER,
    closed INTEGER
) STRICT;

CREATE INDEX cases_community ON cases (community, closed);

-- Who a case names, one row per account. ``code`` is a keyed hash and outlives forget-me; ``person`` does not.
CREATE TABLE case_people (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    "case" INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
    part TEXT NOT NULL CHECK (part IN ('reporter', 'reported')),
    person INTEGER REFERENCES persons ON DELETE SET NULL,
    code BLOB NOT NULL
) STRICT;

CREATE INDEX case_people_case ON case_people ("case");
CREATE INDEX case_people_person ON case_people (person);
CREATE INDEX case_people_code ON case_people (code);

-- Introductions held, by a report or by moderators, until moderators decide. The person is told.
CREATE TABLE holds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    "case" INTEGER REFERENCES cases ON DELETE SET NULL,
    since INTEGER NOT NULL,
    ended INTEGER
) STRICT;

CREATE INDEX holds_person ON holds (person, community);
CREATE INDEX holds_case ON holds ("case");

-- Everything quiet about a person: two moderators until one ends it, or one for 72 hours.
CREATE TABLE quieted (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    first INTEGER REFERENCES persons ON DELETE SET NULL,
    second INTEGER REFERENCES persons ON DELETE SET NULL,
    since INTEGER NOT NULL,
    ends INTEGER,
    ended INTEGER
) STRICT;

CREATE INDEX quieted_person ON quieted (person, ended);

-- What moderators did, in general form: nobody's name and no member's words.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    action TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX audit_community ON audit (community, at);

-- Totals as they were counted for the figure that is shown. A new one is shown only where it is far enough away.
CREATE TABLE figures (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    measure TEXT NOT NULL,
    part INTEGER NOT NULL,
    whole INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    PRIMARY KEY (community, measure)
) STRICT, WITHOUT ROWID;

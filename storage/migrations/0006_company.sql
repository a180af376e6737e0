-- Company: requests, helpers' hours, hellos; the people map, thanks, and things of one's own.

-- When a helper may be asked, by the clock on their wall. Without a row: whenever it is not quiet for them.
CREATE TABLE helper_hours (
    person INTEGER PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    zone TEXT NOT NULL,
    start TEXT NOT NULL,
    "end" TEXT NOT NULL,
    days TEXT NOT NULL
) STRICT;

-- One wish for company. The note is encrypted, and erased when the request closes; the row follows 72 hours later.
CREATE TABLE company_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('chat', 'voice', 'quiet', 'hand')),
    viewers TEXT NOT NULL,
    hours INTEGER NOT NULL,
    note BLOB,
    state TEXT NOT NULL CHECK (state IN ('draft', 'open', 'met', 'closed')),
    created INTEGER NOT NULL,
    closes INTEGER,
    half_told INTEGER,
    told_after INTEGER,
    met INTEGER,
    ended INTEGER,
    due INTEGER
) STRICT;

CREATE INDEX company_requests_person ON company_requests (person, state);
CREATE INDEX company_requests_community ON company_requests (community);
CREATE INDEX company_requests_due ON company_requests (due);

-- Who was asked for a request, and what they said.
CREATE TABLE company_asks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES company_requests ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('asked', 'can', 'chosen', 'no', 'ended')),
    asked INTEGER NOT NULL,
    answered INTEGER
) STRICT;

CREATE UNIQUE INDEX company_asks_request ON company_asks (request, person);
CREATE INDEX company_asks_person ON company_asks (person, state);

-- When somebody said "I can", so that those who gave least lately are asked first. Not for whom.
CREATE TABLE company_gave (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX company_gave_person ON company_gave (person, at);

-- Who wants to be told when somebody has helper hours.
CREATE TABLE company_wishes (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    since INTEGER NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (community, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX company_wishes_person ON company_wishes (person);
CREATE INDEX company_wishes_due ON company_wishes (due);

-- What became of requests, as numbers by day.
CREATE TABLE company_totals (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    day TEXT NOT NULL,
    outcome TEXT NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (community, day, outcome)
) STRICT, WITHOUT ROWID;

-- Who welcomes a first hello, and from whom. due: when their name may next be given to somebody.
CREATE TABLE hello_wishes (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    "from" TEXT NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (community, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX hello_wishes_person ON hello_wishes (person);
CREATE INDEX hello_wishes_due ON hello_wishes (due);

-- A name that was given to one willing person.
CREATE TABLE hello_offers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    "to" INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    at INTEGER NOT NULL,
    answer TEXT CHECK (answer IN ('said', 'answered', 'declined'))
) STRICT;

CREATE INDEX hello_offers_community ON hello_offers (community);
CREATE INDEX hello_offers_person ON hello_offers (person, at);
CREATE INDEX hello_offers_to ON hello_offers ("to", at);

-- Who was welcomed, and by whom (empty: they were told that nobody is free yet).
CREATE TABLE welcomes (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    welcomer INTEGER REFERENCES persons ON DELETE SET NULL,
    told INTEGER NOT NULL,
    PRIMARY KEY (community, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX welcomes_person ON welcomes (person);
CREATE INDEX welcomes_welcomer ON welcomes (welcomer, told);

-- Who is around for a member: their own words, for their own eyes.
CREATE TABLE people_map (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    entry BLOB NOT NULL
) STRICT;

CREATE INDEX people_map_person ON people_map (person);

-- That the map was once offered to a member.
CREATE TABLE people_openings (
    person INTEGER PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    at INTEGER NOT NULL
) STRICT;

-- What a member noted of giving and receiving: one tap each, for their own view.
CREATE TABLE given_received (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    what TEXT NOT NULL CHECK (what IN ('listened', 'helped', 'hosted', 'thanked', 'received')),
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX given_received_person ON given_received (person, at);

-- Thanks from one member to another, in the words that one chose. sent: empty while it is only shown to the writer.
CREATE TABLE thanks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    "to" INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    words BLOB NOT NULL,
    created INTEGER NOT NULL,
    sent INTEGER
) STRICT;

CREATE INDEX thanks_community ON thanks (community);
CREATE INDEX thanks_person ON thanks (person, sent);
CREATE INDEX thanks_to ON thanks ("to", sent);

-- How long notes are kept (days; 0: until the member deletes them), and the notes.
CREATE TABLE notebooks (
    person INTEGER PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    days INTEGER NOT NULL
) STRICT;

CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    words BLOB NOT NULL,
    written INTEGER NOT NULL,
    erase INTEGER
) STRICT;

CREATE INDEX notes_person ON notes (person, written);
CREATE INDEX notes_erase ON notes (erase);

-- A date with a name of the member's own: day is MM-DD, nominal when it next comes round. Nothing is counted.
CREATE TABLE own_dates (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    label BLOB NOT NULL,
    day TEXT NOT NULL,
    nominal TEXT NOT NULL,
    zone TEXT NOT NULL,
    due INTEGER NOT NULL
) STRICT;

CREATE INDEX own_dates_person ON own_dates (person);
CREATE INDEX own_dates_due ON own_dates (due);

-- What a member asked to be reminded of. planned: it is on its way, and is erased once it was sent.
CREATE TABLE reminders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    words BLOB NOT NULL,
    due INTEGER NOT NULL,
    planned INTEGER
) STRICT;

CREATE INDEX reminders_person ON reminders (person);
CREATE INDEX reminders_due ON reminders (due);

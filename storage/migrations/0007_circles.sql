-- Circles: small groups, their meetings, and who comes. A circle has dates; each date is a gathering.

-- title, about, spot: the host's own words. recurrence: see bot/recurrence.py. due: when the next date has to be opened.
-- dry: it is said on the card that nothing is used or drunk there. platform, channel, thread: the circle's own place.
CREATE TABLE circles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (
        kind IN ('circle', 'story', 'skill', 'hosts', 'social', 'cowork', 'service', 'alumni', 'notice')
    ),
    state TEXT NOT NULL CHECK (state IN ('draft', 'wanted', 'published', 'paused', 'archived')),
    title BLOB NOT NULL,
    about BLOB,
    spot BLOB,
    recurrence TEXT NOT NULL,
    minutes INTEGER NOT NULL CHECK (minutes BETWEEN 15 AND 480),
    seats INTEGER NOT NULL,
    personal TEXT NOT NULL DEFAULT 'light' CHECK (personal IN ('light', 'personal', 'tender')),
    listening INTEGER NOT NULL DEFAULT 1,
    dry INTEGER NOT NULL DEFAULT 0,
    platform TEXT NOT NULL,
    channel TEXT,
    thread TEXT,
    due INTEGER,
    created INTEGER NOT NULL,
    CHECK (seats BETWEEN 3 AND CASE WHEN kind IN ('social', 'service') THEN 50 ELSE 8 END)
) STRICT;

CREATE INDEX circles_community ON circles (community, state);
CREATE INDEX circles_due ON circles (due);
CREATE INDEX circles_channel ON circles (platform, channel);

-- Who hosts, and who would step in. position: in which order stand-ins are asked. due: until when an answer is waited for.
CREATE TABLE circle_hosts (
    circle INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    part TEXT NOT NULL CHECK (part IN ('host', 'co-host', 'stand-in')),
    position INTEGER NOT NULL,
    asked INTEGER,
    accepted INTEGER,
    due INTEGER,
    PRIMARY KEY (circle, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX circle_hosts_person ON circle_hosts (person);
CREATE INDEX circle_hosts_due ON circle_hosts (due);

-- Two people who both said yes are a condition of publishing where people open up; one everywhere else.
CREATE TRIGGER circles_begin_as_drafts BEFORE INSERT ON circles WHEN NEW.state <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'a circle begins as a draft');
END;

CREATE TRIGGER circles_need_their_hosts BEFORE UPDATE OF state, kind ON circles
WHEN NEW.state = 'published' AND (OLD.state <> 'published' OR OLD.kind <> NEW.kind) AND (
    SELECT count(*) FROM circle_hosts
    WHERE circle = NEW.id AND part IN ('host', 'co-host') AND accepted IS NOT NULL
) < CASE WHEN NEW.kind IN ('circle', 'story', 'skill', 'hosts') THEN 2 ELSE 1 END
BEGIN
    SELECT RAISE(ABORT, 'too few accepted hosts');
END;

-- Who belongs to a circle. usual: their answer for every date, where they gave one. reminders: which ones they want.
-- missed: how often they said they would come and did not, counted only for those who asked for it; else empty.
-- inside: whether they were let into the circle's own place. due: when to try that again.
CREATE TABLE circle_members (
    circle INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    since INTEGER NOT NULL,
    usual TEXT CHECK (usual IN ('in', 'listening')),
    reminders TEXT NOT NULL DEFAULT 'hour',
    missed INTEGER,
    inside INTEGER NOT NULL DEFAULT 0,
    due INTEGER,
    PRIMARY KEY (circle, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX circle_members_person ON circle_members (person);
CREATE INDEX circle_members_due ON circle_members (due);

-- One date of a circle. nominal: its date on the host's calendar. version grows when it is moved. step and due: what was
-- done about it last, and when to look again. held: with how many hosts it is held all the same.
CREATE TABLE gatherings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    circle INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    nominal TEXT NOT NULL,
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'cancelled', 'over')),
    step INTEGER NOT NULL DEFAULT 0,
    due INTEGER,
    alone INTEGER NOT NULL DEFAULT 0,
    seated INTEGER,
    shown TEXT,
    shown_due INTEGER,
    UNIQUE (circle, nominal)
) STRICT;

CREATE INDEX gatherings_due ON gatherings (due);
CREATE INDEX gatherings_starts ON gatherings (circle, starts);

-- What each member said to one date. Ids grow, so they tell who asked first. wants: the seat somebody waits for or was
-- offered; due: until when the offer holds. came, reflected: what they pressed at and after it.
CREATE TABLE circle_answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    gathering INTEGER NOT NULL REFERENCES gatherings ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    answer TEXT NOT NULL CHECK (answer IN ('in', 'listening', 'maybe', 'cant', 'waiting', 'offered')),
    wants TEXT CHECK (wants IN ('in', 'listening')),
    due INTEGER,
    came INTEGER NOT NULL DEFAULT 0,
    reflected TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE UNIQUE INDEX circle_answers_gathering ON circle_answers (gathering, person);
CREATE INDEX circle_answers_person ON circle_answers (person);
CREATE INDEX circle_answers_due ON circle_answers (due);

-- No way to seat more than the circle holds: a seat on offer is taken.
CREATE TRIGGER circle_seats_new BEFORE INSERT ON circle_answers
WHEN NEW.answer IN ('in', 'listening', 'offered') AND (
    SELECT count(*) FROM circle_answers WHERE gathering = NEW.gathering AND answer IN ('in', 'listening', 'offered')
) >= (SELECT seats FROM circles JOIN gatherings ON circles.id = circle WHERE gatherings.id = NEW.gathering)
BEGIN
    SELECT RAISE(ABORT, 'no seat is free');
END;

CREATE TRIGGER circle_seats_changed BEFORE UPDATE OF answer ON circle_answers
WHEN NEW.answer IN ('in', 'listening', 'offered') AND OLD.answer NOT IN ('in', 'listening', 'offered') AND (
    SELECT count(*) FROM circle_answers WHERE gathering = NEW.gathering AND answer IN ('in', 'listening', 'offered')
) >= (SELECT seats FROM circles JOIN gatherings ON circles.id = circle WHERE gatherings.id = NEW.gathering)
BEGIN
    SELECT RAISE(ABORT, 'no seat is free');
END;

-- Who wants to be told when a circle starts.
CREATE TABLE circle_wishes (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    since INTEGER NOT NULL,
    PRIMARY KEY (community, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX circle_wishes_person ON circle_wishes (person);

-- Accounts that still have to be taken out of a circle's own place; without a person, who may be forgotten by then.
CREATE TABLE circle_exits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    thread TEXT,
    due INTEGER NOT NULL
) STRICT;

CREATE INDEX circle_exits_due ON circle_exits (due);

-- Whose turn it is: in which order, and who has the talking piece now.
CREATE TABLE circle_turns (
    gathering INTEGER NOT NULL REFERENCES gatherings ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    position INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'to come' CHECK (state IN ('to come', 'speaks', 'done')),
    PRIMARY KEY (gathering, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX circle_turns_person ON circle_turns (person);

-- A timer that counts steps for listening practice, in a place or for two people by direct message.
CREATE TABLE practices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    prompt TEXT NOT NULL,
    platform TEXT,
    channel TEXT,
    thread TEXT,
    first INTEGER REFERENCES persons ON DELETE CASCADE,
    second INTEGER REFERENCES persons ON DELETE CASCADE,
    step INTEGER NOT NULL DEFAULT 0,
    due INTEGER,
    CHECK ((channel IS NULL) <> (first IS NULL) AND (first IS NULL) = (second IS NULL))
) STRICT;

CREATE INDEX practices_community ON practices (community);
CREATE INDEX practices_due ON practices (due);
CREATE INDEX practices_first ON practices (first);
CREATE INDEX practices_second ON practices (second);

-- What was tapped after a date, as numbers: nobody's answer.
CREATE TABLE circle_reflections (
    gathering INTEGER NOT NULL REFERENCES gatherings ON DELETE CASCADE,
    prompt TEXT NOT NULL,
    answer INTEGER NOT NULL,
    answers INTEGER NOT NULL,
    PRIMARY KEY (gathering, prompt, answer)
) STRICT, WITHOUT ROWID;

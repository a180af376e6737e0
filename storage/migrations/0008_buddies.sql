-- Buddies: who would like one, rounds of introductions, and what becomes of each pair.

-- How somebody would like to be introduced in a community. "edits" tells a matching that it was made for an older wish.
CREATE TABLE buddy_signups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    "group" INTEGER REFERENCES community_groups ON DELETE SET NULL,
    choices TEXT NOT NULL,
    resting INTEGER NOT NULL DEFAULT 0,
    edits INTEGER NOT NULL DEFAULT 0,
    unanswered INTEGER NOT NULL DEFAULT 0,
    left_out INTEGER NOT NULL DEFAULT 0,
    left_out_round INTEGER,
    trio_round INTEGER,
    since INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX buddy_signups_person ON buddy_signups (person, community);
CREATE INDEX buddy_signups_community ON buddy_signups (community, resting);
CREATE INDEX buddy_signups_group ON buddy_signups ("group");

-- When the next round of a community begins; due is empty where moderators begin rounds by hand.
CREATE TABLE buddy_schedules (
    community INTEGER PRIMARY KEY REFERENCES communities ON DELETE CASCADE,
    weeks INTEGER NOT NULL,
    due INTEGER
) STRICT;

CREATE INDEX buddy_schedules_due ON buddy_schedules (due);

-- One round, and what came of its first matching, in numbers. due: when those still without a buddy are matched next.
CREATE TABLE buddy_rounds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    number INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    runs INTEGER NOT NULL DEFAULT 0,
    began INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    due INTEGER,
    counts TEXT
) STRICT;

CREATE UNIQUE INDEX buddy_rounds_number ON buddy_rounds (community, number);
CREATE INDEX buddy_rounds_due ON buddy_rounds (due);

-- People who are asked, without names, whether they want to be introduced. due: when silence counts as a pass.
CREATE TABLE buddy_proposals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    round INTEGER REFERENCES buddy_rounds ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('buddy', 'mentor')),
    state TEXT NOT NULL CHECK (state IN ('open', 'agreed', 'fallen')),
    days INTEGER NOT NULL,
    ends INTEGER,
    made INTEGER NOT NULL,
    due INTEGER
) STRICT;

CREATE INDEX buddy_proposals_due ON buddy_proposals (due);
CREATE INDEX buddy_proposals_community ON buddy_proposals (community);
CREATE INDEX buddy_proposals_round ON buddy_proposals (round);

CREATE TABLE buddy_answers (
    proposal INTEGER NOT NULL REFERENCES buddy_proposals ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('buddy', 'mentor', 'mentee')),
    reasons TEXT NOT NULL,
    answer TEXT CHECK (answer IN ('yes', 'pass')),
    PRIMARY KEY (proposal, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX buddy_answers_person ON buddy_answers (person);

-- Who was passed on in a round, so that nobody is asked about the same person twice in it. one < other.
CREATE TABLE buddy_passes (
    round INTEGER NOT NULL REFERENCES buddy_rounds ON DELETE CASCADE,
    one INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    PRIMARY KEY (round, one, other)
) STRICT, WITHOUT ROWID;

CREATE INDEX buddy_passes_one ON buddy_passes (one);
CREATE INDEX buddy_passes_other ON buddy_passes (other);

-- Who was brought together in which round, so that people meet somebody new. one < other.
CREATE TABLE buddy_met (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    one INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    round INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (community, one, other)
) STRICT, WITHOUT ROWID;

CREATE INDEX buddy_met_one ON buddy_met (one);
CREATE INDEX buddy_met_other ON buddy_met (other);

-- Two or three people who were introduced, for so many days, or until a round ends. todo is what has to be done about their place, at due.
CREATE TABLE buddy_pairs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    round INTEGER REFERENCES buddy_rounds ON DELETE SET NULL,
    kind TEXT NOT NULL CHECK (kind IN ('buddy', 'mentor')),
    state TEXT NOT NULL CHECK (state IN ('opening', 'active', 'ended')),
    days INTEGER NOT NULL,
    opened INTEGER,
    ends INTEGER,
    ended INTEGER,
    platform TEXT,
    channel TEXT,
    thread TEXT,
    visible TEXT NOT NULL DEFAULT '',
    todo TEXT CHECK (todo IN ('open', 'leave', 'close')),
    handed INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    due INTEGER
) STRICT;

CREATE INDEX buddy_pairs_due ON buddy_pairs (due);
CREATE INDEX buddy_pairs_ends ON buddy_pairs (ends) WHERE state = 'active';
CREATE INDEX buddy_pairs_community ON buddy_pairs (community, state);
CREATE INDEX buddy_pairs_round ON buddy_pairs (round);
CREATE INDEX buddy_pairs_channel ON buddy_pairs (channel);

-- Who is in a pair. gone: they left it before its end. wish: what they chose for afterwards; nobody else sees it.
CREATE TABLE buddy_members (
    pair INTEGER NOT NULL REFERENCES buddy_pairs ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('buddy', 'mentor', 'mentee')),
    reasons TEXT NOT NULL,
    gone INTEGER,
    wish TEXT CHECK (wish IN ('same', 'new', 'break')),
    light INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (pair, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX buddy_members_person ON buddy_members (person);

-- Did you get to talk? Asked on that day of the pair, counted from its opening.
CREATE TABLE buddy_weeks (
    pair INTEGER NOT NULL REFERENCES buddy_pairs ON DELETE CASCADE,
    day INTEGER NOT NULL,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    answer TEXT NOT NULL CHECK (answer IN ('yes', 'little', 'no')),
    PRIMARY KEY (pair, day, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX buddy_weeks_person ON buddy_weeks (person);

-- Which question a pair was given, and who is through with it. Never what they said.
CREATE TABLE buddy_questions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pair INTEGER NOT NULL REFERENCES buddy_pairs ON DELETE CASCADE,
    prompt TEXT NOT NULL,
    first INTEGER REFERENCES persons ON DELETE SET NULL,
    asked INTEGER NOT NULL
) STRICT;

CREATE INDEX buddy_questions_pair ON buddy_questions (pair, asked);
CREATE INDEX buddy_questions_first ON buddy_questions (first);

CREATE TABLE buddy_marks (
    question INTEGER NOT NULL REFERENCES buddy_questions ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    PRIMARY KEY (question, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX buddy_marks_person ON buddy_marks (person);

-- "When ..., I will ...": shown to the buddy, encrypted, gone 14 days after the pair.
CREATE TABLE buddy_goals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pair INTEGER NOT NULL REFERENCES buddy_pairs ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    words BLOB NOT NULL,
    answered INTEGER,
    made INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX buddy_goals_pair ON buddy_goals (pair, person);
CREATE INDEX buddy_goals_person ON buddy_goals (person);

-- Answers that wait until their platform takes them: a homeserver lets the bot open only so many chats at once. A program
-- of before would keep them after their day, and when their owner wants to be forgotten. So it refuses this file.

CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    who BLOB NOT NULL,
    words BLOB NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

UPDATE meta SET compatible = (SELECT user_version + 1 FROM pragma_user_version);

-- Until when a chat has something that waits for an answer. It was a day from the last word.
ALTER TABLE conversations ADD COLUMN until INTEGER NOT NULL DEFAULT 0;

UPDATE conversations SET until = updated + 86400;

CREATE INDEX conversations_until ON conversations (until);
DROP INDEX conversations_updated;

-- What rests when the platform takes somebody away, or the bot: own things with the person, the rest with the membership.

-- Since when the person's own things rest, because they are in no community with the bot.
ALTER TABLE persons ADD COLUMN rests INTEGER;
-- Since when they go on; what reaches another person waits from then on, until their `Go on`.
ALTER TABLE persons ADD COLUMN waits INTEGER;

-- How they came to be away by the platform's word, until their `Go on`: they are gone (what connected them has ended),
-- the bot was taken out (all of it rests), or it is back where somebody else is the owner now (they are asked again).
ALTER TABLE memberships ADD COLUMN away TEXT CHECK (away IN ('gone', 'bot', 'owner'));
-- Since when they are back.
ALTER TABLE memberships ADD COLUMN back INTEGER;
-- The delivery that says so.
ALTER TABLE memberships ADD COLUMN told INTEGER;
CREATE INDEX memberships_away ON memberships (person) WHERE away IS NOT NULL;

-- Who owned the place when the platform was last asked, as a keyed hash.
ALTER TABLE places ADD COLUMN who BLOB;

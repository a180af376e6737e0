-- Buddies: somebody may join two who stay together. joins: their pair, which goes on as it is until the place for three is open.
ALTER TABLE buddy_proposals ADD COLUMN joins INTEGER REFERENCES buddy_pairs ON DELETE SET NULL;
ALTER TABLE buddy_pairs ADD COLUMN joins INTEGER REFERENCES buddy_pairs ON DELETE SET NULL;
CREATE INDEX buddy_proposals_joins ON buddy_proposals (joins) WHERE joins IS NOT NULL;
CREATE INDEX buddy_pairs_joins ON buddy_pairs (joins) WHERE joins IS NOT NULL;

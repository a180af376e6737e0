-- When the platform first said that a member is gone, until it says so again an hour later or more, or that they are there.
ALTER TABLE membership_checks ADD COLUMN gone INTEGER;

-- A program of before 0022 would move a reminder or a pause and leave its wall as it was, which the next change of a
-- zone's rules would then bring it back to. So it refuses this file.

UPDATE meta SET compatible = (SELECT user_version + 1 FROM pragma_user_version);

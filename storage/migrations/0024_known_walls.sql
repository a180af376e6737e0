-- A program of before 0022 would move a reminder or a pause and leave its wall as it was, which the next change of a
-- zone's rules would then bring it back to; one of before 0023 would let go of what comes round again once it has come.
-- So they refuse this file.

UPDATE meta SET compatible = (SELECT user_version + 1 FROM pragma_user_version);

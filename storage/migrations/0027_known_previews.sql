-- A program of before 0026 would show the words of a message on the lock screen of somebody who wants none there. So it
-- refuses this file.

UPDATE meta SET compatible = (SELECT user_version + 1 FROM pragma_user_version);

-- Programs of before this cannot tell a file that was put back, and would let whoever left come back, or write lines
-- into the deletion journal that this file never hears of. So they refuse it (CONTRIBUTING.md, "What is on disk").

UPDATE meta SET compatible = (SELECT user_version + 1 FROM pragma_user_version);

"""SQLite through aiosqlite, and nothing else: all the SQL of the program lives in this package."""

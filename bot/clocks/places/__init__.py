"""Places by the names that people type for them, from a table that is read when a place is first asked for."""

"""A run of Kith, seen from outside: what it tells systemd and the log, and what can be read of it."""

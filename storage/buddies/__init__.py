"""Sign-ups, rounds, pairs, their ends, and mentors."""

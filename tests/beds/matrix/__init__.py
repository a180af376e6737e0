"""A Matrix for tests: a real Synapse on the loopback, and members on an encrypted client that is not the bot's."""
